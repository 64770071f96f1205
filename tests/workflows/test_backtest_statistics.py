"""The statistics of a run in its document: beside the workspace's runs, and by the symbol's calendar."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.backtesting.benchmark import always_hold, buy_and_hold
from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.signals import run_signals
from ktrdr_app.core.files import json_text, plain, write_json
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.bars import fingerprint
from ktrdr_app.workflows.backtest_statistics import FinishedRun, with_statistics
from tests.backtesting.cases import coin_signals, walk
from tests.backtesting.trade_cases import arrays_of

CONFIG = BacktestConfig(10_000.0, 0.0005, 0.0002)


def made(workspace: Workspace, seed: int = 1, hold: float = 0.8, config: BacktestConfig = CONFIG) -> dict[str, Any]:
    """Return the document of random signals on random bars, with statistics."""
    bars = walk(7, 600)
    result = run_signals(bars, coin_signals(seed, 600, hold), config)
    document = {
        "strategy_name": "quick",
        "symbol": "BTCUSDT",
        "timeframe": "1d",
        "model": None,
        "bars": 600,
        "start": f"{bars.index[0]:%Y-%m-%dT%H:%M:%SZ}",
        "end": f"{bars.index[-1]:%Y-%m-%dT%H:%M:%SZ}",
        "data_fingerprint": fingerprint(bars),
        "final_equity": result.final_equity,
        "metrics": result.metrics,
        "benchmark": {"buy_and_hold": buy_and_hold(bars, config)},
    }
    run = FinishedRun(bars, config, result.equity.to_numpy(), arrays_of(result), result.open_trade)
    return with_statistics(document, run, workspace)


def recorded(workspace: Workspace, document: dict[str, Any], name: str) -> None:
    folder = workspace.runs / name
    folder.mkdir(parents=True)
    write_json(folder / "result.json", document)


def test_benchmarks_stand_beside_buy_and_hold(tmp_path: Path) -> None:
    document = made(Workspace(tmp_path))
    assert list(document["benchmark"]) == ["buy_and_hold", "always_hold", "random_entries"]
    index = pd.DatetimeIndex(walk(7, 600).index)
    assert document["benchmark"]["always_hold"] == always_hold(index, 10_000.0)
    random = document["benchmark"]["random_entries"]
    assert random["total_return"] == pytest.approx(document["metrics"]["total_return"])
    assert random["trades"] >= document["metrics"]["total_trades"]
    assert document["statistics"]["intervals"]["seed"] == random["seed"] == 0


def test_runs_on_record_are_trials(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    first = made(workspace)
    assert first["statistics"]["sharpe"]["trials"]["count"] == 1
    recorded(workspace, first, "20240101T000000Z-a")
    assert made(workspace) == first  # a repetition is no new trial
    second = made(workspace, seed=2)
    assert second["statistics"]["sharpe"]["trials"]["count"] == 2
    recorded(workspace, second, "20240102T000000Z-b")
    third = made(workspace, seed=3)["statistics"]["sharpe"]
    ratios = [part["statistics"]["sharpe"]["per_bar"] for part in (first, second)] + [third["per_bar"]]
    assert third["trials"]["variance"] == pytest.approx(np.var(ratios, ddof=1))
    months = [pd.Series(part["statistics"]["monthly_returns"]) for part in (first, second)]
    months.append(pd.Series(made(workspace, seed=3)["statistics"]["monthly_returns"]))
    pairs = pd.concat(months, axis=1).corr().to_numpy()[np.triu_indices(3, 1)]
    assert third["trials"]["correlation"] == pytest.approx(pairs.mean())


def test_damaged_runs_are_counted(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    (workspace.runs / "broken").mkdir(parents=True)
    (workspace.runs / "broken" / "result.json").write_text("{", encoding="utf-8")
    assert made(workspace)["statistics"]["unreadable_runs"] == 1


def test_the_calendar_is_the_symbol_s(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    year = made(workspace)["statistics"]["annualisation"]
    assert (year["calendar"], year["calendar_bars_per_year"]) == ("24/7", 365.25)
    (tmp_path / "symbols.yaml").write_text("BTCUSDT: {calendar: XNYS}\n", encoding="utf-8")
    year = made(workspace)["statistics"]["annualisation"]
    assert (year["calendar"], year["calendar_bars_per_year"]) == ("XNYS", 251.5)


@pytest.mark.parametrize("hold", [1.0, 0.8])
def test_the_document_is_json_and_speaks(tmp_path: Path, hold: float) -> None:
    document = made(Workspace(tmp_path), hold=hold)
    assert plain(document) == document
    assert json_text(document)
    sentences = document["statistics"]["sentences"]
    assert sentences
    assert all(sentence.endswith(".") for sentence in sentences)
    assert (document["benchmark"]["random_entries"] is None) == (hold == 1.0)


def test_the_given_document_is_left_as_it_was(tmp_path: Path) -> None:
    before = {"buy_and_hold": 1}
    bars = walk(7, 50)
    result = run_signals(bars, coin_signals(1, 50), CONFIG)
    given = {"strategy_name": "quick", "symbol": "X", "timeframe": "1d", "metrics": result.metrics, "benchmark": before}
    run = FinishedRun(bars, CONFIG, result.equity.to_numpy(), arrays_of(result), result.open_trade)
    found = with_statistics(given, run, Workspace(tmp_path))
    assert before == {"buy_and_hold": 1}
    assert "statistics" not in given
    assert found["strategy_name"] == "quick"


def _taken(workspace: Workspace, seed: int) -> dict[str, Any]:
    """Return a document with statistics of a fixed run, drawn with a seed."""
    bars = walk(7, 120)
    result = run_signals(bars, coin_signals(3, 120, 0.7), CONFIG)
    given = {"strategy_name": "quick", "symbol": "X", "timeframe": "1d", "metrics": result.metrics, "benchmark": {}}
    run = FinishedRun(bars, CONFIG, result.equity.to_numpy(), arrays_of(result), result.open_trade)
    return with_statistics(given, run, workspace, seed)


def test_a_seed_gives_the_same_draws_and_another_seed_others(tmp_path: Path) -> None:
    first, again, other = (_taken(Workspace(tmp_path), seed) for seed in (5, 5, 6))
    assert first == again
    assert first["benchmark"]["random_entries"]["seed"] == first["statistics"]["intervals"]["seed"] == 5
    assert other["benchmark"]["random_entries"]["seed"] == other["statistics"]["intervals"]["seed"] == 6
    assert first["benchmark"]["random_entries"]["median"] != other["benchmark"]["random_entries"]["median"]
    assert first["benchmark"]["always_hold"] == other["benchmark"]["always_hold"], "holding cash draws nothing"
    assert first["statistics"]["monthly_returns"] == other["statistics"]["monthly_returns"]


def test_nothing_is_written_into_the_workspace(tmp_path: Path) -> None:
    made(Workspace(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("changes", [{"strategy_name": "slow"}, {"timeframe": "1h"}])
def test_runs_of_other_strategies_and_bars_are_no_trials(tmp_path: Path, changes: dict[str, Any]) -> None:
    workspace = Workspace(tmp_path)
    recorded(workspace, made(workspace, seed=2) | changes, "20240101T000000Z-a")
    assert made(workspace)["statistics"]["sharpe"]["trials"]["count"] == 1


def test_runs_of_other_symbols_are_trials(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    recorded(workspace, made(workspace, seed=2) | {"symbol": "GOOG"}, "20240101T000000Z-a")
    assert made(workspace)["statistics"]["sharpe"]["trials"]["count"] == 2


def test_months_are_those_of_the_equity_curve(tmp_path: Path) -> None:
    """Each month's last equity over the one before it, the first over the capital, counted by pandas."""
    bars = walk(7, 600)
    equity = run_signals(bars, coin_signals(1, 600, 0.8), CONFIG).equity
    last = equity.groupby(pd.DatetimeIndex(equity.index).strftime("%Y-%m")).last()
    expected = last / last.shift(1, fill_value=10_000.0) - 1
    found = made(Workspace(tmp_path))["statistics"]["monthly_returns"]
    assert list(found) == list(expected.index)
    assert list(found.values()) == pytest.approx(expected.tolist(), abs=1e-12)
