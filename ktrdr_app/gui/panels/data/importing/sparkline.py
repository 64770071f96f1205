"""A small curve of closes, so that a glance tells whether the rows were read as prices."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.theme import color

_HEIGHT = 64
_EDGE = 6


class Sparkline(QWidget):
    """A curve without axes."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("importDialog.curve")
        self.setFixedHeight(_HEIGHT)
        self._values: NDArray[np.float64] = np.empty(0)
        accessibility.name(self, self.tr("Closing prices"), self.tr("nothing to show"))

    def show_values(self, values: NDArray[np.float64]) -> None:
        """Show a curve.

        Parameters
        ----------
        values : ndarray of float64, shape (n,)
            In order of time.
        """
        self._values = values
        words = self.tr("nothing to show")
        if len(values):
            low, high = numbers.decimal(float(values.min()), 5), numbers.decimal(float(values.max()), 5)
            words = self.tr("between {0} and {1}").format(low, high)
        self.setAccessibleDescription(words)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the curve.

        Parameters
        ----------
        _event : QPaintEvent
            Which part; the whole is drawn.
        """
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), color("chart_ground"))
        if not len(self._values):
            painter.end()
            return
        low, high = float(self._values.min()), float(self._values.max())
        across = np.linspace(_EDGE, self.width() - _EDGE, len(self._values))
        share = (self._values - low) / (high - low) if high > low else np.full(len(self._values), 0.5)
        down = self.height() - _EDGE - share * (self.height() - 2 * _EDGE)
        points = [QPointF(x, y) for x, y in zip(across.tolist(), down.tolist(), strict=True)]
        painter.setPen(QPen(color("series_1" if self.isEnabled() else "text_disabled"), 1.5))
        if len(points) == 1:
            painter.drawEllipse(QPointF(self.width() / 2, self.height() / 2), 2, 2)
        else:
            painter.drawPolyline(QPolygonF(points))
        painter.end()
