"""The figures beyond those of `performance_metrics`, in groups by what they tell."""

from __future__ import annotations

from typing import Any

from ktrdr_app.backtesting.periods import Curve, figures_by_period, monthly_returns
from ktrdr_app.backtesting.risk import water_figures
from ktrdr_app.backtesting.trade_figures import excursions, hit_rates, holding_times
from ktrdr_app.backtesting.trades import TradeArrays


def extended_metrics(curve: Curve, trades: TradeArrays) -> dict[str, Any]:
    """Measure a run further: each figure's formula stands where it is computed.

    ================ ===========================================================================================
    by_period        `figures_by_period`: growth, risk, tails by bar, day, week and month
    under_water      `water_figures` by bar, with rows
    monthly_returns  `monthly_returns`: return by ``YYYY-MM``
    trades           ``excursions`` (`excursions`), ``holding`` (`holding_times`), ``hit_rates`` (`hit_rates`)
    ================ ===========================================================================================

    Parameters
    ----------
    curve : Curve
        Equity by bar.
    trades : TradeArrays
        Closed trades.

    Returns
    -------
    dict
        Numbers, or None where a figure does not exist.
    """
    return {
        "by_period": figures_by_period(curve),
        "under_water": water_figures(curve.values, curve.stamps, curve.start),
        "monthly_returns": monthly_returns(curve),
        "trades": {
            "excursions": excursions(trades),
            "holding": holding_times(trades, curve.stamps),
            "hit_rates": hit_rates(trades, curve.stamps),
        },
    }
