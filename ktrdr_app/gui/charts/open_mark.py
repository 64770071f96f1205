"""The position still open after the last bar: an arrow where it was entered, and a dotted line to the last close."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from ktrdr_app.gui.charts.figures import Series, chart_words
from ktrdr_app.gui.charts.item import LogarithmicItem, logarithms
from ktrdr_app.gui.charts.markers import ARROW, arrow
from ktrdr_app.gui.charts.plot import pen
from ktrdr_app.gui.ui.theme import Tokens


@dataclass(frozen=True)
class OpenPosition:
    """A position still open.

    Attributes
    ----------
    entry, last : int
        Bar of entry, and the last bar.
    entry_price, last_price : float
        Price of the fill, and the last close.
    long : bool
        Whether the entry was a purchase.
    profit : float
        Gain or loss at the last close; only its sign is shown.
    """

    entry: int
    last: int
    entry_price: float
    last_price: float
    long: bool
    profit: float


class OpenMark(LogarithmicItem):
    """The arrow and the line over a price chart; it is no trade yet, so no filter of trades hides it."""

    reaches_with_view = True

    def __init__(self) -> None:
        super().__init__()
        self._position: OpenPosition | None = None
        self._prices = (0.0, 0.0)
        self._theme: Tokens | None = None
        self.setZValue(9)

    def columns(self) -> tuple[Series, ...]:
        """Return the bars at which it was held, as a column of words."""
        held = self._position
        if held is None:
            return ()
        words = np.full(held.last + 1, "", dtype=object)
        words[held.entry :] = chart_words("long") if held.long else chart_words("short")
        return (Series(chart_words("position still open"), words),)

    def set_position(self, position: OpenPosition | None) -> None:
        """Show another one.

        Parameters
        ----------
        position : OpenPosition or None
            None for none.
        """
        self._position = position
        self._take()

    def _take(self) -> None:
        held = self._position
        if held is not None:
            prices = np.array([held.entry_price, held.last_price])
            entry, last = logarithms(prices) if self._logarithmic else prices
            self._prices = (float(entry), float(last))
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
        """Draw it where it reaches into the view.

        Parameters
        ----------
        painter : QPainter
            In data coordinates.
        view : QRectF
            What is visible.
        """
        held, theme = self._position, self._theme
        if held is None or theme is None or held.entry > view.right() + 1 or held.last < view.left() - 1:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen(theme.success if held.profit > 0 else theme.danger, 1.4, "dot"))
        painter.drawLine(QLineF(held.entry, self._prices[0], held.last, self._prices[1]))
        transform = QTransform(painter.transform())
        painter.resetTransform()
        colour = QColor(theme.up if held.long else theme.down)
        painter.setPen(QPen(colour, 1.5))
        painter.setBrush(colour)
        painter.drawPolygon(arrow(transform.map(QPointF(held.entry, self._prices[0])), ARROW, upwards=held.long))
        painter.setTransform(transform)
