"""One symbol of the grid: its account as a small curve, its figures, and its run behind a click."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton

from ktrdr_app.gui.charts.plot import pen
from ktrdr_app.gui.panels.backtest.grid.view_model import Cell, Floats
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.theme import themeChanged, tokens

SIZE = QSize(216, 132)
UNSEEN = "✦"
_PAD = 10


class GridCard(QAbstractButton):
    """A cell of the grid.

    Parameters
    ----------
    cell : Cell
        The symbol.
    """

    def __init__(self, cell: Cell) -> None:
        super().__init__()
        self.cell = cell
        self.setObjectName(f"backtestPanel.gridCard.{cell.symbol}")
        self.setFixedSize(SIZE)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setText(self.title.replace("&", "&&"))
        self.setToolTip(self.words)
        accessibility.name(self, self.title, self.words)
        themeChanged.connect(self._repaint)

    @property
    def title(self) -> str:
        """The symbol, marked where the model has never seen it."""
        return f"{self.cell.symbol} {UNSEEN}" if self.cell.seen is False else self.cell.symbol

    @property
    def words(self) -> str:
        """All figures, in words."""
        cell = self.cell
        said = self.tr("{0}: {1}, buy and hold {2}, worst drawdown {3}, Sharpe {4}, {5}; a click opens the run")
        figures = (numbers.percent(cell.earned, signed=True), numbers.percent(cell.held, signed=True))
        rest = (numbers.percent(cell.drawdown), numbers.decimal(cell.sharpe, 2), self._trades)
        return said.format(self.title, *figures, *rest)

    @property
    def _trades(self) -> str:
        count = self.cell.trades
        return self.tr("1 trade") if count == 1 else self.tr("{0} trades").format(numbers.integer(count))

    def sizeHint(self) -> QSize:
        """Return the least size of a card; a page with room gives it more."""
        return SIZE

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw ground, curve and figures.

        Parameters
        ----------
        _event : QPaintEvent
            All is drawn whatever it says.
        """
        theme, cell = tokens(), self.cell
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = theme.focus if self.hasFocus() else theme.border_strong if self.underMouse() else theme.border
        painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() else 1))
        painter.setBrush(QColor(theme.panel))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        wide = self.width() - 2 * _PAD
        self._line(painter, 6, self.title, numbers.percent(cell.earned, signed=True), theme.text, bold=True)
        deeper = self.height() - SIZE.height()
        self._curves(painter, QRectF(_PAD, 32, wide, 52 + deeper))
        held, sharpe = numbers.percent(cell.held, signed=True), numbers.decimal(cell.sharpe, 2)
        self._line(
            painter,
            88 + deeper,
            self.tr("hold {0}").format(held),
            self.tr("Sharpe {0}").format(sharpe),
            theme.text_muted,
        )
        deep = self.tr("down {0}").format(numbers.percent(cell.drawdown))
        self._line(painter, 107 + deeper, deep, self._trades, theme.text_muted)
        painter.end()

    def _line(self, painter: QPainter, top: int, left: str, right: str, colour: str, *, bold: bool = False) -> None:
        font = QFont(self.font())
        font.setBold(bold)
        if not bold:
            font.setPointSizeF(max(8.0, font.pointSizeF() - 1.5))
        painter.setFont(font)
        painter.setPen(QColor(colour))
        room = QRectF(_PAD, top, self.width() - 2 * _PAD, 22)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, left)
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, right)

    def _curves(self, painter: QPainter, room: QRectF) -> None:
        cell, theme = self.cell, tokens()
        low = float(min(cell.equity.min(), cell.benchmark.min()))
        high = float(max(cell.equity.max(), cell.benchmark.max()))
        span = high - low or 1.0
        for values, colour, dash in ((cell.benchmark, theme.series_8, "dash"), (cell.equity, theme.series_1, "solid")):
            painter.setPen(pen(colour, 1.4, dash))
            painter.drawPolyline(_polyline(values, room, low, span))

    def _repaint(self, _theme: object = None) -> None:
        self.update()


def _polyline(values: Floats, room: QRectF, low: float, span: float) -> QPolygonF:
    across = np.linspace(room.left(), room.right(), len(values))
    down = room.bottom() - (values - low) / span * room.height()
    return QPolygonF([QPointF(x, y) for x, y in zip(across.tolist(), down.tolist(), strict=True)])
