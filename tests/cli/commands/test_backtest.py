"""Backtests over several symbols, as they are typed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

STRATEGY = "neuro_mean_reversion"


def test_a_symbol_that_fails_sets_the_exit_code_and_is_shown(cli, tmp_path: Path) -> None:
    words = ["backtest", STRATEGY, "--symbol", "GOOG,NOPE,IBM", "--timeframe", "1d", "--start", "2012-01-01"]
    ended = cli(*words, "--out", str(tmp_path / "a"))
    assert ended.code == 3
    for said in ("unseen, universal, step 1", "data_not_found", "no bars for NOPE 1d", "Not run: NOPE.", "grid.csv"):
        assert said in ended.out
    document = cli(*words, "--out", str(tmp_path / "b"), json=True).document
    assert [(row["symbol"], row["status"]) for row in document["symbols"]] == [
        ("GOOG", "done"),
        ("NOPE", "data_not_found"),
        ("IBM", "done"),
    ]
    assert [one["symbol"] for one in document["backtests"]] == ["GOOG", "IBM"]


def test_a_portfolio_is_shown_with_what_each_symbol_brought(cli, tmp_path: Path) -> None:
    words = ["backtest", STRATEGY, "--symbol", "GOOG,IBM", "--timeframe", "1d", "--start", "2012-01-01", "--portfolio"]
    ended = cli(*words, "--max-positions", "1", "--max-exposure", "0.5", "--out", str(tmp_path / "a"))
    assert ended.code == 0
    for said in ("GOOG, IBM 1d", "What each symbol brought", "unseen", "No conversion", "Most positions", "trades.csv"):
        assert said in ended.out
    document = cli(*words, "--sizing", "fraction=0.3", "--out", str(tmp_path / "b"), json=True).document
    assert document["config"]["sizing"] == {"kind": "fraction", "fraction": 0.3}
    assert pd.read_csv(document["equity_file"])["equity"].iloc[-1] == document["final_equity"]


def test_limits_without_a_portfolio_are_refused(cli) -> None:
    words = ["backtest", STRATEGY, "--symbol", "GOOG,IBM", "--timeframe", "1d", "--max-positions", "1"]
    ended = cli(*words, json=True)
    assert (ended.code, ended.document["error"]["code"]) == (2, "invalid_value")
    assert "max_positions" in ended.document["error"]["message"]
