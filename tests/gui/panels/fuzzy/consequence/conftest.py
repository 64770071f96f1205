"""The fuzzy station over a workspace with a trained model that trades often."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.sample import install_sample
from ktrdr_app.workflows.requests import TrainRequest
from tests.gui import helpers
from tests.workflows.quick import with_strategy

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from ktrdr_app.gui.documents.context import AppContext
    from ktrdr_app.gui.panels.fuzzy import FuzzyPanel
    from ktrdr_app.gui.tasks.manager import TaskManager

collect_ignore_glob = [] if importlib.util.find_spec("PySide6") else ["test_*.py"]

EAGER = helpers.QUICK_STRATEGY.replace(
    "training: {epochs: 3, batch_size: 256, patience: 50}",
    "training: {epochs: 4, batch_size: 64, learning_rate: 0.02, class_weights: balanced}\n"
    "decision: {confidence_threshold: 0.34, min_signal_separation: 1}",
).replace("threshold: 2.0, threshold_unit: atr, lookahead: 5", "threshold: 1.0, threshold_unit: atr, lookahead: 10")
"""The quick strategy, so that its model says BUY and SELL, and a threshold that lets nearly every answer pass."""


@pytest.fixture(scope="session")
def eager_master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace folder with a model of that strategy; copy it, do not change it."""
    from ktrdr_app import workflows

    workspace = Workspace(tmp_path_factory.mktemp("eager"))
    install_sample(workspace)
    with_strategy(workspace, EAGER)
    workflows.train(TrainRequest(workspace, "quick", ("AAPL", "IBM"), "1d", seed=7))
    return workspace.root


@pytest.fixture
def eager_workspace(eager_master: Path, tmp_path: Path) -> Workspace:
    """Return a copy that a test may change."""
    shutil.copytree(eager_master, tmp_path / "eager", symlinks=True)
    return Workspace(tmp_path / "eager")


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
    made = open_station(qtbot, live_context)
    qtbot.addWidget(made)
    return made


def open_station(qtbot: QtBot, context: AppContext) -> FuzzyPanel:
    """Return the station as large as it is in a small window."""
    from ktrdr_app.gui.panels.fuzzy import FuzzyPanel

    made = FuzzyPanel(context)
    made.resize(1180, 580)
    made.show()
    qtbot.waitExposed(made)
    context.catalog.refresh()
    qtbot.waitUntil(lambda: made.document is not None and made.document.strategy == "quick", timeout=20_000)
    settle(qtbot, made)
    return made


def settle(qtbot: QtBot, panel: FuzzyPanel) -> None:
    """Wait until nothing is on its way."""
    helpers.settle(qtbot, panel.context.tasks)
    qtbot.waitUntil(lambda: not panel.examination.timer.isActive())
    helpers.settle(qtbot, panel.context.tasks)
