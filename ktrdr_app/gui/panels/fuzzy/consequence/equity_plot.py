"""Up to three equity curves over the same bars: the model's own sets, the edited ones, a quick try."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.gui.charts.axis import ValueAxis, write_value
from ktrdr_app.gui.charts.lod_curve import LodCurve
from ktrdr_app.gui.charts.plot import swatch
from ktrdr_app.gui.charts.shade import SpanShade
from ktrdr_app.gui.charts.summary import nothing
from ktrdr_app.gui.panels.fuzzy.consequence.bar_plot import BarPlot
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.theme import Tokens, tokens

OWN, YOURS, QUICK = "own", "yours", "quick"
KINDS = (OWN, YOURS, QUICK)
LOOKS = {OWN: ("series_8", "dash"), YOURS: ("series_1", "solid"), QUICK: ("series_2", "dot")}
"""Colour and dash of each curve."""

Floats = NDArray[np.float64]


class EquityPlot(BarPlot):
    """Account values at each bar's close; bars that the model has learnt from are shaded."""

    def __init__(self) -> None:
        self.lines = {kind: LodCurve(width=1.8, dash=LOOKS[kind][1]) for kind in KINDS}
        self.shade = SpanShade()
        self.title = ""
        super().__init__(self.tr("Equity with other sets"), ValueAxis(write_value, width=74))
        self.setObjectName("fuzzyPanel.equityPlot")
        for kind, line in self.lines.items():
            line.title = self.names[kind]
        for item in (self.shade, *self.lines.values()):
            self.view.addItem(item)
        self._write()

    @property
    def names(self) -> dict[str, str]:
        """What each curve is called."""
        return {OWN: self.tr("model's sets"), YOURS: self.tr("your sets"), QUICK: self.tr("quick try")}

    @property
    def curves(self) -> Sequence[LodCurve]:
        """All three curves."""
        return tuple(self.lines.values())

    def set_bars(self, title: str, times: NDArray[np.int64], seen: NDArray[np.bool_]) -> None:
        """Show other bars; curves of other lengths are taken away.

        Parameters
        ----------
        title : str
            What is traded.
        times : ndarray of int64, shape (n_bars,)
            Bar opens, nanoseconds UTC.
        seen : ndarray of bool, shape (n_bars,)
            Bars that the model has learnt from.
        """
        self.title = title
        for line in self.lines.values():
            if len(line) != len(times):
                line.set_data(np.empty(0))
        self.shade.set_mask(seen)
        self.set_times(times)
        self._write()

    def set_curve(self, kind: str, equity: Floats | None) -> None:
        """Show one curve anew, or take it away.

        Parameters
        ----------
        kind : str
            One of `KINDS`.
        equity : ndarray of float64, shape (n_bars,), optional
            Account values.
        """
        self.lines[kind].set_data(np.empty(0) if equity is None else equity)
        self.scale_values()
        self._write()

    def dress(self, theme: Tokens) -> None:
        """Recolour curves, shade and heading.

        Parameters
        ----------
        theme : Tokens
            The colours to wear.
        """
        for kind, line in self.lines.items():
            line.set_colour(getattr(theme, LOOKS[kind][0]))
        self.shade.dress(theme)
        self._write()

    def _write(self) -> None:
        theme, names = tokens(), self.names
        shown = [kind for kind in KINDS if len(self.lines[kind])]
        swatches = [swatch(names[kind], getattr(theme, LOOKS[kind][0]), LOOKS[kind][1]) for kind in shown]
        self.set_heading("&nbsp;&nbsp;".join([f"<b>{html.escape(self.title)}</b>", *swatches]) if shown else "")
        moved = [
            f"{names[kind]} {numbers.percent(float(values[-1] / values[0] - 1), signed=True)}"
            for kind in shown
            for values in (self.lines[kind].values,)
        ]
        self.setAccessibleDescription(f"{self.title}: {', '.join(moved)}" if moved else nothing())
