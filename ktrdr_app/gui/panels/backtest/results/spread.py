"""How the trades' returns are spread, and what became of them by hour and weekday of their entry."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QWidget

from ktrdr_app.gui.panels.backtest.results.bars_plot import Bar, BarsPlot
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.widgets import GRID, label
from ktrdr_app.workflows.run_breakdown import (
    Floats,
    Group,
    Stamps,
    by_hour,
    by_weekday,
    group_words,
    return_bins,
    return_words,
)
from ktrdr_app.workflows.wording import typographic


class SpreadPage(QWidget):
    """Three plots: returns of trades, by hour, by weekday; each with its sentence above."""

    def __init__(self) -> None:
        super().__init__()
        self.spread = BarsPlot(
            self.tr("Returns of the trades"), "backtestPanel.returnsPlot", self.tr("trades"), percents=False
        )
        mean = self.tr("mean return")
        self.hours = BarsPlot(
            self.tr("Mean return by hour of entry (UTC)"), "backtestPanel.hoursPlot", mean, percents=True
        )
        self.weekdays = BarsPlot(
            self.tr("Mean return by weekday of entry (UTC)"), "backtestPanel.weekdaysPlot", mean, percents=True
        )
        self.words, self.hour_words, self.weekday_words = (label("", "muted", wrap=True) for _ in range(3))
        box = QGridLayout(self)
        box.setContentsMargins(0, GRID, 0, 0)
        box.setSpacing(GRID)
        box.addWidget(self.words, 0, 0, 1, 2)
        box.addWidget(self.spread, 1, 0, 1, 2)
        box.addWidget(self.hour_words, 2, 0)
        box.addWidget(self.weekday_words, 2, 1)
        box.addWidget(self.hours, 3, 0)
        box.addWidget(self.weekdays, 3, 1)
        for place in (0, 1):
            box.setColumnStretch(place, 1)
        for place in (1, 3):
            box.setRowStretch(place, 1)
        self.clear()

    def clear(self) -> None:
        """Show that there is nothing to show, and what to do."""
        for plot in (self.spread, self.hours, self.weekdays):
            plot.set_bars((), "")
        self.words.setText(self.tr("Run a backtest: the returns of its closed trades are shown here."))
        self.hour_words.setText("")
        self.weekday_words.setText("")

    def set_trades(self, entered: Stamps, returns: Floats) -> None:
        """Show other trades.

        Parameters
        ----------
        entered : ndarray of int64, shape (n_trades,)
            Opens of the bars of entry, nanoseconds UTC.
        returns : ndarray of float64, shape (n_trades,)
            Net profit over the entry's value.
        """
        if not len(returns):
            self.clear()
            self.words.setText(self.tr("This run has no closed trade, so there is no return to show."))
            return
        bins = return_bins(returns)
        digits = _digits(100 * float(bins.edges[1] - bins.edges[0]))
        bars = [
            Bar(numbers.percent(float(edge), digits, signed=bool(edge)), float(count), bool(edge >= 0), int(count))
            for edge, count in zip(bins.edges[:-1], bins.counts, strict=True)
        ]
        words = typographic(return_words(returns))
        self.spread.set_bars(bars, words)
        self.words.setText(words)
        for plot, line, groups in (
            (self.hours, self.hour_words, by_hour(entered, returns)),
            (self.weekdays, self.weekday_words, by_weekday(entered, returns)),
        ):
            said = typographic(group_words(groups))
            plot.set_bars(_bars(groups), said)
            line.setText(said or self.tr("All trades were entered at the same time."))


def _digits(width: float) -> int:
    """Return how many digits behind the point tell bars of this width apart, and name their ends as they are."""
    return next((digits for digits in range(9) if math.isclose(round(width, digits), width)), 9)


def _bars(groups: Sequence[Group]) -> list[Bar]:
    return [Bar(group.name, group.mean, group.mean >= 0, group.trades) for group in groups]
