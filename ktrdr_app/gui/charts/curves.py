"""Live curves that grow point by point, such as loss over epochs; drawn at most every 50 ms, and only if new."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QWidget

from ktrdr_app.gui.charts.plot import ThemedPlot, pen, swatch
from ktrdr_app.gui.charts.summary import nothing
from ktrdr_app.gui.ui.theme import Tokens, tokens

REDRAW_MS = 50
"""Least time between two redraws."""

_FIRST_CAPACITY = 64


@dataclass(frozen=True)
class CurveSpec:
    """One curve of a `CurvePlot`.

    Attributes
    ----------
    key : str
        What `CurvePlot.append` calls it.
    label : str
        What the legend calls it.
    color_token : str
        Colour field of `Tokens`, such as ``series_1``.
    dash : str
        ``solid``, ``dash`` or ``dot``, so that colour is not the only difference.
    """

    key: str
    label: str
    color_token: str
    dash: str = "solid"


class GrowingPoints:
    """Points in preallocated arrays that double when they are full."""

    def __init__(self) -> None:
        self._x = np.empty(_FIRST_CAPACITY)
        self._y = np.empty(_FIRST_CAPACITY)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def x(self) -> NDArray[np.float64]:
        """The points' x, a view that the next append may leave behind."""
        return self._x[: self._size]

    @property
    def y(self) -> NDArray[np.float64]:
        """The points' y, likewise."""
        return self._y[: self._size]

    def append(self, x: float, y: float) -> None:
        """Add a point.

        Parameters
        ----------
        x, y : float
            Its coordinates; y may be NaN, which leaves a gap.
        """
        if self._size == len(self._x):
            self._x = np.concatenate([self._x, np.empty_like(self._x)])
            self._y = np.concatenate([self._y, np.empty_like(self._y)])
        self._x[self._size] = x
        self._y[self._size] = y
        self._size += 1

    def clear(self) -> None:
        """Forget all points; the room stays reserved."""
        self._size = 0


class CurvePlot(ThemedPlot):
    """A plot of a few named curves with a legend in its heading and an optional vertical marker.

    Parameters
    ----------
    title : str
        Heading and accessible name.
    x_label, y_label : str
        What the axes measure; the text summary uses both.
    curves : list of CurveSpec
        The curves, in drawing order.
    parent : QWidget, optional
        Owner.
    """

    def __init__(
        self, title: str, x_label: str, y_label: str, curves: list[CurveSpec], parent: QWidget | None = None
    ) -> None:
        self._title = title
        self._x_label = x_label
        self._y_label = y_label
        self._specs = {spec.key: spec for spec in curves}
        self._points = {spec.key: GrowingPoints() for spec in curves}
        self._items = {spec.key: pg.PlotCurveItem(antialias=True, connect="finite", name=spec.label) for spec in curves}
        self._marker = pg.InfiniteLine(angle=90, movable=False)
        self._marker.setVisible(False)
        super().__init__(title, pg.AxisItem("left"), pg.AxisItem("bottom"), parent)
        self.view.setMouseEnabled(x=False, y=False)
        self.value_axis.setStyle(autoExpandTextSpace=True, autoReduceTextSpace=False)
        for item in self._items.values():
            self.view.addItem(item)
        self.view.addItem(self._marker)
        self.view.sigResized.connect(self._write_heading)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REDRAW_MS)
        self._timer.timeout.connect(self._redraw)
        self._redraw()

    @property
    def x_title(self) -> str:
        """What the lower axis measures."""
        return self._x_label

    @property
    def dirty(self) -> bool:
        """Whether points wait for the next redraw."""
        return self._timer.isActive()

    def dress(self, theme: Tokens) -> None:
        """Recolour the curves and write the legend anew.

        Parameters
        ----------
        theme : Tokens
            The colours to wear.
        """
        for key, spec in self._specs.items():
            self._items[key].setPen(pen(getattr(theme, spec.color_token), 2, spec.dash))
        self._marker.setPen(pen(theme.text_muted, 1, "dash"))
        self._write_heading()

    @Slot(object)
    def _write_heading(self, _resized: object = None) -> None:
        """Write the legend; what is measured gives way where both do not fit."""
        theme = tokens()
        legend = [swatch(spec.label, getattr(theme, spec.color_token), spec.dash) for spec in self._specs.values()]
        for words in (self.tr("{0} by {1}").format(self._y_label, self._x_label), self._y_label, ""):
            measured = f'&nbsp;&nbsp;<span style="color:{theme.text_muted}">{words}</span>'
            self.set_heading("&nbsp;&nbsp;&nbsp;".join([f"<b>{self._title}</b>{measured}", *legend]))
            if self.heading.x() + self.heading.boundingRect().width() <= self.width():
                break

    def points(self, key: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return a copy of a curve's points, drawn or still waiting.

        Parameters
        ----------
        key : str
            Which curve.
        """
        held = self._points[key]
        return held.x.copy(), held.y.copy()

    def append(self, key: str, x: float, y: float) -> None:
        """Add a point; it shows with the next redraw.

        Parameters
        ----------
        key : str
            Which curve.
        x, y : float
            The point.
        """
        self._points[key].append(x, y)
        self._touch()

    def clear(self) -> None:
        """Empty all curves and take the marker away."""
        for held in self._points.values():
            held.clear()
        self._marker.setVisible(False)
        self._touch()

    def set_marker(self, x: float | None) -> None:
        """Draw a vertical line, such as at the best epoch, or none.

        Parameters
        ----------
        x : float, optional
            Where; None takes the line away.
        """
        self._marker.setVisible(x is not None)
        if x is not None:
            self._marker.setPos(x)

    def _touch(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _redraw(self) -> None:
        filled = [held for held in self._points.values() if len(held)]
        for key, held in self._points.items():
            self._items[key].setData(held.x.copy(), held.y.copy())
        if filled:
            x = np.concatenate([held.x for held in filled])
            y = np.concatenate([held.y for held in filled])
            left, right = float(x.min()), float(x.max())
            self.view.setXRange(left, right if right > left else left + 1, padding=0.02)
            finite = y[np.isfinite(y)]
            if len(finite):
                low, high = float(finite.min()), float(finite.max())
                room = (high - low) * 0.08 or abs(high) * 0.05 or 0.5
                self.view.setYRange(low - room, high + room, padding=0)
        self.setAccessibleDescription(self.summary())

    def summary(self) -> str:
        """Return the plot in words: each curve's last value, its lowest and its highest."""
        parts = []
        for key, spec in self._specs.items():
            x, y = self._points[key].x, self._points[key].y
            known = np.isfinite(y)
            if not known.any():
                continue
            x, y = x[known], y[known]
            low, high = int(np.argmin(y)), int(np.argmax(y))
            parts.append(
                self.tr("{0} {1:.4g} at {2} {3:g}, lowest {4:.4g} at {5:g}, highest {6:.4g} at {7:g}").format(
                    spec.label, y[-1], self._x_label, x[-1], y[low], x[low], y[high], x[high]
                )
            )
        return f"{self._y_label}: " + "; ".join(parts) if parts else nothing()
