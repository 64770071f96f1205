"""The page of one run: what stands on it, and how table and chart follow each other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QSplitter
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.charts.chart_data import ChartData
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.backtest.run_page import RunPage
from ktrdr_app.gui.panels.backtest.view_model import RunView, view_of
from ktrdr_app.gui.tasks.manager import TaskManager
from tests.gui.panels.backtest.conftest import outcome_of

pytestmark = pytest.mark.gui

Bars = Callable[..., pd.DataFrame]
SIGNALS = {5: 0, 20: 2, 30: 0, 33: 2, 60: 0, 90: 2}


@pytest.fixture
def page(qtbot: QtBot, dark: QApplication, tasks: TaskManager, empty_workspace: Workspace) -> RunPage:
    """Return the page before there is a run."""
    made = RunPage(AppContext(empty_workspace, tasks))
    qtbot.addWidget(made)
    made.resize(1180, 680)
    made.show()
    return made


@pytest.fixture
def view(tiny_bars: Bars) -> RunView:
    """Return a run of three trades."""
    return view_of(outcome_of(tiny_bars(120, frequency="1D"), SIGNALS))


@pytest.fixture
def full(page: RunPage, view: RunView) -> RunPage:
    page.show_view(view)
    return page


def told(page: RunPage) -> list[int]:
    found: list[int] = []
    page.trade_chosen.connect(found.append)
    return found


def test_before_a_run_it_says_what_to_do(page: RunPage) -> None:
    said = " ".join(found.text() for found in page.currentWidget().findChildren(QLabel))
    assert "No backtest yet" in said
    assert "press Run" in said
    assert not page.settled


def test_a_run_fills_charts_table_and_figures(full: RunPage, view: RunView) -> None:
    assert full.currentIndex() == 1
    np.testing.assert_array_equal(full.charts.data.equity, view.outcome.result.values)
    assert full.trades.count.text() == "3 trades"
    assert len(full.metrics.records.records) == len(view.metrics)
    assert full.verdict.text() == view.verdict.headline
    assert full.verdict.toolTip() == view.verdict.detail
    assert full.verdict.property("tone") == ("success" if view.verdict.good else "warning")


def test_notes_take_room_only_where_there_are_some(page: RunPage, tiny_bars: Bars) -> None:
    bars = tiny_bars(120, frequency="1D")
    page.show_view(view_of(outcome_of(bars, {}, explanation="812 signals below confidence 0.60")))
    assert page.notes.isVisible()
    assert "812 signals" in page.notes.text()
    assert page.change.isVisible(), "what decides is what to look at"
    plain = view_of(outcome_of(bars, {place: 0 if place % 10 else 2 for place in range(5, 115, 5)}))
    page.show_view(plain)
    assert page.notes.isVisible() == bool(plain.notes)
    assert page.change.isVisible() == plain.idle


def test_the_button_asks_for_the_settings(page: RunPage, qtbot: QtBot, tiny_bars: Bars) -> None:
    page.show_view(view_of(outcome_of(tiny_bars(60, frequency="1D"), {}, explanation="nothing")))
    with qtbot.waitSignal(page.settings_wanted):
        qtbot.mouseClick(page.change, Qt.MouseButton.LeftButton)


def test_a_row_shows_its_trade_on_the_chart(full: RunPage, view: RunView) -> None:
    found = told(full)
    full.trades.step(1)
    full.trades.step(1)
    assert found == [0, 1]
    assert full.charts.markers.selected == 1
    low, high = full.charts.visible_range
    assert low <= view.chart.trades.entry[1] <= view.chart.trades.exit[1] <= high
    assert full.why.asked == 2


def test_a_trade_on_the_chart_selects_its_row_and_is_told_once(full: RunPage) -> None:
    found = told(full)
    full.charts.step_trade(1)
    full.charts.step_trade(1)
    assert found == [0, 1]
    assert full.trades.table.selected is not None
    assert full.trades.table.selected.number == 1


@pytest.fixture
def many(page: RunPage, tiny_bars: Bars) -> RunPage:
    """Return the page with a run of twenty trades, winners and losers among them."""
    signals = {bar: 0 if place % 2 == 0 else 2 for place, bar in enumerate(range(4, 204, 5))}
    page.show_view(view_of(outcome_of(tiny_bars(220, frequency="1D"), signals)))
    return page


def numbers_of(page: RunPage, *, winners: bool) -> list[int]:
    """Return the numbers of winners or losers by the engine's own table."""
    found = page.charts.data.trades.profit
    return np.flatnonzero(found > 0 if winners else found <= 0).tolist()


def choose(page: RunPage, qtbot: QtBot, words: str) -> None:
    """Choose a filter with the keyboard, as a user may."""
    page.trades.filter.setFocus()
    qtbot.keyClick(page.trades.filter, Qt.Key.Key_Home)
    for _ in range(page.trades.filter.findText(words)):
        qtbot.keyClick(page.trades.filter, Qt.Key.Key_Down)
    assert page.trades.filter.currentText() == words


@pytest.mark.parametrize(("words", "winners"), [("Winners", True), ("Losers", False)])
def test_the_keys_of_the_chart_step_through_what_the_table_shows(
    many: RunPage, qtbot: QtBot, words: str, winners: bool
) -> None:
    wanted = numbers_of(many, winners=winners)
    assert 3 <= len(wanted) <= 17
    choose(many, qtbot, words)
    found = told(many)
    plot = many.charts.price_plot
    plot.setFocus()
    for _ in wanted:
        qtbot.keyClick(plot, Qt.Key.Key_BracketRight)
    assert found == wanted
    assert many.trades.filter.currentText() == words, "no step takes the filter off"
    assert many.trades.table.selected.number == wanted[-1]
    qtbot.keyClick(plot, Qt.Key.Key_BracketLeft)
    assert found[-1] == wanted[-2]
    told_so_far = len(found)
    qtbot.keyClick(plot, Qt.Key.Key_BraceLeft, Qt.KeyboardModifier.ShiftModifier)
    assert found[told_so_far:] == ([] if winners else [wanted[-3]]), "with Shift losers alone, and only those shown"


def test_the_chart_marks_what_the_table_shows(many: RunPage, qtbot: QtBot) -> None:
    trades = many.charts.data.trades
    many.charts.show_all()
    winner, loser = numbers_of(many, winners=True)[0], numbers_of(many, winners=False)[0]

    def clicked(number: int) -> int | None:
        return many.charts.markers.trade_at(float(trades.entry[number]), float(trades.entry_price[number]))

    many.charts.grab()
    assert (clicked(winner), clicked(loser)) == (winner, loser)
    assert many.charts.markers.arrows_painted == 2 * len(trades)
    choose(many, qtbot, "Losers")
    many.charts.grab()
    assert many.charts.markers.arrows_painted == 2 * len(numbers_of(many, winners=False))
    assert clicked(winner) != winner
    assert clicked(loser) == loser
    choose(many, qtbot, "All trades")
    many.charts.grab()
    assert many.charts.markers.arrows_painted == 2 * len(trades)


def test_chart_and_table_go_on_from_the_same_trade(many: RunPage, qtbot: QtBot) -> None:
    winners, losers = numbers_of(many, winners=True), numbers_of(many, winners=False)
    start = next(number for number in winners if number > losers[0] and number < losers[-1])
    many.trades.select(start)
    many.charts.show_trade(start)
    choose(many, qtbot, "Losers")
    assert many.trades.table.selected is None, "the winner is hidden"
    onwards = [number for number in losers if number > start]
    found = told(many)
    qtbot.mouseClick(many.trades.forth, Qt.MouseButton.LeftButton)
    assert found == onwards[:1], "the table goes on from the trade that was at hand"
    assert many.charts.markers.selected == onwards[0]
    choose(many, qtbot, "All trades")
    assert many.trades.table.selected.number == onwards[0], "the trade at hand stays selected"


def test_a_filter_holds_for_the_chart_of_the_next_run(many: RunPage, qtbot: QtBot, tiny_bars: Bars) -> None:
    choose(many, qtbot, "Winners")
    signals = {bar: 0 if place % 2 == 0 else 2 for place, bar in enumerate(range(4, 144, 7))}
    many.show_view(view_of(outcome_of(tiny_bars(160, seed=3, frequency="1D"), signals)))
    found = told(many)
    wanted = numbers_of(many, winners=True)
    for _ in wanted:
        many.charts.step_trade(1)
    assert found == wanted


def test_a_trade_that_the_filter_hides_is_shown_when_it_is_asked_for(many: RunPage, qtbot: QtBot) -> None:
    choose(many, qtbot, "Winners")
    hidden = numbers_of(many, winners=False)[1]
    many.charts.tradeChosen.emit(hidden)
    assert many.trades.filter.currentText() == "All trades"
    assert many.trades.table.selected.number == hidden
    assert many.charts.markers.shown is None


def test_a_bar_is_asked_about_by_its_open(full: RunPage, view: RunView) -> None:
    full.charts.barChosen.emit(40)
    assert full.beside.currentWidget() is full.why
    opened = view.outcome.bars.index[40]
    assert pd.Timestamp(str(full.why.asked)) == opened


def test_a_run_under_way_has_an_account_and_no_answers(full: RunPage) -> None:
    times = full.charts.data.times[:50]
    full.show_partial(ChartData(title="TEST 1d", times=times, equity=np.linspace(1.0, 2.0, 50), daily=True))
    assert not full.settled
    np.testing.assert_array_equal(full.charts.data.equity, np.linspace(1.0, 2.0, 50))
    full.charts.barChosen.emit(40)
    assert full.beside.currentWidget() is not full.why
    assert full.why.asked is None
    full.trades.step(1)
    assert full.charts.markers.selected is None, "the account of the new run has no trade of the old one"


def test_what_was_under_way_leaves_nothing_in_the_next_run(page: RunPage, view: RunView) -> None:
    times = np.asarray(view.chart.times[:5])
    page.show_partial(ChartData(title="TEST 1d", times=times, equity=np.ones(5), daily=True))
    page.show_view(view)
    assert page.settled
    assert len(page.charts.data.times) == 120
    page.show_nothing()
    assert page.currentIndex() == 0


def test_another_run_forgets_which_trade_was_asked_about(full: RunPage, tiny_bars: Bars) -> None:
    full.trades.step(1)
    assert full.why.asked == 1
    full.show_view(view_of(outcome_of(tiny_bars(80, seed=1, frequency="1D"), {5: 0, 20: 2})))
    assert full.why.asked is None
    assert full.charts.markers.selected is None
    assert full.trades.table.selected is None
    assert full.trades.count.text() == "1 trade"


def test_no_part_can_be_pulled_shut(full: RunPage) -> None:
    splitters = full.findChildren(QSplitter)
    assert len(splitters) >= 2
    outer = next(found for found in splitters if found.orientation() is Qt.Orientation.Horizontal)
    outer.setSizes([0, 2000])
    assert min(outer.sizes()) > 0
