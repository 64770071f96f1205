"""The menu of symbols: what is ticked, what the button says."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.fuzzy.symbol_menu import SymbolMenu

pytestmark = pytest.mark.gui


@pytest.fixture
def menu(qtbot: QtBot, dark: QApplication) -> SymbolMenu:
    made = SymbolMenu("fuzzyPanel.symbolMenu")
    qtbot.addWidget(made)
    made.show()
    return made


def tick(menu: SymbolMenu, symbol: str) -> None:
    """Choose a line of the menu, as a click does."""
    next(action for action in menu.menu().actions() if action.text() == symbol).trigger()


def test_without_data_there_is_nothing_to_choose(menu: SymbolMenu) -> None:
    assert not menu.isEnabled()
    assert menu.text() == "no data"
    assert menu.chosen == ()


def test_offered_symbols_are_ticked_as_wanted(menu: SymbolMenu, qtbot: QtBot) -> None:
    with qtbot.waitSignal(menu.changed):
        menu.offer(("AAPL", "GOOG", "IBM"), ("IBM", "AAPL"))
    assert menu.chosen == ("AAPL", "IBM")
    assert menu.text() == "AAPL, IBM"
    assert menu.isEnabled()
    assert menu.accessibleName() == "Symbols whose values are shown: AAPL, IBM"


def test_the_same_offer_again_is_no_change(menu: SymbolMenu, qtbot: QtBot) -> None:
    menu.offer(("AAPL", "GOOG"), ("GOOG",))
    with qtbot.assertNotEmitted(menu.changed):
        menu.offer(("AAPL", "GOOG"), menu.chosen)


def test_where_none_of_the_wanted_is_there_all_are_ticked(menu: SymbolMenu) -> None:
    menu.offer(("EURUSD",), ("AAPL",))
    assert menu.chosen == ("EURUSD",)


def test_a_line_of_the_menu_ticks_and_unticks(menu: SymbolMenu, qtbot: QtBot) -> None:
    menu.offer(("AAPL", "GOOG", "IBM"), ("AAPL",))
    with qtbot.waitSignal(menu.changed):
        tick(menu, "IBM")
    assert menu.chosen == ("AAPL", "IBM")
    tick(menu, "AAPL")
    tick(menu, "IBM")
    assert menu.chosen == ()
    assert menu.text() == "none"


def test_many_symbols_are_counted(menu: SymbolMenu) -> None:
    menu.offer(("A", "B", "C", "D", "E"), ("A", "B", "C", "D"))
    assert menu.text() == "4 of 5"
