"""Models panels on stores of real folders: our own, the original's, and broken ones."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ktrdr_app.core.paths import Workspace
from tests.gui.helpers import settle

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ktrdr_app.gui.panels.models.panel import ModelsPanel
    from ktrdr_app.gui.tasks.manager import TaskManager

collect_ignore_glob = [] if importlib.util.find_spec("PySide6") else ["test_*.py"]


@pytest.fixture
def store(tmp_path: Path) -> Workspace:
    """Return a workspace with two universal models, two of the original for MSFT, and one that lacks a file."""
    from tests.model_store.builders import link_latest, save, write_original

    workspace = Workspace(tmp_path / "store")
    save(workspace.models)
    save(workspace.models, metrics={"test_accuracy": 0.4, "skill": -0.02})
    write_original(workspace.models, version=1)
    link_latest(write_original(workspace.models, version=2))
    (save(workspace.models, timeframe="5m") / "scaler.json").unlink()
    return workspace


@pytest.fixture
def open_panel(qtbot: QtBot, dark: object, tasks: TaskManager) -> Callable[[Workspace], ModelsPanel]:
    """Return a function that shows a panel on a workspace whose lists are read."""
    from ktrdr_app.gui.documents.context import AppContext
    from ktrdr_app.gui.panels.models.panel import ModelsPanel

    def make(workspace: Workspace) -> ModelsPanel:
        panel = ModelsPanel(AppContext(workspace, tasks))
        qtbot.addWidget(panel)
        panel.resize(1184, 586)
        panel.show()
        panel.context.catalog.refresh()
        settle(qtbot, tasks)
        return panel

    return make


@pytest.fixture
def panel(open_panel: Callable[[Workspace], ModelsPanel], store: Workspace) -> ModelsPanel:
    """Return the panel on the store."""
    return open_panel(store)
