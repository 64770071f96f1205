"""One history for form and text: undo and redo belong to the station, whichever part of it has the keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractSpinBox, QLineEdit, QToolButton, QWidget

from ktrdr_app.gui.panels.strategy.yaml_edit import YamlEdit
from ktrdr_app.gui.ui.panel_actions import panel_action, tool_button


class History(QObject):
    """The station's undo and redo: those of the text, into which the form writes too.

    Parameters
    ----------
    edit : YamlEdit
        The text.
    panel : QWidget
        The station.
    """

    def __init__(self, edit: YamlEdit, panel: QWidget) -> None:
        super().__init__(panel)
        keys = QKeySequence.StandardKey.Undo, QKeySequence("Ctrl+Shift+Z")
        self.undo = panel_action(panel, "undoAction", self.tr("Undo"), "undo", keys[0])
        self.redo = panel_action(panel, "redoAction", self.tr("Redo"), "redo", keys[1])
        self.undo.triggered.connect(edit.undo)
        self.redo.triggered.connect(edit.redo)
        edit.undoAvailable.connect(self.undo.setEnabled)
        edit.redoAvailable.connect(self.redo.setEnabled)
        for action in (self.undo, self.redo):
            action.setEnabled(False)

    def buttons(self) -> tuple[QToolButton, QToolButton]:
        """Return a small button for each."""
        return tool_button(self.undo), tool_button(self.redo)


class UndoKeys(QObject):
    """Leaves the keys of undo and redo to the station, where a line has nothing of its own to take back.

    Qt's lines keep these keys to themselves, even where they do nothing.

    Parameters
    ----------
    line : QLineEdit or QAbstractSpinBox
        Where something is typed; it also owns this.
    """

    def __init__(self, line: QLineEdit | QAbstractSpinBox) -> None:
        super().__init__(line)
        line.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the line from taking the keys.

        Parameters
        ----------
        watched : QObject
            The line.
        event : QEvent
            Anything; only the question whether a key is taken is answered here.
        """
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        line = watched.lineEdit() if isinstance(watched, QAbstractSpinBox) else watched
        if not isinstance(line, QLineEdit):
            return False
        undo, redo = (event.matches(key) for key in (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo))
        if (undo and not line.isUndoAvailable()) or (redo and not line.isRedoAvailable()):
            event.ignore()
            return True
        return False
