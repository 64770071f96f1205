"""The list of a workspace's series with what is known of their quality, and the counting of what is not."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import DataNotFound, DataProblem, StorageProblem
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Progress, SymbolDone, silent
from ktrdr_app.data.asset_class import from_name
from ktrdr_app.data.column_cache import Note
from ktrdr_app.data.csv_source import SeriesInfo
from ktrdr_app.data.quality.figures import FigureCache, QualityFigures
from ktrdr_app.data.quality.inspect import inspect_file
from ktrdr_app.data.symbols import SymbolBook, read_symbols
from ktrdr_app.workflows.prepare import source_of


@dataclass(frozen=True)
class InventoryEntry:
    """One series of the list.

    Attributes
    ----------
    series : SeriesInfo
        Name, bars, first and last stamp, file.
    asset_class : str
        From ``symbols.yaml``, the figures, or the symbol's name; empty where none of them tells.
    quality : QualityFigures, optional
        What is known of its quality; None where it has not been looked at since it changed.
    """

    series: SeriesInfo
    asset_class: str
    quality: QualityFigures | None

    @property
    def symbol(self) -> str:
        """Symbol of the series."""
        return self.series.symbol

    @property
    def timeframe(self) -> str:
        """Bar length of the series."""
        return self.series.timeframe

    @property
    def path(self) -> Path:
        """File of the series."""
        return self.series.path

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form that ``data list --json`` prints."""
        known = self.quality.to_document() if self.quality else None
        return {**asdict(self.series), "asset_class": self.asset_class, "quality": known}


@dataclass(frozen=True)
class QualityRequest:
    """Count the quality figures of one series, or take them from the cache.

    Attributes
    ----------
    workspace : Workspace
        Where the data and ``symbols.yaml`` are read.
    symbol, timeframe : str
        The series.
    """

    workspace: Workspace
    symbol: str
    timeframe: str


@dataclass(frozen=True)
class QualityBatch:
    """Count the quality figures of some series, as many as a while allows.

    Attributes
    ----------
    workspace : Workspace
        Where the data and ``symbols.yaml`` are read.
    names : tuple of (str, str)
        Symbol and time frame of each, most wanted first.
    seconds : float
        No series is begun after so long; at least one is done.
    """

    workspace: Workspace
    names: tuple[tuple[str, str], ...]
    seconds: float


def list_inventory(
    workspace: Workspace, progress: Progress = silent, cancel: CancelToken | None = None
) -> tuple[InventoryEntry, ...]:
    """Return every series of a workspace; no file is parsed, and unchanged ones are not even opened.

    Parameters
    ----------
    workspace : Workspace
        Whose data folder is listed.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Checked before each series.

    Raises
    ------
    InvalidValue
        If ``symbols.yaml`` is wrong.
    """
    token = cancel or CancelToken("the listing")
    book, cache = read_symbols(workspace), figure_cache(workspace)
    found = source_of(workspace).series()
    entries = []
    for done, info in enumerate(found, 1):
        token.check()
        entries.append(_entry(info, book, cache))
        progress(SymbolDone(info.symbol, done, len(found)))
    return tuple(entries)


def measure_quality(
    request: QualityRequest, progress: Progress = silent, cancel: CancelToken | None = None
) -> QualityFigures:
    """Return the quality figures of one series, counted only if they are not known yet, and kept.

    Parameters
    ----------
    request : QualityRequest
        Which series.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Checked between the steps.

    Returns
    -------
    QualityFigures
        Verdict ``unreadable``, with the reason, where the file is no series.

    Raises
    ------
    DataNotFound
        If there is no such file.
    InvalidValue
        If ``symbols.yaml`` is wrong.
    StorageProblem
        If the file cannot be read.
    """
    token = cancel or CancelToken("the check")
    token.check()
    workspace, symbol, timeframe = request.workspace, request.symbol, request.timeframe
    path = source_of(workspace).path(symbol, timeframe)
    if not path.is_file():
        raise DataNotFound(symbol, timeframe, str(path), [])
    book, cache = read_symbols(workspace), figure_cache(workspace)
    given = book.entries.get(symbol, {})
    known = cache.read(path, given)
    if known is None:
        note = Note.of(path, rows=0)
        try:
            known = QualityFigures.of(inspect_file(path, symbol, timeframe, book, token))
        except DataProblem as error:  # a file that is no series is a result here: the list says so
            known = QualityFigures.unreadable(symbol, timeframe, error)
        cache.keep(path, note, given, known)
    progress(SymbolDone(symbol, 1, 1))
    return known


def measure_some(
    request: QualityBatch, progress: Progress = silent, cancel: CancelToken | None = None
) -> tuple[QualityFigures, ...]:
    """Return the quality figures of the first of some series; those that time did not allow are not in it.

    Parameters
    ----------
    request : QualityBatch
        Which series, and for how long.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Checked before each series and between its steps.

    Raises
    ------
    InvalidValue
        If ``symbols.yaml`` is wrong.
    """
    began = time.monotonic()
    found: list[QualityFigures] = []
    for symbol, timeframe in request.names:
        if found and time.monotonic() - began > request.seconds:
            break
        try:
            found.append(measure_quality(QualityRequest(request.workspace, symbol, timeframe), progress, cancel))
        except (DataNotFound, StorageProblem) as error:  # gone or locked since it was listed: told, not fatal
            found.append(QualityFigures.unreadable(symbol, timeframe, error))
    return tuple(found)


def figure_cache(workspace: Workspace) -> FigureCache:
    """Return the workspace's cache of quality figures.

    Parameters
    ----------
    workspace : Workspace
        Whose ``.cache`` it lies in.
    """
    return FigureCache(workspace.cache / "quality")


def _entry(info: SeriesInfo, book: SymbolBook, cache: FigureCache) -> InventoryEntry:
    given = book.entries.get(info.symbol, {})
    known = cache.read(info.path, given)
    guess = from_name(info.symbol)
    named = str(given.get("asset_class", "")) or (guess.asset_class if guess else "")
    return InventoryEntry(info, known.asset_class if known and known.asset_class else named, known)
