"""The colours of rising and falling: chosen from a menu, seen at once, kept over themes and restarts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.gui.charts.candles import LodCandles
from ktrdr_app.gui.ui.directions_menu import KEY, DirectionsMenu
from ktrdr_app.gui.ui.theme import apply_directions, apply_theme, directions, themeChanged, tokens
from ktrdr_app.gui.ui.tokens import DIRECTIONS, THEMES

pytestmark = pytest.mark.gui


@pytest.fixture
def settings(tmp_path: Path, dark: QApplication) -> Iterator[QSettings]:
    yield QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    apply_directions("blue_orange")


@pytest.fixture
def holder(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


def menu(holder: QWidget, settings: QSettings | None) -> DirectionsMenu:
    return DirectionsMenu(settings, holder)


def ticked(made: DirectionsMenu) -> list[str]:
    return [action.data() for action in made.actions() if action.isChecked()]


def choose(made: DirectionsMenu, name: str) -> None:
    made.findChild(QAction, f"action.directions.{name}").trigger()


def test_blue_and_orange_is_the_default_and_others_are_offered(settings: QSettings, holder: QWidget) -> None:
    made = menu(holder, settings)
    assert [action.data() for action in made.actions()] == list(DIRECTIONS)
    assert ticked(made) == ["blue_orange"]


def test_a_choice_is_worn_at_once_and_in_every_theme(
    settings: QSettings, dark: QApplication, qtbot: QtBot, holder: QWidget
) -> None:
    made = menu(holder, settings)
    with qtbot.waitSignal(themeChanged):
        choose(made, "red_green")
    assert ticked(made) == ["red_green"]
    for name in THEMES:
        apply_theme(dark, name)
        assert (tokens().up, tokens().down) == DIRECTIONS["red_green"][name]
        candles = LodCandles()
        candles.dress(tokens())
        assert [colour.name() for colour in candles._colours] == list(DIRECTIONS["red_green"][name])


def test_a_choice_is_remembered_and_nonsense_is_not_taken(settings: QSettings, holder: QWidget) -> None:
    choose(menu(holder, settings), "green_red")
    assert settings.value(KEY) == "green_red"
    apply_directions("blue_orange")
    assert ticked(menu(holder, settings)) == ["green_red"]
    assert directions() == "green_red"
    settings.setValue(KEY, "pink_grey")
    assert ticked(menu(holder, settings)) == ["green_red"]
    with pytest.raises(UnknownName, match="pink_grey"):
        apply_directions("pink_grey")


def test_the_menu_of_another_window_ticks_what_is_worn(settings: QSettings, holder: QWidget) -> None:
    first, second = menu(holder, settings), menu(holder, settings)
    choose(first, "red_green")
    assert ticked(second) == ["red_green"]
    choose(second, "blue_orange")
    assert ticked(first) == ["blue_orange"]


def test_without_settings_nothing_is_remembered(settings: QSettings, holder: QWidget) -> None:
    choose(menu(holder, None), "green_red")
    assert directions() == "green_red"
    assert settings.value(KEY) is None


@pytest.mark.parametrize(
    "line", ["directions=a, b", "directions=green_red, red_green", "directions=@Invalid()", "directions=7"]
)
def test_no_line_of_a_torn_store_keeps_the_menu_from_opening(tmp_path: Path, holder: QWidget, line: str) -> None:
    """Qt makes a list of words with a comma between them, and a list is no key of a table."""
    apply_directions("blue_orange")
    (tmp_path / "torn.ini").write_text(f"[General]\n{line}\n", encoding="utf-8")
    made = menu(holder, QSettings(str(tmp_path / "torn.ini"), QSettings.Format.IniFormat))
    assert ticked(made) == ["blue_orange"]
