"""The picture of coverage by itself: rows that never overlap, a span kept within the series, and what is painted."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.data.strip_picture import AXIS, LEAST_BARS, MARK, MOST_ROWS, ROW, StripPicture
from ktrdr_app.gui.ui.theme import apply_theme, tokens
from tests.gui.panels.data.test_coverage_picture import HOUR, covered

pytestmark = pytest.mark.gui

BARS = 600
HOLE = (200, 260)


def with_hole(bars: int = BARS, hole: tuple[int, int] = HOLE) -> np.ndarray:
    keep = np.ones(bars, dtype=bool)
    keep[slice(*hole)] = False
    return keep


@pytest.fixture
def picture(qtbot: QtBot, dark: object) -> StripPicture:
    made = StripPicture()
    qtbot.addWidget(made)
    made.set_maps([covered(with_hole()), covered(np.ones(BARS, dtype=bool))])
    made.resize(700, made.sizeHint().height())
    made.show()
    qtbot.waitExposed(made)
    return made


def bars_in_view(picture: StripPicture) -> tuple[float, float]:
    start, end = picture.visible_range
    first = picture.maps[0].start
    return (start - first) / HOUR, (end - first) / HOUR


def test_rows_lie_below_each_other_within_the_widget(picture: StripPicture) -> None:
    rows = [picture.row_rect(row) for row in range(len(picture.maps))]
    for above, below in itertools.pairwise(rows):
        assert below.top() - above.bottom() >= MARK - 1, "there is room for marks"
    assert rows[0].top() >= MARK
    assert rows[-1].bottom() + AXIS <= picture.height()
    assert all(row.left() > 0 and row.right() < picture.width() and row.height() == ROW for row in rows)


def test_it_grows_by_a_row_for_each_series_and_shows_no_more_than_fit(picture: StripPicture) -> None:
    heights = []
    for count in range(1, MOST_ROWS + 3):
        picture.set_maps([covered(with_hole(40, (10, 12)))] * count)
        heights.append(picture.sizeHint().height())
        assert picture.minimumSizeHint().height() == heights[-1], "rows are never squeezed"
    assert np.diff(heights).tolist() == [ROW + MARK] * (MOST_ROWS - 1) + [0, 0]
    assert len(picture.maps) == MOST_ROWS


def test_a_hole_is_marked_at_its_middle(picture: StripPicture) -> None:
    rect = picture.row_rect(0)
    point = picture.hole_point(0, 0)
    assert point.x() == pytest.approx(rect.left() + rect.width() * 230 / BARS)
    assert point.y() == rect.center().y()


def test_a_hole_half_in_view_is_marked_at_the_middle_of_what_is_seen(picture: StripPicture) -> None:
    first = picture.maps[0].start
    picture.show_range(first + 240 * HOUR, first + 340 * HOUR)
    rect = picture.row_rect(0)
    assert picture.hole_point(0, 0).x() == pytest.approx(rect.left() + rect.width() * 0.10)


@given(start=st.integers(-1000, 2000), width=st.integers(-50, 3000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_the_span_stays_within_the_series_and_never_too_close(picture: StripPicture, start: int, width: int) -> None:
    first = picture.maps[0].start
    picture.show_range(first + start * HOUR, first + (start + width) * HOUR)
    left, right = bars_in_view(picture)
    assert 0 <= left < right <= BARS
    assert right - left == pytest.approx(min(max(width, LEAST_BARS), BARS), abs=1e-6)


def test_a_change_of_the_span_is_told_once_and_none_is_not_told(picture: StripPicture, qtbot: QtBot) -> None:
    first = picture.maps[0].start
    with qtbot.waitSignal(picture.rangeChanged) as told:
        picture.show_range(first + 10 * HOUR, first + 90 * HOUR)
    assert told.args == [(first + 10 * HOUR, first + 90 * HOUR)]
    with qtbot.assertNotEmitted(picture.rangeChanged):
        picture.show_range(first + 10 * HOUR, first + 90 * HOUR)
        picture.update()
    with qtbot.waitSignal(picture.rangeChanged):
        picture.show_all()
    assert bars_in_view(picture) == (0, BARS)


def test_zooming_to_a_stretch_shows_its_surroundings_too(picture: StripPicture) -> None:
    first = picture.maps[0].start
    picture.zoom_to(first + 300 * HOUR, first + 301 * HOUR)
    left, right = bars_in_view(picture)
    assert (left, right) == (288, 313)
    picture.zoom_to(first + 200 * HOUR, first + 260 * HOUR)
    left, right = bars_in_view(picture)
    assert (left, right) == (80, 380)


def column_of(picture: StripPicture, bar: float) -> int:
    rect, (left, right) = picture.row_rect(0), bars_in_view(picture)
    return round(rect.left() + (bar - left) / (right - left) * rect.width())


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_bars_holes_and_the_arrow_are_painted_in_the_themes_colours(
    picture: StripPicture, dark: QApplication, theme: str
) -> None:
    apply_theme(dark, theme)
    image, rect = picture.grab().toImage(), picture.row_rect(0)
    middle = round(rect.center().y())
    assert image.pixelColor(column_of(picture, 100), middle) == QColor(tokens().up)
    assert image.pixelColor(column_of(picture, 215), middle) == QColor(tokens().danger)
    arrow = image.pixelColor(column_of(picture, 230), round(rect.top()) - 3)
    assert arrow == QColor(tokens().danger), "the hole has an arrow above it"
    assert image.pixelColor(column_of(picture, 100), round(rect.top()) - 3) == QColor(tokens().chart_ground)


def test_a_theme_that_changes_is_painted_without_being_asked(
    picture: StripPicture, dark: QApplication, qtbot: QtBot
) -> None:
    apply_theme(dark, "light")
    corner = QPoint(8, picture.height() - 8)
    assert picture.grab().toImage().pixelColor(corner) == QColor(tokens().chart_ground)


def test_the_outline_shows_who_has_the_keyboard(picture: StripPicture, qtbot: QtBot) -> None:
    edge = QPoint(picture.width() // 2, 1)
    picture.setFocus()
    qtbot.waitUntil(picture.hasFocus)
    assert picture.grab().toImage().pixelColor(edge) == QColor(tokens().focus)
    picture.clearFocus()
    assert picture.grab().toImage().pixelColor(edge) == QColor(tokens().border)


def test_without_series_it_is_empty_and_says_so(picture: StripPicture) -> None:
    picture.set_maps([])
    assert picture.visible_range == (0, 1)
    assert picture.accessibleDescription() == "nothing to show"
    ground = picture.grab().toImage().pixelColor(picture.width() // 2, picture.height() // 2)
    assert ground == QColor(tokens().chart_ground)
