"""Small labelled bars under each other, drawn by hand: memberships, probabilities, contributions."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ktrdr_app.gui.panels.backtest.why.why_parts import BarRow, BarSet
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.theme import themeChanged, tokens
from ktrdr_app.gui.ui.widgets import GRID

LABEL_SHARE = 0.40
"""Share of the width that names may take."""
LEAST_BAR = 60
"""Least pixels of a bar's room."""


class BarRows(QWidget):
    """Bars that share a scale.

    Parameters
    ----------
    name : str
        Accessible name; the values follow as the description.
    bars : BarSet
        What is drawn.
    """

    def __init__(self, name: str, bars: BarSet) -> None:
        super().__init__()
        self.bars = bars
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        accessibility.name(self, name, bars.words())
        self.setToolTip(bars.mark_words)
        themeChanged.connect(self._recolour)

    def _recolour(self, _theme: object = None) -> None:
        self.update()

    @property
    def row_height(self) -> int:
        """Pixels from row to row."""
        return QFontMetrics(self.font()).height() + 4

    @property
    def indent(self) -> int:
        """Pixels that names stand in from the headings above them."""
        return GRID if any(row.heading for row in self.bars.rows) else 0

    def sizeHint(self) -> QSize:
        """Return the room that all rows and headings take."""
        lines = len(self.bars.rows) + sum(bool(row.heading) for row in self.bars.rows)
        return QSize(220, lines * self.row_height)

    def minimumSizeHint(self) -> QSize:
        """Return the least room; rows keep their height."""
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        """Take another height with another font.

        Parameters
        ----------
        event : QEvent
            What changed.
        """
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
        super().changeEvent(event)

    def columns(self) -> tuple[float, float, float]:
        """Return the width of names, of bars, and of values, in pixels."""
        metrics = QFontMetrics(self.font())
        texts = max((metrics.horizontalAdvance(row.text) for row in self.bars.rows), default=0) + GRID
        names = max((metrics.horizontalAdvance(row.label) for row in self.bars.rows), default=0) + GRID + self.indent
        names = min(names, int(self.width() * LABEL_SHARE))
        return float(names), max(float(self.width() - names - texts), LEAST_BAR), float(texts)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw headings, names, bars and values.

        Parameters
        ----------
        _event : QPaintEvent
            What is to be drawn; all of it is.
        """
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = 0.0
        first = top
        for row in self.bars.rows:
            if row.heading:
                painter.setPen(QColor(tokens().text))
                painter.drawText(
                    QRectF(0, top, self.width(), self.row_height), Qt.AlignmentFlag.AlignVCenter, row.heading
                )
                top += self.row_height
            self._draw_row(painter, row, top)
            top += self.row_height
        self._draw_mark(painter, first, top)
        painter.end()

    def _draw_row(self, painter: QPainter, row: BarRow, top: float) -> None:
        names, room, texts = self.columns()
        metrics, colours, height = QFontMetrics(self.font()), tokens(), self.row_height
        indent = self.indent
        label = metrics.elidedText(row.label, Qt.TextElideMode.ElideRight, int(names) - indent - GRID // 2)
        painter.setPen(QColor(colours.text_muted))
        painter.drawText(QRectF(indent, top, names - indent, height), Qt.AlignmentFlag.AlignVCenter, label)
        painter.setPen(QColor(colours.text))
        place = QRectF(names + room, top, texts, height)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, row.text)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.field))
        painter.drawRoundedRect(QRectF(names, top + 4, room, height - 8), 2, 2)
        painter.setBrush(QColor(getattr(colours, row.token)))
        painter.drawRect(self.bar_rect(row, names, room, top))

    def bar_rect(self, row: BarRow, names: float, room: float, top: float) -> QRectF:
        """Return where a row's bar lies.

        Parameters
        ----------
        row : BarRow
            The row.
        names, room : float
            Left edge and width of the room of bars.
        top : float
            Upper edge of the row.
        """
        height = self.row_height - 8
        if not self.bars.signed:
            return QRectF(names, top + 4, room * min(max(row.value, 0.0), 1.0), height)
        middle, length = names + room / 2, room / 2 * abs(row.value) / self.bars.scale
        return QRectF(middle if row.value >= 0 else middle - length, top + 4, length, height)

    def _draw_mark(self, painter: QPainter, first: float, last: float) -> None:
        names, room, _ = self.columns()
        place = 0.5 if self.bars.signed else self.bars.mark
        if place is None:
            return
        style = Qt.PenStyle.SolidLine if self.bars.signed else Qt.PenStyle.DashLine
        painter.setPen(QPen(QColor(tokens().text), 1.0, style))
        painter.drawLine(QPointF(names + room * place, first), QPointF(names + room * place, last))
