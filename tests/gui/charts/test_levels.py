"""Lines at fixed values: dashed, as wide as the view, in the colour asked for."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.axis import ValueAxis, write_value
from ktrdr_app.gui.charts.levels import LevelLines
from ktrdr_app.gui.charts.plot import ThemedPlot

pytestmark = pytest.mark.gui

RED = "#ff0000"


@pytest.fixture
def plot(qtbot: QtBot, dark: object) -> ThemedPlot:
    made = ThemedPlot("Levels", ValueAxis(write_value), ValueAxis(write_value, "bottom"))
    qtbot.addWidget(made)
    made.resize(400, 240)
    made.show()
    qtbot.waitExposed(made)
    made.view.setYRange(0, 10, padding=0)
    made.view.setXRange(0, 100, padding=0)
    return made


def reddish(plot: ThemedPlot, y: float) -> list[float]:
    """Return the places across at which the row of a value is red."""
    image: QImage = plot.viewport().grab().toImage()
    found = []
    for x in range(1, 100):
        spot = plot.view_point(x, y).toPoint()
        around = [image.pixelColor(spot.x(), spot.y() + dy) for dy in (-1, 0, 1)]
        if any(colour.red() > 90 and colour.red() > 2 * colour.green() for colour in around):
            found.append(float(x))
    return found


def test_every_value_has_a_dashed_line_from_edge_to_edge(plot: ThemedPlot) -> None:
    lines = LevelLines()
    plot.view.addItem(lines)
    lines.set_colour(RED)
    lines.set_values([3.0, 7.0])
    for span in ((0, 100), (0, 1_000_000)):
        plot.view.setXRange(*span, padding=0)
        plot.view.setXRange(0, 100, padding=0)
        for value in (3.0, 7.0):
            inked = reddish(plot, value)
            assert inked[0] < 6
            assert inked[-1] > 94
            assert 30 < len(inked) < 99, "there are no gaps in it"
        assert reddish(plot, 5.0) == []


def test_other_values_take_the_place_of_the_old_ones_and_none_draws_nothing(plot: ThemedPlot) -> None:
    lines = LevelLines()
    plot.view.addItem(lines)
    lines.set_colour(RED)
    lines.set_values((3.0,))
    lines.set_values([5.0])
    assert reddish(plot, 3.0) == []
    assert reddish(plot, 5.0)
    lines.set_colour("#00ff00")
    assert reddish(plot, 5.0) == []
    lines.set_values([])
    assert lines.values == ()
    plot.grab()


def test_lines_lie_behind_what_is_drawn_at_the_usual_place() -> None:
    assert LevelLines().zValue() < 0


def test_a_value_out_of_sight_does_not_widen_the_view(plot: ThemedPlot) -> None:
    lines = LevelLines()
    plot.view.addItem(lines)
    lines.set_values([1e9])
    plot.grab()
    assert plot.view.viewRange() == [[0, 100], [0, 10]]
