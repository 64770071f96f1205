"""Tells when a window has been drawn for the first time: nothing that takes long may begin before."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget


class FirstPaint(QObject):
    """Watches one window until it has been painted.

    Parameters
    ----------
    window : QWidget
        Which; it also owns this.
    """

    painted = Signal()
    """Once, after the paint."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take note of the first paint, and let every event pass.

        Parameters
        ----------
        watched : QObject
            The window.
        event : QEvent
            What happens to it.
        """
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            # not at once: the window's own paint is still to come
            QTimer.singleShot(0, self, self.painted.emit)
        return False
