"""Which part of the bars is shown, and going from trade to trade."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from ktrdr_app.gui.charts.chart_data import ChartData
from ktrdr_app.gui.charts.crosshair import LinkedCrosshair
from ktrdr_app.gui.charts.markers import TradeMarkers
from ktrdr_app.gui.charts.pane_stack import PaneStack
from ktrdr_app.gui.charts.trade_steps import next_trade, span_around


class NavigableBars(QWidget):
    """Panes over the same bars that can be moved along them; whoever inherits makes the panes."""

    tradeChosen = Signal(int)
    """Number of a trade that was clicked, or stepped to by key."""
    barChosen = Signal(int)
    """Bar that was clicked where there is no trade, or that Enter asks about."""

    stack: PaneStack
    markers: TradeMarkers
    crosshair: LinkedCrosshair
    _data: ChartData

    @property
    def data(self) -> ChartData:
        """What is shown."""
        return self._data

    @property
    def visible_range(self) -> tuple[float, float]:
        """Left and right edge of the view, in bar indices."""
        return self.stack.span

    def show_range(self, left: float, right: float) -> None:
        """Bring a span of bars into view; the values follow.

        Parameters
        ----------
        left, right : float
            Edges, in bar indices.
        """
        self.stack.show_span(left, right)

    @Slot()
    def show_all(self) -> None:
        """Bring all bars into view."""
        self.show_range(-1, max(len(self._data), 1))

    def show_trade(self, number: int) -> None:
        """Set a trade apart and bring it into view with its surroundings.

        Parameters
        ----------
        number : int
            Which trade.
        """
        trades = self._data.trades
        if 0 <= number < len(trades):
            self.markers.select(number)
            self.show_range(*span_around(trades, number, *self.visible_range))

    @Slot(object)
    def show_trades(self, numbers: Collection[int] | None) -> None:
        """Mark some trades and no others; the keys step among them.

        Parameters
        ----------
        numbers : collection of int, optional
            Which; all if None.
        """
        self.markers.show_only(numbers)

    def step_trade(self, step: int, *, losing_only: bool = False) -> None:
        """Go to the next or previous trade among those that are shown, and tell its number.

        Parameters
        ----------
        step : int
            1 or -1.
        losing_only : bool
            Whether winners are passed over.
        """
        at, shown = self.markers.selected, self.markers.shown
        chosen = next_trade(self._data.trades, at, step, losing_only=losing_only, shown=shown)
        if chosen is not None:
            self.show_trade(chosen)
            self.tradeChosen.emit(chosen)

    def ask_about_bar(self) -> None:
        """Tell the bar under the crosshair, or else in the middle of the view."""
        if len(self._data):
            middle = min(max(round(sum(self.visible_range) / 2), 0), len(self._data) - 1)
            self.barChosen.emit(self.crosshair.bar if self.crosshair.bar >= 0 else middle)
