"""How the original found an indicator's class by the name that a strategy gives it: differently on its two sides."""

from __future__ import annotations

import re
from typing import Literal

Side = Literal["training", "serving"]

TYPES = (
    *("RSI", "SMA", "EMA", "MACD", "ZigZag", "Stochastic", "WilliamsR", "ATR", "OBV", "BollingerBands", "CCI"),
    *("Momentum", "ROC", "VWAP", "ParabolicSAR", "Ichimoku", "RVI", "MFI", "Aroon", "DonchianChannels"),
    *("KeltnerChannels", "ADLine", "CMF", "ADX", "SuperTrend", "FisherTransform", "BollingerBandWidth"),
    *("VolumeRatio", "SqueezeIntensity"),
)
"""The original's indicator classes."""

_ALIASES = {
    **{name: name for name in TYPES},
    **{f"{name}Indicator": name for name in TYPES if name not in ("SMA", "EMA")},
    "SimpleMovingAverage": "SMA",
    "ExponentialMovingAverage": "EMA",
    "AccumulationDistribution": "ADLine",
    "ChaikinMoneyFlow": "CMF",
    "AverageDirectionalIndex": "ADX",
}
_IN_TRAINING = {
    "bollinger_bands": "BollingerBands",
    "keltner_channels": "KeltnerChannels",
    "momentum": "Momentum",
    "volume_sma": "SMA",
    **{name: name.upper() for name in ("atr", "rsi", "sma", "ema", "macd")},
}
_COMMON = {
    **{re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower(): name for name in TYPES},
    **{alias.lower(): name for alias, name in _ALIASES.items()},
    "ad_line": "ADLine",
    "bb_width": "BollingerBandWidth",
    "bbands": "BollingerBands",
    "bollinger": "BollingerBands",
    "dc": "DonchianChannels",
    "donchian": "DonchianChannels",
    "fisher": "FisherTransform",
    "kc": "KeltnerChannels",
    "keltner": "KeltnerChannels",
    "psar": "ParabolicSAR",
    "sar": "ParabolicSAR",
    "squeeze": "SqueezeIntensity",
    "stoch": "Stochastic",
    "volume_sma": "SMA",
    "williams": "WilliamsR",
}


def type_of(name: str, explicit: str = "", side: Side = "training") -> str | None:
    """Return the class that the original took for an indicator, None where it dropped the indicator.

    Parameters
    ----------
    name : str
        ``name`` in its strategy file.
    explicit : str
        ``type`` in its strategy file; empty if it is not given.
    side : str
        ``training``, or ``serving`` for its backtests and live decisions, which looked elsewhere.

    Examples
    --------
    >>> type_of("stochastic"), type_of("stochastic", side="serving")
    ('Stochastic', None)
    """
    if explicit:
        return _ALIASES.get(explicit)
    if side == "serving":
        return _ALIASES.get(name.upper())
    camel = "".join(part[:1].upper() + part[1:] for part in name.split("_"))
    return _ALIASES.get(_IN_TRAINING.get(name, camel))


def meant_type(name: str, explicit: str = "") -> str | None:
    """Return the class that the author of a strategy must have meant, also where the original found none.

    Parameters
    ----------
    name, explicit : str
        ``name`` and ``type`` in the strategy file.
    """
    for word in filter(None, (explicit, name)):
        plain = word.lower()
        found = _ALIASES.get(word) or _COMMON.get(plain)
        if found is None:
            found = next((kind for key, kind in _COMMON.items() if plain.startswith(f"{key}_")), None)
        if found is not None:
            return found
    return None
