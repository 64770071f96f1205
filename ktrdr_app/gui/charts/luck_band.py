"""What random trades bring on their way: the middle 90 % and 50 % of their accounts as areas, the median as a line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from ktrdr_app.gui.charts.figures import Series, chart_words
from ktrdr_app.gui.charts.item import LogarithmicItem, logarithms
from ktrdr_app.gui.charts.plot import pen

Floats = NDArray[np.float64]

PERCENTILES = (5, 25, 50, 75, 95)
"""Of the random accounts, lowest first."""
_AREAS = ((0, 4, 34), (1, 3, 52))
"""Lower and upper percentile of each area, by place, and its opacity of 255; they lie on top of each other."""


@dataclass(frozen=True, eq=False)
class LuckWay:
    """Percentiles of random accounts at some bars.

    Attributes
    ----------
    bars : ndarray of int64, shape (n_points,)
        Rising.
    levels : ndarray of float64, shape (5, n_points)
        Account values, by `PERCENTILES`.
    bar_count : int
        Bars that there are.
    """

    bars: NDArray[np.int64]
    levels: Floats
    bar_count: int


class LuckBand(LogarithmicItem):
    """Areas and a line at x = bar index; as few points as are kept, so that no zoom costs more than another."""

    def __init__(self) -> None:
        super().__init__()
        self._way: LuckWay | None = None
        self._drawn: Floats = np.empty((len(PERCENTILES), 0))
        self._bounds = QRectF()
        self._colour = QColor("gray")
        self._paths: list[QPainterPath] = []
        self.setZValue(-5)

    def __len__(self) -> int:
        return 0 if self._way is None else len(self._way.bars)

    def columns(self) -> tuple[Series, ...]:
        """Return each percentile as a column, between the bars that are kept along straight lines."""
        if self._way is None or not len(self):
            return ()
        every = np.arange(self._way.bar_count)
        name = chart_words("random trades, {0} % below")
        return tuple(
            Series(name.format(percentile), np.interp(every, self._way.bars, row))
            for percentile, row in zip(PERCENTILES, self._way.levels, strict=True)
        )

    def set_way(self, way: LuckWay | None) -> None:
        """Show others.

        Parameters
        ----------
        way : LuckWay or None
            None for none.
        """
        self._way = way
        self._take()

    def set_colour(self, colour: str) -> None:
        """Draw in another colour.

        Parameters
        ----------
        colour : str
            ``#rrggbb``.
        """
        self._colour = QColor(colour)
        self.update()

    def _take(self) -> None:
        self.prepareGeometryChange()
        levels = np.empty((len(PERCENTILES), 0)) if self._way is None else self._way.levels
        if self._logarithmic and (levels > 0).any():
            levels = logarithms(np.maximum(levels, levels[levels > 0].min()))  # who lost all lies at the lower edge
        self._drawn, self._paths, self._bounds = levels, [], QRectF()
        if self._way is not None and len(self):
            x = self._way.bars.astype(np.float64)
            for low, high, _ in _AREAS:
                around = np.concatenate([levels[low], levels[high][::-1], levels[low][:1]])
                along = np.concatenate([x, x[::-1], x[:1]])
                self._paths.append(pg.functions.arrayToQPath(along, around, connect="all"))
            bottom, top = float(levels[0].min()), float(levels[-1].max())
            self._bounds = QRectF(float(x[0]), bottom, float(x[-1] - x[0]), max(top - bottom, 1e-12))
        self.update()

    def extent(self, first: int, last: int) -> tuple[float, float]:
        """Return how far the wider area reaches within bars ``[first, last)``; NaN where it does not lie there.

        Parameters
        ----------
        first, last : int
            Bars.
        """
        if self._way is None or not len(self) or first >= last:
            return float("nan"), float("nan")
        bars = self._way.bars
        ends = np.array([first, last - 1])
        inside = (bars >= first) & (bars < last)
        low = np.append(self._drawn[0][inside], np.interp(ends, bars, self._drawn[0]))
        high = np.append(self._drawn[-1][inside], np.interp(ends, bars, self._drawn[-1]))
        return float(low.min()), float(high.max())

    def boundingRect(self) -> QRectF:
        """Return the rectangle that holds the wider area, in data coordinates."""
        return self._bounds

    def draw(self, painter: QPainter, _view: QRectF) -> None:
        """Draw both areas and the median.

        Parameters
        ----------
        painter : QPainter
            In data coordinates.
        _view : QRectF
            All is drawn whatever is visible.
        """
        if self._way is None or not self._paths:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        for path, (_low, _high, opacity) in zip(self._paths, _AREAS, strict=True):
            tint = QColor(self._colour)
            tint.setAlpha(opacity)
            painter.setBrush(tint)
            painter.drawPath(path)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen(self._colour, 1.2, "dot"))
        middle = self._drawn[PERCENTILES.index(50)]
        painter.drawPath(pg.functions.arrayToQPath(self._way.bars.astype(np.float64), middle, connect="all"))
