"""Triple-barrier labels: would a trade opened at the next bar have won, on either side, before it was stopped?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.kernels import kernel, warms_up
from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.labels.decided import Decided, labelled_rows, read_only, thresholds_of
from ktrdr_app.labels.touch_kernels import Floats, Steps, first_touches

BOTH_TOUCHED = ("pessimistic", "hold")
"""What a bar means that touches take-profit and stop of one trade."""

_NEVER = 1 << 60
_WON, _LOST, _UNCLEAR, _OPEN = 0, 1, 2, 3


def triple_barrier(
    bars: pd.DataFrame | PriceArrays,
    threshold: float | NDArray[np.float64],
    lookahead: int,
    *,
    take_profit: float = 1.0,
    stop_loss: float = 1.0,
    both_touched: str = "pessimistic",
) -> Decided:
    """Label each bar by the trade that wins first (López de Prado 2018, ch. 3, with an entry that can be had).

    Two trades are opened at the next bar's open. The long one wins at entry × (1 + take_profit × threshold) and is
    stopped at entry × (1 − stop_loss × threshold); the short one is its mirror image. BUY if the long one is the
    first to win, SELL if the short one is, HOLD if neither wins within ``lookahead`` bars, the entry's own included.
    Highs and lows touch. A bar that opens beyond a barrier has touched that one first, and is left at its open.

    Where one bar touches take-profit and stop of a trade and its open tells nothing, ``pessimistic`` takes the trade
    for lost; the other one goes on by itself. ``hold`` makes the label HOLD there and then. With equal multiples both
    trades are lost in such a bar, and the two agree: HOLD. So it is if both trades win first in the same bar.

    Parameters
    ----------
    bars : DataFrame or PriceArrays
        Bars of one symbol, n_bars of them.
    threshold : float or ndarray of float64, shape (n_bars,)
        Fraction of the price that one unit of the multiples means, known at the bar's close: 0.02, or ATR / close.
        A bar whose threshold is NaN or not above 0 gets no label.
    lookahead : int
        Bars until the vertical barrier, at least 1.
    take_profit, stop_loss : float
        Multiples of the threshold, above 0. A barrier at or below a price of 0 is never touched.
    both_touched : str
        ``pessimistic`` or ``hold``.

    Returns
    -------
    Decided
        Labels; the bar that decided each (t1), which is the last of the horizon where nothing did; and the price's
        return from the entry to the barrier (to the open beyond it), for HOLD to the close of the deciding bar.
        The last ``lookahead`` bars have no label, whatever they have touched already.

    Raises
    ------
    InvalidValue
        For a value outside these bounds, or shapes that differ.
    """
    for name, multiple in (("take_profit", take_profit), ("stop_loss", stop_loss)):
        if not 0.0 < multiple < np.inf:
            raise InvalidValue(name, multiple, "a multiple of the threshold, above 0")
    if both_touched not in BOTH_TOUCHED:
        raise InvalidValue("both_touched", both_touched, " or ".join(BOTH_TOUCHED))
    prices = bars if isinstance(bars, PriceArrays) else PriceArrays.of(bars)
    thresholds = thresholds_of(threshold, len(prices))
    rows = labelled_rows(thresholds, lookahead)
    entries = max(0, len(prices) - lookahead)
    profit, loss = take_profit * thresholds[:entries], stop_loss * thresholds[:entries]
    reach = prices.open[1 : entries + 1], prices.high, prices.low
    long_won, short_won = first_touches(*reach, profit, profit, lookahead)
    short_lost, long_lost = (
        (long_won, short_won) if take_profit == stop_loss else first_touches(*reach, loss, loss, lookahead)
    )
    found = Decided.none(len(prices))
    touches = (long_won, long_lost, short_won, short_lost)
    opens, close, hold = read_only(prices.open), read_only(prices.close), both_touched == "hold"
    _decide(opens, close, rows, profit, loss, touches, lookahead, hold, *_parts(found))
    return found


def _parts(found: Decided) -> tuple[NDArray[np.int8], NDArray[np.int64], Floats]:
    return found.label, found.end_row, found.realised


@kernel
def _decide(
    opens: Floats,
    close: Floats,
    rows: NDArray[np.int64],
    profit: Floats,
    loss: Floats,
    touches: tuple[Steps, Steps, Steps, Steps],
    lookahead: int,
    hold: bool,
    label: NDArray[np.int8],
    end_row: NDArray[np.int64],
    realised: Floats,
) -> None:
    long_won, long_lost, short_won, short_lost = touches
    for i in rows:
        entry = opens[i + 1]
        win = _moment(opens, i, long_won[i], profit[i], 1.0)
        fail = _moment(opens, i, long_lost[i], loss[i], -1.0)
        long_end, long_result = _trade(win, fail)
        win = _moment(opens, i, short_won[i], profit[i], -1.0)
        fail = _moment(opens, i, short_lost[i], loss[i], 1.0)
        short_end, short_result = _trade(win, fail)
        buy = long_end if long_result == _WON else _NEVER
        sell = short_end if short_result == _WON else _NEVER
        unclear = _NEVER
        if hold and long_result == _UNCLEAR:
            unclear = long_end
        if hold and short_result == _UNCLEAR:
            unclear = min(unclear, short_end)
        first = min(buy, sell)
        if buy != sell and first < unclear:
            side = 1.0 if buy < sell else -1.0
            label[i] = 0 if buy < sell else 2
            end_row[i] = i + (first + 1) // 2
            at_open = first % 2 == 1
            realised[i] = (opens[end_row[i]] - entry) / entry if at_open else side * profit[i]
            continue
        last = min(first, unclear)
        if last == _NEVER:
            last = min(max(long_end, short_end), 2 * lookahead)
        label[i] = 1
        end_row[i] = i + (last + 1) // 2
        realised[i] = (close[end_row[i]] - entry) / entry


@kernel
def _moment(opens: Floats, i: int, step: int, move: float, side: float) -> int:
    """Return when a barrier was touched, in half bars after bar i: odd at a bar's open, even within the bar."""
    if step == 0:
        return _NEVER
    beyond = side * (opens[i + step] - opens[i + 1]) / opens[i + 1] >= move
    return 2 * step - 1 if beyond else 2 * step


@kernel
def _trade(win: int, fail: int) -> tuple[int, int]:
    """Return when a trade ended and how."""
    if win < fail:
        return win, _WON
    if fail < win:
        return fail, _LOST
    return win, _OPEN if win == _NEVER else _UNCLEAR


@warms_up
def _warm_up() -> Decided:
    prices = np.ones(4)
    return triple_barrier(PriceArrays(*(prices,) * 5), 0.1, 2)
