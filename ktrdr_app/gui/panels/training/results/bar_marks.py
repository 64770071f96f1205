"""Marks over single bars of a price chart: which bars are meant, and what was answered on them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from ktrdr_app.gui.charts.figures import Series
from ktrdr_app.gui.charts.item import ChartItem
from ktrdr_app.gui.charts.markers import arrow
from ktrdr_app.gui.charts.primitives import LineBatch
from ktrdr_app.gui.panels.training.results.words import say
from ktrdr_app.gui.ui.theme import Tokens
from ktrdr_app.workflows.report_figures import CLASSES

_BUY, _HOLD, _SELL = range(3)
_HALF = 5.0
_GAP = 4.0
_MOST_SHAPES = 600
"""Marks in view beyond which they are drawn as ticks: shapes would hide each other."""


class BarMarks(ChartItem):
    """▲ below a bar for BUY, ▼ above it for SELL, a disc above it for HOLD; one of them is set apart."""

    reaches_with_view = True

    def __init__(self) -> None:
        super().__init__()
        self.bars: NDArray[np.intp] = np.empty(0, dtype=np.intp)
        self.answer = _HOLD
        self.chosen: int | None = None
        self._right = True
        self._low = self._high = np.empty(0)
        self._theme: Tokens | None = None
        self._ticks = LineBatch()
        self.setZValue(10)

    def columns(self) -> tuple[Series, ...]:
        """Return what was answered on the marked bars, as a column of words over all bars."""
        if not len(self.bars):
            return ()
        words = np.full(len(self._low), "", dtype=object)
        words[self.bars] = CLASSES[self.answer]
        return (Series(say("answered"), words),)

    def set_marks(
        self,
        bars: NDArray[np.intp],
        low: NDArray[np.float64],
        high: NDArray[np.float64],
        answer: int,
        *,
        right: bool,
    ) -> None:
        """Mark other bars, none of them set apart.

        Parameters
        ----------
        bars : ndarray of int, shape (n_marks,)
            Numbers of the bars, rising.
        low, high : ndarray of float64, shape (n_bars,)
            Prices of all bars.
        answer : int
            BUY 0, HOLD 1, SELL 2.
        right : bool
            Whether the answer was the label.
        """
        self.prepareGeometryChange()
        self.bars, self.answer, self.chosen, self._right = bars, answer, None, right
        self._low, self._high = low, high
        self.update()

    def choose(self, bar: int | None) -> None:
        """Set one bar apart.

        Parameters
        ----------
        bar : int, optional
            Its number; None for none.
        """
        self.chosen = bar
        self.update()

    def dress(self, theme: Tokens) -> None:
        """Take the theme's colours.

        Parameters
        ----------
        theme : Tokens
            The colours.
        """
        self._theme = theme
        self.update()

    def draw(self, painter: QPainter, view: QRectF) -> None:
        """Draw the marks in view.

        Parameters
        ----------
        painter : QPainter
            In data coordinates.
        view : QRectF
            What is visible.
        """
        theme = self._theme
        shown = self.bars[(self.bars >= view.left() - 1) & (self.bars <= view.right() + 1)]
        if theme is None or not len(shown):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        transform = QTransform(painter.transform())
        painter.resetTransform()
        colour = QColor(theme.success if self._right else theme.danger)
        if len(shown) > _MOST_SHAPES:
            self._paint_ticks(painter, transform, shown, colour)
        else:
            for bar in shown.tolist():
                price = self._low[bar] if self.answer == _BUY else self._high[bar]
                self._paint(painter, transform.map(QPointF(bar, float(price))), colour)
        if self.chosen is not None and view.left() - 1 <= self.chosen <= view.right() + 1:
            self._set_apart(painter, transform, self.chosen, theme)
        painter.setTransform(transform)

    def _paint(self, painter: QPainter, tip: QPointF, colour: QColor) -> None:
        painter.setPen(QPen(colour, 1.5))
        painter.setBrush(colour if self._right else Qt.BrushStyle.NoBrush)
        if self.answer == _HOLD:
            painter.drawEllipse(tip + QPointF(0, -_GAP - _HALF), _HALF - 1, _HALF - 1)
        else:
            painter.drawPolygon(arrow(tip, _HALF, upwards=self.answer == _BUY))

    def _paint_ticks(self, painter: QPainter, transform: QTransform, shown: NDArray[np.intp], colour: QColor) -> None:
        """Draw very many marks at once, as short lines."""
        prices = (self._low if self.answer == _BUY else self._high)[shown]
        away = _GAP if self.answer == _BUY else -_GAP
        x = shown * transform.m11() + transform.dx()
        y = prices * transform.m22() + transform.dy()
        painter.setPen(QPen(colour, 1.0))
        self._ticks.fill(x, y + away, x, y + 2 * away)
        self._ticks.draw(painter)

    def _set_apart(self, painter: QPainter, transform: QTransform, bar: int, theme: Tokens) -> None:
        top, bottom = (transform.map(QPointF(bar, float(price[bar]))) for price in (self._high, self._low))
        painter.setPen(QPen(QColor(theme.focus), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        reach = 3 * _HALF
        painter.drawRoundedRect(QRectF(top.x() - 8, top.y() - reach, 16, bottom.y() - top.y() + 2 * reach), 4, 4)
