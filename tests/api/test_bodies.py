"""Bodies: the original's spelling is understood, bounds hold, and a request says just what was asked."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from ktrdr_app.api.bodies import BacktestBody, StrategyBody, TrainingBody
from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.core.paths import Workspace
from ktrdr_app.strategy.schema import BacktestSettings
from ktrdr_app.workflows.requests import BacktestRequest, MoneyOptions, TrainRequest

HERE = Workspace(Path("somewhere"))
TRAIN = {"strategy_name": "trend", "timeframe": "1d"}
JUDGE = {"strategy_name": "trend", "symbol": "IBM", "timeframe": "1d"}


class TestTraining:
    def test_many_symbols(self) -> None:
        body = TrainingBody.model_validate(TRAIN | {"symbols": ["B", "A", "B"]})
        assert body.to_request(HERE) == TrainRequest(HERE, "trend", ("B", "A"), "1d")

    def test_the_originals_single_symbol_and_dates(self) -> None:
        original = TRAIN | {"symbol": "IBM", "start_date": "2010-01-01", "end_date": "2012-12-31"}
        expected = TrainRequest(HERE, "trend", ("IBM",), "1d", start="2010-01-01", end="2012-12-31")
        assert TrainingBody.model_validate(original).to_request(HERE) == expected

    def test_the_commands_word_for_the_strategy(self) -> None:
        body = TrainingBody.model_validate({"strategy": "trend", "timeframe": "1d", "symbol": "IBM"})
        assert body.strategy_name == "trend"

    def test_every_option(self) -> None:
        given: dict[str, Any] = {
            "symbols": ["A", "B"],
            "combination": "weighted",
            "weights": {"A": 2.0, "B": 1.0},
            "start": "2010-01-01",
            "end": "2011-01-01",
            "epochs": 5,
            "batch_size": 64,
            "seed": 3,
            "device": "cpu",
            "resume": "20260101T000000Z-train-trend-1d-abcdef",
        }
        found = TrainingBody.model_validate(TRAIN | given).to_request(HERE)
        given["symbols"] = ("A", "B")
        given["resume"] = str(HERE.runs / given["resume"])
        assert found == TrainRequest(HERE, "trend", timeframe="1d", **given)

    @pytest.mark.parametrize(
        "change",
        [
            {},
            {"symbols": []},
            {"symbols": ["A"], "symbol": "A"},
            {"symbols": ["A"] * 1001},
            {"symbols": "A"},
            {"symbol": "A" * 65},
            {"symbol": "A", "epochs": 0},
            {"symbol": "A", "epochs": 1.5},
            {"symbol": "A", "batch_size": -1},
            {"symbol": "A", "seed": -1},
            {"symbol": "A", "seed": 2**53},
            {"symbol": "A", "device": "tpu"},
            {"symbol": "A", "kind": "both"},
            {"symbol": "A", "combination": "shuffle"},
            {"symbol": "A", "weights": {"A": 0}},
            {"symbol": "A", "weights": {"A": float("inf")}},
            {"symbol": "A", "cluster": "tcp://10.0.0.1:1"},
            {"symbol": "A", "out": "/tmp"},
        ],
    )
    def test_what_is_refused(self, change: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            TrainingBody.model_validate(TRAIN | change)


class TestBacktest:
    def test_the_least(self) -> None:
        assert BacktestBody.model_validate(JUDGE).to_request(HERE) == BacktestRequest(HERE, "trend", "IBM", "1d")

    def test_the_originals_words(self) -> None:
        original = JUDGE | {
            "start_date": "2010-01-01",
            "end_date": "2011-01-01",
            "initial_capital": 50000,
            "commission": 0.002,
            "slippage": 0.001,
        }
        found = BacktestBody.model_validate(original).to_request(HERE)
        money = MoneyOptions(capital=50_000.0, commission=0.002, slippage=0.001)
        expected = BacktestRequest(HERE, "trend", "IBM", "1d", start="2010-01-01", end="2011-01-01", money=money)
        assert found == expected

    @pytest.mark.parametrize(
        "size", [{"kind": "all_in"}, {"kind": "fraction", "fraction": 0.5}, {"kind": "fixed_units", "units": 10}]
    )
    def test_a_size_is_as_a_backtest_takes_it(self, size: dict[str, Any]) -> None:
        found = BacktestBody.model_validate(JUDGE | {"sizing": size}).to_request(HERE)
        assert found.money.sizing == BacktestConfig(sizing=size).sizing

    def test_every_option_of_the_account_can_be_given(self) -> None:
        options = {option.name for option in dataclasses.fields(MoneyOptions)}
        assert options <= set(BacktestBody.model_fields)
        assert BacktestBody.model_validate(JUDGE).to_request(HERE).money == MoneyOptions()

    def test_bounds_are_those_of_a_strategys_section(self) -> None:
        described = BacktestBody.model_json_schema()["properties"]
        section = BacktestSettings.model_json_schema()["properties"]
        for name in ("commission", "slippage", "fill"):
            said = dict(section[name])
            assert said.pop("description") == described[name]["description"]
            assert {key: value for key, value in said.items() if key not in ("default", "title")} in described[name][
                "anyOf"
            ]

    def test_choices(self) -> None:
        given = {"model": "legacy", "allow_any": False, "calibrate": False, "fill": "close", "allow_short": True}
        found = BacktestBody.model_validate(JUDGE | given).to_request(HERE)
        assert (found.model, found.allow_any, found.calibrate) == ("legacy", False, False)
        assert (found.money.fill, found.money.allow_short) == ("close", True)

    @pytest.mark.parametrize(
        "change",
        [
            {"capital": 0},
            {"capital": float("nan")},
            {"commission": -0.1},
            {"slippage": "cheap"},
            {"fill": "open"},
            {"sizing": {"kind": "fraction"}},
            {"sizing": {"kind": "fraction", "fraction": 1.5}},
            {"sizing": {"kind": "fixed_units", "units": 0}},
            {"sizing": {"kind": "kelly"}},
            {"sizing": {"kind": "all_in", "units": 5}},
            {"sizing": "all_in"},
            {"model": ""},
            {"out": "elsewhere"},
        ],
    )
    def test_what_is_refused(self, change: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            BacktestBody.model_validate(JUDGE | change)


@pytest.mark.parametrize("given", [{}, {"text": "x", "name": "y"}, {"path": "x.yaml"}, {"text": "x" * 100_001}])
def test_a_strategy_is_a_text_or_a_name(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        StrategyBody.model_validate(given)
