"""Do the probabilities come true: share right over stated probability, bin by bin, with the scores they belong to."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from ktrdr_app.gui.charts.figures import Series
from ktrdr_app.gui.charts.plot import ThemedPlot, pen, swatch
from ktrdr_app.gui.panels.training.results.error_dots import ErrorDots
from ktrdr_app.gui.panels.training.results.words import name_of, say
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.theme import Tokens, tokens
from ktrdr_app.workflows.training_results import SymbolFigures

_ROOM = 0.04


class CalibrationPlot(ThemedPlot):
    """Dots on the dashed diagonal say as often as they are right; the larger a dot, the more rows."""

    def __init__(self) -> None:
        self._found: SymbolFigures | None = None
        self._diagonal = pg.PlotCurveItem([0.0, 1.0], [0.0, 1.0], antialias=True, name=say("as stated"))
        self._dots = ErrorDots(across=False)
        super().__init__(say("Calibration"), pg.AxisItem("left"), pg.AxisItem("bottom"))
        self.setObjectName("trainingPanel.calibrationPlot")
        self.view.setMouseEnabled(x=False, y=False)
        for item in (self._diagonal, self._dots):
            self.view.addItem(item)
        self.view.sigResized.connect(self._write_heading)
        self.setMinimumSize(260, 170)
        self.setToolTip(
            say(
                "Across: the probability that the model states for its answer. Up: the share of these answers that "
                "are right, with its 90 % interval. Below the line it is too sure, above it too careful."
            )
        )
        self.dress(tokens())
        self.clear()

    @property
    def x_title(self) -> str:
        """What the lower axis measures."""
        return say("stated probability")

    def dress(self, theme: Tokens) -> None:
        """Take the theme's colours.

        Parameters
        ----------
        theme : Tokens
            The colours to wear.
        """
        self._diagonal.setPen(pen(theme.text_muted, 1.4, "dash"))
        self._dots.set_colour(theme.series_1)
        self._write_heading()

    def show_figures(self, found: SymbolFigures) -> None:
        """Show whether the probabilities of a symbol's test rows come true.

        Parameters
        ----------
        found : SymbolFigures
            Its figures.
        """
        self._found = found
        bins = found.calibration
        stated, right, rows = (np.array([getattr(entry, name) for entry in bins], dtype=np.float64) for name in _KEYS)
        low, high = (np.array([entry.interval[end] for entry in bins], dtype=np.float64) for end in (0, 1))
        table = (
            Series(say("stated probability"), stated),
            Series(say("share right"), right),
            Series(say("lower end"), low),
            Series(say("upper end"), high),
            Series(say("rows"), rows),
        )
        self._dots.set_dots(stated, right, low, high, rows, table if bins else ())
        left = min((entry.low for entry in bins), default=0.0)
        self.view.setXRange(left - _ROOM, 1 + _ROOM, padding=0)
        self.view.setYRange(-_ROOM, 1 + _ROOM, padding=0)
        self._write_heading()
        self.setAccessibleDescription(self.summary())

    def clear(self) -> None:
        """Show nothing."""
        self.show_figures(SymbolFigures("", 0, {}))
        self._found = None
        self._write_heading()
        self.setAccessibleDescription(self.summary())

    def summary(self) -> str:
        """Return the plot in words: the calibration error, and in which bin stated and true differ most."""
        found = self._found
        if found is None or not found.calibration:
            return say("no calibration to show")
        worst = max(found.calibration, key=lambda entry: entry.rows * abs(entry.accuracy - entry.confidence))
        words = say("{0}: {1}. Furthest off, by rows: of {2} rows stated at {3}, {4} are right")
        shares = (numbers.percent(worst.confidence), numbers.percent(worst.accuracy))
        return words.format(name_of(found), _scores(found), numbers.integer(worst.rows), *shares)

    def _write_heading(self, _resized: object = None) -> None:
        found, theme = self._found, tokens()
        title = f"<b>{say('Calibration')}</b>"
        if found is None or not found.calibration:
            muted = say("the papers of this model say nothing of it") if found else ""
            self.set_heading(f'{title}&nbsp;&nbsp;<span style="color:{theme.text_muted}">{muted}</span>')
            return
        legend = swatch(say("as stated"), theme.text_muted, "dash")
        for parts in ((_scores(found), legend), (_scores(found),), ()):
            self.set_heading("&nbsp;&nbsp;&nbsp;".join([title, *parts]))
            if self.heading.x() + self.heading.boundingRect().width() <= self.width():
                break


_KEYS = ("confidence", "accuracy", "rows")


def _scores(found: SymbolFigures) -> str:
    ece, brier, nll = (found.of(name) for name in ("ece", "brier", "nll"))
    words = say("ECE {0} · Brier {1} · NLL {2} nats")
    return words.format(numbers.percent(ece), numbers.decimal(brier, 3), numbers.decimal(nll, 3))
