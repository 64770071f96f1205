"""The trades' table: filter with its count, steps by button and key, and what it tells of the choice."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.backtest.trades_view import TradesView, lost, won
from ktrdr_app.gui.panels.backtest.view_model import TradeRow

pytestmark = pytest.mark.gui

NETS = (5.0, -3.0, 0.0, 8.0, -1.0, 2.0)


def trade(number: int, net: float) -> TradeRow:
    day = f"2020-01-{number + 1:02d}"
    return TradeRow(number, "long", day, day, 10.0, 11.0, net, net / 100, 0.1, -0.1, 3, "signal", number)


@pytest.fixture
def view(qtbot: QtBot, dark: QApplication) -> TradesView:
    """Return a view of six trades: winners 0, 3, 5 and losers 1, 2, 4."""
    made = TradesView()
    qtbot.addWidget(made)
    made.set_trades([trade(number, net) for number, net in enumerate(NETS)])
    made.resize(900, 200)
    made.show()
    return made


def told(view: TradesView) -> list[int]:
    found: list[int] = []
    view.trade_chosen.connect(found.append)
    return found


def pick(view: TradesView, accept: object) -> None:
    view.filter.setCurrentIndex(view.filter.findData(accept))


def test_a_trade_of_exactly_nothing_is_no_win() -> None:
    assert [won(trade(0, net)) for net in NETS] == [True, False, False, True, False, True]
    assert [lost(trade(0, net)) for net in NETS] == [False, True, True, False, True, False]


def test_the_filter_says_how_many_it_leaves(view: TradesView) -> None:
    assert view.count.text() == "6 trades"
    pick(view, won)
    assert view.count.text() == "3 of 6 trades"
    assert [entry.number for entry in view.table.records.records] == [0, 3, 5]
    pick(view, lost)
    assert [entry.number for entry in view.table.records.records] == [1, 2, 4]
    pick(view, None)
    assert view.count.text() == "6 trades"


def test_steps_go_through_what_is_shown_and_stop_at_the_ends(view: TradesView, qtbot: QtBot) -> None:
    pick(view, won)
    found = told(view)
    for _ in range(4):
        qtbot.mouseClick(view.forth, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(view.back, Qt.MouseButton.LeftButton)
    assert found == [0, 3, 5, 3]


def test_stepping_back_from_nothing_begins_at_the_end(view: TradesView) -> None:
    found = told(view)
    view.step(-1)
    assert found == [5]


def test_brackets_step_and_shift_passes_winners_over(view: TradesView, qtbot: QtBot) -> None:
    found = told(view)
    view.table.setFocus()
    for key in (Qt.Key.Key_BracketRight, Qt.Key.Key_BracketRight, Qt.Key.Key_BracketLeft):
        qtbot.keyClick(view.table, key)
    for key in (Qt.Key.Key_BraceRight, Qt.Key.Key_BraceRight, Qt.Key.Key_BraceRight, Qt.Key.Key_BraceLeft):
        qtbot.keyClick(view.table, key, Qt.KeyboardModifier.ShiftModifier)
    assert found == [0, 1, 0, 1, 2, 4, 2]


def test_the_order_of_the_rows_is_not_that_of_the_steps(view: TradesView) -> None:
    view.table.sortByColumn(5, Qt.SortOrder.DescendingOrder)
    found = told(view)
    for _ in range(3):
        view.step(1)
    assert found == [0, 1, 2]


def test_steps_through_another_run_begin_at_its_first_trade(view: TradesView) -> None:
    view.select(3)
    view.set_trades([trade(number, net) for number, net in enumerate(NETS)])
    found = told(view)
    view.step(1)
    assert found == [0]


def test_selecting_from_outside_tells_nobody(view: TradesView) -> None:
    found = told(view)
    view.select(4)
    assert view.table.selected is not None
    assert view.table.selected.number == 4
    assert found == []


def test_a_trade_that_the_filter_hides_takes_the_filter_off(view: TradesView) -> None:
    pick(view, won)
    view.select(1)
    assert view.filter.currentData() is None
    assert view.table.selected is not None
    assert view.table.selected.number == 1


def test_a_filter_stays_for_the_next_run(view: TradesView) -> None:
    pick(view, lost)
    view.set_trades([trade(0, 1.0), trade(1, -1.0)])
    assert view.count.text() == "1 of 2 trades"


def test_without_trades_there_is_nowhere_to_step(view: TradesView) -> None:
    view.set_trades([])
    assert view.count.text() == "0 trades"
    assert not view.back.isEnabled()
    assert not view.forth.isEnabled()
    view.step(1)
    view.set_trades([trade(0, 1.0)])
    assert view.count.text() == "1 trade"
