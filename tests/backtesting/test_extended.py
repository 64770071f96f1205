"""The groups of further figures, and that none of them is NaN or infinite, whatever the account did."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.backtesting.extended import extended_metrics
from ktrdr_app.backtesting.periods import Curve
from ktrdr_app.core.files import json_text, plain
from tests.backtesting.trade_cases import random_trades


@given(
    st.lists(st.one_of(st.floats(1.0, 1000.0), st.sampled_from([0.0, -5.0, 100.0])), min_size=1, max_size=60),
    st.sampled_from(["1min", "1h", "1D", "7D"]),
    st.integers(0, 5),
)
@settings(max_examples=80)
def test_every_figure_is_a_number_or_none(curve: list[float], freq: str, count: int) -> None:
    index = pd.date_range("2020-01-01", periods=len(curve), freq=freq, tz="UTC", unit="ns")
    trades = random_trades(1, count if len(curve) > 1 else 0, len(curve))
    document = extended_metrics(Curve.of(curve, index.asi8, 100.0), trades)
    assert plain(document) == document  # `plain` would make None of what is no number
    assert json_text(document)
    assert list(document) == ["by_period", "under_water", "monthly_returns", "trades"]


def test_one_call_gives_what_the_parts_give() -> None:
    index = pd.date_range("2020-01-01", periods=500, freq="6h", tz="UTC", unit="ns")
    values = 100 * np.exp(np.cumsum(np.random.default_rng(0).normal(0, 0.01, 500)))
    document = extended_metrics(Curve.of(values, index.asi8, 100.0), random_trades(1, 40, 500))
    assert set(document["by_period"]) == {"bar", "day", "week", "month"}
    assert document["under_water"]["ulcer_index"] == document["by_period"]["bar"]["ulcer_index"]
    total = np.prod(1 + np.array(list(document["monthly_returns"].values())))
    assert total == pytest.approx(values[-1] / 100)
    assert set(document["trades"]) == {"excursions", "holding", "hit_rates"}
    assert sum(group["trades"] for group in document["trades"]["hit_rates"]["hour"].values()) == 40
