"""Marks of holes: a line right after the bar before each hole, as high as the view, gone when they would crowd."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.axis import BarDateAxis, ValueAxis, write_value
from ktrdr_app.gui.charts.plot import ThemedPlot
from ktrdr_app.gui.panels.data.gap_marks import LEAST_PIXELS, GapMarks
from ktrdr_app.gui.ui.theme import apply_theme, tokens

pytestmark = pytest.mark.gui


def marked_plot(qtbot: QtBot, bars: list[int]) -> tuple[ThemedPlot, GapMarks]:
    """Return a plot of 600 by 200 pixels over 100 bars, without a grid, with holes after some of them."""
    marks = GapMarks()
    plot = ThemedPlot("Holes", ValueAxis(write_value), BarDateAxis())
    qtbot.addWidget(plot)
    plot.view.addItem(marks)
    marks.set_bars(np.array(bars, dtype=np.int64))
    marks.dress(tokens())
    plot.resize(600, 200)
    plot.show()
    qtbot.waitExposed(plot)
    plot.view.setRange(xRange=(-0.5, 99.5), yRange=(0.0, 1.0), padding=0)
    return plot, marks


def red_columns(plot: ThemedPlot) -> list[float]:
    """Return where on x the colour of holes is seen, columns side by side as one."""
    image = plot.viewport().grab().toImage()
    wanted = QColor(tokens().danger)
    left, right = plot.view_point(plot.view.viewRect().left(), 0.5), plot.view_point(plot.view.viewRect().right(), 0.5)
    found: list[list[int]] = []
    for column in range(int(left.x()), min(int(right.x()) + 1, image.width())):
        if any(image.pixelColor(column, row) == wanted for row in range(image.height())):
            if found and found[-1][-1] == column - 1:
                found[-1].append(column)
            else:
                found.append([column])
    span = (right.x() - left.x()) / plot.view.viewRect().width()
    return [(sum(each) / len(each) + 0.5 - left.x()) / span + plot.view.viewRect().left() for each in found]


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_lines_stand_between_the_bars_around_each_hole(theme: str, qtbot: QtBot, dark: QApplication) -> None:
    apply_theme(dark, theme)
    plot, marks = marked_plot(qtbot, [10, 50, 90])
    assert marks.bars.tolist() == [10.5, 50.5, 90.5]
    assert red_columns(plot) == pytest.approx([10.5, 50.5, 90.5], abs=0.25)


def test_only_holes_in_view_are_drawn(qtbot: QtBot, dark: QApplication) -> None:
    plot, _marks = marked_plot(qtbot, [10, 50, 90])
    plot.view.setXRange(40, 60, padding=0)
    assert red_columns(plot) == pytest.approx([50.5], abs=0.1)


def test_lines_are_as_high_as_the_view_at_any_zoom(qtbot: QtBot, dark: QApplication) -> None:
    plot, marks = marked_plot(qtbot, [50])
    for low, high in ((0.0, 1.0), (-1e6, 1e6), (99.9, 100.1)):
        plot.view.setYRange(low, high, padding=0)
        image = plot.viewport().grab().toImage()
        top, bottom = plot.view_point(50.5, high), plot.view_point(50.5, low)
        rows = [
            row
            for row in range(int(top.y()), int(bottom.y()))
            if any(image.pixelColor(round(top.x()) + aside, row) == QColor(tokens().danger) for aside in (-1, 0, 1))
        ]
        assert rows[0] - top.y() < 8, "dashes begin at the top"
        assert bottom.y() - rows[-1] < 8, "and reach the bottom"
        assert (marks.boundingRect().top(), marks.boundingRect().bottom()) == pytest.approx((low, high))


def test_far_out_the_lines_would_hide_the_candles_and_are_left_out(qtbot: QtBot, dark: QApplication) -> None:
    plot, _marks = marked_plot(qtbot, [10, 50, 90])
    width = plot.view_point(99.5, 0).x() - plot.view_point(-0.5, 0).x()
    plot.view.setXRange(0, width / (LEAST_PIXELS * 0.9), padding=0)
    assert red_columns(plot) == []
    plot.view.setXRange(0, width / (LEAST_PIXELS * 1.1), padding=0)
    assert len(red_columns(plot)) == 3


def test_other_bars_replace_the_old_and_none_leave_nothing(qtbot: QtBot, dark: QApplication) -> None:
    plot, marks = marked_plot(qtbot, [10])
    marks.set_bars(np.array([70], dtype=np.int64))
    assert red_columns(plot) == pytest.approx([70.5], abs=0.25)
    marks.set_bars(np.empty(0, dtype=np.int64))
    assert red_columns(plot) == []
    assert marks.boundingRect().isNull()


def test_bounds_hold_every_line_whatever_is_in_view(qtbot: QtBot, dark: QApplication) -> None:
    plot, marks = marked_plot(qtbot, [3, 97])
    plot.view.setXRange(40, 60, padding=0)
    bounds = marks.boundingRect()
    assert bounds.left() < 3.5
    assert bounds.right() > 97.5
