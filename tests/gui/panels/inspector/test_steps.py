"""Steps that stations share: real buttons pressed, other stations reached, series and models chosen there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.panels.inspector.steps import backtest_on, backtest_with, go, press, train_on
from tests.gui.helpers import settle

pytestmark = pytest.mark.gui


@pytest.fixture
def button(dressed: object, qtbot: QtBot) -> QPushButton:
    made = QPushButton("&Verify")
    qtbot.addWidget(made)
    return made


@pytest.fixture
def panels(rich: MainWindow, qtbot: QtBot) -> Iterator[dict[str, Any]]:
    yield dict(rich.panels)
    rich.panels["backtestPanel"].form.model.setCurrentIndex(0)  # type: ignore[attr-defined]
    rich.context.select_timeframe("1d")
    rich.context.select_strategy("quick")
    settle(qtbot, rich.tasks)


def test_a_step_presses_its_button(button: QPushButton, qtbot: QtBot) -> None:
    step = press(button)
    assert (step.text, step.reason) == ("Verify", "")
    with qtbot.waitSignal(button.clicked):
        step.act()
    assert press(button, "Check it", "play").text == "Check it"


def test_a_button_that_is_off_gives_its_own_reason_or_one_at_least(button: QPushButton, qtbot: QtBot) -> None:
    button.setEnabled(False)
    assert press(button).reason == "Not possible now"
    button.setToolTip("Choose a model first")
    step = press(button)
    assert step.reason == "Choose a model first"
    with qtbot.assertNotEmitted(button.clicked):
        step.act()
    button.setEnabled(True)
    assert press(button).reason == "", "a tool tip of a button that is on is no reason"


def test_going_to_a_station_shows_it(rich: MainWindow) -> None:
    rich.show_panel("dataPanel")
    go(rich.context, "modelsPanel", "Show the models").act()
    assert rich.panel.object_name == "modelsPanel"


def test_a_series_is_chosen_for_a_backtest_with_its_bar_length(
    rich: MainWindow, panels: dict[str, Any], qtbot: QtBot
) -> None:
    backtest_on(rich.context, panels, "EURUSD", "1h")
    form = panels["backtestPanel"].form
    settle(qtbot, rich.tasks)
    assert rich.panel.object_name == "backtestPanel"
    assert (form.symbol.currentData(), form.timeframe.currentData()) == ("EURUSD", "1h")
    backtest_on(rich.context, panels, "MSFT", "1d")
    settle(qtbot, rich.tasks)
    assert (form.symbol.currentData(), form.timeframe.currentData()) == ("MSFT", "1d")


def test_a_series_is_ticked_for_training_beside_those_that_are(rich: MainWindow, panels: dict[str, Any]) -> None:
    form = panels["trainingPanel"].form
    rich.context.select_timeframe("1d")
    form.tick(frozenset({"AAPL"}))
    for _ in range(2):
        train_on(rich.context, panels, "MSFT", "1d")
        assert set(form.chosen) == {"AAPL", "MSFT"}, "once is enough"
    train_on(rich.context, panels, "EURUSD", "1h")
    assert form.timeframe.currentData() == "1h"
    assert form.chosen == ("EURUSD",), "daily series are not offered among hourly ones"
    assert rich.panel.object_name == "trainingPanel"


def test_a_model_is_chosen_for_a_backtest(rich: MainWindow, panels: dict[str, Any], qtbot: QtBot) -> None:
    usable = next(model for model in workflows.list_models(rich.context.workspace) if model.complete)
    rich.context.select_timeframe("1h")
    settle(qtbot, rich.tasks)
    backtest_with(rich.context, panels, "quick", "1d", str(usable.path))
    settle(qtbot, rich.tasks)
    form = panels["backtestPanel"].form
    assert form.asked[1:4] == (form.symbol.currentData(), "1d", str(usable.path))
    assert rich.panel.object_name == "backtestPanel"


def test_a_model_that_has_gone_leaves_the_choice_and_still_leads_there(
    rich: MainWindow, panels: dict[str, Any], qtbot: QtBot
) -> None:
    rich.show_panel("modelsPanel")
    backtest_with(rich.context, panels, "quick", "1d", str(rich.context.workspace.models / "gone"))
    settle(qtbot, rich.tasks)
    assert panels["backtestPanel"].form.model.currentData() == "auto"
    assert rich.panel.object_name == "backtestPanel"
