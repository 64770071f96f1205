"""What is really on the screen: pixels of the linked charts against the figures they stand for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.base_panes import LEAST_HEIGHTS
from ktrdr_app.gui.charts.candles import LodCandles
from ktrdr_app.gui.charts.chart_data import ChartData
from ktrdr_app.gui.charts.lod import MinMaxPyramid
from ktrdr_app.gui.charts.plot import ThemedPlot
from ktrdr_app.gui.charts.view import LinkedCharts
from ktrdr_app.gui.ui.theme import apply_theme, tokens
from tests.conftest import make_bars
from tests.gui.charts.conftest import chart_data

pytestmark = pytest.mark.gui

Bars = Callable[..., pd.DataFrame]


def picture(plot: ThemedPlot) -> QImage:
    return plot.viewport().grab().toImage()


def distance(first: QColor, second: str) -> int:
    other = QColor(second)
    return sum(abs(a - b) for a, b in zip(first.getRgb(), other.getRgb(), strict=True))


def hits(image: QImage, plot: ThemedPlot, x: float, y: float, colour: str, reach: int = 2) -> bool:
    """Say whether a colour is found within some pixels of a data point."""
    place = plot.view_point(x, y).toPoint()
    spots = [(place.x() + dx, place.y() + dy) for dx in range(-reach, reach + 1) for dy in range(-reach, reach + 1)]
    return any(distance(image.pixelColor(*spot), colour) < 90 for spot in spots)


@pytest.fixture
def near(charts: LinkedCharts, tiny_bars: Bars) -> LinkedCharts:
    """Return charts of 60 daily bars without trades."""
    charts.set_data(chart_data(tiny_bars(60, frequency="1D")))
    charts.grab()
    return charts


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_every_candle_is_where_its_prices_are(theme: str, near: LinkedCharts, dark: QApplication) -> None:
    apply_theme(dark, theme)
    image, data, plot = picture(near.price_plot), near.data, near.price_plot
    for bar in range(1, 59):
        up = data.close[bar] >= data.open[bar]
        colour = tokens().up if up else tokens().down
        for price in (data.high[bar], data.low[bar]):
            assert hits(image, plot, bar, price, colour), f"bar {bar} does not reach {price:.2f}"
        body = abs(plot.view_point(bar, data.open[bar]).y() - plot.view_point(bar, data.close[bar]).y())
        if body > 8:
            middle = plot.view_point(bar, (data.open[bar] + data.close[bar]) / 2).toPoint()
            filled = distance(image.pixelColor(middle), colour) < 40
            assert filled is not up, f"bar {bar} {'rises' if up else 'falls'}"


def test_every_point_of_the_equity_is_on_its_curve(near: LinkedCharts) -> None:
    image, data = picture(near.equity_plot), near.data
    for bar in range(1, 59):
        assert hits(image, near.equity_plot, bar, data.equity[bar], tokens().series_1)


def test_buy_and_hold_is_dashed_and_equity_is_not(charts: LinkedCharts, tiny_bars: Bars) -> None:
    base = chart_data(tiny_bars(60, frequency="1D"))
    flat = np.full(60, 1000.0)
    charts.set_data(ChartData("T", base.times, equity=flat * 1.1, benchmark=flat, start_value=1000.0))
    image = picture(charts.equity_plot)
    grid = np.linspace(3, 56, 400)
    plot = charts.equity_plot

    def covered(value: float, colour: str) -> float:
        places = [plot.view_point(x, value).toPoint() for x in grid]
        found = [min(distance(image.pixelColor(p.x(), p.y() + dy), colour) for dy in (-1, 0, 1)) for p in places]
        return float(np.mean(np.array(found) < 260))

    solid, dashed = covered(1100.0, tokens().series_1), covered(1000.0, tokens().series_8)
    assert solid > 0.98
    assert 0.4 < dashed < 0.97


def test_the_drawdown_is_tinted_between_zero_and_the_curve(charts: LinkedCharts, tiny_bars: Bars) -> None:
    base = chart_data(tiny_bars(60, frequency="1D"))
    equity = np.concatenate([np.full(20, 1000.0), np.full(40, 800.0)])
    charts.set_data(ChartData("T", base.times, equity=equity))
    image, plot = picture(charts.drawdown_plot), charts.drawdown_plot
    ground = tokens().chart_ground

    def tinted(bar: float, value: float) -> bool:
        return distance(image.pixelColor(plot.view_point(bar, value).toPoint()), ground) > 25

    assert tinted(40.3, -0.08)
    assert tinted(30.3, -0.17)
    assert not tinted(10.3, -0.08), "there was no drawdown yet"
    assert not tinted(40.3, -0.206), "the tint goes below the curve"


def render(charts: LinkedCharts, ratio: float) -> QImage:
    """Return the price plot drawn at several device pixels per pixel."""
    view = charts.price_plot.viewport()
    image = QImage(round(view.width() * ratio), round(view.height() * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    painter = QPainter(image)
    charts.price_plot.render(painter)
    painter.end()
    return image


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_sharp_screens_show_the_same_bars(ratio: float, charts: LinkedCharts, tiny_bars: Bars) -> None:
    charts.set_data(chart_data(tiny_bars(5000)))
    render(charts, ratio)
    painted = charts.candles.painted
    assert (painted.first, painted.last) == (0, 5000)
    assert painted.lines <= 2.1 * charts.price_plot.view.width() * ratio
    assert painted.lines >= charts.price_plot.view.width() / 2.1


@given(st.integers(2, 600), st.integers(1, 6), st.integers(0, 10_000))
def test_groups_rise_or_fall_from_first_open_to_last_close(size: int, level: int, seed: int) -> None:
    """The colour of a group is that of one candle made of all its bars."""
    bars = make_bars(size, seed=seed)
    low, high = bars["low"].to_numpy(), bars["high"].to_numpy()
    groups = MinMaxPyramid(low, high).buckets(0, size, 1 << level)
    opens, closes = bars["open"].to_numpy(), bars["close"].to_numpy()
    for start, stop in zip(groups.start.tolist(), groups.stop.tolist(), strict=True):
        merged = bars.iloc[start:stop]
        rises = merged["close"].iloc[-1] >= merged["open"].iloc[0]
        assert (closes[stop - 1] >= opens[start]) == rises


def test_far_out_rising_and_falling_stretches_have_their_colours(charts: LinkedCharts, qtbot: QtBot) -> None:
    count = 16_384
    middle = np.concatenate([np.linspace(100, 200, count // 2), np.linspace(200, 100, count // 2)])
    opened = np.concatenate([[100.0], middle[:-1]])
    base = make_bars(count)
    times = np.asarray(base.index.as_unit("ns").asi8)
    high, low = np.maximum(opened, middle) + 3, np.minimum(opened, middle) - 3
    charts.set_data(ChartData("T", times, opened, high, low, middle, middle))
    image = picture(charts.price_plot)
    assert charts.candles.painted.step > 1
    for bar in (2000, 4000, 7000):
        assert hits(image, charts.price_plot, bar, middle[bar], tokens().up, 1)
    for bar in (10_000, 12_000, 15_000):
        assert hits(image, charts.price_plot, bar, middle[bar], tokens().down, 1)


def test_an_exchange_of_items_is_not_needed_for_other_data(charts: LinkedCharts, tiny_bars: Bars) -> None:
    items: tuple[LodCandles, ...] = (charts.candles,)
    for count in (600, 3, 1, 0, 50):
        empty = ChartData("", np.empty(0, np.int64))
        charts.set_data(chart_data(tiny_bars(count, frequency="1D")) if count else empty)
        charts.grab()
        assert charts.candles is items[0]
        assert len(charts.candles) == count
        assert charts.candles.painted.last == count


@pytest.mark.parametrize("height", [300, 420, 640, 900])
def test_the_plots_share_the_height_and_can_be_pulled(height: int, near: LinkedCharts) -> None:
    near.resize(900, height)
    near.grab()
    price, equity, drawdown = (plot.height() for plot in near.plots)
    assert price > equity
    assert price > drawdown
    assert price + equity + drawdown <= height
    near.splitter.setSizes([200, 400, 100])
    near.grab()
    assert near.equity_plot.height() > equity
    assert near.price_plot.height() >= LEAST_HEIGHTS[0], "the price chart can be pulled shut"
