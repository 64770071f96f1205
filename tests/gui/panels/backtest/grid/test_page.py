"""The page of many symbols: cards in order, as many side by side as fit, each leading to its run."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.backtest import BacktestPanel
from ktrdr_app.gui.panels.backtest.grid.card import SIZE, GridCard
from ktrdr_app.gui.panels.backtest.grid.page import GridPage
from ktrdr_app.gui.panels.backtest.grid.view_model import Cell, GridView, grid_view
from ktrdr_app.gui.ui.widgets import GRID
from tests.gui.panels.backtest.grid.cells import cell, outcome

pytestmark = pytest.mark.gui

CELLS = (
    cell("AAPL", 0.1, trades=5, sharpe=0.2, drawdown=-0.3),
    cell("GOOG", 0.4, trades=2, sharpe=None, drawdown=-0.2, seen=False),
    cell("IBM", -0.2, trades=9, sharpe=1.5, drawdown=-0.1, held=-0.9),
    cell("MSFT", 0.3, trades=1, sharpe=0.9, drawdown=-0.4),
)


def view(*cells: Cell, failed: dict[str, str] | None = None) -> GridView:
    return GridView(cells, ("Of some symbols.",), failed or {})


@pytest.fixture
def page(bare: BacktestPanel, qtbot: QtBot) -> GridPage:
    """Return the page with four symbols."""
    bare.tabs.setCurrentWidget(bare.grid)
    bare.grid.show_grid(view(*CELLS))
    qtbot.waitUntil(lambda: bare.grid.cards[0].isVisible())
    return bare.grid


def names(page: GridPage) -> list[str]:
    """Return the symbols as they are read, row by row."""
    cards = sorted(page.cards, key=lambda card: (card.y(), card.x()))
    return [card.cell.symbol for card in cards]


def sort(page: GridPage, qtbot: QtBot, order: str) -> list[str]:
    page.order.setCurrentIndex(page.order.findData(order))
    page._layout.activate()
    return names(page)


@pytest.mark.parametrize(
    ("order", "wanted"),
    [
        ("return", "GOOG MSFT AAPL IBM"),
        ("gain", "IBM GOOG MSFT AAPL"),
        ("sharpe", "IBM MSFT AAPL GOOG"),
        ("drawdown", "IBM GOOG AAPL MSFT"),
        ("trades", "IBM AAPL GOOG MSFT"),
        ("unseen", "GOOG AAPL IBM MSFT"),
        ("symbol", "AAPL GOOG IBM MSFT"),
    ],
)
def test_cards_stand_in_the_order_that_is_chosen(page: GridPage, qtbot: QtBot, order: str, wanted: str) -> None:
    assert sort(page, qtbot, order) == wanted.split()


def test_the_order_stays_for_the_next_grid(page: GridPage, qtbot: QtBot) -> None:
    sort(page, qtbot, "trades")
    page.show_grid(view(cell("X", trades=1), cell("Y", trades=2)))
    assert [card.cell.symbol for card in page.cards] == ["Y", "X"]


def test_the_first_grids_cards_are_gone(page: GridPage, qtbot: QtBot) -> None:
    page.show_grid(view(cell("X"), cell("Y")))
    qtbot.waitUntil(lambda: len(page.findChildren(GridCard)) == 2, timeout=5_000)


@pytest.mark.parametrize("width", [760, 1180, 1600])
def test_as_many_stand_side_by_side_as_fit(bare: BacktestPanel, page: GridPage, qtbot: QtBot, width: int) -> None:
    page.show_grid(view(*(cell(f"S{place:02d}", place / 10) for place in range(20))))
    bare.resize(width, 520)
    qtbot.waitUntil(lambda: page.area.verticalScrollBar().isVisible() and page.cards[0].isVisible(), timeout=5_000)
    QApplication.processEvents()
    room = page.area.viewport().width()
    first = [card for card in page.cards if card.y() == page.cards[0].y()]
    across = len(first)
    assert across * SIZE.width() + (across - 1) * GRID <= room < (across + 1) * SIZE.width() + across * GRID


def test_a_few_cards_fill_the_page_and_many_keep_their_size(bare: BacktestPanel, page: GridPage, qtbot: QtBot) -> None:
    bare.resize(1180, 700)
    QApplication.processEvents()
    room = page.area.viewport().size()
    sizes = {(card.width(), card.height()) for card in page.cards}
    assert len(sizes) == 1
    ((wide, high),) = sizes
    assert 4 * wide + 3 * GRID == pytest.approx(min(room.width(), 8 * SIZE.width() + 3 * GRID), abs=4)
    assert high == min(room.height(), 2 * SIZE.height())
    assert not page.area.verticalScrollBar().isVisible()
    assert not page.area.horizontalScrollBar().isVisible()
    page.show_grid(view(*(cell(f"S{place:02d}", place / 10) for place in range(40))))
    qtbot.waitUntil(lambda: page.area.verticalScrollBar().isVisible(), timeout=5_000)
    QApplication.processEvents()
    assert {card.height() for card in page.cards} == {SIZE.height()}
    assert not page.area.horizontalScrollBar().isVisible()


def test_tab_goes_on_in_the_order_that_is_seen(page: GridPage, qtbot: QtBot) -> None:
    sort(page, qtbot, "symbol")
    following = page.cards[0]
    for card in page.cards[1:]:
        following = following.nextInFocusChain()  # type: ignore[assignment]
        assert following is card


def test_a_click_and_a_key_tell_which_run_is_wanted(page: GridPage, qtbot: QtBot) -> None:
    found: list[object] = []
    page._open(page.cards[0])
    page.run_chosen.disconnect()
    page.run_chosen.connect(found.append)
    card = next(card for card in page.cards if card.cell.symbol == "IBM")
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    qtbot.keyClick(page.cards[0], Qt.Key.Key_Space)
    assert found == [Path("runs/IBM"), page.cards[0].cell.folder]


def test_each_failure_is_a_sentence_of_its_own(page: GridPage, tmp_path: Path) -> None:
    made = outcome(
        tmp_path, {"AAPL": ([1000.0, 1100.0], [1000.0, 900.0])}, {"IBM": "no data", "MSFT": "it is damaged."}
    )
    page.show_grid(grid_view(made))
    said = page.words.text()
    assert said.startswith("Of 1 symbol, 1 earned more")
    assert said.endswith("IBM could not be run: no data. MSFT could not be run: it is damaged.")


def test_with_nothing_to_run_the_station_says_what_is_missing(bare: BacktestPanel) -> None:
    bare.tabs.setCurrentWidget(bare.grid)
    bare.run_main_action()
    assert bare.notice.level == "danger"
    assert "there is none in this workspace" in bare.notice.text.text() + bare.notice.hint.text()
    assert not bare.running
    assert "Press Run on all symbols" in bare.grid.words.text()
