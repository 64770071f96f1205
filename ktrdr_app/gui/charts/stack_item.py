"""Layers on top of each other, one value per bar each: class probabilities, the weights of a portfolio's symbols."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QTransform

from ktrdr_app.gui.charts.figures import Series
from ktrdr_app.gui.charts.item import ChartItem, in_pixels, pixels_per_unit
from ktrdr_app.gui.charts.lod import MinMaxPyramid, bucket_step, visible_slice
from ktrdr_app.gui.charts.primitives import RectBatch

Floats = NDArray[np.float64]

OPACITY = 205
"""Of the layers, of 255: the grid and what lies behind them show a little."""


class Blocks(NamedTuple):
    """What is drawn of some bars.

    Attributes
    ----------
    start, stop : ndarray of float64, shape (n_blocks,)
        First bar of each block, and one past its last.
    low, high : ndarray of float64, shape (n_layers, n_blocks)
        Where each layer begins and ends.
    """

    start: Floats
    stop: Floats
    low: Floats
    high: Floats


class StackItem(ChartItem):
    """Layers at x = bar index, the first one lowest; what is below zero hangs from zero, the first one highest.

    While several bars share a pixel a layer is as thick as its mean over them, so that layers with a constant sum keep
    it. A bar at which any layer is not known stays empty.
    """

    def __init__(self) -> None:
        super().__init__()
        self.names: tuple[str, ...] = ()
        self._layers: tuple[Floats, ...] = ()
        self._colours: list[QColor] = []
        self._counts = np.zeros(1, dtype=np.int64)
        self._sums: tuple[Floats, Floats | None] = (np.zeros((0, 1)), None)
        self._reach = MinMaxPyramid(np.empty(0), np.empty(0))
        self._bounds = QRectF()
        self._rects = RectBatch()
        self.blocks_painted = 0

    def __len__(self) -> int:
        return len(self._layers[0]) if self._layers else 0

    @property
    def layers(self) -> tuple[Floats, ...]:
        """The values of each layer, one per bar."""
        return self._layers

    def columns(self) -> tuple[Series, ...]:
        """Return the layers as columns, by the names that were given."""
        return tuple(Series(name, values) for name, values in zip(self.names, self._layers, strict=True) if len(self))

    def set_layers(self, names: Sequence[str], layers: Sequence[Floats]) -> None:
        """Show other layers.

        Parameters
        ----------
        names : sequence of str
            What a table calls them.
        layers : sequence of ndarray of float64, shape (n_bars,)
            From zero outwards; NaN leaves its bar empty.
        """
        self.prepareGeometryChange()
        self.names = tuple(names)
        self._layers = tuple(np.ascontiguousarray(values, dtype=np.float64) for values in layers)
        table = np.stack(self._layers) if len(self) else np.zeros((len(self._layers), 0))
        known = np.isfinite(table).all(axis=0)
        table = np.where(known, table, 0.0)
        above, below = np.maximum(table, 0.0), np.minimum(table, 0.0)
        self._counts = np.append(0, np.cumsum(known))
        self._sums = (_running(above), _running(below) if below.any() else None)
        self._reach = MinMaxPyramid(below.sum(axis=0), above.sum(axis=0))
        low, high = self.extent(0, len(self))
        self._bounds = QRectF(-0.5, low, len(self), max(high - low, 1e-12)) if len(self) else QRectF()
        self.update()

    def set_colours(self, colours: Sequence[str]) -> None:
        """Draw in other colours.

        Parameters
        ----------
        colours : sequence of str
            ``#rrggbb``, one a layer.
        """
        self._colours = [QColor(colour) for colour in colours]
        for colour in self._colours:
            colour.setAlpha(OPACITY)
        self.update()

    def extent(self, first: int, last: int) -> tuple[float, float]:
        """Return how far the layers of bars ``[first, last)`` reach below and above zero.

        Parameters
        ----------
        first, last : int
            Bars within the series.
        """
        return self._reach.extent(first, last) if first < last else (0.0, 0.0)

    def boundingRect(self) -> QRectF:
        """Return the rectangle that holds all layers, in data coordinates."""
        return self._bounds

    def blocks(self, first: int, last: int, step: int) -> Blocks:
        """Return what stands for bars ``[first, last)``: a block for each group of bars of which any is known.

        Parameters
        ----------
        first, last : int
            Bars within the series; the outer groups may reach beyond.
        step : int
            Bars per group, from `lod.bucket_step`.
        """
        start = np.arange(first // step, -(-last // step), dtype=np.int64) * step
        stop = np.minimum(start + step, len(self))
        counts = self._counts[stop] - self._counts[start]
        start, stop, counts = start[counts > 0], stop[counts > 0], counts[counts > 0]
        above, below = self._sums
        high = np.cumsum((above[:, stop] - above[:, start]) / counts, axis=0)
        low = np.vstack([np.zeros((1, len(start))), high])[:-1]
        if below is not None:  # a layer lies on one side at each bar, but in a group it may lie on both
            down = np.cumsum((below[:, stop] - below[:, start]) / counts, axis=0)
            inner = np.vstack([np.zeros((1, len(start))), down])[:-1]
            low, high = np.vstack([low, down]), np.vstack([high, inner])
        return Blocks(start.astype(np.float64), stop.astype(np.float64), low, high)

    def draw(self, painter: QPainter, view: QRectF) -> None:
        """Draw the layers in view.

        Parameters
        ----------
        painter : QPainter
            In data coordinates.
        view : QRectF
            What is visible.
        """
        self.blocks_painted = 0
        first, last = visible_slice(view.left(), view.right(), len(self))
        if first >= last:
            return
        blocks = self.blocks(first, last, bucket_step(1 / pixels_per_unit(painter)))
        transform = QTransform(painter.transform())
        left = in_pixels(transform, blocks.start - 0.5, blocks.start)[0]
        right = in_pixels(transform, blocks.stop - 0.5, blocks.stop)[0]
        painter.resetTransform()
        painter.setPen(Qt.PenStyle.NoPen)
        for place, (low, high) in enumerate(zip(blocks.low, blocks.high, strict=True)):
            top, bottom = (in_pixels(transform, left, ends)[1] for ends in (high, low))
            painter.setBrush(self._colours[place % len(self._layers)])
            self._rects.fill(left, top, right - left, bottom - top)
            self._rects.draw(painter)
            self.blocks_painted += len(self._rects)
        painter.setTransform(transform)


def _running(table: Floats) -> Floats:
    """Return the sums of each row up to every bar, with 0 before the first."""
    return np.concatenate([np.zeros((len(table), 1)), np.cumsum(table, axis=1)], axis=1)
