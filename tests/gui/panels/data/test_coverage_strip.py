"""The strip under a real mouse and real keys: it tells, zooms to holes, moves, and shows all again."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.data.coverage_picture import palette
from ktrdr_app.gui.panels.data.coverage_strip import CoverageStrip
from ktrdr_app.gui.ui.theme import apply_theme, color, tokens
from tests.gui.panels.data.test_coverage_picture import HOUR, covered

pytestmark = pytest.mark.gui

FIRST, SECOND = (300, 340), (900, 903)


@pytest.fixture
def strip(qtbot: QtBot, dark: object) -> CoverageStrip:
    made = CoverageStrip()
    qtbot.addWidget(made)
    keep = np.ones(1500, dtype=bool)
    keep[slice(*FIRST)] = keep[slice(*SECOND)] = False
    made.set_maps([covered(keep), covered(np.ones(1200, dtype=bool))])
    made.resize(800, made.sizeHint().height())
    made.show()
    qtbot.waitExposed(made)
    return made


def at(strip: CoverageStrip, row: int, bar: float) -> QPoint:
    rect, (start, end) = strip.row_rect(row), strip.visible_range
    moment = strip.maps[0].start + bar * HOUR
    return QPointF(rect.left() + (moment - start) / (end - start) * rect.width(), rect.center().y()).toPoint()


def seen_bars(strip: CoverageStrip) -> tuple[float, float]:
    start, end = strip.visible_range
    return (start - strip.maps[0].start) / HOUR, (end - strip.maps[0].start) / HOUR


def test_a_click_on_a_hole_zooms_to_it(strip: CoverageStrip, qtbot: QtBot) -> None:
    assert seen_bars(strip) == (0, 1500)
    with qtbot.waitSignal(strip.rangeChanged) as told:
        qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=at(strip, 0, 320))
    assert told.args[0] == strip.visible_range
    left, right = seen_bars(strip)
    assert left < FIRST[0] < FIRST[1] < right
    assert right - left < 400
    assert strip.chosen_hole == 0


def test_a_hole_narrower_than_a_pixel_can_be_hit(strip: CoverageStrip, qtbot: QtBot) -> None:
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=at(strip, 0, 901) + QPoint(3, 0))
    left, right = seen_bars(strip)
    assert left < SECOND[0] < SECOND[1] < right
    assert right - left < 60


def test_a_click_beside_holes_does_nothing(strip: CoverageStrip, qtbot: QtBot) -> None:
    for place in (at(strip, 0, 600), at(strip, 1, 320)):
        qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=place)
    assert seen_bars(strip) == (0, 1500)


def test_hovering_tells_the_span_and_what_is_missing(strip: CoverageStrip, qtbot: QtBot) -> None:
    told: list[str] = []
    strip.told.connect(told.append)
    qtbot.mouseMove(strip, at(strip, 0, 320))
    assert told[-1] == "TEST: 40 bars missing, 2020-01-13 12:00 to 2020-01-15 03:00 UTC"
    qtbot.mouseMove(strip, at(strip, 0, 600))
    assert "bars are there" in told[-1]
    qtbot.mouseMove(strip, at(strip, 1, 1400))
    assert "outside the series" in told[-1]
    qtbot.mouseMove(strip, QPoint(5, 20))
    assert told[-1] == ""


def test_dragging_moves_and_is_no_click(strip: CoverageStrip, qtbot: QtBot) -> None:
    strip.show_range(strip.maps[0].start + 200 * HOUR, strip.maps[0].start + 600 * HOUR)
    begin = at(strip, 0, 320)
    qtbot.mousePress(strip, Qt.MouseButton.LeftButton, pos=begin)
    qtbot.mouseMove(strip, begin + QPoint(-100, 0))
    qtbot.mouseRelease(strip, Qt.MouseButton.LeftButton, pos=begin + QPoint(-100, 0))
    left, right = seen_bars(strip)
    moved = 100 / strip.row_rect(0).width() * 400
    assert left == pytest.approx(200 + moved, abs=0.01)
    assert right - left == pytest.approx(400)


def test_the_wheel_zooms_around_the_mouse(strip: CoverageStrip, qtbot: QtBot) -> None:
    place = at(strip, 0, 900)
    wheel = QWheelEvent(
        QPointF(place),
        QPointF(strip.mapToGlobal(place)),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(strip, wheel)
    left, right = seen_bars(strip)
    assert right - left == pytest.approx(1500 * 0.64, rel=1e-6)
    assert at(strip, 0, 900).x() == pytest.approx(place.x(), abs=1)


def test_keys_move_zoom_and_show_all(strip: CoverageStrip, qtbot: QtBot) -> None:
    strip.setFocus()
    qtbot.keyClick(strip, Qt.Key.Key_Up)
    assert seen_bars(strip) == pytest.approx((150, 1350))
    qtbot.keyClick(strip, Qt.Key.Key_Left)
    assert seen_bars(strip) == pytest.approx((30, 1230))
    qtbot.keyClick(strip, Qt.Key.Key_Right)
    qtbot.keyClick(strip, Qt.Key.Key_Down)
    assert seen_bars(strip) == pytest.approx((0, 1500))
    qtbot.keyClick(strip, Qt.Key.Key_Up)
    qtbot.keyClick(strip, Qt.Key.Key_Home)
    assert seen_bars(strip) == (0, 1500)


def test_keys_go_from_hole_to_hole(strip: CoverageStrip, qtbot: QtBot) -> None:
    told: list[str] = []
    strip.told.connect(told.append)
    strip.setFocus()
    qtbot.keyClick(strip, Qt.Key.Key_BracketRight)
    assert (strip.chosen_hole, "40 bars missing" in told[-1]) == (0, True)
    qtbot.keyClick(strip, Qt.Key.Key_BracketRight)
    qtbot.keyClick(strip, Qt.Key.Key_BracketRight)
    assert (strip.chosen_hole, "3 bars missing" in told[-1]) == (1, True)
    qtbot.keyClick(strip, Qt.Key.Key_Return)
    left, right = seen_bars(strip)
    assert left < SECOND[0] < SECOND[1] < right
    qtbot.keyClick(strip, Qt.Key.Key_BracketLeft)
    left, right = seen_bars(strip)
    assert left < FIRST[0] < FIRST[1] < right, "a hole out of view is brought into it"
    qtbot.keyClick(strip, Qt.Key.Key_PageDown)
    qtbot.keyClick(strip, Qt.Key.Key_BracketRight)
    assert strip.chosen_hole == -1, "the second row has no hole"


def test_zoom_stays_within_the_series_and_above_a_few_bars(strip: CoverageStrip) -> None:
    strip.show_range(-(10**18), 3 * 10**18)
    assert seen_bars(strip) == (0, 1500)
    strip.show_range(strip.maps[0].start, strip.maps[0].start + 1)
    assert seen_bars(strip) == (0, 8)


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_holes_are_painted_as_holes(strip: CoverageStrip, dark: QApplication, theme: str) -> None:
    apply_theme(dark, theme)
    colours = palette(tokens())
    image = strip.grab().toImage()
    ratio = image.devicePixelRatio()

    def painted(row: int, bar: float) -> int:
        place = at(strip, row, bar)
        return image.pixel(round(place.x() * ratio), round(place.y() * ratio))

    assert painted(0, 600) == int(colours[6])
    assert painted(0, 320) in (int(colours[2]), color("danger").rgb())
    assert painted(0, 901.5) == color("danger").rgb(), "narrower than a pixel, and seen"
    assert painted(1, 320) == int(colours[6])
    assert painted(1, 1400) == int(colours[0])


def test_new_series_keep_a_part_in_view_but_not_the_whole(strip: CoverageStrip) -> None:
    longer = covered(np.ones(2000, dtype=bool))
    strip.set_maps([*strip.maps, longer], keep_range=True)
    assert seen_bars(strip) == (0, 2000)
    strip.show_range(strip.maps[0].start + 100 * HOUR, strip.maps[0].start + 200 * HOUR)
    strip.set_maps(strip.maps[:2], keep_range=True)
    assert seen_bars(strip) == (100, 200)
    strip.set_maps([])
    assert strip.accessibleDescription() == "nothing to show"


def test_it_can_be_read_aloud(strip: CoverageStrip) -> None:
    words = strip.accessibleDescription().replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert "97.13 % of 1 500 expected bars, 2 holes, the largest: 40 bars missing" in words
    assert "100.0 % of 1 200 expected bars, no hole" in words
    assert strip.accessibleName() == "Coverage"


def test_without_series_nothing_happens(qtbot: QtBot, dark: object) -> None:
    empty = CoverageStrip()
    qtbot.addWidget(empty)
    empty.show()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Return, Qt.Key.Key_BracketRight):
        qtbot.keyClick(empty, key)
    qtbot.mouseClick(empty, Qt.MouseButton.LeftButton)
    assert not empty.grab().isNull()
