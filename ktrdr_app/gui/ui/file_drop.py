"""Makes any widget take files that are dragged onto it, and shows where they would land."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QLabel, QWidget

from ktrdr_app.gui.ui.widgets import GRID


def dragged_files(mime: QMimeData) -> list[Path]:
    """Return the local files and folders of a drag.

    Parameters
    ----------
    mime : QMimeData
        What is dragged.
    """
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


class FileDrop(QObject):
    """A listener to a widget's drags; it lives as long as the widget.

    Parameters
    ----------
    target : QWidget
        Takes the files.
    begin : callable
        Called with the dropped files and folders.
    words : str
        What the zone says; that files are imported here, by default.
    """

    def __init__(self, target: QWidget, begin: Callable[[Sequence[Path]], None], words: str = "") -> None:
        super().__init__(target)
        self._target = target
        self._begin = begin
        self.zone = QLabel(words or self.tr("Drop the files here to import them"), target)
        self.zone.setTextFormat(Qt.TextFormat.PlainText)
        self.zone.setObjectName("fileDrop.zone")
        self.zone.setProperty("role", "drop")
        self.zone.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.zone.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.zone.hide()
        target.setAcceptDrops(True)
        target.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take drags of local files, and leave every other event alone.

        Parameters
        ----------
        watched : QObject
            The widget.
        event : QEvent
            What happened to it.
        """
        if watched is not self._target:
            return False
        if isinstance(event, QDragEnterEvent | QDragMoveEvent) and dragged_files(event.mimeData()):
            self._show()
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            return True
        if isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            return self._take(event)
        if event.type() == QEvent.Type.Resize:
            self._place()
        elif event.type() in (QEvent.Type.DragLeave, QEvent.Type.Hide):
            self.zone.hide()
        return False

    def _take(self, event: QDropEvent) -> bool:
        self.zone.hide()
        files = dragged_files(event.mimeData())
        if not files:
            return False
        # a copy whatever was proposed: a move would let the other program delete the file
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._begin(files)
        return True

    def _place(self) -> None:
        self.zone.setGeometry(self._target.rect().adjusted(GRID, GRID, -GRID, -GRID))

    def _show(self) -> None:
        self._place()
        self.zone.show()
        self.zone.raise_()
