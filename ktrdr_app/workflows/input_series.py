"""The values of every fuzzy input of a strategy beside the closes of one symbol, bar by bar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress, silent, stage
from ktrdr_app.data.bars import nanoseconds
from ktrdr_app.features.build import all_fuzzy_inputs
from ktrdr_app.features.higher import check_timeframes
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.strategy.load import load_strategy
from ktrdr_app.workflows.prepare import source_of
from ktrdr_app.workflows.requests import SeriesRequest


@dataclass(frozen=True, eq=False)
class InputSeries:
    """What membership strips are drawn from.

    Attributes
    ----------
    symbol, timeframe : str
        The series.
    times : ndarray of int64, shape (n_bars,)
        Bar opens, nanoseconds UTC.
    close : ndarray of float64, shape (n_bars,)
        Closes.
    inputs : dict of str to ndarray of float64, shape (n_bars,)
        Values by fuzzy input, in its form; NaN in the warm-up.
    """

    symbol: str
    timeframe: str
    times: NDArray[np.int64]
    close: NDArray[np.float64]
    inputs: dict[str, NDArray[np.float64]]


def load_inputs(request: SeriesRequest, progress: Progress = silent, cancel: CancelToken | None = None) -> InputSeries:
    """Return closes and fuzzy inputs of one symbol.

    Parameters
    ----------
    request : SeriesRequest
        Strategy and series.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Checked between reading and computing.

    Raises
    ------
    KtrdrError
        Of the kind that fits: strategy, data, cancelled.
    """
    token = cancel or CancelToken()
    plan = FeaturePlan.of(load_strategy(request.strategy, request.workspace))
    check_timeframes(plan, request.timeframe)
    with stage("load", progress):
        bars = source_of(request.workspace).load(request.symbol, request.timeframe)
    token.check()
    with stage("indicators", progress):
        values = all_fuzzy_inputs(bars, plan, request.timeframe)
    close = bars["close"].to_numpy(dtype=np.float64)
    return InputSeries(request.symbol, request.timeframe, nanoseconds(bars.index), close, values)
