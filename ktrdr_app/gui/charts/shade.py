"""Tinted spans of bars, such as those the model has learnt from, painted only where they are in view."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPaintEngine, QPainter

from ktrdr_app.gui.charts.figures import Series, chart_words
from ktrdr_app.gui.charts.item import ChartItem
from ktrdr_app.gui.charts.primitives import RectBatch
from ktrdr_app.gui.ui.theme import Tokens

_THROUGH = 150
"""Opacity of a tint that cannot be blended, of 255."""


def runs(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the spans ``[start, stop)`` where a mask is true, shape (n_runs, 2).

    Parameters
    ----------
    mask : ndarray of bool, shape (n,)
        One flag per bar.
    """
    padded = np.concatenate([[False], mask.astype(bool), [False]])
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    return edges.reshape(-1, 2).astype(np.int64)


class SpanShade(ChartItem):
    """Tinted spans as high as the view.

    Parameters
    ----------
    title : str
        What a table calls the column that says which bars are tinted; without it there is none.
    """

    reaches_with_view = True

    def __init__(self, title: str = "") -> None:
        super().__init__()
        self._title = title
        self._spans = np.empty((0, 2), dtype=np.int64)
        self._colour = QColor("gray")
        self._mode = QPainter.CompositionMode.CompositionMode_SourceOver
        self._rects = RectBatch()
        self.setZValue(-500)  # above the grid, below the data

    @property
    def spans(self) -> NDArray[np.int64]:
        """The spans ``[start, stop)``, shape (n, 2)."""
        return self._spans

    def columns(self) -> tuple[Series, ...]:
        """Return a word for each tinted bar, as a column."""
        if not self._title or not len(self._spans):
            return ()
        words = np.full(int(self._spans[-1, 1]), "", dtype=object)
        for first, stop in self._spans.tolist():
            words[first:stop] = chart_words("yes")
        return (Series(self._title, words),)

    def set_mask(self, mask: NDArray[np.bool_]) -> None:
        """Tint other bars.

        Parameters
        ----------
        mask : ndarray of bool, shape (n,)
            One flag per bar.
        """
        self.prepareGeometryChange()
        self._spans = runs(mask)
        self.update()

    def share(self, other: SpanShade) -> None:
        """Tint the bars that another pane tints.

        Parameters
        ----------
        other : SpanShade
            The other pane's.
        """
        self.prepareGeometryChange()
        self._spans = other._spans
        self.update()

    def dress(self, theme: Tokens) -> None:
        """Take the theme's tint, laid on so that grid lines show through.

        Parameters
        ----------
        theme : Tokens
            The colours.
        """
        modes = QPainter.CompositionMode
        self._colour = QColor(theme.shade)
        self._mode = modes.CompositionMode_Lighten if theme.dark else modes.CompositionMode_Darken
        self.update()

    def boundingRect(self) -> QRectF:
        """Return the spans' extent across, and the view's up and down."""
        view = super().boundingRect()
        if view.isNull() or not len(self._spans):
            return QRectF()
        left, right = self._spans[0, 0] - 0.5, self._spans[-1, 1] - 0.5
        return QRectF(left, view.top(), right - left, view.height())

    def draw(self, painter: QPainter, view: QRectF) -> None:
        """Draw the spans in view.

        Parameters
        ----------
        painter : QPainter
            In data coordinates.
        view : QRectF
            What is visible.
        """
        shown = self._spans[(self._spans[:, 1] >= view.left()) & (self._spans[:, 0] <= view.right())]
        count = len(shown)
        left, width = shown[:, 0] - 0.5, (shown[:, 1] - shown[:, 0]).astype(np.float64)
        self._rects.fill(left, np.full(count, view.top()), width, np.full(count, view.height()))
        colour = QColor(self._colour)
        if painter.paintEngine().hasFeature(QPaintEngine.PaintEngineFeature.BlendModes):
            painter.setCompositionMode(self._mode)
        else:  # SVG: the grid has to show through
            colour.setAlpha(_THROUGH)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        self._rects.draw(painter)
