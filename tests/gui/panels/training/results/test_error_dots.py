"""Dots with bounds: where they are painted, how large, in which colour, and what is left out."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.figures import Series
from ktrdr_app.gui.charts.plot import ThemedPlot
from ktrdr_app.gui.panels.training.results.error_dots import LEAST, MOST, ErrorDots

pytestmark = pytest.mark.gui

COLOUR = "#ff0000"


class Stage(ThemedPlot):
    """A plot of 0 to 10 by 0 to 10 with dots on it."""

    def __init__(self, *, across: bool) -> None:
        super().__init__("Stage", pg.AxisItem("left"), pg.AxisItem("bottom"))
        self.dots = ErrorDots(across=across)
        self.dots.set_colour(COLOUR)
        self.view.addItem(self.dots)
        self.view.setXRange(0, 10, padding=0)
        self.view.setYRange(0, 10, padding=0)
        self.resize(420, 420)

    def put(self, *dots: tuple[float, float, float, float, float]) -> None:
        """Show dots of place, value, low, high and weight."""
        columns = [np.array(column, dtype=float) for column in zip(*dots, strict=True)]
        self.dots.set_dots(*columns, (Series("value", columns[1]),))

    def red(self, image: QImage, x: float, y: float, reach: int = 1) -> int:
        """Return how many pixels around a data point are of the dots' colour, edges included."""
        spot = self.view_point(x, y).toPoint() + QPoint(2, 2)
        around = range(-reach, reach + 1)
        colours = [image.pixelColor(spot.x() + i, spot.y() + j) for i in around for j in around]
        return sum(colour.red() - colour.blue() > 80 for colour in colours)


@pytest.fixture(params=[False, True], ids=["up", "across"])
def stage(request: pytest.FixtureRequest, qtbot: QtBot, dark: object) -> Stage:
    made = Stage(across=request.param)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def at(stage: Stage, place: float, value: float) -> tuple[float, float]:
    return (value, place) if stage.dots._across else (place, value)


def test_a_dot_stands_at_its_value_and_its_line_between_the_bounds(stage: Stage) -> None:
    stage.put((5.0, 4.0, 2.0, 8.0, 1.0))
    image = stage.grab().toImage()
    assert stage.red(image, *at(stage, 5, 4), reach=3) == 49, "a full dot"
    for value in (2.5, 6.0, 7.5):
        assert stage.red(image, *at(stage, 5, value)) > 0, value
    for value in (1.0, 9.2):
        assert stage.red(image, *at(stage, 5, value)) == 0, value
    assert stage.red(image, *at(stage, 7, 4)) == 0, "nothing beside it"


def test_caps_end_the_line(stage: Stage) -> None:
    stage.put((5.0, 4.0, 2.0, 8.0, 1.0))
    image = stage.grab().toImage()
    step = 3 / 40  # three pixels beside the line
    assert stage.red(image, *at(stage, 5 + step, 8), reach=1) > 0
    assert stage.red(image, *at(stage, 5 + step, 6.5), reach=1) <= stage.red(image, *at(stage, 5, 6.5), reach=1)


def test_weight_decides_the_size(stage: Stage) -> None:
    stage.put((2.0, 5.0, 5.0, 5.0, 1.0), (5.0, 5.0, 5.0, 5.0, 16.0), (8.0, 5.0, 5.0, 5.0, 0.0))
    image = stage.grab().toImage()
    ink = [stage.red(image, *at(stage, place, 5), reach=11) for place in (2, 5, 8)]
    assert ink[1] > ink[0] > ink[2] > 0
    least, most = (np.pi * radius**2 for radius in (LEAST, MOST))
    assert ink[1] == pytest.approx(most, rel=0.5)
    assert ink[2] == pytest.approx(least, rel=0.9)


def test_dots_without_weight_are_small_and_alike(stage: Stage) -> None:
    stage.put((3.0, 5.0, 5.0, 5.0, 0.0), (7.0, 5.0, 5.0, 5.0, 0.0))
    image = stage.grab().toImage()
    first, second = (stage.red(image, *at(stage, place, 5), reach=11) for place in (3, 7))
    assert abs(first - second) <= 12
    assert 0 < first < np.pi * MOST**2


@pytest.mark.parametrize("unknown", [0, 1, 2])
def test_a_dot_of_which_something_is_not_known_is_left_out(stage: Stage, unknown: int) -> None:
    figures = [5.0, 2.0, 8.0]
    figures[unknown] = np.nan
    stage.put((3.0, *figures, 1.0), (7.0, 5.0, 2.0, 8.0, 1.0))
    image = stage.grab().toImage()
    assert stage.red(image, *at(stage, 3, 5), reach=11) == 0
    assert stage.red(image, *at(stage, 7, 5), reach=11) > 0


def test_none_known_paints_nothing_and_faults_nothing(stage: Stage) -> None:
    stage.put((3.0, np.nan, np.nan, np.nan, 1.0))
    image = stage.grab().toImage()
    assert stage.red(image, 5, 5, reach=150) == 0


def test_the_table_is_the_one_that_came_with_them(stage: Stage) -> None:
    assert stage.dots.columns() == ()
    stage.put((3.0, 4.0, 2.0, 8.0, 1.0))
    (column,) = stage.figures().columns
    assert column.title == "value"
    assert column.values.tolist() == [4.0]


def test_other_dots_take_the_place_of_the_old_ones(stage: Stage) -> None:
    stage.put((3.0, 5.0, 5.0, 5.0, 1.0))
    before = stage.grab().toImage()
    stage.put((7.0, 5.0, 5.0, 5.0, 1.0))
    image = stage.grab().toImage()
    assert stage.red(before, *at(stage, 3, 5)) > 0
    assert stage.red(image, *at(stage, 3, 5)) == 0
    assert stage.red(image, *at(stage, 7, 5)) > 0
