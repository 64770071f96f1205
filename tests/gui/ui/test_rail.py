"""The rail tells which station is shown and how things stand at each, in shape as well as in colour."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.ui.actions import STATIONS
from ktrdr_app.gui.ui.rail import STATES, StationRail, Stop
from tests.gui.helpers import click

pytestmark = pytest.mark.gui


@pytest.fixture
def rail(dark: QApplication, qtbot: QtBot) -> StationRail:
    made = StationRail(tuple(Stop(key, title, icon) for key, title, icon in STATIONS))
    qtbot.addWidget(made)
    made.resize(96, 600)
    made.show()
    return made


def test_there_are_six_stations_in_the_order_of_the_journey() -> None:
    assert [title for _key, title, _icon in STATIONS] == [
        "Data",
        "Strategy",
        "Fuzzy sets",
        "Training",
        "Models",
        "Backtest",
    ]


def test_a_click_chooses_a_station(rail: StationRail, qtbot: QtBot) -> None:
    with qtbot.waitSignal(rail.chosen) as blocker:
        click(qtbot, rail.button("modelsPanel"))
    assert blocker.args == ["modelsPanel"]


def test_the_keyboard_chooses_a_station(rail: StationRail, qtbot: QtBot) -> None:
    with qtbot.waitSignal(rail.chosen) as blocker:
        qtbot.keyClick(rail.button("fuzzyPanel"), Qt.Key.Key_Space)
    assert blocker.args == ["fuzzyPanel"]


def test_only_one_station_is_at_hand(rail: StationRail) -> None:
    rail.mark("dataPanel")
    rail.mark("trainingPanel")
    checked = [key for key, _title, _icon in STATIONS if rail.button(key).isChecked()]
    assert checked == ["trainingPanel"]


def test_a_state_is_spoken_and_drawn(rail: StationRail) -> None:
    station = rail.button("dataPanel")
    pictures = set()
    for state in STATES:
        rail.set_state("dataPanel", state)
        assert station.accessibleName() == "Data"
        assert station.accessibleDescription() == state
        image = station.grab().toImage().convertToFormat(station.grab().toImage().Format.Format_Grayscale8)
        pictures.add(bytes(image.constBits()))
    assert len(pictures) == len(STATES)


def test_states_of_other_panels_are_passed_over(rail: StationRail) -> None:
    rail.set_state("logPanel", "ready")
    assert {rail.button(key).state for key, _title, _icon in STATIONS} == {"empty"}


def test_shortcuts_are_told(rail: StationRail) -> None:
    assert rail.button("backtestPanel").toolTip().splitlines()[0] == "Backtest (Ctrl+6)"


def test_the_reason_of_a_state_is_shown_and_spoken(rail: StationRail) -> None:
    rail.set_state("dataPanel", "error", "the folder cannot be read")
    assert rail.button("dataPanel").toolTip() == "Data (Ctrl+1)\nerror: the folder cannot be read"
    assert rail.button("dataPanel").accessibleDescription() == "error: the folder cannot be read"
