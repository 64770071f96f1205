"""The shared state tells of changes, and only of changes."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.inspected import Inspected
from ktrdr_app.gui.tasks.task import Task
from tests.gui.helpers import settle

pytestmark = pytest.mark.gui


def test_a_choice_is_told_once(context: AppContext) -> None:
    heard: list[str] = []
    context.strategySelected.connect(heard.append)
    for name in ("one", "one", "two", ""):
        context.select_strategy(name)
    assert heard == ["one", "two"]
    assert context.strategy == "two"


def test_a_bar_length_is_told_once(context: AppContext) -> None:
    heard: list[str] = []
    context.timeframeSelected.connect(heard.append)
    for name in ("1d", "1d", "1h", ""):
        context.select_timeframe(name)
    assert heard == ["1d", "1h"]
    assert context.timeframe == "1h"


def test_a_symbol_is_told_once(context: AppContext) -> None:
    heard: list[str] = []
    context.symbolSelected.connect(heard.append)
    for name in ("IBM", "IBM", "GOOG", ""):
        context.select_symbol(name)
    assert heard == ["IBM", "GOOG"]
    assert context.symbol == "GOOG"


def test_nothing_is_chosen_at_first(context: AppContext) -> None:
    assert (context.strategy, context.timeframe, context.symbol) == ("", "", "")


def test_what_is_selected_is_kept_by_station(context: AppContext, qtbot: QtBot) -> None:
    found = Inspected("Series", "IBM 1d")
    with qtbot.waitSignal(context.inspectedChanged) as told:
        context.inspect("dataPanel", found)
    assert told.args == ["dataPanel"]
    assert context.inspected("dataPanel") is found
    assert context.inspected("modelsPanel") is None
    context.inspect("dataPanel", None)
    assert context.inspected("dataPanel") is None


def test_a_reason_holds_for_the_state_it_was_told_with(context: AppContext, qtbot: QtBot) -> None:
    with qtbot.waitSignal(context.stateChanged) as told:
        context.say_state("dataPanel", "error", "the folder is gone")
    assert told.args == ["dataPanel", "error"]
    assert context.state_reason("dataPanel", "error") == "the folder is gone"
    assert context.state_reason("dataPanel", "ready") == ""
    assert context.state_reason("modelsPanel", "error") == ""


def test_a_notice_is_passed_on(context: AppContext, qtbot: QtBot) -> None:
    for level in ("info", "success", "warning", "danger"):
        with qtbot.waitSignal(context.notified) as blocker:
            context.notify(level, "text", "details")
        assert blocker.args == [level, "text", "details"]


def test_changed_data_and_models_are_read_again(context: AppContext, qtbot: QtBot) -> None:
    with qtbot.waitSignal(context.catalog.series.loaded) as blocker:
        context.dataChanged.emit()
    assert len(blocker.args[0]) == 5
    with qtbot.waitSignal(context.catalog.models.loaded):
        context.modelsChanged.emit()
    settle(qtbot, context.tasks)


def test_tasks_are_submitted_through_it(context: AppContext, qtbot: QtBot) -> None:
    task = Task("one", lambda _progress, _cancel: 1)
    with qtbot.waitSignal(task.succeeded) as blocker:
        assert context.submit(task) is task
    assert blocker.args == [1]
    settle(qtbot, context.tasks)
