"""Trades on the price chart: ▲ where something is bought, ▼ where it is sold, a line from entry to exit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QTransform

from ktrdr_app.gui.charts.figures import Series, chart_words
from ktrdr_app.gui.charts.item import LogarithmicItem, logarithms
from ktrdr_app.gui.charts.plot import pen
from ktrdr_app.gui.charts.primitives import LineBatch
from ktrdr_app.gui.ui.theme import Tokens

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_ARROWS = ((30, 6.0), (90, 4.5), (400, 3.5))
"""Up to how many trades in view arrows have which half width, in pixels; beyond, there are connectors alone."""

ARROW = _ARROWS[0][1]
_GAP = 4.0
_MOST_ARROWS = _ARROWS[-1][0]
_HIT = 12.0


def _no_ints() -> Ints:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class TradeArrays:
    """Trades as parallel arrays, in the order of their entries.

    Attributes
    ----------
    entry, exit : ndarray of int64, shape (n,)
        Bars of entry and exit.
    entry_price, exit_price : ndarray of float64, shape (n,)
        Prices of the fills.
    long : ndarray of bool, shape (n,)
        Whether the entry was a purchase.
    profit : ndarray of float64, shape (n,)
        Gain or loss; only its sign is shown.
    """

    entry: Ints = field(default_factory=_no_ints)
    exit: Ints = field(default_factory=_no_ints)
    entry_price: Floats = field(default_factory=lambda: np.empty(0))
    exit_price: Floats = field(default_factory=lambda: np.empty(0))
    long: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, dtype=np.bool_))
    profit: Floats = field(default_factory=lambda: np.empty(0))

    def __len__(self) -> int:
        return len(self.entry)


class TradeMarkers(LogarithmicItem):
    """Arrows and connectors over a price chart; filled arrows enter, hollow ones leave."""

    reaches_with_view = True

    def __init__(self) -> None:
        super().__init__()
        self._trades = TradeArrays()
        self._entry_price = self._exit_price = np.empty(0)
        self._theme: Tokens | None = None
        self._connectors = LineBatch()
        self._bounds = QRectF()
        self.selected: int | None = None
        self.shown: NDArray[np.bool_] | None = None
        """Which trades are drawn and can be clicked; all if None."""
        self.arrows_painted = 0
        self.setZValue(10)

    @property
    def trades(self) -> TradeArrays:
        """The trades shown."""
        return self._trades

    def columns(self) -> tuple[Series, ...]:
        """Return which of the trades that are shown begins or ends at which bar, as a column of words."""
        trades = self._trades
        numbers = np.arange(len(trades)) if self.shown is None else np.flatnonzero(self.shown)
        if not len(numbers):
            return ()
        words = np.full(int(max(trades.entry.max(), trades.exit.max())) + 1, "", dtype=object)
        for number in numbers.tolist():
            begins = chart_words("trade {0} long") if trades.long[number] else chart_words("trade {0} short")
            for bar, told in ((trades.entry[number], begins), (trades.exit[number], chart_words("trade {0} ends"))):
                words[bar] = "; ".join(filter(None, (words[bar], told.format(number + 1))))
        return (Series(chart_words("trades"), words),)

    def set_trades(self, trades: TradeArrays) -> None:
        """Show other trades, all of them, and none selected.

        Parameters
        ----------
        trades : TradeArrays
            The trades.
        """
        self._trades, self.selected, self.shown = trades, None, None
        self._take()

    def show_only(self, numbers: Collection[int] | None) -> None:
        """Draw some trades and no others.

        Parameters
        ----------
        numbers : collection of int, optional
            Which; all if None.
        """
        wanted = None if numbers is None else np.fromiter(numbers, dtype=np.int64, count=len(numbers))
        self.shown = None if wanted is None else np.isin(np.arange(len(self._trades)), wanted)
        self.update()

    def _take(self) -> None:
        self.prepareGeometryChange()
        trades = self._trades
        drawn = (trades.entry_price, trades.exit_price)
        self._entry_price, self._exit_price = map(logarithms, drawn) if self._logarithmic else drawn
        self._bounds = QRectF()
        if len(trades):
            prices = np.concatenate([self._entry_price, self._exit_price])
            left, right = float(trades.entry.min()), float(trades.exit.max())
            low, high = float(prices.min()), float(prices.max())
            self._bounds = QRectF(left - 1, low, right - left + 2, max(high - low, 1e-12))
        self.update()

    def select(self, trade: int | None) -> None:
        """Set one trade apart from the others.

        Parameters
        ----------
        trade : int, optional
            Its number; None for none.
        """
        self.selected = trade
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

    def boundingRect(self) -> QRectF:
        """Return the trades' extent with room for the arrows, in data coordinates."""
        size = self.pixelSize()
        if self._bounds.isNull() or size[0] is None:
            return self._bounds
        across, up = size[0] * 2 * ARROW, size[1] * 4 * ARROW
        return self._bounds.adjusted(-across, -up, across, up)

    def visible(self, view: QRectF | None) -> Ints:
        """Return the numbers of the trades that are shown and whose span touches a view.

        Parameters
        ----------
        view : QRectF, optional
            What is visible, in data coordinates; nothing if None.
        """
        if view is None or not len(self._trades):
            return _no_ints()
        inside = (self._trades.exit >= view.left() - 1) & (self._trades.entry <= view.right() + 1)
        return np.flatnonzero(inside if self.shown is None else inside & self.shown)

    def trade_at(self, x: float, y: float) -> int | None:
        """Return the trade with an arrow under a point, if there is one.

        Parameters
        ----------
        x, y : float
            Data coordinates.
        """
        shown = self.visible(self.viewRect())
        size = self.pixelSize()
        if not len(shown) or size[0] is None:
            return None
        best, number = _HIT, None
        trades = self._trades
        for bars, prices in ((trades.entry, self._entry_price), (trades.exit, self._exit_price)):
            distance = np.hypot((bars[shown] - x) / size[0], (prices[shown] - y) / size[1])
            nearest = int(np.argmin(distance))
            if distance[nearest] < best:
                best, number = float(distance[nearest]), int(shown[nearest])
        return number

    def draw(self, painter: QPainter, view: QRectF) -> None:
        """Draw the trades in view; far out only their connectors.

        Parameters
        ----------
        painter : QPainter
            In data coordinates.
        view : QRectF
            What is visible.
        """
        self.arrows_painted = 0
        shown = self.visible(view)
        if self._theme is None or not len(shown):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_connectors(painter, shown)
        if len(shown) > _MOST_ARROWS:
            return
        transform = QTransform(painter.transform())
        painter.resetTransform()
        half = next(size for most, size in _ARROWS if len(shown) <= most)
        for number in shown.tolist():
            self._paint_arrows(painter, transform, number, half)
        painter.setTransform(transform)

    def _paint_connectors(self, painter: QPainter, shown: Ints) -> None:
        trades, theme = self._trades, self._theme
        assert theme is not None
        won = trades.profit[shown] > 0
        for chosen, colour, dash in ((shown[won], theme.success, "solid"), (shown[~won], theme.danger, "dash")):
            self._connectors.fill(
                trades.entry[chosen], self._entry_price[chosen], trades.exit[chosen], self._exit_price[chosen]
            )
            painter.setPen(pen(colour, 1.4, dash))
            self._connectors.draw(painter)

    def _paint_arrows(self, painter: QPainter, transform: QTransform, number: int, half: float) -> None:
        trades, theme = self._trades, self._theme
        assert theme is not None
        long = bool(trades.long[number])
        colour = QColor(theme.up if long else theme.down)
        ends = (
            (trades.entry[number], self._entry_price[number], long, True),
            (trades.exit[number], self._exit_price[number], not long, False),
        )
        for bar, price, buys, entering in ends:
            tip = transform.map(QPointF(float(bar), float(price)))
            if number == self.selected:
                painter.setPen(QPen(QColor(theme.focus), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                centre = QPointF(tip.x(), tip.y() + (half + _GAP) * (1 if buys else -1))
                painter.drawEllipse(centre, 2.2 * half, 2.2 * half)
            painter.setPen(QPen(colour, 1.5))
            painter.setBrush(colour if entering else QColor(theme.chart_ground))
            painter.drawPolygon(arrow(tip, half, upwards=buys))
            self.arrows_painted += 1


def arrow(tip: QPointF, half: float, *, upwards: bool) -> QPolygonF:
    """Return a triangle that points at a price from below (▲) or from above (▼).

    Parameters
    ----------
    tip : QPointF
        The price, in pixels.
    half : float
        Half its width, in pixels.
    upwards : bool
        Whether it stands below and points up.
    """
    away = 1 if upwards else -1
    top, base = tip.y() + _GAP * away, tip.y() + (_GAP + 1.8 * half) * away
    return QPolygonF([QPointF(tip.x(), top), QPointF(tip.x() - half, base), QPointF(tip.x() + half, base)])
