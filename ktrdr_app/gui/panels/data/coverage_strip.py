"""The coverage strip under mouse and keys: hovering tells, a click on a hole zooms to it, wheel and drag move."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip

from ktrdr_app.gui.panels.data.coverage_words import hole_words, slot_words
from ktrdr_app.gui.panels.data.strip_picture import MARK, PAD, ROW, StripPicture

REACH = 5
"""How many pixels beside a hole still count as on it."""
_CLICK = 4
"""Pixels that the mouse may move between press and release of a click."""


class CoverageStrip(StripPicture):
    """Which bars are there, over time.

    Mouse: hover tells, a click on a hole zooms to it, drag moves, the wheel zooms, a double click shows all.
    Keys: ←/→ move, ↑/↓ zoom, Home shows all, ``[`` and ``]`` choose the hole before and after, Enter zooms to it,
    PgUp/PgDn choose the row.
    """

    told = Signal(str)
    """What is under the mouse, or which hole is chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.setMouseTracking(True)
        self._pressed: tuple[QPointF, tuple[int, int]] | None = None
        self._dragged = False

    def _moment(self, x: float) -> int:
        rect = self.row_rect(0)
        start, end = self._range
        return start + round((x - rect.left()) / rect.width() * (end - start))

    def _row_at(self, y: float) -> int:
        row = int((y - PAD) // (ROW + MARK))
        return row if 0 <= row < len(self._maps) else -1

    def hole_at(self, place: QPointF) -> tuple[int, int] | None:
        """Return row and number of the largest hole at a place, if there is one.

        Parameters
        ----------
        place : QPointF
            Within the widget.
        """
        row = self._row_at(place.y())
        if row < 0:
            return None
        rect, holes = self.row_rect(row), self._maps[row].holes
        nanoseconds = (self._range[1] - self._range[0]) / rect.width()
        begin, end = self._moment(place.x()) - REACH * nanoseconds, self._moment(place.x()) + REACH * nanoseconds
        near = np.flatnonzero((holes.end >= begin) & (holes.start <= end))
        return (row, int(near[holes.missing[near].argmax()])) if near.size else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a drag.

        Parameters
        ----------
        event : QMouseEvent
            Where.
        """
        if event.button() is Qt.MouseButton.LeftButton and self._maps:
            self._pressed, self._dragged = (event.position(), self._range), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the span while the button is down; tell what is under the mouse otherwise.

        Parameters
        ----------
        event : QMouseEvent
            Where.
        """
        if self._pressed is None:
            self._tell(event)
            return
        begin, (start, end) = self._pressed
        moved = event.position().x() - begin.x()
        if self._dragged or abs(moved) > _CLICK:
            self._dragged = True
            shift = round(moved / self.row_rect(0).width() * (end - start))
            self.show_range(start - shift, end - shift)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Zoom to the hole that was clicked.

        Parameters
        ----------
        event : QMouseEvent
            Where.
        """
        pressed, self._pressed = self._pressed, None
        found = self.hole_at(event.position())
        if pressed is not None and not self._dragged and found is not None:
            self._row, self._hole = found
            self.zoom_to_chosen()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show all where there is no hole.

        Parameters
        ----------
        event : QMouseEvent
            Where.
        """
        if self.hole_at(event.position()) is None:
            self.show_all()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the mouse.

        Parameters
        ----------
        event : QWheelEvent
            How far the wheel turned.
        """
        if self._maps and event.angleDelta().y():
            self.zoom(0.8 ** (event.angleDelta().y() / 120), self._moment(event.position().x()))
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Tell nothing any more.

        Parameters
        ----------
        event : QEvent
            The mouse has left.
        """
        self.told.emit("")
        super().leaveEvent(event)

    def zoom(self, factor: float, around: int) -> None:
        """Show a shorter or longer span.

        Parameters
        ----------
        factor : float
            Length of the new span over that of the old one.
        around : int
            Moment that stays where it is, nanoseconds UTC.
        """
        start, end = self._range
        self.show_range(around - round((around - start) * factor), around + round((end - around) * factor))

    def zoom_to_chosen(self) -> None:
        """Bring the chosen hole into view, with its surroundings."""
        holes = self._maps[self._row].holes
        if 0 <= self._hole < len(holes):
            self.zoom_to(int(holes.start[self._hole]), int(holes.end[self._hole]))
            self.told.emit(self._hole_told())
            self.update()

    def step_hole(self, step: int) -> None:
        """Choose the next or previous hole of the current row, from the middle of the view if none is chosen.

        Parameters
        ----------
        step : int
            1 or -1.
        """
        holes = self._maps[self._row].holes
        if not len(holes):
            return
        if self._hole < 0:
            place = int(np.searchsorted(holes.start, self._range[0]))
            self._hole = min(max(place if step > 0 else place - 1, 0), len(holes) - 1)
        else:
            self._hole = min(max(self._hole + step, 0), len(holes) - 1)
        start, end = int(holes.start[self._hole]), int(holes.end[self._hole])
        if start < self._range[0] or end > self._range[1]:
            half = max((self._range[1] - self._range[0]) // 2, end - start)
            self.show_range((start + end) // 2 - half, (start + end) // 2 + half)
        self.told.emit(self._hole_told())
        self.update()

    def _hole_told(self) -> str:
        covered = self._maps[self._row]
        return f"{covered.symbol}: {hole_words(covered, self._hole)}"

    def _step_row(self, step: int) -> None:
        self._row, self._hole = min(max(self._row + step, 0), len(self._maps) - 1), -1
        self.told.emit(self._maps[self._row].symbol)
        self.update()

    def _tell(self, event: QMouseEvent) -> None:
        row, rect = self._row_at(event.position().y()), self.row_rect(0)
        x = event.position().x()
        if row < 0 or not rect.left() <= x <= rect.right():
            self.told.emit("")
            self.unsetCursor()
            return
        found = self.hole_at(event.position())
        covered = self._maps[row]
        words = slot_words(covered, self._moment(x), max(self._moment(x + 1), self._moment(x) + 1))
        if found is not None:
            words = f"{covered.symbol}: {hole_words(covered, found[1])}"
        self.setCursor(Qt.CursorShape.PointingHandCursor if found else Qt.CursorShape.ArrowCursor)
        self.told.emit(words)
        QToolTip.showText(event.globalPosition().toPoint(), words, self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Carry out the keys named in the class.

        Parameters
        ----------
        event : QKeyEvent
            The key.
        """
        if not self._maps or not self._press(Qt.Key(event.key())):
            super().keyPressEvent(event)

    def _press(self, key: Qt.Key) -> bool:
        start, end = self._range
        step, middle = (end - start) // 10, (start + end) // 2
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            shift = step if key is Qt.Key.Key_Right else -step
            self.show_range(start + shift, end + shift)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Plus, Qt.Key.Key_Down, Qt.Key.Key_Minus):
            self.zoom(0.8 if key in (Qt.Key.Key_Up, Qt.Key.Key_Plus) else 1.25, middle)
        elif key is Qt.Key.Key_Home:
            self.show_all()
        elif key in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight):
            self.step_hole(1 if key is Qt.Key.Key_BracketRight else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.zoom_to_chosen()
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._step_row(1 if key is Qt.Key.Key_PageDown else -1)
        else:
            return False
        return True
