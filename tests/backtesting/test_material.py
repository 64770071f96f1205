"""What decisions look at: checked rows, and the filters that need no position, against a slow loop."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.material import material_of
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.decision import Action, DecisionOrchestrator
from ktrdr_app.strategy.schema import DecisionSettings
from tests.backtesting.cases import filter_settings, walk


@given(filter_settings, st.integers(0, 2**32 - 1))
@settings(max_examples=50)
def test_signals_are_what_the_position_blind_filters_let_pass(filters: DecisionSettings, seed: int) -> None:
    bars = walk(5, 60)
    draw = np.random.default_rng(seed)
    shares = draw.dirichlet([1, 1, 1], size=60)
    strange = np.where(draw.random(60) < 0.3, np.nan, draw.random(60) * 2)
    material = material_of(bars, shares, DecisionOrchestrator(filters), BacktestConfig(), strange)
    for bar, found in enumerate(material.signals().tolist()):
        best = int(np.argmax(shares[bar]))
        refused = (
            shares[bar, best] < filters.confidence_threshold
            or (filters.volume_filter and material.ratios[bar] < filters.min_volume_ratio)
            or (filters.max_dissimilarity is not None and strange[bar] > filters.max_dissimilarity)
        )
        assert found == (Action.HOLD if refused else best)


def test_rows_of_closed_bars_are_not_looked_at() -> None:
    bars = walk(5, 30)
    bars.iloc[7, :4] = np.nan
    shares = np.full((30, 3), 1 / 3)
    shares[7] = np.nan
    material = material_of(bars, shares, DecisionOrchestrator(DecisionSettings()), BacktestConfig())
    assert material.signals()[7] == Action.HOLD
    assert np.isnan(shares[7]).all(), "what was given stays as it was"


def test_distances_must_be_one_per_bar() -> None:
    orchestrator = DecisionOrchestrator(DecisionSettings())
    with pytest.raises(InvalidValue, match="dissimilarity"):
        material_of(walk(5, 30), np.full((30, 3), 1 / 3), orchestrator, BacktestConfig(), np.zeros(29))
