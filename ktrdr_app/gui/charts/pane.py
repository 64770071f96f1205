"""One pane of the linked charts: a plot over bars with its dates, what the model learnt from, and values that fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
import pyqtgraph as pg

from ktrdr_app.gui.charts.axis import BarDateAxis, DateTicks, ValueAxis
from ktrdr_app.gui.charts.figures import chart_words
from ktrdr_app.gui.charts.plot import ThemedPlot
from ktrdr_app.gui.charts.sessions import SessionLines
from ktrdr_app.gui.charts.shade import SpanShade
from ktrdr_app.gui.ui.theme import Tokens

ROOM = 0.06
"""Share of the values' reach that stays free above and below."""

LEAST_BARS = 12
"""Closest zoom."""

_DATE_PIXELS = 20


class Scaled(Protocol):
    """An item that the values of a pane are fitted to."""

    def __len__(self) -> int:
        """Return the number of bars."""

    def extent(self, first: int, last: int) -> tuple[float, float]:
        """Return least and greatest value of bars ``[first, last)``."""

    def isVisible(self) -> bool:
        """Say whether it is drawn."""


class ChartPane(ThemedPlot):
    """A plot whose values follow the bars in view; keys are left to the charts it belongs to.

    Parameters
    ----------
    key : str
        What a choice of panes calls it.
    name : str
        Accessible name, and the word for it in menus.
    write : callable
        Writes a value beside its tick.
    ticks : DateTicks
        Dates that all panes share.
    """

    least_height = 60
    """Pixels below which it is not pulled."""

    def __init__(self, key: str, name: str, write: Callable[[float, float], str], ticks: DateTicks) -> None:
        self.key = key
        self.room = ROOM
        self.bounds: tuple[float, float] | None = None
        self.reaches_zero = False
        self.least_low: float | None = None
        self.dates = BarDateAxis(ticks)
        self.values = ValueAxis(write)
        self.sessions = SessionLines()
        self.shade = SpanShade(chart_words("learnt by the model"))
        self.more: Callable[[int, int], list[tuple[float, float]]] | None = None
        self._scaled: list[Scaled] = []
        super().__init__(name, self.values, self.dates)
        self.view.setMouseEnabled(x=True, y=False)
        for item in (self.sessions, self.shade):
            self.view.addItem(item)
        self.setMinimumHeight(self.least_height)

    def add(self, *items: pg.GraphicsObject, scaled: bool = True) -> None:
        """Draw more.

        Parameters
        ----------
        *items : GraphicsObject
            In drawing order.
        scaled : bool
            Whether the values are fitted to them.
        """
        for item in items:
            self.view.addItem(item)
            if scaled:
                self._scaled.append(item)

    def follow(self, other: ChartPane) -> None:
        """Take the days, and the bars that the model has learnt from, of another pane over the same bars.

        Parameters
        ----------
        other : ChartPane
            Which.
        """
        if other is not self:
            self.sessions.share(other.sessions)
            self.shade.share(other.shade)
        self.dates.redraw()

    def show_dates(self, shown: bool) -> None:
        """Write the dates below, or leave their room to the plot.

        Parameters
        ----------
        shown : bool
            Whether to write them.
        """
        self.dates.setStyle(showValues=shown)
        self.dates.setHeight(_DATE_PIXELS if shown else 0)

    def limit(self, bars: int) -> None:
        """Keep the view near the bars that there are.

        Parameters
        ----------
        bars : int
            How many.
        """
        count = max(bars, 1)
        beyond = max(3.0, count * 0.03)
        self.view.setLimits(
            xMin=-1 - beyond, xMax=count + beyond, minXRange=min(LEAST_BARS, count), maxXRange=count + 2 * beyond + 1
        )

    def scale(self, first: int, last: int) -> None:
        """Fit the values to some bars.

        Parameters
        ----------
        first, last : int
            Bars ``[first, last)``.
        """
        if self.bounds is not None:
            self.view.setYRange(*self.bounds, padding=0)
            return
        extents = [
            item.extent(min(first, len(item)), min(last, len(item)))
            for item in self._scaled
            if len(item) and item.isVisible()
        ]
        extents += self.more(first, last) if self.more is not None else []
        if not extents:
            return
        low = float(np.fmin.reduce([extent[0] for extent in extents]))
        high = float(np.fmax.reduce([extent[1] for extent in extents]))
        if not (np.isfinite(low) and np.isfinite(high)):
            return
        if self.reaches_zero:
            low, high = min(low, 0.0), max(high, 0.0)
        if self.least_low is not None:
            low = min(low, self.least_low)
        room = (high - low) * self.room or abs(high) * self.room or 1.0
        self.view.setYRange(low - (room if low else 0.0), high + room, padding=0)

    def dress(self, theme: Tokens) -> None:
        """Recolour what every pane has.

        Parameters
        ----------
        theme : Tokens
            The colours to wear.
        """
        self.sessions.dress(theme)
        self.shade.dress(theme)
