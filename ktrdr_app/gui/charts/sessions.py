"""Lines between days, months or years: whichever of them has room, so that sessions without holes stay told apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from ktrdr_app.gui.charts.item import ChartItem, pixels_per_unit
from ktrdr_app.gui.charts.plot import pen
from ktrdr_app.gui.charts.primitives import LineBatch
from ktrdr_app.gui.ui.theme import Tokens

Stamps = NDArray[np.int64]

UNITS = ("D", "M", "Y")
"""Days, months, years; finest first."""

ROOM = 46.0
"""Mean pixels between two lines; a coarser unit is taken where there is less."""

_FAINT = 150
_BARS = 2.0
"""Bars between two lines at least: bars of a day each need no line each."""


def first_bars(wall: Stamps, unit: str) -> NDArray[np.int64]:
    """Return the bars at which a new day, month or year begins; the first bar of all is none.

    Parameters
    ----------
    wall : ndarray of int64, shape (n,)
        Times as a clock on the wall shows them, nanoseconds.
    unit : str
        ``D``, ``M`` or ``Y``.
    """
    numbers = wall.astype("datetime64[ns]").astype(f"datetime64[{unit}]").astype(np.int64)
    return np.flatnonzero(np.diff(numbers)) + 1


class SessionLines(ChartItem):
    """Upright lines before the first bar of each day, month or year in view."""

    reaches_with_view = True

    def __init__(self) -> None:
        super().__init__()
        self._bars: dict[str, NDArray[np.int64]] = {}
        self._size = 0
        self._colour = QColor("gray")
        self._lines = LineBatch()
        self.unit = ""
        self.setZValue(-600)

    def set_times(self, wall: Stamps) -> None:
        """Take other bars.

        Parameters
        ----------
        wall : ndarray of int64, shape (n,)
            Times as a clock on the wall shows them, nanoseconds.
        """
        self._size = len(wall)
        self._bars = {unit: first_bars(wall, unit) for unit in UNITS}
        self.update()

    def share(self, other: SessionLines) -> None:
        """Take the bars of another pane, which has found them already.

        Parameters
        ----------
        other : SessionLines
            The other pane's lines.
        """
        self._size, self._bars = other._size, other._bars
        self.update()

    def dress(self, theme: Tokens) -> None:
        """Take the theme's colour.

        Parameters
        ----------
        theme : Tokens
            The colours.
        """
        self._colour = QColor(theme.border_strong)
        self._colour.setAlpha(_FAINT)
        self.update()

    def bars_in(self, left: float, right: float, pixels: float) -> tuple[str, NDArray[np.int64]]:
        """Return the unit that has room and the bars that its lines stand before.

        Parameters
        ----------
        left, right : float
            Edges of the view, in bar indices.
        pixels : float
            Pixels per bar.
        """
        for unit, bars in self._bars.items():
            inside = bars[np.searchsorted(bars, left) : np.searchsorted(bars, right, side="right")]
            apart = (right - left) / max(len(inside), 1)
            if apart * pixels >= ROOM and apart >= _BARS:
                return (unit, inside) if len(inside) else ("", inside)
        return "", np.empty(0, dtype=np.int64)

    def draw(self, painter: QPainter, view: QRectF) -> None:
        """Draw the lines in view.

        Parameters
        ----------
        painter : QPainter
            In data coordinates.
        view : QRectF
            What is visible.
        """
        self.unit, bars = self.bars_in(view.left(), view.right(), pixels_per_unit(painter))
        x = bars - 0.5
        self._lines.fill(x, np.full(len(x), view.top()), x, np.full(len(x), view.bottom()))
        painter.setPen(pen(self._colour, 1, "dot"))
        self._lines.draw(painter)
