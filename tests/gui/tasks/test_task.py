"""A task tells its story in order: started, thinned progress, one ending, finished; the clock is the test's own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.core import cancel as cancel_module
from ktrdr_app.core.errors import Cancelled, EmptyData
from ktrdr_app.core.progress import BarsDone, EpochFinished, StageStarted
from ktrdr_app.gui.tasks import task as task_module
from ktrdr_app.gui.tasks.gate import INTERVAL_MS
from ktrdr_app.gui.tasks.task import Outcome, Task, TaskError, TaskState
from ktrdr_app.gui.ui.estimate import Estimate

pytestmark = pytest.mark.gui

BUG = TaskError("ZeroDivisionError", "a bug", "somewhere", "the trace")


class Story:
    """Writes down every signal of a task, in order."""

    def __init__(self, task: Task) -> None:
        self.told: list[tuple[str, Any]] = []
        task.started.connect(lambda: self.told.append(("started", task.state)))
        task.progressed.connect(lambda batch: self.told.append(("progressed", batch)))
        task.succeeded.connect(lambda value: self.told.append(("succeeded", value)))
        task.failed.connect(lambda error: self.told.append(("failed", error)))
        task.paused_changed.connect(lambda paused: self.told.append(("paused", paused)))
        task.cancelled.connect(lambda: self.told.append(("cancelled", None)))
        task.finished.connect(lambda: self.told.append(("finished", task.state)))


def idle(_progress: object, _cancel: object) -> None:
    """Do no work: these tests say themselves what the worker would say."""


@pytest.fixture
def task(qtbot: QtBot) -> Task:
    return Task("counting", idle)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Return a clock that stands still until a test turns it."""
    hands = SimpleNamespace(now=100.0)
    monkeypatch.setattr(task_module, "time", SimpleNamespace(monotonic=lambda: hands.now))
    return hands


def test_a_new_task_waits_and_has_said_nothing(task: Task) -> None:
    assert (task.state, task.outcome, task.quiet) == (TaskState.WAITING, None, False)
    assert not task.token.cancelled


def test_listeners_of_the_start_find_it_running(task: Task) -> None:
    story = Story(task)
    task.begin()
    assert story.told == [("started", TaskState.RUNNING)]


@pytest.mark.parametrize(
    ("outcome", "ending"),
    [
        (Outcome(TaskState.SUCCEEDED, {"rows": 3}), ("succeeded", {"rows": 3})),
        (Outcome(TaskState.SUCCEEDED), ("succeeded", None)),
        (Outcome(TaskState.CANCELLED), ("cancelled", None)),
        (Outcome(TaskState.FAILED, error=BUG), ("failed", BUG)),
    ],
    ids=lambda value: str(value[0]) if isinstance(value, tuple) else "",
)
def test_it_ends_in_exactly_one_way(task: Task, outcome: Outcome, ending: tuple[str, Any]) -> None:
    story = Story(task)
    task.begin()
    task.settle(outcome)
    assert story.told == [("started", TaskState.RUNNING), ending, ("finished", outcome.state)]
    assert task.outcome is outcome


def test_our_own_error_is_handed_on_as_it_is(task: Task) -> None:
    story, error = Story(task), EmptyData("X_1d.csv")
    task.settle(Outcome(TaskState.FAILED, error=error))
    assert story.told[0][1] is error


def test_what_was_said_last_comes_before_the_ending(task: Task) -> None:
    story = Story(task)
    task.begin()
    task.gate(StageStarted("load"))
    task.gate(BarsDone(1, 2))
    task.gate(BarsDone(2, 2))
    task.settle(Outcome(TaskState.SUCCEEDED))
    assert [name for name, _value in story.told] == ["started", "progressed", "succeeded", "finished"]
    assert story.told[1][1] == (StageStarted("load"), BarsDone(2, 2))


def test_nothing_is_told_after_the_end(task: Task, qtbot: QtBot) -> None:
    story = Story(task)
    task.begin()
    task.gate(BarsDone(1, 9))
    task.settle(Outcome(TaskState.CANCELLED))
    before = list(story.told)
    task.gate(BarsDone(2, 9))
    QApplication.processEvents()
    assert not task._timer.isActive()
    assert story.told == before


@pytest.mark.parametrize("turns", [0, 1])
def test_a_silenced_task_keeps_what_was_on_its_way_to_itself(task: Task, qtbot: QtBot, turns: int) -> None:
    task.begin()
    with qtbot.waitSignal(task.progressed):
        task.gate(BarsDone(1, 9))
    story = Story(task)
    task.gate(BarsDone(2, 9))
    for _turn in range(turns):
        QApplication.processEvents()
        assert task._timer.isActive()
    task.silence()
    QApplication.processEvents()
    assert not task._timer.isActive()
    assert story.told == []


def test_progress_waits_for_the_start(task: Task, qtbot: QtBot) -> None:
    story = Story(task)
    task.gate(BarsDone(1, 9))
    QApplication.processEvents()
    assert story.told == []
    assert not task._timer.isActive()


def test_the_first_words_are_told_at_once(task: Task, qtbot: QtBot, clock: SimpleNamespace) -> None:
    task.begin()
    task.gate(BarsDone(1, 9))
    with qtbot.waitSignal(task.progressed) as told:
        pass
    assert told.args == [(BarsDone(1, 9),)]
    assert task._timer.interval() == 0


@pytest.mark.parametrize(
    ("passed_ms", "wait_ms"), [(0, INTERVAL_MS), (20, INTERVAL_MS - 20), (INTERVAL_MS, 0), (9000, 0)]
)
def test_the_next_words_wait_for_the_rest_of_the_interval(
    task: Task, qtbot: QtBot, clock: SimpleNamespace, passed_ms: int, wait_ms: int
) -> None:
    task.begin()
    with qtbot.waitSignal(task.progressed):
        task.gate(BarsDone(1, 9))
    clock.now += passed_ms / 1000
    with qtbot.waitSignal(task.progressed) as told:
        task.gate(BarsDone(2, 9))
    assert task._timer.interval() == wait_ms
    assert told.args == [(BarsDone(2, 9),)]


def test_words_said_while_waiting_join_the_batch(task: Task, qtbot: QtBot, clock: SimpleNamespace) -> None:
    story = Story(task)
    task.begin()
    with qtbot.waitSignal(task.progressed):
        task.gate(BarsDone(1, 9))
    task.gate(StageStarted("train"))
    QApplication.processEvents()
    with qtbot.waitSignal(task.progressed):
        task.gate(BarsDone(2, 9))
    batches = [value for name, value in story.told if name == "progressed"]
    assert batches == [(BarsDone(1, 9),), (StageStarted("train"), BarsDone(2, 9))]


def test_a_cancelled_token_stops_the_work_and_names_the_task(task: Task) -> None:
    story = Story(task)
    task.begin()
    task.cancel()
    task.cancel()
    with pytest.raises(Cancelled, match="counting"):
        task.token.check()
    assert task.state is TaskState.RUNNING, "it has not ended before the work says so"
    assert story.told == [("started", TaskState.RUNNING)]


class TestAPause:
    def test_is_told_once_and_so_is_its_end(self, task: Task) -> None:
        story = Story(task)
        task.begin()
        for act in (task.pause, task.pause, task.resume, task.resume):
            act()
        assert story.told == [("started", TaskState.RUNNING), ("paused", True), ("paused", False)]
        assert task.state is TaskState.RUNNING

    def test_shows_on_the_task_and_on_its_token(self, task: Task) -> None:
        task.begin()
        task.pause()
        assert (task.paused, task.token.paused) == (True, True)
        task.resume()
        assert (task.paused, task.token.paused) == (False, False)

    def test_may_be_asked_for_before_the_work_begins(self, task: Task) -> None:
        story = Story(task)
        task.pause()
        task.begin()
        assert task.paused
        assert story.told == [("paused", True), ("started", TaskState.RUNNING)]

    def test_ends_when_the_task_is_stopped(self, task: Task) -> None:
        story = Story(task)
        task.begin()
        task.pause()
        task.cancel()
        task.pause()
        assert not task.paused
        assert story.told == [("started", TaskState.RUNNING), ("paused", True), ("paused", False)]

    def test_that_came_too_late_ends_with_the_task(self, task: Task) -> None:
        story = Story(task)
        task.begin()
        task.pause()
        task.settle(Outcome(TaskState.SUCCEEDED, 7))
        assert story.told[1:] == [
            ("paused", True),
            ("paused", False),
            ("succeeded", 7),
            ("finished", TaskState.SUCCEEDED),
        ]

    def test_of_a_task_that_is_over_is_no_pause(self, task: Task) -> None:
        task.begin()
        task.settle(Outcome(TaskState.SUCCEEDED))
        story = Story(task)
        task.pause()
        assert not task.paused
        assert story.told == []

    def test_stops_the_clock_that_guesses_go_by(self, task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
        hands = SimpleNamespace(now=10.0)
        monkeypatch.setattr(cancel_module, "time", SimpleNamespace(perf_counter=lambda: hands.now))
        estimate = Estimate(task.clock)
        estimate.take([EpochFinished(1, 11, 1.0, 1.0, 0.5, 0.5, 1, 1.0)])
        task.begin()
        hands.now += 2.0
        task.pause()
        hands.now += 3600.0
        task.resume()
        estimate.take([EpochFinished(2, 11, 1.0, 1.0, 0.5, 0.5, 2, 1.0)])
        assert estimate.seconds_left == pytest.approx(2.0 * 9)
        assert estimate.elapsed == pytest.approx(2.0)


class TestWindingUp:
    def test_reaches_the_token_and_ends_a_pause(self, task: Task) -> None:
        story = Story(task)
        task.begin()
        task.pause()
        task.wind_up()
        assert task.token.winding_up
        assert not task.paused
        assert story.told[-2:] == [("paused", True), ("paused", False)]
        task.pause()
        assert not task.token.paused, "it would keep nothing for as long as it waits"
        task.settle(Outcome(TaskState.SUCCEEDED, "the best so far"))
        assert task.state is TaskState.SUCCEEDED
