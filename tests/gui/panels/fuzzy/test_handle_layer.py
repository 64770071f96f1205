"""Handles under the mouse, their names, and their pictures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from ktrdr_app.gui.documents.set_handles import Handle
from ktrdr_app.gui.panels.fuzzy.handle_layer import REACH, Grip, nearest, set_colour
from ktrdr_app.gui.panels.fuzzy.plot import FuzzyPlot
from ktrdr_app.gui.ui.theme import apply_theme, tokens

pytestmark = pytest.mark.gui


def grip(key: str, index: int = 0) -> Grip:
    return Grip(key, Handle(index, "peak", 0.0, 1.0))


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 100)), min_size=1, max_size=8), st.integers(0, 200))
def test_the_nearest_handle_in_reach_is_taken(places: list[tuple[int, int]], x: int) -> None:
    points = [QPointF(*place) for place in places]
    grips = [grip(str(number)) for number in range(len(points))]
    found = nearest(grips, points, QPointF(x, 50), "none of them")
    distances = [((px - x) ** 2 + (py - 50) ** 2) ** 0.5 for px, py in places]
    if min(distances) > REACH:
        assert found is None
    else:
        assert found is not None
        assert distances[found] <= min(distances) + 3.0


def test_where_handles_lie_together_the_selected_set_wins() -> None:
    grips = [grip("a"), grip("b"), grip("c")]
    points = [QPointF(50, 50), QPointF(50, 50), QPointF(90, 50)]
    assert nearest(grips, points, QPointF(51, 50), "b") == 1
    assert nearest(grips, points, QPointF(51, 50), "a") == 0
    assert nearest(grips, points, QPointF(51, 50), "") == 0
    assert nearest(grips, points, QPointF(88, 50), "b") == 2, "the selected set does not win from afar"


def test_a_press_may_miss_by_twelve_pixels_and_no_more() -> None:
    assert REACH == 12.0
    assert nearest([grip("a")], [QPointF(0, 0)], QPointF(11.9, 0), "") == 0
    assert nearest([grip("a")], [QPointF(0, 0)], QPointF(12.1, 0), "") is None
    assert nearest([], [], QPointF(0, 0), "") is None


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_sets_have_colours_of_their_own(theme: str, dark: QApplication) -> None:
    apply_theme(dark, theme)
    colours = [set_colour(number, tokens()) for number in range(7)]
    assert len(set(colours)) == 7
    assert set_colour(7, tokens()) == colours[0]


def colours_near(plot: FuzzyPlot, grip: Grip) -> set[str]:
    image = plot.viewport().grab().toImage()
    place = plot.grip_point(grip).toPoint()
    return {image.pixelColor(place.x() + dx, place.y() + dy).name() for dx in range(-1, 2) for dy in range(-1, 2)}


def test_handles_of_the_selected_set_are_filled_and_others_are_hollow(plot: FuzzyPlot) -> None:
    plot.select("middle")
    theme = tokens()
    for held in plot.layer.grips:
        if held.other:
            continue  # a crossing has a diamond in the colour of neither set
        colour = set_colour(["low", "middle", "high"].index(held.key), theme)
        assert colours_near(plot, held) == ({colour} if held.key == "middle" else {theme.chart_ground})


def test_the_handle_with_the_keyboard_has_a_ring(plot: FuzzyPlot) -> None:
    held = plot.layer.grips[3]
    before = plot.viewport().grab().toImage()
    plot._focus(held)
    after = plot.viewport().grab().toImage()
    place = plot.grip_point(held).toPoint()
    ring = [after.pixelColor(place.x() + 10 + dx, place.y()) for dx in (-1, 0, 1)]
    wanted = QColor(tokens().focus)
    assert any(abs(colour.blue() - wanted.blue()) < 40 and abs(colour.red() - wanted.red()) < 60 for colour in ring)
    assert before != after


def test_every_set_is_named_at_its_top(plot: FuzzyPlot) -> None:
    image = plot.viewport().grab().toImage()
    theme = tokens()
    low, high = plot.shown_range
    for number, x in enumerate(((low + 25.0) / 2, 50.0, (75.0 + high) / 2)):
        place = plot.view_point(x, 1.12).toPoint()
        wanted = QColor(set_colour(number, theme))
        area = [
            image.pixelColor(place.x() + dx, place.y() + dy)
            for dx in range(-60, 61)
            for dy in range(-8, 9)
            if 0 <= place.x() + dx < image.width()
        ]
        close = [c for c in area if abs(c.red() - wanted.red()) + abs(c.green() - wanted.green()) < 90]
        assert len(close) > 8, f"no name in the colour of set {number}"
