"""The page of the portfolio: what it says before and after a run, its plots, and its table of parts."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.backtest import BacktestPanel
from ktrdr_app.gui.panels.backtest.portfolio.page import PortfolioPage
from ktrdr_app.gui.panels.backtest.portfolio.view_model import portfolio_view
from ktrdr_app.gui.ui.theme import tokens
from tests.gui.panels.backtest.portfolio.made import brought, outcome

pytestmark = pytest.mark.gui

PARTS = (brought("IBM", 260.0), brought("GOOG", -50.0, seen=False), brought("MSFT", 0.0, trades=0, seen=False))


@pytest.fixture
def page(bare: BacktestPanel, tmp_path: Path) -> PortfolioPage:
    """Return the page with a portfolio of three symbols: one gained, one lost, one was not traded."""
    bare.tabs.setCurrentWidget(bare.portfolio)
    bare.portfolio.show_portfolio(portfolio_view(outcome(tmp_path, *PARTS)))
    return bare.portfolio


def column(page: PortfolioPage, title: str, role: Qt.ItemDataRole = Qt.ItemDataRole.DisplayRole) -> list[object]:
    records = page.parts.records
    place = [made.title for made in records.columns].index(title)
    return [records.index(row, place).data(role) for row in range(records.rowCount())]


def test_before_a_run_it_says_what_to_do_and_shows_nothing_empty(bare: BacktestPanel) -> None:
    bare.tabs.setCurrentWidget(bare.portfolio)
    assert "Press Run with one account" in bare.portfolio.words.text()
    assert not bare.portfolio.shown.isVisible()


def test_with_nothing_to_run_the_station_says_what_is_missing(bare: BacktestPanel) -> None:
    bare.tabs.setCurrentWidget(bare.portfolio)
    bare.run_main_action()
    assert bare.notice.level == "danger"
    assert not bare.running


def test_each_symbol_has_its_row(page: PortfolioPage) -> None:
    assert column(page, "Symbol") == ["IBM", "GOOG ✦", "MSFT ✦"]
    assert column(page, "Trades") == ["2", "2", "0"]
    assert column(page, "Profit") == ["260", "−50", "0"]
    assert column(page, "Of the capital") == ["+26.0\u202f%", "−5.0\u202f%", "+0.0\u202f%"]


def test_gains_and_losses_have_colours_and_nothing_has_none(page: PortfolioPage) -> None:
    theme = tokens()
    for title in ("Profit", "Of the capital"):
        colours = column(page, title, Qt.ItemDataRole.ForegroundRole)
        assert colours == [QColor(theme.success), QColor(theme.danger), None]


def test_columns_sort_by_value(page: PortfolioPage) -> None:
    place = [made.title for made in page.parts.records.columns].index("Profit")
    page.parts.sortByColumn(place, Qt.SortOrder.AscendingOrder)
    assert column(page, "Profit") == ["−50", "0", "260"]


def test_the_plots_tell_how_it_ended(page: PortfolioPage) -> None:
    assert page.equity.accessibleDescription() == "bought and held −3.0\u202f%; one account +21.0\u202f%"
    assert page.exposure.accessibleDescription() == "in the market 100.0\u202f%"
    assert page.shown.isVisible()


@pytest.mark.parametrize(
    ("positions", "said"),
    [
        ((0, 1, 2, 1), "At most 2 positions were held together."),
        ((0, 1, 1, 0), "No two positions were held together."),
        ((0, 0, 0, 0), "No position was held."),
    ],
)
def test_positions_are_counted_in_words(
    bare: BacktestPanel, tmp_path: Path, positions: tuple[int, ...], said: str
) -> None:
    bare.portfolio.show_portfolio(portfolio_view(outcome(tmp_path, *PARTS, positions=positions)))
    assert bare.portfolio.words.text().endswith(said)


def test_another_portfolio_takes_the_place_of_the_first(page: PortfolioPage, tmp_path: Path) -> None:
    page.show_portfolio(portfolio_view(outcome(tmp_path, PARTS[0])))
    assert column(page, "Symbol") == ["IBM"]
    assert len(page.equity.lines) == 2


def test_trades_name_their_symbol_first_and_their_end(page: PortfolioPage) -> None:
    records = page.deals.records
    titles = [made.title for made in records.columns]
    assert titles[:7] == ["#", "Symbol", "Side", "Entry", "Exit", "Return", "Profit"]
    rows = [[str(records.index(row, place).data()) for place in range(len(titles))] for row in range(2)]
    assert rows[0] == ["1", "IBM", "▲ long", "2020-01-02", "2020-01-03", "+20.0\u202f%", "110", "1", "signal"]
    assert rows[1] == ["2", "GOOG", "▼ short", "2020-01-03", "2020-01-06", "−5.0\u202f%", "−10", "2", "end of data"]


def test_why_waits_until_a_trade_is_chosen(page: PortfolioPage, tmp_path: Path, qtbot: QtBot) -> None:
    assert not page.why.isVisible()
    page.tables.setCurrentWidget(page.deals)
    place = page.deals.visualRect(page.deals.model().index(1, 1)).center()
    qtbot.mouseClick(page.deals.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert page.why.isVisible()
    assert page.why.asked == 2
    qtbot.waitUntil(lambda: not page.why.asking.busy, timeout=20_000)
    assert page.why.words.text().startswith(f"there is no file {tmp_path}"), "this one was never run"


def test_its_card_has_names_of_its_own(bare: BacktestPanel, page: PortfolioPage) -> None:
    names = {
        part.objectName()
        for card in (bare.why, page.why)
        for part in (card, card.headline, card.words, card.area, card.copy_button)
    }
    assert len(names) == 10


def test_another_run_puts_the_answer_away(page: PortfolioPage, tmp_path: Path) -> None:
    page.deals.selectRow(0)
    page.show_portfolio(portfolio_view(outcome(tmp_path, PARTS[0])))
    assert not page.why.isVisible()
    assert page.why.asked is None


def test_all_of_it_fits_a_small_window_with_its_dock_open(page: PortfolioPage) -> None:
    assert page.minimumSizeHint().height() <= 400
    assert page.minimumSizeHint().width() <= 1150
