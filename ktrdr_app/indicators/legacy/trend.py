"""The original's trend indicators: SMA, EMA, MACD, ADX, Aroon, ParabolicSAR, SuperTrend, Ichimoku, ZigZag."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.indicators.legacy.formula import Line, Settings, formula, smoothed, true_range, windows


@formula("SMA", period=20, source="close")
def sma(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Mean of the last ``period`` values.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        The YAML's name.
    p : mapping
        period, source.
    """
    return {f"{name.lower()}_{p['period']}": bars[str(p["source"])].rolling(p["period"]).mean()}


@formula("EMA", period=20, source="close", adjust=True)
def ema(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Exponential mean with ``adjust=True``: weights are divided by their sum, so there is no warm-up.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        The YAML's name.
    p : mapping
        period, source, adjust.
    """
    mean = bars[str(p["source"])].ewm(span=p["period"], adjust=p["adjust"]).mean()
    return {f"{name.lower()}_{p['period']}": mean}


@formula("MACD", fast_period=12, slow_period=26, signal_period=9, source="close")
def macd(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Difference of two exponential means, in price units and without a warm-up.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        Not used; the columns have fixed names.
    p : mapping
        fast_period, slow_period, signal_period, source.
    """
    del name
    close, fast, slow, signal = bars[str(p["source"])], p["fast_period"], p["slow_period"], p["signal_period"]
    line = smoothed(close, fast) - smoothed(close, slow)
    trigger = smoothed(line, signal)
    return {
        f"MACD_{fast}_{slow}": line,
        f"MACD_signal_{fast}_{slow}_{signal}": trigger,
        f"MACD_hist_{fast}_{slow}_{signal}": line - trigger,
    }


@formula("ADX", period=14)
def adx(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Directional index smoothed by ``ewm(alpha=1/n)`` from the first bar on, without Wilder's first sum.

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
    n = p["period"]
    up, down = bars["high"].diff(), -bars["low"].diff()
    ranges = true_range(bars)
    mean = ranges.ewm(alpha=1 / n, adjust=False).mean()
    plus = 100 * up.where((up > down) & (up > 0), 0.0).ewm(alpha=1 / n, adjust=False).mean() / mean
    minus = 100 * down.where((down > up) & (down > 0), 0.0).ewm(alpha=1 / n, adjust=False).mean() / mean
    dx = (100 * (plus - minus).abs() / (plus + minus)).fillna(0.0)
    index = dx.ewm(alpha=1 / n, adjust=False).mean()
    lines = {"ADX": index, "DI_Plus": plus, "DI_Minus": minus, "DX": dx, "TR": ranges}
    lines |= {"ADX_Slope": index.diff(3), "DI_Spread": plus - minus, "ADX_Momentum": 100 * index.pct_change(5)}
    return {f"{key}_{n}": line for key, line in lines.items()}


@formula("Aroon", period=14, include_oscillator=False)
def aroon(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Age of the highest high and lowest low among n bars (not n + 1), so that it is never 0; the first one counts.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        Not used; the columns have fixed names.
    p : mapping
        period, include_oscillator.
    """
    del name
    n = p["period"]
    up = windows(bars["high"], n, lambda rows: 100.0 * (rows.argmax(axis=1) + 1) / n)
    down = windows(bars["low"], n, lambda rows: 100.0 * (rows.argmin(axis=1) + 1) / n)
    columns = {f"Aroon_{n}_Up": up, f"Aroon_{n}_Down": down}
    return columns | ({f"Aroon_{n}_Oscillator": up - down} if p["include_oscillator"] else {})


@formula("ParabolicSAR", initial_af=0.02, step_af=0.02, max_af=0.2)
def parabolic_sar(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Stop and reverse; it is held to the two bars before only after the test for a reversal.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        Not used; the column has a fixed name.
    p : mapping
        initial_af, step_af, max_af.
    """
    del name
    high, low, close = (bars[key].to_numpy() for key in ("high", "low", "close"))
    start, step, most = p["initial_af"], p["step_af"], p["max_af"]
    out = np.full(len(bars), np.nan)
    if len(bars) > 1:
        rising = bool(close[1] > close[0])
        stop, extreme, pace = (low[0], high[1], start) if rising else (high[0], low[1], start)
        out[1] = stop
        for i in range(2, len(bars)):
            stop += pace * (extreme - stop)
            if low[i] <= stop if rising else high[i] >= stop:
                rising, stop, pace = not rising, extreme, start
                extreme = high[i] if rising else low[i]
            else:
                stop = min(stop, low[i - 1], low[i - 2]) if rising else max(stop, high[i - 1], high[i - 2])
                if high[i] > extreme if rising else low[i] < extreme:
                    extreme, pace = (high[i] if rising else low[i]), min(pace + step, most)
            out[i] = stop
    return {f"ParabolicSAR_{start}_{step}_{most}": pd.Series(out, index=bars.index)}


@formula("SuperTrend", period=10, multiplier=3.0)
def supertrend(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Nothing but NaN: the original carries the NaN of the warm-up on for ever, and its direction stays at 1.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        Not used; the columns have fixed names.
    p : mapping
        period, multiplier.
    """
    del name
    tag = f"{p['period']}_{p['multiplier']}"
    nothing = pd.Series(np.nan, index=bars.index)
    one = pd.Series(1.0, index=bars.index)
    return {
        f"SuperTrend_{tag}": nothing,
        f"ST_Direction_{tag}": one,
        f"ST_Upper_Band_{tag}": nothing,
        f"ST_Lower_Band_{tag}": nothing,
        f"ST_ATR_{p['period']}": true_range(bars).rolling(p["period"]).mean(),
        f"ST_Distance_{tag}": nothing,
        f"ST_Strength_{tag}": one.cumsum(),
        f"ST_Slope_{tag}": nothing,
    }


@formula("Ichimoku", tenkan_period=9, kijun_period=26, senkou_b_period=52, displacement=26)
def ichimoku(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Midpoints of three windows; the displacement is only part of the names, no line is moved.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        Not used; the columns have fixed names.
    p : mapping
        tenkan_period, kijun_period, senkou_b_period, displacement.
    """
    del name

    def middle(length: int) -> Line:
        return (bars["high"].rolling(length).max() + bars["low"].rolling(length).min()) / 2

    tenkan, kijun = middle(p["tenkan_period"]), middle(p["kijun_period"])
    tag = "_".join(str(p[key]) for key in ("tenkan_period", "kijun_period", "senkou_b_period", "displacement"))
    lines = {"Tenkan_sen": tenkan, "Kijun_sen": kijun, "Senkou_Span_A": (tenkan + kijun) / 2}
    lines |= {"Senkou_Span_B": middle(p["senkou_b_period"]), "Chikou_Span": bars["close"]}
    return {f"Ichimoku_{tag}_{key}": line for key, line in lines.items()}


@formula("ZigZag", threshold=0.05, source="close")
def zigzag(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """The price at each turning point, NaN elsewhere: a turning point is known only later, so this looks ahead.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        Not used; the column has a fixed name.
    p : mapping
        threshold as a fraction, source.
    """
    del name
    prices = bars[str(p["source"])]
    out = pd.Series(np.nan, index=bars.index)
    pivots = turning_points(prices.to_numpy(), p["threshold"])
    out.iloc[pivots] = prices.iloc[pivots]
    return {f"ZigZag_{int(p['threshold'] * 100)}": out}


def turning_points(prices: NDArray[np.float64], threshold: float) -> list[int]:
    """Return the rows where swings of at least ``threshold`` turn, the first row and the last extreme included.

    Parameters
    ----------
    prices : ndarray of float64, shape (n_bars,)
        Prices above 0.
    threshold : float
        Size of a swing as a fraction of the last extreme.
    """
    pivots, direction = [0] if len(prices) else [], 0
    for i in range(1, len(prices)):
        change = prices[i] / prices[pivots[-1]] - 1.0
        if direction == 0 and abs(change) >= threshold:
            direction = 1 if change > 0 else -1
            pivots.append(i)
        elif direction * change > 0:
            pivots[-1] = i
        elif direction and -direction * change >= threshold:
            direction = -direction
            pivots.append(i)
    return pivots
