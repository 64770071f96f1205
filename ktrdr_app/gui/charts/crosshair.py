"""One crosshair over several plots: the same bar in all of them, drawn at most once per frame."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, QTimer, Signal, Slot
from PySide6.QtGui import QMouseEvent

from ktrdr_app.gui.charts.plot import ThemedPlot, pen
from ktrdr_app.gui.ui.theme import Tokens

FRAME_MS = 16
"""Least time between two moves of the lines."""


class LinkedCrosshair(QObject):
    """A vertical line through all plots at the bar under the mouse, and a level line in the plot it is over.

    Parameters
    ----------
    plots : sequence of ThemedPlot
        The plots, which share their x-axis.
    parent : QObject, optional
        Owner.
    """

    moved = Signal(int)
    """The bar under the mouse; -1 when the mouse has left."""

    def __init__(self, plots: Sequence[ThemedPlot], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._plots = list(plots)
        self._verticals = [pg.InfiniteLine(angle=90, movable=False) for _ in plots]
        self._levels = [pg.InfiniteLine(angle=0, movable=False) for _ in plots]
        self._size = 0
        self._waiting: tuple[int, QPointF] | None = None
        self.bar = -1
        self.updates = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._apply)
        for plot, vertical, level in zip(self._plots, self._verticals, self._levels, strict=True):
            for line in (vertical, level):
                line.setVisible(False)
                line.setZValue(20)
                plot.view.addItem(line)
            plot.viewport().setMouseTracking(True)
            plot.viewport().installEventFilter(self)

    def set_size(self, bars: int) -> None:
        """Tell how many bars there are, and hide the lines.

        Parameters
        ----------
        bars : int
            The crosshair stays within them.
        """
        self._size = bars
        self.hide()

    def dress(self, theme: Tokens) -> None:
        """Take the theme's colour.

        Parameters
        ----------
        theme : Tokens
            The colours.
        """
        for line in (*self._verticals, *self._levels):
            line.setPen(pen(theme.crosshair, 1, "dot"))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note where the mouse is; the lines follow with the next frame.

        Parameters
        ----------
        watched : QObject
            A plot's viewport.
        event : QEvent
            What happened to it.
        """
        kind = event.type()
        if kind == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            place = next(number for number, plot in enumerate(self._plots) if plot.viewport() is watched)
            self._waiting = (place, event.position())
            if not self._timer.isActive():
                self._timer.start()
        elif kind == QEvent.Type.Leave:
            self.hide()
        return False

    @Slot()
    def hide(self) -> None:
        """Take the lines away."""
        self._timer.stop()
        self._waiting = None
        for line in (*self._verticals, *self._levels):
            line.setVisible(False)
        if self.bar != -1:
            self.bar = -1
            self.moved.emit(-1)

    @Slot()
    def _apply(self) -> None:
        if self._waiting is None or not self._size:
            return
        over, place = self._waiting
        self._waiting = None
        self.updates += 1
        point = self._plots[over].data_point(place)
        bar = min(max(round(point.x()), 0), self._size - 1)
        for number, (vertical, level) in enumerate(zip(self._verticals, self._levels, strict=True)):
            vertical.setPos(bar)
            vertical.setVisible(True)
            level.setVisible(number == over)
            if number == over:
                level.setPos(point.y())
        if bar != self.bar:
            self.bar = bar
            self.moved.emit(bar)
