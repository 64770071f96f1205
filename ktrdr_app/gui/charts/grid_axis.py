"""An axis whose lines cross the plot: pixel by pixel what pyqtgraph draws, without a recorded picture in between."""

# ruff: noqa: ARG002 - Qt's own signature

from __future__ import annotations

from typing import NamedTuple

import pyqtgraph as pg
from PySide6.QtCore import QLineF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

_ALIGNED = {
    "left": Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
    "right": Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
    "bottom": Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop,
}
_CROWDED = 0.05
"""Lines per pixel from which on they are fainter."""
_LINE_SHARE = 0.8
"""Of the height that Qt measures for a text: it is a bit too large."""
_ANY_ROOM = QRectF(0, 0, 100, 100)

Text = tuple[QRectF, str]


class Laid(NamedTuple):
    """What an axis paints until something about it changes.

    Attributes
    ----------
    edge : QLineF
        Between plot and figures.
    lines : list of QLineF
        Across the plot, one a tick.
    pen : QPen
        For the lines.
    texts : list of (QRectF, str)
        Figures, and where they stand.
    clip : QRect
        Where figures may be.
    """

    edge: QLineF
    lines: list[QLineF]
    pen: QPen
    texts: list[Text]
    clip: QRect


class GridAxis(pg.AxisItem):
    """An axis at the left, the right or the bottom with one level of ticks, linked to a view and with a font for them.

    The many small objects and the recording of pyqtgraph's own took a quarter of a frame of the linked charts.
    """

    picture: Laid | None
    """What is laid out; pyqtgraph empties it whenever something about the axis changes."""

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the axis, laid out anew where something has changed.

        Parameters
        ----------
        painter : QPainter
            In coordinates of the axis.
        option : QStyleOptionGraphicsItem
            Not used.
        widget : QWidget, optional
            Not used.
        """
        painter.setFont(self.style["tickFont"])
        if self.picture is None:
            self.picture = self._laid_out(painter)
        laid = self.picture
        painter.setPen(self.pen())
        painter.drawLine(laid.edge)
        painter.setPen(laid.pen)
        painter.drawLines(laid.lines)
        painter.setPen(self.textPen())
        painter.setClipRect(laid.clip)
        flags = int(_ALIGNED[self.orientation] | Qt.TextFlag.TextDontClip)
        for rect, text in laid.texts:
            painter.drawText(rect, flags, text)

    def _laid_out(self, painter: QPainter) -> Laid:
        """Return where everything goes."""
        bounds = self.mapRectFromParent(self.geometry())
        view = self.linkedView()
        plot = view.mapRectToItem(self, view.boundingRect())
        edge, begin, end = self._edge(bounds, plot)
        spacing, values, words = self._level(edge.length())
        places = self._places(values, bounds)
        if self.orientation == "bottom":
            lines = [QLineF(at, begin, at, end) for at in places if at is not None]
        else:
            lines = [QLineF(begin, at, end, at) for at in places if at is not None]
        pen = QPen(self.tickPen())
        colour = QColor(pen.color())
        colour.setAlpha(int(255 * min(_CROWDED * edge.length() / (len(values) + 1), 1.0)))
        pen.setColor(colour)
        texts: list[Text] = []
        if self.style["showValues"]:
            written = self.tickStrings(values, self.scale, spacing) if words is None else words
            texts = self._texts(painter, written, places, end)
        whole = bounds | plot
        inside = [(rect, text) for rect, text in texts if whole & rect == rect]
        return Laid(edge, lines, pen, inside, whole.toAlignedRect())

    def _edge(self, bounds: QRectF, plot: QRectF) -> tuple[QLineF, float, float]:
        """Return the line between plot and figures, and where lines across the plot begin and end."""
        if self.orientation == "bottom":
            at = bounds.top() + 1
            return QLineF(bounds.left() - 1, at, bounds.right() + 1, at), plot.top(), bounds.top()
        at = bounds.left() + 1 if self.orientation == "right" else bounds.right() - 1
        edge = QLineF(at, bounds.top() - 1, at, bounds.bottom() + 1)
        if self.orientation == "right":
            return edge, plot.left(), bounds.left()
        return edge, plot.right(), bounds.right()

    def _level(self, pixels: float) -> tuple[float, list[float], list[str] | None]:
        """Return the distance between ticks, the ticks, and their texts where they were given with them."""
        if self._tickLevels is not None:
            given = self._tickLevels[0]
            return 0.0, [value for value, _ in given], [text for _, text in given]
        levels = self.tickValues(*self.range, pixels)
        return (*levels[0], None) if levels else (0.0, [], None)

    def _places(self, values: list[float], bounds: QRectF) -> list[float | None]:
        """Return where the ticks lie along the axis; None for those beyond its ends."""
        low, high = self.range
        span = high - low or 1.0
        if self.orientation == "bottom":
            scale = bounds.width() / span
            offset = low * scale
        else:
            scale = -bounds.height() / span
            offset = low * scale - bounds.height()
        first, last = sorted((low * scale - offset, high * scale - offset))
        places = [value * scale - offset for value in values]
        return [at if first <= at <= last else None for at in places]

    def _texts(self, painter: QPainter, words: list[str], places: list[float | None], end: float) -> list[Text]:
        """Return the figures beside their ticks."""
        upright = self.orientation != "bottom"
        gap = self.style["tickTextOffset"][0 if upright else 1]
        texts, most = [], 0.0
        for at, text in zip(places, words, strict=True):
            if at is None:
                continue
            measured = painter.boundingRect(_ANY_ROOM, Qt.AlignmentFlag.AlignCenter, text)
            width, height = measured.width(), measured.height() * _LINE_SHARE
            if upright:
                left = end + gap if self.orientation == "right" else end - gap - width
                rect = QRectF(left, at - height / 2, width, height)
            else:
                rect = QRectF(at - width / 2, end + gap, width, height)
            texts.append((rect, text))
            most = max(most, width if upright else height)
        self._updateMaxTextSize(most)
        return texts
