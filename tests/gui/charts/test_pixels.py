"""Candles far out, pixel by pixel: what is drawn in a column of pixels spans exactly its bars' lows and highs."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage

from ktrdr_app.gui.charts.chart_data import ChartData
from ktrdr_app.gui.charts.plot import ThemedPlot
from ktrdr_app.gui.charts.view import LinkedCharts
from ktrdr_app.gui.ui.theme import tokens

pytestmark = pytest.mark.gui


def bars_of(size: int) -> ChartData:
    random = np.random.default_rng(size)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.002, size)))
    opened = np.concatenate([[100.0], close[:-1]])
    high = np.maximum(opened, close) * (1 + np.abs(random.normal(0, 0.01, size)))
    low = np.minimum(opened, close) / (1 + np.abs(random.normal(0, 0.01, size)))
    times = np.arange(size, dtype=np.int64) * 60 * 10**9
    return ChartData("T", times, opened, high, low, close)


def candle_rows(image: QImage, x: int) -> list[int]:
    colours = {QColor(tokens().up).rgb(), QColor(tokens().down).rgb()}
    return [y for y in range(30, image.height()) if image.pixel(x, y) in colours]


def exactly(plot: ThemedPlot, x: float, y: float) -> QPointF:
    """Return where a data point lies in the viewport, between the pixels."""
    return plot.viewportTransform().map(plot.view.mapViewToScene(QPointF(x, y)))


@pytest.mark.parametrize("logarithmic", [False, True])
@pytest.mark.parametrize(("size", "left", "right"), [(9000, 0, 9000), (60_000, 0, 60_000), (60_000, 21_000, 27_000)])
def test_each_column_of_pixels_spans_the_lows_and_highs_of_its_bars(
    size: int, left: int, right: int, logarithmic: bool, charts: LinkedCharts
) -> None:
    data = bars_of(size)
    charts.show_panes({"price"})
    charts.set_data(data)
    charts.set_logarithmic(logarithmic)
    charts.show_range(left, right)
    plot = charts.price_plot
    image = plot.viewport().grab().toImage()
    painted = charts.candles.painted
    assert painted.step > 1
    starts = np.arange(painted.first // painted.step * painted.step, painted.last, painted.step)
    high = np.maximum.reduceat(data.high, starts)
    low = np.minimum.reduceat(data.low[: starts[-1] + painted.step], starts)
    if logarithmic:
        high, low = np.log10(high), np.log10(low)
    middles = (starts + np.minimum(starts + painted.step, size) - 1) / 2
    x0 = exactly(plot, 0, 0).x()
    scale = (exactly(plot, 1000, 0).x() - x0) / 1000
    centres = x0 + middles * scale
    half = max(1.0, np.ceil(painted.step * scale)) / 2
    checked = 0
    for x in range(20, plot.viewport().width() - 90, 11):
        rows = candle_rows(image, x)
        near = np.flatnonzero(np.abs(centres - (x + 0.5)) <= half + 1.01)
        sure = np.flatnonzero(np.abs(centres - (x + 0.5)) <= half - 0.51)
        if not len(sure) or not rows:
            continue
        checked += 1
        tops = [exactly(plot, 0, value).y() for value in (high[near].max(), high[sure].max())]
        bottoms = [exactly(plot, 0, value).y() for value in (low[near].min(), low[sure].min())]
        assert tops[0] - 2 <= rows[0] <= tops[1] + 2, f"column {x} does not begin at its greatest high"
        assert bottoms[1] - 2 <= rows[-1] <= bottoms[0] + 2, f"column {x} does not end at its least low"
    assert checked > 30


def test_a_million_bars_are_drawn_in_few_shapes(charts: LinkedCharts) -> None:
    charts.show_panes({"price"})
    charts.set_data(bars_of(1_000_000))
    charts.grab()
    assert charts.candles.painted.last == 1_000_000
    assert charts.candles.painted.lines <= charts.price_plot.view.width() * 1.01


def test_the_axis_of_logarithms_tells_prices(charts: LinkedCharts) -> None:
    data = bars_of(9000)
    charts.set_data(data)
    charts.set_logarithmic(True)
    axis = charts.price_plot.values
    low, high = charts.price_plot.view.viewRange()[1]
    ((_, places),) = axis.tickValues(low, high, 500)
    words = axis.tickStrings(places, 1.0, 0.0)
    assert 3 <= len(places) <= 30
    for place, text in zip(places, words, strict=True):
        assert float(text) == pytest.approx(10**place, rel=0.01)
    assert list(charts.price_plot.figures().columns[1].values) == list(data.open), "the table tells prices as they are"
