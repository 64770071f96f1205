"""The card for a run of given signals: what the file said and what became of it, by clicks alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QTabBar
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.backtest import BacktestPanel
from ktrdr_app.gui.panels.backtest.why.sections import section_title
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.workflows.prepare import source_of
from ktrdr_app.workflows.requests import BacktestOutcome, SignalsRequest
from tests.gui import helpers
from tests.gui.panels.backtest.why.test_card import answered

pytestmark = pytest.mark.gui

SIGNALS = {10: "BUY", 20: "SELL", 25: "SELL", 40: "BUY", 70: "SELL"}


@pytest.fixture
def outcome(sample_workspace: Workspace) -> BacktestOutcome:
    """Return a run of two trades by a file, and a SELL in between that finds nothing to sell."""
    opens = source_of(sample_workspace).load("GOOG", "1d").index[:120]
    lines = [f"{opens[bar].isoformat()},{signal}" for bar, signal in SIGNALS.items()]
    file = Path(sample_workspace.root) / "mine.csv"
    file.write_text("\n".join(["timestamp,signal", *lines]), encoding="utf-8")
    return workflows.backtest_signals(SignalsRequest(sample_workspace, file, "GOOG", "1d", end=str(opens[-1])))


@pytest.fixture
def panel(
    qtbot: QtBot, dark: object, tasks: TaskManager, sample_workspace: Workspace, outcome: BacktestOutcome
) -> BacktestPanel:
    """Return the station, which finds the run in the workspace and shows it."""
    made = BacktestPanel(AppContext(sample_workspace, tasks))
    qtbot.addWidget(made)
    made.resize(1180, 720)
    made.show()
    made.context.catalog.refresh()
    helpers.settle(qtbot, tasks)
    qtbot.waitUntil(lambda: made.shown_run is not None, timeout=20_000)
    return made


def open_card(qtbot: QtBot, panel: BacktestPanel) -> None:
    bar: QTabBar = panel.beside.tabBar()
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(1).center())
    assert panel.why.isVisible()


def click_row(qtbot: QtBot, panel: BacktestPanel, row: int) -> None:
    table = panel.trades
    place = table.visualRect(table.model().index(row, 1)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_the_card_asks_for_a_trade_as_for_any_run(qtbot: QtBot, panel: BacktestPanel) -> None:
    open_card(qtbot, panel)
    assert "Select a trade" in panel.why.words.text()


def test_a_clicked_trade_is_told_by_its_signals(qtbot: QtBot, panel: BacktestPanel, outcome: BacktestOutcome) -> None:
    open_card(qtbot, panel)
    click_row(qtbot, panel, 1)
    answered(qtbot, panel.why)
    row = outcome.result.trades.iloc[1]
    said = panel.why.view.text
    assert panel.why.headline.text().startswith("Trade 2, long")
    opens = outcome.bars.index
    assert f"signals.csv said BUY at the close of {opens[40].date()}" in said
    assert f"signals.csv said SELL at the close of {opens[70].date()}" in said
    assert f"the open of {opens[41].date()} for {row['entry_price']:.6g}" in said
    titles = [section.title.text() for section in panel.why.sections]
    assert titles[0] == section_title("signal") == "What the file said"
    assert "To leave: what the file said" in titles
    assert titles[-1] == "What is not known"


def test_a_bar_that_was_not_traded_is_told(qtbot: QtBot, panel: BacktestPanel) -> None:
    open_card(qtbot, panel)
    panel.charts.barChosen.emit(25)
    answered(qtbot, panel.why)
    assert "SELL while flat, so nothing" in panel.why.headline.text()
    assert "does not sell short" in panel.why.view.text
    panel.charts.barChosen.emit(26)
    answered(qtbot, panel.why)
    assert "HOLD" in panel.why.headline.text()


def test_nothing_is_cut_off_and_all_can_be_read_by_key(qtbot: QtBot, panel: BacktestPanel) -> None:
    open_card(qtbot, panel)
    click_row(qtbot, panel, 0)
    answered(qtbot, panel.why)
    assert len(panel.why.sections) >= 5
    for section in panel.why.sections:
        assert section.sentence.focusPolicy() is Qt.FocusPolicy.StrongFocus
        assert section.sentence.accessibleName()
        assert section.sentence.height() >= section.sentence.heightForWidth(section.sentence.width())
    QGuiApplication.clipboard().clear()
    panel.why.copy_button.click()
    assert QGuiApplication.clipboard().text() == panel.why.view.text
