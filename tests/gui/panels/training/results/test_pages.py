"""The pages of a run: what was trained fills them all, a new run empties them, a failure is told."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QTabWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.results.pages import ResultPages
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.workflows.training_results import show_results
from tests.gui.helpers import settle

pytestmark = pytest.mark.gui

MODEL = "quick/universal_1d_v1"


@pytest.fixture
def tabs(qtbot: QtBot, dark: object, tasks: TaskManager, trained_workspace: Workspace) -> QTabWidget:
    made = QTabWidget()
    accessibility.name(made, "Pages")
    accessibility.name(made.tabBar(), "Pages")
    qtbot.addWidget(made)
    made.addTab(QLabel("live"), "Run")
    made.resize(820, 400)
    return made


@pytest.fixture
def pages(tabs: QTabWidget, tasks: TaskManager, trained_workspace: Workspace) -> ResultPages:
    made = ResultPages(AppContext(trained_workspace, tasks), tabs)
    made.join(tabs)
    tabs.show()
    return made


def shown(pages: ResultPages, qtbot: QtBot, path: str = MODEL) -> None:
    pages.show_model(path)
    settle(qtbot, pages._context.tasks)


def test_the_pages_stand_behind_those_that_are_there(tabs: QTabWidget, pages: ResultPages) -> None:
    titles = [tabs.tabText(place) for place in range(tabs.count())]
    assert titles == ["Run", "By symbol", "Inputs", "Certificate", "Report", "All runs"]
    assert tabs.currentIndex() == 0


def test_a_model_fills_every_page(pages: ResultPages, qtbot: QtBot, trained_workspace: Workspace) -> None:
    shown(pages, qtbot)
    expected = show_results(trained_workspace, MODEL)
    assert pages.results == expected
    assert pages.view.table.records.records == (expected.pooled, *expected.symbols)
    assert pages.importance._lines == expected.importance
    assert expected.verdict.headline == pages.report.verdict.text()
    assert pages.certificate.verdict.text() == "Not certified yet"


def test_the_importance_follows_the_chosen_symbol(pages: ResultPages, qtbot: QtBot) -> None:
    shown(pages, qtbot)
    pages.view.table.choose("IBM")
    own = [line.by_symbol["IBM"] for line in pages.results.importance]
    assert pages.importance._dots.value.tolist() == own
    pages.view.table.choose("")
    assert pages.importance._dots.value.tolist() == [line.mean for line in pages.results.importance]


def test_a_new_run_empties_the_pages(pages: ResultPages, qtbot: QtBot) -> None:
    shown(pages, qtbot)
    pages.clear()
    assert pages.results is None
    assert pages.view.table.records.records == ()
    assert pages.report.text.toPlainText() == ""
    assert pages.importance.accessibleDescription() == "no importance to show"
    assert pages.certificate.verdict.text() == "No training is shown"


def test_what_was_asked_before_a_new_run_is_not_shown_in_it(pages: ResultPages, qtbot: QtBot) -> None:
    pages.show_model(MODEL)
    pages.clear()
    settle(qtbot, pages._context.tasks)
    assert pages.results is None
    assert pages.view.table.records.records == ()


def test_a_model_that_cannot_be_read_is_told_and_leaves_nothing_of_the_one_before(
    pages: ResultPages, qtbot: QtBot
) -> None:
    failures: list[Any] = []
    pages.failed.connect(failures.append)
    shown(pages, qtbot)
    shown(pages, qtbot, "quick/universal_1d_v9")
    assert "universal_1d_v9" in failures[0].message
    assert pages.results is None
    assert pages.view.table.records.records == ()


def test_every_page_has_names(tabs: QTabWidget, pages: ResultPages, qtbot: QtBot) -> None:
    shown(pages, qtbot)
    for place in range(tabs.count()):
        tabs.setCurrentIndex(place)
        assert accessibility.nameless(tabs) == []
        assert accessibility.undescribed(tabs) == []


def test_an_older_run_of_the_list_is_asked_for(pages: ResultPages, qtbot: QtBot) -> None:
    heard: list[Any] = []
    pages.showWanted.connect(heard.append)
    pages.runs.refresh()
    settle(qtbot, pages._context.tasks)
    pages.runs.show_chosen()
    assert [path.name for path in heard] == ["universal_1d_v1"]
