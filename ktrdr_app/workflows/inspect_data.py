"""Tells the truth about data: the quality of a series, and what joining several would keep and lose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import DataNotFound, InvalidValue, UnknownName
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Progress, SymbolDone, silent, stage
from ktrdr_app.data.alignment import MODES, AlignmentReport, alignment_report
from ktrdr_app.data.bars import nanoseconds
from ktrdr_app.data.calendars.base import Calendar
from ktrdr_app.data.column_cache import Note
from ktrdr_app.data.quality.figures import QualityFigures
from ktrdr_app.data.quality.inspect import QualityReport, inspect_file
from ktrdr_app.data.symbols import read_symbols
from ktrdr_app.workflows.data_inventory import figure_cache
from ktrdr_app.workflows.prepare import source_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class DataCheckRequest:
    """Report on the quality of one series.

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
class AlignRequest:
    """Report what joining several series keeps and loses.

    Attributes
    ----------
    workspace : Workspace
        Where the data and ``symbols.yaml`` are read.
    symbols : tuple of str
        The symbols.
    timeframe : str
        Bar length.
    mode : str
        ``own``, ``intersection`` or ``union``.
    """

    workspace: Workspace
    symbols: tuple[str, ...]
    timeframe: str
    mode: str = "own"


def check_data(
    request: DataCheckRequest, progress: Progress = silent, cancel: CancelToken | None = None
) -> QualityReport:
    """Return the quality report of one series; nothing is changed, and the list of series knows its figures then.

    Parameters
    ----------
    request : DataCheckRequest
        Which series.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Checked between the steps.

    Raises
    ------
    DataNotFound
        If there is no such file.
    EmptyData, MalformedBars
        If the file holds nothing that can be reported on.
    InvalidValue
        If ``symbols.yaml`` is wrong.
    """
    token = cancel or CancelToken("the check")
    source, symbol, timeframe = source_of(request.workspace), request.symbol, request.timeframe
    path = source.path(symbol, timeframe)
    if not path.is_file():
        known = sorted({info.symbol for info in source.series() if info.timeframe == timeframe})
        raise DataNotFound(symbol, timeframe, str(path), known)
    with stage("check", progress):
        note, book = Note.of(path, rows=0), read_symbols(request.workspace)
        report = inspect_file(path, symbol, timeframe, book, token)
        figure_cache(request.workspace).keep(path, note, book.entries.get(symbol, {}), QualityFigures.of(report))
    progress(SymbolDone(symbol, 1, 1))
    return report


def align_data(
    request: AlignRequest, progress: Progress = silent, cancel: CancelToken | None = None
) -> AlignmentReport:
    """Return what a way of joining several series keeps and loses of each, and why.

    Parameters
    ----------
    request : AlignRequest
        Which series, joined how.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Checked before each symbol.

    Raises
    ------
    InvalidValue
        If there is no symbol, one is given twice, or ``symbols.yaml`` is wrong.
    UnknownName
        If there is no such mode or time frame.
    DataNotFound, EmptyData, MalformedBars
        As the data source raises them.
    """
    token, symbols = cancel or CancelToken("the alignment"), request.symbols
    if request.mode not in MODES:
        raise UnknownName("alignment mode", request.mode, MODES)
    if not symbols or len(set(symbols)) < len(symbols):
        raise InvalidValue("symbols", ",".join(symbols), "at least one symbol, each of them once")
    source = source_of(request.workspace)
    loaded: dict[str, pd.DataFrame] = {}
    with stage("load", progress):
        for done, symbol in enumerate(symbols, 1):
            token.check()
            loaded[symbol] = source.load(symbol, request.timeframe)
            progress(SymbolDone(symbol, done, len(symbols)))
    with stage("align", progress):
        token.check()
        return alignment_report(loaded, request.timeframe, request.mode, _calendars(request.workspace, loaded))


def _calendars(workspace: Workspace, loaded: Mapping[str, pd.DataFrame]) -> dict[str, Calendar]:
    book = read_symbols(workspace)
    return {symbol: book.settings(symbol, nanoseconds(bars.index)).open_hours() for symbol, bars in loaded.items()}
