"""Note and tags of a model, to be read and written."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from ktrdr_app.gui.panels.models.words import say
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.widgets import GRID, button, label, row

if TYPE_CHECKING:
    from ktrdr_app.model_store.registry import ModelInfo


class RemarksView(QWidget):
    """The tab *Notes* of the model's card; what is typed is written by *Keep*, or thrown away by another choice."""

    saveRequested = Signal(str, object)
    """Note, and tuple of tags."""

    def __init__(self) -> None:
        super().__init__()
        self._before: tuple[str, tuple[str, ...]] = ("", ())
        self.note = QPlainTextEdit()
        self.note.setObjectName("modelsPanel.noteEdit")
        self.note.setTabChangesFocus(True)
        self.note.setPlaceholderText(say("Why it was made, what became of it…"))
        accessibility.name(self.note, say("Note"), say("What you want to remember of the model"))
        self.tags = QLineEdit()
        self.tags.setObjectName("modelsPanel.tagsEdit")
        self.tags.setPlaceholderText(say("baseline, candidate…"))
        accessibility.name(self.tags, say("Tags"), say("Single words, apart by commas or blanks"))
        self.keep = button(say("Keep"), "modelsPanel.keepRemarksButton", role="primary", icon="save")
        self.keep.clicked.connect(self._save)
        self.note.textChanged.connect(self._changed)
        self.tags.textChanged.connect(self._changed)
        self.tags.returnPressed.connect(self._save)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, GRID, 0, 0)
        box.setSpacing(GRID // 2)
        box.addWidget(label(say("Note"), "muted"))
        box.addWidget(self.note, 1)
        box.addWidget(label(say("Tags"), "muted"))
        box.addWidget(self.tags)
        box.addSpacing(GRID // 2)
        box.addLayout(row(1, self.keep))

    @property
    def written(self) -> tuple[str, tuple[str, ...]]:
        """Note and tags as they are in the fields."""
        words = tuple(sorted({word for word in re.split(r"[\s,]+", self.tags.text()) if word}))
        return self.note.toPlainText().strip(), words

    def show_model(self, model: ModelInfo) -> None:
        """Show what is said of a model.

        Parameters
        ----------
        model : ModelInfo
            Which one.
        """
        self._before = (model.note.strip(), model.tags)
        self.note.setPlainText(model.note)
        self.tags.setText(", ".join(model.tags))
        self._changed()

    @Slot()
    def _changed(self, _text: object = None) -> None:
        changed = self.written != self._before
        self.keep.setEnabled(changed)
        reason = "" if changed else say("Nothing was changed")
        self.keep.setToolTip(reason)
        accessibility.name(self.keep, say("Keep note and tags"), reason or say("Writes both; it can be undone"))

    @Slot()
    def _save(self) -> None:
        if self.keep.isEnabled():
            self.saveRequested.emit(*self.written)
