"""Moving and zooming in time by key; values follow what is in view."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.axis import ValueAxis, write_value
from ktrdr_app.gui.charts.lod_curve import LodCurve
from ktrdr_app.gui.panels.fuzzy.consequence.bar_plot import LEAST_BARS, BarPlot

pytestmark = pytest.mark.gui


class Line(BarPlot):
    def __init__(self) -> None:
        self.line = LodCurve()
        super().__init__("line", ValueAxis(write_value))
        self.view.addItem(self.line)

    @property
    def curves(self) -> Sequence[LodCurve]:
        return (self.line,)


@pytest.fixture
def plot(qtbot: QtBot, dark: QApplication) -> Line:
    made = Line()
    qtbot.addWidget(made)
    made.resize(500, 200)
    made.show()
    qtbot.waitExposed(made)
    made.line.set_data(np.arange(1000.0))
    made.set_times(np.arange(1000, dtype=np.int64))
    return made


def span(plot: Line) -> tuple[float, float]:
    left, right = plot.view.viewRange()[0]
    return left, right


def test_all_bars_are_in_view_at_first(plot: Line) -> None:
    assert span(plot) == (-1, 1000)
    low, high = plot.view.viewRange()[1]
    assert low < 0 < 999 < high


def test_keys_zoom_move_and_come_back(plot: Line, qtbot: QtBot) -> None:
    qtbot.keyClick(plot, Qt.Key.Key_Up)
    left, right = span(plot)
    assert 0 < left < right < 999
    assert plot.view.viewRange()[1][0] > 0, "values follow"
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert span(plot)[0] > left
    qtbot.keyClick(plot, Qt.Key.Key_Left)
    assert span(plot) == pytest.approx((left, right))
    qtbot.keyClick(plot, Qt.Key.Key_Down)
    assert span(plot)[0] < left
    qtbot.keyClick(plot, Qt.Key.Key_Home)
    assert span(plot) == pytest.approx((-1, 1000))


def test_the_closest_zoom_leaves_some_bars(plot: Line, qtbot: QtBot) -> None:
    for _ in range(60):
        qtbot.keyClick(plot, Qt.Key.Key_Up)
    left, right = span(plot)
    assert right - left >= LEAST_BARS


def test_other_keys_are_left_to_the_panel(plot: Line, qtbot: QtBot) -> None:
    before = span(plot)
    qtbot.keyClick(plot, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(plot, Qt.Key.Key_Q)
    assert span(plot) == before


def test_values_without_a_number_leave_the_axis(plot: Line) -> None:
    before = plot.view.viewRange()[1]
    plot.line.set_data(np.full(1000, np.nan))
    plot.scale_values()
    assert plot.view.viewRange()[1] == before
