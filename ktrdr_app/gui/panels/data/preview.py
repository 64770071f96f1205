"""The closes of one series as a line, so that a glance tells whether the data are what they should be."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Slot

from ktrdr_app.gui.charts.axis import BarDateAxis, ValueAxis, write_value
from ktrdr_app.gui.charts.lod_curve import LodCurve
from ktrdr_app.gui.charts.plot import ThemedPlot
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.theme import Tokens, tokens


class ClosePreview(ThemedPlot):
    """A line of closes over the bars' dates."""

    def __init__(self) -> None:
        self._curve = LodCurve()
        self._dates = BarDateAxis()
        self._dates.setHeight(24)
        super().__init__("Closing prices", ValueAxis(write_value), self._dates)
        self.setObjectName("dataPanel.preview")
        self.setAccessibleName(self.tr("Closing prices"))
        self.view.setMouseEnabled(x=False, y=False)
        self.view.addItem(self._curve)
        self.dress(tokens())

    def dress(self, theme: Tokens) -> None:
        """Recolour the line.

        Parameters
        ----------
        theme : Tokens
            The colours to wear.
        """
        self._curve.set_colour(theme.series_1)

    def show_closes(self, name: str, times: NDArray[np.int64], closes: NDArray[np.float64]) -> None:
        """Show a series.

        Parameters
        ----------
        name : str
            What it is called.
        times : ndarray of int64, shape (n,)
            Bar opens, nanoseconds UTC.
        closes : ndarray of float64, shape (n,)
            Closing prices.
        """
        self._dates.set_times(times)
        self._curve.set_data(closes)
        low, high = float(closes.min()), float(closes.max())
        room = (high - low) * 0.06 or abs(high) * 0.05 or 0.5
        self.view.setXRange(-0.5, len(closes) - 0.5, padding=0.01)
        self.view.setYRange(low - room, high + room, padding=0)
        words = self.tr("{0}: first close {1}, last {2}, lowest {3}, highest {4}")
        figures = [numbers.decimal(float(value), _places(high)) for value in (closes[0], closes[-1], low, high)]
        self.setAccessibleDescription(words.format(name, *figures))

    @Slot()
    def clear(self) -> None:
        """Show nothing."""
        self._dates.set_times(np.empty(0, dtype=np.int64))
        self._curve.set_data(np.empty(0))
        self.setAccessibleDescription(self.tr("nothing to show"))


def _places(price: float) -> int:
    return 2 if price >= 10 else 5
