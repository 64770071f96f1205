"""Candles over arrays: only the visible bars are painted, and far out whole groups as one line from low to high.

Rising candles are hollow, falling ones filled, so that colour is never the only difference.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QTransform

from ktrdr_app.gui.charts.figures import Series, chart_words
from ktrdr_app.gui.charts.item import LogarithmicItem, in_pixels, logarithms, pixels_per_unit
from ktrdr_app.gui.charts.lod import MinMaxPyramid, bucket_step, visible_slice
from ktrdr_app.gui.charts.primitives import LineBatch, RectBatch
from ktrdr_app.gui.ui.theme import Tokens

Floats = NDArray[np.float64]

BODY = 0.7
"""Width of a candle's body, in bars."""

_LEAST_BODY_PIXELS = 3.0


@dataclass(frozen=True)
class Painted:
    """What the last painting drew.

    Attributes
    ----------
    first, last : int
        Bars ``[first, last)`` in view.
    step : int
        Bars per shape.
    lines, bodies : int
        Shapes drawn.
    """

    first: int
    last: int
    step: int
    lines: int
    bodies: int


_NOTHING = Painted(0, 0, 1, 0, 0)


class LodCandles(LogarithmicItem):
    """Open, high, low and close as candles at x = bar index.

    Parameters
    ----------
    use_memory : bool
        See `primitives.LineBatch`.
    """

    def __init__(self, *, use_memory: bool = True) -> None:
        super().__init__()
        empty = np.empty(0)
        self._prices = (empty, empty, empty, empty)
        self._open = self._high = self._low = self._close = empty
        self._pyramid = MinMaxPyramid(empty, empty)
        self._bounds = QRectF()
        self._lines = LineBatch(use_memory=use_memory)
        self._bodies = RectBatch(use_memory=use_memory)
        self._colours = (QColor("gray"), QColor("gray"))
        self.painted = _NOTHING

    def __len__(self) -> int:
        return len(self._close)

    def columns(self) -> tuple[Series, ...]:
        """Return the four prices as columns."""
        named = (
            chart_words("open"),
            chart_words("high"),
            chart_words("low"),
            chart_words("close"),
        )
        pairs = zip(named, self._prices, strict=True)
        return tuple(Series(title, prices) for title, prices in pairs) if len(self) else ()

    def set_data(self, open_: Floats, high: Floats, low: Floats, close: Floats) -> None:
        """Show other bars; the pyramid is built here, once.

        Parameters
        ----------
        open_, high, low, close : ndarray of float64, shape (n,)
            Prices without NaN.
        """
        self._prices = (open_, high, low, close)
        self._take()

    def _take(self) -> None:
        self.prepareGeometryChange()
        drawn = [logarithms(prices) for prices in self._prices] if self._logarithmic else self._prices
        self._open, self._high, self._low, self._close = drawn
        self._pyramid = MinMaxPyramid(self._low, self._high)
        self.painted = _NOTHING
        if len(self):
            least, most = self._pyramid.extent(0, len(self))
            self._bounds = QRectF(-0.5, least, len(self), max(most - least, 1e-12))
        else:
            self._bounds = QRectF()
        self.update()

    def extent(self, first: int, last: int) -> tuple[float, float]:
        """Return the least low and greatest high of bars ``[first, last)``.

        Parameters
        ----------
        first, last : int
            Bars within the series.
        """
        return self._pyramid.extent(first, last)

    def dress(self, theme: Tokens) -> None:
        """Take the theme's colours for rising and falling.

        Parameters
        ----------
        theme : Tokens
            The colours.
        """
        self._colours = (QColor(theme.up), QColor(theme.down))
        self.update()

    def boundingRect(self) -> QRectF:
        """Return the rectangle that holds all bars, in data coordinates."""
        return self._bounds

    def draw(self, painter: QPainter, view: QRectF) -> None:
        """Draw the bars in view.

        Parameters
        ----------
        painter : QPainter
            In data coordinates.
        view : QRectF
            What is visible.
        """
        if not len(self):
            self.painted = _NOTHING
            return
        first, last = visible_slice(view.left(), view.right(), len(self))
        pixels = pixels_per_unit(painter)
        step = bucket_step(1 / pixels)
        if step > 1:
            self._paint_groups(painter, first, last, step, pixels)
        else:
            self._paint_bars(painter, first, last, pixels)

    def _paint_groups(self, painter: QPainter, first: int, last: int, step: int, pixels: float) -> None:
        groups = self._pyramid.buckets(first, last, step)
        middle = (groups.start + groups.stop - 1) / 2
        rising = self._close[groups.stop - 1] >= self._open[groups.start]
        transform = QTransform(painter.transform())
        x, low = in_pixels(transform, middle, groups.low)
        high = in_pixels(transform, middle, groups.high)[1]
        painter.resetTransform()  # in pixels Qt strokes a wide pen in a third of the time
        width = max(1.0, float(np.ceil(groups.step * pixels)))
        for chosen, colour in ((rising, self._colours[0]), (~rising, self._colours[1])):
            painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            self._lines.fill(x[chosen], low[chosen], x[chosen], high[chosen])
            self._lines.draw(painter)
        painter.setTransform(transform)
        self.painted = Painted(first, last, groups.step, len(x), 0)

    def _paint_bars(self, painter: QPainter, first: int, last: int, pixels: float) -> None:
        part = slice(first, last)
        x = np.arange(first, last, dtype=np.float64)
        open_, high, low, close = self._open[part], self._high[part], self._low[part], self._close[part]
        bottom, top = np.minimum(open_, close), np.maximum(open_, close)
        rising = close >= open_
        with_bodies = pixels * BODY >= _LEAST_BODY_PIXELS
        lines = bodies = 0
        for hollow, chosen, colour in ((True, rising, self._colours[0]), (False, ~rising, self._colours[1])):
            painter.setPen(QPen(colour, 0))
            painter.setBrush(Qt.BrushStyle.NoBrush if hollow else QBrush(colour))
            at, under, over = x[chosen], bottom[chosen], top[chosen]
            if with_bodies:  # two wicks, so that nothing shows through a hollow body
                twice = np.concatenate([at, at])
                ends = np.concatenate([low[chosen], over]), np.concatenate([under, high[chosen]])
                self._lines.fill(twice, ends[0], twice, ends[1])
                self._bodies.fill(at - BODY / 2, under, np.full(len(at), BODY), over - under)
                self._bodies.draw(painter)
                bodies += len(self._bodies)
            else:
                self._lines.fill(at, low[chosen], at, high[chosen])
            self._lines.draw(painter)
            lines += len(self._lines)
        self.painted = Painted(first, last, 1, lines, bodies)
