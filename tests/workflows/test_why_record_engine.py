"""The record against the engine over many kinds of runs: random answers, every filter, every way a trade can end."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.backtesting.benchmark import buy_and_hold_result
from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.results import BacktestResult
from ktrdr_app.backtesting.simulation import run_probabilities
from ktrdr_app.core.paths import Workspace
from ktrdr_app.decision import Action, DecisionOrchestrator
from ktrdr_app.strategy.schema import DecisionSettings
from ktrdr_app.workflows.backtest_files import RunPapers, write_run
from ktrdr_app.workflows.requests import BacktestRequest
from ktrdr_app.workflows.why_record import RunRecord, read_record
from tests.conftest import make_bars

CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "plain": ({"confidence_threshold": 0.4}, {}),
    "both ways": ({"confidence_threshold": 0.4}, {"allow_short": True}),
    "at the close": ({"confidence_threshold": 0.4, "cooldown_bars": 3}, {"allow_short": True, "fill": "close"}),
    "stops": ({"cooldown_bars": 2}, {"stop_loss": 0.01, "take_profit": 0.02, "allow_short": True}),
    "stops at the close": ({"cooldown_bars": 2}, {"trailing_stop": 0.015, "fill": "close", "close_at_end": True}),
    "by the clock": ({"min_separation_hours": 5.0, "min_signal_separation": 3}, {"allow_short": True}),
    "by volume": ({"volume_filter": True, "min_volume_ratio": 0.9, "max_position_size": 0.5}, {"allow_short": True}),
    "unaware": ({"position_awareness": False, "confidence_threshold": 0.45}, {"allow_short": True}),
    "never": ({"confidence_threshold": 1.0}, {}),
    "by mode": ({"confidence_threshold": 0.9, "confidence_thresholds": {"backtest": 0.4, "live": 0.8}}, {}),
}


def ran(
    folder: Path, seed: int, decision: dict[str, Any], money: dict[str, Any]
) -> tuple[RunRecord, BacktestResult, pd.DataFrame]:
    """Run random answers through the engine, write the run, and read its record."""
    bars = make_bars(300, seed=seed)
    shares = np.random.default_rng(seed).dirichlet((1.0, 0.8, 1.0), len(bars))
    settings = DecisionSettings(**decision)
    config = BacktestConfig(**money)
    result = run_probabilities(bars, shares, DecisionOrchestrator(settings, config.allow_short), config)
    papers = RunPapers(
        request=BacktestRequest(Workspace(folder), "drawn", "TEST", "1h", out=folder / "run"),
        strategy_name="drawn",
        settings={"decision": settings.model_dump(mode="json")},
        model={"path": "nowhere", "kind": "universal", "warning": "", "look_ahead": False, "trace": [], "step": 1},
        bars=bars,
        result=result,
        benchmark=buy_and_hold_result(bars, config),
        in_sample=np.zeros(len(bars), dtype=np.bool_),
        warm_up_bars=0,
        train_document=None,
        began=time.perf_counter(),
        origin=b"name: drawn\n",
    )
    written, _ = write_run(papers)
    return read_record(Workspace(folder), written), result, bars


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("seed", [1, 2])
def test_every_decision_follows_from_the_record(tmp_path: Path, name: str, seed: int) -> None:
    decision, money = CASES[name]
    record, result, bars = ran(tmp_path, seed, decision, money)
    log = {entry.bar: entry for entry in result.log.decisions()}
    assert len(log) > 100
    assert len(result.trades) > 5 or name == "never"
    for bar in range(len(bars)):
        found = record.judge(bar).decide(bar, record.shares[bar])
        if bar in log:
            assert found == log[bar]
        else:
            assert (found.raw, found.trail) == (Action.HOLD, ())
        row = result.decisions.iloc[bar]
        assert (found.action.name, "; ".join(verdict.reason for verdict in found.trail)) == (
            row["action"],
            row["reason"],
        )


@pytest.mark.parametrize("name", [name for name in CASES if name != "never"])
def test_every_fill_by_signal_leads_back_to_a_decision_of_its_side(tmp_path: Path, name: str) -> None:
    decision, money = CASES[name]
    record, result, _ = ran(tmp_path, 3, decision, money)
    lag = 0 if record.config.fill == "close" else 1
    for trade, entry in zip(result.trades.to_dict("records"), record.closed.entry_bar.tolist(), strict=True):
        bar = record.ordered_at(entry)
        assert bar == entry - lag
        assert record.decisions["action"].iloc[bar] == ("BUY" if trade["side"] == "long" else "SELL")
    for trade, left in zip(result.trades.to_dict("records"), record.closed.exit_bar.tolist(), strict=True):
        if trade["exit_reason"] in ("signal", "reversal"):
            bar = record.ordered_at(left)
            assert bar == left - lag
            assert record.decisions["action"].iloc[bar] == ("SELL" if trade["side"] == "long" else "BUY")


def test_the_threshold_of_the_mode_is_the_one_that_counts(tmp_path: Path) -> None:
    record, _, _ = ran(tmp_path, 1, *CASES["by mode"])
    assert record.judge(50).settings.confidence_threshold == 0.4


def test_trades_are_read_back_as_they_were(tmp_path: Path) -> None:
    record, result, bars = ran(tmp_path, 4, *CASES["stops"])
    for name in ("entry_bar", "exit_bar", "side", "reason"):
        np.testing.assert_array_equal(getattr(record.closed, name), getattr(result.closed, name))
    for name in ("quantity", "entry_price", "exit_price", "commission"):
        np.testing.assert_array_equal(getattr(record.closed, name), getattr(result.closed, name))
    assert record.config == replace(result.config)
    np.testing.assert_array_equal(record.shares, result.log.shares)
    assert record.row_of(bars.index[123]) == 123


def test_a_run_in_which_nothing_was_done_has_no_past(tmp_path: Path) -> None:
    record, _, bars = ran(tmp_path, 5, *CASES["never"])
    for bar in (0, 100, len(bars) - 1):
        standing = record.judge(bar).standing
        assert (standing.bars_since, standing.hours_since, standing.bars_since_exit) == (None, None, None)
