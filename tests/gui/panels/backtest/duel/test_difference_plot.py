"""The difference of two accounts: bars, mean and band where the paired months say, in words and as a table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.backtesting.paired import PairedMonths
from ktrdr_app.gui.panels.backtest.duel.difference_plot import DifferencePlot
from ktrdr_app.gui.ui.theme import apply_theme, tokens

pytestmark = pytest.mark.gui

MONTHS = tuple(f"{month:%Y-%m}" for month in pd.period_range("2019-11", periods=4, freq="M"))
FIRST, SECOND = (0.02, -0.01, 0.03, 0.00), (0.01, 0.01, 0.03, 0.04)
PAIRED = PairedMonths(MONTHS, FIRST, SECOND, -0.0125, -0.04, 0.01, 1, 0.9, 2.0, 2000, 7)
NOTHING = replace(PAIRED, months=(), first=(), second=(), mean_difference=None, low=None, high=None, months_ahead=0)


@pytest.fixture
def plot(qtbot: QtBot, dark: QApplication) -> DifferencePlot:
    """Return the plot before any duel."""
    made = DifferencePlot()
    qtbot.addWidget(made)
    made.resize(700, 260)
    made.show()
    return made


def heading(plot: DifferencePlot) -> str:
    return plot.heading.toPlainText().replace("\u202f", " ").replace("−", "-")


def test_bars_are_the_first_less_the_second(plot: DifferencePlot) -> None:
    plot.show_months(PAIRED, ("ours", "theirs"), "words")
    assert [bar.name for bar in plot.bars] == ["2019-11", "2019-12", "2020-01", "2020-02"]
    assert [bar.height for bar in plot.bars] == pytest.approx([0.01, -0.02, 0.0, -0.04])
    assert [bar.gains for bar in plot.bars] == [True, False, True, False]
    assert plot.accessibleDescription() == "words"


def test_mean_and_band_lie_where_the_interval_says_and_in_view(plot: DifferencePlot) -> None:
    plot.show_months(PAIRED, ("ours", "theirs"), "")
    assert plot.mean.value() == pytest.approx(np.subtract(FIRST, SECOND).mean())
    assert plot.band.getRegion() == pytest.approx((-0.04, 0.01))
    low, high = plot.view.viewRange()[1]
    assert low <= -0.04
    assert high >= 0.01
    assert not plot.band.movable
    assert heading(plot) == (
        "ours less theirs, month by month · mean -1.25 % · band: where the mean lies, -4.00 % to +1.00 %"
    )


def test_too_few_months_have_a_mean_and_no_band(plot: DifferencePlot) -> None:
    plot.show_months(PAIRED, ("ours", "theirs"), "")
    plot.show_months(replace(PAIRED, low=None, high=None), ("ours", "theirs"), "")
    assert plot.mean.isVisible()
    assert not plot.band.isVisible()
    assert heading(plot).endswith("mean -1.25 %")


def test_no_month_in_common_leaves_names_and_nothing_drawn(plot: DifferencePlot, dark: QApplication) -> None:
    plot.show_months(PAIRED, ("ours", "theirs"), "")
    plot.show_months(NOTHING, ("a", "b"), "no month")
    assert plot.bars == ()
    assert not plot.mean.isVisible()
    assert not plot.band.isVisible()
    assert heading(plot) == "a less b, month by month"
    apply_theme(dark, "light")
    assert heading(plot) == "a less b, month by month", "another theme keeps the words"


def test_two_that_never_differ_lie_on_zero_in_the_middle(plot: DifferencePlot, dark: QApplication) -> None:
    plot.show_months(PAIRED, ("ours", "theirs"), "")
    plot.show_months(replace(PAIRED, second=FIRST, mean_difference=0.0, low=0.0, high=0.0), ("ours", "theirs"), "")
    low, high = plot.view.viewRange()[1]
    assert low == pytest.approx(-high)
    assert 0 < high < 0.02, "an axis that reaches far would tell of differences"
    assert plot.mean.isVisible()
    assert not plot.band.isVisible()
    assert heading(plot) == "ours less theirs, month by month · no month differs"
    apply_theme(dark, "light")
    assert heading(plot) == "ours less theirs, month by month · no month differs"


@pytest.mark.parametrize("theme", ["light", "contrast", "dark"])
def test_every_theme_dresses_band_and_mean_and_keeps_the_words(
    plot: DifferencePlot, dark: QApplication, theme: str
) -> None:
    plot.show_months(PAIRED, ("ours", "theirs"), "")
    before = heading(plot)
    apply_theme(dark, theme)
    wanted = QColor(tokens().series_4)
    assert plot.mean.pen.color().name() == wanted.name()
    assert plot.band.brush.color().name() == wanted.name()
    assert 0 < plot.band.brush.color().alpha() < 128, "bars are seen through it"
    assert heading(plot) == before


def test_names_are_names_and_no_mark_up(plot: DifferencePlot) -> None:
    plot.show_months(PAIRED, ("<i>a</i>", "b & c"), "")
    assert heading(plot).startswith("<i>a</i> less b & c, month by month")


def test_the_table_has_both_returns_and_their_difference(plot: DifferencePlot) -> None:
    assert plot.figures().columns[0].title == "group"
    plot.show_months(PAIRED, ("ours", "theirs"), "")
    month, ours, theirs, difference = plot.figures().columns
    assert (month.title, ours.title, theirs.title, difference.title) == ("month", "ours", "theirs", "difference")
    assert month.values.tolist() == list(MONTHS)
    np.testing.assert_array_equal(difference.values, np.subtract(FIRST, SECOND))
    assert (tuple(ours.values), tuple(theirs.values)) == (FIRST, SECOND)
