"""The split on an axis of time: a lane per symbol with train, validation and test, and the purge between them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QFont, QPainter

from ktrdr_app.gui.charts.axis import date_labels, tick_times
from ktrdr_app.gui.charts.figures import Figures, Series
from ktrdr_app.gui.charts.plot import TICK_POINTS
from ktrdr_app.gui.charts.summary import stamp_text
from ktrdr_app.gui.panels.training.lanes import GAP, LANE, Lanes, part_text
from ktrdr_app.gui.panels.training.words import say
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.theme import color
from ktrdr_app.workflows.plan_records import PARTS, Stretch, SymbolPlan, TrainingPlan

TICKS = 20
"""Pixels for the dates below the lanes."""

LEAST_PURGE = 4
"""Pixels that a purge takes at least, so that it is seen however long the years are."""

COLOURS = {"train": "series_1", "validation": "series_2", "test": "series_3"}


class SplitAxis(Lanes):
    """Where each symbol's rows fall."""

    def __init__(self) -> None:
        self._symbols: tuple[SymbolPlan, ...] = ()
        super().__init__("trainingPanel.splitAxis", say("Split on an axis of time"), TICKS)

    @property
    def names(self) -> tuple[str, ...]:
        """The symbols."""
        return tuple(entry.symbol for entry in self._symbols)

    @property
    def span(self) -> tuple[int, int]:
        """First and last moment on the axis, nanoseconds UTC."""
        parts = [part for entry in self._symbols for part in entry.parts.values() if part.rows]
        if not parts:
            return 0, 1
        return min(part.first for part in parts), max(part.last for part in parts)

    def show_plan(self, plan: TrainingPlan | None) -> None:
        """Show another plan.

        Parameters
        ----------
        plan : TrainingPlan or None
            The plan; None for nothing.
        """
        self._symbols = tuple(entry for entry in plan.symbols if entry.parts) if plan else ()
        self.describe("; ".join(self._lane_words(entry) for entry in self._symbols))

    def aside(self, lane: int) -> str:
        """Return how many rows a symbol has in each part.

        Parameters
        ----------
        lane : int
            Which symbol.
        """
        parts = self._symbols[lane].parts
        return " · ".join(numbers.integer(parts[name].rows) for name in PARTS)

    def purge_rects(self, lane: int) -> Iterator[QRectF]:
        """Yield where the purges of a symbol are drawn: between two parts that both have rows.

        Parameters
        ----------
        lane : int
            Which symbol.
        """
        there = [part for name in PARTS if (part := self._symbols[lane].parts[name]).rows]
        for before, after in itertools.pairwise(there):
            left, right = self._x(before.last, lane), self._x(after.first, lane)
            middle, half = (left + right) / 2, max((right - left) / 2, LEAST_PURGE / 2)
            rect = self.lane_rect(lane)
            yield QRectF(middle - half, rect.top(), 2 * half, rect.height())

    def part_rect(self, lane: int, name: str) -> QRectF:
        """Return where a part of a symbol is drawn.

        Parameters
        ----------
        lane : int
            Which symbol.
        name : str
            Which part.
        """
        part, rect = self._symbols[lane].parts[name], self.lane_rect(lane)
        left, right = self._x(part.first, lane), self._x(part.last, lane)
        return QRectF(left, rect.top(), max(right - left, 1.0), rect.height())

    def paint_lane(self, painter: QPainter, lane: int, rect: QRectF) -> None:
        """Draw the parts of one symbol, and the purges over their ends.

        Parameters
        ----------
        painter : QPainter
            Where.
        lane : int
            Which symbol.
        rect : QRectF
            Its place.
        """
        painter.fillRect(rect, color("field"))
        for name in PARTS:
            if self._symbols[lane].parts[name].rows:
                part = self.part_rect(lane, name)
                painter.fillRect(part, color(COLOURS[name]))
                part_text(painter, part, say(name), "window")
        for purge in self.purge_rects(lane):
            painter.fillRect(purge, color("chart_ground"))
            painter.fillRect(purge, QBrush(color("danger"), Qt.BrushStyle.Dense4Pattern))

    def paint_foot(self, painter: QPainter) -> None:
        """Draw the dates.

        Parameters
        ----------
        painter : QPainter
            Where.
        """
        if not self._symbols:
            return
        last = len(self._symbols) - 1
        rect = self.lane_rect(last)
        marks = tick_times(*self.span, rect.width())
        font = QFont(self.font())
        font.setPointSizeF(TICK_POINTS)
        painter.setFont(font)
        painter.setPen(color("axis"))
        free = rect.left() - 40
        for moment, text in zip(marks.tolist(), date_labels(marks), strict=True):
            x, half = self._x(moment, last), painter.fontMetrics().horizontalAdvance(text) / 2
            if x - half > free and x + half < self.width() - 2:
                place = QRectF(x - half - 2, rect.bottom() + GAP / 2, 2 * half + 4, TICKS - 2)
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
                free = x + half + 8

    def told(self, place: QPointF) -> str:
        """Return which part or purge lies at a place, with its rows and dates.

        Parameters
        ----------
        place : QPointF
            Within the widget.
        """
        lane = self.lane_at(place)
        if lane < 0:
            return ""
        entry, inside = self._symbols[lane], QPointF(place.x(), self.lane_rect(lane).top() + LANE / 2)
        if any(purge.contains(inside) for purge in self.purge_rects(lane)):
            words = say("{0}: {1} rows are left out at the cuts, as their labels reach over them")
            return words.format(entry.symbol, numbers.integer(entry.purged + entry.embargoed))
        for name in PARTS:
            if entry.parts[name].rows and self.part_rect(lane, name).contains(inside):
                return f"{entry.symbol}: {_part_words(name, entry.parts[name])}"
        return self._lane_words(entry)

    def figures(self) -> Figures:
        """Return each part of each symbol as a row."""
        rows = [
            (entry.symbol, say(name), part.rows, part.first, part.last)
            for entry in self._symbols
            for name, part in entry.parts.items()
            if part.rows
        ]
        symbols, names, counts, first, last = zip(*rows, strict=True) if rows else ((),) * 5
        columns = (
            Series(say("symbol"), np.array(symbols, dtype=object)),
            Series(say("part"), np.array(names, dtype=object)),
            Series(say("rows"), np.array(counts, dtype=np.int64)),
            Series(say("from"), np.array(first, dtype=np.int64), times=True),
            Series(say("until"), np.array(last, dtype=np.int64), times=True),
        )
        return Figures(self.accessibleName(), columns if rows else ())

    def _x(self, moment: int, lane: int) -> float:
        (first, last), rect = self.span, self.lane_rect(lane)
        return rect.left() + (moment - first) / max(last - first, 1) * rect.width()

    def _lane_words(self, entry: SymbolPlan) -> str:
        parts = [_part_words(name, entry.parts[name]) for name in PARTS if entry.parts[name].rows]
        words = say("{0}: {1}, {2} rows purged")
        return words.format(entry.symbol, ", ".join(parts), numbers.integer(entry.purged))


def _part_words(name: str, part: Stretch) -> str:
    first, last = (stamp_text(stamp, with_time=False) for stamp in (part.first, part.last))
    return say("{0} {1} rows from {2} to {3}").format(say(name), numbers.integer(part.rows), first, last)
