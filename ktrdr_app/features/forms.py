"""Scale-free forms: the same number means the same thing on every symbol."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.kernels import kernel, warms_up

Array = NDArray[np.float64]


def in_form(form: str, values: Array, close: Array, atr: Array | None) -> Array:
    """Return an indicator's values in a scale-free form.

    Parameters
    ----------
    form : str
        ``raw`` x · ``ratio_to_price`` close/x · ``percent`` 100·x/close · ``atr`` x/ATR ·
        ``atr_distance`` (close - x)/ATR.
    values : ndarray of float64, shape (n_bars,)
        The indicator, in its own unit.
    close : ndarray of float64, shape (n_bars,)
        Close prices.
    atr : ndarray of float64, shape (n_bars,), optional
        Average true range in price units; needed by the two ATR forms.

    Returns
    -------
    ndarray of float64, shape (n_bars,)
        NaN where an operand is NaN; 0 where a market that did not move at all leaves ATR at 0.
    """
    if form == "raw":
        return values
    if form == "ratio_to_price":
        return quotient(close, values)
    if form == "percent":
        return 100.0 * quotient(values, close)
    assert atr is not None, f"form {form} needs ATR"
    return quotient(values if form == "atr" else close - values, atr)


def quotient(numerator: Array, denominator: Array, if_zero: float = 0.0) -> Array:
    """Return numerator/denominator, with a stated value where the denominator is 0.

    Parameters
    ----------
    numerator, denominator : ndarray of float64
        Operands of one shape; NaN passes through.
    if_zero : float
        Result where the denominator is exactly 0.
    """
    result = np.full_like(numerator, if_zero)
    np.divide(numerator, denominator, out=result, where=denominator != 0)
    return result


@kernel
def rolling_zscore(values: Array, window: int) -> Array:
    """Return how far each value lies from the mean of its last ``window`` values, in standard deviations.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        A series; leading NaN are its warm-up.
    window : int
        Values in each mean, the current one included; nothing later is looked at.

    Returns
    -------
    ndarray of float64, shape (n,)
        Population standard deviation (two passes per window, so that appending bars changes nothing);
        NaN until the window is full, 0 where the window is constant.
    """
    n = len(values)
    out = np.full(n, np.nan)
    for end in range(window - 1, n):
        total = 0.0
        constant = True
        for i in range(end - window + 1, end + 1):
            total += values[i]
            constant = constant and values[i] == values[end]
        mean = total / window
        squares = 0.0
        for i in range(end - window + 1, end + 1):
            squares += (values[i] - mean) ** 2
        if constant:
            out[end] = 0.0
        elif squares > 0.0:
            out[end] = (values[end] - mean) / np.sqrt(squares / window)
    return out


@warms_up
def _warm_up() -> Array:
    return rolling_zscore(np.arange(8.0), 4)
