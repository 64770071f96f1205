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
        self._lines: dict[ThemedPlot, tuple[pg.InfiniteLine, pg.InfiniteLine]] = {}
        self._pens: list[pg.QtGui.QPen] = []
        self._size = 0
        self._waiting: tuple[ThemedPlot, QPointF] | None = None
        self.bar = -1
        self.updates = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._apply)
        for plot in plots:
            self.add(plot)

    def add(self, plot: ThemedPlot) -> None:
        """Cross one more plot.

        Parameters
        ----------
        plot : ThemedPlot
            A plot over the same bars.
        """
        lines = (pg.InfiniteLine(angle=90, movable=False), pg.InfiniteLine(angle=0, movable=False))
        for line in lines:
            line.setVisible(False)
            line.setZValue(20)
            for dressed in self._pens:
                line.setPen(dressed)
            plot.view.addItem(line)
        self._lines[plot] = lines
        plot.viewport().setMouseTracking(True)
        plot.viewport().installEventFilter(self)

    def remove(self, plot: ThemedPlot) -> None:
        """Forget a plot that is taken down.

        Parameters
        ----------
        plot : ThemedPlot
            One that was added.
        """
        plot.viewport().removeEventFilter(self)
        del self._lines[plot]
        if self._waiting is not None and self._waiting[0] is plot:
            self._waiting = None

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
        self._pens = [pen(theme.crosshair, 1, "dot")]
        for line in self._all():
            line.setPen(self._pens[0])

    @property
    def verticals(self) -> list[pg.InfiniteLine]:
        """The upright lines, one a plot, in the order in which they were added."""
        return [lines[0] for lines in self._lines.values()]

    @property
    def levels(self) -> list[pg.InfiniteLine]:
        """The level lines, likewise."""
        return [lines[1] for lines in self._lines.values()]

    def _all(self) -> list[pg.InfiniteLine]:
        return [line for lines in self._lines.values() for line in lines]

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
            over = next(plot for plot in self._lines if plot.viewport() is watched)
            self._waiting = (over, event.position())
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
        for line in self._all():
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
        point = over.data_point(place)
        bar = min(max(round(point.x()), 0), self._size - 1)
        for plot, (vertical, level) in self._lines.items():
            vertical.setPos(bar)
            vertical.setVisible(True)
            level.setVisible(plot is over)
            if plot is over:
                level.setPos(point.y())
        if bar != self.bar:
            self.bar = bar
            self.moved.emit(bar)
