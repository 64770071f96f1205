"""Only the newest wish is answered; what it replaced is cancelled, and its result never arrives."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.tasks.manager import TaskManager
from tests.gui.helpers import Gate, settle

pytestmark = pytest.mark.gui


@pytest.fixture
def owner(qtbot: QtBot) -> QObject:
    return QObject()


def test_a_result_arrives_once(qtbot: QtBot, tasks: TaskManager, owner: QObject) -> None:
    latest = Latest(tasks, owner)
    busy: list[bool] = []
    latest.busyChanged.connect(busy.append)
    with qtbot.waitSignal(latest.arrived) as told:
        latest.ask("one", lambda _progress, _cancel: 1)
    assert told.args == [1]
    assert busy == [True, False]
    assert not latest.busy
    settle(qtbot, tasks)


def test_a_stale_result_never_arrives(qtbot: QtBot, tasks: TaskManager, owner: QObject) -> None:
    latest, gate = Latest(tasks, owner), Gate()
    found: list[object] = []
    latest.arrived.connect(found.append)

    def stubborn(_progress: object, _cancel: object) -> str:
        gate.entered.set()
        gate.go_on.wait(10)
        return "stale"

    latest.ask("old", stubborn)
    qtbot.waitUntil(gate.entered.is_set)
    latest.ask("middle", lambda _progress, _cancel: "middle")
    latest.ask("new", lambda _progress, _cancel: "new")
    assert [task.title for task in tasks.running] == ["old"], "one thread at a time"
    gate.go_on.set()
    settle(qtbot, tasks)
    assert found == ["new"]


def test_the_old_task_is_cancelled(qtbot: QtBot, tasks: TaskManager, owner: QObject) -> None:
    latest, gate = Latest(tasks, owner), Gate()
    latest.ask("old", gate.work)
    qtbot.waitUntil(gate.entered.is_set)
    with qtbot.waitSignal(latest.arrived) as told:
        latest.ask("new", lambda _progress, _cancel: "new")
    assert told.args == ["new"]
    settle(qtbot, tasks)


def test_stopping_leaves_nothing_to_come(qtbot: QtBot, tasks: TaskManager, owner: QObject) -> None:
    latest, gate = Latest(tasks, owner, delay_ms=5), Gate()
    found: list[object] = []
    latest.arrived.connect(found.append)
    latest.ask("waiting", gate.work)
    latest.stop()
    assert not latest.busy
    latest.ask("begun", gate.work)
    qtbot.waitUntil(gate.entered.is_set)
    latest.stop()
    settle(qtbot, tasks)
    assert found == []


def test_wishes_in_a_hurry_become_one_task(qtbot: QtBot, tasks: TaskManager, owner: QObject) -> None:
    latest = Latest(tasks, owner, delay_ms=20)
    begun: list[str] = []
    tasks.taskAdded.connect(lambda task: begun.append(task.title))
    with qtbot.waitSignal(latest.arrived) as told:
        for number in range(5):
            latest.ask(str(number), lambda _progress, _cancel, number=number: number)
    assert told.args == [4]
    assert begun == ["4"]
    settle(qtbot, tasks)


def test_an_error_is_told_unless_it_is_stale(qtbot: QtBot, tasks: TaskManager, owner: QObject) -> None:
    latest, gate = Latest(tasks, owner), Gate()

    def bad(_progress: object, _cancel: object) -> None:
        raise InvalidValue("field", 1, "another")

    def late(_progress: object, _cancel: object) -> None:
        gate.entered.set()
        gate.go_on.wait(10)
        raise InvalidValue("field", 1, "another")

    with qtbot.waitSignal(latest.failed) as told:
        latest.ask("bad", bad)
    assert told.args[0].code == "invalid_value"
    errors: list[object] = []
    latest.failed.connect(errors.append)
    latest.ask("late", late)
    qtbot.waitUntil(gate.entered.is_set)
    latest.stop()
    gate.go_on.set()
    settle(qtbot, tasks)
    assert errors == []


def test_a_hurry_does_not_wait_for_a_newer_wish(qtbot: QtBot, tasks: TaskManager, owner: QObject) -> None:
    latest = Latest(tasks, owner, delay_ms=60_000)
    found: list[object] = []
    latest.arrived.connect(found.append)
    latest.hurry()
    assert not tasks.running, "there is nothing to hurry with"
    latest.ask("old", lambda _progress, _cancel: "old")
    latest.ask("new", lambda _progress, _cancel: "new")
    assert not tasks.running
    latest.hurry()
    settle(qtbot, tasks)
    assert found == ["new"]
    assert not latest.busy
