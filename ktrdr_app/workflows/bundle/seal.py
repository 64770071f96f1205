"""Writes a finished backtest as one file that another machine can open, check and run again."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ktrdr_app import __version__
from ktrdr_app.core.errors import BundleRejected, InvalidValue, StorageProblem
from ktrdr_app.core.files import json_text, write_bytes
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.sealed_zip import sealed
from ktrdr_app.data.bars import fingerprint
from ktrdr_app.data.symbols import FILE as SYMBOLS_FILE
from ktrdr_app.model_store.archive import export_model
from ktrdr_app.workflows.bundle.layout import BARS_FILE, MODEL_FILE, REPORT_FILE, RUN_FILES, TABLES, rules
from ktrdr_app.workflows.bundle.places import page_without_places, without_places
from ktrdr_app.workflows.prepare import find_series, source_of
from ktrdr_app.workflows.run_folders import RESULT_FILE, home_of, run_folder

ANEW = "run the backtest again, and export that run"


@dataclass(frozen=True)
class BundleWritten:
    """A run that was written as one file.

    Attributes
    ----------
    run : Path
        The run's folder.
    file : Path
        The bundle.
    files : tuple of str
        What it holds.
    size : int
        Bytes.
    """

    run: Path
    file: Path
    files: tuple[str, ...]
    size: int

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {**asdict(self), "run": str(self.run), "file": str(self.file)}


def export_bundle(workspace: Workspace, run: Path | str, file: Path) -> BundleWritten:
    """Write a run's settings, model, bars, decisions, trades, equity, figures and report as one file with checksums.

    The same run always gives the same bytes, and no path of this machine is in them.

    Parameters
    ----------
    workspace : Workspace
        Where the run was made.
    run : Path or str
        Its folder, or the folder's name below ``runs``.
    file : Path
        The bundle; it must not exist.

    Raises
    ------
    FileMissing
        If there is no such run.
    BundleRejected
        If the run is not whole, or its bars are not those it was made with any more.
    ModelNotFound, ModelRejected
        If its model is gone or damaged.
    InvalidValue
        If the file is there already.
    StorageProblem
        If the disk refuses; no file is left then.
    """
    folder = run_folder(workspace, run)
    if file.exists():
        raise InvalidValue("file", str(file), "a name that is not taken")
    home = home_of(workspace, folder)
    document, contents = _own_files(folder)
    contents[BARS_FILE] = _bars(home, folder, document)
    if document["model"] is not None:
        contents[MODEL_FILE] = _model(Path(document["model"]["path"]))
    if (home.root / SYMBOLS_FILE).is_file():
        contents[SYMBOLS_FILE] = _read(home.root / SYMBOLS_FILE)
    page = contents[REPORT_FILE].decode("utf-8")
    contents[REPORT_FILE] = page_without_places(page, document, home).encode()
    contents[RESULT_FILE] = json_text(without_places(document, home)).encode()
    named = {"program": __version__, "run": folder.name, "symbol": document["symbol"]}
    packed = sealed(rules(str(file)), {**named, "timeframe": document["timeframe"]}, contents)
    write_bytes(file, packed)
    return BundleWritten(folder, file, tuple(contents), len(packed))


def _own_files(folder: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    contents = {name: _read(folder / name) for name in RUN_FILES if (folder / name).is_file()}
    document: dict[str, Any] = json.loads(contents[RESULT_FILE])
    wanted = {*TABLES[:2], REPORT_FILE, *([TABLES[2]] if document.get("decisions_file") else [])}
    if lost := sorted(wanted - contents.keys()):
        raise BundleRejected(str(folder), f"the run has lost {', '.join(lost)}", ANEW)
    if "request" not in document:
        raise BundleRejected(str(folder), "the run does not say what was asked for: it is from an older program", ANEW)
    return document, contents


def _bars(home: Workspace, folder: Path, document: Mapping[str, Any]) -> bytes:
    """Return the series up to the run's last bar, as its file has it: the lines, so that no number is written anew."""
    symbol, timeframe, end = document["symbol"], document["timeframe"], document["end"]
    source = source_of(home)
    if fingerprint(source.load(symbol, timeframe, document["start"], end)) != document["data_fingerprint"]:
        found = f"the bars of {symbol} {timeframe} are not those of the run any more"
        raise BundleRejected(str(folder), found, ANEW)
    rows = len(source.load(symbol, timeframe, end=end))
    lines = [line for line in _read(find_series(home, symbol, timeframe)).splitlines(keepends=True) if line.strip()]
    return b"".join(lines[: 1 + rows])


def _model(path: Path) -> bytes:
    with tempfile.TemporaryDirectory() as spare:
        return _read(export_model(path, Path(spare) / MODEL_FILE).file)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StorageProblem(str(path), error.strerror or str(error)) from error
