"""A configuration and its filters as the kernel's numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ktrdr_app.backtesting.arrays import SIZING, TERMS
from ktrdr_app.backtesting.positions import YEAR_NIGHTS
from ktrdr_app.decision.orchestrator import HOUR
from ktrdr_app.strategy.schema import DecisionSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ktrdr_app.backtesting.config import BacktestConfig

NO_FILTERS = DecisionSettings(min_signal_separation=0)
"""What given signals are held to: nothing but the position."""


def terms_of(config: BacktestConfig, filters: DecisionSettings = NO_FILTERS) -> NDArray[np.void]:
    """Return a configuration as an array of one record of `TERMS`.

    Rates and amounts that do not apply are 0: ``slip_fixed`` is half the spread and the ticks, in quote currency;
    ``size`` and ``multiple`` are the sizing's numbers; ``night_long`` and ``night_short`` the interest of one night.

    Parameters
    ----------
    config : BacktestConfig
        Costs, sizing, stops.
    filters : DecisionSettings
        The filters that know the position, and the largest position.
    """
    per_unit, ticks = config.commission_unit == "per_unit", config.slippage_unit == "ticks"
    slip, sizing = config.slippage, config.sizing
    values = {
        "commission": 0.0 if per_unit else float(config.commission),
        "per_unit": float(config.commission) if per_unit else 0.0,
        "slip_rate": float(slip) if config.slippage_unit == "rate" else 0.0,
        "slip_fixed": config.spread / 2 + (slip * config.tick_size if ticks else 0.0),
        "slip_range": float(slip) if config.slippage_unit == "range" else 0.0,
        "sizing": SIZING[sizing["kind"]],
        "size": float(sizing.get("fraction", sizing.get("units", sizing.get("risk", 1.0)))),
        "multiple": float(sizing.get("multiple", 1.0)),
        "lot_step": float(config.lot_step),
        "max_size": float(filters.max_position_size),
        "stop": float(config.stop_loss or 0.0),
        "take": float(config.take_profit or 0.0),
        "trail": float(config.trailing_stop or 0.0),
        "in_atr": config.stop_unit == "atr",
        "needs_atr": config.needs_atr,
        "night_long": config.swap_long / YEAR_NIGHTS,
        "night_short": (config.swap_short + config.borrow) / YEAR_NIGHTS,
        "allow_short": config.allow_short,
        "at_close": config.fill == "close",
        "close_at_end": config.close_at_end,
        "aware": filters.position_awareness,
        "guarded": (config.stop_loss, config.take_profit, config.trailing_stop) != (None, None, None),
        "separation": filters.min_signal_separation,
        "separation_ns": round(filters.min_separation_hours * HOUR),
        "cooldown": filters.cooldown_bars,
    }
    return np.array([tuple(values[name] for name in TERMS.names or ())], dtype=TERMS)
