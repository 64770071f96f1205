"""A task done in a process is heard as one done in a thread, and its death is an error, not the window's end."""

from __future__ import annotations

import multiprocessing
import os
import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.core import protection
from ktrdr_app.core.errors import DataNotFound, EmptyData, InvalidValue, UnknownName, WorkerDied
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import EpochFinished, ProgressEvent
from ktrdr_app.gui.panels.backtest.view_model import SHOWN, RunView
from ktrdr_app.gui.tasks import manager as manager_module
from ktrdr_app.gui.tasks.errand import Errand
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.tasks.process_runner import ProcessRunner, exit_code
from ktrdr_app.gui.tasks.runner import ThreadRunner
from ktrdr_app.gui.tasks.task import Task, TaskError, TaskState
from ktrdr_app.model_store import UniversalModelLoader
from ktrdr_app.workflows.requests import BacktestRequest, TrainRequest, TrainResult
from tests.gui.helpers import settle
from tests.gui.tasks import ends
from tests.gui.tasks.test_manager import Listener

pytestmark = pytest.mark.gui


@pytest.fixture
def outside(tasks: TaskManager) -> TaskManager:
    tasks.choose_long_runs("process")
    return tasks


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    for name in ("b.csv", "a.csv"):
        (tmp_path / "in" / name).write_text("x", encoding="utf-8")
    return tmp_path / "in"


def errand(folder: Path, then: str) -> Errand:
    return Errand("files_to_import", (folder,), f"{ends.HERE}:{then}")


def run(qtbot: QtBot, tasks: TaskManager, work: Errand) -> tuple[Task, Listener]:
    task = Task("the search", work)
    listener = Listener(task)
    tasks.submit(task)
    assert isinstance(tasks._runners[-1], ProcessRunner)
    settle(qtbot, tasks)
    return task, listener


def test_the_work_is_done_in_another_process_by_the_windows_rules(
    qtbot: QtBot, outside: TaskManager, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept = Workspace(folder.parent / "kept")
    protection.protect(kept)
    try:
        task, listener = run(qtbot, outside, errand(folder, "tell"))
    finally:
        protection.unprotect(kept)
    assert (listener.names[0], *listener.names[-2:]) == ("started", "succeeded", "finished")
    assert listener.threads == {True}
    told = listener.heard[-2][1]
    assert told["process"] != os.getpid()
    assert not told["main"], "a pause holds any thread but the main one"
    assert told["result"] == (folder / "a.csv", folder / "b.csv")
    assert told["request"] == (folder,)
    assert told["protected"] == (kept.root.resolve(),)
    assert "a line of 2 files" in caplog.text
    assert task.state is TaskState.SUCCEEDED


POSIX = pytest.mark.skipif(os.name != "posix", reason="NOT TESTED: the system has no such signals")


@pytest.mark.parametrize(
    ("end", "words"), [pytest.param("die", "signal SIGKILL", marks=POSIX), ("leave", "exit code 7")]
)
def test_its_death_is_told_and_the_window_goes_on(
    qtbot: QtBot, outside: TaskManager, folder: Path, end: str, words: str
) -> None:
    _task, listener = run(qtbot, outside, errand(folder, end))
    assert (listener.names[0], *listener.names[-2:]) == ("started", "failed", "finished")
    error = listener.heard[-2][1]
    assert isinstance(error, WorkerDied)
    assert words in error.message
    assert error.where == "the search"
    outside.choose_long_runs("thread")
    task = outside.submit(Task("next", errand(folder, "count")))
    settle(qtbot, outside)
    assert task.outcome is not None
    assert task.outcome.value == 2


def test_our_own_error_arrives_as_it_is(qtbot: QtBot, outside: TaskManager, folder: Path) -> None:
    _task, listener = run(qtbot, outside, errand(folder, "refuse"))
    error = listener.heard[-2][1]
    assert isinstance(error, EmptyData)
    assert error.where == "X_1d.csv"


@pytest.mark.parametrize(("end", "message"), [("stumble", "ZeroDivisionError"), ("answer_with_a_lock", "TypeError")])
def test_a_bug_there_arrives_with_its_trace(
    qtbot: QtBot, outside: TaskManager, folder: Path, end: str, message: str
) -> None:
    _task, listener = run(qtbot, outside, errand(folder, end))
    error = listener.heard[-2][1]
    assert isinstance(error, TaskError)
    assert error.message.startswith(message)
    assert error.hint.startswith("this is a bug")
    assert "Traceback" in error.details


def test_a_stop_before_it_has_begun_is_heeded(qtbot: QtBot, outside: TaskManager, folder: Path) -> None:
    task = Task("the search", errand(folder, "count"))
    listener = Listener(task)
    outside.submit(task)
    task.cancel()
    settle(qtbot, outside)
    assert listener.names[-2:] == ["cancelled", "finished"]


@POSIX
def test_shutdown_ends_a_process_that_will_not_stop(qtbot: QtBot, folder: Path) -> None:
    manager = TaskManager()
    manager.choose_long_runs("process")
    manager.submit(Task("stubborn", errand(folder, "stay")))
    note = folder.parent / "pid"
    qtbot.waitUntil(lambda: note.exists() and note.read_text(encoding="utf-8") != "", timeout=60_000)
    assert manager.shutdown(50)
    assert manager_module.orphans == []
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text(encoding="utf-8")), 0)


@POSIX
def test_looking_for_what_still_runs_kills_nothing(qtbot: QtBot, folder: Path) -> None:
    runner = ProcessRunner(Task("stubborn", errand(folder, "stay")))
    runner.start()
    note = folder.parent / "pid"
    qtbot.waitUntil(lambda: note.exists() and note.read_text(encoding="utf-8") != "", timeout=60_000)
    manager_module.orphans.append(runner)
    try:
        assert manager_module.orphans_run()
        assert manager_module.orphans == [runner]
    finally:
        assert runner.wait(0)
    assert not manager_module.orphans_run()


@POSIX
def test_an_exit_code_that_another_thread_has_yet_to_write_down_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system tells it once; whoever was told does not write before it has been looked for three times in vain."""
    told, write, refused, ask = threading.Event(), threading.Event(), [], os.waitpid

    def slowly(pid: int, options: int) -> tuple[int, int]:
        try:
            found = ask(pid, options)
        except ChildProcessError:
            refused.append(pid)
            if len(refused) == 3:
                write.set()
            raise
        if found[0]:
            told.set()
            assert write.wait(10)
        return found

    monkeypatch.setattr(os, "waitpid", slowly)
    process = multiprocessing.get_context("spawn").Process(target=os._exit, args=(7,))
    process.start()
    nurse = threading.Thread(target=process.join)
    nurse.start()
    assert told.wait(60)
    assert exit_code(process) == 7
    nurse.join()


def test_an_end_that_another_thread_is_told_of_is_an_end(qtbot: QtBot, outside: TaskManager, folder: Path) -> None:
    over = threading.Event()

    def look_after_all() -> None:
        while not over.is_set():
            multiprocessing.active_children()  # as every start of a process does

    nurse = threading.Thread(target=look_after_all)
    nurse.start()
    listeners = []
    try:
        for _ in range(3):
            task = Task("the search", errand(folder, "count"))
            listeners.append(Listener(task))
            outside.submit(task)
        settle(qtbot, outside)
    finally:
        over.set()
        nurse.join()
    assert [listener.names[-2] for listener in listeners] == ["succeeded"] * 3


@POSIX
def test_an_end_that_was_told_to_nobody_is_waited_for_no_longer_than_a_second() -> None:
    process = multiprocessing.get_context("spawn").Process(target=os.getpid)
    process.start()
    os.waitpid(process.pid or 0, 0)  # the system tells it once
    assert exit_code(process) is None


@pytest.mark.parametrize("code", [0, 7])
def test_the_exit_code_is_the_processs_own(code: int) -> None:
    process = multiprocessing.get_context("spawn").Process(target=os._exit, args=(code,))
    process.start()
    assert exit_code(process) == code


def test_only_errands_can_be_sent(qtbot: QtBot) -> None:
    with pytest.raises(InvalidValue, match="errand"):
        ProcessRunner(Task("a closure", lambda _progress, _cancel: None))


class Pauser(QObject):
    """Pauses a task when it hears of the first epoch."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.task, self.epochs = task, 0
        task.progressed.connect(self.count)

    @Slot(object)
    def count(self, batch: tuple[ProgressEvent, ...]) -> None:
        """Count epochs."""
        before = self.epochs
        self.epochs += sum(isinstance(event, EpochFinished) for event in batch)
        if self.epochs and not before:
            self.task.pause()


def weights(task: Task) -> bytes:
    """The bytes of the model that a training saved."""
    assert task.outcome is not None
    assert isinstance(task.outcome.value, TrainResult), task.outcome.error
    model = UniversalModelLoader(task.outcome.value.model_path.parents[1]).load_model_for_strategy("quick", "1d")[0]
    return b"".join(tensor.numpy().tobytes() for tensor in model.network.state_dict().values())


EPOCHS = 600


@pytest.fixture
def patient(small_workspace: Workspace) -> Errand:
    """A training whose patience lets it go through all its epochs."""
    file = small_workspace.strategies / "quick.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("patience: 50", "patience: 9000"), encoding="utf-8")
    return Errand("train", TrainRequest(small_workspace, "quick", ("AAPL", "IBM"), "1d", epochs=EPOCHS, seed=7))


def test_a_paused_training_stands_still_and_ends_in_the_same_bytes(
    qtbot: QtBot, outside: TaskManager, patient: Errand
) -> None:
    task = Task("train", patient)
    pauser = Pauser(task)
    outside.submit(task)
    thread = outside._runners[0].thread_
    qtbot.waitUntil(lambda: task.paused, timeout=60_000)
    counts = [-1, 0]
    while counts[-1] != counts[-2]:  # what was under way when it was paused comes by the first looks
        assert not thread.wait(300)
        for _ in range(3):
            QApplication.processEvents()
        counts.append(pauser.epochs)
    assert 0 < counts[-1] < EPOCHS
    task.resume()
    settle(qtbot, outside)
    assert pauser.epochs == EPOCHS
    outside.choose_long_runs("thread")
    again = outside.submit(Task("train", patient))
    settle(qtbot, outside)
    assert weights(task) == weights(again)


def test_a_stopped_training_saves_nothing(qtbot: QtBot, outside: TaskManager, patient: Errand) -> None:
    task = Task("train", patient)
    listener = Listener(task)
    pauser = Pauser(task)
    outside.submit(task)
    qtbot.waitUntil(lambda: task.paused, timeout=60_000)
    task.cancel()
    settle(qtbot, outside)
    assert listener.names[-2:] == ["cancelled", "finished"]
    assert pauser.epochs < EPOCHS
    assert list(patient.request.workspace.models.rglob("*.pt")) == []


def test_a_training_that_is_ended_early_keeps_its_best_and_may_go_on(
    qtbot: QtBot, outside: TaskManager, patient: Errand
) -> None:
    task = Task("train", patient)
    listener = Listener(task)
    pauser = Pauser(task)
    outside.submit(task)
    qtbot.waitUntil(lambda: task.paused, timeout=60_000)
    task.wind_up()
    assert not task.paused
    settle(qtbot, outside)
    assert listener.names[-2:] == ["succeeded", "finished"]
    assert pauser.epochs < EPOCHS
    assert task.outcome is not None
    assert isinstance(task.outcome.value, TrainResult)
    assert len(task.outcome.value.history) == pauser.epochs
    assert task.outcome.value.resumable is not None


def test_where_there_is_no_data_it_says_so(qtbot: QtBot, outside: TaskManager, small_workspace: Workspace) -> None:
    request = TrainRequest(small_workspace, "quick", ("NOBODY",), "1d")
    _task, listener = run(qtbot, outside, Errand("train", request))
    assert isinstance(listener.heard[-2][1], DataNotFound)


def test_what_the_backtest_station_shows_is_the_same_from_either(
    qtbot: QtBot, outside: TaskManager, trained_workspace: Workspace
) -> None:
    views = []
    for way in ("process", "thread"):
        outside.choose_long_runs(way)
        errand = Errand("backtest", BacktestRequest(trained_workspace, "quick", "MSFT", "1d"), SHOWN)
        task = outside.submit(Task("backtest", errand))
        settle(qtbot, outside)
        assert task.outcome is not None
        assert isinstance(task.outcome.value, RunView), task.outcome.error
        views.append(task.outcome.value)
    there, here = views
    assert there.document["final_equity"] == here.document["final_equity"]
    assert there.document["metrics"] == here.document["metrics"]
    assert there.trades == here.trades
    assert there.verdict == here.verdict
    np.testing.assert_array_equal(there.chart.equity, here.chart.equity)


class TestTheChoice:
    @pytest.mark.parametrize("way", ["auto", "thread"])
    def test_small_data_stay_in_the_window(self, qtbot: QtBot, tasks: TaskManager, folder: Path, way: str) -> None:
        tasks.choose_long_runs(way)
        tasks.submit(Task("small", errand(folder, "count")))
        assert type(tasks._runners[0]) is ThreadRunner
        settle(qtbot, tasks)

    def test_large_data_go_out_by_themselves(self, qtbot: QtBot, tasks: TaskManager, tmp_path: Path) -> None:
        workspace = Workspace(tmp_path)
        workspace.data.mkdir()
        with open(workspace.data / "BIG_1h.csv", "wb") as stream:
            stream.truncate(manager_module.MANY_BYTES)
        large = Errand("train", TrainRequest(workspace, "quick", ("BIG",), "1h"))
        assert tasks._goes_out(Task("large", large))
        tasks.choose_long_runs("thread")
        assert not tasks._goes_out(Task("large", large))

    def test_work_that_is_no_errand_stays_whatever_was_chosen(self, qtbot: QtBot, outside: TaskManager) -> None:
        assert not outside._goes_out(Task("a closure", lambda _progress, _cancel: None))

    def test_to_a_cluster_goes_what_can_be_shared_out(
        self, qtbot: QtBot, tasks: TaskManager, sample_workspace: Workspace
    ) -> None:
        """Only the choice and an address together send it there; the trainings fail: there is no strategy."""
        address, request = "tcp://10.0.0.5:8786", TrainRequest(sample_workspace, "none", ("AAPL",), "1d")
        for way, known, sent in (("auto", address, None), ("cluster", "", None), ("cluster", address, address)):
            tasks.choose_long_runs(way)
            tasks.choose_cluster(known)
            assert tasks.shared_with == sent
            task = Task("a training", Errand("train", request))
            with qtbot.waitSignal(task.finished, timeout=60_000):
                tasks.submit(task)
            assert isinstance(task.work, Errand)
            assert task.work.request.cluster == sent
        assert not tasks._goes_out(task), "few data stay in a thread, shared out or not"

    def test_another_cluster_is_told_once(self, qtbot: QtBot, tasks: TaskManager) -> None:
        told: list[str] = []
        tasks.clusterChanged.connect(told.append)
        for address in ("tcp://a:1", "tcp://a:1", ""):
            tasks.choose_cluster(address)
        assert told == ["tcp://a:1", ""]
        assert tasks.shared_with is None

    def test_it_is_told_once_and_must_be_one_that_there_is(self, qtbot: QtBot, tasks: TaskManager) -> None:
        told: list[str] = []
        tasks.longRunsChanged.connect(told.append)
        assert tasks.long_runs == "auto"
        for way in ("process", "process", "auto"):
            tasks.choose_long_runs(way)
        assert told == ["process", "auto"]
        with pytest.raises(UnknownName, match="fibre"):
            tasks.choose_long_runs("fibre")
        assert tasks.long_runs == "auto"
