"""Strategies and models that cannot be used become known problems, and stop being so when mended."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import BadInput
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.problem_watch import ProblemWatch
from ktrdr_app.gui.tasks.manager import TaskManager
from tests.gui.helpers import QUICK_STRATEGY, TYPO_STRATEGY, settle

pytestmark = pytest.mark.gui


def test_faulty_files_and_damaged_models_are_known(
    dark: object, tasks: TaskManager, trained_workspace: Workspace, qtbot: QtBot
) -> None:
    context = AppContext(trained_workspace, tasks)
    ProblemWatch(context, context)
    faulty = trained_workspace.strategies / "typo.yaml"
    faulty.write_text(TYPO_STRATEGY, encoding="utf-8")
    (trained_workspace.models / "quick" / "universal_1d_v1" / "scaler.json").unlink()
    context.catalog.refresh()
    settle(qtbot, tasks)
    found = {(problem.panel, problem.subject) for problem in context.problems.problems}
    assert found == {("strategyPanel", "typo"), ("modelsPanel", "quick/universal_1d_v1")}
    assert all(problem.weight == "danger" and problem.text for problem in context.problems.problems)
    faulty.write_text(QUICK_STRATEGY.replace("name: quick", "name: typo"), encoding="utf-8")
    context.catalog.refresh()
    settle(qtbot, tasks)
    assert [problem.panel for problem in context.problems.problems] == ["modelsPanel"]


def test_a_folder_that_cannot_be_read_is_known(dark: object, tasks: TaskManager, empty_workspace: Workspace) -> None:
    context = AppContext(empty_workspace, tasks)
    ProblemWatch(context, context)
    context.catalog.series.failed.emit(BadInput("data is no folder"))
    assert [problem.text for problem in context.problems.problems] == ["data is no folder"]
    context.catalog.series.loaded.emit(())
    assert context.problems.problems == ()
