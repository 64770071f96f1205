"""The editor's picture made live: handles to drag, or to reach with Tab and move with the arrow keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent

from ktrdr_app.gui.documents.set_handles import moved, shifted
from ktrdr_app.gui.panels.fuzzy.handle_layer import Grip
from ktrdr_app.gui.panels.fuzzy.set_picture import SetPicture
from ktrdr_app.strategy.schema import FuzzySet


class FuzzyPlot(SetPicture):
    """Membership curves whose handles can be moved.

    Shift while dragging moves the whole set; Esc takes a drag back.
    """

    selected = Signal(str)
    """Set that was taken hold of."""

    def __init__(self) -> None:
        self._held: Grip | None = None
        self._origin: FuzzySet | None = None
        self._offset = 0.0
        super().__init__()
        self.setMouseTracking(True)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the handle under the mouse.

        Parameters
        ----------
        event : QMouseEvent
            The press.
        """
        grip = self.grip_at(event.position())
        if grip is None or self.document is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self._origin = self.document.begin(grip.key)
        self._held = grip
        self._offset = self.data_point(event.position()).x() - grip.handle.x
        self._focus(grip)
        self.select(grip.key)
        self.selected.emit(grip.key)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the handle that is held, or show which one could be.

        Parameters
        ----------
        event : QMouseEvent
            The move.
        """
        if self._held is None:
            grip = self.grip_at(event.position())
            self.layer.hovered = None if grip is None else (grip.key, grip.handle.index)
            self.viewport().setCursor(Qt.CursorShape.ArrowCursor if grip is None else Qt.CursorShape.SizeHorCursor)
            self.layer.update()
            return
        x = self.data_point(event.position()).x() - self._offset
        self._drag_to(x, whole=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def _drag_to(self, x: float, *, whole: bool) -> None:
        document, held, origin = self.document, self._held, self._origin
        if document is None or held is None or origin is None:
            return
        if whole:
            document.preview(shifted(origin, x - held.handle.x, self.grain))
        else:
            document.preview(moved(origin, held.handle.index, x, self.grain))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go: the drag becomes one step.

        Parameters
        ----------
        event : QMouseEvent
            The release.
        """
        if self._held is not None and self.document is not None and event.button() == Qt.MouseButton.LeftButton:
            held, self._held = self._held, None
            self.document.commit(self.tr("Move {0} of {1}").format(held.handle.role, held.key))

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
        ends = {Qt.FocusReason.TabFocusReason: 0, Qt.FocusReason.BacktabFocusReason: -1}
        if event.reason() in ends and self.layer.grips:
            self._focus(self.layer.grips[ends[event.reason()]])

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leave no handle marked when the keyboard goes elsewhere.

        Parameters
        ----------
        event : QFocusEvent
            Where it goes.
        """
        super().focusOutEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
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
        """Nudge the handle by arrows (Shift ten times as far), or take a drag back with Esc.

        Parameters
        ----------
        event : QKeyEvent
            The key.
        """
        direction = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if event.key() == Qt.Key.Key_Escape and self._held is not None and self.document is not None:
            self._held = None
            self.document.rollback()
        elif direction and self._held is None and self.focused_grip is not None:
            tenfold = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._nudge(direction * self.step * (10 if tenfold else 1), merges=event.isAutoRepeat())
        else:
            super().keyPressEvent(event)

    def _nudge(self, distance: float, *, merges: bool) -> None:
        document, grip = self.document, self.focused_grip
        if document is None or grip is None:
            return
        entry: FuzzySet = document.sets()[grip.key]
        after = moved(entry, grip.handle.index, grip.handle.x + distance, self.grain)
        text = self.tr("Nudge {0} of {1}").format(grip.handle.role, grip.key)
        document.change(grip.key, after, text, merges=merges)
