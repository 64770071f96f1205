"""The step at hand is heard, then the newest wish; those between are never begun."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.gui.tasks.following import Following
from ktrdr_app.gui.tasks.manager import TaskManager
from tests.gui.helpers import Gate, settle

pytestmark = pytest.mark.gui


@pytest.fixture
def owner(qtbot: QtBot) -> QObject:
    return QObject()


def test_the_step_at_hand_and_the_newest_wish_are_heard(qtbot: QtBot, tasks: TaskManager, owner: QObject) -> None:
    following, gate = Following(tasks, owner), Gate()
    found: list[object] = []
    busy: list[bool] = []
    following.arrived.connect(found.append)
    following.busyChanged.connect(busy.append)
    following.ask("first", gate.work)
    qtbot.waitUntil(gate.entered.is_set)
    for number in range(50):
        following.ask("step", lambda _progress, _cancel, number=number: number)
    assert [task.title for task in tasks.running] == ["first"], "one thread at a time"
    gate.go_on.set()
    qtbot.waitUntil(lambda: not following.busy)
    settle(qtbot, tasks)
    assert found == ["done", 49]
    assert busy == [True, False]


def test_nothing_is_heard_after_a_stop(qtbot: QtBot, tasks: TaskManager, owner: QObject) -> None:
    following, gate = Following(tasks, owner), Gate()
    found: list[object] = []
    following.arrived.connect(found.append)
    following.failed.connect(found.append)
    following.ask("old", gate.work)
    following.ask("waiting", lambda _progress, _cancel: "waiting")
    qtbot.waitUntil(gate.entered.is_set)
    following.stop()
    assert not following.busy
    settle(qtbot, tasks)
    assert found == []
    with qtbot.waitSignal(following.arrived) as told:
        following.ask("new", lambda _progress, _cancel: "new")
    assert told.args == ["new"]
    settle(qtbot, tasks)


def test_a_stubborn_step_is_not_heard_after_a_stop_but_the_next_wish_is(
    qtbot: QtBot, tasks: TaskManager, owner: QObject
) -> None:
    following, gate = Following(tasks, owner), Gate()
    found: list[object] = []
    following.arrived.connect(found.append)

    def stubborn(_progress: object, _cancel: object) -> str:
        gate.entered.set()
        gate.go_on.wait(10)
        return "stale"

    following.ask("old", stubborn)
    qtbot.waitUntil(gate.entered.is_set)
    following.stop()
    following.ask("new", lambda _progress, _cancel: "new")
    gate.go_on.set()
    settle(qtbot, tasks)
    assert found == ["new"]


def test_a_failure_is_heard_and_the_next_wish_goes_on(qtbot: QtBot, tasks: TaskManager, owner: QObject) -> None:
    following = Following(tasks, owner)

    def fail(_progress: object, _cancel: object) -> None:
        raise InvalidValue("field", 1, "2")

    with qtbot.waitSignals([following.failed, following.arrived], order="strict"):
        following.ask("bad", fail)
        following.ask("good", lambda _progress, _cancel: "good")
    settle(qtbot, tasks)


def test_the_owner_may_go_while_a_step_runs(qtbot: QtBot, tasks: TaskManager) -> None:
    owner, gate = QObject(), Gate()
    Following(tasks, owner).ask("step", gate.work)
    qtbot.waitUntil(gate.entered.is_set)
    owner.deleteLater()
    gate.go_on.set()
    settle(qtbot, tasks)
