"""Chains of commands as a user types them: fallbacks, versions, repeatability, ranges, odd input files."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

import pandas as pd
import pytest

from ktrdr_app.core.files import sha256
from tests.cli.conftest import STRATEGY, Ended, run_process

TRAIN = ["train", STRATEGY, "--timeframe", "1d", "--epochs", "1"]


@pytest.fixture
def place(shared_workspace: Path, tmp_path: Path) -> Path:
    """Return a workspace of this test alone, with the sample data."""
    shutil.copytree(shared_workspace / "data", tmp_path / "data")
    return tmp_path


def app(place: Path, *words: str) -> Ended:
    return run_process(["-m", "ktrdr_app", *words, "--json"], place)


def test_another_symbol_s_model_serves_with_a_warning_unless_forbidden(place):
    assert app(place, *TRAIN, "--symbols", "IBM", "--kind", "legacy").code == 0
    backtest = ["backtest", STRATEGY, "--symbol", "GOOG", "--timeframe", "1d", "--start", "2012-01-01"]
    document = app(place, *backtest).document
    assert document["model"]["step"] == 3
    assert "IBM_1d_v1" in document["model"]["warning"]
    assert "The resolver fell back to" in Path(document["report_file"]).read_text(encoding="utf-8")
    people = run_process(["-m", "ktrdr_app", *backtest], place)
    assert "The resolver fell back to" in people.out
    refused = app(place, *backtest, "--no-any")
    assert (refused.code, refused.document["error"]["code"]) == (3, "model_not_found")
    assert "IBM_1d_v1" in refused.document["error"]["hint"]
    resolved = app(place, "models", "resolve", STRATEGY, "--timeframe", "1d", "--symbol", "GOOG", "--no-any")
    assert (resolved.code, resolved.document["chosen"]) == (3, None)
    wanted = app(place, *backtest, "--model", "universal")
    assert wanted.code == 3


def test_the_printed_command_trains_the_same_weights_again(place):
    first = app(place, *TRAIN, "--symbols", "AAPL,IBM", "--seed", "11", "--batch-size", "64").document
    words = shlex.split(first["command"])
    assert words[0] == "ktrdr-app"
    second = app(place, *words[1:]).document
    assert (first["version"], second["version"]) == (1, 2)
    one, other = (place / document["model_path"] / "model.pt" for document in (first, second))
    assert sha256(one) == sha256(other)
    assert first["metrics"] == second["metrics"]
    third = app(place, *words[1:-4], "--seed", "12").document
    assert third["metrics"] != first["metrics"]


def test_weights_and_combination_reach_the_training(place):
    weighted = ["--combination", "weighted", "--weights", "AAPL=3,IBM=1"]
    document = app(
        place, *TRAIN, "--symbols", "AAPL,IBM", *weighted, "--start", "2007-01-01", "--end", "2012-12-31"
    ).document
    rows = document["samples_per_symbol"]
    assert rows["AAPL"] == pytest.approx(3 * rows["IBM"], rel=0.02)
    assert "--weights" in shlex.split(document["command"])
    assert document["split"]["train_end"] > "2007"


def test_a_range_is_kept_to_the_day(place, shared_workspace):
    shutil.copytree(shared_workspace / "models", place / "models", symlinks=True)
    words = [
        "backtest",
        STRATEGY,
        "--symbol",
        "GOOG",
        "--timeframe",
        "1d",
        "--start",
        "2010-03-01",
        "--end",
        "2010-12-31",
    ]
    document = app(place, *words).document
    bars = pd.read_csv(place / "data" / "GOOG_1d.csv", index_col=0)
    inside = bars[(bars.index >= "2010-03-01") & (bars.index < "2011-01-01")]
    assert document["bars"] == len(inside)
    assert (document["start"][:10], document["end"][:10]) == (inside.index[0][:10], inside.index[-1][:10])


def test_seen_bars_are_counted_on_a_training_symbol_and_none_on_an_unseen_one(place, shared_workspace):
    shutil.copytree(shared_workspace / "models", place / "models", symlinks=True)
    trained = json.loads((shared_workspace / "trained.json").read_text(encoding="utf-8"))
    documents = {}
    for symbol in ("AAPL", "GOOG"):
        documents[symbol] = app(place, "backtest", STRATEGY, "--symbol", symbol, "--timeframe", "1d").document
    assert documents["GOOG"]["seen_in_training"] == 0
    equity = pd.read_csv(documents["AAPL"]["equity_file"])
    ended = pd.to_datetime(equity["timestamp"]) + pd.Timedelta("1D")
    assert documents["AAPL"]["seen_in_training"] == int(
        (ended <= pd.Timestamp(trained["split"]["validation_end"])).sum()
    )
    page = Path(documents["AAPL"]["report_file"]).read_text(encoding="utf-8")
    assert 'class="seen"' in page
    assert "Read with care" in page


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--capital", "-5"], "invalid_value"),
        (["--capital", "nan"], "invalid_value"),
        (["--capital", "1e308"], "invalid_value"),
        (["--commission", "1"], "invalid_value"),
        (["--fill", "yesterday"], None),
        (["--sizing", "units=-1"], "invalid_value"),
        (["--start", "noon"], "invalid_value"),
        (["--start", "2030-01-01"], "empty_data"),
    ],
)
def test_money_and_dates_outside_their_range_are_bad_input(cli, words, code):
    ended = cli("backtest", STRATEGY, "--symbol", "GOOG", "--timeframe", "1d", *words, json=True)
    assert ended.code == 2
    assert code is None or ended.document["error"]["code"] == code
    assert ended.document["error"]["hint"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "time,signal\n2010-01-04,BUY\n",
        "timestamp,signal\n2010-01-04T00:00:00Z,PERHAPS\n",
        "timestamp,signal\n1999-01-04T00:00:00Z,BUY\n",
        "timestamp,signal\nyesterday,BUY\n",
    ],
    ids=["empty", "other header", "other word", "no such bar", "no date"],
)
def test_odd_signal_files_are_refused_with_a_hint(cli, tmp_path, content):
    file = tmp_path / "signals.csv"
    file.write_text(content)
    ended = cli("backtest", "--signals", str(file), "--symbol", "GOOG", "--timeframe", "1d", json=True)
    assert ended.code == 2, ended.out
    assert ended.document["error"]["hint"]
    assert "Traceback" not in ended.err


def test_a_signal_file_without_a_signal_is_a_strategy_that_does_not_trade(cli, tmp_path):
    (tmp_path / "signals.csv").write_text("timestamp,signal\n")
    ended = cli("backtest", "--signals", str(tmp_path / "signals.csv"), "--symbol", "GOOG", "--timeframe", "1d")
    assert ended.code == 0
    assert "The strategy did not trade." in ended.out
    missing = cli("backtest", "--signals", "nosuch.csv", "--symbol", "GOOG", "--timeframe", "1d", json=True)
    assert (missing.code, missing.document["error"]["code"]) == (3, "file_missing")


def test_bars_that_are_usual_but_odd_are_warned_of_on_stderr(place):
    file = place / "data" / "ODD_1d.csv"
    lines = (place / "data" / "AAPL_1d.csv").read_text().splitlines()
    cells = lines[7].split(",")
    cells[2] = cells[3]
    file.write_text("\n".join([*lines[:7], ",".join(cells), *lines[8:]]) + "\n")
    ended = app(place, "indicators", "compute", "rsi", "ODD", "1d")
    assert ended.code == 0
    assert "WARNING" in ended.err
    assert "ODD_1d.csv, row 7" in ended.err


def test_a_broken_series_is_named_with_its_row(place):
    file = place / "data" / "BAD_1d.csv"
    lines = (place / "data" / "AAPL_1d.csv").read_text().splitlines()
    cells = lines[7].split(",")
    cells[2] = "high"
    file.write_text("\n".join([*lines[:7], ",".join(cells), *lines[8:]]) + "\n")
    ended = app(place, "indicators", "compute", "rsi", "BAD", "1d")
    assert (ended.code, ended.document["error"]["code"]) == (2, "malformed_bars")
    assert "BAD_1d.csv" in ended.document["error"]["where"]


def test_runs_of_one_second_do_not_collide(place, shared_workspace):
    shutil.copytree(shared_workspace / "models", place / "models", symlinks=True)
    words = ["backtest", STRATEGY, "--symbol", "GOOG,GOOG,IBM", "--timeframe", "1d", "--start", "2012-06-01"]
    assert len(app(place, *words).document["backtests"]) == 2
    assert len(app(place, *words).document["backtests"]) == 2
    folders = list((place / "runs").iterdir())
    assert len(folders) == 2
    folders += [folder / symbol for folder in folders for symbol in ("GOOG", "IBM")]
    assert all((folder / "report.html").is_file() for folder in folders)
