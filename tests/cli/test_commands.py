"""What each command prints and writes, against values computed here from the sample files."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.paths import shipped
from tests.cli.conftest import STRATEGY
from tests.strategy.legacy_texts import TEXTS

SERIES = [("AAPL", "1d"), ("EURUSD", "1h"), ("GOOG", "1d"), ("IBM", "1d"), ("MSFT", "1d")]


@pytest.fixture(scope="module")
def trained(shared_workspace) -> dict:
    return json.loads((shared_workspace / "trained.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def apple() -> pd.DataFrame:
    return pd.read_csv(shipped("resources") / "sample" / "AAPL_1d.csv", index_col=0)


def test_data_list_counts_what_the_files_hold(cli, shared_workspace):
    found = cli("data", "list", json=True).document["series"]
    assert [(entry["symbol"], entry["timeframe"]) for entry in found] == SERIES
    for entry in found:
        lines = (shared_workspace / "data" / f"{entry['symbol']}_{entry['timeframe']}.csv").read_text().splitlines()
        assert entry["rows"] == len(lines) - 1
        assert entry["first"] == lines[1].split(",")[0]
        assert entry["last"] == lines[-1].split(",")[0]


def test_data_list_for_people_and_the_empty_state(cli, tmp_path):
    shown = cli("data", "list").out
    assert all(symbol in shown for symbol, _ in SERIES)
    assert "6,225" in shown
    assert "ktrdr-app demo" in cli("data", "list", cwd=tmp_path).out


def test_the_catalogue_has_parameters_bounds_outputs_and_sources(cli):
    found = {entry["name"]: entry for entry in cli("indicators", "list", json=True).document["indicators"]}
    assert {"sma", "ema", "rsi", "macd", "atr", "bollinger_bands", "roc", "obv"} <= set(found)
    period = next(entry for entry in found["rsi"]["parameters"] if entry["name"] == "period")
    assert period["default"] == 14
    assert period["minimum"] >= 1
    assert [output["name"] for output in found["macd"]["outputs"]] == ["macd", "signal", "histogram"]
    assert [(output["low"], output["high"]) for output in found["rsi"]["outputs"]] == [(0, 100)]
    for entry in found.values():
        assert entry["category"]
        assert entry["formula"]
        assert entry["source"]


def test_the_catalogue_for_people_names_all(cli):
    found = cli("indicators", "list", json=True).document["indicators"]
    shown = cli("indicators", "list").out
    assert all(entry["name"] in shown for entry in found)
    assert "period 14" in shown


def test_computed_values_are_those_of_pandas(cli, apple):
    document = cli("indicators", "compute", "sma", "AAPL", "1d", "--param", "period=5", json=True).document
    expected = apple["close"].rolling(5).mean()
    (values,) = document["values"].values()
    assert document["rows"] == len(apple) == len(values)
    assert values[:4] == [None] * 4
    assert values[4:] == pytest.approx(expected.to_list()[4:], rel=1e-12)
    assert document["timestamp"][0] == document["first"] == "2005-03-01T00:00:00Z"
    assert document["params"] == {"period": 5}
    assert document["out"] is None


def test_a_written_table_begins_with_the_bar_open_and_the_document_names_it(cli, shared_workspace, apple):
    document = cli("indicators", "compute", "macd", "AAPL", "1d", "--out", "macd.csv", json=True).document
    with open(shared_workspace / "macd.csv", newline="", encoding="utf-8") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["timestamp", *document["columns"]]
    assert len(rows) == len(apple) + 1
    assert rows[1][0] == "2005-03-01T00:00:00Z"
    assert document["out"] == "macd.csv"
    assert "values" not in document
    fast, slow = (apple["close"].ewm(span=span, adjust=False).mean() for span in (12, 26))
    assert float(rows[-1][1]) == pytest.approx((fast - slow).iloc[-1], rel=1e-6)


def test_people_see_the_last_rows(cli, apple):
    shown = cli("indicators", "compute", "sma", "AAPL", "1d", "--param", "period=5").out
    assert "last 10 of 2,015 rows" in shown
    assert f"{apple['close'].rolling(5).mean().iloc[-1]:.6g}" in shown


def test_features_leave_the_warm_up_out_and_have_no_hole(cli, shared_workspace, apple):
    document = cli("features", STRATEGY, "AAPL", "1d", "--out", "features.csv", json=True).document
    frame = pd.read_csv(shared_workspace / "features.csv", index_col="timestamp")
    assert document["rows"] == len(frame)
    assert document["rows"] + document["dropped_rows"] == len(apple)
    assert document["columns"] == list(frame.columns)
    assert "rsi_oversold" in document["columns"]
    assert frame.notna().all().all()
    memberships = frame[[name for name in frame.columns if name.startswith("rsi_")]]
    assert memberships.min().min() >= 0.0
    assert memberships.max().max() <= 1.0
    assert len(document["contract_sha256"]) == 64


def test_features_for_people_show_their_spread(cli):
    shown = cli("features", STRATEGY, "AAPL", "1d").out
    assert "rsi_oversold" in shown
    assert "warm-up rows" in shown


def test_labels_and_their_balance_agree(cli, shared_workspace):
    document = cli("labels", STRATEGY, "AAPL", "1d", json=True).document
    labels = document["values"]["label"]
    known = [label for label in labels if label]
    assert set(known) == {"BUY", "HOLD", "SELL"}
    for name, share in document["balance"].items():
        assert share == pytest.approx(known.count(name) / len(known))
    assert labels[-1] == ""
    ends = document["values"]["label_end"]
    assert all(end > stamp for end, stamp, label in zip(ends, document["timestamp"], labels, strict=True) if label)


def test_labels_for_people(cli):
    shown = cli("labels", STRATEGY, "AAPL", "1d").out
    assert all(word in shown for word in ("BUY", "HOLD", "SELL", "no label"))


def test_training_tells_its_worth_beside_the_baselines(trained, shared_workspace):
    keys = "model_path kind version strategy_name timeframe training_symbols total_samples samples_per_symbol"
    keys += " epochs_trained best_epoch seed metrics per_symbol_validation class_balance seconds report importance"
    assert set(keys.split()) <= set(trained)
    assert (trained["kind"], trained["version"], trained["seed"]) == ("universal", 1, 7)
    assert trained["training_symbols"] == ["AAPL", "IBM"]
    assert trained["epochs_trained"] == 2 == len(trained["history"])
    metrics = trained["metrics"]
    assert metrics["skill"] == pytest.approx(1 - metrics["test_nll"] / metrics["prior_nll"])
    assert sum(trained["samples_per_symbol"].values()) == trained["total_samples"]
    for balance in trained["class_balance"].values():
        assert sum(balance.values()) == pytest.approx(1.0)
    assert (shared_workspace / trained["model_path"] / "model.pt").is_file()


def test_training_for_people_names_majority_prior_and_verdict(cli, tmp_path, shared_workspace):
    words = ["train", STRATEGY, "--symbols", "AAPL", "--timeframe", "1d", "--kind", "legacy", "--epochs", "1"]
    (tmp_path / "data").symlink_to(shared_workspace / "data")
    ended = cli(*words, cwd=tmp_path)
    assert ended.code == 0, ended.err
    for said in ("Majority accuracy", "Prior NLL", "All symbols", "AAPL", "Model: "):
        assert said in ended.out
    assert ("no skill" in ended.out) or ("beats both baselines" in ended.out)
    assert (tmp_path / "models" / STRATEGY / "AAPL_1d_v1").is_dir()


def test_a_backtest_writes_its_files_and_names_them(cli, shared_workspace, tmp_path):
    words = ["backtest", STRATEGY, "--symbol", "GOOG", "--timeframe", "1d", "--out", str(tmp_path / "run")]
    document = cli(*words, json=True).document
    assert document["model"]["step"] == 1
    assert document["model"]["trace"][0]["result"] == "chosen"
    for key in ("trades_file", "equity_file", "decisions_file", "report_file"):
        assert Path(document[key]).parent == tmp_path / "run"
        assert Path(document[key]).is_file()
    equity = pd.read_csv(document["equity_file"], index_col="timestamp")["equity"]
    assert document["bars"] == len(equity)
    assert document["final_equity"] == pytest.approx(equity.iloc[-1])
    assert document["metrics"]["total_return"] == pytest.approx(equity.iloc[-1] / document["initial_capital"] - 1)
    worst = (equity / np.maximum(equity.cummax(), document["initial_capital"]) - 1).min()
    assert document["metrics"]["max_drawdown"] == pytest.approx(worst)
    trades = pd.read_csv(document["trades_file"])
    assert document["metrics"]["total_trades"] == len(trades)
    assert "<!doctype html>" in Path(document["report_file"]).read_text(encoding="utf-8")


def test_a_backtest_for_people_stands_beside_buy_and_hold(cli):
    words = [
        "backtest",
        STRATEGY,
        "--symbol",
        "GOOG",
        "--timeframe",
        "1d",
        "--start",
        "2011-01-01",
        "--end",
        "2012-06-30",
    ]
    ended = cli(*words)
    assert ended.code == 0, ended.err
    for said in (
        "Buy and hold",
        "Total return",
        "Worst drawdown",
        "2011-01-03 to 2012-06-29",
        "step 1 of the resolver",
    ):
        assert said in ended.out
    assert "report.html" in ended.out


def test_several_symbols_give_several_backtests(cli, tmp_path):
    words = ["backtest", STRATEGY, "--symbol", "GOOG,MSFT", "--timeframe", "1d", "--out", str(tmp_path / "runs")]
    found = cli(*words, json=True).document["backtests"]
    assert [entry["symbol"] for entry in found] == ["GOOG", "MSFT"]
    assert [Path(entry["report_file"]).parent for entry in found] == [
        tmp_path / "runs" / name for name in ("GOOG", "MSFT")
    ]


def test_money_options_reach_the_engine(cli, tmp_path):
    words = ["backtest", STRATEGY, "--symbol", "GOOG", "--timeframe", "1d", "--out", str(tmp_path / "run")]
    money = ["--capital", "5000", "--commission", "0.002", "--slippage", "0", "--fill", "close", "--short"]
    config = cli(*words, *money, "--sizing", "fraction=0.25", json=True).document["config"]
    assert config["initial_capital"] == 5000
    assert (config["commission"], config["slippage"], config["fill"]) == (0.002, 0, "close")
    assert config["sizing"] == {"kind": "fraction", "fraction": 0.25}
    assert config["allow_short"] is True


def test_signals_run_through_the_engine_as_counted_by_hand(cli, tmp_path, apple):
    bought, sold = 100, 140
    lines = [f"{apple.index[bought]},BUY", f"{apple.index[sold]},SELL"]
    (tmp_path / "signals.csv").write_text("timestamp,signal\n" + "\n".join(lines) + "\n")
    words = ["backtest", "--signals", str(tmp_path / "signals.csv"), "--symbol", "AAPL", "--timeframe", "1d"]
    words += ["--capital", "10000", "--commission", "0.001", "--slippage", "0.0005", "--out", str(tmp_path / "run")]
    document = cli(*words, json=True).document
    paid = apple["open"].iloc[bought + 1] * 1.0005
    got = apple["open"].iloc[sold + 1] * 0.9995
    units = 10_000 / (paid * 1.001)
    assert document["final_equity"] == pytest.approx(units * got * 0.999)
    assert document["metrics"]["total_trades"] == 1
    assert document["model"] is None
    assert document["decisions_file"] is None


def test_an_existing_run_folder_is_never_overwritten(cli, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine.txt").write_text("keep")
    words = ["backtest", STRATEGY, "--symbol", "GOOG", "--timeframe", "1d", "--out", str(tmp_path / "run")]
    ended = cli(*words, json=True)
    assert (ended.code, ended.document["error"]["code"]) == (2, "storage_problem")
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["mine.txt"]


def test_models_are_listed_shown_and_resolved(cli, shared_workspace, trained):
    (listed,) = cli("models", "list", json=True).document["models"]
    assert listed["complete"] is True
    assert listed["test_accuracy"] == pytest.approx(trained["metrics"]["test_accuracy"])
    assert listed["training_symbols"] == ["AAPL", "IBM"]
    shown = cli("models", "show", trained["model_path"], json=True).document
    assert shown["training_manifest"]["seed"] == 7
    assert shown["files"]["model.pt"] == (shared_workspace / trained["model_path"] / "model.pt").stat().st_size
    resolved = cli("models", "resolve", STRATEGY, "--timeframe", "1d", "--symbol", "GOOG", json=True).document
    assert resolved["chosen"]["path"].endswith("universal_1d_v1")
    assert (resolved["chosen"]["kind"], resolved["chosen"]["step"]) == ("universal", 1)
    swapped = cli("models", "resolve", STRATEGY, "--timeframe", "1d", "--prefer", "legacy", json=True).document
    assert [entry["result"] for entry in swapped["trace"]][-1] == "chosen"
    assert swapped["chosen"]["step"] == 2


def test_models_for_people(cli, trained):
    assert "universal_1d_v1" in cli("models", "list").out
    facts = cli("models", "show", trained["model_path"]).out
    assert "model.pt" in facts
    assert "AAPL, IBM" in facts
    shown = cli("models", "resolve", STRATEGY, "--timeframe", "1d").out
    assert "Chosen: " in shown
    assert "universal_1d_latest" in shown


def test_resolving_to_nothing_prints_the_trace_and_ends_with_3(cli):
    ended = cli("models", "resolve", STRATEGY, "--timeframe", "5m", "--symbol", "GOOG", json=True)
    assert ended.code == 3
    assert ended.document["chosen"] is None
    assert next(entry["step"] for entry in ended.document["trace"]) == 1
    people = cli("models", "resolve", STRATEGY, "--timeframe", "5m", "--symbol", "GOOG")
    assert people.code == 3
    assert "No model serves." in people.out
    assert "GOOG_5m_latest" in people.out


def test_an_empty_store_says_what_to_do(cli, tmp_path):
    assert "ktrdr-app train" in cli("models", "list", cwd=tmp_path).out


def test_strategies_are_listed_with_what_is_wrong(cli, tmp_path):
    own = tmp_path / "configs" / "strategies"
    own.mkdir(parents=True)
    (own / "odd.yaml").write_text("name: odd\n")
    found = {
        entry["name"]: entry for entry in cli("strategies", "list", json=True, cwd=tmp_path).document["strategies"]
    }
    assert found[STRATEGY]["shipped"] is True
    assert found[STRATEGY]["problem"] == ""
    assert found["odd"]["shipped"] is False
    assert "indicators" in found["odd"]["problem"]
    shown = cli("strategies", "list", cwd=tmp_path).out
    assert "shipped" in shown
    assert "workspace" in shown


def test_a_strategy_of_the_original_is_upgraded_and_told_about(cli, tmp_path):
    (tmp_path / "old.yaml").write_text(TEXTS["no_training"])
    document = cli("strategies", "upgrade", "old.yaml", json=True, cwd=tmp_path).document
    assert set(document) == {"name", "source", "path", "notes"}
    assert all(set(note) == {"path", "was", "now", "why"} for note in document["notes"])
    assert "macd" in {note["path"].split(".")[1] for note in document["notes"] if "." in note["path"]}
    assert cli("strategies", "validate", document["name"], json=True, cwd=tmp_path).document["valid"] is True
    again = cli("strategies", "upgrade", "old.yaml", "--out", "new.yaml", cwd=tmp_path)
    assert "Changes of meaning in trend_momentum_strategy" in again.out
    assert (tmp_path / "new.yaml").is_file()
    taken = cli("strategies", "upgrade", "old.yaml", "--out", "old.yaml", json=True, cwd=tmp_path)
    assert (taken.code, taken.document["error"]["code"]) == (2, "invalid_value")


def test_the_grammar_is_exported_for_editors(cli, tmp_path):
    printed = cli("strategies", "schema", json=True).document
    assert json.loads(cli("strategies", "schema").out) == printed
    said = cli("strategies", "schema", "--out", "s.json", json=True, cwd=tmp_path).document
    assert json.loads((tmp_path / said["path"]).read_text(encoding="utf-8")) == printed


def test_a_valid_strategy_is_said_to_be(cli):
    document = cli("strategies", "validate", STRATEGY, json=True).document
    assert (document["valid"], document["name"]) == (True, STRATEGY)
    assert "is valid" in cli("strategies", "validate", "trend_momentum").out


def test_the_doctor_ends_with_what_it_found(cli, tmp_path):
    ended = cli("doctor", json=True, cwd=tmp_path)
    checks = ended.document["checks"]
    well = all(check["ok"] for check in checks)
    assert ended.document["ok"] is well
    assert ended.code == (0 if well else 2)
    assert {"Python", "torch", "numpy"} <= {check["name"] for check in checks}
    assert all(check["advice"] for check in checks if not check["ok"])
    shown = cli("doctor", cwd=tmp_path).out
    assert "All is well." in shown or "need attention" in shown
    assert "Python" in shown


def test_the_demo_needs_nothing_but_a_folder(cli, tmp_path):
    place = tmp_path / "fresh"
    ended = cli("--workspace", str(place), "demo", "--no-window", "--seed", "3", json=True, cwd=tmp_path)
    assert ended.code == 0, ended.err
    document = ended.document
    assert len(document["train"]["training_symbols"]) == 3
    assert document["backtest"]["symbol"] not in document["train"]["training_symbols"]
    assert document["train"]["seed"] == 3
    report = Path(document["report"])
    assert report.is_relative_to(place / "runs")
    page = report.read_text(encoding="utf-8")
    metrics = document["train"]["metrics"]
    beaten = metrics["skill"] > 0 and metrics["test_accuracy"] > metrics["majority_accuracy"]
    assert ("The model has no skill" in page) is not beaten
    assert f"{100 * metrics['test_accuracy']:.1f}\u202f%" in page
    assert f"{metrics['prior_nll']:.4f}" in page
    assert document["train"]["command"] in page
    assert page.count("<svg") >= 6


def test_the_demo_for_people_prints_the_table_and_where_the_report_lies(cli, tmp_path):
    ended = cli("demo", "--workspace", str(tmp_path), QT_QPA_PLATFORM="offscreen")
    assert ended.code == 0, ended.err
    for said in ("All symbols", "Majority accuracy", "Prior NLL", "Buy and hold", "report.html"):
        assert said in ended.out
    assert ended.err == ""
