"""Candles of a series in any span, with its holes marked, and nothing where there is nothing."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.panels.data.preview import LEAST_BARS, SeriesPreview
from ktrdr_app.gui.ui.theme import color
from ktrdr_app.workflows import view_series
from ktrdr_app.workflows.series_view import SeriesView, SeriesViewRequest

pytestmark = pytest.mark.gui
HOUR = 3_600_000_000_000


@pytest.fixture
def series(markets: Workspace) -> SeriesView:
    return view_series(SeriesViewRequest(markets, "ETHUSDT", "1h"))


@pytest.fixture
def preview(qtbot: QtBot, dark: object, series: SeriesView) -> SeriesPreview:
    made = SeriesPreview()
    qtbot.addWidget(made)
    made.resize(700, 300)
    made.show()
    made.show_series(series)
    qtbot.waitExposed(made)
    return made


def test_holes_stand_after_the_bar_before_them(preview: SeriesPreview, series: SeriesView) -> None:
    gaps = np.flatnonzero(np.diff(series.times) > HOUR)
    assert preview.gap_bars.tolist() == [gap + 0.5 for gap in gaps]


def test_a_span_shows_its_bars_and_scales_to_them(preview: SeriesPreview, series: SeriesView) -> None:
    preview.show_span(int(series.times[200]), int(series.times[300]))
    left, right = preview.view.viewRange()[0]
    assert (left, right) == pytest.approx((199.5, 299.5))
    low, high = preview.view.viewRange()[1]
    assert low < series.low[200:300].min() < series.high[200:300].max() < high
    assert high - low < 1.3 * (series.high[200:300].max() - series.low[200:300].min())


def test_a_span_without_bars_shows_its_neighbours(preview: SeriesPreview, series: SeriesView) -> None:
    hole = series.coverage.holes
    preview.show_span(int(hole.start[0]), int(hole.end[0]))
    left, right = preview.view.viewRange()[0]
    assert right - left >= LEAST_BARS
    assert left < preview.gap_bars[0] < right


def test_a_hole_is_a_line_between_candles(preview: SeriesPreview, series: SeriesView) -> None:
    preview.show_span(int(series.times[90]), int(series.times[112]))
    image = preview.grab().toImage()
    place = preview.view_point(preview.gap_bars[0], 0.0)
    x = round(preview.viewport().mapTo(preview, place.toPoint()).x())
    danger = color("danger").rgb()
    seen = [image.pixel(x + shift, y) == danger for shift in (-1, 0, 1) for y in range(10, image.height() - 30)]
    assert sum(seen) > 40
    preview.show_all()


def test_moving_it_tells_the_span(preview: SeriesPreview, series: SeriesView, qtbot: QtBot) -> None:
    preview.setFocus()
    with qtbot.waitSignal(preview.spanChanged) as told:
        qtbot.keyClick(preview, Qt.Key.Key_Up)
    start, end = told.args[0]
    assert series.times[0] < start < end < series.times[-1] + HOUR
    with qtbot.assertNotEmitted(preview.spanChanged):
        preview.show_span(int(series.times[10]), int(series.times[50]))


def test_nothing_is_shown_as_nothing(preview: SeriesPreview, qtbot: QtBot) -> None:
    preview.clear()
    assert preview.accessibleDescription() == "nothing to show"
    preview.show_span(0, 1)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Home):
        qtbot.keyClick(preview, key)
    assert not preview.grab().isNull()
