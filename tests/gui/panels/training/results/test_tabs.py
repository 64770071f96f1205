"""The pages of a run: what was trained fills them all, a new run empties them, a failure is told."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.results.tabs import ResultTabs
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.workflows.training_results import show_results
from tests.gui.helpers import settle

pytestmark = pytest.mark.gui

MODEL = "quick/universal_1d_v1"


@pytest.fixture
def tabs(qtbot: QtBot, dark: object, tasks: TaskManager, trained_workspace: Workspace) -> ResultTabs:
    made = ResultTabs(AppContext(trained_workspace, tasks), QLabel("live"))
    qtbot.addWidget(made)
    made.resize(820, 400)
    made.show()
    return made


def shown(tabs: ResultTabs, qtbot: QtBot, path: str = MODEL) -> None:
    tabs.show_model(path)
    settle(qtbot, tabs._context.tasks)


def test_the_run_as_it_goes_on_is_the_first_page(tabs: ResultTabs) -> None:
    assert [tabs.tabText(place) for place in range(5)] == ["Curves", "By symbol", "Inputs", "Certificate", "Report"]
    assert tabs.currentIndex() == 0
    assert tabs.widget(0).text() == "live"


def test_a_model_fills_every_page(tabs: ResultTabs, qtbot: QtBot, trained_workspace: Workspace) -> None:
    shown(tabs, qtbot)
    expected = show_results(trained_workspace, MODEL)
    assert tabs.results == expected
    assert tabs.view.table.records.records == (expected.pooled, *expected.symbols)
    assert tabs.importance._lines == expected.importance
    assert expected.verdict.headline == tabs.report.verdict.text()
    assert tabs.certificate.verdict.text() == "Not certified yet"


def test_the_importance_follows_the_chosen_symbol(tabs: ResultTabs, qtbot: QtBot) -> None:
    shown(tabs, qtbot)
    tabs.view.table.choose("IBM")
    own = [line.by_symbol["IBM"] for line in tabs.results.importance]
    assert tabs.importance._dots.value.tolist() == own
    tabs.view.table.choose("")
    assert tabs.importance._dots.value.tolist() == [line.mean for line in tabs.results.importance]


def test_a_new_run_empties_the_pages_and_comes_to_the_front(tabs: ResultTabs, qtbot: QtBot) -> None:
    shown(tabs, qtbot)
    tabs.setCurrentIndex(4)
    tabs.show_live()
    assert tabs.currentIndex() == 0
    assert tabs.results is None
    assert tabs.view.table.records.records == ()
    assert tabs.report.text.toPlainText() == ""
    assert tabs.importance.accessibleDescription() == "no importance to show"
    assert tabs.certificate.verdict.text() == "No training is shown"


def test_what_was_asked_before_a_new_run_is_not_shown_in_it(tabs: ResultTabs, qtbot: QtBot) -> None:
    tabs.show_model(MODEL)
    tabs.show_live()
    settle(qtbot, tabs._context.tasks)
    assert tabs.results is None
    assert tabs.view.table.records.records == ()


def test_a_model_that_cannot_be_read_is_told_and_leaves_nothing_of_the_one_before(
    tabs: ResultTabs, qtbot: QtBot
) -> None:
    failures: list[Any] = []
    tabs.failed.connect(failures.append)
    shown(tabs, qtbot)
    shown(tabs, qtbot, "quick/universal_1d_v9")
    assert "universal_1d_v9" in failures[0].message
    assert tabs.results is None
    assert tabs.view.table.records.records == ()


def test_every_page_has_names(tabs: ResultTabs, qtbot: QtBot) -> None:
    shown(tabs, qtbot)
    for place in range(tabs.count()):
        tabs.setCurrentIndex(place)
        assert accessibility.nameless(tabs) == []
