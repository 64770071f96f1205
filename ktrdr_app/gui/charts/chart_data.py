"""What the linked charts show, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.gui.charts.luck_band import LuckWay
from ktrdr_app.gui.charts.markers import TradeArrays
from ktrdr_app.gui.charts.open_mark import OpenPosition
from ktrdr_app.gui.charts.study import Study

Floats = NDArray[np.float64]


def _none() -> Floats:
    return np.empty(0)


@dataclass(frozen=True)
class ChartData:
    """Everything the charts show, as arrays of one length but for the trades.

    Attributes
    ----------
    title : str
        What is charted ("GOOG 1d").
    times : ndarray of int64, shape (n,)
        Bar opens, nanoseconds UTC.
    open, high, low, close : ndarray of float64, shape (n,)
        Prices; empty if only the equity is known yet.
    equity : ndarray of float64, shape (n,)
        Account value at each close.
    benchmark : ndarray of float64, shape (n,)
        Buy and hold; may be empty.
    shaded : ndarray of bool, shape (n,)
        Bars the model has learnt from; may be empty.
    trades : TradeArrays
        The closed trades.
    open_position : OpenPosition, optional
        What is still held after the last bar.
    start_value : float
        Account value before the first bar; the drawdown's first peak.
    daily : bool
        Whether bars are days or longer, so that dates need no hour.
    studies : tuple of Study
        What more can be shown, over the candles and in panes of its own; arrays of shape (n,).
    rival : ndarray of float64, shape (n,)
        Account of another model; may be empty, and NaN before its first bar.
    names : tuple of str
        What the two accounts are called where there is a rival.
    luck : tuple of float, optional
        5th percentile, median and 95th percentile of what random trades ended with, account currency.
    luck_way : LuckWay, optional
        Percentiles of the random accounts on their way there.
    """

    title: str
    times: NDArray[np.int64]
    open: Floats = field(default_factory=_none)
    high: Floats = field(default_factory=_none)
    low: Floats = field(default_factory=_none)
    close: Floats = field(default_factory=_none)
    equity: Floats = field(default_factory=_none)
    benchmark: Floats = field(default_factory=_none)
    shaded: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, dtype=np.bool_))
    trades: TradeArrays = field(default_factory=TradeArrays)
    open_position: OpenPosition | None = None
    start_value: float = 0.0
    daily: bool = True
    studies: tuple[Study, ...] = ()
    rival: Floats = field(default_factory=_none)
    names: tuple[str, str] = ("", "")
    luck: tuple[float, float, float] | None = None
    luck_way: LuckWay | None = None

    def __len__(self) -> int:
        return len(self.times)
