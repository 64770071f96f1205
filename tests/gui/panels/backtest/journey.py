"""Steps of a journey through the backtest station."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.gui import helpers

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ktrdr_app.gui.documents.context import AppContext
    from ktrdr_app.gui.panels.backtest import BacktestPanel


def open_station(qtbot: QtBot, context: AppContext, strategy: str = "quick") -> BacktestPanel:
    """Open the station and choose a strategy."""
    from ktrdr_app.gui.panels.backtest import BacktestPanel

    panel = BacktestPanel(context)
    qtbot.addWidget(panel)
    panel.resize(1180, 720)
    panel.show()
    qtbot.waitExposed(panel)
    context.catalog.refresh()
    helpers.settle(qtbot, context.tasks)
    choose(qtbot, panel, "strategyCombo", strategy)
    return panel


def choose(qtbot: QtBot, panel: BacktestPanel, combo: str, value: str) -> None:
    """Choose an entry of a combo box by the value behind it, and wait for the badge."""
    from PySide6.QtWidgets import QComboBox

    box = helpers.child(panel, QComboBox, f"backtestPanel.{combo}")
    place = box.findData(value)
    assert place >= 0, f"{value} is not offered by {combo}"
    box.setCurrentIndex(place)
    await_badge(qtbot, panel)


def await_badge(qtbot: QtBot, panel: BacktestPanel) -> None:
    """Wait until the badge answers what the form says."""
    form = panel.form
    qtbot.waitUntil(lambda: not form._soon.isActive() and form._asking is None, timeout=20_000)
    qtbot.waitUntil(lambda: form.answer is None or form.answer.asked == form.asked, timeout=20_000)
    helpers.settle(qtbot, panel.context.tasks)


def run(qtbot: QtBot, panel: BacktestPanel) -> None:
    """Click Run and wait for the end."""
    from PySide6.QtWidgets import QPushButton

    helpers.click(qtbot, helpers.child(panel, QPushButton, "backtestPanel.runButton"))
    qtbot.waitUntil(lambda: not panel.running, timeout=60_000)
    helpers.settle(qtbot, panel.context.tasks)
