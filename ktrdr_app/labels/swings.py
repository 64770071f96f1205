"""Swing labels of the original KTRDR, for comparison: what they ask for is known with hindsight only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.kernels import kernel, warms_up
from ktrdr_app.labels.decided import Decided, read_only, thresholds_of

Floats = NDArray[np.float64]


def segment(close: NDArray[np.float64], threshold: float | NDArray[np.float64]) -> NDArray[np.int8]:
    """Label whole swings by their direction, as the original trained on them.

    The first bar is a turn. The close that has moved from it by the threshold sets a direction. While it goes up,
    each strictly higher close is the new extreme, and a close that stands a threshold below the extreme confirms it
    as a turn and turns the direction; downwards likewise. Bars strictly between two turns are BUY if the later one is
    higher, SELL if it is lower; turns are HOLD.

    A label is hindsight: neighbouring bars share one, and bars near a turn are labelled by a move that is nearly
    over. Good scores against such labels say little about the next bars.

    Parameters
    ----------
    close : ndarray of float64, shape (n_bars,)
        Close prices, above 0.
    threshold : float or ndarray of float64, shape (n_bars,)
        Fraction of the extreme's close; one number, or one for each bar as known at that bar, which is then the one
        that a move up to that bar must reach. Nothing is confirmed on a bar whose threshold is NaN or not above 0;
        the first bar with one is the first turn.

    Returns
    -------
    ndarray of int8, shape (n_bars,)
        BUY 0, HOLD 1, SELL 2; -1 after the last confirmed turn and before the first. The original called the
        unfinished swing's extreme a turn as well, and everything after it HOLD.

    Raises
    ------
    InvalidValue
        If the shapes differ.
    """
    return decide_segment(close, threshold).label


def decide_segment(close: NDArray[np.float64], threshold: float | NDArray[np.float64]) -> Decided:
    """Return the labels of `segment`, each known when the turn that ends its swing is confirmed.

    Parameters
    ----------
    close, threshold
        As for `segment`.

    Returns
    -------
    Decided
        The realised return is that from the bar's close to the turn's, which nobody can trade; NaN for turns.

    Raises
    ------
    InvalidValue
        If the shapes differ.
    """
    prices = read_only(close)
    found = Decided.none(len(prices))
    _swings(prices, read_only(thresholds_of(threshold, len(prices))), found.label, found.end_row, found.realised)
    return found


@kernel
def _swings(
    close: Floats, threshold: Floats, label: NDArray[np.int8], end_row: NDArray[np.int64], realised: Floats
) -> None:
    turn = extreme = -1
    direction = 0.0
    for now in range(len(close)):
        if extreme < 0:
            if threshold[now] > 0.0:
                turn = extreme = now
            continue
        move = (close[now] - close[extreme]) / close[extreme]
        reached = threshold[now] > 0.0 and abs(move) >= threshold[now]
        if direction == 0.0:
            if reached:
                direction, extreme = (1.0 if move > 0.0 else -1.0), now
        elif direction * move > 0.0:
            extreme = now
        elif reached:
            # A turn was labelled with the swing that it ends; the first one ends none and goes with the swing after it.
            for row in range(turn if label[turn] < 0 else turn + 1, extreme + 1):
                end_row[row] = now
                if row in (turn, extreme):
                    label[row] = 1
                else:
                    label[row] = 0 if direction > 0.0 else 2
                    realised[row] = (close[extreme] - close[row]) / close[row]
            turn, extreme, direction = extreme, now, -direction


@warms_up
def _warm_up() -> NDArray[np.int8]:
    return segment(np.ones(4), 0.1)
