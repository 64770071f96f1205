"""Bars side by side with a name below each: a histogram, or the mean of some groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor

from ktrdr_app.gui.charts.axis import ValueAxis, write_percent, write_value
from ktrdr_app.gui.charts.figures import Figures, Series
from ktrdr_app.gui.charts.plot import ThemedPlot, pen
from ktrdr_app.gui.charts.summary import nothing
from ktrdr_app.gui.ui.theme import Tokens, tokens

MOST_NAMES = 12
"""Names below the bars, at most."""
FEWEST_PLACES = 5
"""Bars that there is room for, at least."""
FLAT = 0.01
"""How far the axis goes to either side of zero where no bar has a height."""


@dataclass(frozen=True)
class Bar:
    """One bar.

    Attributes
    ----------
    name : str
        What stands below it.
    height : float
        Its height; below 0 it hangs.
    gains : bool
        Whether it is drawn in the colour of gains.
    count : int
        How many things it stands for.
    """

    name: str
    height: float
    gains: bool
    count: int


class BarsPlot(ThemedPlot):
    """Bars with names.

    Parameters
    ----------
    name : str
        Accessible name and heading.
    object_name : str
        Qt object name.
    unit : str
        What a bar's height is, as the header of a table.
    percents : bool
        Whether heights are fractions, written as percent.
    """

    def __init__(self, name: str, object_name: str, unit: str, *, percents: bool) -> None:
        self.bars: tuple[Bar, ...] = ()
        self._unit, self._drawn = unit, list[pg.BarGraphItem]()
        super().__init__(name, ValueAxis(write_percent if percents else write_value), pg.AxisItem("bottom"))
        self.setObjectName(object_name)
        self.view.setMouseEnabled(x=False, y=False)
        self.setMinimumHeight(120)
        self.set_heading(f"<b>{name}</b>")
        self.set_bars((), "")

    def set_bars(self, bars: Sequence[Bar], words: str) -> None:
        """Show other bars.

        Parameters
        ----------
        bars : sequence of Bar
            From left to right.
        words : str
            What they show, for a reader who does not see them.
        """
        self.bars = tuple(bars)
        self.setAccessibleDescription(words or nothing())
        self._draw(tokens())

    def _draw(self, theme: Tokens) -> None:
        for item in self._drawn:
            self.view.removeItem(item)
        self._drawn = []
        for gains, colour in ((True, theme.up), (False, theme.down)):
            places = [place for place, bar in enumerate(self.bars) if bar.gains is gains]
            if places:
                heights = [self.bars[place].height for place in places]
                fill = QColor(colour)
                item = pg.BarGraphItem(x=places, height=heights, width=0.82, brush=fill, pen=pen(theme.chart_ground))
                self.view.addItem(item)
                self._drawn.append(item)
        step = max(1, -(-len(self.bars) // MOST_NAMES))
        self.bottom_axis.setTicks([[(place, bar.name) for place, bar in enumerate(self.bars) if place % step == 0]])
        heights = [bar.height for bar in self.bars] or [1.0]
        low, high = min(0.0, *heights), max(0.0, *heights)
        if low == high:
            low, high = -FLAT, FLAT
        room = (high - low) * 0.08
        beside = max(0, FEWEST_PLACES - len(self.bars)) / 2  # one bar alone is no wall
        self.view.setXRange(-0.7 - beside, max(len(self.bars), 1) - 0.3 + beside, padding=0)
        self.view.setYRange(low - (room if low < 0 else 0.0), high + room, padding=0)

    def dress(self, theme: Tokens) -> None:
        """Recolour the bars.

        Parameters
        ----------
        theme : Tokens
            The colours to wear.
        """
        self.set_heading(f"<b>{self.accessibleName()}</b>")
        self._draw(theme)

    def figures(self) -> Figures:
        """Return the bars as a table."""
        names = np.array([bar.name for bar in self.bars], dtype=object)
        heights = np.array([bar.height for bar in self.bars], dtype=np.float64)
        counts = np.array([bar.count for bar in self.bars], dtype=np.int64)
        columns = [Series(self.tr("group"), names), Series(self._unit, heights)]
        if self._unit != self.tr("trades"):  # else the heights are the counts
            columns.append(Series(self.tr("trades"), counts))
        return Figures(self.accessibleName(), tuple(columns))
