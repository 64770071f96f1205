"""The page of all trainings, on a real workspace: naming, starring, noting, deleting, bringing back, comparing."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.results.compare_view import CompareView
from ktrdr_app.gui.panels.training.results.runs_page import MOST, RunsPage
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.workflows.requests import TrainRequest
from ktrdr_app.workflows.training_runs import INTERRUPTED, TrainingRun
from tests.gui.helpers import click, settle
from tests.gui.panels.training.results.made import run

pytestmark = pytest.mark.gui

FIRST = "models/quick/universal_1d_v1"


@pytest.fixture
def workspace(trained_workspace: Workspace) -> Workspace:
    """Return a workspace with two trainings."""
    workflows.train(TrainRequest(trained_workspace, "quick", ("MSFT",), "1d", epochs=2))
    return trained_workspace


@pytest.fixture
def page(qtbot: QtBot, dark: object, tasks: TaskManager, workspace: Workspace) -> RunsPage:
    made = RunsPage(AppContext(workspace, tasks))
    qtbot.addWidget(made)
    made.resize(800, 340)
    made.show()
    qtbot.waitExposed(made)
    made.refresh()
    settle(qtbot, tasks)
    return made


def listed(page: RunsPage) -> list[str]:
    return [found.key for found in page.table.records.records]


def told(page: RunsPage, key: str = FIRST) -> TrainingRun:
    (found,) = [found for found in workflows.list_trainings(page._context.workspace) if found.key == key]
    return found


def choose(page: RunsPage, key: str = FIRST) -> None:
    page.table.select(lambda found: found.key == key)
    assert page.chosen is not None
    assert page.chosen.key == key


def done(page: RunsPage, qtbot: QtBot) -> None:
    settle(qtbot, page._context.tasks)


def test_all_trainings_are_listed(page: RunsPage, workspace: Workspace) -> None:
    assert listed(page) == [found.key for found in workflows.list_trainings(workspace)]
    assert len(listed(page)) == 2
    assert page.pages.currentIndex() == 1


def test_without_one_it_says_how_to_get_one(
    qtbot: QtBot, dark: object, tasks: TaskManager, empty_workspace: Workspace
) -> None:
    page = RunsPage(AppContext(empty_workspace, tasks))
    qtbot.addWidget(page)
    page.refresh()
    settle(qtbot, tasks)
    assert page.pages.currentIndex() == 0
    assert "press Train" in page.pages.widget(0).text.text()
    assert list(empty_workspace.root.iterdir()) == []


def test_a_name_typed_and_entered_is_kept(page: RunsPage, qtbot: QtBot) -> None:
    choose(page)
    assert page.name.placeholderText() == "universal_1d_v1"
    page.name.setFocus()
    qtbot.keyClicks(page.name, "  small net ")
    qtbot.keyClick(page.name, Qt.Key.Key_Return)
    done(page, qtbot)
    assert told(page).name == "small net"
    assert page.chosen.label == "small net"
    assert page.chosen.key == FIRST, "it stays chosen"


def test_a_note_is_that_of_the_model(page: RunsPage, qtbot: QtBot, workspace: Workspace) -> None:
    changed: list[bool] = []
    page._context.modelsChanged.connect(lambda: changed.append(True))
    choose(page)
    page.note.setFocus()
    qtbot.keyClicks(page.note, "two symbols")
    qtbot.keyClick(page.note, Qt.Key.Key_Return)
    done(page, qtbot)
    (model,) = [model for model in workflows.list_models(workspace) if model.version == 1]
    assert model.note == "two symbols"
    assert changed


def test_leaving_a_field_untouched_writes_nothing(page: RunsPage, qtbot: QtBot, workspace: Workspace) -> None:
    choose(page)
    page.name.setFocus()
    page.note.setFocus()
    page.table.setFocus()
    done(page, qtbot)
    assert not (workspace.runs / "trainings.json").exists()


def test_the_fields_follow_the_chosen_row(page: RunsPage, qtbot: QtBot) -> None:
    workflows.say_of_training(page._context.workspace, FIRST, name="older", note="was first")
    page.refresh()
    done(page, qtbot)
    choose(page)
    assert (page.name.text(), page.note.text()) == ("older", "was first")
    page.table.selectRow(0)
    assert (page.name.text(), page.note.text()) == ("", "")


def test_a_star_is_given_and_taken_by_the_button(page: RunsPage, qtbot: QtBot) -> None:
    choose(page)
    click(qtbot, page.star)
    done(page, qtbot)
    assert told(page).star
    assert page.star.text() == "Take the star away"
    click(qtbot, page.star)
    done(page, qtbot)
    assert not told(page).star
    assert page.star.text() == "Star"


def test_a_deleted_training_can_be_brought_back(page: RunsPage, qtbot: QtBot, workspace: Workspace) -> None:
    choose(page)
    click(qtbot, page.delete)
    assert not page.delete.isEnabled(), "one change at a time"
    done(page, qtbot)
    assert FIRST not in listed(page)
    assert not (workspace.root / FIRST).exists()
    assert page.notice.isVisible()
    assert page.notice.text.text() == "universal_1d_v1 is in the trash"
    page.undo()
    done(page, qtbot)
    assert FIRST in listed(page)
    assert page.chosen.key == FIRST
    assert page.notice.text.text() == "universal_1d_v1 is back"
    page.undo()
    done(page, qtbot)
    assert FIRST in listed(page), "what is back has nothing more to take back"


def test_one_that_was_stopped_goes_and_comes_back_with_all_that_is_kept_of_it(
    qtbot: QtBot, dark: object, tasks: TaskManager, broken: Workspace
) -> None:
    page = RunsPage(AppContext(broken, tasks))
    qtbot.addWidget(page)
    page.refresh()
    done(page, qtbot)
    (stopped,) = [run for run in workflows.list_trainings(broken) if run.stopped]
    choose(page, stopped.key)
    page.delete_chosen()
    done(page, qtbot)
    assert page.notice.text.text() == "universal_1d_v1 is in the trash, with all that was kept of it"
    assert stopped.resumable not in {run.name for run in workflows.list_interrupted(broken)}
    page.undo()
    done(page, qtbot)
    assert told(page, stopped.key) == stopped, "it can go on as before"


def test_the_results_of_a_model_are_asked_for(page: RunsPage, qtbot: QtBot, workspace: Workspace) -> None:
    heard: list[Path] = []
    page.showWanted.connect(heard.append)
    choose(page)
    click(qtbot, page.show_button)
    assert heard == [workspace.root / FIRST]


def test_an_interrupted_training_has_no_results(page: RunsPage, qtbot: QtBot) -> None:
    page._show_runs([run("runs/x", state=INTERRUPTED)])
    assert not page.show_button.isEnabled()
    assert page.show_button.toolTip()
    with qtbot.assertNotEmitted(page.showWanted):
        page.show_chosen()


def test_two_to_eight_can_be_compared(page: RunsPage) -> None:
    page._show_runs([run(f"models/quick/universal_1d_v{number}") for number in range(MOST + 1)])
    enabled = []
    for row in range(MOST + 1):
        page.table.runs.toggle(row)
        enabled.append(page.compare.isEnabled())
    assert enabled == [False, *[True] * (MOST - 1), False]
    assert page.compare.text() == "Compare 9"
    assert page.open_comparison() is None
    assert "two to 8" in page.compare.toolTip()


def test_comparing_opens_the_ticked_ones(page: RunsPage, qtbot: QtBot) -> None:
    for row in (0, 1):
        page.table.runs.toggle(row)
    click(qtbot, page.compare)
    (dialog,) = page.findChildren(CompareView)
    done(page, qtbot)
    assert [found.key for found in dialog._runs] == listed(page)
    dialog.close()


def test_a_change_that_fails_is_told_and_the_list_stays(page: RunsPage, qtbot: QtBot, workspace: Workspace) -> None:
    (workspace.runs).mkdir(exist_ok=True)
    (workspace.runs / "trainings.json").write_text("{", encoding="utf-8")
    before = listed(page)
    choose(page)
    click(qtbot, page.star)
    done(page, qtbot)
    assert page.notice.isVisible()
    assert "trainings.json" in page.notice.text.text()
    assert listed(page) == before
    assert page.star.isEnabled()


def test_a_training_that_went_missing_is_told(page: RunsPage, qtbot: QtBot, workspace: Workspace) -> None:
    workflows.delete_model(workspace, workspace.root / FIRST)
    choose(page)
    click(qtbot, page.delete)
    done(page, qtbot)
    assert "there is no training" in page.notice.text.text()


def test_new_models_of_the_window_appear(page: RunsPage, qtbot: QtBot, workspace: Workspace) -> None:
    workflows.train(TrainRequest(workspace, "quick", ("IBM",), "1d", epochs=1))
    page._context.catalog.models.refresh()
    qtbot.waitUntil(lambda: len(listed(page)) == 3)
    done(page, qtbot)
    assert listed(page)[0].endswith("universal_1d_v3")


def test_everything_has_a_name(page: RunsPage) -> None:
    assert accessibility.nameless(page) == []
    assert accessibility.undescribed(page) == []
