"""Panes above each other: one span of bars in all of them, dates below the last, a bar to scroll by where needed."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from collections.abc import Collection, Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSplitter, QWidget

from ktrdr_app.gui.charts.axis import DateTicks
from ktrdr_app.gui.charts.lod import visible_slice
from ktrdr_app.gui.charts.pane import ChartPane

HANDLE = 5
"""Pixels between two panes, where they can be pulled."""

_SHARES = {"price": 5, "equity": 3, "drawdown": 2}
"""How those that are no studies share the height."""
_STUDY = 74
"""Height of a study at first."""


class PaneStack(QScrollArea):
    """Panes over the same bars.

    Parameters
    ----------
    panes : sequence of ChartPane
        Those that are always there, from above.
    ticks : DateTicks
        Dates that they share.
    parent : QWidget, optional
        Owner.
    """

    spanChanged = Signal()
    """The bars in view are others now, and every pane shows them."""
    resized = Signal()
    """There is more or less room for the panes: another size, or a scroll bar that came or went."""

    def __init__(self, panes: Sequence[ChartPane], ticks: DateTicks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ticks = ticks
        self.panes: list[ChartPane] = []
        self._shown: set[str] = set()
        self._linking = False
        self._bars = 0
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(HANDLE)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(self.splitter)
        for pane in panes:
            self.insert(len(self.panes), pane)
        self.show_only([pane.key for pane in panes])
        self.splitter.setSizes([100 * _SHARES.get(pane.key, 1) for pane in panes])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell that the room is another.

        Parameters
        ----------
        event : QResizeEvent
            The new size of the viewport.
        """
        super().resizeEvent(event)
        self.resized.emit()

    def insert(self, place: int, pane: ChartPane) -> None:
        """Put in one more, hidden at first.

        Parameters
        ----------
        place : int
            How many stand above it.
        pane : ChartPane
            The pane.
        """
        pane.hide()
        self.panes.insert(place, pane)
        self.splitter.insertWidget(place, pane)
        self.splitter.setStretchFactor(place, _SHARES.get(pane.key, 1))
        pane.limit(self._bars)
        pane.view.sigXRangeChanged.connect(self._on_x)

    def remove(self, pane: ChartPane) -> None:
        """Take one out and down.

        Parameters
        ----------
        pane : ChartPane
            One that was put in.
        """
        pane.view.sigXRangeChanged.disconnect(self._on_x)
        self.panes.remove(pane)
        self._shown.discard(pane.key)
        pane.hide()
        pane.setParent(None)
        pane.deleteLater()

    @property
    def shown(self) -> list[ChartPane]:
        """The panes that are shown, from above."""
        return [pane for pane in self.panes if pane.key in self._shown]

    def show_only(self, keys: Collection[str]) -> None:
        """Show some panes and no others; the first one always.

        Parameters
        ----------
        keys : collection of str
            Which.
        """
        new = {pane.key for pane in self.panes if pane.key in keys} | {self.panes[0].key}
        changed = new != self._shown
        self._shown = new
        shown = self.shown
        for pane in self.panes:
            pane.setVisible(pane.key in new)
            pane.show_dates(pane is shown[-1])
        if changed:
            self._share_height()
        span = self.panes[0].view.viewRange()[0]
        for pane in shown[1:]:
            pane.view.setXRange(*span, padding=0)
        self.scale()

    def _share_height(self) -> None:
        """Give studies what they need, and share the rest among prices, equity and drawdown."""
        shown = self.shown
        whole = self.splitter.height() - HANDLE * (len(shown) - 1)
        wanted = {pane.key: _STUDY for pane in shown if pane.key not in _SHARES}
        wanted = {pane.key: max(pane.minimumHeight(), wanted[pane.key]) for pane in shown if pane.key in wanted}
        parts = {pane.key: _SHARES[pane.key] for pane in shown if pane.key in _SHARES}
        left = max(whole - sum(wanted.values()), 0)
        wanted |= {key: left * part // sum(parts.values()) for key, part in parts.items()}
        self.splitter.setSizes([wanted.get(pane.key, 0) for pane in self.panes])

    def set_bars(self, count: int) -> None:
        """Keep the view near other bars.

        Parameters
        ----------
        count : int
            How many there are.
        """
        self._bars = count
        for pane in self.panes:
            pane.limit(count)

    @property
    def span(self) -> tuple[float, float]:
        """Left and right edge of the view, in bar indices."""
        left, right = self.panes[0].view.viewRange()[0]
        return float(left), float(right)

    def show_span(self, left: float, right: float) -> None:
        """Bring a span of bars into view.

        Parameters
        ----------
        left, right : float
            Edges, in bar indices.
        """
        before = self.span
        self.panes[0].view.setXRange(left, right, padding=0)
        if self.span == before:
            self.scale()

    @Slot(object, object)
    def _on_x(self, view: pg.ViewBox, span: tuple[float, float]) -> None:
        if self._linking or all(pane.view is not view for pane in self.shown):  # a hidden pane leads no others
            return
        self._linking = True
        for pane in self.panes:
            if pane.view is not view and (pane.key in self._shown):
                pane.view.setXRange(*span, padding=0)
        self._linking = False
        self.scale()
        self.spanChanged.emit()

    def scale(self) -> None:
        """Fit the values of every pane to the bars in view."""
        first, last = visible_slice(*self.span, self._bars)
        for pane in self.shown:
            pane.scale(first, last)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave every key to the charts: arrows move along the bars, not up and down.

        Parameters
        ----------
        event : QKeyEvent
            The key.
        """
        event.ignore()
