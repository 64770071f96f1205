"""A stranger's first ten minutes at the command line, in real processes, from an empty folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest


def _run(workspace: Path, *words: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    done = subprocess.run(
        [sys.executable, "-m", "ktrdr_app", "--workspace", str(workspace), *words],
        capture_output=True,
        text=True,
        timeout=240,
        env=environment,
        check=False,
    )
    assert done.returncode == expect, done.stderr
    return done


def _json(workspace: Path, *words: str, expect: int = 0) -> dict[str, Any]:
    return json.loads(_run(workspace, *words, "--json", expect=expect).stdout)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the workspace that ``demo`` made of an empty folder."""
    folder = tmp_path_factory.mktemp("stranger")
    shown = _run(folder, "demo", "--no-window").stdout
    for word in ("AAPL", "IBM", "MSFT", "GOOG", "report.html"):
        assert word in shown
    return folder


def test_the_demo_left_data_model_and_report(home: Path) -> None:
    assert sorted(path.name for path in (home / "data").glob("*_1d.csv"))[0] == "AAPL_1d.csv"
    assert (home / "models" / "neuro_mean_reversion" / "universal_1d_v1" / "model.pt").is_file()
    assert len(list((home / "runs").glob("*/report.html"))) == 1


def test_the_model_is_found_by_the_resolver_and_judges_another_symbol(home: Path) -> None:
    resolved = _json(home, "models", "resolve", "neuro_mean_reversion", "--timeframe", "1d", "--symbol", "EURUSD")
    assert resolved["chosen"]["kind"] == "universal"
    assert resolved["trace"][0]["result"] == "chosen"
    judged = _json(home, "backtest", "neuro_mean_reversion", "--symbol", "IBM", "--timeframe", "1d")
    assert judged["model"]["path"] == str(Path(resolved["chosen"]["path"]).resolve())
    assert judged["seen_in_training"] > 1000
    assert pd.read_csv(judged["equity_file"])["equity"].iloc[-1] == judged["final_equity"]


def test_the_demos_decisions_replay_as_signals(home: Path, tmp_path: Path) -> None:
    first = _json(home, "backtest", "neuro_mean_reversion", "--symbol", "GOOG", "--timeframe", "1d")
    decisions = pd.read_csv(first["decisions_file"])[["timestamp", "action"]]
    decisions.columns = ["timestamp", "signal"]
    decisions.to_csv(tmp_path / "signals.csv", index=False)
    words = ("--symbol", "GOOG", "--timeframe", "1d", "--start", first["start"])
    again = _json(home, "backtest", "--signals", str(tmp_path / "signals.csv"), *words)
    assert again["final_equity"] == first["final_equity"]
    assert again["metrics"] == first["metrics"]


def test_training_twice_at_the_command_line_gives_the_same_tensors(home: Path) -> None:
    words = ("train", "trend_momentum", "--symbols", "AAPL,MSFT", "--timeframe", "1d", "--epochs", "2", "--seed", "9")
    folders = [Path(_json(home, *words)["model_path"]) for _ in range(2)]
    assert folders[0] != folders[1]
    assert (folders[0] / "model.pt").read_bytes() == (folders[1] / "model.pt").read_bytes()
    shown = _json(home, "models", "show", str(folders[1]))
    assert shown["version"] == 2


@pytest.mark.parametrize(
    ("words", "code", "expect"),
    [
        (("train", "trend_momentum", "--symbols", "AAPL,NOPE", "--timeframe", "1d"), "data_not_found", 3),
        (("train", "trend_momentom", "--symbols", "AAPL", "--timeframe", "1d"), "strategy_not_found", 3),
        (
            ("train", "trend_momentum", "--symbols", "AAPL", "--timeframe", "1d", "--end", "2006-01-01"),
            "too_few_rows",
            2,
        ),
        (("backtest", "trend_momentum", "--symbol", "VOID", "--timeframe", "1d", "--model", "auto"), "empty_data", 2),
        (("backtest", "neuro_mean_reversion", "--symbol", "GOOG", "--timeframe", "4h"), "model_not_found", 3),
        (("backtest", "--signals", "nowhere.csv", "--symbol", "GOOG", "--timeframe", "1d"), "file_missing", 3),
        (("indicators", "compute", "rsj", "AAPL", "1d"), "unknown_name", 2),
    ],
)
def test_what_goes_wrong_is_one_line_with_a_hint(home: Path, words: tuple[str, ...], code: str, expect: int) -> None:
    (home / "data" / "VOID_1d.csv").write_text("timestamp,open,high,low,close,volume\n")
    models = sorted(path.name for path in (home / "models" / "neuro_mean_reversion").iterdir())
    error = _json(home, *words, expect=expect)["error"]
    assert error["code"] == code
    assert error["hint"]
    assert "\n" not in error["message"]
    assert sorted(path.name for path in (home / "models" / "neuro_mean_reversion").iterdir()) == models


def test_without_json_an_error_is_a_line_and_a_hint_on_stderr(home: Path) -> None:
    plain = _run(home, "train", "trend_momentum", "--symbols", "AAPL,NOPE", "--timeframe", "1d", expect=3)
    assert plain.stdout == ""
    lines = plain.stderr.strip().splitlines()
    assert len(lines) <= 3
    assert "no bars for NOPE 1d" in lines[0]
    assert "AAPL" in plain.stderr
