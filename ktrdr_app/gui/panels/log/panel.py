"""Shows the program's log, newest last, in batches, with a filter by weight."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable
from typing import ClassVar

from PySide6.QtCore import Slot
from PySide6.QtGui import QColor, QFontDatabase, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QApplication, QComboBox, QPlainTextEdit, QVBoxLayout, QWidget

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.log.records import Entry
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.theme import themeChanged, tokens
from ktrdr_app.gui.ui.widgets import GRID, button, label, row

KEPT = 2000
"""Lines that stay readable in the window; the file keeps more."""


class LogPanel(QWidget):
    """The log, as a panel of the lower dock.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    title: ClassVar[str] = "Log"
    object_name: ClassVar[str] = "logPanel"

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self.setObjectName(self.object_name)
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._level = QComboBox()
        self._level.setObjectName("logPanel.levelCombo")
        for words, level in (
            (self.tr("Everything"), logging.INFO),
            (self.tr("Warnings and errors"), logging.WARNING),
            (self.tr("Errors"), logging.ERROR),
        ):
            self._level.addItem(words, level)
        accessibility.name(self._level, self.tr("Least weight shown"))
        self._level.currentIndexChanged.connect(self._show_all)
        self.text = QPlainTextEdit()
        self.text.setObjectName("logPanel.text")
        self.text.setReadOnly(True)
        self.text.setMaximumBlockCount(2 * KEPT)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        accessibility.name(self.text, self.tr("Log"))
        copy = button(self.tr("Copy all"), "logPanel.copyButton", icon="copy")
        copy.clicked.connect(self._copy)
        clear = button(self.tr("Clear"), "logPanel.clearButton")
        clear.clicked.connect(self.clear)
        box = QVBoxLayout(self)
        box.setContentsMargins(GRID, GRID, GRID, GRID)
        box.setSpacing(GRID)
        box.addLayout(row(label(self.tr("Show"), "muted"), self._level, 1, copy, clear))
        box.addWidget(self.text, 1)
        themeChanged.connect(self._show_all)

    def append(self, entries: Iterable[Entry]) -> None:
        """Add lines to the log.

        Parameters
        ----------
        entries : iterable of Entry
            Oldest first.
        """
        for entry in entries:
            self._entries.append(entry)
            if entry.level >= self._level.currentData():
                self._write(entry)

    @Slot()
    def clear(self) -> None:
        """Forget the lines shown; the file keeps them."""
        self._entries.clear()
        self.text.clear()

    @Slot()
    def _copy(self) -> None:
        QApplication.clipboard().setText(self.text.toPlainText())

    @Slot()
    def _show_all(self, _changed: object = None) -> None:
        self.text.clear()
        for entry in self._entries:
            if entry.level >= self._level.currentData():
                self._write(entry)

    def _write(self, entry: Entry) -> None:
        at_end = self.text.verticalScrollBar().value() >= self.text.verticalScrollBar().maximum() - 2
        cursor = QTextCursor(self.text.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        style = QTextCharFormat()
        theme = tokens()
        colour = {logging.INFO: theme.text, logging.WARNING: theme.warning}.get(entry.level, theme.danger)
        style.setForeground(QColor(colour))
        lead = "" if self.text.document().isEmpty() else "\n"
        name = logging.getLevelName(entry.level).lower()
        lines = [f"{entry.time:%H:%M:%S}  {name:<8} {entry.text}"]
        lines += [f"          {line}" for line in entry.details.splitlines()]
        cursor.insertText(lead + "\n".join(lines), style)
        if at_end:
            self.text.verticalScrollBar().setValue(self.text.verticalScrollBar().maximum())
