"""One window for all that is told of stations: data, strategies and models, good and bad, and a run with trades."""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from ktrdr_app.core.paths import Workspace
from tests.gui import helpers

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from ktrdr_app.gui.documents.inspected import Inspected
    from ktrdr_app.gui.main_window import MainWindow

collect_ignore_glob = [] if importlib.util.find_spec("PySide6") else ["test_*.py"]


def figures(text: str) -> list[float]:
    """Return every number of a text as a program has it, percentages as fractions."""
    plain = text.replace("\N{NARROW NO-BREAK SPACE}", "").replace("\N{MINUS SIGN}", "-")
    found = re.findall(r"([+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)(%?)", plain)
    return [float(number) / (100 if percent else 1) for number, percent in found]


def fill(root: Path) -> Workspace:
    """Put all of it into a copy of the trained workspace."""
    from ktrdr_app import workflows
    from ktrdr_app.workflows.requests import SignalsRequest

    workspace = Workspace(root)
    workspace.data.joinpath("WRONG_1d.csv").write_text("no,bars\n1,2\n", encoding="utf-8")
    bars = pd.read_csv(workspace.data / "IBM_1d.csv")
    bars.drop(index=range(300, 420)).to_csv(workspace.data / "HOLE_1d.csv", index=False)
    workspace.strategies.joinpath("typo.yaml").write_text(helpers.TYPO_STRATEGY, encoding="utf-8")
    torn = workspace.models / "quick" / "universal_1d_v2"
    shutil.copytree(workspace.models / "quick" / "universal_1d_v1", torn)
    torn.joinpath("scaler.json").unlink()
    days = bars["timestamp"][10:1500:15]
    signals = root / "signals.csv"
    lines = [f"{day},{('BUY', 'SELL')[number % 2]}" for number, day in enumerate(days)]
    signals.write_text("\n".join(["timestamp,signal", *lines, ""]), encoding="utf-8")
    workflows.backtest_signals(SignalsRequest(workspace, signals, "GOOG", "1d"))
    return workspace


@pytest.fixture(scope="package")
def rich_window(
    dressed: QApplication, trained_master: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MainWindow]:
    """Return the window, its lists read."""
    from ktrdr_app.gui.main_window import MainWindow
    from ktrdr_app.gui.ui.theme import apply_theme

    apply_theme(dressed, "dark")
    root = tmp_path_factory.mktemp("told") / "rich"
    shutil.copytree(trained_master, root, symlinks=True)
    window = MainWindow(fill(root))
    window.resize(1500, 900)
    window.show()
    while window.tasks.running:
        dressed.processEvents()
    yield window
    window._quitting = True
    window.tasks.cancel_all()
    window.close()
    window.deleteLater()


@pytest.fixture
def rich(rich_window: MainWindow, qtbot: QtBot) -> Iterator[MainWindow]:
    """Return that window at rest, and put its notices away afterwards."""
    helpers.settle(qtbot, rich_window.tasks)
    yield rich_window
    helpers.rest(qtbot, rich_window)


@pytest.fixture
def told(rich: MainWindow, qtbot: QtBot) -> Callable[[str, str], Inspected]:
    """Return a function that shows a station and returns what the inspector shows, once its title has some words."""

    def tell(panel: str, words: str) -> Inspected:
        rich.show_panel(panel)
        inspector = rich.docks.inspector
        qtbot.waitUntil(lambda: inspector.shown is not None and words in inspector.shown.title, timeout=20_000)
        qtbot.waitUntil(lambda: not rich.tasks.running, timeout=20_000)
        assert inspector.shown is not None
        return inspector.shown

    return tell


@pytest.fixture
def press(rich: MainWindow, qtbot: QtBot) -> Callable[[str], None]:
    """Return a function that clicks one of the inspector's buttons by its words."""

    def click(words: str) -> None:
        (button,) = [each for each in rich.docks.inspector.buttons if each.text() == words]
        helpers.click(qtbot, button)

    return click
