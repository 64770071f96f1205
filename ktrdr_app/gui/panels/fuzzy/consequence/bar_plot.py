"""A plot over the bars of one symbol that can be moved and zoomed in time, by mouse and by key."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from ktrdr_app.gui.charts.axis import BarDateAxis
from ktrdr_app.gui.charts.lod import visible_slice
from ktrdr_app.gui.charts.lod_curve import LodCurve
from ktrdr_app.gui.charts.plot import ThemedPlot

LEAST_BARS = 12
"""Closest zoom."""
DATE_PIXELS = 20
"""Height of the line of dates."""

_ROOM = 0.06


class BarPlot(ThemedPlot):
    """Curves at x = bar index; values follow what is in view.

    Keys: ←/→ move, ↑/↓ zoom, Home all bars.

    Parameters
    ----------
    name : str
        Accessible name.
    value_axis : AxisItem
        Vertical axis.
    """

    def __init__(self, name: str, value_axis: pg.AxisItem) -> None:
        self.dates = BarDateAxis()
        self.times: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        super().__init__(name, value_axis, self.dates)
        self.dates.setHeight(DATE_PIXELS)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.view.setMouseEnabled(x=True, y=False)
        self.view.sigXRangeChanged.connect(self.scale_values)

    def set_times(self, times: NDArray[np.int64]) -> None:
        """Show other bars, all of them in view.

        Parameters
        ----------
        times : ndarray of int64, shape (n_bars,)
            Bar opens, nanoseconds UTC.
        """
        self.times = times
        self.dates.set_times(times)
        count = max(len(times), 1)
        beyond = max(3.0, count * 0.03)
        self.view.setLimits(
            xMin=-1 - beyond, xMax=count + beyond, minXRange=min(LEAST_BARS, count), maxXRange=count + 2 * beyond + 1
        )
        self.show_all()

    def show_all(self) -> None:
        """Bring all bars into view."""
        self.view.setXRange(-1, max(len(self.times), 1), padding=0)
        self.scale_values()

    @property
    def curves(self) -> Sequence[LodCurve]:
        """Curves that the values are scaled to."""
        return ()

    def scale_values(self) -> None:
        """Fit the value axis to the bars in view."""
        left, right = self.view.viewRange()[0]
        first, last = visible_slice(left, right, len(self.times))
        extents = [curve.extent(first, min(last, len(curve))) for curve in self.curves if len(curve)]
        if not extents:
            return
        low = np.fmin.reduce([extent[0] for extent in extents])
        high = np.fmax.reduce([extent[1] for extent in extents])
        if np.isfinite(low) and np.isfinite(high):
            room = (high - low) * _ROOM or abs(high) * _ROOM or 1.0
            self.view.setYRange(low - room, high + room, padding=0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Carry out the keys named in the class.

        Parameters
        ----------
        event : QKeyEvent
            The key.
        """
        left, right = self.view.viewRange()[0]
        width = right - left
        spans = {
            Qt.Key.Key_Left: (left - width / 10, right - width / 10),
            Qt.Key.Key_Right: (left + width / 10, right + width / 10),
            Qt.Key.Key_Up: (left + width / 8, right - width / 8),
            Qt.Key.Key_Down: (left - width / 6, right + width / 6),
            Qt.Key.Key_Home: (-1.0, float(max(len(self.times), 1))),
        }
        key = Qt.Key(event.key()) if event.key() in list(Qt.Key) else Qt.Key.Key_unknown
        if event.modifiers() == Qt.KeyboardModifier.NoModifier and key in spans:
            self.view.setXRange(*spans[key], padding=0)
            event.accept()
        else:
            super().keyPressEvent(event)
