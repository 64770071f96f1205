"""The shared state tells of changes, and only of changes."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.documents.context import LEVELS, AppContext
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


def test_nothing_is_chosen_at_first(context: AppContext) -> None:
    assert (context.strategy, context.timeframe) == ("", "")


def test_a_notice_is_passed_on(context: AppContext, qtbot: QtBot) -> None:
    for level in LEVELS:
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
