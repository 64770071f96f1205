"""Lines across a pane at fixed values: thresholds, and the zero between long and short."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter

from ktrdr_app.gui.charts.item import ChartItem
from ktrdr_app.gui.charts.plot import pen


class LevelLines(ChartItem):
    """Dashed lines as wide as the view."""

    reaches_with_view = True

    def __init__(self) -> None:
        super().__init__()
        self.values: tuple[float, ...] = ()
        self._colour = "#808080"
        self.setZValue(-400)

    def set_values(self, values: Sequence[float]) -> None:
        """Draw at other values.

        Parameters
        ----------
        values : sequence of float
            Where.
        """
        self.values = tuple(values)
        self.update()

    def set_colour(self, colour: str) -> None:
        """Draw in another colour.

        Parameters
        ----------
        colour : str
            ``#rrggbb``.
        """
        self._colour = colour
        self.update()

    def draw(self, painter: QPainter, view: QRectF) -> None:
        """Draw the lines.

        Parameters
        ----------
        painter : QPainter
            In data coordinates.
        view : QRectF
            What is visible.
        """
        painter.setPen(pen(self._colour, 1, "dash"))
        for value in self.values:
            painter.drawLine(QLineF(view.left(), value, view.right(), value))
