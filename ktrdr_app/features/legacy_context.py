"""The original's context features over a whole series. Three of them look ahead: they know the whole sample."""

from __future__ import annotations

import numpy as np
import pandas as pd

Columns = dict[str, "pd.Series[float]"]

LOOK_AHEAD = ("volatility_20", "volume_ratio_20", "obv_normalized")
"""Features that use the mean or deviation of all bars; the first two only in their warm-up."""
_WINDOW = 20
_SMALL = 1e-8
_NO_VOLUME = 100.0
AVERAGES = ("sma_20", "sma_50", "ema_20")
"""Indicators that the close is divided by."""
PERCENT = ("rsi", "stochastic_k", "stochastic_d")
"""Indicators whose hundredth is a feature of its own."""
STANDARDISED = ("macd", "macd_signal", "macd_histogram")
"""Indicators that are one by mean and deviation of all bars."""


def price_context(mapped: pd.DataFrame) -> Columns:
    """Return the price features.

    Parameters
    ----------
    mapped : DataFrame
        What `indicators.legacy.mapped_frame` returned.

    Returns
    -------
    dict of str to Series of float64
        ``price_to_{name}_ratio`` for indicators called ``sma_20``, ``sma_50`` or ``ema_20``; ``roc_5``, ``roc_10``,
        ``roc_20``; ``daily_price_position``; ``volatility_20``, which is the deviation of ALL returns in its warm-up.
    """
    close = mapped["close"]
    columns: Columns = {f"price_to_{name}_ratio": close / mapped[name] for name in AVERAGES if name in mapped}
    for lag in (5, 10, 20):
        columns[f"roc_{lag}"] = close.pct_change(lag).fillna(0.0)
    span = mapped["high"] - mapped["low"]
    columns["daily_price_position"] = ((close - mapped["low"]) / span).fillna(0.5)
    returns = close.pct_change().fillna(0.0)
    columns["volatility_20"] = returns.rolling(_WINDOW).std().fillna(returns.std())
    return columns


def volume_context(mapped: pd.DataFrame, volume: pd.Series[float]) -> Columns:
    """Return the volume features.

    Parameters
    ----------
    mapped : DataFrame
        What `indicators.legacy.mapped_frame` returned.
    volume : Series of float64
        Volume as loaded; NaN and -1 say that there is none. A series without any counts as 0.

    Returns
    -------
    dict of str to Series of float64
        ``volume_ratio_20``, in its warm-up over the mean of ALL bars; ``volume_change_5``; ``obv_normalized`` by
        mean and deviation of ALL bars.
    """
    known = volume.where(volume != -1) if volume.notna().any() else volume.fillna(0.0)
    known = known.ffill().bfill().fillna(_NO_VOLUME)
    usual = known.rolling(_WINDOW).mean().fillna(known.mean())
    before = known.shift(5)
    change = ((known - before) / (before + _SMALL)).fillna(0.0).clip(-100.0, 100.0)
    balance = (np.sign(mapped["close"].diff()).fillna(0.0) * known).cumsum()
    spread = balance.std()
    flat = pd.Series(0.0, index=balance.index)
    return {
        "volume_ratio_20": known / (usual + _SMALL),
        "volume_change_5": change,
        "obv_normalized": (balance - balance.mean()) / spread if spread > _SMALL else flat,
    }


def raw_indicators(mapped: pd.DataFrame) -> Columns:
    """Return indicators as features of their own; the original made them of a few names only.

    Parameters
    ----------
    mapped : DataFrame
        What `indicators.legacy.mapped_frame` returned.

    Returns
    -------
    dict of str to Series of float64
        ``{name}_normalized``: a hundredth for RSI and stochastic, mean and deviation of ALL bars for MACD.
    """
    columns: Columns = {f"{name}_normalized": mapped[name] / 100.0 for name in PERCENT if name in mapped}
    for name in STANDARDISED:
        if name in mapped:
            spread = mapped[name].std()
            centred = mapped[name] - mapped[name].mean()
            columns[f"{name}_normalized"] = centred / spread if spread > _SMALL else centred * 0.0
    return columns
