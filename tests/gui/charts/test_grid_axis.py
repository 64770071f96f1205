"""Axes drawn straight away look as pyqtgraph draws them, and are laid out only where something has changed."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.axis import BarDateAxis, ValueAxis, write_percent, write_value
from ktrdr_app.gui.charts.plot import ThemedPlot
from ktrdr_app.gui.ui.theme import apply_theme

pytestmark = pytest.mark.gui

HOURS = np.arange(5000, dtype=np.int64) * 3600 * 10**9


class RecordedValues(ValueAxis):
    """The same axis, painted by pyqtgraph."""

    paint = pg.AxisItem.paint


class RecordedDates(BarDateAxis):
    """Likewise."""

    paint = pg.AxisItem.paint


class CountedValues(ValueAxis):
    """Counts how often its figures are written."""

    written = 0

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        self.written += 1
        return super().tickStrings(values, scale, spacing)


def shown(qtbot: QtBot, values: pg.AxisItem, below: pg.AxisItem, size: tuple[int, int] = (420, 260)) -> ThemedPlot:
    plot = ThemedPlot("Axes", values, below)
    qtbot.addWidget(plot)
    if isinstance(below, BarDateAxis):
        below.set_times(HOURS)
    plot.resize(*size)
    plot.show()
    qtbot.waitExposed(plot)
    return plot


def pictures(plot: ThemedPlot, x: tuple[float, float], y: tuple[float, float]) -> list[QImage]:
    """Return the plot over a span, on a usual and on a sharp screen."""
    plot.view.setRange(xRange=x, yRange=y, padding=0)
    plot.grab()
    QApplication.processEvents()  # figures may have asked for more room
    found = [plot.grab().toImage()]
    image = QImage(found[0].size() * 2, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(2)
    image.fill(0)
    painter = QPainter(image)
    plot.render(painter)
    painter.end()
    return [*found, image]


SPANS = (
    ((0, 100), (0, 1)),
    ((4000, 5200), (-0.31, 0.0123)),
    ((-40, 4999), (9.5e5, 1.7e6)),
    ((30.25, 52), (1.09, 1.12)),
)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [(420, 260), (230, 90), (90, 400)])
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("below", ["dates", "values", "hidden"])
def test_every_pixel_is_as_pyqtgraph_draws_it(
    theme: str, size: tuple[int, int], side: str, below: str, qtbot: QtBot, dark: QApplication
) -> None:
    apply_theme(dark, theme)
    writes = write_percent if side == "left" else write_value
    own, recorded = (
        shown(qtbot, values(writes, side, 70), dates() if below != "values" else values(write_value, "bottom"), size)
        for values, dates in ((ValueAxis, BarDateAxis), (RecordedValues, RecordedDates))
    )
    if below == "hidden":
        for plot in (own, recorded):
            plot.bottom_axis.setStyle(showValues=False)
    for x, y in SPANS:
        for mine, theirs in zip(pictures(own, x, y), pictures(recorded, x, y), strict=True):
            assert mine == theirs, f"other pixels at {x}, {y}"
    strip = own.value_axis.mapRectToScene(own.value_axis.mapRectFromParent(own.value_axis.geometry())).toRect()
    inner = own.grab(strip.adjusted(8, 8, -8, -8)).toImage()
    colours = {inner.pixel(x, y) for x in range(inner.width()) for y in range(inner.height())}
    assert len(colours) > 4, "no figures are drawn"


def test_ticks_that_are_given_are_drawn_where_they_belong(qtbot: QtBot, dark: QApplication) -> None:
    given = [[(0.0, "none"), (0.5, "half"), (0.98, "nearly all"), (3.0, "beyond")]]
    own, recorded = (shown(qtbot, kind(write_value), BarDateAxis()) for kind in (ValueAxis, RecordedValues))
    for plot in (own, recorded):
        plot.value_axis.setTicks(given)
    for y in ((0, 1), (0.05, 1), (0.4, 4), (5, 6)):
        for mine, theirs in zip(pictures(own, (0, 100), y), pictures(recorded, (0, 100), y), strict=True):
            assert mine == theirs


def test_large_figures_get_the_room_they_need(qtbot: QtBot, dark: QApplication) -> None:
    own, recorded = (
        shown(qtbot, kind(write_value), kind(write_value, "bottom")) for kind in (ValueAxis, RecordedValues)
    )
    height = own.bottom_axis.height()
    for plot in (own, recorded):
        font = plot.tick_font()
        font.setPointSizeF(24)
        plot.bottom_axis.setTickFont(font)
        plot.value_axis.setTickFont(font)
    for x, y in SPANS:
        for mine, theirs in zip(pictures(own, x, y), pictures(recorded, x, y), strict=True):
            assert mine == theirs
    assert own.bottom_axis.height() == recorded.bottom_axis.height() > height


def test_an_axis_is_laid_out_once_and_anew_when_it_shows_something_else(qtbot: QtBot, dark: QApplication) -> None:
    axis = CountedValues(write_value)
    plot = shown(qtbot, axis, BarDateAxis())
    pictures(plot, (0, 100), (0, 1))
    before = axis.written
    for _ in range(3):
        plot.grab()
    assert axis.written == before, "a crosshair that moves must not cost the figures anew"
    for change in (
        lambda: plot.view.setYRange(0, 2, padding=0),
        lambda: axis.set_logarithmic(True),
        lambda: apply_theme(dark, "light"),
    ):
        before = axis.written
        change()
        plot.grab()
        assert axis.written > before


@pytest.mark.parametrize("size", [(1, 1), (80, 20), (300, 12)])
def test_a_plot_without_room_or_reach_is_drawn_all_the_same(
    size: tuple[int, int], qtbot: QtBot, dark: QApplication
) -> None:
    plot = shown(qtbot, ValueAxis(write_value), BarDateAxis(), size)
    assert not plot.grab().isNull()
    plot.value_axis.setRange(3.0, 3.0)
    assert not plot.grab().isNull()
    plot.resize(420, 260)
    wanted = shown(qtbot, RecordedValues(write_value), RecordedDates())
    assert pictures(plot, (0, 100), (0, 1)) == pictures(wanted, (0, 100), (0, 1))
