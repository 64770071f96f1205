"""What can be wrong with a training or a backtest is told before anything is read or loaded."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows import check_backtest, check_training, resolve_model
from ktrdr_app.workflows.model_requests import ResolveRequest
from ktrdr_app.workflows.request_checks import trained_strategy
from ktrdr_app.workflows.requests import BacktestRequest, MoneyOptions
from tests.model_store.builders import STRATEGY, save
from tests.workflows.quick import NAME, TEXT, request, with_strategy


@pytest.fixture
def workspace(sample_workspace: Workspace) -> Workspace:
    return with_strategy(sample_workspace)


def test_a_good_training_passes_and_leaves_nothing(workspace: Workspace) -> None:
    before = sorted(workspace.root.rglob("*"))
    check_training(request(workspace))
    assert sorted(workspace.root.rglob("*")) == before


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"strategy": "nosuch"}, "strategy_not_found"),
        ({"kind": "both"}, "invalid_value"),
        ({"kind": "legacy"}, "invalid_value"),
        ({"seed": -1}, "invalid_value"),
        ({"epochs": 0}, "invalid_value"),
        ({"epochs": 10_001}, "invalid_value"),
        ({"batch_size": 0}, "invalid_value"),
        ({"combination": "shuffle"}, "invalid_value"),
        ({"symbols": ("AAPL", "NOSUCH")}, "data_not_found"),
        ({"symbols": ("AAPL", "../x")}, "unsafe_name"),
        ({"symbols": ("AAPL", "AAPL")}, "invalid_value"),
        ({"timeframe": "9x"}, "unknown_name"),
        ({"timeframe": "1h"}, "data_not_found"),
    ],
)
def test_what_is_wrong_with_a_training(workspace: Workspace, change: dict[str, Any], code: str) -> None:
    with pytest.raises(KtrdrError) as caught:
        check_training(request(workspace, **change))
    assert caught.value.code == code


def test_overrides_are_those_of_the_training(workspace: Workspace) -> None:
    loaded = trained_strategy(request(workspace, epochs=9, combination="interleave"))
    assert (loaded.strategy.training.epochs, loaded.strategy.training.combination) == (9, "interleave")
    assert trained_strategy(request(workspace)).strategy.training.epochs == 4


def test_a_legacy_model_knows_one_symbol_and_no_others(workspace: Workspace) -> None:
    trained_strategy(request(workspace, kind="legacy", symbols=("IBM",)))
    with_strategy(workspace, TEXT + "features: {symbol_embedding: true}\n")
    with pytest.raises(KtrdrError, match="symbol_embedding"):
        trained_strategy(request(workspace, kind="legacy", symbols=("IBM",)))


def asked(workspace: Workspace, **change: Any) -> BacktestRequest:
    given = {"strategy": NAME, "symbol": "GOOG", "timeframe": "1d"} | change
    return BacktestRequest(workspace, **given)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"strategy": "nosuch"}, "strategy_not_found"),
        ({"symbol": "NOSUCH"}, "data_not_found"),
        ({"timeframe": "9x"}, "unknown_name"),
        ({}, "model_not_found"),
        ({"money": MoneyOptions(commission=1.5)}, "invalid_value"),
        ({"money": MoneyOptions(slippage=2.0, slippage_unit="ticks")}, "invalid_value"),
        ({"money": MoneyOptions(sizing={"kind": "fraction", "fraction": 3})}, "invalid_value"),
    ],
)
def test_what_is_wrong_with_a_backtest(workspace: Workspace, change: dict[str, Any], code: str) -> None:
    with pytest.raises(KtrdrError) as caught:
        check_backtest(asked(workspace, **change))
    assert caught.value.code == code


def test_a_backtest_that_has_a_model_passes(workspace: Workspace) -> None:
    with_strategy(workspace, TEXT.replace(f"name: {NAME}", f"name: {STRATEGY}"), STRATEGY)
    save(workspace.models)
    (workspace.data / "EURUSD_1h.csv").rename(workspace.data / "MSFT_1h.csv")
    check_backtest(asked(workspace, strategy=STRATEGY, symbol="MSFT", timeframe="1h"))
    assert resolve_model(ResolveRequest(workspace, STRATEGY, "1h", "MSFT")).chosen is not None


def test_a_model_that_is_named_is_left_to_the_backtest(workspace: Workspace) -> None:
    check_backtest(asked(workspace, model="nowhere"))


def test_no_torch_is_needed() -> None:
    code = "import sys, ktrdr_app.workflows.request_checks; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
