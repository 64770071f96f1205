"""The way of random accounts on the equity chart: areas between percentiles, scaled to, tabled, and the run on top."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.chart_data import ChartData
from ktrdr_app.gui.charts.luck_band import PERCENTILES, LuckBand, LuckWay
from ktrdr_app.gui.charts.view import LinkedCharts
from ktrdr_app.gui.ui.theme import apply_theme, tokens

pytestmark = pytest.mark.gui

BARS = 200
AT = np.unique(np.linspace(0, BARS - 1, 40).round().astype(np.int64))
SPREAD = np.array([-1.0, -0.4, 0.0, 0.5, 1.5])
LEVELS = 1000.0 + SPREAD[:, None] * AT
"""Percentiles that part from each other as time goes by."""
DATA = ChartData(
    "GOOG 1d",
    np.arange(BARS, dtype=np.int64) * 86_400_000_000_000,
    equity=np.linspace(1000.0, 1100.0, BARS),
    start_value=1000.0,
    luck=(801.0, 1000.0, 1298.5),
    luck_way=LuckWay(AT, LEVELS, BARS),
)


@pytest.fixture
def charts(qtbot: QtBot, dark: QApplication) -> LinkedCharts:
    made = LinkedCharts()
    qtbot.addWidget(made)
    made.resize(900, 640)
    made.show()
    qtbot.waitExposed(made)
    made.set_data(DATA)
    return made


def pixel(charts: LinkedCharts, bar: float, value: float) -> QColor:
    plot = charts.equity_plot
    return plot.viewport().grab().toImage().pixelColor(plot.view_point(bar, value).toPoint())


def tinted(opacities: tuple[int, ...]) -> tuple[float, ...]:
    """Return the colour of areas of some opacities over the ground."""
    colour, mixed = QColor(tokens().series_4).getRgb()[:3], QColor(tokens().chart_ground).getRgb()[:3]
    for opacity in opacities:
        share = opacity / 255
        mixed = tuple(share * top + (1 - share) * below for top, below in zip(colour, mixed, strict=True))
    return tuple(mixed)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_two_areas_lie_between_the_percentiles(charts: LinkedCharts, dark: QApplication, theme: str) -> None:
    apply_theme(dark, theme)
    bar = 151.3
    inner = [pixel(charts, bar, 1000 + share * bar).getRgb()[:3] for share in (-0.2, 0.2)]
    outer = [pixel(charts, bar, 1000 + share * bar).getRgb()[:3] for share in (-0.7, 1.0)]
    for seen in inner:
        assert seen == pytest.approx(tinted((34, 52)), abs=4)
    for seen in outer:
        assert seen == pytest.approx(tinted((34,)), abs=4)
    for share in (-1.05, 1.55):
        assert pixel(charts, bar, 1000 + share * bar).getRgb()[:3] == pytest.approx(tinted(()), abs=4)


def test_the_account_is_drawn_over_them(charts: LinkedCharts) -> None:
    plot = charts.equity_plot
    image = plot.viewport().grab().toImage()
    wanted = QColor(tokens().series_1)
    for bar in range(40, 180, 20):
        place = plot.view_point(bar, float(DATA.equity[bar])).toPoint()
        column = [image.pixelColor(place.x(), place.y() + shift) for shift in range(-2, 3)]
        nearest = min(abs(seen.red() - wanted.red()) + abs(seen.green() - wanted.green()) for seen in column)
        assert nearest < 40, f"the account is not on top at bar {bar}"


@pytest.mark.parametrize("logarithmic", [False, True])
def test_the_median_is_a_dotted_line_in_their_colour(charts: LinkedCharts, logarithmic: bool) -> None:
    levels = LEVELS.copy()
    levels[2] += 0.2 * AT
    charts.set_data(replace(DATA, luck_way=LuckWay(AT, levels, BARS)))
    charts.show_benchmark(False)
    charts.set_logarithmic(logarithmic)
    plot = charts.equity_plot
    image = plot.viewport().grab().toImage()
    dots = []
    for bar in np.arange(100.0, 190.0, 0.25):
        value = 1000 + 0.2 * bar
        place = plot.view_point(bar, np.log10(value) if logarithmic else value).toPoint()
        column = [image.pixelColor(place.x(), place.y() + shift).name() for shift in (-1, 0, 1)]
        dots.append(tokens().series_4 in column)
    assert 0.25 < np.mean(dots) < 0.9, "a line of dots, and gaps between them"


def test_the_values_fit_what_is_in_view(charts: LinkedCharts) -> None:
    for left, right in ((-1, BARS), (20, 80), (100, 190)):
        charts.show_range(left, right)
        low, high = charts.equity_plot.view.viewRange()[1]
        last = min(right, BARS - 1)
        low_end, high_end = 1000 - last, 1000 + 1.5 * last
        assert low < low_end + 2
        assert high > high_end - 2
        assert high - low < 1.3 * (high_end - low_end), "and no more"


def test_the_box_hides_and_shows_them(charts: LinkedCharts) -> None:
    charts.show_luck(False)
    assert not charts.rivals.band.isVisible()
    low, high = charts.equity_plot.view.viewRange()[1]
    assert 990 < low < 1000
    assert 1100 < high < 1110
    charts.set_data(DATA)
    assert not charts.rivals.band.isVisible(), "the choice stays"
    charts.show_luck(True)
    assert charts.rivals.band.isVisible()


def test_a_run_without_them_shows_none(charts: LinkedCharts) -> None:
    charts.set_data(replace(DATA, luck_way=None))
    assert not charts.rivals.band.isVisible()
    assert len(charts.rivals.band) == 0
    assert charts.rivals.luck.isVisible(), "only their end is known"
    assert "90 % of random trades" in charts.equity_plot.heading.toPlainText()
    charts.set_data(DATA)
    assert not charts.rivals.luck.isVisible(), "where their way is drawn, its end needs no beams"
    assert "random trades, 50 % and 90 %" in charts.equity_plot.heading.toPlainText()


def test_the_table_has_every_percentile_at_every_bar(charts: LinkedCharts) -> None:
    columns = {column.title: column.values for column in charts.equity_plot.figures().columns}
    for percentile, share in zip(PERCENTILES, SPREAD, strict=True):
        np.testing.assert_allclose(columns[f"random trades, {percentile} % below"], 1000 + share * np.arange(BARS))


def test_a_logarithmic_scale_holds_them_too(charts: LinkedCharts) -> None:
    charts.set_logarithmic(True)
    low, high = charts.equity_plot.view.viewRange()[1]
    assert 770 < 10**low < 802
    assert 1297 < 10**high < 1350
    assert charts.rivals.band.boundingRect().bottom() == pytest.approx(np.log10(LEVELS.max()))
    charts.set_logarithmic(False)
    assert charts.rivals.band.boundingRect().bottom() == pytest.approx(LEVELS.max())


def test_who_lost_all_has_no_logarithm_but_a_place() -> None:
    band = LuckBand()
    band.set_logarithmic(True)
    levels = LEVELS.copy()
    levels[0, -3:] = -5.0
    band.set_way(LuckWay(AT, levels, BARS))
    low, high = band.extent(0, BARS)
    assert 10**low == pytest.approx(levels[levels > 0].min())
    assert 10**high == pytest.approx(LEVELS.max())


@pytest.mark.parametrize(("first", "last"), [(0, 0), (5, 5), (9, 3)])
def test_of_no_bars_nothing_is_known(first: int, last: int) -> None:
    band = LuckBand()
    assert np.isnan(band.extent(0, 10)).all()
    band.set_way(LuckWay(AT, LEVELS, BARS))
    assert np.isnan(band.extent(first, last)).all()
    band.set_way(None)
    assert band.columns() == ()
    assert band.boundingRect().isNull()


@pytest.mark.parametrize(("first", "last"), [(0, BARS), (7, 8), (33, 120), (150, BARS)])
def test_the_extent_is_that_of_the_straight_lines(first: int, last: int) -> None:
    band = LuckBand()
    random = np.random.default_rng(2)
    levels = np.sort(random.normal(1000, 50, (5, len(AT))), axis=0)
    band.set_way(LuckWay(AT, levels, BARS))
    every = np.arange(first, last)
    low = np.interp(every, AT, levels[0]).min()
    high = np.interp(every, AT, levels[-1]).max()
    assert band.extent(first, last) == pytest.approx((low, high))
