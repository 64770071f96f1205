"""The card beside the charts: a selected trade and a clicked bar are asked about."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.backtest import BacktestPanel
from ktrdr_app.gui.panels.backtest.view_model import view_of
from ktrdr_app.gui.tasks.manager import TaskManager
from tests.gui.helpers import settle
from tests.gui.panels.backtest.why.test_card import answered
from tests.why_runs import LONGER, WhyRuns

pytestmark = pytest.mark.gui


@pytest.fixture
def panel(qtbot: QtBot, dark: object, tasks: TaskManager, why_runs: WhyRuns) -> BacktestPanel:
    made = BacktestPanel(AppContext(why_runs.workspace, tasks))
    qtbot.addWidget(made)
    made.resize(1120, 700)
    made.show()
    settle(qtbot, tasks)
    made.show_run(view_of(why_runs.outcomes[LONGER]))
    return made


def test_the_selected_trade_is_told_when_the_card_is_seen(qtbot: QtBot, panel: BacktestPanel) -> None:
    panel.trades.select(lambda trade: trade.number == 1)
    assert panel.why.asked == 2
    assert panel.why.view is None, "nothing is computed behind another tab"
    panel.beside.setCurrentWidget(panel.why)
    answered(qtbot, panel.why)
    assert panel.why.headline.text().startswith("Trade 2")
    panel.trades.select(lambda trade: trade.number == 4)
    answered(qtbot, panel.why)
    assert panel.why.headline.text().startswith("Trade 5")


def test_a_trade_stepped_to_by_key_is_told(qtbot: QtBot, panel: BacktestPanel) -> None:
    panel.beside.setCurrentWidget(panel.why)
    qtbot.keyClick(panel.charts.price_plot, Qt.Key.Key_BracketRight)
    answered(qtbot, panel.why)
    assert panel.why.headline.text().startswith("Trade 1")


def test_a_bar_without_a_trade_opens_the_card(qtbot: QtBot, panel: BacktestPanel) -> None:
    panel.charts.show_range(-1, 30)
    qtbot.keyClick(panel.charts.price_plot, Qt.Key.Key_Return)
    answered(qtbot, panel.why)
    assert panel.beside.currentWidget() is panel.why
    times = panel.charts.data.times
    assert panel.why.asked == str(panel.why.asked)
    assert panel.why.headline.text().startswith("2017-06-0")
    panel.charts.barChosen.emit(len(times) - 1)
    answered(qtbot, panel.why)
    assert panel.why.view is not None


def test_another_run_empties_the_card(qtbot: QtBot, panel: BacktestPanel, why_runs: WhyRuns) -> None:
    panel.beside.setCurrentWidget(panel.why)
    panel.trades.select(lambda trade: trade.number == 0)
    answered(qtbot, panel.why)
    panel.show_run(view_of(why_runs.outcomes[LONGER]))
    assert panel.why.view is None
    assert "Select a trade" in panel.why.words.text()
