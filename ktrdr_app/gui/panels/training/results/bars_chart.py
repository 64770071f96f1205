"""The candles of one symbol with the bars of one cell of its confusion matrix marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Slot

from ktrdr_app.gui.charts.axis import BarDateAxis, ValueAxis, write_value
from ktrdr_app.gui.charts.candles import LodCandles
from ktrdr_app.gui.charts.lod import visible_slice
from ktrdr_app.gui.charts.plot import ThemedPlot
from ktrdr_app.gui.charts.summary import stamp_text
from ktrdr_app.gui.panels.training.results.bar_marks import BarMarks
from ktrdr_app.gui.panels.training.results.words import say
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.theme import Tokens, tokens

if TYPE_CHECKING:
    from ktrdr_app.workflows.cell_bars import JudgedBars

AROUND = 60
"""Bars that are shown at either side of the chosen one."""

_DAY = 86_400_000_000_000
_PRICES = ("open", "high", "low", "close")


class BarsChart(ThemedPlot):
    """Candles with marks; drag moves, the wheel zooms."""

    def __init__(self) -> None:
        self._candles = LodCandles()
        self.marks = BarMarks()
        self._dates = BarDateAxis()
        self._dates.setHeight(24)
        self._times: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        super().__init__(say("Bars of the cell"), ValueAxis(write_value), self._dates)
        self.setObjectName("trainingPanel.barsChart")
        self.view.setMouseEnabled(x=True, y=False)
        for item in (self._candles, self.marks):
            self.view.addItem(item)
        self.view.sigXRangeChanged.connect(self._scale_values)
        self.dress(tokens())

    def dress(self, theme: Tokens) -> None:
        """Take the theme's colours.

        Parameters
        ----------
        theme : Tokens
            The colours to wear.
        """
        self._candles.dress(theme)
        self.marks.dress(theme)

    def show_bars(self, judged: JudgedBars, label: int, answer: int) -> NDArray[np.intp]:
        """Show a symbol's bars with those of one cell marked, and return these.

        Parameters
        ----------
        judged : JudgedBars
            The symbol's test rows.
        label, answer : int
            The cell.
        """
        bars = judged.bars
        open_, high, low, close = (bars[name].to_numpy(dtype=np.float64) for name in _PRICES)
        self._times = judged.times
        self._dates.set_times(self._times)
        self._candles.set_data(open_, high, low, close)
        marked = judged.place[judged.cell(label, answer)]
        self.marks.set_marks(marked, low, high, answer, right=label == answer)
        self.view.setLimits(xMin=-1, xMax=len(bars), minXRange=20)
        first = int(judged.place[0]) if len(judged.place) else 0
        self.view.setXRange(first - 1, len(bars), padding=0)
        self._scale_values()
        words = say("{0} {1}: {2} bars marked")
        self.setAccessibleDescription(words.format(judged.symbol, judged.timeframe, numbers.integer(len(marked))))
        return marked

    def choose(self, bar: int) -> None:
        """Set a bar apart and bring it into view with its neighbours.

        Parameters
        ----------
        bar : int
            Its number.
        """
        self.marks.choose(bar)
        self.view.setXRange(bar - AROUND, bar + AROUND, padding=0)
        self._scale_values()

    def time_of(self, bar: int) -> str:
        """Return when a bar opened, as the window writes it.

        Parameters
        ----------
        bar : int
            Its number.
        """
        return stamp_text(int(self._times[bar]), with_time=bool((self._times % _DAY).any()))

    @Slot(object, object)
    def _scale_values(self, _view: object = None, _span: object = None) -> None:
        left, right = self.view.viewRange()[0]
        first, last = visible_slice(left, right, len(self._times))
        if first < last:
            low, high = self._candles.extent(first, last)
            room = (high - low) * 0.12 or abs(high) * 0.05 or 0.5
            self.view.setYRange(low - room, high + room, padding=0)
