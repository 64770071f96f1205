"""What an account is held against on its chart, beside buy and hold: another account, and what luck would bring."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from ktrdr_app.gui.charts.chart_data import ChartData
from ktrdr_app.gui.charts.figures import chart_words
from ktrdr_app.gui.charts.item import logarithms
from ktrdr_app.gui.charts.lod_curve import LodCurve
from ktrdr_app.gui.charts.luck_band import LuckBand
from ktrdr_app.gui.charts.plot import ThemedPlot, pen
from ktrdr_app.gui.ui.theme import Tokens

BEAM = 0.012
"""Length of the beams at the ends of luck's bar, as a share of the bars."""


class Rivals:
    """A second curve, and random trades: their way as areas or, where only their end is known, the middle 90 % of it.

    Parameters
    ----------
    plot : ThemedPlot
        Where they are drawn.
    """

    def __init__(self, plot: ThemedPlot) -> None:
        self.curve = LodCurve(width=1.6, dash="dot", title=chart_words("other model"))
        self.band = LuckBand()
        self.luck = pg.PlotCurveItem(connect="pairs", name=chart_words("90 % of random trades"))
        self._span: tuple[float, float] | None = None
        self._wanted = True
        self._logarithmic = False
        self._ended: tuple[float, float, float] | None = None
        self._bars = 0
        for item in (self.band, self.curve, self.luck):
            plot.view.addItem(item)
        self._show()

    def set_data(self, data: ChartData) -> None:
        """Show those of other bars.

        Parameters
        ----------
        data : ChartData
            What is charted.
        """
        self.curve.set_data(data.rival)
        self.band.set_way(data.luck_way)
        self._ended, self._bars = data.luck, len(data)
        self._place_end()

    def _place_end(self) -> None:
        self._span = None
        if self._ended is not None and self._bars:
            low, middle, high = logarithms(np.array(self._ended)) if self._logarithmic else self._ended
            self._span = (float(low), float(high))
            at, beam = float(self._bars - 1), max(self._bars * BEAM, 1.0)
            levels = np.repeat([low, middle, high], 2)
            beams = np.tile([at - beam, at + beam], 3)
            self.luck.setData(np.append(beams, [at, at]), np.append(levels, [low, high]))
        self._show()

    def _show(self) -> None:
        self.band.setVisible(self._wanted and len(self.band) > 0)
        self.luck.setVisible(self._wanted and self._span is not None and not len(self.band))

    @property
    def shows_luck(self) -> bool:
        """Whether what random trades bring is drawn, in either way."""
        return self.luck.isVisible() or self.band.isVisible()

    def set_logarithmic(self, on: bool) -> None:
        """Draw account values or their logarithms to base 10.

        Parameters
        ----------
        on : bool
            Whether logarithms.
        """
        self._logarithmic = on
        self.curve.set_logarithmic(on)
        self.band.set_logarithmic(on)
        self._place_end()

    def extents(self, first: int, last: int) -> list[tuple[float, float]]:
        """Return the lowest and highest value of what can be seen between two bars.

        Parameters
        ----------
        first, last : int
            Bars, the last not included.
        """
        found = []
        if self.curve.isVisible() and len(self.curve):
            found.append(self.curve.extent(first, min(last, len(self.curve))))
        if self.band.isVisible():
            found.append(self.band.extent(first, last))
        if self._span is not None and self.luck.isVisible() and first <= self._bars - 1 < last:
            found.append(self._span)
        return found

    def show_luck(self, wanted: bool) -> None:
        """Show or hide what luck would bring.

        Parameters
        ----------
        wanted : bool
            Whether it is shown, where it is known.
        """
        self._wanted = wanted
        self._show()

    def dress(self, theme: Tokens) -> None:
        """Recolour what is drawn.

        Parameters
        ----------
        theme : Tokens
            The colours to wear.
        """
        self.curve.set_colour(theme.series_2)
        self.band.set_colour(theme.series_4)
        self.luck.setPen(pen(theme.series_4, 2))
