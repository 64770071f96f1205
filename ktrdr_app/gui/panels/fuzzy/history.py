"""Undo and redo of the fuzzy sets: two actions that follow the steps of the document at hand."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.ui.panel_actions import panel_action


class History(QObject):
    """The two actions, with the name of the step in their tips.

    Parameters
    ----------
    panel : QWidget
        Owner; their keys work wherever the keyboard is in it.
    """

    def __init__(self, panel: QWidget) -> None:
        super().__init__(panel)
        self.document: FuzzyDocument | None = None
        undo, redo = QKeySequence.StandardKey.Undo, QKeySequence("Ctrl+Shift+Z")
        self.undo_action = panel_action(panel, "undoAction", self.tr("Undo"), "undo", undo)
        self.redo_action = panel_action(panel, "redoAction", self.tr("Redo"), "redo", redo)
        self.undo_action.triggered.connect(self._undo)
        self.redo_action.triggered.connect(self._redo)

    def follow(self) -> None:
        """Say what the document's next steps back and forth are."""
        stack = self.document.undo_stack if self.document is not None else None
        self.undo_action.setEnabled(stack is not None and stack.canUndo())
        self.redo_action.setEnabled(stack is not None and stack.canRedo())
        undo, redo = (stack.undoText(), stack.redoText()) if stack is not None else ("", "")
        self.undo_action.setToolTip(self.tr("Undo {0}").format(undo).strip())
        self.redo_action.setToolTip(self.tr("Redo {0}").format(redo).strip())

    @Slot()
    def _undo(self) -> None:
        if self.document is not None:
            self.document.undo()

    @Slot()
    def _redo(self) -> None:
        if self.document is not None:
            self.document.redo()
