"""Lines between candles where bars are missing though the market was open."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from ktrdr_app.gui.charts.item import ChartItem, pixels_per_unit
from ktrdr_app.gui.charts.plot import pen
from ktrdr_app.gui.charts.primitives import LineBatch
from ktrdr_app.gui.ui.theme import Tokens

LEAST_PIXELS = 1.5
"""Pixels per bar below which lines would hide the candles; the strip above tells the holes then."""


class GapMarks(ChartItem):
    """A line as high as the view after each bar that a hole follows."""

    reaches_with_view = True

    def __init__(self) -> None:
        super().__init__()
        self._bars: NDArray[np.float64] = np.empty(0)
        self._lines = LineBatch()
        self._colour = "#808080"
        self.setZValue(-400)  # above the grid, below the data

    @property
    def bars(self) -> NDArray[np.float64]:
        """Where the lines stand, in bar indices."""
        return self._bars

    def set_bars(self, bars: NDArray[np.int64]) -> None:
        """Mark other bars.

        Parameters
        ----------
        bars : ndarray of int64, shape (n_gaps,)
            Last bar before each hole, rising.
        """
        self.prepareGeometryChange()
        self._bars = bars.astype(np.float64) + np.float64(0.5)
        self.update()

    def dress(self, theme: Tokens) -> None:
        """Take the theme's colour.

        Parameters
        ----------
        theme : Tokens
            The colours.
        """
        self._colour = theme.danger
        self.update()

    def boundingRect(self) -> QRectF:
        """Return the lines' extent across, and the view's up and down."""
        view = super().boundingRect()
        if view.isNull() or not len(self._bars):
            return QRectF()
        return QRectF(self._bars[0] - 1, view.top(), self._bars[-1] - self._bars[0] + 2, view.height())

    def draw(self, painter: QPainter, view: QRectF) -> None:
        """Draw the lines in view.

        Parameters
        ----------
        painter : QPainter
            In data coordinates.
        view : QRectF
            What is visible.
        """
        if pixels_per_unit(painter) < LEAST_PIXELS:
            return
        shown = self._bars[(self._bars >= view.left()) & (self._bars <= view.right())]
        painter.setPen(pen(self._colour, 1, "dash"))
        self._lines.fill(shown, np.full(len(shown), view.top()), shown, np.full(len(shown), view.bottom()))
        self._lines.draw(painter)
