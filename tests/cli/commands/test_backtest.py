"""Backtests over several symbols, as they are typed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.commands.conftest import Run, error_of
from tests.cli.conftest import STRATEGY


@pytest.fixture(autouse=True)
def place(shared_workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in a workspace of its own with data and a model of AAPL and IBM."""
    for part in ("data", "models"):
        shutil.copytree(shared_workspace / part, tmp_path / "place" / part, symlinks=True)
    monkeypatch.chdir(tmp_path / "place")


def test_a_symbol_that_fails_sets_the_exit_code_and_is_shown(run: Run, tmp_path: Path) -> None:
    words = ["backtest", STRATEGY, "--symbol", "GOOG,NOPE,IBM", "--timeframe", "1d", "--start", "2012-01-01"]
    ended = run(*words, "--out", str(tmp_path / "a"))
    assert ended.code == 3
    for said in ("unseen, universal, step 1", "data_not_found", "no bars for NOPE 1d", "Not run: NOPE.", "grid.csv"):
        assert said in ended.out
    document = run(*words, "--out", str(tmp_path / "b"), json=True).document
    assert [(row["symbol"], row["status"]) for row in document["symbols"]] == [
        ("GOOG", "done"),
        ("NOPE", "data_not_found"),
        ("IBM", "done"),
    ]
    assert [one["symbol"] for one in document["backtests"]] == ["GOOG", "IBM"]


def test_a_portfolio_is_shown_with_what_each_symbol_brought(run: Run, tmp_path: Path) -> None:
    words = ["backtest", STRATEGY, "--symbol", "GOOG,IBM", "--timeframe", "1d", "--start", "2012-01-01", "--portfolio"]
    ended = run(*words, "--max-positions", "1", "--max-exposure", "0.5", "--out", str(tmp_path / "a"))
    assert ended.code == 0
    for said in ("GOOG, IBM 1d", "What each symbol brought", "unseen", "No conversion", "Most positions", "trades.csv"):
        assert said in ended.out
    document = run(*words, "--sizing", "fraction=0.3", "--out", str(tmp_path / "b"), json=True).document
    assert document["config"]["sizing"] == {"kind": "fraction", "fraction": 0.3}
    assert pd.read_csv(document["equity_file"])["equity"].iloc[-1] == document["final_equity"]


def test_limits_without_a_portfolio_are_refused(run: Run) -> None:
    words = ["backtest", STRATEGY, "--symbol", "GOOG,IBM", "--timeframe", "1d", "--max-positions", "1"]
    assert "max_positions" in error_of(run(*words, json=True), 2, "invalid_value")["message"]
