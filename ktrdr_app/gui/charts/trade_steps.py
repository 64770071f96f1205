"""Which trade comes next, and the span of bars that shows a trade with its surroundings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.gui.charts.markers import TradeArrays

_AROUND = 120
_CLOSE_AROUND = 40


def next_trade(
    trades: TradeArrays,
    at: int | None,
    step: int,
    *,
    losing_only: bool = False,
    shown: NDArray[np.bool_] | None = None,
) -> int | None:
    """Return the number of the next or previous trade; the one at hand, if it is shown, where there is none beyond it.

    Parameters
    ----------
    trades : TradeArrays
        All of them.
    at : int, optional
        The one at hand; without one, stepping begins at either end.
    step : int
        1 or -1.
    losing_only : bool
        Whether winners are passed over.
    shown : ndarray of bool, shape (n_trades,), optional
        Which trades are stepped to; all by default.
    """
    wanted = np.ones(len(trades), dtype=np.bool_) if shown is None else shown
    numbers = np.flatnonzero(wanted & (trades.profit <= 0) if losing_only else wanted)
    if not len(numbers):
        return None
    if at is None:
        return int(numbers[0 if step > 0 else -1])
    ahead = numbers[numbers > at] if step > 0 else numbers[numbers < at][::-1]
    if len(ahead):
        return int(ahead[0])
    return at if wanted[at] else None


def span_around(trades: TradeArrays, number: int, left: float, right: float) -> tuple[float, float]:
    """Return the span of bars that shows a trade, no wider than what is shown now unless the trade is.

    Parameters
    ----------
    trades : TradeArrays
        All of them.
    number : int
        Which.
    left, right : float
        What is shown now.
    """
    entry, leave = int(trades.entry[number]), int(trades.exit[number])
    held = leave - entry
    width = max(min(right - left, 4.0 * held + _AROUND), 2.0 * held + _CLOSE_AROUND)
    middle = (entry + leave) / 2
    return middle - width / 2, middle + width / 2
