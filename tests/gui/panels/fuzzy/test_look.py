"""The editor's picture by pixels: curves where the memberships are, the histogram behind, the selected set in front."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from ktrdr_app.fuzzy import membership
from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.panels.fuzzy.handle_layer import set_colour
from ktrdr_app.gui.panels.fuzzy.plot import FuzzyPlot
from ktrdr_app.gui.ui.theme import apply_theme, tokens

pytestmark = pytest.mark.gui


def picture(plot: FuzzyPlot) -> QImage:
    return plot.viewport().grab().toImage()


def distance(first: QColor, second: str) -> int:
    other = QColor(second)
    return sum(abs(a - b) for a, b in zip(first.getRgb(), other.getRgb(), strict=True))


def on_curve(image: QImage, plot: FuzzyPlot, x: float, level: float, colour: str) -> bool:
    place = plot.view_point(x, level).toPoint()
    spots = [(place.x() + dx, place.y() + dy) for dx in (-2, -1, 0, 1, 2) for dy in (-3, -2, -1, 0, 1, 2, 3)]
    return any(distance(image.pixelColor(*spot), colour) < 110 for spot in spots)


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
@pytest.mark.parametrize("name", ["rsi", "macd"])
def test_curves_are_where_the_memberships_are(
    name: str, theme: str, plot: FuzzyPlot, document: FuzzyDocument, dark: QApplication
) -> None:
    document.show(name)
    plot.set_values({})
    apply_theme(dark, theme)
    image = picture(plot)
    low, high = plot.shown_range
    for number, (key, entry) in enumerate(document.sets().items()):
        grid = np.linspace(low + 0.02 * (high - low), high - 0.02 * (high - low), 40)
        levels = membership(entry.type, entry.parameters, grid, entry.shoulder)
        colour = set_colour(number, tokens())
        for x, level in zip(grid, levels, strict=True):
            if level > 0.05:
                assert on_curve(image, plot, float(x), float(level), colour), f"{key} is missing at {x:.2f}"


def test_sets_draw_no_line_along_the_floor(plot: FuzzyPlot, document: FuzzyDocument) -> None:
    plot.set_values({})
    image = picture(plot)
    assert not on_curve(image, plot, 60.0, 0.0, set_colour(0, tokens())), "low is drawn where it is zero"
    assert not on_curve(image, plot, 35.0, 0.0, set_colour(2, tokens())), "high is drawn where it is zero"


def test_the_histogram_is_as_high_as_its_bins(plot: FuzzyPlot) -> None:
    values = {"A": np.concatenate([np.full(400, 45.0), np.full(100, 55.0)])}
    plot.set_values(values)
    image = picture(plot)
    edges, heights = plot.backdrop.whole.getData()
    assert np.sort(heights)[-2:].tolist() == [pytest.approx(0.2), pytest.approx(0.8)]
    for value in (45.0, 55.0):
        place = int(np.searchsorted(edges, value, side="right")) - 1
        middle, top = (edges[place] + edges[place + 1]) / 2, heights[place]
        inside = image.pixelColor(plot.view_point(middle, top * 0.55).toPoint())
        above = image.pixelColor(plot.view_point(middle, top + 0.06).toPoint())
        assert inside.lightness() > above.lightness() + 8, f"no bar at {value}"


def test_the_selected_set_is_drawn_stronger(plot: FuzzyPlot) -> None:
    plot.set_values({})

    def strength(key: str) -> int:
        plot.select(key)
        image = picture(plot)
        place = plot.view_point(50.0, 0.6).toPoint()
        return distance(image.pixelColor(place), tokens().chart_ground)

    assert strength("middle") > strength("low") + 10
    assert plot._curves["low"].opts["pen"].widthF() > plot._curves["middle"].opts["pen"].widthF()


@pytest.mark.parametrize("size", [(600, 260), (900, 420), (1400, 700)])
def test_the_picture_fills_its_widget(size: tuple[int, int], plot: FuzzyPlot) -> None:
    plot.resize(*size)
    picture(plot)
    low, high = plot.shown_range
    left, right = plot.view_point(low, 0).x(), plot.view_point(high, 0).x()
    assert right - left > size[0] * 0.85
    assert plot.view_point(50, 0).y() - plot.view_point(50, 1).y() > size[1] * 0.5
    for grip in plot.layer.grips:
        place = plot.grip_point(grip)
        assert 0 <= place.x() <= size[0]
        assert 0 <= place.y() <= size[1]
