"""First touch of a rise or a fall within a fixed number of bars: the source document's ZigZag labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.kernels import kernel, warms_up

BUY, HOLD, SELL, UNLABELLED = 0, 1, 2, -1
CLASS_NAMES = ("BUY", "HOLD", "SELL")
"""Names of the classes 0, 1, 2."""


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
    prices = np.ascontiguousarray(close, dtype=np.float64)
    if lookahead < 1:
        raise InvalidValue("lookahead", lookahead, "a whole number of bars, 1 or more")
    thresholds = np.ascontiguousarray(np.broadcast_to(np.asarray(threshold, dtype=np.float64), prices.shape))
    return _first_touch(prices, thresholds, lookahead)


@kernel
def _first_touch(close: NDArray[np.float64], threshold: NDArray[np.float64], lookahead: int) -> NDArray[np.int8]:
    n = len(close)
    labels = np.full(n, -1, dtype=np.int8)
    for i in range(n - lookahead):
        if not threshold[i] > 0.0:
            continue
        labels[i] = 1
        for j in range(i + 1, i + lookahead + 1):
            move = close[j] / close[i] - 1.0
            if move >= threshold[i]:
                labels[i] = 0
                break
            if move <= -threshold[i]:
                labels[i] = 2
                break
    return labels


@warms_up
def _warm_up() -> NDArray[np.int8]:
    return _first_touch(np.ones(4), np.full(4, 0.1), 2)
