"""One column per bar, up or down from zero: volumes, and the units that were held; far out groups of bars as one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from ktrdr_app.gui.charts.figures import Series
from ktrdr_app.gui.charts.item import ChartItem, in_pixels, pixels_per_unit
from ktrdr_app.gui.charts.lod import MinMaxPyramid, bucket_step, visible_slice
from ktrdr_app.gui.charts.primitives import LineBatch

Floats = NDArray[np.float64]

WIDTH = 0.8
"""Width of a column, in bars, where there is room between two."""

_LEAST_GAP_PIXELS = 4.0


class LodColumns(ChartItem):
    """Columns at x = bar index; a group reaches as far up and down as any of its bars.

    Parameters
    ----------
    title : str
        What a table calls the values.
    """

    def __init__(self, title: str = "") -> None:
        super().__init__()
        self.title = title
        self._values: Floats = np.empty(0)
        self._pyramid = MinMaxPyramid(self._values, self._values)
        self._bounds = QRectF()
        self._colours = (QColor("gray"), QColor("gray"))
        self._lines = LineBatch()
        self.columns_painted = 0

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
        """Show other values.

        Parameters
        ----------
        values : ndarray of float64, shape (n,)
            One per bar; NaN leaves a gap.
        """
        self.prepareGeometryChange()
        self._values = np.ascontiguousarray(values, dtype=np.float64)
        self._pyramid = MinMaxPyramid(self._values, self._values)
        low, high = self.extent(0, len(self._values))
        known = len(self._values) and np.isfinite(low)
        self._bounds = QRectF(-0.5, low, len(self._values), max(high - low, 1e-12)) if known else QRectF()
        self.update()

    def set_colours(self, above: str, below: str) -> None:
        """Draw in other colours.

        Parameters
        ----------
        above, below : str
            ``#rrggbb`` of what is above and below zero.
        """
        self._colours = (QColor(above), QColor(below))
        self.update()

    def extent(self, first: int, last: int) -> tuple[float, float]:
        """Return the least and greatest value of bars ``[first, last)``, zero among them; NaN if there is none.

        Parameters
        ----------
        first, last : int
            Bars within the series.
        """
        low, high = self._pyramid.extent(first, last)
        return (min(low, 0.0), max(high, 0.0)) if np.isfinite(low) else (low, high)

    def boundingRect(self) -> QRectF:
        """Return the rectangle that holds all columns, in data coordinates."""
        return self._bounds

    def draw(self, painter: QPainter, view: QRectF) -> None:
        """Draw the columns in view.

        Parameters
        ----------
        painter : QPainter
            In data coordinates.
        view : QRectF
            What is visible.
        """
        self.columns_painted = 0
        first, last = visible_slice(view.left(), view.right(), len(self))
        if first >= last:
            return
        pixels = pixels_per_unit(painter)
        groups = self._pyramid.buckets(first, last, bucket_step(1 / pixels))
        middle = (groups.start + groups.stop - 1) / 2
        transform = QTransform(painter.transform())
        x, zero = in_pixels(transform, middle, np.zeros(len(middle)))
        painter.resetTransform()
        share = WIDTH if pixels >= _LEAST_GAP_PIXELS else 1.0
        width = max(1.0, groups.step * pixels * share)
        for colour, ends in zip(self._colours, (groups.high, groups.low), strict=True):
            chosen = ends > 0 if ends is groups.high else ends < 0
            reach = in_pixels(transform, middle, ends)[1]
            painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            self._lines.fill(x[chosen], zero[chosen], x[chosen], reach[chosen])
            self._lines.draw(painter)
            self.columns_painted += len(self._lines)
        painter.setTransform(transform)
