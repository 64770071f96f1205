"""The fuzzy station over a workspace with a trained model that trades often."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import pytest

from tests.gui import helpers

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from ktrdr_app.core.paths import Workspace
    from ktrdr_app.gui.documents.context import AppContext
    from ktrdr_app.gui.panels.fuzzy import FuzzyPanel
    from ktrdr_app.gui.tasks.manager import TaskManager

collect_ignore_glob = [] if importlib.util.find_spec("PySide6") else ["test_*.py"]

EAGER = helpers.QUICK_STRATEGY + "decision: {confidence_threshold: 0.34, min_signal_separation: 1}\n"
"""The quick strategy, with a threshold that lets nearly every answer pass."""


@pytest.fixture
def eager_workspace(trained_workspace: Workspace) -> Workspace:
    """Return the trained workspace with decisions that follow the model at once."""
    (trained_workspace.strategies / "quick.yaml").write_text(EAGER, encoding="utf-8")
    return trained_workspace


@pytest.fixture
def live_context(dark: QApplication, tasks: TaskManager, eager_workspace: Workspace) -> AppContext:
    """Return the shared state of a window on that workspace."""
    from ktrdr_app.gui.documents.context import AppContext

    made = AppContext(eager_workspace, tasks)
    made.select_strategy("quick")
    return made


@pytest.fixture
def panel(qtbot: QtBot, live_context: AppContext) -> FuzzyPanel:
    """Return the station on the strategy ``quick``, everything loaded."""
    from ktrdr_app.gui.panels.fuzzy import FuzzyPanel

    made = FuzzyPanel(live_context)
    qtbot.addWidget(made)
    made.resize(1180, 580)
    made.show()
    qtbot.waitExposed(made)
    live_context.catalog.refresh()
    qtbot.waitUntil(lambda: made.document is not None and made.document.strategy == "quick", timeout=20_000)
    settle(qtbot, made)
    return made


def settle(qtbot: QtBot, panel: FuzzyPanel) -> None:
    """Wait until nothing is on its way."""
    helpers.settle(qtbot, panel.context.tasks)
    qtbot.waitUntil(lambda: not panel._check.isActive())
    helpers.settle(qtbot, panel.context.tasks)
