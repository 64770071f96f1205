"""What the model relies on: the rise of its loss when a group of inputs is shuffled, with how sure that is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QFontMetricsF

from ktrdr_app.gui.charts.figures import Series
from ktrdr_app.gui.charts.plot import ThemedPlot, pen
from ktrdr_app.gui.panels.training.results.error_dots import ErrorDots
from ktrdr_app.gui.panels.training.results.words import say
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.theme import Tokens, tokens
from ktrdr_app.workflows.training_results import ALL, InputImportance

_WIDEST_NAME = 180


class ImportancePlot(ThemedPlot):
    """One line for each group of inputs, the most important at the top; a dashed line stands at no rise."""

    def __init__(self) -> None:
        self._lines: tuple[InputImportance, ...] = ()
        self._symbol = ALL
        self._zero = pg.InfiniteLine(0.0, angle=90, movable=False)
        self._dots = ErrorDots(across=True)
        super().__init__(say("Importance of the inputs"), pg.AxisItem("left"), pg.AxisItem("bottom"))
        self.setObjectName("trainingPanel.importancePlot")
        self.view.setMouseEnabled(x=False, y=False)
        for item in (self._zero, self._dots):
            self.view.addItem(item)
        self.setMinimumSize(260, 140)
        self.setToolTip(
            say(
                "How much the test NLL rises when the columns of a group are shuffled together among the bars of a "
                "symbol: mean, 5th and 95th percentile of the repeats. Where the line reaches 0, the model may not "
                "need the group."
            )
        )
        self.dress(tokens())
        self.clear()

    @property
    def x_title(self) -> str:
        """What the lower axis measures."""
        return say("rise of the test NLL, nats")

    def dress(self, theme: Tokens) -> None:
        """Take the theme's colours.

        Parameters
        ----------
        theme : Tokens
            The colours to wear.
        """
        self._zero.setPen(pen(theme.text_muted, 1, "dash"))
        self._dots.set_colour(theme.series_1)
        self._write_heading()

    def show_importance(self, lines: Sequence[InputImportance], symbol: str = ALL) -> None:
        """Show what a model relies on.

        Parameters
        ----------
        lines : sequence of InputImportance
            The most important first.
        symbol : str
            On whose rows; a single symbol's rise has no interval.
        """
        self._lines, self._symbol = tuple(lines), symbol
        mean, low, high = (np.array(column, dtype=np.float64) for column in self._columns())
        place = -np.arange(len(mean), dtype=np.float64)
        names = np.array([line.name for line in lines], dtype=object)
        agreement = np.array([np.nan if line.agreement is None else line.agreement for line in lines])
        table = (
            Series(say("inputs"), names),
            Series(self.x_title, mean),
            Series(say("5 % of repeats"), low),
            Series(say("95 % of repeats"), high),
            Series(say("share of symbols that agree"), agreement),
        )
        self._dots.set_dots(place, mean, low, high, np.zeros(len(mean)), table if len(lines) else ())
        self._label(names.tolist())
        reach = [0.0, *low[np.isfinite(low)].tolist(), *high[np.isfinite(high)].tolist()]
        room = (max(reach) - min(reach)) * 0.08 or 0.01
        self.view.setXRange(min(reach) - room, max(reach) + room, padding=0)
        self.view.setYRange(-max(len(lines), 1) + 0.5, 0.5, padding=0)
        self._write_heading()
        self.setAccessibleDescription(self.summary())

    def clear(self) -> None:
        """Show nothing."""
        self.show_importance(())

    def _columns(self) -> tuple[list[float], list[float], list[float]]:
        if self._symbol == ALL:
            return ([x.mean for x in self._lines], [x.low for x in self._lines], [x.high for x in self._lines])
        own = [line.by_symbol.get(self._symbol, np.nan) for line in self._lines]
        return own, own, own

    def _label(self, names: list[str]) -> None:
        metrics = QFontMetricsF(self.tick_font())
        fitting = [metrics.elidedText(name, pg.QtCore.Qt.TextElideMode.ElideMiddle, _WIDEST_NAME) for name in names]
        self.value_axis.setTicks([[(-place, name) for place, name in enumerate(fitting)]])

    def summary(self) -> str:
        """Return the plot in words: what matters, the most first, and what may not."""
        if not self._lines:
            return say("no importance to show")
        told = say("{0} {1}").format
        if self._symbol != ALL:
            own = [told(line.name, numbers.decimal(line.by_symbol.get(self._symbol), 4)) for line in self._lines]
            return say("rise of the test NLL on {0} when shuffled: {1}").format(self._symbol, ", ".join(own))
        surely = [told(line.name, numbers.decimal(line.mean, 4)) for line in self._lines if line.low > 0]
        doubtful = [line.name for line in self._lines if line.low <= 0]
        parts = [say("raises the test NLL when shuffled: {0}").format(", ".join(surely))] if surely else []
        parts += [say("may not matter: {0}").format(", ".join(doubtful))] if doubtful else []
        return "; ".join(parts)

    def _write_heading(self) -> None:
        theme = tokens()
        of = "" if self._symbol == ALL else say(" on {0}").format(self._symbol)
        words = say("rise of the test NLL when shuffled, nats{0}").format(of) if self._lines else ""
        words = words.replace("&", "&amp;").replace("<", "&lt;")
        title = f"<b>{say('Importance of the inputs')}</b>"
        self.set_heading(f'{title}&nbsp;&nbsp;<span style="color:{theme.text_muted}">{words}</span>')
