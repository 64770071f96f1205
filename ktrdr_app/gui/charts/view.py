"""Candles, equity and drawdown above each other: one x-axis, one crosshair, values scaled to what is in view."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from ktrdr_app.gui.charts.axis import BarDateAxis, ValueAxis, write_percent, write_value
from ktrdr_app.gui.charts.candles import LodCandles
from ktrdr_app.gui.charts.chart_data import ChartData
from ktrdr_app.gui.charts.crosshair import LinkedCrosshair
from ktrdr_app.gui.charts.headings import headings
from ktrdr_app.gui.charts.lod import visible_slice
from ktrdr_app.gui.charts.lod_curve import LodCurve
from ktrdr_app.gui.charts.markers import TradeMarkers
from ktrdr_app.gui.charts.plot import ThemedPlot
from ktrdr_app.gui.charts.rivals import Rivals
from ktrdr_app.gui.charts.shade import SpanShade
from ktrdr_app.gui.charts.summary import drawdown_of, drawdown_words, equity_words, price_words
from ktrdr_app.gui.charts.time_keys import span_after
from ktrdr_app.gui.ui.theme import Tokens, themeChanged, tokens

LEAST_BARS = 12
"""Closest zoom."""

LEAST_HEIGHTS = (104, 56, 72)
"""Pixels of prices, equity and drawdown; together they fit a small window with its dock open."""

_ROOM = 0.06
_PRICE_ROOM = 0.1


class LinkedCharts(QWidget):
    """Three plots over the same bars.

    Keys, with one of them focused: ←/→ move, ↑/↓ zoom, Home/End, ``[`` and ``]`` previous and next trade
    (with Shift losing trades only), Enter asks about the bar under the crosshair, or else in the middle of the view,
    B shows or hides the benchmark, Ctrl+C copies the picture, Ctrl+Shift+D opens
    the figures as a table.

    Parameters
    ----------
    parent : QWidget, optional
        Owner.
    """

    tradeChosen = Signal(int)
    """Number of a trade that was clicked, or stepped to by key."""
    barChosen = Signal(int)
    """Bar that was clicked where there is no trade, or that Enter asks about."""
    benchmarkShown = Signal(bool)
    """Buy and hold was shown or hidden."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data = ChartData("", np.empty(0, dtype=np.int64))
        self._linking = False
        self._make_plots()
        self._make_items()
        self.crosshair = LinkedCrosshair(self.plots, self)
        self.crosshair.moved.connect(self._on_crosshair)
        for plot in self.plots:
            plot.view.sigXRangeChanged.connect(self._on_x)
        self.price_plot.scene().sigMouseClicked.connect(self._on_click)
        self._dress(tokens())
        themeChanged.connect(self._on_theme)
        self.set_data(self._data)

    def _make_plots(self) -> None:
        writers = (write_value, write_value, write_percent)
        names = (self.tr("Price chart"), self.tr("Equity chart"), self.tr("Drawdown chart"))
        self.axes = [BarDateAxis() for _ in names]
        self.plots = [
            ThemedPlot(name, ValueAxis(write), axis)
            for name, write, axis in zip(names, writers, self.axes, strict=True)
        ]
        self.price_plot, self.equity_plot, self.drawdown_plot = self.plots
        for axis in self.axes[:-1]:
            axis.setStyle(showValues=False)
            axis.setHeight(0)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(5)
        for plot, weight, least in zip(self.plots, (5, 2, 2), LEAST_HEIGHTS, strict=True):
            plot.view.setMouseEnabled(x=True, y=False)
            plot.setMinimumHeight(least)
            self.splitter.addWidget(plot)
            self.splitter.setStretchFactor(self.splitter.count() - 1, weight)
        self.splitter.setSizes([500, 200, 200])
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.splitter)

    def _make_items(self) -> None:
        self.candles = LodCandles()
        self.markers = TradeMarkers()
        self.equity = LodCurve(width=1.8, title=self.tr("model"))
        self.benchmark = LodCurve(width=1.4, dash="dash", title=self.tr("buy and hold"))
        self.drawdown = LodCurve(width=1.4, fill_to=0.0, title=self.tr("drawdown"))
        self.shades = [SpanShade(self.tr("learnt by the model")) for _ in self.plots]
        groups = ((self.candles, self.markers), (self.benchmark, self.equity), (self.drawdown,))
        for plot, shade, items in zip(self.plots, self.shades, groups, strict=True):
            for item in (shade, *items):
                plot.view.addItem(item)
        self.rivals = Rivals(self.equity_plot)

    @property
    def data(self) -> ChartData:
        """What is shown."""
        return self._data

    def set_data(self, data: ChartData) -> None:
        """Show other bars, all of them in view.

        Parameters
        ----------
        data : ChartData
            What to show.
        """
        self._data = data
        self.candles.set_data(data.open, data.high, data.low, data.close)
        self.markers.set_trades(data.trades)
        self.equity.set_data(data.equity)
        self.benchmark.set_data(data.benchmark)
        self.rivals.set_data(data)
        self.drawdown.set_data(drawdown_of(data.equity, data.start_value))
        for axis, shade, plot in zip(self.axes, self.shades, self.plots, strict=True):
            axis.set_times(data.times)
            shade.set_mask(data.shaded)
            self._limit(plot)
        self.crosshair.set_size(len(data))
        self._describe()
        self._write_headings(-1)
        self.show_all()

    def _limit(self, plot: ThemedPlot) -> None:
        count = max(len(self._data), 1)
        beyond = max(3.0, count * 0.03)
        plot.view.setLimits(
            xMin=-1 - beyond, xMax=count + beyond, minXRange=min(LEAST_BARS, count), maxXRange=count + 2 * beyond + 1
        )

    @property
    def visible_range(self) -> tuple[float, float]:
        """Left and right edge of the view, in bar indices."""
        left, right = self.price_plot.view.viewRange()[0]
        return float(left), float(right)

    def show_range(self, left: float, right: float) -> None:
        """Bring a span of bars into view; the values follow.

        Parameters
        ----------
        left, right : float
            Edges, in bar indices.
        """
        self.price_plot.view.setXRange(left, right, padding=0)
        self._scale_values()

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
        if not 0 <= number < len(trades):
            return
        self.markers.select(number)
        entry, exit_ = int(trades.entry[number]), int(trades.exit[number])
        held = exit_ - entry
        left, right = self.visible_range
        width = max(min(right - left, 4.0 * held + 120), 2.0 * held + 40)
        middle = (entry + exit_) / 2
        self.show_range(middle - width / 2, middle + width / 2)

    def step_trade(self, step: int, *, losing_only: bool = False) -> None:
        """Go to the next or previous trade and tell its number.

        Parameters
        ----------
        step : int
            1 or -1.
        losing_only : bool
            Whether winners are passed over.
        """
        profit = self._data.trades.profit
        numbers = np.flatnonzero(profit <= 0) if losing_only else np.arange(len(profit))
        if not len(numbers):
            return
        at = self.markers.selected
        if at is None:
            chosen = numbers[0 if step > 0 else -1]
        else:
            ahead = numbers[numbers > at] if step > 0 else numbers[numbers < at][::-1]
            chosen = ahead[0] if len(ahead) else at
        self.show_trade(int(chosen))
        self.tradeChosen.emit(int(chosen))

    @Slot(object, object)
    def _on_x(self, view: pg.ViewBox, span: tuple[float, float]) -> None:
        if self._linking:
            return
        self._linking = True
        for plot in self.plots:
            if plot.view is not view:
                plot.view.setXRange(*span, padding=0)
        self._linking = False
        self._scale_values()

    def _scale_values(self) -> None:
        first, last = visible_slice(*self.visible_range, len(self._data))
        for plot, items in (
            (self.price_plot, (self.candles,)),
            (self.equity_plot, (self.equity, self.benchmark) if self.benchmark.isVisible() else (self.equity,)),
            (self.drawdown_plot, (self.drawdown,)),
        ):
            extents = [item.extent(first, min(last, len(item))) for item in items if len(item)]
            if plot is self.equity_plot:
                extents += self.rivals.extents(first, last)
            low = np.fmin.reduce([extent[0] for extent in extents]) if extents else np.nan
            high = np.fmax.reduce([extent[1] for extent in extents]) if extents else np.nan
            if plot is self.drawdown_plot:
                high = 0.0 if np.isfinite(low) else np.nan
                low = min(low, -0.001) if np.isfinite(low) else low
            if np.isfinite(low) and np.isfinite(high):
                share = _PRICE_ROOM if plot is self.price_plot else _ROOM
                room = (high - low) * share or abs(high) * share or 1.0
                plot.view.setYRange(low - room, high + room, padding=0)

    @Slot(object)
    def _on_click(self, event: object) -> None:
        point: QPointF = self.price_plot.view.mapSceneToView(event.scenePos())  # type: ignore[attr-defined]
        number = self.markers.trade_at(point.x(), point.y())
        if number is not None:
            self.markers.select(number)
            self.tradeChosen.emit(number)
        elif 0 <= round(point.x()) < len(self._data):
            self.barChosen.emit(round(point.x()))

    @Slot(int)
    def _on_crosshair(self, bar: int) -> None:
        self._write_headings(bar)

    @Slot(object)
    def _on_theme(self, theme: Tokens) -> None:
        self._dress(theme)

    def _dress(self, theme: Tokens) -> None:
        self.candles.dress(theme)
        self.markers.dress(theme)
        self.crosshair.dress(theme)
        self.equity.set_colour(theme.series_1)
        self.benchmark.set_colour(theme.series_8)
        self.drawdown.set_colour(theme.down)
        self.rivals.dress(theme)
        for shade in self.shades:
            shade.dress(theme)
        self._write_headings(-1)

    def _write_headings(self, bar: int) -> None:
        if not len(self._data):
            texts = ["", "", ""]
        else:
            shown = {"benchmark": self.benchmark.isVisible(), "luck": self.rivals.luck.isVisible()}
            texts = headings(self._data, self.drawdown.values, bar, **shown)
        for plot, text in zip(self.plots, texts, strict=True):
            plot.set_heading(text)

    def _describe(self) -> None:
        data = self._data
        self.price_plot.setAccessibleDescription(price_words(data.title, data.times, data.close, len(data.trades)))
        self.equity_plot.setAccessibleDescription(equity_words(data.equity, data.benchmark))
        self.drawdown_plot.setAccessibleDescription(drawdown_words(data.times, self.drawdown.values))

    @Slot()
    def toggle_benchmark(self) -> None:
        """Show or hide buy and hold."""
        self.show_benchmark(not self.benchmark.isVisible())

    @Slot(bool)
    def show_benchmark(self, wanted: bool) -> None:
        """Show or hide buy and hold.

        Parameters
        ----------
        wanted : bool
            Whether it is shown.
        """
        self.benchmark.setVisible(wanted)
        self.benchmarkShown.emit(wanted)
        self._write_headings(self.crosshair.bar)
        self._scale_values()

    @Slot(bool)
    def show_luck(self, wanted: bool) -> None:
        """Show or hide what random trades would have brought.

        Parameters
        ----------
        wanted : bool
            Whether it is shown, where it is known.
        """
        self.rivals.show_luck(wanted)
        self._write_headings(self.crosshair.bar)
        self._scale_values()

    @Slot()
    def copy_picture(self) -> None:
        """Put a picture of the three plots on the clipboard."""
        QGuiApplication.clipboard().setPixmap(self.grab())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Carry out the keys named in the class.

        Parameters
        ----------
        event : QKeyEvent
            The key.
        """
        left, right = self.visible_range
        width = right - left
        key, losing = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        ends = {
            Qt.Key.Key_Home: (-1.0, width - 1),
            Qt.Key.Key_End: (len(self._data) - width, float(len(self._data))),
        }
        span = ends[Qt.Key(key)] if key in ends else span_after(key, left, right)
        if event.modifiers() == Qt.KeyboardModifier.ControlModifier and key == Qt.Key.Key_C:
            self.copy_picture()
        elif span is not None:
            self.show_range(*span)
        elif key in (Qt.Key.Key_BracketRight, Qt.Key.Key_BraceRight):
            self.step_trade(1, losing_only=losing)
        elif key in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BraceLeft):
            self.step_trade(-1, losing_only=losing)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and len(self._data):
            middle = min(max(round((left + right) / 2), 0), len(self._data) - 1)
            self.barChosen.emit(self.crosshair.bar if self.crosshair.bar >= 0 else middle)
        elif key == Qt.Key.Key_B:
            self.toggle_benchmark()
        else:
            super().keyPressEvent(event)
