"""The ledger of runs: which count as trials, which are repetitions, and what a damaged file does."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.backtesting.metrics import performance_metrics, periods_per_year
from ktrdr_app.core.files import write_json
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.run_folders import RESULT_FILE, SWEEP_FILE
from ktrdr_app.workflows.trial_ledger import read_ledger, sharpe_per_bar
from tests.backtesting.test_metrics import NONE


def document(**changes: Any) -> dict[str, Any]:
    """Return as much of a ``backtest`` document as the ledger reads."""
    metrics = {"sharpe_ratio": 1.0, "max_drawdown": -0.1, "total_trades": 9} | changes.pop("metrics", {})
    return {
        "strategy_name": "quick",
        "symbol": "GOOG",
        "timeframe": "1d",
        "bars": 366,
        "start": "2020-01-01T00:00:00Z",
        "end": "2020-12-31T00:00:00Z",
        "data_fingerprint": "abc",
        "final_equity": 110.0,
        "model": {"path": "/models/quick/universal_1d_v1"},
        "metrics": metrics,
        **changes,
    }


def recorded(root: Path, *documents: dict[str, Any]) -> Workspace:
    workspace = Workspace(root)
    for number, content in enumerate(documents):
        folder = workspace.runs / f"20240101T00000{number}Z-run"
        folder.mkdir(parents=True)
        write_json(folder / RESULT_FILE, content)
    return workspace


def test_a_workspace_without_runs(tmp_path: Path) -> None:
    ledger = read_ledger(Workspace(tmp_path), "quick", "1d")
    assert (ledger.tries, ledger.unreadable) == ((), 0)


def test_other_strategies_and_time_frames_do_not_count(tmp_path: Path) -> None:
    workspace = recorded(
        tmp_path,
        document(),
        document(strategy_name="slow", final_equity=1.0),
        document(timeframe="1h", final_equity=2.0),
    )
    assert len(read_ledger(workspace, "quick", "1d").tries) == 1
    assert len(read_ledger(workspace, "slow", "1d").tries) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"final_equity": 111.0},
        {"symbol": "IBM"},
        {"data_fingerprint": "def"},
        {"model": {"path": "/models/quick/universal_1d_v2"}},
        {"model": None},
        {"metrics": {"sharpe_ratio": 1.1}},
        {"metrics": {"max_drawdown": -0.2}},
        {"metrics": {"total_trades": 8}},
    ],
)
def test_whatever_differs_is_a_trial_of_its_own(tmp_path: Path, changes: dict[str, Any]) -> None:
    workspace = recorded(tmp_path, document(), document(**changes))
    assert len(read_ledger(workspace, "quick", "1d").tries) == 2


def test_repetitions_count_once_and_the_new_run_is_left_out(tmp_path: Path) -> None:
    workspace = recorded(tmp_path, document(), document(), document(final_equity=90.0))
    assert len(read_ledger(workspace, "quick", "1d").tries) == 2
    assert len(read_ledger(workspace, "quick", "1d", but=document()).tries) == 1
    assert len(read_ledger(workspace, "quick", "1d", but=document(final_equity=5.0)).tries) == 2


def test_a_run_without_a_ratio_offers_no_choice(tmp_path: Path) -> None:
    workspace = recorded(tmp_path, document(metrics={"sharpe_ratio": None}))
    assert read_ledger(workspace, "quick", "1d").tries == ()


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[1, 2]"])
def test_a_damaged_file_is_counted_and_passed_over(tmp_path: Path, content: bytes) -> None:
    workspace = recorded(tmp_path, document())
    broken = workspace.runs / "20240102T000000Z-run"
    broken.mkdir()
    (broken / RESULT_FILE).write_bytes(content)
    ledger = read_ledger(workspace, "quick", "1d")
    assert (len(ledger.tries), ledger.unreadable) == (1, 1)


def test_months_come_along_where_the_run_recorded_them(tmp_path: Path) -> None:
    months = {"2020-01": 0.01, "2020-02": -0.02}
    workspace = recorded(tmp_path, document(statistics={"monthly_returns": months}), document(final_equity=1.0))
    assert [each.months for each in read_ledger(workspace, "quick", "1d").tries] == [months, {}]


def test_the_ratio_per_bar_undoes_the_annualisation() -> None:
    index = pd.date_range("2020-01-01", periods=300, freq="1D", tz="UTC", unit="ns")
    equity = 100 * np.exp(np.cumsum(np.random.default_rng(0).normal(0.001, 0.01, 300)))
    metrics = performance_metrics(equity, NONE, periods_per_year(index))
    wealth = pd.Series(equity).pct_change().dropna()
    recorded_run = document(
        metrics=metrics, bars=300, start="2020-01-01T00:00:00Z", end=index[-1].strftime("%Y-%m-%dT%H:%M:%SZ")
    )
    assert sharpe_per_bar(recorded_run) == pytest.approx(wealth.mean() / wealth.std())
    assert sharpe_per_bar(document()) == pytest.approx(1 / math.sqrt(365.25))


def test_symbols_of_a_grid_count_and_runs_being_written_do_not(tmp_path: Path) -> None:
    workspace = recorded(tmp_path, document())
    for place, money in (("20240102T000000Z-grid/IBM", 2.0), (".20240103T000000Z-grid.part/IBM", 3.0)):
        folder = workspace.runs / place
        folder.mkdir(parents=True)
        write_json(folder / RESULT_FILE, document(final_equity=money))
    assert len(read_ledger(workspace, "quick", "1d").tries) == 2


KEYS = ("symbol", "final_equity", "model", "sharpe_ratio")
RUNS = st.tuples(
    st.sampled_from(["GOOG", "IBM"]),
    st.sampled_from([90.0, 110.0]),
    st.sampled_from([None, {"path": "/m/1"}, {"path": "/m/2"}]),
    st.sampled_from([None, -0.5, 0.0, 1.5]),
)


def drawn(values: tuple[Any, ...]) -> dict[str, Any]:
    given = dict(zip(KEYS, values, strict=True))
    return document(metrics={"sharpe_ratio": given.pop("sharpe_ratio")}, **given)


@settings(max_examples=25)
@given(runs=st.lists(RUNS, max_size=8), own=RUNS)
def test_tries_are_the_different_runs_with_a_ratio_oldest_first(
    tmp_path_factory: pytest.TempPathFactory, runs: list[tuple[Any, ...]], own: tuple[Any, ...]
) -> None:
    workspace = recorded(tmp_path_factory.mktemp("ledger"), *map(drawn, runs))
    kept: list[tuple[Any, ...]] = []
    for run in runs:
        if run[3] is not None and run not in kept:
            kept.append(run)
    per_bar = [run[3] / math.sqrt(365.25) for run in kept]
    assert [each.sharpe for each in read_ledger(workspace, "quick", "1d").tries] == pytest.approx(per_bar)
    others = [share for run, share in zip(kept, per_bar, strict=True) if run != own]
    assert [each.sharpe for each in read_ledger(workspace, "quick", "1d", but=drawn(own)).tries] == pytest.approx(
        others
    )


@given(bars=st.integers(2, 5000), hours=st.integers(1, 24), sharpe=st.floats(-5, 5))
def test_the_ratio_per_bar_goes_by_the_bars_of_a_year(bars: int, hours: int, sharpe: float) -> None:
    """Bars evenly spaced, so a year of 365.25 days has 8766 hours over the hours of a bar."""
    end = pd.Timestamp("2020-01-01") + pd.Timedelta(hours=hours * (bars - 1))
    run = document(metrics={"sharpe_ratio": sharpe}, bars=bars, end=f"{end:%Y-%m-%dT%H:%M:%SZ}")
    assert sharpe_per_bar(run) == pytest.approx(sharpe / math.sqrt(8766 / hours), abs=1e-12)


@pytest.mark.parametrize("part", ["metrics", "statistics", "model"])
def test_documents_of_older_programs_without_a_part_are_read(tmp_path: Path, part: str) -> None:
    older = {key: value for key, value in document().items() if key != part}
    workspace = recorded(tmp_path, older, document(final_equity=1.0))
    ledger = read_ledger(workspace, "quick", "1d")
    assert (len(ledger.tries), ledger.unreadable) == (1 if part == "metrics" else 2, 0)


def test_a_folder_in_the_place_of_a_file_is_counted_as_unreadable(tmp_path: Path) -> None:
    workspace = recorded(tmp_path, document())
    (workspace.runs / "20240103T000000Z-run" / RESULT_FILE).mkdir(parents=True)
    (workspace.runs / "20240104T000000Z-unfinished").mkdir()
    ledger = read_ledger(workspace, "quick", "1d")
    assert (len(ledger.tries), ledger.unreadable) == (1, 1)


def trial(number: int, **changes: Any) -> dict[str, Any]:
    """Return as much of a sweep's trial as the ledger reads."""
    given = {"state": "complete", "values": {"x": number}, "sharpe_per_bar": number / 100, "monthly_returns": {}}
    return given | changes


def with_sweep(
    workspace: Workspace, *trials: dict[str, Any], folder: str = "20240105T000000Z-sweep", **changes: Any
) -> None:
    """Record a sweep."""
    place = workspace.runs / folder
    place.mkdir(parents=True)
    asked = {"data_fingerprints": changes.pop("bars", {"AAPL": "abc"})}
    given = {"names": ["quick"], "timeframe": "1d", "asked": asked, "trials": list(trials)}
    write_json(place / SWEEP_FILE, given | changes)


def test_the_trials_of_a_sweep_count_and_those_given_up_count_as_stopped(tmp_path: Path) -> None:
    workspace = recorded(tmp_path, document())
    given_up = trial(3, state="pruned", sharpe_per_bar=None)
    unfit = trial(4, state="unfit", sharpe_per_bar=None)
    with_sweep(workspace, trial(1, monthly_returns={"2020-01": 0.5}), trial(2), given_up, unfit)
    ledger = read_ledger(workspace, "quick", "1d")
    assert [each.sharpe for each in ledger.tries[1:]] == [0.01, 0.02]
    assert ledger.tries[1].months == {"2020-01": 0.5}
    assert (ledger.stopped, ledger.unreadable) == (1, 0)


def test_a_sweep_counts_for_what_was_varied_and_what_was_saved_of_it(tmp_path: Path) -> None:
    workspace = recorded(tmp_path, document())
    with_sweep(workspace, trial(1), trial(2), names=["quick", "quick_best"])
    assert len(read_ledger(workspace, "quick", "1d").tries) == 3
    assert len(read_ledger(workspace, "quick_best", "1d").tries) == 2
    assert read_ledger(workspace, "quick_be", "1d").tries == ()
    assert read_ledger(workspace, "quick_best", "1h").tries == ()


def test_trials_that_repeat_others_on_the_same_bars_count_once(tmp_path: Path) -> None:
    workspace = recorded(tmp_path)
    with_sweep(workspace, trial(1), trial(1), trial(2))
    with_sweep(workspace, trial(1), folder="20240106T000000Z-sweep")
    assert len(read_ledger(workspace, "quick", "1d").tries) == 2
    with_sweep(workspace, trial(1), folder="20240107T000000Z-sweep", bars={"AAPL": "other"})
    assert len(read_ledger(workspace, "quick", "1d").tries) == 3


def test_a_damaged_sweep_is_counted_and_passed_over(tmp_path: Path) -> None:
    workspace = recorded(tmp_path, document())
    with_sweep(workspace, trial(1))
    (workspace.runs / "20240105T000000Z-sweep" / SWEEP_FILE).write_text("{")
    ledger = read_ledger(workspace, "quick", "1d")
    assert (len(ledger.tries), ledger.unreadable, ledger.stopped) == (1, 1, 0)
