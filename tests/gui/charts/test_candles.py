"""Candles: only what is in view is painted, far out nothing is lost, and up and down differ by more than colour."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.axis import BarDateAxis, ValueAxis, write_value
from ktrdr_app.gui.charts.candles import LodCandles
from ktrdr_app.gui.charts.plot import ThemedPlot
from ktrdr_app.gui.ui.theme import apply_theme, tokens

pytestmark = pytest.mark.gui


class Shown:
    """Candles in a plot of 800 by 400 pixels."""

    def __init__(self, qtbot: QtBot, *, use_memory: bool = True) -> None:
        self.candles = LodCandles(use_memory=use_memory)
        self.plot = ThemedPlot("Prices", ValueAxis(write_value), BarDateAxis())
        qtbot.addWidget(self.plot)
        self.plot.view.addItem(self.candles)
        self.plot.resize(800, 400)
        self.candles.dress(tokens())
        self.plot.show()
        qtbot.waitExposed(self.plot)

    def put(self, bars: pd.DataFrame) -> None:
        self.candles.set_data(*(bars[name].to_numpy(np.float64) for name in ("open", "high", "low", "close")))

    def look(self, left: float, right: float) -> QImage:
        """Bring a span into view, paint, and return the picture."""
        first, last = max(0, int(left)), min(len(self.candles), int(right) + 1)
        low, high = self.candles.extent(first, last) if last > first else (0.0, 1.0)
        room = (high - low) * 0.1 or 1.0
        self.plot.view.setRange(xRange=(left, right), yRange=(low - room, high + room), padding=0)
        return self.plot.viewport().grab().toImage()

    def pixel(self, image: QImage, bar: float, price: float) -> QColor:
        place = self.plot.view_point(bar, price).toPoint()
        return image.pixelColor(place)

    @property
    def width(self) -> float:
        """Width of the view box in pixels."""
        return float(self.plot.view.width())


@pytest.fixture
def shown(qtbot: QtBot, dark: QApplication) -> Shown:
    return Shown(qtbot)


def near(found: QColor, wanted: str) -> bool:
    other = QColor(wanted)
    return all(abs(a - b) <= 12 for a, b in zip(found.getRgb(), other.getRgb(), strict=True))


def two_bars() -> pd.DataFrame:
    """Return one rising and one falling bar of the same prices."""
    return pd.DataFrame({"open": [10.0, 20.0], "high": [25.0, 25.0], "low": [5.0, 5.0], "close": [20.0, 10.0]})


def test_close_up_every_bar_in_view_has_a_body_and_two_wicks(shown: Shown, tiny_bars: Callable[..., object]) -> None:
    shown.put(tiny_bars(5000))
    shown.look(1000, 1099)
    painted = shown.candles.painted
    assert (painted.first, painted.last) == (1000, 1100)
    assert painted.step == 1
    assert painted.bodies == 100
    assert painted.lines == 200


@pytest.mark.parametrize(("left", "right"), [(0, 60), (-30, 30), (4970, 5030), (2500, 2512)])
def test_nothing_outside_the_view_is_painted(
    shown: Shown, tiny_bars: Callable[..., object], left: float, right: float
) -> None:
    shown.put(tiny_bars(5000))
    shown.look(left, right)
    painted = shown.candles.painted
    assert painted.first == max(0, left)
    assert painted.last == min(5000, right + 1)
    assert painted.bodies == painted.last - painted.first


def test_between_there_are_lines_without_bodies(shown: Shown, tiny_bars: Callable[..., object]) -> None:
    shown.put(tiny_bars(5000))
    shown.look(1000, 1400)
    painted = shown.candles.painted
    assert painted.step == 1
    assert (painted.lines, painted.bodies) == (401, 0)


def test_far_out_bars_are_put_together_to_less_than_one_shape_per_pixel(
    shown: Shown, tiny_bars: Callable[..., object]
) -> None:
    shown.put(tiny_bars(20_000))
    shown.look(0, 19_999)
    painted = shown.candles.painted
    assert painted.step >= 20_000 / shown.width
    assert painted.lines <= shown.width
    assert painted.lines >= shown.width / 2.1, "needlessly coarse"
    assert painted.bodies == 0


def test_a_spike_of_one_bar_is_still_seen_far_out(shown: Shown, tiny_bars: Callable[..., pd.DataFrame]) -> None:
    bars = tiny_bars(20_000)
    spike = 12_345
    bars.iloc[spike, bars.columns.get_loc("high")] = bars["high"].max() * 3
    shown.put(bars)
    image = shown.look(0, 19_999)
    top = float(bars["high"].max())
    ground = QColor(tokens().chart_ground)
    columns = range(-2, 3)
    place = shown.plot.view_point(spike, top * 0.9)
    found = [image.pixelColor(round(place.x()) + column, round(place.y())) for column in columns]
    assert any(near(colour, tokens().up) or near(colour, tokens().down) for colour in found), "the high is lost"
    aside = shown.plot.view_point(spike + 2000, top * 0.9)
    assert near(image.pixelColor(aside.toPoint()), ground.name())


def test_rising_is_hollow_and_falling_is_filled(shown: Shown) -> None:
    shown.put(two_bars())
    image = shown.look(-1, 2)
    theme = tokens()
    assert near(shown.pixel(image, 0.0, 14.3), theme.chart_ground), "a rising body is filled"
    assert near(shown.pixel(image, 1.0, 14.3), theme.down)
    up_wick = [shown.plot.view_point(0.0, 22.5).toPoint() + QPointF(dx, 0).toPoint() for dx in (-1, 0, 1)]
    assert any(near(image.pixelColor(place), theme.up) for place in up_wick)
    edge = shown.plot.view_point(-0.35, 14.3).toPoint()
    assert any(near(image.pixelColor(edge.x() + dx, edge.y()), theme.up) for dx in (-1, 0, 1)), "no outline"


def test_a_bar_that_did_not_move_counts_as_rising_and_is_a_dash(shown: Shown) -> None:
    shown.put(pd.DataFrame({"open": [10.0, 12.0], "high": [12.0, 13.0], "low": [8.0, 9.0], "close": [10.0, 9.5]}))
    image = shown.look(-1, 2)
    place = shown.plot.view_point(0.25, 10.0).toPoint()
    found = [image.pixelColor(place.x(), place.y() + dy) for dy in (-1, 0, 1)]
    assert any(near(colour, tokens().up) for colour in found)


def test_the_colours_follow_the_theme(shown: Shown, dark: QApplication) -> None:
    shown.put(two_bars())
    apply_theme(dark, "light")
    shown.candles.dress(tokens())
    image = shown.look(-1, 2)
    assert near(shown.pixel(image, 1.0, 14.3), tokens().down)
    assert near(shown.pixel(image, 0.0, 14.3), "#ffffff")


def test_the_list_draws_the_same_picture(qtbot: QtBot, dark: QApplication, tiny_bars: Callable[..., object]) -> None:
    pictures = []
    for use_memory in (True, False):
        shown = Shown(qtbot, use_memory=use_memory)
        shown.put(tiny_bars(400))
        pictures.append([shown.look(*span) for span in ((0, 50), (0, 399))])
    assert pictures[0] == pictures[1]


def test_bounds_hold_all_bars(shown: Shown, tiny_bars: Callable[..., pd.DataFrame]) -> None:
    bars = tiny_bars(300)
    shown.put(bars)
    bounds = shown.candles.boundingRect()
    assert (bounds.left(), bounds.right()) == (-0.5, 299.5)
    assert bounds.top() == bars["low"].min()
    assert bounds.bottom() == pytest.approx(bars["high"].max())
    assert shown.candles.extent(10, 20) == (bars["low"].iloc[10:20].min(), bars["high"].iloc[10:20].max())


def test_no_bars_paint_nothing(shown: Shown, tiny_bars: Callable[..., object]) -> None:
    shown.put(tiny_bars(50))
    shown.look(0, 50)
    assert shown.candles.painted.bodies == 50
    shown.put(tiny_bars(50).iloc[:0])  # type: ignore[attr-defined]
    shown.look(0, 50)
    painted = shown.candles.painted
    assert (painted.lines, painted.bodies) == (0, 0)
    assert shown.candles.boundingRect().isNull()


def test_a_view_beside_the_bars_paints_nothing(shown: Shown, tiny_bars: Callable[..., object]) -> None:
    shown.put(tiny_bars(50))
    shown.look(200, 260)
    assert (shown.candles.painted.lines, shown.candles.painted.bodies) == (0, 0)
