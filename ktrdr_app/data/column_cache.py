"""Series that were parsed once, kept as plain columns in the workspace's cache and read by range."""

from __future__ import annotations

import contextlib
import json
import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.files import new_folder, sha256, write_json
from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.bars import COLUMNS, check_bars, nanoseconds
from ktrdr_app.data.csv_source import CSVDataSource, SeriesInfo, select_range
from ktrdr_app.data.quick_parse import parse_bars
from ktrdr_app.data.ranges import time_bounds

logger = logging.getLogger(__name__)

FORMAT = 1
"""Number of this layout; a note with another one is passed over."""
BLOCK = 4096
"""Rows that share one sum."""
SETTLED_NS = 2_000_000_000
"""A file younger than this when it was hashed may change within one tick of its clock, so its time is no proof."""
LEFTOVER_SECONDS = 3600
"""Age from which the unfinished folder of a killed process is removed."""
STAMPS, SUMS = "timestamp.npy", "sums.npy"
_LF, _SPACE = 10, 32
_STAMP = 80
"""Bytes at the head of a row that hold its stamp."""
_ENTRY = {"size": int, "mtime_ns": int, "rows": int, "first": str, "last": str}


class DamagedCacheError(Exception):
    """Columns that are not what was written; never leaves this module."""


@dataclass(frozen=True)
class Note:
    """What is known of a source file, one small JSON per series.

    Attributes
    ----------
    format : int
        `FORMAT` of the program that wrote it.
    source : str
        The file.
    size, mtime_ns : int
        Its size and time of change.
    checked_ns : int
        Clock when its content was read.
    sha256 : str
        Its content.
    rows : int
        Bars.
    """

    format: int
    source: str
    size: int
    mtime_ns: int
    checked_ns: int
    sha256: str
    rows: int

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Return the note in a file, None if there is none or it cannot be understood.

        Parameters
        ----------
        path : Path
            The JSON file.
        """
        document = read_note(path)
        if not document:
            return None
        found = cls.of_document(document)
        if found is None:
            logger.warning("the cache note %s is passed over: it is of another form", path.name)
        return found

    @classmethod
    def of_document(cls, document: dict[str, Any]) -> Self | None:
        """Return the note that a JSON document holds, None if it is of another form.

        Parameters
        ----------
        document : dict
            As `dataclasses.asdict` makes it of a note.
        """
        kinds = {name: type(value) for name, value in document.items()}
        expected = {field.name: str if field.type == "str" else int for field in fields(cls)}
        if kinds == expected and document["format"] == FORMAT:
            return cls(**document)
        return None

    def is_of(self, source: Path) -> bool:
        """Return whether the file is surely the one that was read, by size and time alone.

        Parameters
        ----------
        source : Path
            The file now.
        """
        settled = self.checked_ns - self.mtime_ns > SETTLED_NS
        return settled and (self.source, self.size, self.mtime_ns) == identity(source)

    @classmethod
    def of(cls, source: Path, rows: int) -> Self:
        """Return the note of a file as it is now.

        Parameters
        ----------
        source : Path
            The file.
        rows : int
            Bars in it.
        """
        checked, found = time.time_ns(), identity(source)
        return cls(FORMAT, *found, checked, sha256(source), rows)

    def renewed(self, source: Path) -> Note | None:
        """Return a note that holds for the file now: itself, one with the new times of an equal content, or None.

        Parameters
        ----------
        source : Path
            The file now.
        """
        if self.is_of(source):
            return self
        checked, found = time.time_ns(), identity(source)
        if self.size != found[1] or self.sha256 != sha256(source):
            return None
        return Note(FORMAT, *found, checked, self.sha256, self.rows)


def identity(source: Path) -> tuple[str, int, int]:
    """Return what tells quickly whether a file is the one it was: its path, size and time of change.

    Parameters
    ----------
    source : Path
        The file.
    """
    found = source.stat()
    return str(source.absolute()), found.st_size, found.st_mtime_ns  # links unfollowed: that asks the disk often


class Columns:
    """One cached series: a file per column, and a sum per block of rows that any changed word breaks.

    Parameters
    ----------
    folder : Path
        Where the columns lie.
    rows : int
        How many rows there must be.

    Raises
    ------
    DamagedCacheError
        If a column is not there or has another shape.
    """

    def __init__(self, folder: Path, rows: int) -> None:
        self._stamps = _mapped(folder / STAMPS, (rows,), np.int64)
        self._prices = [_mapped(folder / f"{name}.npy", (rows,), np.float64) for name in COLUMNS]
        self._sums = _mapped(folder / SUMS, (-(-rows // BLOCK), 1 + len(COLUMNS)), np.uint64)
        self.rows = rows

    def frame(self, first: int | None, last: int | None) -> pd.DataFrame:
        """Return the bars between two stamps, having read the pages they lie on and no other.

        Parameters
        ----------
        first, last : int, optional
            Nanoseconds UTC, both included; None for the series' own end.

        Raises
        ------
        DamagedCacheError
            If what was read is not what was written.
        """
        begin = 0 if first is None else int(np.searchsorted(self._stamps, np.int64(first), "left"))
        end = self.rows if last is None else int(np.searchsorted(self._stamps, np.int64(last), "right"))
        # The neighbours prove that the search was not led astray by a damaged stamp elsewhere.
        low = max(begin - 1, 0) // BLOCK
        high = -(-min(max(end, begin) + 1, self.rows) // BLOCK)
        rows = slice(low * BLOCK, min(high * BLOCK, self.rows))
        stamps = np.array(self._stamps[rows])
        prices = np.empty((len(COLUMNS), len(stamps)))
        for row, column in zip(prices, self._prices, strict=True):
            row[:] = column[rows]
        if not np.array_equal(_sums(stamps, prices), self._sums[low:high]):
            raise DamagedCacheError("a sum does not fit its rows")
        wanted = slice(begin - rows.start, max(end, begin) - rows.start)
        index = pd.DatetimeIndex(stamps[wanted].view("M8[ns]"), name="timestamp").tz_localize("UTC")
        return pd.DataFrame(prices.T[wanted], index=index, columns=list(COLUMNS), copy=False)

    def ends(self) -> pd.DataFrame:
        """Return the first and the last bar.

        Raises
        ------
        DamagedCacheError
            If they are not what was written.
        """
        first, last = int(self._stamps[0]), int(self._stamps[-1])
        return pd.concat([self.frame(None, first), self.frame(last, None)])


def write_columns(frame: pd.DataFrame, folder: Path) -> None:
    """Write a series as columns; the folder is whole or not there.

    Parameters
    ----------
    frame : DataFrame
        Bars that `ktrdr_app.data.bars.check_bars` has passed.
    folder : Path
        New folder; if another process made it meanwhile, it is left as it is.

    Raises
    ------
    StorageProblem
        If the disk refuses.
    """
    stamps = nanoseconds(frame.index)
    prices = np.stack([frame[name].to_numpy() for name in COLUMNS])
    with contextlib.suppress(FileExistsError), new_folder(folder) as hidden:
        np.save(hidden / STAMPS, stamps)
        for name, column in zip(COLUMNS, prices, strict=True):
            np.save(hidden / f"{name}.npy", column)
        np.save(hidden / SUMS, _sums(stamps, prices))


def _sums(stamps: NDArray[np.int64], prices: NDArray[np.float64]) -> NDArray[np.uint64]:
    starts = np.arange(0, len(stamps), BLOCK)
    words = [stamps.view(np.uint64), *(column.view(np.uint64) for column in prices)]
    return np.stack([np.add.reduceat(column, starts) for column in words], axis=1)


def _mapped(path: Path, shape: tuple[int, ...], kind: type[np.generic]) -> NDArray[np.generic]:
    try:
        found = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DamagedCacheError(f"{path.name}: {error}") from error
    if found.shape != shape or found.dtype != kind:
        raise DamagedCacheError(f"{path.name} is {found.dtype} {found.shape}, not {np.dtype(kind)} {shape}")
    return np.asarray(found)


def _is_whole(folder: Path, rows: int) -> bool:
    try:
        return len(Columns(folder, rows).frame(None, None)) == rows
    except DamagedCacheError:
        return False


def _log_damage(source: Path, error: DamagedCacheError) -> None:
    logger.warning("the cache of %s is damaged and is built again: %s", source.name, error)


def read_note(path: Path) -> dict[str, Any]:
    """Return a JSON object of the cache; empty, and logged, where it cannot be read.

    Parameters
    ----------
    path : Path
        The JSON file.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        logger.warning("%s of the cache is passed over: %s", path.name, error)
        return {}
    return found if isinstance(found, dict) else {}


def _inventory_entry(path: Path, known: Any) -> dict[str, Any]:
    """Return rows, first and last stamp of a file, counted anew only if it is not the one that is known."""
    try:
        _, size, mtime_ns = identity(path)
        kinds = {name: type(value) for name, value in known.items()} if isinstance(known, dict) else {}
        if kinds == _ENTRY and (known["size"], known["mtime_ns"]) == (size, mtime_ns):
            return dict(known)
        return {"size": size, "mtime_ns": mtime_ns} | _counted(path)
    except OSError as error:
        raise StorageProblem(str(path), error.strerror or str(error)) from error


def _counted(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    signs = np.frombuffer(content, dtype=np.uint8)
    begins = np.concatenate([[0], np.flatnonzero(signs == _LF) + 1])
    begins = begins[begins < len(content)]
    if b"\r" in content or (signs[begins] <= _SPACE).any():
        # Blank lines, or ends other than LF: counted line by line.
        rows = [line for line in content.splitlines()[1:] if line.strip()]
        count, first, last = len(rows), *((rows[0], rows[-1]) if rows else (b"", b""))
    else:
        count = max(len(begins) - 1, 0)
        first, last = (
            (content[begins[1] : begins[1] + _STAMP], content[begins[-1] : begins[-1] + _STAMP])
            if count
            else (b"", b"")
        )
    return {"rows": count, "first": _stamp_of(first), "last": _stamp_of(last)}


def _stamp_of(line: bytes) -> str:
    return line.split(b"\n", 1)[0].split(b",", 1)[0].decode("utf-8", "replace")


class CachedCSVSource(CSVDataSource):
    """The series of a folder of CSV files, each parsed once for as long as it does not change.

    Parameters
    ----------
    data_dir : Path or str
        The folder; nothing is ever written there.
    cache_dir : Path or str
        Folder for the columns (``.cache/bars`` of the workspace). If it cannot be written, series are parsed anew.
    """

    def __init__(self, data_dir: Path | str, cache_dir: Path | str) -> None:
        super().__init__(data_dir)
        self.cache_dir = Path(cache_dir)

    def load(self, symbol: str, timeframe: str, start: str | None = None, end: str | None = None) -> pd.DataFrame:
        """Read a series, or the part of it that is asked for.

        Parameters
        ----------
        symbol, timeframe : str
            The series.
        start, end : str, optional
            First and last bar open, ISO, UTC unless an offset is given; an ``end`` without a time of day
            includes that whole day.

        Returns
        -------
        DataFrame
            To the last bit what `ktrdr_app.data.csv_source.CSVDataSource.load` gives.

        Raises
        ------
        DataNotFound, EmptyData, MalformedBars, InvalidValue
            As `ktrdr_app.data.csv_source.CSVDataSource.load` raises them.
        """
        source = self.path(symbol, timeframe)
        if not source.is_file():
            return super().load(symbol, timeframe, start, end)
        bounds = time_bounds(start, end)
        columns = self._columns(source)
        if columns is not None:
            try:
                frame = columns.frame(*bounds)
                return frame if len(frame) else select_range(columns.ends(), start, end, source.name)
            except DamagedCacheError as error:
                _log_damage(source, error)
            del columns  # some systems remove no file that is still mapped
        return select_range(self._parsed(source), start, end, source.name)

    def series(self) -> list[SeriesInfo]:
        """Return every series of the folder, by symbol, then shortest time frame first; unchanged files stay unread."""
        inventory = self.cache_dir / "inventory.json"
        known = read_note(inventory)
        found, entries = [], {}
        for path in sorted(self.data_dir.glob("*.csv")):
            symbol, _, timeframe = path.stem.rpartition("_")
            if symbol and timeframe in NANOSECONDS:
                entry = _inventory_entry(path, known.get(path.name))
                entries[path.name] = entry
                found.append(SeriesInfo(symbol, timeframe, entry["rows"], entry["first"], entry["last"], path))
        if entries != known:
            self._quietly(lambda: write_json(inventory, entries), "the inventory")
        return sorted(found, key=lambda info: (info.symbol, NANOSECONDS[info.timeframe]))

    def _columns(self, source: Path) -> Columns | None:
        """Return the columns of a file if there are any that are still its own."""
        note_path = self._note_path(source)
        note = Note.read(note_path)
        if note is None:
            return None
        try:
            valid = note.renewed(source)
            if valid is None:
                return None
            if valid is not note:
                self._quietly(lambda: write_json(note_path, asdict(valid)), source.name)
            return Columns(self._folder(source, note.sha256), note.rows)
        except OSError as error:
            raise StorageProblem(str(source), error.strerror or str(error)) from error
        except DamagedCacheError as error:
            _log_damage(source, error)
            return None

    def _parsed(self, source: Path) -> pd.DataFrame:
        """Parse a file and keep its columns, if the disk lets us."""
        checked, before = time.time_ns(), identity(source)
        frame = parse_bars(source)
        check_bars(frame, source.name)
        digest = sha256(source)
        if identity(source) == before:
            note = Note(FORMAT, *before, checked, digest, len(frame))
            self._quietly(lambda: self._keep(source, frame, note), source.name)
        return frame

    def _keep(self, source: Path, frame: pd.DataFrame, note: Note) -> None:
        folder = self._folder(source, note.sha256)
        if not _is_whole(folder, note.rows):
            self._sweep(source)
            write_columns(frame, folder)
        write_json(self._note_path(source), asdict(note))

    def _sweep(self, source: Path) -> None:
        """Remove the columns of former contents, damaged ones, and what killed processes left."""
        for old in self.cache_dir.glob(f"{source.stem}.????????????????"):
            shutil.rmtree(old, ignore_errors=True)
        for part in self.cache_dir.glob(f".{source.stem}.*.part"):
            with contextlib.suppress(OSError):
                if time.time() - part.stat().st_mtime > LEFTOVER_SECONDS:
                    shutil.rmtree(part, ignore_errors=True)

    def _quietly(self, write: Callable[[], None], what: str) -> None:
        try:
            write()
        except StorageProblem as error:
            logger.warning("the cache of %s is not kept: %s (%s)", what, error.message, error.where)

    def _note_path(self, source: Path) -> Path:
        return self.cache_dir / f"{source.stem}.json"

    def _folder(self, source: Path, digest: str) -> Path:
        return self.cache_dir / f"{source.stem}.{digest[:16]}"
