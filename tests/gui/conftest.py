"""Windows and workspaces for tests of the window; everything is closed again by the fixture that opened it."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ktrdr_app.core.paths import Workspace, shipped
from tests.gui import helpers

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from ktrdr_app.gui.documents.context import AppContext
    from ktrdr_app.gui.main_window import MainWindow
    from ktrdr_app.gui.tasks.manager import TaskManager


@pytest.fixture(scope="session")
def dressed(qapp: QApplication) -> QApplication:
    """Return the application with our fonts."""
    from ktrdr_app.gui.ui.fonts import load_fonts

    load_fonts()
    return qapp


@pytest.fixture
def dark(dressed: QApplication) -> Iterator[QApplication]:
    """Return the application in the dark theme; other themes a test chooses are undone."""
    from ktrdr_app.gui.ui.theme import apply_theme

    apply_theme(dressed, "dark")
    yield dressed
    apply_theme(dressed, "dark")


@pytest.fixture
def tasks(qtbot: QtBot) -> Iterator[TaskManager]:
    """Return a task manager that is shut down after the test."""
    from ktrdr_app.gui.tasks.manager import TaskManager

    manager = TaskManager()
    yield manager
    assert manager.shutdown(10_000), "a worker thread would not stop"


@pytest.fixture
def context(dark: QApplication, tasks: TaskManager, sample_workspace: Workspace) -> AppContext:
    """Return the shared state of a window on the sample data, without the window."""
    from ktrdr_app.gui.documents.context import AppContext

    return AppContext(sample_workspace, tasks)


@pytest.fixture
def empty_workspace(tmp_path: Path) -> Workspace:
    """Return a workspace in which there is nothing."""
    (tmp_path / "empty").mkdir()
    return Workspace(tmp_path / "empty")


@pytest.fixture
def small_workspace(tmp_path: Path, sample_workspace: Workspace) -> Workspace:
    """Return the sample workspace with a strategy that trains in a second or two."""
    sample_workspace.strategies.mkdir(parents=True)
    (sample_workspace.strategies / "quick.yaml").write_text(helpers.QUICK_STRATEGY, encoding="utf-8")
    return sample_workspace


@pytest.fixture(scope="session")
def trained_master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace folder with the sample data and one trained universal model; copy it, do not change it."""
    from ktrdr_app import workflows
    from ktrdr_app.workflows.requests import TrainRequest

    workspace = Workspace(tmp_path_factory.mktemp("trained"))
    workspace.data.mkdir()
    for file in (shipped("resources") / "sample").glob("*.csv"):
        shutil.copy(file, workspace.data / file.name)
    workspace.strategies.mkdir(parents=True)
    (workspace.strategies / "quick.yaml").write_text(helpers.QUICK_STRATEGY, encoding="utf-8")
    workflows.train(TrainRequest(workspace, "quick", ("AAPL", "IBM"), "1d", epochs=3, seed=7))
    return workspace.root


@pytest.fixture
def trained_workspace(trained_master: Path, tmp_path: Path) -> Workspace:
    """Return a copy of the trained workspace that a test may change."""
    shutil.copytree(trained_master, tmp_path / "trained", symlinks=True)
    return Workspace(tmp_path / "trained")


@pytest.fixture
def open_window(qtbot: QtBot, dark: QApplication) -> Iterator[Callable[[Workspace], MainWindow]]:
    """Return a function that opens a window and waits until its lists are read."""
    from ktrdr_app.gui.main_window import MainWindow

    opened: list[MainWindow] = []
    level = logging.getLogger("ktrdr_app").level
    logging.getLogger("ktrdr_app").setLevel(logging.INFO)

    def make(workspace: Workspace) -> MainWindow:
        window = MainWindow(workspace)
        opened.append(window)
        window.show()
        helpers.settle(qtbot, window.tasks)
        return window

    yield make
    for window in opened:
        window._quitting = True
        window.tasks.cancel_all()
        window.close()
        window.deleteLater()
    logging.getLogger("ktrdr_app").setLevel(level)


@pytest.fixture(scope="module")
def module_window(
    dressed: QApplication, trained_master: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MainWindow]:
    """Return one window for a whole test file, on a copy of the trained workspace; leave it as you found it."""
    from ktrdr_app.gui.main_window import MainWindow
    from ktrdr_app.gui.ui.theme import apply_theme

    apply_theme(dressed, "dark")
    folder = tmp_path_factory.mktemp("shared") / "desk"
    shutil.copytree(trained_master, folder, symlinks=True)
    window = MainWindow(Workspace(folder))
    window.show()
    while window.tasks.running:
        dressed.processEvents()
    yield window
    window.tasks.cancel_all()
    window.close()
    window.deleteLater()
    apply_theme(dressed, "dark")
