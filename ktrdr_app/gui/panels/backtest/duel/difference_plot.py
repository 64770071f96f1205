"""The difference of two accounts month by month, with the interval of its mean as a band."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor

from ktrdr_app.backtesting.paired import PairedMonths
from ktrdr_app.gui.charts.figures import Figures, Series
from ktrdr_app.gui.charts.plot import pen
from ktrdr_app.gui.panels.backtest.results.bars_plot import Bar, BarsPlot
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.theme import Tokens

BAND = 60
"""Opacity of the band, of 255."""


@dataclass(frozen=True)
class _Shown:
    """What is drawn beside the bars."""

    mean: float
    low: float | None
    high: float | None


class DifferencePlot(BarsPlot):
    """Bars above 0 where the first earned more; the band is where the mean difference lies."""

    def __init__(self) -> None:
        self._shown: _Shown | None = None
        self._paired: PairedMonths | None = None
        self._names = ("", "")
        self.band = pg.LinearRegionItem(orientation="horizontal", movable=False)
        self.mean = pg.InfiniteLine(angle=0, movable=False)
        name = self.tr("Difference of each month")
        super().__init__(name, "backtestPanel.duelDifferences", self.tr("difference"), percents=True)
        for item in (self.band, self.mean):
            item.setZValue(-10 if item is self.band else 10)
            item.hide()
            self.view.addItem(item)

    def show_months(self, paired: PairedMonths, names: tuple[str, str], words: str) -> None:
        """Show the months of two accounts.

        Parameters
        ----------
        paired : PairedMonths
            As `paired_months` gives it.
        names : tuple of str
            What the two are called.
        words : str
            What they show.
        """
        self._paired, self._names = paired, names
        differences = [one - other for one, other in zip(paired.first, paired.second, strict=True)]
        self._shown = None
        if paired.mean_difference is not None:
            self._shown = _Shown(paired.mean_difference, paired.low, paired.high)
        bars = [
            Bar(month, difference, difference >= 0, 1)
            for month, difference in zip(paired.months, differences, strict=True)
        ]
        self.set_bars(bars, words)
        self._place()
        self._write()

    def _place(self) -> None:
        shown = self._shown
        self.mean.setVisible(shown is not None)
        self.band.setVisible(shown is not None and shown.low != shown.high)
        if shown is None:
            return
        self.mean.setPos(shown.mean)
        if shown.low is not None and shown.high is not None:
            self.band.setRegion((shown.low, shown.high))

    def _write(self) -> None:
        words = self.tr("{0} less {1}, month by month").format(*self._names)
        shown = self._shown
        if shown is not None and all(bar.height == 0 for bar in self.bars):
            words += self.tr(" · no month differs")
        elif shown is not None:
            mean = numbers.percent(shown.mean, 2, signed=True)
            words += self.tr(" · mean {0}").format(mean)
            if shown.low is not None and shown.high is not None:
                ends = (numbers.percent(end, 2, signed=True) for end in (shown.low, shown.high))
                words += self.tr(" · band: where the mean lies, {0} to {1}").format(*ends)
        self.set_heading(f"<b>{words.replace('&', '&amp;').replace('<', '&lt;')}</b>")

    def dress(self, theme: Tokens) -> None:
        """Recolour bars, band and mean.

        Parameters
        ----------
        theme : Tokens
            The colours to wear.
        """
        super().dress(theme)
        colour = QColor(theme.series_4)
        self.mean.setPen(pen(colour, 2, "dash"))
        colour.setAlpha(BAND)
        self.band.setBrush(colour)
        for line in self.band.lines:
            line.setPen(pen(colour))
        if self._paired is not None:
            self._write()

    def figures(self) -> Figures:
        """Return the months with both returns and their difference."""
        paired = self._paired
        if paired is None:
            return super().figures()
        first, second = np.array(paired.first), np.array(paired.second)
        months = Series(self.tr("month"), np.array(paired.months, dtype=object))
        both = (Series(self._names[0], first), Series(self._names[1], second))
        return Figures(self.accessibleName(), (months, *both, Series(self.tr("difference"), first - second)))
