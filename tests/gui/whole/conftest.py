"""One window over a workspace that has everything: data, a strategy, models new and old, and a finished backtest."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from ktrdr_app.core.paths import Workspace

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from ktrdr_app.gui.main_window import MainWindow

collect_ignore_glob = [] if importlib.util.find_spec("PySide6") else ["test_*.py"]


@pytest.fixture(scope="session")
def full_master(trained_master: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace folder with models of both kinds and a backtest of some signals; copy it, do not change it."""
    from ktrdr_app import workflows
    from ktrdr_app.workflows.requests import SignalsRequest
    from tests.model_store.builders import link_latest, write_original

    root = tmp_path_factory.mktemp("full") / "full"
    shutil.copytree(trained_master, root, symlinks=True)
    workspace = Workspace(root)
    link_latest(write_original(workspace.models))
    days = pd.read_csv(workspace.data / "GOOG_1d.csv")["timestamp"][10:1500:15]
    signals = root / "signals.csv"
    signals.write_text(
        "timestamp,signal\n" + "".join(f"{day},{('BUY', 'SELL')[n % 2]}\n" for n, day in enumerate(days))
    )
    workflows.backtest_signals(SignalsRequest(workspace, signals, "GOOG", "1d"))
    return root


@pytest.fixture(scope="module")
def full_window(
    full_master: Path, dressed: QApplication, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MainWindow]:
    """Return a window on a copy of that workspace, its lists read, in the dark theme; tests leave it as it was."""
    from PySide6.QtCore import QObject
    from PySide6.QtWidgets import QComboBox

    from ktrdr_app.gui.main_window import MainWindow
    from ktrdr_app.gui.ui.theme import apply_theme
    from tests.gui.whole.tour import stations, wait_idle

    root = tmp_path_factory.mktemp("window") / "full"
    shutil.copytree(full_master, root, symlinks=True)
    apply_theme(dressed, "dark")
    window = MainWindow(Workspace(root))
    window.resize(1440, 900)
    window.show()
    window.activateWindow()
    for combo in window.findChildren(QComboBox):
        combo.view()  # Qt makes the list of a combo box, a window of its own, when it is first looked at
    for _visit in stations(window):
        wait_idle(window)
    # held, so that Python does not wrap them anew: the check for what a test leaves knows them by their wrappers
    held = [*dressed.topLevelWidgets(), *window.findChildren(QObject)]
    yield window
    held.clear()
    window._quitting = True
    window.tasks.cancel_all()
    window.close()
    window.deleteLater()
    apply_theme(dressed, "dark")
