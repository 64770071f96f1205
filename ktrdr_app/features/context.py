"""Feature groups B and C: the market around the fuzzy values, from past bars alone."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.features.forms import quotient

Array = NDArray[np.float64]
Columns = dict[str, Array]

MEAN_WINDOW = 20
CHANGE_LAG = 5
RATES_OF_CHANGE = (5, 10, 20)
LARGEST_CHANGE = 10.0


def price_context(prices: PriceArrays, averages: Columns) -> Columns:
    """Return group B.

    Parameters
    ----------
    prices : PriceArrays
        Bars.
    averages : dict of str to ndarray
        Moving averages of the strategy by indicator id, in price units.

    Returns
    -------
    dict of str to ndarray of float64, shape (n_bars,)
        ``price_to_{id}_ratio`` = close/average; ``roc_5``, ``roc_10``, ``roc_20`` = close/close[t-n] - 1;
        ``daily_position`` = (close-low)/(high-low), 0.5 on a bar without range; ``volatility_20`` =
        sample standard deviation of the last 20 one-bar returns. NaN until their windows are full.
    """
    close = prices.close
    columns = {f"price_to_{name}_ratio": quotient(close, average) for name, average in averages.items()}
    for lag in RATES_OF_CHANGE:
        columns[f"roc_{lag}"] = rate_of_change(close, lag)
    columns["daily_position"] = quotient(close - prices.low, prices.high - prices.low, if_zero=0.5)
    returns = rate_of_change(close, 1)
    columns[f"volatility_{MEAN_WINDOW}"] = _rolled(returns, MEAN_WINDOW).std(axis=1, ddof=1)
    return columns


def volume_context(prices: PriceArrays, on_balance: Array) -> Columns:
    """Return group C; bars without volume get neutral values and say so.

    Parameters
    ----------
    prices : PriceArrays
        Bars; volume NaN or 0 counts as absent.
    on_balance : ndarray of float64, shape (n_bars,)
        On-balance volume.

    Returns
    -------
    dict of str to ndarray of float64, shape (n_bars,)
        ``volume_ratio_20`` = volume over its mean of 20 bars, 1 where there is none; ``volume_change_5`` =
        volume/volume[t-5] - 1, at most 10, 0 where there is none; ``obv_normalized`` = change of OBV over
        20 bars over the volume of those bars, -1 to 1, 0 where there is none; ``volume_available`` = 1 or 0.
        No statistic of the whole sample enters (the original's mean and deviation of OBV did).
    """
    volume = np.nan_to_num(prices.volume, nan=0.0)
    window_sum = _rolled(volume, MEAN_WINDOW).sum(axis=1)
    before = lagged(volume, CHANGE_LAG)
    change = quotient(volume, before, if_zero=1.0) - 1.0
    change[(volume == 0.0) & ~np.isnan(before)] = 0.0
    return {
        f"volume_ratio_{MEAN_WINDOW}": quotient(volume, window_sum / MEAN_WINDOW, if_zero=1.0),
        f"volume_change_{CHANGE_LAG}": np.minimum(change, LARGEST_CHANGE),
        "obv_normalized": quotient(on_balance - lagged(on_balance, MEAN_WINDOW), window_sum),
        "volume_available": (volume > 0.0).astype(np.float64),
    }


def rate_of_change(values: Array, lag: int) -> Array:
    """Return values/values[t-lag] - 1 as a fraction.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        A positive series.
    lag : int
        Bars back; the first ``lag`` results are NaN.
    """
    return values / lagged(values, lag) - 1.0


def lagged(values: Array, lag: int) -> Array:
    """Return the series ``lag`` bars later, NaN in front.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        A series.
    lag : int
        Bars, at least 1.
    """
    out = np.full_like(values, np.nan)
    out[lag:] = values[:-lag]
    return out


def _rolled(values: Array, window: int) -> Array:
    """Return each bar's last ``window`` values as a row; rows of bars without a full window are NaN.

    The copy is contiguous, so that sums add in one order however many bars follow.
    """
    padded = np.concatenate([np.full(window - 1, np.nan), values])
    return np.ascontiguousarray(sliding_window_view(padded, window))
