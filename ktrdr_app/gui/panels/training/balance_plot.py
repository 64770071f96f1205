"""The class balance before training: each symbol's shares of BUY, HOLD and SELL, and those at a better threshold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen

from ktrdr_app.gui.charts.figures import Figures, Series
from ktrdr_app.gui.panels.training.lanes import LANE, Lanes, part_text
from ktrdr_app.gui.panels.training.words import say
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.theme import color
from ktrdr_app.workflows.plan_records import TrainingPlan

CLASSES = ("BUY", "HOLD", "SELL")
COLOURS = {"BUY": "up", "HOLD": "flat", "SELL": "down"}

RARE = 0.05
"""Share below which a class is nearly absent."""


def threshold_words(value: float, unit: str) -> str:
    """Return a threshold as one would say it: ``1.2 %`` or ``2 ATR``.

    Parameters
    ----------
    value : float
        The threshold.
    unit : str
        ``fraction`` or ``atr``.
    """
    if unit == "fraction":
        return say("{0} %").format(numbers.significant(100 * value, 3))
    return say("{0} ATR").format(numbers.significant(value, 3))


class BalancePlot(Lanes):
    """A lane per symbol, and one of all symbols at the suggested threshold."""

    def __init__(self) -> None:
        self._lanes: dict[str, Mapping[str, float]] = {}
        self._rows: dict[str, int] = {}
        super().__init__("trainingPanel.classBalancePlot", say("Class balance before training"))

    @property
    def names(self) -> tuple[str, ...]:
        """The symbols, and the suggestion."""
        return tuple(self._lanes)

    def show_plan(self, plan: TrainingPlan | None) -> None:
        """Show another plan.

        Parameters
        ----------
        plan : TrainingPlan or None
            The plan; None for nothing.
        """
        usable = [entry for entry in plan.symbols if entry.rows] if plan else []
        self._lanes = {entry.symbol: entry.balance for entry in usable}
        self._rows = {entry.symbol: entry.rows for entry in usable}
        if plan is not None and plan.suggestion is not None:
            words = say("all at {0}").format(threshold_words(plan.suggestion.threshold, plan.suggestion.unit))
            self._lanes[words] = plan.suggestion.balance
        self.describe("; ".join(self._lane_words(name) for name in self._lanes))

    def aside(self, lane: int) -> str:
        """Return how many rows a symbol has, and whether a class is nearly absent.

        Parameters
        ----------
        lane : int
            Which symbol.
        """
        name = self.names[lane]
        rows = numbers.integer(self._rows[name]) if name in self._rows else ""
        return f"⚠ {rows}" if min(self._lanes[name].values()) < RARE else rows

    def class_rects(self, lane: int) -> Iterator[tuple[str, QRectF]]:
        """Yield the classes of a lane and where they are drawn.

        Parameters
        ----------
        lane : int
            Which lane.
        """
        rect, shares = self.lane_rect(lane), self._lanes[self.names[lane]]
        left = rect.left()
        for name in CLASSES:
            width = shares[name] * rect.width()
            yield name, QRectF(left, rect.top(), width, rect.height())
            left += width

    def paint_lane(self, painter: QPainter, lane: int, rect: QRectF) -> None:
        """Draw the classes of one lane; a suggestion has an outline.

        Parameters
        ----------
        painter : QPainter
            Where.
        lane : int
            Which lane.
        rect : QRectF
            Its place.
        """
        shares = self._lanes[self.names[lane]]
        for name, part in self.class_rects(lane):
            painter.fillRect(part, color(COLOURS[name]))
            full = f"{name} {numbers.percent(shares[name], 0)}"
            short = numbers.percent(shares[name], 0)
            fits = painter.fontMetrics().horizontalAdvance(full) + 8 <= part.width()
            part_text(painter, part, full if fits else short, "window")
        if self.names[lane] not in self._rows:
            painter.setPen(QPen(color("accent"), 2))
            painter.drawRect(rect)

    def told(self, place: QPointF) -> str:
        """Return the shares of the lane at a place.

        Parameters
        ----------
        place : QPointF
            Within the widget.
        """
        lane = self.lane_at(place)
        return "" if lane < 0 or place.y() > self.lane_rect(lane).top() + LANE else self._lane_words(self.names[lane])

    def figures(self) -> Figures:
        """Return the shares of each symbol as a row."""
        columns = [Series(say("symbol"), np.array(self.names, dtype=object))]
        columns += [
            Series(name, np.array([shares[name] for shares in self._lanes.values()], dtype=np.float64))
            for name in CLASSES
        ]
        return Figures(self.accessibleName(), tuple(columns) if self._lanes else ())

    def _lane_words(self, name: str) -> str:
        shares = ", ".join(f"{kind} {numbers.percent(self._lanes[name][kind])}" for kind in CLASSES)
        return f"{name}: {shares}"
