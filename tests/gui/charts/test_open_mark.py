"""The position still open: its arrow from the right side, a line to the last close, and its bars in the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.axis import BarDateAxis, ValueAxis, write_value
from ktrdr_app.gui.charts.open_mark import OpenMark, OpenPosition
from ktrdr_app.gui.charts.plot import ThemedPlot
from ktrdr_app.gui.charts.view import LinkedCharts
from ktrdr_app.gui.ui.theme import apply_theme, tokens
from tests.gui.charts.conftest import chart_data
from tests.gui.charts.test_markers import alike, share_of

pytestmark = pytest.mark.gui

LONG = OpenPosition(entry=20, last=80, entry_price=40.0, last_price=70.0, long=True, profit=30.0)
SHORT = OpenPosition(entry=20, last=80, entry_price=60.0, last_price=60.0, long=False, profit=-1.0)


class Shown:
    """The mark in a plot over bars 0 to 100 and prices 1 to 100."""

    def __init__(self, qtbot: QtBot) -> None:
        self.mark = OpenMark()
        self.plot = ThemedPlot("Open", ValueAxis(write_value), BarDateAxis())
        qtbot.addWidget(self.plot)
        self.plot.view.addItem(self.mark)
        self.mark.dress(tokens())
        self.plot.resize(800, 500)
        self.plot.view.setRange(xRange=(0, 100), yRange=(1, 100), padding=0)
        self.plot.show()
        qtbot.waitExposed(self.plot)

    def image(self) -> QImage:
        return self.plot.viewport().grab().toImage()

    def near(self, bar: float, price: float, down: float) -> QColor:
        """Return the colour some pixels below a point."""
        place = self.plot.view_point(bar, price)
        return self.image().pixelColor(round(place.x()), round(place.y() + down))

    def line(self, token: str, bars: tuple[int, int], prices: tuple[float, float]) -> float:
        """Return the share of the columns between two points in which the line's colour is met."""
        image, wanted = self.image(), getattr(tokens(), token)
        start, end = (self.plot.view_point(bar, price) for bar, price in zip(bars, prices, strict=True))
        columns = range(round(start.x()) + 12, round(end.x()) - 2)
        hits = 0
        for x in columns:
            y = start.y() + (end.y() - start.y()) * (x - start.x()) / (end.x() - start.x())
            hits += max(share_of(image.pixelColor(x, round(y) + shift), wanted) for shift in (-1, 0, 1)) > 0.4
        return hits / len(columns)


@pytest.fixture
def shown(qtbot: QtBot, dark: QApplication) -> Shown:
    return Shown(qtbot)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_purchase_stands_below_its_price_and_a_gain_leads_to_the_last_close(
    shown: Shown, dark: QApplication, theme: str
) -> None:
    apply_theme(dark, theme)
    shown.mark.dress(tokens())
    shown.mark.set_position(LONG)
    assert alike(shown.near(20, 40, +11), tokens().up)
    assert alike(shown.near(20, 40, -11), tokens().chart_ground)
    assert 0.2 < shown.line("success", (20, 80), (40.0, 70.0)) < 0.9, "dotted"
    assert alike(shown.near(80, 70, -11), tokens().chart_ground), "nothing has been sold"


def test_a_short_sale_stands_above_its_price_and_a_loss_has_its_colour(shown: Shown) -> None:
    shown.mark.set_position(SHORT)
    assert alike(shown.near(20, 60, -11), tokens().down)
    assert alike(shown.near(20, 60, +11), tokens().chart_ground)
    assert shown.line("danger", (20, 80), (60.0, 60.0)) > 0.2
    assert shown.line("success", (20, 80), (60.0, 60.0)) == 0


def test_on_a_logarithmic_scale_it_lies_at_the_logarithms(shown: Shown) -> None:
    shown.mark.set_position(LONG)
    shown.mark.set_logarithmic(True)
    shown.plot.view.setRange(yRange=(0, 2), padding=0)
    assert alike(shown.near(20, np.log10(40.0), +11), tokens().up)
    assert shown.line("success", (20, 80), (np.log10(40.0), np.log10(70.0))) > 0.2


def test_beside_the_view_and_without_a_position_nothing_is_drawn(shown: Shown) -> None:
    bare = shown.image()
    shown.mark.set_position(LONG)
    assert shown.image() != bare
    for left, right in ((82, 100), (0, 18)):
        shown.plot.view.setRange(xRange=(left, right), padding=0)
        with_it = shown.image()
        shown.mark.set_position(None)
        assert shown.image() == with_it
        shown.mark.set_position(LONG)
    shown.mark.set_position(None)
    assert shown.mark.columns() == ()


def test_the_table_names_the_bars_at_which_it_was_held(shown: Shown) -> None:
    shown.mark.set_position(SHORT)
    (column,) = shown.mark.columns()
    assert column.title == "position still open"
    assert list(column.values) == [""] * 20 + ["short"] * 61


def test_the_charts_show_the_position_of_their_run_and_no_other_ones(
    charts: LinkedCharts, tiny_bars: Callable[..., pd.DataFrame]
) -> None:
    bars = tiny_bars(200, frequency="1D")
    closes = bars["close"].to_numpy()
    held = OpenPosition(60, 199, float(closes[60]), float(closes[-1]), True, 1.0)
    plain = chart_data(bars, trades=3)
    charts.set_data(plain)
    before = charts.price_plot.viewport().grab().toImage()
    charts.set_data(replace(plain, open_position=held))
    assert charts.price_plot.viewport().grab().toImage() != before
    assert "position still open" in [column.title for column in charts.price_plot.figures().columns]
    charts.show_trades(frozenset())
    assert "position still open" in [column.title for column in charts.price_plot.figures().columns], "it is no trade"
    charts.set_logarithmic(True)
    assert charts.base.open_mark._prices == pytest.approx(np.log10([closes[60], closes[-1]]))
    charts.set_logarithmic(False)
    charts.set_data(plain)
    assert charts.price_plot.viewport().grab().toImage() == before
