"""The original's momentum indicators: RSI, Stochastic, WilliamsR, CCI, Momentum, ROC, RVI, FisherTransform."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ktrdr_app.indicators.legacy.formula import Line, Settings, formula, smoothed, windows


@formula("RSI", period=14, source="close")
def rsi(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Wilder's index; without losses it is 100, without any move 50.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        The YAML's name.
    p : mapping
        period, source.
    """
    n = p["period"]
    change = np.diff(bars[str(p["source"])].to_numpy())
    gains, losses = np.maximum(change, 0.0), np.maximum(-change, 0.0)
    out = np.full(len(bars), np.nan)
    if len(change) >= n:
        gain, loss = gains[:n].mean(), losses[:n].mean()
        for i in range(n, len(bars)):
            if i > n:
                gain, loss = (gain * (n - 1) + gains[i - 1]) / n, (loss * (n - 1) + losses[i - 1]) / n
            if loss == 0:
                out[i] = 100.0 if gain > 0 else 50.0
            else:
                out[i] = 100.0 - 100.0 / (1.0 + gain / loss)
    return {f"{name.lower()}_{n}": pd.Series(out, index=bars.index)}


@formula("Stochastic", k_period=14, d_period=3, smooth_k=3)
def stochastic(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Place of the close in its range; warm-up and flat windows count as 50, so there is no NaN.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        Not used; the columns have fixed names.
    p : mapping
        k_period, d_period, smooth_k.
    """
    del name
    k, d, smooth = p["k_period"], p["d_period"], p["smooth_k"]
    low, high = bars["low"].rolling(k).min(), bars["high"].rolling(k).max()
    raw = (100 * (bars["close"] - low) / (high - low)).fillna(50.0)
    line = raw.rolling(smooth, min_periods=1).mean()
    return {
        f"Stochastic_K_{k}_{smooth}": line,
        f"Stochastic_D_{k}_{d}_{smooth}": line.rolling(d, min_periods=1).mean(),
    }


@formula("WilliamsR", period=14)
def williams_r(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Distance from the highest high; warm-up and flat windows count as -50.

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
    low, high = bars["low"].rolling(p["period"]).min(), bars["high"].rolling(p["period"]).max()
    return {f"WilliamsR_{p['period']}": (-100 * (high - bars["close"]) / (high - low)).fillna(-50.0)}


@formula("CCI", period=20)
def cci(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Distance of the typical price from its mean in mean deviations of the window.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        Name of the column.
    p : mapping
        period.
    """
    typical = (bars["high"] + bars["low"] + bars["close"]) / 3
    deviation = windows(typical, p["period"], lambda rows: np.abs(rows - rows.mean(axis=1, keepdims=True)).mean(axis=1))
    return {name: (typical - typical.rolling(p["period"]).mean()) / (0.015 * deviation)}


@formula("Momentum", period=10, source="close")
def momentum(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Change over ``period`` bars in price units.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        Not used; the column has a fixed name.
    p : mapping
        period, source.
    """
    del name
    line = bars[str(p["source"])]
    return {f"Momentum_{p['period']}_{p['source']}": line - line.shift(p["period"])}


@formula("ROC", period=10, source="close")
def roc(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Change over ``period`` bars in percent; infinite values become NaN.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        Not used; the column has a fixed name.
    p : mapping
        period, source.
    """
    del name
    line = bars[str(p["source"])]
    change = 100 * (line / line.shift(p["period"]) - 1)
    return {f"ROC_{p['period']}_{p['source']}": change.replace([np.inf, -np.inf], np.nan)}


@formula("RVI", period=10, signal_period=4)
def rvi(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Relative vigour: weighted close - open over weighted high - low; its signal is a plain mean.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        Not used; the columns have fixed names.
    p : mapping
        period, signal_period.
    """
    del name

    def weighted(line: Line) -> Line:
        return (line + 2 * line.shift(1) + 2 * line.shift(2) + line.shift(3)) / 6

    rise = weighted(bars["close"] - bars["open"]).rolling(p["period"]).mean()
    line = rise / weighted(bars["high"] - bars["low"]).rolling(p["period"]).mean()
    tag = f"RVI_{p['period']}_{p['signal_period']}"
    return {f"{tag}_RVI": line, f"{tag}_Signal": line.rolling(p["signal_period"]).mean()}


@formula("FisherTransform", period=10, smoothing=3)
def fisher_transform(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    """Fisher transform of the bar's middle within its range, smoothed from the first value on.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    name : str
        Not used; the columns have fixed names.
    p : mapping
        period, smoothing.

    Notes
    -----
    The levels of the last two columns are taken to be 2 and -2: in the original's reference values the line
    never reaches its levels, so they are not settled by it.
    """
    del name
    low, high = bars["low"].rolling(p["period"]).min(), bars["high"].rolling(p["period"]).max()
    place = (2 * ((bars["high"] + bars["low"]) / 2 - low) / (high - low) - 1).clip(-0.999, 0.999)
    raw = pd.Series(0.5 * np.log((1 + place) / (1 - place)), index=bars.index)
    line = smoothed(raw, p["smoothing"])
    lines: dict[str, Line] = {
        "": line,
        "_Trigger": line.shift(1),
        "_Raw": raw,
        "_Normalized": place,
        "_Momentum": line.diff(3),
    }
    lines |= {"_Histogram": line - line.shift(1), "_Above_Zero": (line > 0).astype(float)}
    lines |= {"_Below_Zero": (line < 0).astype(float), "_Overbought": (line > 2).astype(float)}
    lines |= {"_Oversold": (line < -2).astype(float)}
    return {f"Fisher{key}_{p['period']}_{p['smoothing']}": values for key, values in lines.items()}
