"""All that an import says of a file, each finding with its rows as the file has them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from ktrdr_app.data.importing.findings import Finding
from ktrdr_app.data.importing.preview import EXAMPLES, ImportPreview
from ktrdr_app.gui.panels.data.importing.elided import ElidedLabel
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.widgets import GRID, label, set_tone

_LEAST = 112


class FindingsView(QWidget):
    """Findings from top to bottom."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("importDialog.findings")
        self.heading = label("", "heading")
        self._scroll = QScrollArea()
        self._scroll.setObjectName("importDialog.findingsList")
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        accessibility.name(self._scroll, self.tr("Findings"))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        box.addWidget(self.heading)
        box.addWidget(self._scroll, 100)
        box.addStretch(1)

    def show_preview(self, seen: ImportPreview) -> None:
        """Show what was found in a file.

        Parameters
        ----------
        seen : ImportPreview
            What was read.
        """
        count = len(seen.findings)
        read = seen.span is not None and seen.span.bars > 0
        none = self.tr("Nothing was dropped or changed, and nothing looks wrong") if read else ""
        self.heading.setText(self.tr("Findings ({0})").format(count) if count else none)
        holder = QWidget()
        box = QVBoxLayout(holder)
        box.setContentsMargins(0, 0, GRID, 0)
        box.setSpacing(GRID)
        for entry in seen.findings:
            box.addWidget(self._card(entry, seen))
        box.addStretch(1)
        self._scroll.setWidget(holder)
        self._scroll.setVisible(bool(count))
        self.setMinimumHeight(_LEAST if count else 0)
        words = "; ".join(entry.message for entry in seen.findings)
        self._scroll.setAccessibleDescription(words or self.tr("no findings"))

    def _card(self, entry: Finding, seen: ImportPreview) -> QFrame:
        card = QFrame()
        card.setProperty("role", "notice")
        set_tone(card, "warning" if entry.count else "info")
        box = QVBoxLayout(card)
        box.setContentsMargins(GRID + GRID // 2, GRID, GRID, GRID)
        box.setSpacing(GRID // 2)
        words = label(entry.message[:1].upper() + entry.message[1:], wrap=True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.setToolTip(entry.code)
        box.addWidget(words)
        shown = [row for row in entry.rows[:EXAMPLES] if row in seen.examples]
        for row in shown:
            text = seen.examples[row].replace("\t", "  ")
            line = ElidedLabel(self.tr("line {0}: {1}").format(numbers.integer(row), text), "muted")
            line.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
            box.addWidget(line)
        if shown and entry.count > len(shown):
            rest = self.tr("and {0} more").format(numbers.integer(entry.count - len(shown)))
            box.addWidget(label(rest, "muted"))
        return card
