"""The original's own formulas, defects included, for models that were trained on them; never for new ones.

They stand in a registry of their own and are not in the catalogue: ATR is a plain mean, EMA has no warm-up,
warm-ups are filled with 50, 1 or 0, SuperTrend is always NaN. ``indicators.compute`` has the right ones.
"""

from ktrdr_app.indicators.legacy import momentum, trend, volatility, volume
from ktrdr_app.indicators.legacy.formula import FORMULAS
from ktrdr_app.indicators.legacy.frame import engine_frame, mapped_frame

__all__ = ["FORMULAS", "engine_frame", "mapped_frame", "momentum", "trend", "volatility", "volume"]
