"""Models panels on stores of real folders: our own, the original's, and broken ones."""

from __future__ import annotations

import importlib.util
import shutil
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


@pytest.fixture(scope="session")
def store_master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with two universal models, two of the original for MSFT, and one that lacks a file; copy it."""
    from tests.model_store.builders import edit, link_latest, save, write_original

    models = tmp_path_factory.mktemp("models")
    save(models)
    save(models, metrics={"test_accuracy": 0.4, "skill": -0.02})
    sets = {"rsi": {"low": {"type": "triangular", "parameters": [0, 20, 40]}}}
    for version in (1, 2):
        folder = write_original(models, version=version)
        edit(folder / "config.json", lambda config: config.update(fuzzy_sets=sets))
        link_latest(folder)
    (save(models, timeframe="5m") / "scaler.json").unlink()
    return models


@pytest.fixture
def store(store_master: Path, tmp_path: Path) -> Workspace:
    """Return a workspace with a store of its own."""
    workspace = Workspace(tmp_path / "store")
    shutil.copytree(store_master, workspace.models, symlinks=True)
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
