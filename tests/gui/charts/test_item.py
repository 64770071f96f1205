"""The base of chart items: it draws what is in view, and its bounds follow the view where they must."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QTransform
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.axis import ValueAxis, write_value
from ktrdr_app.gui.charts.item import ChartItem, pixels_per_unit
from ktrdr_app.gui.charts.plot import ThemedPlot

pytestmark = pytest.mark.gui


class Noting(ChartItem):
    """Writes down what it was asked to draw."""

    reaches_with_view = True

    def __init__(self) -> None:
        super().__init__()
        self.drawn: list[tuple[QRectF, float]] = []

    def draw(self, painter: QPainter, view: QRectF) -> None:
        self.drawn.append((QRectF(view), pixels_per_unit(painter)))


class Still(Noting):
    """Has bounds that never change."""

    reaches_with_view = False

    def __init__(self) -> None:
        super().__init__()
        self.changes = 0

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, 10, 10)

    def prepareGeometryChange(self) -> None:
        self.changes += 1
        super().prepareGeometryChange()


def plot_with(qtbot: QtBot, item: ChartItem) -> ThemedPlot:
    plot = ThemedPlot("Item", ValueAxis(write_value), ValueAxis(write_value, "bottom"))
    qtbot.addWidget(plot)
    plot.view.addItem(item)
    plot.resize(600, 300)
    plot.show()
    qtbot.waitExposed(plot)
    return plot


@pytest.mark.parametrize(("left", "right"), [(0.0, 10.0), (-50.0, 50.0), (3.0, 4.0)])
def test_an_item_is_told_what_is_in_view_and_how_large_a_unit_is(
    left: float, right: float, qtbot: QtBot, dark: QApplication
) -> None:
    item = Noting()
    plot = plot_with(qtbot, item)
    plot.view.setRange(xRange=(left, right), yRange=(-1, 1), padding=0)
    plot.viewport().grab()
    view, pixels = item.drawn[-1]
    assert (view.left(), view.right()) == (pytest.approx(left), pytest.approx(right))
    assert (view.top(), view.bottom()) == (pytest.approx(-1), pytest.approx(1))
    assert pixels == pytest.approx(plot.view.width() / (right - left), rel=0.01)


def test_bounds_that_reach_with_the_view_never_go_stale(qtbot: QtBot, dark: QApplication) -> None:
    """pyqtgraph keeps a copy of the view rectangle; an item that forgets to drop it is not drawn after a zoom."""
    item = Noting()
    plot = plot_with(qtbot, item)
    for left, right in ((0, 1), (1000, 1001), (-5, 5000)):
        plot.view.setRange(xRange=(left, right), yRange=(0, 1), padding=0)
        item.drawn.clear()
        plot.viewport().grab()
        assert item.drawn, f"not drawn from {left} to {right}"
        assert item.boundingRect().left() == pytest.approx(left)


def test_still_items_do_not_announce_changes_with_every_zoom(qtbot: QtBot, dark: QApplication) -> None:
    item = Still()
    plot = plot_with(qtbot, item)
    before = item.changes
    for step in range(10):
        plot.view.setRange(xRange=(step, step + 5), yRange=(0, 1), padding=0)
    assert item.changes == before


def test_an_item_that_is_nowhere_draws_nothing(dark: QApplication) -> None:
    item = Noting()
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    item.paint(painter, None)  # type: ignore[arg-type]
    painter.end()
    assert item.drawn == []


def test_an_item_whose_units_take_no_room_draws_nothing(qtbot: QtBot, dark: QApplication) -> None:
    item = Noting()
    plot_with(qtbot, item)
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    for across, drawn in ((0.0, 0), (1e-9, 1)):
        item.drawn.clear()
        painter.setTransform(QTransform.fromScale(across, 1.0))
        item.paint(painter, None)  # type: ignore[arg-type]
        assert len(item.drawn) == drawn
    painter.end()


def test_the_base_leaves_drawing_to_others(dark: QApplication) -> None:
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    with pytest.raises(NotImplementedError):
        ChartItem().draw(painter, QRectF())
    painter.end()


def test_bounds_are_the_view_for_items_that_reach_with_it_and_nobodys_for_others(
    qtbot: QtBot, dark: QApplication
) -> None:
    item = Noting()
    assert item.boundingRect() == QRectF(), "it is in no view yet"
    plot = plot_with(qtbot, item)
    plot.view.setRange(xRange=(2, 9), yRange=(-3, 4), padding=0)
    bounds = item.boundingRect()
    assert (bounds.left(), bounds.right()) == (pytest.approx(2), pytest.approx(9))
    assert (bounds.top(), bounds.bottom()) == (pytest.approx(-3), pytest.approx(4))
    with pytest.raises(NotImplementedError):
        ChartItem().boundingRect()
