"""What stands in the catalogue for each indicator class of the original: one table, read by the upgrade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_PRICE = "it is a price, so the sets fit one symbol only; try form: atr_distance with sets around 0"
Parameters = dict[str, tuple[str, float]]


@dataclass(frozen=True)
class Target:
    """What stands in the catalogue for a class of the original.

    Attributes
    ----------
    name : str
        Indicator of the catalogue.
    params : mapping of str to tuple of (str, float)
        Parameters of the original: our name, and the original's default.
    form : str
        Form of its fuzzy inputs.
    outputs : mapping of str to str
        How keys of fuzzy sets named a line that is not the main one, to our output.
    formula : str
        How the formula differs; empty if it is the same once warmed up.
    unit : str
        Why sets in the line's own unit fit one symbol only; empty for scale-free lines.
    fixed : mapping
        Parameters that make ours do what the original's class did.
    """

    name: str
    params: Parameters
    form: str = "raw"
    outputs: Mapping[str, str] = field(default_factory=dict)
    formula: str = ""
    unit: str = ""
    fixed: Mapping[str, Any] = field(default_factory=dict)


def _same(**defaults: float) -> Parameters:
    """Parameters that are called the same on both sides."""
    return {name: (name, default) for name, default in defaults.items()}


_BANDS = _same(period=20, multiplier=2.0) | {"std_dev": ("multiplier", 2.0)}
_LINES = {name: name for name in ("upper", "middle", "lower")}
_SEEDED = "it began with the first bar; ours begins with a mean of its first bars"
_DIVISOR = "it divided by n - 1; ours by n, as Bollinger"
_CHANNEL = "its width was a plain mean of the true range; ours is Wilder's average"
_ICHIMOKU: Parameters = {
    "tenkan_period": ("tenkan", 9),
    "kijun_period": ("kijun", 26),
    "senkou_b_period": ("senkou_b", 52),
    "displacement": ("displacement", 26),
}

TARGETS = {
    "RSI": Target("rsi", _same(period=14)),
    "SMA": Target("sma", _same(period=20), unit=_PRICE),
    "EMA": Target("ema", _same(period=20), formula=_SEEDED, unit=_PRICE),
    "MACD": Target(
        "macd",
        _same(fast_period=12, slow_period=26, signal_period=9),
        form="atr",
        outputs={"signal": "signal", "histogram": "histogram", "hist": "histogram"},
        formula=_SEEDED,
    ),
    "Stochastic": Target("stochastic", _same(k_period=14, d_period=3, smooth_k=3), outputs={"k": "k", "d": "d"}),
    "WilliamsR": Target("williams_r", _same(period=14)),
    "ATR": Target(
        "atr",
        _same(period=14),
        formula="it was a plain mean of the true range; ours is Wilder's average",
        unit="it is in price units, so the sets fit one symbol only; try form: percent",
    ),
    "OBV": Target("obv", {}, unit="it depends on volume and on the first bar; features.volume_context has it scaled"),
    "BollingerBands": Target("bollinger_bands", _BANDS, outputs=_LINES, formula=_DIVISOR, unit=_PRICE),
    "CCI": Target("cci", _same(period=20)),
    "Momentum": Target("momentum", _same(period=10), form="atr"),
    "ROC": Target("roc", _same(period=10)),
    "VWAP": Target("vwap", _same(period=20), unit=_PRICE, fixed={"anchor": "rolling"}),
    "ParabolicSAR": Target("parabolic_sar", _same(initial_af=0.02, step_af=0.02, max_af=0.2), unit=_PRICE),
    "Ichimoku": Target(
        "ichimoku",
        _ICHIMOKU,
        outputs={"tenkan": "tenkan", "kijun": "kijun", "span_a": "span_a", "span_b": "span_b"},
        formula="its spans were never displaced; ours are",
        unit=_PRICE,
    ),
    "RVI": Target("rvi", _same(period=10), outputs={"signal": "signal"}),
    "MFI": Target("mfi", _same(period=14)),
    "Aroon": Target(
        "aroon",
        _same(period=14),
        outputs={"up": "up", "down": "down", "oscillator": "oscillator"},
        formula="it looked at n bars and was never 0; ours looks at n + 1, as Chande",
    ),
    "DonchianChannels": Target("donchian_channels", _same(period=20), outputs=_LINES, unit=_PRICE),
    "KeltnerChannels": Target(
        "keltner_channels",
        _same(period=20, atr_period=10, multiplier=2.0),
        outputs=_LINES,
        formula=_CHANNEL,
        unit=_PRICE,
    ),
    "ADLine": Target("ad_line", {}, unit="it is in volume units and depends on the first bar"),
    "CMF": Target("cmf", _same(period=21)),
    "ADX": Target("adx", _same(period=14), outputs={"plus_di": "plus_di", "minus_di": "minus_di"}, formula=_SEEDED),
    "SuperTrend": Target(
        "supertrend",
        _same(period=10, multiplier=3.0),
        outputs={"direction": "direction"},
        formula="it never gave a number, so its sets read 0 on every bar; ours works",
        unit=_PRICE,
    ),
    "FisherTransform": Target("fisher_transform", _same(period=10, smoothing=3)),
    "BollingerBandWidth": Target("bollinger_width", _BANDS, formula=_DIVISOR),
    "VolumeRatio": Target("volume_ratio", _same(period=20)),
    "SqueezeIntensity": Target(
        "squeeze_intensity",
        _same(bb_period=20, bb_multiplier=2.0, kc_period=20, kc_multiplier=2.0),
        formula="its bands divided by n - 1, and its channels took a plain mean of the true range",
    ),
}
"""Every class of the original that can be an input; ZigZag cannot, as it knows the future."""

PRESETS: dict[str, tuple[str, float, float, float]] = {
    "rsi": ("raw", 25, 50, 75),
    "stochastic": ("raw", 20, 50, 80),
    "mfi": ("raw", 20, 50, 80),
    "williams_r": ("raw", -80, -50, -20),
    "cci": ("raw", -100, 0, 100),
    "adx": ("raw", 15, 25, 40),
    "cmf": ("raw", -0.15, 0, 0.15),
    "macd": ("atr", -1, 0, 1),
    "momentum": ("atr", -3, 0, 3),
    "volume_ratio": ("raw", 0.5, 1, 2),
    **dict.fromkeys(("sma", "ema", "bollinger_bands", "keltner_channels", "vwap"), ("atr_distance", -2, 0, 2)),
}
"""Sets for a strategy whose own belong to no indicator: form, and where low, middle and high lie."""
