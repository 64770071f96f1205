"""Accounts over the same bars, each with a name, a colour and a dash."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt

from ktrdr_app.gui.charts.axis import BarDateAxis, ValueAxis, write_percent, write_value
from ktrdr_app.gui.charts.lod_curve import LodCurve
from ktrdr_app.gui.charts.plot import ThemedPlot, swatch
from ktrdr_app.gui.charts.summary import nothing
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.theme import Tokens, tokens

ROOM = 0.06
"""Room above and below the curves, as a share of their span."""


@dataclass(frozen=True)
class Account:
    """One curve.

    Attributes
    ----------
    name : str
        What it is called.
    values : ndarray of float64, shape (n_bars,)
        One per bar; NaN leaves a gap.
    token : str
        Colour field of `Tokens`.
    dash : str
        ``solid``, ``dash`` or ``dot``, so that colour is not the only difference.
    """

    name: str
    values: NDArray[np.float64]
    token: str = "series_1"
    dash: str = "solid"


class AccountPlot(ThemedPlot):
    """Curves at x = bar index, all of them in view.

    Parameters
    ----------
    name : str
        Accessible name and heading.
    object_name : str
        Qt object name.
    percents : bool
        Whether values are fractions, written as percent.
    """

    def __init__(self, name: str, object_name: str, *, percents: bool = False) -> None:
        self.accounts: tuple[Account, ...] = ()
        self.lines: list[LodCurve] = []
        self._percents = percents
        self._dates = BarDateAxis()
        super().__init__(name, ValueAxis(write_percent if percents else write_value, width=74), self._dates)
        self._dates.setHeight(20)
        self.setObjectName(object_name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.view.setMouseEnabled(x=False, y=False)
        self.setMinimumHeight(110)
        self.set_accounts(np.empty(0, dtype=np.int64), ())

    def set_accounts(self, times: NDArray[np.int64], accounts: Sequence[Account]) -> None:
        """Show other curves.

        Parameters
        ----------
        times : ndarray of int64, shape (n_bars,)
            Bar opens, nanoseconds UTC.
        accounts : sequence of Account
            The curves, in drawing order.
        """
        for line in self.lines:
            self.view.removeItem(line)
        self.accounts, self.lines = tuple(accounts), []
        self._dates.set_times(times)
        for account in self.accounts:
            line = LodCurve(width=1.8, dash=account.dash, title=account.name)
            line.set_data(account.values)
            self.view.addItem(line)
            self.lines.append(line)
        self._fit(len(times))
        self.dress(tokens())
        self.setAccessibleDescription(self._words())

    def _fit(self, count: int) -> None:
        self.view.setXRange(-1, max(count, 1), padding=0)
        known = [account.values[np.isfinite(account.values)] for account in self.accounts]
        joined = np.concatenate(known) if known else np.empty(0)
        if len(joined):
            low, high = float(joined.min()), float(joined.max())
            room = (high - low) * ROOM or abs(high) * ROOM or 1.0
            self.view.setYRange(low - room, high + room, padding=0)

    def dress(self, theme: Tokens) -> None:
        """Recolour the curves and write the legend anew.

        Parameters
        ----------
        theme : Tokens
            The colours to wear.
        """
        legend = [f"<b>{html.escape(self.accessibleName())}</b>"]
        for account, line in zip(self.accounts, self.lines, strict=True):
            colour = getattr(theme, account.token)
            line.set_colour(colour)
            legend.append(swatch(account.name, colour, account.dash))
        self.set_heading("&nbsp;&nbsp;&nbsp;".join(legend))

    def _words(self) -> str:
        said = []
        for account in self.accounts:
            known = account.values[np.isfinite(account.values)]
            if len(known):
                last = float(known[-1])
                grown = last if self._percents or not known[0] else last / float(known[0]) - 1
                words = numbers.percent(grown, signed=not self._percents)
                said.append(f"{account.name} {words}")
        return "; ".join(said) or nothing()
