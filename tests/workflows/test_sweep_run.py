"""Sweeps end to end from files: the record, the same wherever trials run, what is saved, and what is refused."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import (
    BadInput,
    Cancelled,
    InvalidValue,
    KtrdrError,
    RunNotFound,
    StorageProblem,
    StrategyExists,
    StrategyProblem,
    UnknownName,
    UnsafeName,
)
from ktrdr_app.core.locks import file_lock
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import ProgressEvent, TrialDone
from ktrdr_app.strategy.load import load_strategy
from ktrdr_app.workflows.backtest_run import backtest
from ktrdr_app.workflows.requests import BacktestRequest
from ktrdr_app.workflows.sweep_requests import SweepResult
from ktrdr_app.workflows.sweep_run import LOCK_FILE, sweep
from ktrdr_app.workflows.train_run import train
from tests.core.children import REPO, environment
from tests.dask_cluster import DaskCluster, WorkerKiller, until
from tests.workflows.planted import planted_workspace
from tests.workflows.sweeps import SPACE, SYMBOLS, record, sweep_request


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return the planted markets as files."""
    return planted_workspace(tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="module")
def heard() -> list[ProgressEvent]:
    """Return where the events of the shared sweep go."""
    return []


@pytest.fixture(scope="module")
def found(workspace: Workspace, heard: list[ProgressEvent]) -> SweepResult:
    """Return a finished sweep of nine trials, one after the other, whose best is saved and trained."""
    return sweep(sweep_request(workspace, save_best="planted_best"), heard.append)


@pytest.fixture(scope="module")
def in_twos(workspace: Workspace) -> SweepResult:
    """Return a finished sweep of nine trials, two at a time."""
    return sweep(sweep_request(workspace, workers=2))


class TestTheRecord:
    def test_the_document_is_the_file(self, found: SweepResult, workspace: Workspace) -> None:
        files = {"sweep_file", "trials_file", "study_file", "saved"}
        document = {key: value for key, value in found.document.items() if key not in files}
        assert json.loads(record(found.folder)) == document
        assert found.folder.parent == workspace.runs
        assert all(Path(found.document[key]).is_file() for key in files - {"saved"})
        assert [trial["number"] for trial in document["trials"]] == list(range(9))

    def test_trial_0_is_the_strategy_as_it_is(self, found: SweepResult, workspace: Workspace) -> None:
        first = found.document["trials"][0]
        own = {"training.learning_rate": 0.01, "network.hidden_layers": [12], "indicators.macd.slow_period": 9}
        assert first["values"] == own | {"fuzzy_sets.momentum.sets.flat.parameters[2]": 1.0}
        trained = train(sweep_request(workspace).training).document
        assert first["figures"]["val_accuracy"] == pytest.approx(trained["metrics"]["val_accuracy"])
        assert first["best_epoch"] == trained["best_epoch"]

    def test_sets_out_of_order_are_no_trial_and_say_why(self, found: SweepResult) -> None:
        width = "fuzzy_sets.momentum.sets.flat.parameters[2]"
        for trial in found.document["trials"]:
            assert (trial["state"] == "unfit") == (trial["values"][width] < 0)
        unfit = [trial for trial in found.document["trials"] if trial["state"] == "unfit"]
        assert unfit
        for trial in unfit:
            assert trial["reason"].startswith("fuzzy_sets.momentum.sets.flat: ")
            assert "the numbers must not fall: a <= b <= c" in trial["reason"]
            assert (trial["value"], trial["epochs"], trial["figures"], trial["sharpe_per_bar"]) == (None, 0, {}, None)

    def test_the_best_is_the_highest_value_and_the_report_names_it(self, found: SweepResult) -> None:
        judged = {t["number"]: t["value"] for t in found.document["trials"] if t["value"] is not None}
        best = found.document["best"]
        assert best["number"] == max(judged, key=lambda number: judged[number])
        assert best["value"] == max(judged.values())
        assert found.document["report"][0].startswith(f"Best is trial {best['number']}: val_skill")
        assert "deflated Sharpe ratio" in found.document["report"][-1]

    def test_the_table_says_the_same(self, found: SweepResult) -> None:
        with open(found.document["trials_file"], newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        for row, trial in zip(rows, found.document["trials"], strict=True):
            assert row["trial"] == str(trial["number"])
            assert row["state"] == trial["state"]
            assert (float(row["value"]) if row["value"] else None) == trial["value"]
            assert float(row["training.learning_rate"]) == trial["values"]["training.learning_rate"]
            assert row["reason"] == trial["reason"]

    def test_every_trial_is_told_with_the_best_so_far(self, found: SweepResult, heard: list[ProgressEvent]) -> None:
        told = [event for event in heard if isinstance(event, TrialDone)]
        assert [event.done for event in told] == list(range(1, 10))
        best = None
        for event, trial in zip(told, found.document["trials"], strict=True):
            best = max((value for value in (best, trial["value"]) if value is not None), default=None)
            assert (event.total, event.state, event.value, event.best) == (9, trial["state"], trial["value"], best)

    def test_importances_are_of_all_settings(self, found: SweepResult) -> None:
        shares = found.document["importances"]
        assert set(shares) == {line.partition(": ")[0] for line in SPACE.splitlines()}
        assert sum(shares.values()) == pytest.approx(1)


class TestWhatIsSaved:
    def test_the_new_strategy_is_the_best_trial(self, found: SweepResult, workspace: Workspace) -> None:
        saved = load_strategy("planted_best", workspace)
        values = found.document["best"]["values"]
        assert saved.strategy.name == "planted_best"
        assert saved.strategy.training.learning_rate == values["training.learning_rate"]
        assert saved.strategy.network.hidden_layers == values["network.hidden_layers"]
        assert saved.strategy.indicators["macd"].params["slow_period"] == values["indicators.macd.slow_period"]
        flat = saved.strategy.fuzzy_sets["momentum"].sets["flat"].parameters
        assert flat == [-1.0, 0.0, values["fuzzy_sets.momentum.sets.flat.parameters[2]"]]
        assert saved.strategy.labels == load_strategy("planted", workspace).strategy.labels

    def test_its_model_has_the_trials_figures(self, found: SweepResult) -> None:
        trained, best = found.document["saved"]["training"], found.document["best"]
        figures = found.document["trials"][best["number"]]["figures"]
        assert Path(trained["model_path"]).is_dir()
        assert trained["strategy_name"] == "planted_best"
        assert trained["metrics"]["val_accuracy"] == pytest.approx(figures["val_accuracy"], abs=0.02)

    def test_its_backtests_are_deflated_by_the_trials(self, found: SweepResult, workspace: Workspace) -> None:
        tried = [trial for trial in found.document["trials"] if trial["sharpe_per_bar"] is not None]
        stopped = [trial for trial in found.document["trials"] if trial["state"] == "pruned"]
        different = {(json.dumps(trial["values"], sort_keys=True), trial["sharpe_per_bar"]) for trial in tried}
        run = backtest(BacktestRequest(workspace, "planted_best", "XAUUSD", "1h"))
        trials = run.document["statistics"]["sharpe"]["trials"]
        assert trials["count"] == len(different) + len(stopped) + 1
        assert trials["count"] > 4

    def test_resuming_with_the_same_name_goes_on(self, found: SweepResult, workspace: Workspace) -> None:
        again = sweep(sweep_request(workspace, resume=found.folder.name, save_best="planted_best"))
        assert again.folder == found.folder
        assert again.document["saved"]["training"]["version"] > found.document["saved"]["training"]["version"]


class TestTheSameEverywhere:
    def test_another_run_gives_the_same_bytes(self, in_twos: SweepResult, workspace: Workspace) -> None:
        with ThreadPoolExecutor(1) as pool:
            again = sweep(sweep_request(workspace, workers=2), executor=pool)
        assert again.folder != in_twos.folder
        assert record(again.folder) == record(in_twos.folder)

    def test_a_cluster_gives_the_same_bytes(
        self, in_twos: SweepResult, workspace: Workspace, dask: DaskCluster
    ) -> None:
        there = sweep(sweep_request(workspace, workers=2, cluster=dask.address))
        assert record(there.folder) == record(in_twos.folder)

    @pytest.mark.skipif(sys.platform == "win32", reason="NOT TESTED: Windows has no such signal")
    def test_so_does_one_whose_worker_is_killed(
        self, in_twos: SweepResult, workspace: Workspace, dask: DaskCluster
    ) -> None:
        with dask.client() as client:
            killer = WorkerKiller(client, hold=True)

            def listen(event: ProgressEvent) -> None:
                if isinstance(event, TrialDone) and event.done == 2:
                    killer.start()

            there = sweep(sweep_request(workspace, workers=2, cluster=dask.address), listen)
            killer.check()
        assert record(there.folder) == record(in_twos.folder)

    def test_stopped_and_resumed_it_ends_the_same(self, in_twos: SweepResult, workspace: Workspace) -> None:
        token, folders = CancelToken("the sweep"), set(workspace.runs.iterdir())

        def listen(event: ProgressEvent) -> None:
            if isinstance(event, TrialDone) and event.done == 5:
                token.cancel()

        with pytest.raises(Cancelled, match="the sweep was stopped"):
            sweep(sweep_request(workspace, workers=2), listen, token)
        (folder,) = set(workspace.runs.iterdir()) - folders
        done = json.loads(record(folder))["trials_done"]
        assert 5 <= done < 9
        again = sweep(sweep_request(workspace, workers=2, resume=folder.name))
        assert again.folder == folder
        assert record(folder) == record(in_twos.folder)

    @pytest.mark.skipif(sys.platform == "win32", reason="NOT TESTED: Windows has no such signal")
    def test_killed_and_resumed_it_ends_the_same(self, in_twos: SweepResult, workspace: Workspace) -> None:
        before = set(workspace.runs.iterdir())
        words = [
            "sweep",
            "planted",
            "--symbols",
            ",".join(SYMBOLS),
            "--timeframe",
            "1h",
            "--epochs",
            "4",
            "--seed",
            "2",
        ]
        words += ["--space", str(workspace.root / "space.yaml"), "--trials", "9", "--workers", "2"]
        command = [sys.executable, "-m", "ktrdr_app", *words, "--workspace", str(workspace.root)]
        process = subprocess.Popen(command, cwd=REPO, env=environment(), stdout=subprocess.DEVNULL)

        def trials() -> int:
            fresh = [path for path in workspace.runs.glob("*/sweep.json") if path.parent not in before]
            return json.loads(fresh[0].read_bytes())["trials_done"] if fresh else 0

        until(lambda: trials() >= 3, "the third trial")
        process.kill()
        assert process.wait(60) == -signal.SIGKILL
        (folder,) = (
            path for path in workspace.runs.iterdir() if path not in before and (path / "sweep.json").is_file()
        )
        again = sweep(sweep_request(workspace, workers=2, resume=str(folder)))
        assert again.folder == folder
        assert record(folder) == record(in_twos.folder)

    def test_more_trials_go_on_from_those_there_are(self, found: SweepResult, workspace: Workspace) -> None:
        few = sweep(sweep_request(workspace, trials=4))
        more = sweep(sweep_request(workspace, trials=9, resume=few.folder.name))
        assert more.document["trials"] == found.document["trials"]


def test_without_a_pruner_no_trial_is_given_up_and_none_is_drawn_differently_at_first(
    found: SweepResult, workspace: Workspace
) -> None:
    free = sweep(sweep_request(workspace, pruner="none", trials=7)).document
    assert "pruned" not in {trial["state"] for trial in free["trials"]}
    assert [t["values"] for t in free["trials"][:6]] == [t["values"] for t in found.document["trials"][:6]]


def test_money_may_be_what_is_wanted(workspace: Workspace) -> None:
    space = "decision.confidence_threshold: {low: 0.3, high: 0.6}\ntraining.learning_rate: [0.005, 0.02]\n"
    document = sweep(sweep_request(workspace, space, objective="val_sharpe", trials=5)).document
    for trial in document["trials"]:
        assert trial["value"] == trial["figures"]["val_sharpe"]
        assert (trial["value"] is None) == (trial["sharpe_per_bar"] is None) == (trial["figures"]["trades"] == 0)
    traded = [trial for trial in document["trials"] if trial["figures"]["trades"]]
    assert all(set(trial["monthly_returns"]) <= {"2020-01", "2020-02", "2020-03"} for trial in traded)


def test_if_no_trial_can_be_judged_that_is_the_result(workspace: Workspace) -> None:
    space = "fuzzy_sets.momentum.sets.flat.parameters[2]: {low: -5, high: -2}\n"
    document = sweep(sweep_request(workspace, space, trials=2)).document
    assert document["best"] is None
    assert document["report"][0] == "No trial could be judged, so there is no best one."
    assert "the numbers must not fall" in document["report"][2]
    with pytest.raises(BadInput, match="none to save"):
        sweep(sweep_request(workspace, space, trials=2, save_best="nothing"))
    assert not (workspace.strategies / "nothing.yaml").exists()


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"trials": 0}, InvalidValue, "trials is 0"),
        ({"workers": 0}, InvalidValue, "workers is 0"),
        ({"objective": "test_skill"}, UnknownName, "test_skill"),
        ({"pruner": "medan"}, UnknownName, "medan"),
        ({"save_best": "a/b"}, UnsafeName, "a/b"),
        ({"save_best": "Planted"}, StrategyExists, "Planted"),
        ({"resume": "yesterday"}, RunNotFound, "there is no sweep yesterday"),
        ({"strategy": "no_such"}, StrategyProblem, "no_such"),
        ({"space": "network.dropuot: [0, 1]\n"}, StrategyProblem, "dropuot"),
        ({"symbols": ("NOWHERE",)}, KtrdrError, "NOWHERE"),
    ],
)
def test_what_cannot_be_tried_is_refused_with_nothing_written(
    workspace: Workspace, changes: dict, error: type[Exception], words: str
) -> None:
    before = set(workspace.runs.glob("*"))
    with pytest.raises(error, match=words):
        sweep(sweep_request(workspace, **changes))
    assert set(workspace.runs.glob("*")) == before


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"seed": 3}, "seed was 2, now it is 3"),
        ({"workers": 3}, "workers was 2, now it is 3"),
        ({"space": SPACE.replace("high: 12", "high: 13")}, "space.indicators.macd.slow_period.high was 12"),
        ({"symbols": ("AUDUSD",)}, "symbols was"),
        ({"epochs": 5}, "strategy.training.epochs was 4, now it is 5"),
        ({"objective": "val_mcc"}, "objective was val_skill"),
    ],
)
def test_a_sweep_of_something_else_is_not_gone_on_with(
    in_twos: SweepResult, workspace: Workspace, changes: dict, what: str
) -> None:
    before = record(in_twos.folder)
    with pytest.raises(BadInput, match="is a sweep of something else") as caught:
        sweep(sweep_request(workspace, resume=in_twos.folder.name, **{"workers": 2} | changes))
    assert what in caught.value.message
    assert record(in_twos.folder) == before


def test_one_sweep_is_carried_on_by_one_process(in_twos: SweepResult, workspace: Workspace) -> None:
    with file_lock(in_twos.folder / LOCK_FILE), pytest.raises(StorageProblem, match="another process holds it"):
        sweep(sweep_request(workspace, workers=2, resume=in_twos.folder.name))


def test_a_damaged_record_is_told(in_twos: SweepResult, workspace: Workspace) -> None:
    folder = workspace.runs / "damaged"
    folder.mkdir()
    (folder / "sweep.json").write_text("{")
    with pytest.raises(BadInput, match="the record of the sweep is damaged"):
        sweep(sweep_request(workspace, workers=2, resume="damaged"))
    (folder / "sweep.json").unlink()
    folder.rmdir()
    with pytest.raises(RunNotFound) as caught:
        sweep(sweep_request(workspace, resume="damaged"))
    assert in_twos.folder.name in caught.value.hint
