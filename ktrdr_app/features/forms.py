"""Scale-free forms: the same number means the same thing on every symbol."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.kernels import kernel, warms_up

Array = NDArray[np.float64]
_CHUNK = 256


AUTOMATIC = {"price": "ratio_to_price", "price_difference": "atr", "volume": "zscore"}
"""What ``auto`` stands for by the unit of an output; oscillators and ratios are scale-free as they are."""


def form_for(form: str, indicator: str, unit: str) -> str:
    """Return the form that a fuzzy input is in, with ``auto`` settled.

    Parameters
    ----------
    form : str
        As the strategy has it.
    indicator : str
        Name of the indicator; ATR in multiples of itself would always be 1, so it goes by percent.
    unit : str
        Unit of its output (`OutputInfo.unit`).

    Examples
    --------
    >>> form_for("auto", "macd", "price_difference"), form_for("auto", "rsi", "oscillator")
    ('atr', 'raw')
    """
    if form != "auto":
        return form
    return "percent" if indicator == "atr" else AUTOMATIC.get(unit, "raw")


def in_form(form: str, values: Array, close: Array, atr: Array | None, window: int = 250) -> Array:
    """Return an indicator's values in a scale-free form.

    Parameters
    ----------
    form : str
        ``raw`` x · ``ratio_to_price`` close/x · ``percent`` 100·x/close · ``atr`` x/ATR ·
        ``atr_distance`` (close - x)/ATR · ``zscore`` as `rolling_zscore` has it.
    values : ndarray of float64, shape (n_bars,)
        The indicator, in its own unit.
    close : ndarray of float64, shape (n_bars,)
        Close prices.
    atr : ndarray of float64, shape (n_bars,), optional
        Average true range in price units; needed by the two ATR forms.
    window : int
        Bars of the z-score.

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
    if form == "zscore":
        return rolling_zscore(values, window)
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
    mean = np.empty(_CHUNK)
    squares = np.empty(_CHUNK)
    equal = 0
    for begin in range(window - 1, n, _CHUNK):
        # Chunk by chunk, so that the sums of neighbouring windows run side by side in vector operations.
        size = min(_CHUNK, n - begin)
        mean[:size] = 0.0
        squares[:size] = 0.0
        for back in range(window - 1, -1, -1):
            for i in range(size):
                mean[i] += values[begin - back + i]
        for i in range(size):
            mean[i] /= window
        for back in range(window - 1, -1, -1):
            for i in range(size):
                squares[i] += (values[begin - back + i] - mean[i]) ** 2
        if begin == window - 1:
            for i in range(1, begin):
                equal = equal + 1 if values[i] == values[i - 1] else 0
        for i in range(size):
            end = begin + i
            equal = equal + 1 if end > 0 and values[end] == values[end - 1] else 0
            if equal >= window - 1:
                out[end] = 0.0
            elif squares[i] > 0.0:
                out[end] = (values[end] - mean[i]) / np.sqrt(squares[i] / window)
    return out


@warms_up
def _warm_up() -> Array:
    return rolling_zscore(np.arange(8.0), 4)
