"""Curves: every extreme is drawn at any zoom, with few points, and areas reach to their level."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.axis import BarDateAxis, ValueAxis, write_value
from ktrdr_app.gui.charts.lod_curve import LodCurve
from ktrdr_app.gui.charts.plot import ThemedPlot
from ktrdr_app.gui.ui.theme import tokens

pytestmark = pytest.mark.gui

RED = "#ff0000"


def plot_of(qtbot: QtBot, curve: LodCurve) -> ThemedPlot:
    """Return a plot of 700 by 300 pixels with a curve in it."""
    plot = ThemedPlot("Curve", ValueAxis(write_value), BarDateAxis())
    qtbot.addWidget(plot)
    plot.view.addItem(curve)
    plot.resize(700, 300)
    plot.show()
    qtbot.waitExposed(plot)
    return plot


@given(st.integers(2, 4000), st.integers(0, 12))
def test_the_outline_keeps_every_low_and_high(size: int, level: int) -> None:
    values = np.random.default_rng(size).normal(0, 1, size)
    curve = LodCurve()
    curve.set_data(values)
    x, y = curve.outline(0, size, 1 << level)
    assert y.min() == values.min()
    assert y.max() == values.max()
    assert np.all(np.diff(x) >= 0)
    assert len(x) <= max(2 * (size // (1 << level) + 2), size if level == 0 else 0)


def test_without_grouping_the_outline_is_the_values() -> None:
    values = np.array([3.0, 1.0, 4.0, 1.0, 5.0])
    curve = LodCurve()
    curve.set_data(values)
    x, y = curve.outline(1, 4, 1)
    assert x.tolist() == [1.0, 2.0, 3.0]
    assert y.tolist() == [1.0, 4.0, 1.0]


def test_a_group_is_drawn_as_its_low_and_its_high_at_its_middle() -> None:
    curve = LodCurve()
    curve.set_data(np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0]))
    x, y = curve.outline(0, 6, 2)
    assert x.tolist() == [0.5, 0.5, 2.5, 2.5, 4.5, 4.5]
    assert y.tolist() == [1.0, 3.0, 1.0, 4.0, 5.0, 9.0]


def test_only_what_is_in_view_is_painted(qtbot: QtBot, dark: QApplication) -> None:
    curve = LodCurve()
    curve.set_data(np.sin(np.arange(100_000) / 500))
    plot = plot_of(qtbot, curve)
    plot.view.setRange(xRange=(2000, 2200), yRange=(-1, 1), padding=0)
    plot.grab()
    assert 200 <= curve.points_painted <= 206
    plot.view.setRange(xRange=(0, 100_000), yRange=(-1, 1), padding=0)
    plot.grab()
    assert 300 <= curve.points_painted <= 2 * plot.view.width()


def test_a_single_spike_is_seen_far_out(qtbot: QtBot, dark: QApplication) -> None:
    values = np.zeros(60_000)
    values[31_313] = 1.0
    curve = LodCurve(width=1.0)
    curve.set_data(values)
    curve.set_colour(RED)
    plot = plot_of(qtbot, curve)
    plot.view.setRange(xRange=(0, 60_000), yRange=(-0.1, 1.1), padding=0)
    image = plot.viewport().grab().toImage()
    place = plot.view_point(31_313, 0.6).toPoint()
    reds = [image.pixelColor(place.x() + dx, place.y()).red() for dx in range(-3, 4)]
    assert max(reds) > 100


@pytest.mark.parametrize("level", [0.0, -0.4])
def test_the_area_between_curve_and_level_is_tinted(level: float, qtbot: QtBot, dark: QApplication) -> None:
    curve = LodCurve(fill_to=level)
    curve.set_data(np.full(100, -0.8))
    curve.set_colour(RED)
    plot = plot_of(qtbot, curve)
    plot.view.setRange(xRange=(0, 99), yRange=(-1, 0.2), padding=0)
    image = plot.viewport().grab().toImage()
    ground = QColor(tokens().chart_ground)
    within = image.pixelColor(plot.view_point(50.3, (level - 0.8) / 2).toPoint())
    beyond = image.pixelColor(plot.view_point(50.3, level + 0.1).toPoint())
    assert within.red() > ground.red() + 20, "the area is not tinted"
    assert abs(beyond.red() - ground.red()) <= 20, "the tint goes past its level"


def test_a_curve_without_a_level_has_no_area(qtbot: QtBot, dark: QApplication) -> None:
    curve = LodCurve()
    curve.set_data(np.full(100, -0.8))
    curve.set_colour(RED)
    plot = plot_of(qtbot, curve)
    plot.view.setRange(xRange=(0, 99), yRange=(-1, 0.2), padding=0)
    image = plot.viewport().grab().toImage()
    within = image.pixelColor(plot.view_point(50.3, -0.45).toPoint())
    assert abs(within.red() - QColor(tokens().chart_ground).red()) <= 20


def test_nan_leaves_a_gap(qtbot: QtBot, dark: QApplication) -> None:
    values = np.full(100, 0.5)
    values[40:60] = np.nan
    curve = LodCurve(width=3)
    curve.set_data(values)
    curve.set_colour(RED)
    plot = plot_of(qtbot, curve)
    plot.view.setRange(xRange=(0, 99), yRange=(0, 1), padding=0)
    image = plot.viewport().grab().toImage()
    assert image.pixelColor(plot.view_point(20, 0.5).toPoint()).red() > 200
    assert image.pixelColor(plot.view_point(50, 0.5).toPoint()).red() < 60
    assert curve.extent(40, 60)[0] != curve.extent(40, 60)[0]


def test_bounds_hold_values_and_level() -> None:
    curve = LodCurve(fill_to=0.0)
    curve.set_data(np.array([-0.2, -0.5, -0.1]))
    bounds = curve.boundingRect()
    assert (bounds.left(), bounds.right()) == (-0.5, 2.5)
    assert bounds.top() == -0.5
    assert bounds.bottom() == pytest.approx(0.0)
    curve.set_data(np.empty(0))
    assert curve.boundingRect().isNull()
    curve.set_data(np.full(4, np.nan))
    assert len(curve) == 4


def test_an_empty_curve_paints_nothing(qtbot: QtBot, dark: QApplication) -> None:
    curve = LodCurve(fill_to=0.0)
    plot = plot_of(qtbot, curve)
    plot.grab()
    assert curve.points_painted == 0
