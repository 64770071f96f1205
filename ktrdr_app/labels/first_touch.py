"""Labels within a fixed number of bars: which move comes first (the source document's ZigZag), or where it ends."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.kernels import kernel, warms_up
from ktrdr_app.labels.decided import (
    BUY,
    CLASS_NAMES,
    HOLD,
    SELL,
    UNLABELLED,
    Decided,
    labelled_rows,
    read_only,
    thresholds_of,
)
from ktrdr_app.labels.touch_kernels import Floats, Steps, first_touches

__all__ = ["BUY", "CLASS_NAMES", "HOLD", "SELL", "UNLABELLED", "decide_first_touch", "decide_fixed_horizon"]
__all__ += ["fixed_horizon", "zigzag"]

_PART = 16_384
"""Rows whose touches are looked for at once."""


def zigzag(close: NDArray[np.float64], threshold: float | NDArray[np.float64], lookahead: int) -> NDArray[np.int8]:
    """Label each bar by which move comes first.

    BUY if the close rises by ``threshold`` within ``lookahead`` bars before it falls by as much, SELL if the
    fall comes first, HOLD if neither comes (source document, "ZigZag Labeler"; the rule of the first touch as
    in the triple-barrier method, López de Prado 2018, ch. 3, without the vertical barrier's sign).

    Parameters
    ----------
    close : ndarray of float64, shape (n_bars,)
        Close prices, above 0.
    threshold : float or ndarray of float64, shape (n_bars,)
        Fraction of the bar's own close (0.03 is 3 %); one number, or one for each bar. A bar whose
        threshold is NaN or not above 0 gets no label.
    lookahead : int
        Bars to look at after the bar itself, at least 1.

    Returns
    -------
    ndarray of int8, shape (n_bars,)
        BUY 0, HOLD 1, SELL 2; -1 for the last ``lookahead`` bars, whose horizon is not complete, whatever
        they have touched already: keeping only the early touches would favour quick moves.

    Raises
    ------
    InvalidValue
        If ``lookahead`` is below 1 or the shapes differ.
    """
    prices, thresholds = _checked(close, threshold, lookahead)
    label = np.full(len(prices), UNLABELLED, dtype=np.int8)
    for part, moves, rises, falls in _touches(prices, thresholds, lookahead):
        _sides(moves, rises, falls, label[part])
    return label


def decide_first_touch(close: NDArray[np.float64], threshold: float | NDArray[np.float64], lookahead: int) -> Decided:
    """Return the labels of `zigzag`, known at the horizon's last close.

    Parameters
    ----------
    close, threshold, lookahead
        As for `zigzag`.

    Returns
    -------
    Decided
        The realised return is that from the bar's own close to the close that touched, or to the horizon's last.

    Raises
    ------
    InvalidValue
        As `zigzag`.
    """
    prices, thresholds = _checked(close, threshold, lookahead)
    found = Decided.none(len(prices))
    for part, moves, rises, falls in _touches(prices, thresholds, lookahead):
        label = found.label[part]
        _sides(moves, rises, falls, label)
        _returns(prices[part.start :], rises, falls, lookahead, label, found.end_row[part], found.realised[part])
    return found


def fixed_horizon(
    close: NDArray[np.float64], threshold: float | NDArray[np.float64], lookahead: int
) -> NDArray[np.int8]:
    """Label each bar by where the close stands after exactly so many bars.

    BUY if it is higher by ``threshold`` or more, SELL if lower by as much, HOLD between them (the fixed-time-horizon
    method, López de Prado 2018, section 3.2). What happens on the way does not count.

    Parameters
    ----------
    close : ndarray of float64, shape (n_bars,)
        Close prices, above 0.
    threshold : float or ndarray of float64, shape (n_bars,)
        Fraction of the bar's own close; as for `zigzag`.
    lookahead : int
        Bars to the close that counts, at least 1.

    Returns
    -------
    ndarray of int8, shape (n_bars,)
        BUY 0, HOLD 1, SELL 2; -1 without a threshold and for the last ``lookahead`` bars.

    Raises
    ------
    InvalidValue
        If ``lookahead`` is below 1 or the shapes differ.
    """
    return decide_fixed_horizon(close, threshold, lookahead).label


def decide_fixed_horizon(close: NDArray[np.float64], threshold: float | NDArray[np.float64], lookahead: int) -> Decided:
    """Return the labels of `fixed_horizon` with the return over the horizon.

    Parameters
    ----------
    close, threshold, lookahead
        As for `fixed_horizon`.

    Raises
    ------
    InvalidValue
        As `fixed_horizon`.
    """
    prices, thresholds = _checked(close, threshold, lookahead)
    rows = labelled_rows(thresholds, lookahead)
    found = Decided.none(len(prices))
    moves = (prices[rows + lookahead] - prices[rows]) / prices[rows]
    found.label[rows] = np.where(moves >= thresholds[rows], BUY, np.where(moves <= -thresholds[rows], SELL, HOLD))
    found.end_row[rows] = rows + lookahead
    found.realised[rows] = moves
    return found


def _checked(
    close: NDArray[np.float64], threshold: float | NDArray[np.float64], lookahead: int
) -> tuple[Floats, Floats]:
    if lookahead < 1:
        raise InvalidValue("lookahead", lookahead, "a whole number of bars, 1 or more")
    prices = read_only(close)
    return prices, thresholds_of(threshold, len(prices))


def _touches(prices: Floats, thresholds: Floats, lookahead: int) -> Iterator[tuple[slice, Floats, Steps, Steps]]:
    """Yield the touches of some rows at a time, so that what is only passed on stays in the cache."""
    entries = max(0, len(prices) - lookahead)
    for first in range(0, entries, _PART):
        part = slice(first, min(first + _PART, entries))
        coming, moves = prices[first : part.stop + lookahead], read_only(thresholds[part])
        yield part, moves, *first_touches(prices[part], coming, coming, moves, moves, lookahead)


@kernel
def _sides(threshold: Floats, rises: Steps, falls: Steps, label: NDArray[np.int8]) -> None:
    for i in range(len(rises)):
        # One close cannot rise and fall at once, so equal means neither; 0, never, becomes the latest.
        rise, fall = np.uint32(rises[i] - 1), np.uint32(falls[i] - 1)
        side = 0 if rise < fall else 2
        side = 1 if rise == fall else side
        label[i] = side if threshold[i] > 0.0 else -1


@kernel
def _returns(
    close: Floats,
    rises: Steps,
    falls: Steps,
    lookahead: int,
    label: NDArray[np.int8],
    end_row: NDArray[np.int64],
    realised: Floats,
) -> None:
    for i in range(len(rises)):
        if label[i] >= 0:
            step = lookahead if label[i] == 1 else rises[i] if label[i] == 0 else falls[i]
            end_row[i] += lookahead
            realised[i] = (close[i + step] - close[i]) / close[i]


@warms_up
def _warm_up() -> Decided:
    return decide_first_touch(np.ones(4), 0.1, 2)
