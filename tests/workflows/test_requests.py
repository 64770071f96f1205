"""Requests say what is wanted and nothing more: plain, unchangeable, ready for another process, lazy about pandas."""

from __future__ import annotations

import dataclasses
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows import requests

HERE = Workspace(Path("somewhere"))
WISHES = [
    requests.TrainRequest(HERE, "quick", ("AAPL", "IBM"), "1d", epochs=3, seed=7),
    requests.BacktestRequest(HERE, "quick", "GOOG", "1d", money=requests.MoneyOptions(capital=5.0)),
    requests.SignalsRequest(HERE, Path("signals.csv"), "GOOG", "1d"),
    requests.IndicatorRequest(HERE, "rsi", "GOOG", "1d", {"period": 14}),
    requests.FuzzyViewRequest(HERE, "quick", "rsi", ("AAPL",), "1d"),
]
EVERY = pytest.mark.parametrize("wish", WISHES, ids=lambda wish: type(wish).__name__)


@EVERY
def test_a_wish_reaches_another_process_as_it_is(wish: object) -> None:
    assert pickle.loads(pickle.dumps(wish)) == wish


@EVERY
def test_a_wish_cannot_change_while_it_is_carried_out(wish: requests.TrainRequest) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        wish.timeframe = "5m"  # type: ignore[misc]


def test_money_overrides_nothing_unless_it_is_said() -> None:
    assert set(dataclasses.asdict(requests.MoneyOptions()).values()) == {None}
    assert requests.BacktestRequest(HERE, "quick", "GOOG", "1d").money == requests.MoneyOptions()


def test_indicator_parameters_of_two_wishes_are_their_own() -> None:
    one, other = (requests.IndicatorRequest(HERE, "rsi", "GOOG", "1d") for _ in range(2))
    assert one.params is not other.params


def test_naming_a_wish_loads_neither_pandas_nor_torch() -> None:
    code = "import sys, ktrdr_app.workflows.requests; print({'pandas', 'torch', 'PySide6'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
