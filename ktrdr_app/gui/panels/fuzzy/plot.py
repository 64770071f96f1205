"""The editor's picture made live: handles to drag, or to reach with Tab and move with the keys."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent

from ktrdr_app.fuzzy.spans import corners
from ktrdr_app.gui.documents.linked_handles import CROSSING
from ktrdr_app.gui.documents.snapping import Snapping
from ktrdr_app.gui.panels.fuzzy.dragging import Drag, Moved, Scale
from ktrdr_app.gui.panels.fuzzy.handle_layer import Grip, Hint
from ktrdr_app.gui.panels.fuzzy.set_picture import SetPicture
from ktrdr_app.gui.ui import numbers

SNAP_PIXELS = 7
"""A handle that comes this near snaps."""

_CLICK_PIXELS = 4
_ALT, _SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
_CONTROL = Qt.KeyboardModifier.ControlModifier
_BY_TAB = {Qt.FocusReason.TabFocusReason: 0, Qt.FocusReason.BacktabFocusReason: -1}


class FuzzyPlot(SetPicture):
    """Membership curves whose handles can be moved.

    A drag of a set's area, or of a handle with Shift, moves the whole set; with Ctrl a foot takes the neighbour's foot
    along; Alt lets go of what handles snap to; Esc takes the drag back.
    """

    selected = Signal(str)
    """Set that was taken hold of."""
    addWanted = Signal(float)
    """A double click beside the handles, in a set's area too: where a new set is wanted."""
    removeWanted = Signal(str)
    """Del with a handle in focus: the set to take out."""

    def __init__(self) -> None:
        self._drag: Drag | None = None
        self._offset = 0.0
        self._pressed: QPointF | None = None
        self.snapping = Snapping()
        super().__init__()
        self.setMouseTracking(True)

    @property
    def scale_now(self) -> Scale:
        """How finely handles move at the present width."""
        span = self.shown_range[1] - self.shown_range[0]
        return Scale(self.grain, span, SNAP_PIXELS * span / max(self.view.width(), 1.0))

    # the mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the handle, or else of the set, under the mouse.

        Parameters
        ----------
        event : QMouseEvent
            The press.
        """
        document = self.document
        if document is None or event.button() != Qt.MouseButton.LeftButton:
            return
        grip = self.grip_at(event.position())
        key = grip.key if grip is not None else self.body_at(event.position())
        if not key:
            return
        sets = document.sets()
        anchor = grip.handle.x if grip is not None else sum(corners(sets[key])) / 2
        document.begin(key)
        self._drag = Drag(sets, key, anchor, grip)
        self._pressed = event.position() if grip is None else None
        self._offset = self.data_point(event.position()).x() - anchor
        self._focus(grip)
        self.select(key)
        self.selected.emit(key)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move what is held, or show what could be.

        Parameters
        ----------
        event : QMouseEvent
            The move.
        """
        if self._drag is None:
            self._hover(event.position())
            return
        if self._pressed is not None:  # a click that trembles moves no set
            if (event.position() - self._pressed).manhattanLength() < _CLICK_PIXELS:
                return
            self._pressed = None
        held = event.modifiers()
        snapping = Snapping() if held & _ALT else self.snapping
        x = self.data_point(event.position()).x() - self._offset
        self._show(self._drag.to(x, self.scale_now, snapping, whole=bool(held & _SHIFT), linked=bool(held & _CONTROL)))

    def _hover(self, point: QPointF) -> None:
        grip = self.grip_at(point)
        self.layer.hovered = None if grip is None else (grip.key, grip.handle.index)
        shape = Qt.CursorShape.SizeHorCursor
        if grip is None:
            shape = Qt.CursorShape.OpenHandCursor if self.body_at(point) else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)
        self.layer.update()

    def _show(self, moved: Moved) -> None:
        document, drag = self.document, self._drag
        if document is None or drag is None:
            return
        if not document.dragging:  # something else has taken it back: an undo, another input
            self._let_go()
            return
        level = 1.0 if drag.grip is None else drag.grip.handle.level
        words = numbers.decimal(moved.x, self.places)
        if moved.target is not None:
            words = f"{words} · {moved.target.label}"
        self.layer.hint = Hint(moved.x, level, words, moved.target is not None)
        document.preview_sets(moved.sets)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go: the drag becomes one step.

        Parameters
        ----------
        event : QMouseEvent
            The release.
        """
        if self._drag is not None and self.document is not None and event.button() == Qt.MouseButton.LeftButton:
            drag = self._drag
            self._let_go()
            self.document.commit(self._words(self.tr("Move"), drag))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Ask for a new set where there is no handle.

        Parameters
        ----------
        event : QMouseEvent
            The second press.
        """
        if event.button() == Qt.MouseButton.LeftButton and self.grip_at(event.position()) is None:
            x = self.data_point(event.position()).x()
            if self.shown_range[0] <= x <= self.shown_range[1]:
                self.addWanted.emit(x)

    def _let_go(self) -> None:
        self._drag = self._pressed = None
        self.layer.hint = None
        self.layer.update()

    def _words(self, verb: str, drag: Drag) -> str:
        if drag.grip is None:
            return f"{verb} {drag.key}"
        if drag.grip.other:
            return self.tr("{0} crossing of {1} and {2}").format(verb, drag.key, drag.grip.other)
        return self.tr("{0} {1} of {2}").format(verb, drag.grip.handle.role, drag.key)

    def leaveEvent(self, event: QEvent) -> None:
        """Forget which handle the mouse was over.

        Parameters
        ----------
        event : QEvent
            The mouse has left.
        """
        self.layer.hovered = None
        self.layer.update()
        super().leaveEvent(event)

    # the keyboard

    def _focus(self, grip: Grip | None) -> None:
        self.layer.focused = None if grip is None else (grip.key, grip.handle.index)
        if grip is not None and grip.key != self.layer.selected:
            self.select(grip.key)
            self.selected.emit(grip.key)
        self.layer.update()
        self.describe()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Begin at the first handle when Tab arrives, at the last with Shift+Tab.

        Parameters
        ----------
        event : QFocusEvent
            How the keyboard came.
        """
        super().focusInEvent(event)
        if event.reason() in _BY_TAB and self.layer.grips:
            self._focus(self.layer.grips[_BY_TAB[event.reason()]])

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leave no handle marked when the keyboard goes elsewhere.

        Parameters
        ----------
        event : QFocusEvent
            Where it goes.
        """
        super().focusOutEvent(event)
        if event.reason() in _BY_TAB:
            self._focus(None)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Walk from handle to handle, and out after the last one.

        Parameters
        ----------
        forward : bool
            Tab, not Shift+Tab.
        """
        grip = self.focused_grip
        if grip is not None:
            place = self.layer.grips.index(grip) + (1 if forward else -1)
            if 0 <= place < len(self.layer.grips):
                self._focus(self.layer.grips[place])
                return True
        return bool(super().focusNextPrevChild(forward))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Nudge the handle by arrows (Shift ten times as far), send it to its limits, or take a drag back with Esc.

        Parameters
        ----------
        event : QKeyEvent
            The key.
        """
        key, grip = Qt.Key(event.key()), self.focused_grip
        direction = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(key, 0)
        ends = {Qt.Key.Key_Home: self.shown_range[0], Qt.Key.Key_End: self.shown_range[1]}
        if key == Qt.Key.Key_Escape and self._drag is not None and self.document is not None:
            self._let_go()
            self.document.rollback()
        elif self._drag is not None or grip is None:
            super().keyPressEvent(event)
        elif direction:
            steps = 10 if event.modifiers() & _SHIFT else 1
            self._send(grip, grip.handle.x + direction * self.step * steps, merges=event.isAutoRepeat())
        elif key in ends:
            self._send(grip, ends[key], merges=False)
        elif key == Qt.Key.Key_Delete and grip.handle.index != CROSSING:
            self.removeWanted.emit(grip.key)
        else:
            super().keyPressEvent(event)

    def _send(self, grip: Grip, x: float, *, merges: bool) -> None:
        """Move the handle with the keyboard as near to a place as it may come."""
        document = self.document
        if document is None:
            return
        drag = Drag(document.sets(), grip.key, grip.handle.x, grip)
        after = drag.to(x, self.scale_now, Snapping()).sets
        document.change_sets({**document.sets(), **after}, self._words(self.tr("Nudge"), drag), merges=merges)
