"""Inputs of every strategy that is shipped, on the sample's real bars."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.paths import Workspace, shipped, shipped_strategies
from ktrdr_app.data.csv_source import CSVDataSource
from ktrdr_app.features.build import build_features
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.features.plan_inputs import PlanInputs
from ktrdr_app.strategy.load import load_strategy

STRATEGIES = sorted(path.stem for path in shipped_strategies().glob("*.yaml"))
HOURLY = "multi_timeframe"


@pytest.fixture(scope="module")
def series() -> dict[str, pd.DataFrame]:
    source = CSVDataSource(shipped("resources") / "sample")
    return {"1d": source.load("AAPL", "1d").iloc[:900], "1h": source.load("EURUSD", "1h").iloc[:1500]}


def opened(name: str, series: dict[str, pd.DataFrame]) -> tuple[FeaturePlan, PlanInputs]:
    timeframe = "1h" if name == HOURLY else "1d"
    plan = FeaturePlan.of(load_strategy(name, Workspace(Path())))
    bars = series[timeframe]
    return plan, PlanInputs(bars, plan, build_features(bars, plan, timeframe=timeframe), timeframe)


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_values_at_hand_make_the_features_at_hand(name: str, series: dict[str, pd.DataFrame]) -> None:
    _, inputs = opened(name, series)
    last = len(inputs.index) - 1
    for bar in (last, last - 7, last - 100):
        for entry in inputs.raw_inputs(bar):
            row = entry.rows(np.array([entry.value]))[0]
            np.testing.assert_array_equal(row, inputs.features(bar), err_msg=entry.key)


@pytest.mark.parametrize("name", STRATEGIES)
def test_no_feature_is_without_an_input_that_moves_it(name: str, series: dict[str, pd.DataFrame]) -> None:
    """Over a number of bars: at any single one a membership may be 0 over the whole range of its input."""
    _, inputs = opened(name, series)
    moved: set[int] = set()
    for bar in range(len(inputs.index) - 120, len(inputs.index), 10):
        for entry in inputs.raw_inputs(bar):
            if entry.spread.low < entry.spread.high:
                rows = entry.rows(np.linspace(entry.spread.low, entry.spread.high, 41))
                moved |= set(np.flatnonzero((rows != inputs.features(bar)).any(axis=0)).tolist())
    still = {inputs.names[place] for place in set(range(len(inputs.names))) - moved}
    assert still <= {"volume_available"}, "every other feature follows from some input"


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_input_moves_its_own_group_alone(name: str, series: dict[str, pd.DataFrame]) -> None:
    _, inputs = opened(name, series)
    bar = len(inputs.index) - 3
    columns = sorted(column for group in inputs.groups.values() for column in group)
    assert columns == list(range(len(inputs.names)))
    for entry in inputs.raw_inputs(bar):
        rows = entry.rows(np.array([entry.spread.low, entry.spread.high]))
        moved = np.flatnonzero((rows != inputs.features(bar)).any(axis=0))
        assert set(moved.tolist()) <= set(inputs.groups[entry.group]), entry.key


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_value_at_hand_is_within_what_it_usually_is(name: str, series: dict[str, pd.DataFrame]) -> None:
    _, inputs = opened(name, series)
    for entry in inputs.raw_inputs(len(inputs.index) - 1):
        tolerance = 1e-9 * max(1.0, abs(entry.value))
        assert entry.spread.low - tolerance <= entry.value <= entry.spread.high + tolerance, entry.key
        assert entry.spread.deviation >= 0.0


@pytest.mark.parametrize("name", STRATEGIES)
def test_readings_are_the_memberships_of_the_bar(name: str, series: dict[str, pd.DataFrame]) -> None:
    plan, inputs = opened(name, series)
    bar = len(inputs.index) - 2
    grades = [grade for reading in inputs.readings(bar) for _, grade in reading.grades]
    assert grades == inputs.features(bar)[: len(plan.fuzzy.names)].tolist()
    for reading, source in zip(inputs.readings(bar), plan.sources, strict=True):
        assert (reading.name, reading.form, reading.timeframe) == (source.name, source.form, source.timeframe)
        assert list(dict(reading.grades)) == list(plan.strategy.fuzzy_sets[reading.name].sets)
        again = plan.fuzzy.__class__({reading.name: plan.strategy.fuzzy_sets[reading.name]})
        found = again.evaluate_batch(pd.DataFrame({reading.name: [reading.formed]})).to_numpy()[0]
        np.testing.assert_array_equal(found, [grade for _, grade in reading.grades])
