"""Marks over bars: below for BUY, above for the others, filled where right, ticks where there are very many."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.axis import ValueAxis, write_value
from ktrdr_app.gui.charts.plot import ThemedPlot
from ktrdr_app.gui.panels.training.results.bar_marks import BarMarks
from ktrdr_app.gui.ui.theme import tokens

pytestmark = pytest.mark.gui

LOW, HIGH = np.full(1000, 40.0), np.full(1000, 60.0)
BUY, HOLD, SELL = range(3)


@pytest.fixture
def plot(qtbot: QtBot, dark: object) -> ThemedPlot:
    made = ThemedPlot("Marks", ValueAxis(write_value), ValueAxis(write_value, "bottom"))
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.show()
    qtbot.waitExposed(made)
    made.view.setXRange(0, 20, padding=0)
    made.view.setYRange(0, 100, padding=0)
    return made


@pytest.fixture
def marks(plot: ThemedPlot) -> BarMarks:
    made = BarMarks()
    made.dress(tokens())
    plot.view.addItem(made)
    return made


def mark(marks: BarMarks, bars: list[int] | np.ndarray, answer: int, *, right: bool = True) -> None:
    marks.set_marks(np.asarray(bars, dtype=np.intp), LOW, HIGH, answer, right=right)


def ink(plot: ThemedPlot, bar: float, price: float, up: int, colour: str) -> int:
    """Return how many pixels of a colour there are in a box so far above a price."""
    image: QImage = plot.viewport().grab().toImage()
    spot = plot.view_point(bar, price).toPoint() - QPoint(0, up)
    reach = range(-8, 9)
    return sum(image.pixelColor(spot.x() + dx, spot.y() + dy).name() == colour for dx in reach for dy in reach)


@pytest.mark.parametrize("right", [True, False])
@pytest.mark.parametrize("answer", [BUY, HOLD, SELL])
def test_a_mark_lies_on_its_side_of_the_bar_in_its_colour(
    plot: ThemedPlot, marks: BarMarks, answer: int, right: bool
) -> None:
    mark(marks, [5], answer, right=right)
    colour = tokens().success if right else tokens().danger
    price, up = (40.0, -10) if answer == BUY else (60.0, 10)
    assert ink(plot, 5, price, up, colour) > 4
    assert ink(plot, 5, 100 - price, -up, colour) == 0, "on the other side of the bar"
    assert ink(plot, 12, price, up, colour) == 0


@pytest.mark.parametrize("answer", [BUY, HOLD, SELL])
def test_right_answers_are_filled_and_wrong_ones_hollow(plot: ThemedPlot, marks: BarMarks, answer: int) -> None:
    price, up = (40.0, -10) if answer == BUY else (60.0, 10)
    mark(marks, [5], answer, right=True)
    filled = ink(plot, 5, price, up, tokens().success)
    mark(marks, [5], answer, right=False)
    hollow = ink(plot, 5, price, up, tokens().danger)
    assert filled > 1.5 * hollow > 0


def test_very_many_marks_become_ticks_at_the_same_places(plot: ThemedPlot, marks: BarMarks) -> None:
    plot.view.setXRange(0, 1000, padding=0)
    bars = np.r_[0:400, 600:900]
    mark(marks, bars, SELL)
    image = plot.viewport().grab().toImage()
    ground = QColor(tokens().chart_ground).lightness()

    def ticked(bar: int) -> bool:
        spot = plot.view_point(bar, 60.0).toPoint()
        return abs(image.pixelColor(spot.x(), spot.y() - 6).lightness() - ground) > 30

    assert np.mean([ticked(bar) for bar in range(10, 390, 5)]) > 0.9
    assert not any(ticked(bar) for bar in range(410, 590, 5))
    assert np.mean([ticked(bar) for bar in range(610, 890, 5)]) > 0.9


def test_one_bar_is_set_apart_by_a_frame_around_it(plot: ThemedPlot, marks: BarMarks) -> None:
    mark(marks, [4, 9], BUY)
    assert ink(plot, 9, 62, 10, tokens().focus) == 0
    marks.choose(9)
    frame = [ink(plot, bar, 50, 0, tokens().focus) for bar in (4, 9)]
    assert frame[0] == 0
    assert frame[1] > 10
    marks.choose(None)
    assert ink(plot, 9, 50, 0, tokens().focus) == 0
    marks.choose(4)
    mark(marks, [4], BUY)
    assert marks.chosen is None, "other marks begin without a choice"


def test_the_chosen_bar_is_framed_even_where_its_own_mark_is_just_out_of_sight(
    plot: ThemedPlot, marks: BarMarks
) -> None:
    mark(marks, [3, 18], HOLD)
    marks.choose(18)
    plot.view.setXRange(10, 18.4, padding=0)
    assert ink(plot, 18, 50, 0, tokens().focus) > 10
    plot.view.setXRange(30, 50, padding=0)
    plot.grab()


def test_the_table_has_words_on_the_marked_bars_only(marks: BarMarks) -> None:
    assert marks.columns() == ()
    mark(marks, [1, 7], SELL)
    (column,) = marks.columns()
    assert len(column.values) == 1000
    assert np.flatnonzero(column.values == "SELL").tolist() == [1, 7]
    assert set(column.values) == {"", "SELL"}
    mark(marks, [], SELL)
    assert marks.columns() == ()


def test_without_colours_nothing_is_drawn_and_nothing_faults(plot: ThemedPlot) -> None:
    bare = BarMarks()
    plot.view.addItem(bare)
    mark(bare, [5], BUY)
    assert ink(plot, 5, 40, -10, tokens().success) == 0
