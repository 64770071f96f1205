"""Tables for people: every name as it is, every figure with its unit, signs by words and not by colour alone."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ktrdr_app.cli import render
from ktrdr_app.model_store.registry import ModelInfo
from ktrdr_app.workflows.report_tables import Cell, Table
from ktrdr_app.workflows.requests import Check, StrategyInfo

FIGURES = {"accuracy": 0.47, "majority_accuracy": 0.43, "nll": 1.05, "prior_nll": 1.08, "skill": 0.0278, "support": 300}


@pytest.fixture
def train() -> dict:
    metrics = {"test_accuracy": 0.4, "majority_accuracy": 0.43, "test_nll": 1.1, "prior_nll": 1.08, "skill": -0.0185}
    return {
        "metrics": metrics,
        "per_symbol_test": {"AAPL": FIGURES},
        "report": ["Stopped after 9 epochs."],
        "model_path": "models/s/universal_1d_v1",
    }


@pytest.fixture
def backtest() -> dict:
    return {
        "model": {"path": "models/s/IBM_1d_v1", "kind": "legacy", "step": 3, "warning": "no model for GOOG"},
        "symbol": "GOOG",
        "timeframe": "1d",
        "bars": 500,
        "start": "2010-01-04T00:00:00Z",
        "end": "2012-01-04T00:00:00Z",
        "initial_capital": 100_000.0,
        "final_equity": 112_300.0,
        "metrics": {"total_return": 0.123, "max_drawdown": -0.2, "total_trades": 4},
        "benchmark": {"buy_and_hold": {"total_return": 0.2, "max_drawdown": -0.3, "final_equity": 120_000.0}},
        "explanation": "",
        "report_file": "/runs/1/report.html",
        "trades_file": "/runs/1/trades.csv",
    }


def shown(parts, capsys) -> str:
    render.print_parts(parts)
    return capsys.readouterr().out


def test_a_table_shows_every_cell_and_no_markup_is_read(capsys):
    table = Table("Names [red]", ("Name", "[b]Value"), ((Cell("[bold]x[/]"), Cell("1.0", "good")),))
    text = shown([table], capsys)
    for word in ("Names [red]", "[b]Value", "[bold]x[/]", "1.0"):
        assert word in text
    assert "\x1b" not in text


def test_long_sentences_are_not_broken_into_lines(capsys):
    assert shown(["word " * 100], capsys).count("\n") == 1


def test_a_trained_model_is_shown_beside_its_baselines_and_judged(train, capsys):
    text = shown(render.trained(train), capsys)
    pooled = next(line for line in text.splitlines() if "All symbols" in line)
    for figure in ("40.0 %", "43.0 %", "1.1000", "1.0800", "no skill"):
        assert figure in pooled
    assert "The model has no skill" in text
    assert "Stopped after 9 epochs." in text
    assert "Model: models/s/universal_1d_v1" in text


def test_a_backtest_is_shown_beside_buy_and_hold(backtest, capsys):
    text = shown(render.backtested(backtest), capsys)
    line = next(line for line in text.splitlines() if "Total return" in line)
    assert line.split() == ["Total", "return", "12.3", "%", "20.0", "%"]
    assert "The strategy earned less than buy and hold." in text
    assert "no model for GOOG" in text
    assert "step 3 of the resolver" in text
    assert "/runs/1/report.html" in text
    assert "Meaning" not in text


def test_a_backtest_of_signals_names_no_model(backtest, capsys):
    text = shown(render.backtested({**backtest, "model": None, "explanation": "all were HOLD"}), capsys)
    assert "Model:" not in text
    assert "all were HOLD" in text


def test_a_model_given_by_path_is_said_to_be(backtest, capsys):
    model = {"path": "m", "kind": "universal", "step": "path"}
    assert "as it was named" in shown(render.backtested({**backtest, "model": model}), capsys)


def test_models_show_what_is_wrong_with_them(capsys):
    good = ModelInfo(Path("m/universal_1d_v2"), "universal", "s", None, "1d", 2, "2024-05-06T07:08:09", True)
    bad = ModelInfo(Path("m/GOOG_1d_v1"), "legacy", "s", "GOOG", "1d", 1, problem="config.json is not there")
    text = shown(render.model_list([good, bad]), capsys)
    assert "2024-05-06 07:08" in text
    assert "usable" in text
    assert "config.json is not there" in text
    assert "n/a" in text


def test_a_resolution_shows_its_trace_and_its_warning(capsys):
    trace = [{"step": 3, "pattern": "*_1d_v*", "path": "m/IBM_1d_v1", "result": "chosen", "reason": "made for else"}]
    chosen = {"path": "m/IBM_1d_v1", "kind": "legacy", "version": 1, "step": 3}
    text = shown(render.resolution({"chosen": chosen, "trace": trace, "warning": "IBM_1d_v1 is used instead"}), capsys)
    for word in ("*_1d_v*", "chosen", "made for else", "IBM_1d_v1 is used instead"):
        assert word in text


def test_strategies_say_where_they_come_from_and_what_is_wrong(capsys):
    found = [
        StrategyInfo("a", Path("a.yaml"), "Buys low.", True, ""),
        StrategyInfo("b", Path("b.yaml"), "", False, "b.yaml:3:1: name: is missing"),
    ]
    text = shown(render.strategy_list(found), capsys)
    for word in ("Buys low.", "shipped", "workspace", "valid", "b.yaml:3:1"):
        assert word in text


@pytest.mark.parametrize(
    ("oks", "ending"), [((True, True), "All is well."), ((True, False), "1 of 2 lines need attention.")]
)
def test_the_doctor_says_what_to_do_for_failing_lines_only(oks, ending, capsys):
    checks = [Check(f"part {order}", ok, "found", f"do {order}") for order, ok in enumerate(oks)]
    text = shown(render.check_list(checks), capsys)
    assert ending in text
    for order, ok in enumerate(oks):
        assert (f"do {order}" in text) is not ok
    assert text.count("FAILS") == oks.count(False)


def test_only_the_last_rows_of_a_long_table_are_shown(capsys):
    index = pd.date_range("2020-01-01", periods=50, freq="h", tz="UTC", name="timestamp")
    frame = pd.DataFrame({"rsi": [order + 0.123456789 for order in range(50)]}, index=index)
    text = shown(render.last_rows(frame, "rsi on X 1h"), capsys)
    assert "last 10 of 50 rows" in text
    assert "2020-01-03 01:00" in text
    assert "49.1235" in text
    assert "39.1235" not in text


def test_features_show_least_mean_and_most(capsys):
    index = pd.date_range("2020-01-01", periods=3, freq="h", tz="UTC")
    frame = pd.DataFrame({"f": [-1.0, 0.0, 4.0]}, index=index, dtype="float32")
    line = next(line for line in shown(render.feature_list(frame, "s", 7), capsys).splitlines() if " f " in f" {line}")
    assert line.split() == ["f", "-1.0000", "1.0000", "4.0000"]


def test_model_facts_show_network_and_files(capsys):
    document = {
        "path": "m/universal_1d_v1",
        "training_symbols": ["AAPL", "IBM"],
        "network": {"inputs": 37, "hidden": [30, 15, 8]},
        "calibration": {"temperature": 1.25, "shift": [0.5, -0.5, 0.0]},
        "metrics": {"long": "document"},
        "training_manifest": {},
        "files": {"model.pt": 12345},
    }
    text = shown(render.model_facts(document), capsys)
    for word in ("AAPL, IBM", "temperature 1.25", "inputs 37", "30, 15, 8", "12,345"):
        assert word in text
    assert "document" not in text
    assert "baselines" not in text


def test_model_facts_tell_what_the_model_is_worth(train, capsys):
    judgement = {"metrics": train["metrics"], "per_symbol_test": train["per_symbol_test"], "report": train["report"]}
    document = {
        "path": "m/universal_1d_v1",
        "network": {"inputs": 37},
        "calibration": {"temperature": 1.0, "shift": [0.0, 0.0, 0.0]},
        "metrics": {"judgement": judgement, "test": {"confusion": [[9, 1, 0], [2, 7, 1], [0, 0, 5]]}},
        "training_manifest": {"split": {"rows": {"test": 25}}},
        "files": {},
    }
    text = shown(render.model_facts(document), capsys)
    for word in ("AAPL", "47.0 %", "Answered SELL", "90.0 %", "no skill", "Stopped after 9 epochs."):
        assert word in text
