"""What can be wrong with a training or a backtest is told before anything is read or loaded."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows import check_backtest, check_training
from ktrdr_app.workflows.request_checks import trained_strategy
from ktrdr_app.workflows.requests import BacktestRequest, MoneyOptions
from tests.workflows.quick import NAME, TEXT, request, trained, with_strategy


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
        ({"start": "soon"}, "invalid_value"),
        ({"end": "2262-04-12"}, "invalid_value"),
        ({"weights": {"AAPL": 1.0}}, "invalid_value"),
        ({"combination": "weighted"}, "invalid_value"),
        ({"combination": "weighted", "weights": {"AAPL": 1.0}}, "invalid_value"),
        ({"combination": "weighted", "weights": {"AAPL": 1.0, "IBM": 1.0, "MSFT": 0.0}}, "invalid_value"),
        ({"resume": "20200101T000000Z-nosuch"}, "run_not_found"),
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
        ({"model": "universal"}, "model_not_found"),
        ({"model": "legacy"}, "model_not_found"),
        ({"model": "nowhere/universal_1d_v1"}, "model_not_found"),
        ({"start": "0001-01-01"}, "invalid_value"),
        ({"end": "NaT"}, "invalid_value"),
        ({"money": MoneyOptions(commission=1.5)}, "invalid_value"),
        ({"money": MoneyOptions(slippage=2.0, slippage_unit="ticks")}, "invalid_value"),
        ({"money": MoneyOptions(sizing={"kind": "fraction", "fraction": 3})}, "invalid_value"),
    ],
)
def test_what_is_wrong_with_a_backtest(workspace: Workspace, change: dict[str, Any], code: str) -> None:
    with pytest.raises(KtrdrError) as caught:
        check_backtest(asked(workspace, **change))
    assert caught.value.code == code


def test_a_model_is_looked_at_before_the_backtest_waits(workspace: Workspace) -> None:
    path = trained(workspace, epochs=1).model_path
    for model in ("auto", "universal", str(path), f"{NAME}/{path.name}"):
        check_backtest(asked(workspace, model=model))
    for model, code in (("legacy", "model_not_found"), (NAME, "model_rejected")):
        with pytest.raises(KtrdrError) as caught:
            check_backtest(asked(workspace, model=model))
        assert caught.value.code == code, model
    (path / "model.pt").write_bytes(b"no weights")
    with pytest.raises(KtrdrError) as caught:
        check_backtest(asked(workspace, model=str(path)))
    assert caught.value.code == "model_rejected"


def test_weights_that_fit_pass(workspace: Workspace) -> None:
    weights = {"AAPL": 2.0, "IBM": 1.0, "MSFT": 0.5}
    check_training(request(workspace, combination="weighted", weights=weights, start="2006-01-01", end="2012-12-31"))


def test_no_torch_is_needed() -> None:
    code = "import sys, ktrdr_app.workflows.request_checks; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
