"""From ticked symbols to a run that another workspace opens, by mouse and keys alone.

Three currency pairs are learnt from; a fourth, which the model never saw, is traded, asked about, held against a
genuine model of the original KTRDR, and passed on as one file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QListWidget,
    QMenu,
    QPushButton,
    QTabBar,
    QTableView,
)
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.panels.backtest import BacktestPanel
from ktrdr_app.gui.panels.backtest.why.card import WhyCard
from ktrdr_app.gui.panels.training.panel import TrainingPanel
from ktrdr_app.gui.ui.inputs import CalmSpinBox
from ktrdr_app.gui.ui.table import RecordTable
from tests.gui.helpers import QUICK_STRATEGY, child, click, settle, tick
from tests.shared_data import shared_path

pytestmark = [pytest.mark.gui, pytest.mark.shared]

LEARNT, UNSEEN = ("AUDUSD", "GBPUSD", "USDCHF"), "EURUSD"
BARS = 4000
PATIENT = QUICK_STRATEGY.replace("batch_size: 256, patience: 50", "batch_size: 32, patience: 5000")
"""One whose epochs are slow enough to be stopped between two of them."""
STRATEGY = PATIENT.replace("threshold: 2.0", "threshold: 0.8") + "decision: {confidence_threshold: 0.34}\n"
"""One that trades often: HOLD is the rarest of the three classes."""
EPOCHS = 600


@pytest.fixture
def pairs(empty_workspace: Workspace) -> Workspace:
    """Return a workspace with the last hourly bars of four pairs, and a strategy."""
    empty_workspace.data.mkdir()
    for symbol in (*LEARNT, UNSEEN):
        bars = pd.read_csv(shared_path(f"data/dev/{symbol}_1h.csv"))
        bars.tail(BARS).to_csv(empty_workspace.data / f"{symbol}_1h.csv", index=False)
    empty_workspace.strategies.mkdir(parents=True)
    (empty_workspace.strategies / "quick.yaml").write_text(STRATEGY, encoding="utf-8")
    return empty_workspace


def pick(qtbot: QtBot, box: QComboBox, accept: Callable[[object], bool]) -> None:
    """Choose an entry of a list by keys, from the first one down."""
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Home)
    for _ in range(box.count()):
        if accept(box.currentData()):
            return
        qtbot.keyClick(box, Qt.Key.Key_Down)
    raise AssertionError([box.itemText(place) for place in range(box.count())])


def turn_to(qtbot: QtBot, bar: QTabBar, words: str) -> None:
    """Click a tab."""
    place = next(place for place in range(bar.count()) if bar.tabText(place) == words)
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(place).center())


def answer(qtbot: QtBot, name: str, path: Path) -> None:
    """Choose a path in the dialog that is open."""

    def found() -> list[QFileDialog]:
        return [one for one in QApplication.allWidgets() if isinstance(one, QFileDialog) and one.objectName() == name]

    qtbot.waitUntil(lambda: len(found()) == 1)
    (dialog,) = found()
    dialog.setDirectory(str(path.parent))
    dialog.selectFile(path.name)
    dialog.accept()


def train_stop_and_resume(qtbot: QtBot, window: MainWindow) -> None:
    """Train, end it after some epochs, and let it go on."""
    panel = window.panel
    assert isinstance(panel, TrainingPanel)
    pick(qtbot, child(window, QComboBox, "trainingPanel.strategyCombo"), lambda data: data == "quick")
    pick(qtbot, child(window, QComboBox, "trainingPanel.timeframeCombo"), lambda data: data == "1h")
    tick(qtbot, child(window, QListWidget, "trainingPanel.symbolList"), *LEARNT)
    epochs = child(window, CalmSpinBox, "trainingPanel.epochsSpin")
    epochs.setFocus()
    epochs.selectAll()
    qtbot.keyClicks(epochs, str(EPOCHS))
    qtbot.keyClick(epochs, Qt.Key.Key_Return)
    click(qtbot, child(window, QPushButton, "trainingPanel.trainButton"))
    qtbot.waitUntil(lambda: len(panel.board.loss.points("val")[0]) >= 2, timeout=120_000)
    click(qtbot, child(window, QPushButton, "trainingPanel.stopButton"))
    settle(qtbot, window.tasks)
    assert child(window, QLabel, "trainingPanel.headline").text().startswith("Stopped at epoch ")
    (partial,) = workflows.list_models(window.context.workspace)
    assert partial.complete
    qtbot.waitUntil(lambda: window.findChild(QPushButton, "trainingPanel.resumeButton.0") is not None)
    settle(qtbot, window.tasks)
    click(qtbot, child(window, QPushButton, "trainingPanel.resumeButton.0"))
    settle(qtbot, window.tasks)
    assert len(panel.board.loss.points("val")[0]) == EPOCHS
    assert [model.version for model in workflows.list_models(window.context.workspace)] == [2, 1]


def backtest(qtbot: QtBot, window: MainWindow) -> BacktestPanel:
    """Trade the unseen symbol against the original's model for it."""
    click(qtbot, window.rail.button("backtestPanel"))
    panel = window.panel
    assert isinstance(panel, BacktestPanel)
    pick(qtbot, child(window, QComboBox, "backtestPanel.strategyCombo"), lambda data: data == "quick")
    pick(qtbot, child(window, QComboBox, "backtestPanel.timeframeCombo"), lambda data: data == "1h")
    symbol = child(window, QComboBox, "backtestPanel.symbolCombo")
    pick(qtbot, symbol, lambda data: data == UNSEEN)
    assert "✦" in symbol.currentText()
    settle(qtbot, window.tasks)
    versus = child(window, QComboBox, "backtestPanel.versusCombo")
    versus.setFocus()
    qtbot.keyClick(versus, Qt.Key.Key_End)  # "a folder…"
    genuine = shared_path("legacy_models/models/neuro_mean_reversion/EURUSD_1h_v2")
    answer(qtbot, "backtestPanel.versusDialog", genuine)
    assert versus.currentData() == str(genuine)
    click(qtbot, child(window, QPushButton, "backtestPanel.runButton"))
    qtbot.waitUntil(lambda: not panel.running, timeout=120_000)
    settle(qtbot, window.tasks)
    assert panel.view is not None
    return panel


def ask_why(qtbot: QtBot, panel: BacktestPanel) -> None:
    """Click a trade, and read why; the words and verdicts are those of the run's own log."""
    table = child(panel, QTableView, "backtestPanel.tradesTable")
    assert table.model().rowCount() > 1
    place = table.visualRect(table.model().index(1, 0))
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place.center())
    turn_to(qtbot, panel.beside.tabBar(), "Why")
    card = child(panel, WhyCard, "backtestPanel.whyCard")
    qtbot.waitUntil(lambda: card.view is not None, timeout=60_000)
    outcome = panel.shown_run
    assert outcome is not None
    assert outcome.folder is not None
    entered = outcome.result.trades["entry_time"].iloc[1]
    log = pd.read_csv(outcome.folder / "decisions.csv")
    decided = log[pd.to_datetime(log["timestamp"]) < entered].iloc[-1]
    assert card.view is not None
    for share in ("buy", "hold", "sell"):
        assert f"{decided[share]:.2f}" in card.view.text


def numbers_of(panel: BacktestPanel) -> tuple[list[str], list[tuple[object, ...]], str]:
    """Return all figures, trades and the verdict, as they are shown."""
    metrics = child(panel, RecordTable, "backtestPanel.metricsTable").model()
    trades = child(panel, RecordTable, "backtestPanel.tradesTable").model()
    figures = [metrics.data(metrics.index(row, 1)) for row in range(metrics.rowCount())]
    columns = range(trades.columnCount())
    rows = [tuple(trades.data(trades.index(row, column)) for column in columns) for row in range(trades.rowCount())]
    return figures, rows, child(panel, QLabel, "backtestPanel.verdict").text()


def test_from_symbols_to_a_run_in_another_workspace(
    open_window: Callable[[Workspace], MainWindow], pairs: Workspace, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window(pairs)
    click(qtbot, window.rail.button("trainingPanel"))
    train_stop_and_resume(qtbot, window)

    table = child(window, RecordTable, "trainingPanel.perSymbolTable")
    assert [row.symbol for row in table.records.records] == ["", *LEARNT]

    panel = backtest(qtbot, window)
    ask_why(qtbot, panel)

    turn_to(qtbot, panel.tabs.tabBar(), "Duel")
    verdict = child(window, QLabel, "backtestPanel.duelVerdict")
    assert verdict.isVisible()
    assert "universal was ahead in" in verdict.text()
    assert panel.duel.duel is not None
    assert len(panel.duel.duel.paired.months) > 2

    bundle = tmp_path / "passed on.zip"
    click(qtbot, child(window, QPushButton, "backtestPanel.exportButton"))
    menu = child(window, QMenu, "backtestPanel.exportMenu")
    (entry,) = [action for action in menu.actions() if "bundle" in action.text()]
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(entry).center())
    answer(qtbot, "backtestPanel.bundleDialog", bundle)
    qtbot.waitUntil(bundle.exists, timeout=60_000)
    settle(qtbot, window.tasks)
    told = numbers_of(panel)

    (tmp_path / "elsewhere").mkdir()
    other = open_window(Workspace(tmp_path / "elsewhere"))
    click(qtbot, other.rail.button("backtestPanel"))
    click(qtbot, child(other, QPushButton, "backtestPanel.openBundleButton"))
    answer(qtbot, "backtestPanel.openBundleDialog", bundle)
    there = other.panel
    assert isinstance(there, BacktestPanel)
    qtbot.waitUntil(lambda: there.view is not None, timeout=120_000)
    settle(qtbot, other.tasks)
    assert numbers_of(there) == told
    assert len(told[1]) == len(panel.view.trades)  # type: ignore[union-attr]
    assert "same to the last digit" in there.notice.text.text()
