"""The original's volatility indicators: ATR, Bollinger and Keltner, Donchian, band width, squeeze intensity."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ktrdr_app.indicators.legacy.formula import Line, Settings, formula, smoothed, true_range

_SQUEEZE_ATR = 10
_TINY = 1e-10


@formula("ATR", period=14)
def atr(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Plain mean of the true range, where Wilder has his own average; the first bar counts too.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        Not used; the column has a fixed name.
    p : mapping
        period.
    """
    del name
    return {f"ATR_{p['period']}": true_range(bars).rolling(p["period"]).mean()}


@formula("BollingerBands", period=20, multiplier=2.0, source="close")
def bollinger_bands(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Mean and bands of the sample standard deviation (divisor n - 1).

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        Not used; the columns have fixed names, so no fuzzy set called after the indicator can find them.
    p : mapping
        period, multiplier, source.
    """
    del name
    upper, middle, lower = _bands(bars[str(p["source"])], p["period"], p["multiplier"])
    return {"upper": upper, "middle": middle, "lower": lower}


@formula("DonchianChannels", period=20, include_middle=True)
def donchian_channels(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Highest high and lowest low, the bar itself included.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        Not used; the columns have fixed names.
    p : mapping
        period, include_middle.
    """
    del name
    n = p["period"]
    upper, lower = bars["high"].rolling(n).max(), bars["low"].rolling(n).min()
    lines = {"Upper": upper, "Lower": lower} | ({"Middle": (upper + lower) / 2} if p["include_middle"] else {})
    lines |= {"Width": upper - lower, "Position": (bars["close"] - lower) / (upper - lower)}
    return {f"DC_{key}_{n}": line for key, line in lines.items()}


@formula("KeltnerChannels", period=20, atr_period=10, multiplier=2.0)
def keltner_channels(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Exponential mean with bands of the plain mean of the true range.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        Not used; the columns have fixed names.
    p : mapping
        period, atr_period, multiplier.
    """
    del name
    middle, swing = smoothed(bars["close"], p["period"]), true_range(bars).rolling(p["atr_period"]).mean()
    upper, lower = middle + p["multiplier"] * swing, middle - p["multiplier"] * swing
    tag = f"{p['period']}_{p['atr_period']}_{p['multiplier']}"
    return {
        f"KC_Middle_{p['period']}": middle,
        f"KC_Upper_{tag}": upper,
        f"KC_Lower_{tag}": lower,
        f"KC_ATR_{p['atr_period']}": swing,
        f"KC_Width_{tag}": upper - lower,
        f"KC_Position_{tag}": (bars["close"] - lower) / (upper - lower),
        f"KC_Squeeze_{tag}": (bars["high"] - bars["low"]) / (upper - lower),
    }


@formula("BollingerBandWidth", period=20, multiplier=2.0, source="close")
def bollinger_band_width(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Width of the bands over their middle; 0 while they warm up.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        The YAML's name.
    p : mapping
        period, multiplier, source.
    """
    upper, middle, lower = _bands(bars[str(p["source"])], p["period"], p["multiplier"])
    return {f"{name.lower()}_{p['period']}_{p['multiplier']}": ((upper - lower) / middle).fillna(0.0)}


@formula("SqueezeIntensity", bb_period=20, bb_multiplier=2.0, kc_period=20, kc_multiplier=2.0, source="close")
def squeeze_intensity(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """How far the Bollinger Bands lie inside the Keltner Channels, as a share of the channels' width.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        The YAML's name.
    p : mapping
        bb_period, bb_multiplier, kc_period, kc_multiplier, source.

    Notes
    -----
    Bars whose channels are not there yet get 0, later bars whose bands are not there yet stay NaN.
    """
    close = bars[str(p["source"])]
    upper, _, lower = _bands(close, p["bb_period"], p["bb_multiplier"])
    middle = smoothed(close, p["kc_period"])
    reach = p["kc_multiplier"] * true_range(bars).rolling(_SQUEEZE_ATR).mean()
    inside = np.minimum(middle + reach - upper, lower - (middle - reach)) / (2 * reach)
    squeeze = inside.clip(lower=0.0).where(2 * reach > _TINY, 0.0)
    tag = "_".join(str(p[key]) for key in ("bb_period", "bb_multiplier", "kc_period", "kc_multiplier"))
    return {f"{name.lower()}_{tag}": squeeze}


def _bands(line: Line, period: int, multiplier: float) -> tuple[Line, Line, Line]:
    middle, spread = line.rolling(period).mean(), line.rolling(period).std(ddof=1)
    return middle + multiplier * spread, middle, middle - multiplier * spread
