"""Portfolios that tests draw: symbols with hours, holes, lengths and currencies of their own."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from ktrdr_app.backtesting.portfolio_terms import Leg, PortfolioConfig, Rates
from tests.backtesting.cases import closed_markets, full_configs

EARLY = pd.Timestamp("2024-01-01", tz="UTC").value
HOUR = 3_600_000_000_000


def rates_of(seed: int, currency: str = "EUR") -> Rates:
    """Return rates that wander around 1.1, known at odd moments from before any drawn bar on."""
    rng = np.random.default_rng(seed)
    known = EARLY + np.cumsum(rng.integers(1, 40, 60)) * HOUR // 2
    return Rates(currency, np.append([EARLY], known), np.round(1.1 * np.exp(np.cumsum(rng.normal(0, 0.01, 61))), 5))


@st.composite
def portfolios(draw: st.DrawFn, most: int = 4) -> list[Leg]:
    """Draw one to ``most`` symbols; some half an hour off, some in euros or pounds."""
    foreign = {name: rates_of(draw(st.integers(0, 2**31)), name) for name in ("EUR", "GBP")}
    legs = []
    for name in draw(st.permutations("ABCD"[: draw(st.integers(1, most))])):
        bars, signals = draw(closed_markets(30))
        bars.index = bars.index + pd.Timedelta(minutes=draw(st.sampled_from([0, 0, 30])))
        rates = foreign.get(draw(st.sampled_from(["USD", "USD", "EUR", "GBP"])))
        legs.append(Leg(name, bars, signals, rates))
    return legs


@st.composite
def portfolio_configs(draw: st.DrawFn) -> PortfolioConfig:
    """Draw costs, stops, sizing and limits."""
    return PortfolioConfig(
        base=draw(st.one_of(full_configs(), full_configs(sizing={"kind": "all_in"}, lot_step=0.0))),
        max_exposure=draw(st.sampled_from([None, None, 1.0, 0.7, 0.2])),
        max_positions=draw(st.sampled_from([None, None, 1, 2])),
    )
