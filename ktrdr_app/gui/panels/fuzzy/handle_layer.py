"""Draws the handles and names of all sets in pixels, whatever the zoom, and tells which handle is under a point."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF, QTransform

from ktrdr_app.gui.charts.item import ChartItem
from ktrdr_app.gui.documents.linked_handles import crossings_of
from ktrdr_app.gui.documents.set_handles import Handle, handles_of
from ktrdr_app.gui.ui.theme import Tokens, tokens
from ktrdr_app.strategy.schema import FuzzySet

RADIUS = 5.5
"""Drawn radius in pixels."""

CROSSING_RADIUS = 6.0
"""The same of a crossing's diamond."""

REACH = 12.0
"""A press this near, in pixels, takes hold of a handle."""

NAME_LEVEL = 1.06
"""Where names stand, above full membership."""


@dataclass(frozen=True)
class Grip:
    """A handle of a named set.

    Attributes
    ----------
    key : str
        The set.
    handle : Handle
        The handle.
    other : str
        The upper set where the handle is a crossing of two; empty otherwise.
    """

    key: str
    handle: Handle
    other: str = ""


@dataclass(frozen=True)
class Hint:
    """What is said beside a handle that is being moved.

    Attributes
    ----------
    x, level : float
        Where the handle stands.
    text : str
        Its number, and what it snapped to.
    snapped : bool
        Whether it stands on something: a line leads to it.
    """

    x: float
    level: float
    text: str
    snapped: bool


def grips_of(sets: Mapping[str, FuzzySet]) -> tuple[Grip, ...]:
    """Return the handles of all sets, from set to set, each set's crossing with the next one last.

    Parameters
    ----------
    sets : mapping of str to FuzzySet
        From low to high.
    """
    crossings = crossings_of(sets)
    found: list[Grip] = []
    for key, entry in sets.items():
        found += [Grip(key, handle) for handle in handles_of(entry)]
        if key in crossings:
            other, handle = crossings[key]
            found.append(Grip(key, handle, other))
    return tuple(found)


def set_colour(number: int, theme: Tokens) -> str:
    """Return the colour of the n-th set of an input.

    Parameters
    ----------
    number : int
        From 0.
    theme : Tokens
        The colours in use.
    """
    return str(getattr(theme, f"series_{number % 7 + 1}"))


def nearest(grips: Sequence[Grip], places: Sequence[QPointF], point: QPointF, preferred: str) -> int | None:
    """Return which handle a press takes hold of: the nearest, of the preferred set where two lie together.

    Parameters
    ----------
    grips : sequence of Grip
        The handles.
    places : sequence of QPointF
        Where they are, in pixels.
    point : QPointF
        Where the press is.
    preferred : str
        The set that is selected.
    """
    best, number = (math.inf, True), None
    for at, (grip, place) in enumerate(zip(grips, places, strict=True)):
        distance = math.hypot(place.x() - point.x(), place.y() - point.y())
        if distance > REACH:
            continue
        rank = (round(distance / 3.0), grip.key != preferred)
        if rank < best:
            best, number = rank, at
    return number


class HandleLayer(ChartItem):
    """All handles of one input's sets."""

    reaches_with_view = True

    def __init__(self) -> None:
        super().__init__()
        self._sets: dict[str, FuzzySet] = {}
        self.grips: tuple[Grip, ...] = ()
        self.selected = ""
        self.focused: tuple[str, int] | None = None
        self.hovered: tuple[str, int] | None = None
        self.hint: Hint | None = None
        self.setZValue(30)

    def set_sets(self, sets: Mapping[str, FuzzySet]) -> None:
        """Show the handles of other sets.

        Parameters
        ----------
        sets : mapping of str to FuzzySet
            The sets, in drawing order.
        """
        self.prepareGeometryChange()
        self._sets = dict(sets)
        self.grips = grips_of(sets)
        self.update()

    def draw(self, painter: QPainter, view: QRectF) -> None:
        """Draw names and handles.

        Parameters
        ----------
        painter : QPainter
            In data coordinates.
        view : QRectF
            What is visible.
        """
        theme, transform = tokens(), QTransform(painter.transform())
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, (key, entry) in enumerate(self._sets.items()):
            colour = QColor(set_colour(number, theme))
            self._paint_name(painter, transform, key, entry, colour, view)
        for number, key in enumerate(self._sets):
            colour = QColor(set_colour(number, theme))
            for grip in self.grips:
                if grip.key == key:
                    self._paint_grip(painter, transform, grip, colour, theme)
        if self.hint is not None:
            self._paint_hint(painter, transform, self.hint, theme, view)
        painter.setTransform(transform)

    def _paint_name(
        self, painter: QPainter, transform: QTransform, key: str, entry: FuzzySet, colour: QColor, view: QRectF
    ) -> None:
        top = [handle.x for handle in handles_of(entry) if handle.level == 1.0]
        left = view.left() if entry.shoulder == "left" else min(top)
        right = view.right() if entry.shoulder == "right" else max(top)
        font = QFont(painter.font())
        font.setBold(key == self.selected)
        painter.setFont(font)
        painter.setPen(colour)
        half = QFontMetricsF(font).horizontalAdvance(key) / 2 + 4
        place = transform.map(QPointF((left + right) / 2, NAME_LEVEL))
        edges = transform.map(view.topLeft()).x() + half, transform.map(view.topRight()).x() - half
        x = min(max(place.x(), edges[0]), edges[1])
        box = QRectF(x - half, place.y() - 16, 2 * half, 18)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, key)

    def _paint_grip(self, painter: QPainter, transform: QTransform, grip: Grip, colour: QColor, theme: Tokens) -> None:
        place = transform.map(QPointF(grip.handle.x, grip.handle.level))
        mine = (grip.key, grip.handle.index)
        if mine == self.focused:
            painter.setPen(QPen(QColor(theme.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(place, RADIUS + 5, RADIUS + 5)
        if grip.other:
            _paint_crossing(painter, place, theme, near=mine in (self.hovered, self.focused))
            return
        filled = grip.key == self.selected or mine == self.hovered
        painter.setPen(QPen(colour, 2))
        painter.setBrush(colour if filled else QColor(theme.chart_ground))
        if grip.handle.is_width:
            painter.drawRect(QRectF(place.x() - RADIUS + 0.5, place.y() - RADIUS + 0.5, 2 * RADIUS - 1, 2 * RADIUS - 1))
        else:
            painter.drawEllipse(place, RADIUS, RADIUS)

    def _paint_hint(self, painter: QPainter, transform: QTransform, hint: Hint, theme: Tokens, view: QRectF) -> None:
        place = transform.map(QPointF(hint.x, hint.level))
        top, floor = transform.map(QPointF(hint.x, view.bottom())).y(), transform.map(QPointF(hint.x, view.top())).y()
        line = QPen(QColor(theme.focus if hint.snapped else theme.crosshair), 1.5 if hint.snapped else 1)
        line.setStyle(Qt.PenStyle.SolidLine if hint.snapped else Qt.PenStyle.DotLine)
        painter.setPen(line)
        painter.drawLine(QPointF(place.x(), min(top, floor)), QPointF(place.x(), max(top, floor)))
        metrics = QFontMetricsF(painter.font())
        width, height = metrics.horizontalAdvance(hint.text) + 16, metrics.height() + 8
        edges = transform.map(view.topLeft()).x(), transform.map(view.topRight()).x()
        left = place.x() + 12 if place.x() + 12 + width < edges[1] else place.x() - 12 - width
        above = place.y() - height - 10
        y = above if above > min(top, floor) + 2 else place.y() + 12
        plate = QRectF(left, y, width, height)
        painter.setPen(QPen(QColor(theme.focus if hint.snapped else theme.border_strong), 1))
        painter.setBrush(QColor(theme.raised))
        painter.drawRoundedRect(plate, 4, 4)
        painter.setPen(QColor(theme.text))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, hint.text)


def _paint_crossing(painter: QPainter, place: QPointF, theme: Tokens, *, near: bool) -> None:
    """Draw a small diamond: it belongs to two sets, so it has the colour of neither."""
    size = CROSSING_RADIUS + (1.5 if near else 0)
    corners = [(0, -size), (size, 0), (0, size), (-size, 0)]
    painter.setPen(QPen(QColor(theme.text), 1.6))
    painter.setBrush(QColor(theme.text if near else theme.chart_ground))
    painter.drawPolygon(QPolygonF([QPointF(place.x() + x, place.y() + y) for x, y in corners]))
