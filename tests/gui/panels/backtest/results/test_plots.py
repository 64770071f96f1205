"""Bars with names, accounts side by side, and the page of spreads: what is drawn is what is told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.data.bars import nanoseconds
from ktrdr_app.gui.panels.backtest.results.account_plot import Account, AccountPlot
from ktrdr_app.gui.panels.backtest.results.bars_plot import FEWEST_PLACES, MOST_NAMES, Bar, BarsPlot
from ktrdr_app.gui.panels.backtest.results.spread import SpreadPage
from ktrdr_app.gui.ui.theme import apply_theme, tokens

pytestmark = pytest.mark.gui


@pytest.fixture
def bars(qtbot: QtBot, dark: QApplication) -> BarsPlot:
    """Return an empty plot of bars."""
    made = BarsPlot("Bars", "backtestPanel.bars", "mean", percents=True)
    qtbot.addWidget(made)
    made.resize(500, 240)
    made.show()
    return made


@pytest.fixture
def spread(qtbot: QtBot, dark: QApplication) -> SpreadPage:
    """Return an empty page of spreads."""
    made = SpreadPage()
    qtbot.addWidget(made)
    made.resize(900, 500)
    made.show()
    return made


def drawn(plot: BarsPlot) -> dict[float, float]:
    found: dict[float, float] = {}
    for item in plot._drawn:
        found |= dict(zip(item.opts["x"], item.opts["height"], strict=True))
    return found


def test_every_bar_is_drawn_at_its_place(bars: BarsPlot) -> None:
    bars.set_bars([Bar("a", 0.2, True, 3), Bar("b", -0.1, False, 1), Bar("c", 0.05, True, 2)], "words")
    assert drawn(bars) == {0: 0.2, 1: -0.1, 2: 0.05}
    low, high = bars.view.viewRange()[1]
    assert low < -0.1 < 0.2 < high
    assert bars.accessibleDescription() == "words"


def test_other_bars_take_the_place_of_the_first(bars: BarsPlot) -> None:
    bars.set_bars([Bar("a", 1.0, True, 1)] * 5, "")
    bars.set_bars([Bar("a", 2.0, True, 1)], "")
    assert drawn(bars) == {0: 2.0}
    bars.set_bars([], "")
    assert drawn(bars) == {}
    assert bars.accessibleDescription() == "nothing to show yet"


def test_gains_and_losses_have_their_colours_in_every_theme(bars: BarsPlot, dark: QApplication) -> None:
    bars.set_bars([Bar("a", 1.0, True, 1), Bar("b", -1.0, False, 1)], "")
    for theme in ("light", "contrast", "dark"):
        apply_theme(dark, theme)
        assert [item.opts["brush"].name() for item in bars._drawn] == [tokens().up, tokens().down]


def test_many_bars_are_not_all_named(bars: BarsPlot) -> None:
    bars.set_bars([Bar(str(place), 1.0, True, 1) for place in range(90)], "")
    (names,) = bars.bottom_axis._tickLevels
    assert len(names) <= MOST_NAMES
    assert names[0] == (0, "0")


def test_few_bars_stand_in_the_middle_and_are_no_wall(bars: BarsPlot) -> None:
    bars.set_bars([Bar("Monday", 0.2, True, 3)], "")
    left, right = bars.view.viewRange()[0]
    assert left == pytest.approx(-right)
    assert right - left > FEWEST_PLACES
    bars.set_bars([Bar(str(place), 1.0, True, 1) for place in range(2 * FEWEST_PLACES)], "")
    left, right = bars.view.viewRange()[0]
    assert (left, right) == pytest.approx((-0.7, 2 * FEWEST_PLACES - 0.3)), "many take all the room"


def test_the_twin_of_bars_names_heights_and_counts(bars: BarsPlot) -> None:
    bars.set_bars([Bar("Monday", 0.2, True, 3)], "")
    assert bars.figures().csv() == "group,mean,trades\nMonday,0.2,3\n"


def test_the_page_shows_the_trades_three_ways(spread: SpreadPage) -> None:
    index = pd.date_range("2020-01-06T09:00", periods=4, freq="25h", tz="UTC").as_unit("ns")
    spread.set_trades(nanoseconds(index), np.array([0.02, -0.01, 0.04, 0.01]))
    assert sum(bar.count for bar in spread.spread.bars) == 4
    assert [bar.name for bar in spread.hours.bars] == ["09:00", "10:00", "11:00", "12:00"]
    assert [bar.name for bar in spread.weekdays.bars] == ["Monday", "Tuesday", "Wednesday", "Thursday"]
    assert spread.weekdays.bars[2].height == pytest.approx(0.04)
    assert spread.words.text().startswith("3 of 4 trades gained")
    assert "fewer than ten trades" in spread.weekday_words.text()
    assert spread.hours.accessibleDescription() == spread.hour_words.text()


def test_daily_bars_have_one_hour_and_say_so(spread: SpreadPage) -> None:
    index = pd.date_range("2020-01-06", periods=4, freq="1D", tz="UTC").as_unit("ns")
    spread.set_trades(nanoseconds(index), np.array([0.02, -0.01, 0.04, 0.01]))
    assert "at the same time" in spread.hour_words.text()


def test_hours_and_weekdays_stand_in_line_however_their_words_wrap(spread: SpreadPage) -> None:
    index = pd.date_range("2020-01-06", periods=4, freq="1D", tz="UTC").as_unit("ns")
    spread.set_trades(nanoseconds(index), np.array([0.02, -0.01, 0.04, 0.01]))
    spread.resize(520, 500)
    spread.grab()
    one, other = (words.heightForWidth(words.width()) for words in (spread.hour_words, spread.weekday_words))
    assert one != other
    assert spread.hours.y() == spread.weekdays.y()
    assert spread.hours.height() == spread.weekdays.height()
    assert spread.hours.width() == pytest.approx(spread.weekdays.width(), abs=1)


def test_without_trades_it_says_why_there_is_nothing(spread: SpreadPage) -> None:
    assert "Run a backtest" in spread.words.text()
    spread.set_trades(np.zeros(0, dtype=np.int64), np.zeros(0))
    assert "no closed trade" in spread.words.text()
    assert spread.spread.bars == ()


def test_accounts_are_drawn_named_and_told(qtbot: QtBot, dark: QApplication) -> None:
    plot = AccountPlot("Both", "backtestPanel.accounts")
    qtbot.addWidget(plot)
    assert plot.accessibleDescription() == "nothing to show yet"
    times = nanoseconds(pd.date_range("2020-01-06", periods=4, freq="1D", tz="UTC").as_unit("ns"))
    first = Account("one", np.array([100.0, 110.0, 90.0, 120.0]))
    second = Account("two <b>", np.array([np.nan, 100.0, 100.0, 95.0]), "series_2", "dot")
    plot.set_accounts(times, (first, second))
    assert [line.values.tolist()[-1] for line in plot.lines] == [120.0, 95.0]
    assert plot.accessibleDescription() == "one +20.0\u202f%; two <b> −5.0\u202f%"
    assert "two <b>" in plot.heading.toPlainText(), "a name is a name, not mark-up"
    low, high = plot.view.viewRange()[1]
    assert low < 90 < 120 < high
    titles = [column.title for column in plot.figures().columns]
    assert titles == ["time", "one", "two <b>"]
    plot.set_accounts(times, (first,))
    assert len(plot.lines) == 1


def test_shares_are_told_as_they_are(qtbot: QtBot, dark: QApplication) -> None:
    plot = AccountPlot("Share", "backtestPanel.share", percents=True)
    qtbot.addWidget(plot)
    plot.set_accounts(np.arange(3, dtype=np.int64), (Account("in the market", np.array([0.0, 0.5, 0.8])),))
    assert plot.accessibleDescription() == "in the market 80.0\u202f%"
