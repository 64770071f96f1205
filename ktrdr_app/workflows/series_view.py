"""What the data station draws of a series: its candles, and which of its expected bars are there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import MalformedBars
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Progress, SymbolDone, silent
from ktrdr_app.data.quality.context import Context
from ktrdr_app.data.quality.coverage import CoverageMap, coverage_map
from ktrdr_app.data.quality.raw import RawSeries, read_raw
from ktrdr_app.data.symbols import SymbolSettings, read_symbols
from ktrdr_app.workflows.prepare import source_of

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SeriesViewRequest:
    """Read one series for drawing.

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
class SeriesView:
    """One series as arrays.

    Attributes
    ----------
    path : Path
        Its file.
    symbol, timeframe : str
        The series.
    settings : SymbolSettings
        Asset class and calendar it is held against.
    times : ndarray of int64, shape (n_bars,)
        Bar opens, nanoseconds UTC, rising.
    open, high, low, close : ndarray of float64, shape (n_bars,)
        Prices; bars without four prices above 0 are left out.
    coverage : CoverageMap
        Every expected bar, and whether it is there.
    """

    path: Path
    symbol: str
    timeframe: str
    settings: SymbolSettings
    times: NDArray[np.int64]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    coverage: CoverageMap


def view_series(
    request: SeriesViewRequest, progress: Progress = silent, cancel: CancelToken | None = None
) -> SeriesView:
    """Return the candles and the coverage of one series; rows that training would refuse are shown as far as they go.

    Parameters
    ----------
    request : SeriesViewRequest
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
        If the file holds nothing that can be drawn.
    InvalidValue
        If ``symbols.yaml`` is wrong.
    """
    token = cancel or CancelToken("the reading")
    token.check()
    rows = _rows(request)
    token.check()
    symbol, timeframe = request.symbol, request.timeframe
    settings = read_symbols(request.workspace).settings(symbol, rows.stamp)
    context = Context(rows, timeframe, settings.open_hours())
    covered = coverage_map(context, symbol)
    token.check()
    bars = context.sound
    open_, high, low, close = (np.ascontiguousarray(column) for column in bars.prices.T)
    path = source_of(request.workspace).path(symbol, timeframe)
    progress(SymbolDone(symbol, 1, 1))
    return SeriesView(path, symbol, timeframe, settings, bars.stamp, open_, high, low, close, covered)


def map_coverage(
    request: SeriesViewRequest, progress: Progress = silent, cancel: CancelToken | None = None
) -> CoverageMap:
    """Return every expected bar of a series and whether it is there.

    Parameters
    ----------
    request : SeriesViewRequest
        Which series.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Checked between the steps.

    Raises
    ------
    KtrdrError
        As `view_series` raises it.
    """
    return view_series(request, progress, cancel).coverage


def _rows(request: SeriesViewRequest) -> RawSeries:
    source = source_of(request.workspace)
    try:
        return RawSeries.of(source.load(request.symbol, request.timeframe))
    except MalformedBars:
        # Not fit for training, yet it can be looked at: what is wrong with it is in its quality report.
        return read_raw(source.path(request.symbol, request.timeframe))
