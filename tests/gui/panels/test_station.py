"""Every station: a heading, tasks whose results arrive in the window's thread, and errors that nobody can miss."""

from __future__ import annotations

from typing import ClassVar

import pytest
from PySide6.QtCore import QThread, Slot
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.station import Station
from tests.gui.helpers import settle

pytestmark = pytest.mark.gui


class Trial(Station):
    """A station with nothing in it."""

    title: ClassVar[str] = "Trial"
    object_name: ClassVar[str] = "trialPanel"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.results: list[tuple[object, bool]] = []

    @Slot(object)
    def take(self, result: object) -> None:
        self.results.append((result, QThread.currentThread() is self.thread()))


@pytest.fixture
def station(qtbot: QtBot, context: AppContext) -> Trial:
    made = Trial(context)
    qtbot.addWidget(made)
    made.show()
    return made


def bad(_progress: object, _cancel: object) -> None:
    raise InvalidValue("seed", -1, "a whole number from 0")


def broken(_progress: object, _cancel: object) -> None:
    raise ZeroDivisionError("by nothing")


def test_it_is_named_and_headed_by_its_title(station: Trial) -> None:
    assert (station.objectName(), station.accessibleName()) == ("trialPanel", "Trial")
    headings = [each.text() for each in station.findChildren(QLabel) if each.property("role") == "title"]
    assert headings == ["Trial"]
    assert station.notice.isHidden()


def test_a_result_arrives_in_the_windows_thread(station: Trial, qtbot: QtBot) -> None:
    station.start("add", lambda _progress, _cancel: 1 + 1, station.take)
    settle(qtbot, station.context.tasks)
    assert station.results == [(2, True)]
    assert station.notice.isHidden()


@pytest.mark.parametrize("quiet", [False, True])
def test_a_task_is_submitted_as_it_was_asked_for(station: Trial, qtbot: QtBot, quiet: bool) -> None:
    added: list[object] = []
    station.context.tasks.taskAdded.connect(added.append)
    task = station.start("add", lambda _progress, _cancel: None, station.take, quiet=quiet)
    assert added == [task]
    assert (task.title, task.quiet) == ("add", quiet)
    settle(qtbot, station.context.tasks)


def test_an_error_is_shown_in_the_station_and_told_to_the_window(station: Trial, qtbot: QtBot) -> None:
    context = station.context
    told: list[tuple[str, ...]] = []
    context.notified.connect(lambda *notice: told.append(notice))
    context.stateChanged.connect(lambda *state: told.append(state))
    station.start("fail", bad, station.take)
    settle(qtbot, context.tasks)
    error = InvalidValue("seed", -1, "a whole number from 0")
    assert station.notice.isVisible()
    assert station.notice.level == "danger"
    assert station.notice.text.text() == error.message
    assert station.notice.hint.text() == error.hint
    assert told == [("danger", error.message, error.hint), ("trialPanel", "error")]
    assert station.results == []


def test_a_bug_is_told_with_its_trace(station: Trial, qtbot: QtBot) -> None:
    with qtbot.waitSignal(station.context.notified) as told:
        station.start("divide", broken, station.take)
    settle(qtbot, station.context.tasks)
    level, text, details = told.args
    assert (level, text) == ("danger", "divide: ZeroDivisionError: by nothing")
    assert "in broken" in details
    assert station.notice.details == details
    assert station.notice._more.isVisible()


def test_a_cancelled_task_is_no_error(station: Trial, qtbot: QtBot) -> None:
    task = station.start("stop", lambda _progress, cancel: cancel.check(), station.take)
    task.cancel()
    settle(qtbot, station.context.tasks)
    assert station.notice.isHidden()


def test_an_error_that_is_put_away_is_over(station: Trial, qtbot: QtBot) -> None:
    station.start("fail", bad, station.take)
    settle(qtbot, station.context.tasks)
    assert station.context.state_reason("trialPanel", "error")
    with qtbot.waitSignal(station.context.stateChanged) as told:
        station.notice.dismiss()
    assert told.args == ["trialPanel", ""]


def test_a_station_that_does_nothing_has_nothing_to_stop(station: Trial) -> None:
    assert not station.running
    assert not station.stop_own()
