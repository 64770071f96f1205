"""Dots with an interval across or up: whole figures that are known only within bounds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QTransform

from ktrdr_app.gui.charts.figures import Series
from ktrdr_app.gui.charts.item import ChartItem
from ktrdr_app.gui.charts.plot import pen
from ktrdr_app.gui.charts.primitives import LineBatch

Floats = NDArray[np.float64]

LEAST, MOST = 4.0, 9.0
"""Radius of the smallest and of the largest dot, in pixels."""

_CAP = 4.0


class ErrorDots(ChartItem):
    """Dots whose value lies across or up, each with a line from its lowest to its highest.

    Parameters
    ----------
    across : bool
        Whether values lie along x; else along y.
    """

    reaches_with_view = True

    def __init__(self, *, across: bool) -> None:
        super().__init__()
        self._across = across
        self._lines = LineBatch()
        empty = np.empty(0)
        self.place = self.value = self.low = self.high = self.weight = empty
        self._colour = QColor("gray")
        self._table: tuple[Series, ...] = ()
        self.setZValue(5)

    def columns(self) -> tuple[Series, ...]:
        """Return the table that came with the dots."""
        return self._table

    def set_dots(
        self, place: Floats, value: Floats, low: Floats, high: Floats, weight: Floats, table: tuple[Series, ...]
    ) -> None:
        """Show other dots.

        Parameters
        ----------
        place : ndarray of float64, shape (n,)
            Where each stands on the other axis.
        value, low, high : ndarray of float64, shape (n,)
            What it says, and within which bounds.
        weight : ndarray of float64, shape (n,)
            How much it counts; decides its size.
        table : tuple of Series
            What the data table shows.
        """
        self.place, self.value, self.low, self.high, self.weight = place, value, low, high, weight
        self._table = table
        self.prepareGeometryChange()
        self.update()

    def set_colour(self, colour: str) -> None:
        """Take a colour.

        Parameters
        ----------
        colour : str
            ``#rrggbb``.
        """
        self._colour = QColor(colour)
        self.update()

    def draw(self, painter: QPainter, _view: QRectF) -> None:
        """Draw lines with caps, then dots over them, in pixels; a value that is not known leaves a gap.

        Parameters
        ----------
        painter : QPainter
            In data coordinates.
        _view : QRectF
            Not used: there are few dots.
        """
        known = np.isfinite(self.value) & np.isfinite(self.low) & np.isfinite(self.high)
        if not known.any():
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        transform = QTransform(painter.transform())
        painter.resetTransform()
        painter.setPen(pen(self._colour, 1.6))
        lows, values, highs = (
            self._pixels(transform, ends[known], known) for ends in (self.low, self.value, self.high)
        )
        cap = np.array([0.0, _CAP]) if self._across else np.array([_CAP, 0.0])
        for begin, end in ((lows, highs), (lows - cap, lows + cap), (highs - cap, highs + cap)):
            self._lines.fill(begin[:, 0], begin[:, 1], end[:, 0], end[:, 1])
            self._lines.draw(painter)
        painter.setBrush(self._colour)
        most = float(self.weight.max()) or 1.0
        for centre, weight in zip(values, self.weight[known], strict=True):
            radius = LEAST + (MOST - LEAST) * float(np.sqrt(weight / most))
            painter.drawEllipse(QPointF(*centre), radius, radius)
        painter.setTransform(transform)

    def _pixels(self, transform: QTransform, values: Floats, known: NDArray[np.bool_]) -> Floats:
        place = self.place[known]
        pairs = zip(values, place, strict=True) if self._across else zip(place, values, strict=True)
        points = [transform.map(QPointF(float(x), float(y))) for x, y in pairs]
        return np.array([(point.x(), point.y()) for point in points])
