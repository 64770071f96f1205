"""Strips pixel by pixel: strength is membership, and no bar is lost when many share a pixel."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.axis import ValueAxis, write_value
from ktrdr_app.gui.charts.strip_item import HEIGHT, StripItem, strip_image
from ktrdr_app.gui.panels.fuzzy.consequence.bar_plot import BarPlot

pytestmark = pytest.mark.gui

RED = QColor("#ff0000")


def test_strength_is_membership_with_the_greatest_above_and_the_least_below() -> None:
    low, high = np.array([0.0, 0.25, 1.0, np.nan]), np.array([0.5, 1.0, 1.0, np.nan])
    image = strip_image(low, high, QColor("#3264c8"))
    assert (image.width(), image.height()) == (4, 2)
    for row, values in enumerate((low, high)):
        for column, value in enumerate(values):
            seen = image.pixelColor(column, row)
            wanted = 0.0 if np.isnan(value) else value
            assert seen.alphaF() == pytest.approx(wanted, abs=1 / 255)
            if wanted:
                assert (seen.red(), seen.green(), seen.blue()) == pytest.approx((0x32, 0x64, 0xC8), abs=2)


@pytest.fixture
def plot(qtbot: QtBot, dark: QApplication) -> BarPlot:
    made = BarPlot("strips", ValueAxis(write_value))
    qtbot.addWidget(made)
    made.resize(600, 120)
    made.show()
    qtbot.waitExposed(made)
    return made


def redness(plot: BarPlot, bar: float, level: float) -> int:
    """Return how red the picture is where a bar lies."""
    point = plot.view_point(bar, level)
    return plot.viewport().grab().toImage().pixelColor(round(point.x()), round(point.y())).red()


def filled(plot: BarPlot, strips: list[np.ndarray]) -> StripItem:
    item = StripItem()
    item.set_strips(strips)
    item.set_colours(["#ff0000"] * len(strips))
    plot.view.addItem(item)
    plot.set_times(np.arange(len(strips[0]), dtype=np.int64))
    plot.view.setYRange(-len(strips), 0, padding=0)
    return item


def test_one_active_bar_in_twenty_thousand_can_be_seen(plot: BarPlot) -> None:
    values = np.zeros(20_000)
    values[7_777] = 1.0
    item = filled(plot, [values])
    upper, lower = redness(plot, 7_777, -HEIGHT * 0.2), redness(plot, 7_777, -HEIGHT * 0.8)
    assert upper > 200
    assert lower < 60, "the lower half shows the least membership"
    assert item.columns_painted < 1200


def test_close_up_every_bar_has_its_own_strength(plot: BarPlot) -> None:
    filled(plot, [np.array([0.0, 1.0] * 10), np.array([1.0, 0.0] * 10)])
    for bar in range(4, 16):
        assert (redness(plot, bar, -0.4) > 200) is (bar % 2 == 1)
        assert (redness(plot, bar, -1.4) > 200) is (bar % 2 == 0)


def test_one_strip_is_replaced_alone(plot: BarPlot) -> None:
    item = filled(plot, [np.zeros(20), np.zeros(20)])
    item.set_strip(1, np.ones(20))
    assert redness(plot, 10, -0.4) < 60
    assert redness(plot, 10, -1.4) > 200
    assert len(item) == 2
    assert item.boundingRect().height() == 2


def test_nothing_is_drawn_of_nothing(plot: BarPlot) -> None:
    item = StripItem()
    plot.view.addItem(item)
    plot.viewport().grab()
    assert item.boundingRect().isEmpty()
    assert len(item) == 0
