"""Strips whose strength is a membership, one above the other; zoomed out they show least and greatest per pixel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from ktrdr_app.gui.charts.figures import Series
from ktrdr_app.gui.charts.item import ChartItem, pixels_per_unit
from ktrdr_app.gui.charts.lod import MinMaxPyramid, bucket_step, visible_slice

Floats = NDArray[np.float64]

HEIGHT = 0.82
"""Height of a strip where the next one begins 1 lower."""


class StripItem(ChartItem):
    """Strip k lies between y = -k - `HEIGHT` and -k, at x = bar index.

    While several bars share a pixel the upper half of a strip is as strong as their greatest membership and the lower
    half as their least, so that no short activation is lost and none is made longer.
    """

    def __init__(self) -> None:
        super().__init__()
        self._values: list[Floats] = []
        self._strips: list[MinMaxPyramid | None] = []
        self._colours: list[QColor] = []
        self.names: tuple[str, ...] = ()
        self.columns_painted = 0

    def __len__(self) -> int:
        return len(self._values)

    def columns(self) -> tuple[Series, ...]:
        """Return the memberships as columns, by the names that were given."""
        return tuple(
            Series(name, values) for name, values in zip(self.names, self._values, strict=False) if len(values)
        )

    def set_strips(self, memberships: Sequence[Floats]) -> None:
        """Show other strips.

        Parameters
        ----------
        memberships : sequence of ndarray of float64, shape (n_bars,)
            A strip each, 0 to 1; NaN leaves it empty.
        """
        self.prepareGeometryChange()
        self._values = list(memberships)
        self._strips = [None] * len(self._values)
        self.update()

    def set_strip(self, number: int, membership: Floats) -> None:
        """Show one strip anew.

        Parameters
        ----------
        number : int
            Which one.
        membership : ndarray of float64, shape (n_bars,)
            Its values.
        """
        self._values[number] = membership
        self._strips[number] = None
        self.update()

    def set_colours(self, colours: Sequence[str]) -> None:
        """Draw in other colours.

        Parameters
        ----------
        colours : sequence of str
            ``#rrggbb``, one a strip.
        """
        self._colours = [QColor(colour) for colour in colours]
        self.update()

    def boundingRect(self) -> QRectF:
        """Return the rectangle that holds all strips, in data coordinates."""
        bars = len(self._values[0]) if self._values else 0
        return QRectF(-0.5, -len(self), bars, len(self)) if bars else QRectF()

    def _strip(self, number: int) -> MinMaxPyramid:
        """Return a strip, put together when it is drawn: a mouse moves oftener than that."""
        strip = self._strips[number]
        if strip is None:
            strip = self._strips[number] = MinMaxPyramid(self._values[number], self._values[number])
        return strip

    def draw(self, painter: QPainter, view: QRectF) -> None:
        """Draw the part in view.

        Parameters
        ----------
        painter : QPainter
            In data coordinates.
        view : QRectF
            What is visible.
        """
        step = bucket_step(1 / pixels_per_unit(painter))
        for number, colour in enumerate(self._colours[: len(self)]):
            strip = self._strip(number)
            first, last = visible_slice(view.left(), view.right(), len(strip))
            if first >= last:
                continue
            groups = strip.buckets(first, last, step)
            self.columns_painted = len(groups.start)
            image = strip_image(groups.low, groups.high, colour)
            left, width = float(groups.start[0]) - 0.5, float(len(groups.start) * groups.step)
            painter.drawImage(QRectF(left, -number - HEIGHT, width, HEIGHT), image)


def strip_image(low: Floats, high: Floats, colour: QColor) -> QImage:
    """Return the image of one strip, two pixels high; its second row is drawn above, as y grows upwards.

    Parameters
    ----------
    low, high : ndarray of float64, shape (n,)
        Least and greatest membership of each column; NaN is drawn as 0.
    colour : QColor
        Colour of full membership; less lets more of the ground through.
    """
    alpha = np.nan_to_num(np.stack([low, high])) * 255
    pixels = np.empty((2, len(low), 4), dtype=np.uint8)
    for place, part in enumerate((colour.blue(), colour.green(), colour.red())):
        pixels[..., place] = np.rint(alpha * part / 255)
    pixels[..., 3] = np.rint(alpha)
    kind = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(pixels.tobytes(), len(low), 2, len(low) * 4, kind).copy()
