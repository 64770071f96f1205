"""The shipped strategies: in different styles, without dead sets, with labels of every class, and usable end to end."""

from __future__ import annotations

import numpy as np
import pytest

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace, shipped
from ktrdr_app.data.csv_source import CSVDataSource
from ktrdr_app.features import FeaturePlan, build_features
from ktrdr_app.labels import label_bars
from ktrdr_app.strategy.load import parse_strategy, strategy_files
from ktrdr_app.workflows.requests import BacktestRequest, TrainRequest
from tests.strategy.texts import SHIPPED, shipped_text

SYMBOLS = (("AAPL", "1d"), ("IBM", "1d"), ("EURUSD", "1h"))
HOURLY_ONLY = ("multi_timeframe",)
"""Strategies that read longer bars than hours, so that daily bars are none for them."""


def markets(name: str) -> list[tuple[str, str]]:
    """Return the sample's series that a strategy can read."""
    return [entry for entry in SYMBOLS if name not in HOURLY_ONLY or entry[1] == "1h"]


def test_every_shipped_file_is_tested(tmp_path) -> None:
    assert sorted(strategy_files(Workspace(tmp_path))) == sorted(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_file_is_called_after_the_strategy_and_explains_itself(name: str) -> None:
    strategy = parse_strategy(shipped_text(name), name).strategy
    assert strategy.name == name
    assert strategy.description
    assert shipped_text(name).startswith("# ")


@pytest.mark.parametrize("name", SHIPPED)
def test_every_set_is_alive_and_every_class_occurs_on_every_market(name: str) -> None:
    plan = FeaturePlan.of(parse_strategy(shipped_text(name), name))
    source = CSVDataSource(shipped("resources") / "sample")
    for symbol, timeframe in markets(name):
        bars = source.load(symbol, timeframe)
        frame = build_features(bars, plan, timeframe=timeframe)
        assert frame.valid.mean() > 0.5
        grades = frame.values[frame.valid][:, : len(plan.fuzzy.names)]
        for set_name, share in zip(plan.fuzzy.names, (grades > 0.1).mean(axis=0), strict=True):
            assert 0.01 < share < 0.99, (symbol, set_name, share)
        labels = label_bars(bars, timeframe, plan.strategy.labels).label
        shares = np.bincount(labels[labels >= 0], minlength=3) / (labels >= 0).sum()
        assert shares.min() > 0.08, (symbol, shares)


@pytest.mark.parametrize("name", SHIPPED)
def test_sets_of_unbounded_inputs_are_open_at_both_ends(name: str) -> None:
    strategy = parse_strategy(shipped_text(name), name).strategy
    for key, entry in strategy.fuzzy_sets.items():
        shoulders = {fuzzy_set.shoulder for fuzzy_set in entry.sets.values()}
        assert {"left", "right"} <= shoulders, key


@pytest.mark.parametrize("name", SHIPPED)
def test_it_trains_and_is_backtested(name: str, sample_workspace: Workspace) -> None:
    learnt, traded, timeframe = (("AAPL", "IBM"), "GOOG", "1d")
    if name in HOURLY_ONLY:
        learnt, traded, timeframe = (("EURUSD",), "EURUSD", "1h")
    request = TrainRequest(sample_workspace, strategy=name, symbols=learnt, timeframe=timeframe, epochs=2)
    trained = workflows.train(request).document
    assert trained["total_samples"] > 1000
    outcome = workflows.backtest(BacktestRequest(sample_workspace, strategy=name, symbol=traded, timeframe=timeframe))
    assert outcome.document["bars"] > 1000
    assert outcome.document["model"]["kind"] == "universal"
