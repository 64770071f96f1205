"""One value per bar as a curve, with every low and high kept at any zoom; optionally filled towards a level."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QTransform

from ktrdr_app.gui.charts.figures import Series
from ktrdr_app.gui.charts.item import LogarithmicItem, in_pixels, logarithms, pixels_per_unit
from ktrdr_app.gui.charts.lod import MinMaxPyramid, bucket_step, visible_slice
from ktrdr_app.gui.charts.plot import pen
from ktrdr_app.gui.charts.primitives import LineBatch
from ktrdr_app.gui.charts.strokes import segments

Floats = NDArray[np.float64]


class LodCurve(LogarithmicItem):
    """A curve at x = bar index.

    Parameters
    ----------
    fill_to : float, optional
        Level down or up to which the area is tinted; none by default.
    width : float
        Pixels.
    dash : str
        ``solid``, ``dash`` or ``dot``.
    title : str
        What a table calls the values; without it they stand in none.
    """

    def __init__(
        self, *, fill_to: float | None = None, width: float = 1.5, dash: str = "solid", title: str = ""
    ) -> None:
        super().__init__()
        self.title = title
        self._fill_to = fill_to
        self._width = width
        self._dash = dash
        self._values: Floats = np.empty(0)
        self._drawn = self._values
        self._pyramid = MinMaxPyramid(self._values, self._values)
        self._bounds = QRectF()
        self._colour = "#808080"
        self._lines = LineBatch()
        self.points_painted = 0

    def __len__(self) -> int:
        return len(self._values)

    @property
    def values(self) -> Floats:
        """The values shown, one per bar."""
        return self._values

    def columns(self) -> tuple[Series, ...]:
        """Return the values as a column."""
        return (Series(self.title, self._values),) if self.title and len(self) else ()

    def set_data(self, values: Floats) -> None:
        """Show other values; the pyramid is built here, once.

        Parameters
        ----------
        values : ndarray of float64, shape (n,)
            One per bar; NaN leaves a gap.
        """
        self._values = np.ascontiguousarray(values, dtype=np.float64)
        self._take()

    def _take(self) -> None:
        self.prepareGeometryChange()
        self._drawn = logarithms(self._values) if self._logarithmic else self._values
        self._pyramid = MinMaxPyramid(self._drawn, self._drawn)
        low, high = self._pyramid.extent(0, len(self._values))
        if self._fill_to is not None:
            low, high = np.fmin(low, self._fill_to), np.fmax(high, self._fill_to)
        known = len(self._values) and np.isfinite(low)
        self._bounds = QRectF(-0.5, low, len(self._values), max(high - low, 1e-12)) if known else QRectF()
        self.update()

    def set_colour(self, colour: str) -> None:
        """Draw in another colour.

        Parameters
        ----------
        colour : str
            ``#rrggbb``.
        """
        self._colour = colour
        self.update()

    def extent(self, first: int, last: int) -> tuple[float, float]:
        """Return the least and greatest value of bars ``[first, last)``; NaN if there is none.

        Parameters
        ----------
        first, last : int
            Bars within the series.
        """
        return self._pyramid.extent(first, last)

    def boundingRect(self) -> QRectF:
        """Return the rectangle that holds the whole curve, in data coordinates."""
        return self._bounds

    def outline(self, first: int, last: int, step: int) -> tuple[Floats, Floats]:
        """Return the points to join: the values, or low and high of each group of bars.

        Parameters
        ----------
        first, last : int
            Bars ``[first, last)``.
        step : int
            Bars per group, from `lod.bucket_step`.
        """
        if step == 1:
            return np.arange(first, last, dtype=np.float64), self._drawn[first:last]
        groups = self._pyramid.buckets(first, last, step)
        x = np.repeat((groups.start + groups.stop - 1) / 2, 2)
        return x, np.column_stack([groups.low, groups.high]).ravel()

    def draw(self, painter: QPainter, view: QRectF) -> None:
        """Draw the part in view.

        Parameters
        ----------
        painter : QPainter
            In data coordinates.
        view : QRectF
            What is visible.
        """
        self.points_painted = 0
        if not len(self):
            return
        first, last = visible_slice(view.left() - 1, view.right() + 1, len(self))
        step = bucket_step(1 / pixels_per_unit(painter))
        x, y = self.outline(first, last, step)
        self.points_painted = len(x)
        if not len(x):
            return
        if self._fill_to is not None:
            self._paint_area(painter, first, last, step)
        transform = QTransform(painter.transform())
        painter.resetTransform()  # in pixels Qt strokes a wide pen in a third of the time
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        stroke = pen(self._colour, self._width)
        stroke.setCosmetic(False)  # as wide on sharp screens and in pictures
        painter.setPen(stroke)
        self._lines.fill(*segments(*in_pixels(transform, x, y), self._dash))
        self._lines.draw(painter)
        painter.setTransform(transform)

    def _paint_area(self, painter: QPainter, first: int, last: int, step: int) -> None:
        """Tint from the level to the farther end of each group; hard edges, for soft ones cost most of a frame."""
        level = float(self._fill_to or 0.0)
        groups = self._pyramid.buckets(first, last, step)
        farther = np.where(np.abs(groups.low - level) > np.abs(groups.high - level), groups.low, groups.high)
        x = (groups.start + groups.stop - 1) / 2
        around_x = np.concatenate([x[:1], x, x[-1:]])
        around_y = np.concatenate([[level], np.nan_to_num(farther, nan=level), [level]])
        tint = QColor(self._colour)
        tint.setAlpha(56)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        painter.drawPath(pg.functions.arrayToQPath(around_x, around_y, connect="all"))
