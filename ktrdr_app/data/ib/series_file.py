"""Adds bars to a series' CSV file: whole at every moment, and never a line changed that was there before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.files import write_bytes
from ktrdr_app.data.bars import COLUMNS, check_bars, nanoseconds
from ktrdr_app.data.csv_source import read_bars

HEADER = b"timestamp,open,high,low,close,volume\n"


class SeriesFile:
    """The lines of a series and their stamps.

    Parameters
    ----------
    path : Path
        CSV file; it need not be there yet.

    Raises
    ------
    MalformedBars, EmptyData
        If the file that is there is no series; it is then left alone.
    StorageProblem
        If it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read()

    def _read(self) -> None:
        self._seen = _state(self.path)
        self._text, self.stamps = HEADER, np.empty(0, dtype=np.int64)
        if self._seen is not None:
            frame = read_bars(self.path)
            check_bars(frame, self.path.name)
            self.stamps = nanoseconds(frame.index).copy()
            self._text = _tidy(self.path)

    @property
    def ends(self) -> tuple[int, int] | tuple[None, None]:
        """First and last bar open, nanoseconds UTC; None where there is no bar."""
        return (int(self.stamps[0]), int(self.stamps[-1])) if len(self.stamps) else (None, None)

    def add(self, bars: pd.DataFrame) -> int:
        """Write the bars whose stamps the file does not have; the others are left as they are.

        Parameters
        ----------
        bars : DataFrame
            Bars that `ktrdr_app.data.bars.check_bars` passes.

        Returns
        -------
        int
            Bars added.

        Raises
        ------
        StorageProblem
            If the disk refuses; the file is then as it was.
        """
        if _state(self.path) != self._seen:
            self._read()
        fresh = bars[~np.isin(nanoseconds(bars.index), self.stamps)]
        if fresh.empty:
            return 0
        stamps = nanoseconds(fresh.index)
        places = np.searchsorted(self.stamps, stamps)
        text = self._with(places, _lines(fresh, self._columns()))
        write_bytes(self.path, text)
        self._text, self._seen = text, _state(self.path)
        self.stamps = np.insert(self.stamps, places, stamps)
        return len(fresh)

    def _columns(self) -> list[str]:
        return self._text.partition(b"\n")[0].decode("utf-8-sig").split(",")

    def _with(self, places: NDArray[np.intp], lines: list[bytes]) -> bytes:
        """Return the text with lines put in before the given rows."""
        after = np.flatnonzero(np.frombuffer(self._text, dtype=np.uint8) == ord("\n")) + 1
        cuts = np.flatnonzero(np.diff(places, prepend=-1))
        pieces, at = [], 0
        for begin, end in zip(cuts, [*cuts[1:], len(places)], strict=True):
            here = int(after[places[begin]])
            pieces += [self._text[at:here], *lines[begin:end]]
            at = here
        return b"".join([*pieces, self._text[at:]])


def _state(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageProblem(str(path), error.strerror or str(error)) from error
    return found.st_size, found.st_mtime_ns


def _tidy(path: Path) -> bytes:
    """Return the text with LF line ends and without empty lines, so that line k is row k."""
    text = path.read_bytes()
    if b"\r" in text or b"\n\n" in text or not text.endswith(b"\n") or text.startswith(b"\n"):
        text = b"".join(line + b"\n" for line in text.splitlines() if line.strip())
    return text


def _lines(bars: pd.DataFrame, columns: list[str]) -> list[bytes]:
    """Return bars as lines; a column that is not ours stays empty."""
    cells = {name: [_number(value) for value in bars[name].tolist()] for name in COLUMNS}
    cells["timestamp"] = list(pd.DatetimeIndex(bars.index).strftime("%Y-%m-%dT%H:%M:%SZ"))
    empty = [""] * len(bars)
    rows = zip(*(cells.get(name.strip('"'), empty) for name in columns), strict=True)
    return [",".join(row).encode() + b"\n" for row in rows]


def _number(value: float) -> str:
    if value != value:
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
