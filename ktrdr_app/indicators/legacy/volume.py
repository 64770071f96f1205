"""The original's volume indicators: OBV, VWAP, MFI, A/D line, CMF, volume ratio."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ktrdr_app.core.errors import MalformedBars
from ktrdr_app.indicators.legacy.formula import Line, Settings, formula, smoothed, windows

_STRENGTH_WINDOW, _STRENGTH_LEAST = 50, 20


@formula("OBV")
def obv(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """On-balance volume, which begins with 0.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        Not used; the column has a fixed name.
    p : mapping
        Nothing.
    """
    del name, p
    return {"OBV": (np.sign(bars["close"].diff()).fillna(0.0) * bars["volume"]).cumsum()}


@formula("VWAP", period=20, use_typical_price=True)
def vwap(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Volume-weighted price of the last ``period`` bars, of fewer at the beginning; period 0 takes all bars so far.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        Not used; the column has a fixed name.
    p : mapping
        period, use_typical_price.
    """
    del name
    typical = p["use_typical_price"]
    price = (bars["high"] + bars["low"] + bars["close"]) / 3 if typical else bars["close"]
    traded, volume = price * bars["volume"], bars["volume"]
    if p["period"]:
        value = traded.rolling(p["period"], min_periods=1).sum()
        total = volume.rolling(p["period"], min_periods=1).sum()
    else:
        value, total = traded.cumsum(), volume.cumsum()
    return {f"VWAP_{p['period'] or 'cumulative'}_{'typical' if typical else 'close'}": value / total.where(total != 0)}


@formula("MFI", period=14)
def mfi(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Money flow index of n bars; 100 without falling and 0 without rising money.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        Name of the column.
    p : mapping
        period.

    Raises
    ------
    MalformedBars
        For a volume below 0, as in the original.
    """
    if (bars["volume"] < 0).any():
        raise MalformedBars("bars", "a volume below 0", "volumes of 0 or more for the original's MFI")
    typical = (bars["high"] + bars["low"] + bars["close"]) / 3
    flow, move = typical * bars["volume"], typical.diff()
    rising = windows(flow.where(move > 0, 0.0), p["period"], lambda rows: rows.sum(axis=1))
    falling = windows(flow.where(move < 0, 0.0), p["period"], lambda rows: rows.sum(axis=1))
    index = (100 - 100 / (1 + rising / falling)).mask(falling == 0, 100.0).mask((rising == 0) & (falling != 0), 0.0)
    index.iloc[: p["period"]] = np.nan
    return {name: index}


@formula("ADLine", use_sma_smoothing=False, smoothing_period=21)
def accumulation_distribution(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Accumulation and distribution: volume by the close's place in its bar, summed from the first bar on.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        Not used; the columns have fixed names.
    p : mapping
        use_sma_smoothing, smoothing_period.
    """
    del name
    place, n = _close_location(bars), p["smoothing_period"]
    line = (place * bars["volume"]).cumsum()
    usual = line.rolling(_STRENGTH_WINDOW, min_periods=_STRENGTH_LEAST).mean()
    columns = {
        "AD_Line": line,
        "AD_MF_Multiplier": place,
        "AD_MF_Volume": place * bars["volume"],
        "AD_ROC_10": 100 * (line / line.shift(10) - 1),
        f"AD_Momentum_{n}": line - line.shift(n),
        "AD_Relative_Strength": 100 * (line / usual - 1),
    }
    return columns | ({f"AD_Line_SMA_{n}": line.rolling(n).mean()} if p["use_sma_smoothing"] else {})


@formula("CMF", period=21)
def chaikin_money_flow(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Money flow volume over volume of n bars; 0 where there was no volume.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        Not used; the columns have fixed names.
    p : mapping
        period.
    """
    del name
    n, place = p["period"], _close_location(bars)
    total = bars["volume"].rolling(n).sum()
    flow = ((place * bars["volume"]).rolling(n).sum() / total).mask(total == 0, 0.0)
    signal = smoothed(flow, 9)
    lines = {"CMF": flow, "CMF_MF_Multiplier": place, "CMF_MF_Volume": place * bars["volume"]}
    lines |= {"CMF_Momentum": flow.diff(5), "CMF_Signal": signal, "CMF_Histogram": flow - signal}
    lines |= {"CMF_Above_Zero": (flow > 0).astype(float), "CMF_Below_Zero": (flow < 0).astype(float)}
    return {f"{key}_{n}": line for key, line in lines.items()}


@formula("VolumeRatio", period=20)
def volume_ratio(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Volume over its mean of n bars; 1 while that warms up and where there is no volume.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        The YAML's name.
    p : mapping
        period.
    """
    mean = bars["volume"].rolling(p["period"]).mean()
    return {f"{name.lower()}_{p['period']}": (bars["volume"] / mean.where(mean > 0)).fillna(1.0)}


def _close_location(bars: pd.DataFrame) -> Line:
    """Return where the close lies in its bar, -1 to 1, and 0 in a bar without range."""
    high, low, close = bars["high"], bars["low"], bars["close"]
    return (((close - low) - (high - close)) / (high - low)).where(high != low, 0.0)
