"""The candles of one series, so that a glance tells whether the data are what they should be."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent

from ktrdr_app.gui.charts.axis import BarDateAxis, ValueAxis, write_value
from ktrdr_app.gui.charts.candles import LodCandles
from ktrdr_app.gui.charts.lod import visible_slice
from ktrdr_app.gui.charts.plot import ThemedPlot
from ktrdr_app.gui.charts.time_keys import span_after
from ktrdr_app.gui.panels.data.gap_marks import GapMarks
from ktrdr_app.gui.panels.data.series_row import say
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.theme import Tokens, tokens
from ktrdr_app.workflows.series_view import SeriesView

LEAST_BARS = 20
"""Bars that are shown at the closest zoom."""
_NO_TIMES = np.empty(0, dtype=np.int64)
_NO_PRICES = np.empty(0)


class SeriesPreview(ThemedPlot):
    """Candles over the bars' dates, holes as dashed lines.

    Mouse: drag moves, the wheel zooms. Keys: ←/→ move, ↑/↓ zoom, Home shows all.
    """

    spanChanged = Signal(object)
    """(start, end) of the bars in view after the user moved them, nanoseconds UTC."""

    def __init__(self) -> None:
        self._candles = LodCandles()
        self._gaps = GapMarks()
        self._dates = BarDateAxis()
        self._dates.setHeight(24)
        super().__init__(say("Price chart"), ValueAxis(write_value), self._dates)
        self.setObjectName("dataPanel.preview")
        self._times: NDArray[np.int64] = _NO_TIMES
        self._closes: NDArray[np.float64] = _NO_PRICES
        self._length = 0
        self._following = False
        self.view.setMouseEnabled(x=True, y=False)
        self.view.addItem(self._gaps)
        self.view.addItem(self._candles)
        self.view.sigXRangeChanged.connect(self._on_range)
        self.dress(tokens())
        self.clear()

    @property
    def times(self) -> NDArray[np.int64]:
        """Bar opens of what is shown, nanoseconds UTC."""
        return self._times

    @property
    def closes(self) -> NDArray[np.float64]:
        """Closing prices of what is shown."""
        return self._closes

    @property
    def gap_bars(self) -> NDArray[np.float64]:
        """Where holes are marked, in bar indices."""
        return self._gaps.bars

    def dress(self, theme: Tokens) -> None:
        """Take the theme's colours.

        Parameters
        ----------
        theme : Tokens
            The colours to wear.
        """
        self._candles.dress(theme)
        self._gaps.dress(theme)

    def show_series(self, series: SeriesView) -> None:
        """Show a series, all of it in view.

        Parameters
        ----------
        series : SeriesView
            Its candles and holes.
        """
        self._set(series.times, series.close, series.coverage.length)
        self._candles.set_data(series.open, series.high, series.low, series.close)
        after = np.searchsorted(series.times, series.coverage.holes.start) - 1
        self._gaps.set_bars(after[after >= 0])
        self.view.setLimits(xMin=-1, xMax=len(series.times), minXRange=min(LEAST_BARS, max(len(series.times), 1)))
        self.show_all()
        if not len(self._closes):
            self.setAccessibleDescription(say("no bar has four prices above 0"))
            return
        low, high = float(series.low.min()), float(series.high.max())
        words = say("{0}: first close {1}, last {2}, lowest {3}, highest {4}")
        places = 2 if high >= 10 else 5
        figures = [numbers.decimal(float(value), places) for value in (*self._closes[[0, -1]], low, high)]
        self.setAccessibleDescription(words.format(series.symbol, *figures))

    def _set(self, times: NDArray[np.int64], closes: NDArray[np.float64], length: int) -> None:
        self._times, self._closes, self._length = times, closes, length
        self._dates.set_times(times)

    @Slot()
    def clear(self) -> None:
        """Show nothing."""
        self._set(_NO_TIMES, _NO_PRICES, 0)
        self._candles.set_data(*[_NO_PRICES] * 4)
        self._gaps.set_bars(_NO_TIMES)
        self.setAccessibleDescription(say("nothing to show"))

    def show_all(self) -> None:
        """Bring all bars into view."""
        self._show_bars(-0.5, len(self._times) - 0.5)

    def show_span(self, start: int, end: int) -> None:
        """Bring the bars of a span into view, with neighbours where there are few.

        Parameters
        ----------
        start, end : int
            Nanoseconds UTC.
        """
        if not len(self._times):
            return
        first, last = (float(place) for place in np.searchsorted(self._times, (start, end)))
        lacking = LEAST_BARS - (last - first)
        if lacking > 0:
            first, last = first - lacking / 2, last + lacking / 2
        self._show_bars(first - 0.5, last - 0.5)

    def _show_bars(self, left: float, right: float) -> None:
        self._following = True
        self.view.setXRange(left, max(right, left + 1), padding=0)
        self._following = False
        self._scale_values()

    @Slot(object, object)
    def _on_range(self, _view: object, _span: object) -> None:
        if self._following or not len(self._times):
            return
        self._scale_values()
        left, right = self.view.viewRange()[0]
        first, last = visible_slice(left + 0.5, right - 0.5, len(self._times))
        self.spanChanged.emit((int(self._times[first]), int(self._times[max(last - 1, first)]) + self._length))

    def _scale_values(self) -> None:
        left, right = self.view.viewRange()[0]
        first, last = visible_slice(left, right, len(self._times))
        if first >= last:
            return
        low, high = self._candles.extent(first, last)
        room = (high - low) * 0.06 or abs(high) * 0.05 or 0.5
        self.view.setYRange(low - room, high + room, padding=0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Carry out the keys named in the class.

        Parameters
        ----------
        event : QKeyEvent
            The key.
        """
        span = span_after(event.key(), *self.view.viewRange()[0])
        if event.key() == Qt.Key.Key_Home:
            span = (-0.5, len(self._times) - 0.5)
        if span is not None and len(self._times):
            self.view.setXRange(*span, padding=0)
        else:
            super().keyPressEvent(event)
