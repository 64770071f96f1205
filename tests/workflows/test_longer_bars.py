"""A strategy that reads longer bars is trained, backtested and inspected like any other."""

from __future__ import annotations

import pytest

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows import backtest, features, load_fuzzy_view, train
from ktrdr_app.workflows.requests import BacktestRequest, FuzzyViewRequest, SeriesRequest, TrainRequest
from tests.features.test_higher import TEXT_LONGER


def test_a_workspace_is_trained_and_backtested_on_longer_bars(sample_workspace: Workspace) -> None:
    sample_workspace.strategies.mkdir(parents=True)
    (sample_workspace.strategies / "probe.yaml").write_text(TEXT_LONGER)
    with pytest.raises(InvalidValue, match="timeframe"):
        train(TrainRequest(sample_workspace, "probe", ("AAPL",), "1d"))
    train(TrainRequest(sample_workspace, "probe", ("EURUSD",), "1h", epochs=1))
    outcome = backtest(BacktestRequest(sample_workspace, "probe", "EURUSD", "1h"))
    assert outcome.document["bars"] > 1000
    table = features(SeriesRequest(sample_workspace, "probe", "EURUSD", "1h")).frame
    assert {"rsi_low_4h", "trend_above_1d"} <= set(table.columns)
    view = load_fuzzy_view(FuzzyViewRequest(sample_workspace, "probe", "rsi_4h", ("EURUSD",), "1h"))
    assert len(view.values["EURUSD"]) > 1000
