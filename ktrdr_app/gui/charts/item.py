"""What every item of our charts has in common: it draws what is in view, and knows how many pixels a unit takes."""

# ruff: noqa: ARG002 - Qt's own signature

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QTransform
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ktrdr_app.gui.charts.figures import Series


class ChartItem(pg.GraphicsObject):
    """An item of a view box; subclasses say how far they reach, and draw."""

    reaches_with_view = False
    """Whether the bounds follow the view: the item is as high as it, or keeps a size in pixels."""

    def columns(self) -> tuple[Series, ...]:
        """Return what is drawn as columns of a table, one row per bar; none by default."""
        return ()

    def viewTransformChanged(self) -> None:
        """Follow the view where the bounds do."""
        super().viewTransformChanged()
        if self.reaches_with_view:
            self.prepareGeometryChange()

    def boundingRect(self) -> QRectF:
        """Return the whole view, or nothing outside one, for an item that reaches with it; others say how far."""
        if not self.reaches_with_view:
            raise NotImplementedError
        view = self.viewRect()
        return QRectF(view) if view is not None else QRectF()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Find out what is in view, and draw it; nothing where a unit takes no room.

        Parameters
        ----------
        painter : QPainter
            In data coordinates.
        option : QStyleOptionGraphicsItem
            Not used: the view box says what is visible.
        widget : QWidget, optional
            Not used.
        """
        view = self.viewRect()
        if view is not None and pixels_per_unit(painter):
            self.draw(painter, view)

    def draw(self, painter: QPainter, view: QRectF) -> None:
        """Draw the part in view.

        Parameters
        ----------
        painter : QPainter
            In data coordinates.
        view : QRectF
            What is visible, in data coordinates.
        """
        raise NotImplementedError


class LogarithmicItem(ChartItem):
    """An item of prices or account values, which an axis may scale by their logarithms."""

    def __init__(self) -> None:
        super().__init__()
        self._logarithmic = False

    def set_logarithmic(self, on: bool) -> None:
        """Draw values or their logarithms to base 10; a table has the values all the same.

        Parameters
        ----------
        on : bool
            Whether logarithms.
        """
        if on != self._logarithmic:
            self._logarithmic = on
            self._take()

    def _take(self) -> None:
        """Make ready what is drawn, from the values and by the scale."""
        raise NotImplementedError


def pixels_per_unit(painter: QPainter) -> float:
    """Return how many pixels one unit of x takes.

    Parameters
    ----------
    painter : QPainter
        In data coordinates.
    """
    return abs(painter.transform().m11())


def in_pixels(
    transform: QTransform, x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where points of the data lie in pixels.

    Parameters
    ----------
    transform : QTransform
        The painter's, which neither turns nor shears.
    x, y : ndarray of float64, shape (n,)
        Data coordinates.
    """
    return x * transform.m11() + transform.dx(), y * transform.m22() + transform.dy()


def logarithms(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return logarithms to base 10, as a logarithmic axis has them; NaN for what has none.

    Parameters
    ----------
    values : ndarray of float64
        Prices or account values.
    """
    found = np.full(values.shape, np.nan)
    np.log10(values, out=found, where=values > 0)
    return found
