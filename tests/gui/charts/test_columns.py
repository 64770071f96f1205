"""Columns from zero: every pixel column reaches as far as the greatest and least value of its bars."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.axis import BarDateAxis, ValueAxis, write_value
from ktrdr_app.gui.charts.columns import LodColumns
from ktrdr_app.gui.charts.plot import ThemedPlot

pytestmark = pytest.mark.gui

UP, DOWN = "#00ff00", "#ff0000"


def drawn(qtbot: QtBot, values: np.ndarray, left: float, right: float) -> tuple[LodColumns, ThemedPlot, QImage]:
    """Return columns drawn between -10 and 10 in a plot of 700 by 320 pixels."""
    columns = LodColumns("values")
    columns.set_data(values)
    columns.set_colours(UP, DOWN)
    plot = ThemedPlot("Columns", ValueAxis(write_value), BarDateAxis())
    qtbot.addWidget(plot)
    plot.view.addItem(columns)
    plot.resize(700, 320)
    plot.view.setRange(xRange=(left, right), yRange=(-10, 10), padding=0)
    plot.show()
    qtbot.waitExposed(plot)
    return columns, plot, plot.viewport().grab().toImage()


def reach(image: QImage, x: int, colour: str) -> list[int]:
    wanted = QColor(colour).rgb()
    return [y for y in range(image.height()) if image.pixel(x, y) == wanted]


@pytest.mark.parametrize("size", [40, 300, 5000, 40_000])
def test_a_pixel_column_reaches_to_the_extremes_of_its_bars(size: int, qtbot: QtBot, dark: QApplication) -> None:
    values = np.random.default_rng(size).normal(0, 3, size).clip(-9, 9)
    columns, plot, image = drawn(qtbot, values, -0.5, size - 0.5)
    width = plot.view.width()
    assert columns.columns_painted <= 2.2 * width
    zero = plot.view_point(0, 0).y()
    step = 1
    while step < size / width:
        step *= 2
    first, last = round(plot.view_point(-0.5, 0).x()) + 2, round(plot.view_point(size - 0.5, 0).x()) - 2
    for x in range(first, last, 37):
        scale = size / width
        left, right = (x - 1 - plot.view_point(0, 0).x()) * scale, (x + 2 - plot.view_point(0, 0).x()) * scale
        begin = max(0, int(np.floor(left + 0.5)) // step * step)
        end = min(size, -(-int(np.ceil(right + 0.5)) // step) * step)
        most, least = values[begin:end].max(), values[begin:end].min()
        above, below = reach(image, x, UP), reach(image, x, DOWN)
        top = min(above, default=zero)
        bottom = max(below, default=zero)
        assert top >= plot.view_point(0, max(most, 0)).y() - 1.5, "a column is higher than any of its bars"
        assert bottom <= plot.view_point(0, min(least, 0)).y() + 1.5, "a column is deeper than any of its bars"


def test_one_great_value_among_many_is_seen(qtbot: QtBot, dark: QApplication) -> None:
    values = np.full(50_000, 0.5)
    values[20_202], values[33_333] = 9.0, -9.0
    _, plot, image = drawn(qtbot, values, -0.5, 49_999.5)
    for bar, colour, value in ((20_202, UP, 8.0), (33_333, DOWN, -8.0)):
        place = plot.view_point(bar, value).toPoint()
        found = {image.pixelColor(place.x() + dx, place.y()).name() for dx in range(-2, 3)}
        assert colour in found


def test_columns_near_stand_apart(qtbot: QtBot, dark: QApplication) -> None:
    _, plot, image = drawn(qtbot, np.full(20, 5.0), -0.5, 19.5)
    row = round(plot.view_point(0, 2).y())
    middles = [image.pixelColor(round(plot.view_point(bar, 0).x()), row).name() for bar in range(20)]
    gaps = [image.pixelColor(round(plot.view_point(bar + 0.5, 0).x()), row).name() for bar in range(19)]
    assert set(middles) == {UP}
    assert UP not in gaps


def test_nan_leaves_a_gap_and_zero_draws_nothing(qtbot: QtBot, dark: QApplication) -> None:
    values = np.full(30, 4.0)
    values[5], values[9] = np.nan, 0.0
    columns, plot, image = drawn(qtbot, values, -0.5, 29.5)
    assert columns.columns_painted == 28
    for bar in (5, 9):
        assert image.pixelColor(plot.view_point(bar, 2).toPoint()).name() != UP


def test_extent_and_bounds_reach_to_zero() -> None:
    columns = LodColumns("units")
    columns.set_data(np.array([2.0, 5.0, 3.0, -1.0]))
    assert columns.extent(0, 3) == (0.0, 5.0)
    assert columns.extent(3, 4) == (-1.0, 0.0)
    assert columns.boundingRect().top() == -1.0
    assert columns.boundingRect().bottom() == 5.0
    columns.set_data(np.full(3, np.nan))
    assert columns.boundingRect().isNull()
    assert np.isnan(columns.extent(0, 3)[0])


def test_the_table_has_the_values_if_they_have_a_name() -> None:
    named, nameless = LodColumns("volume"), LodColumns()
    for columns in (named, nameless):
        columns.set_data(np.array([1.0, np.nan]))
    assert [column.title for column in named.columns()] == ["volume"]
    np.testing.assert_array_equal(named.columns()[0].values, named.values)
    assert nameless.columns() == ()
    assert LodColumns("empty").columns() == ()
