"""Checks the sets against the values they meet, and says what is doubtful in the table and above it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ktrdr_app import fuzzy
from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.panels.fuzzy.set_table import SetTable
from ktrdr_app.gui.ui.widgets import label, set_tone

CHECK_MS = 80
"""How long sets must rest before they are checked against all values again."""


class Examination(QObject):
    """What is to be said of the sets of the input that a document shows.

    Parameters
    ----------
    table : SetTable
        Shows the verdict on each set.
    parent : QObject
        Owner.
    """

    examined = Signal(object)
    """The sets have been checked against all values: list of what is doubtful."""

    def __init__(self, table: SetTable, parent: QObject) -> None:
        super().__init__(parent)
        self.document: FuzzyDocument | None = None
        self.problems = label("", "muted", wrap=True)
        self.problems.setObjectName("fuzzyPanel.problems")
        self._table = table
        self._values = fuzzy.SortedValues({})
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(CHECK_MS)
        self.timer.timeout.connect(self.examine)

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Check the sets against other values.

        Parameters
        ----------
        values : mapping of str to ndarray of float64
            Values by symbol.
        """
        self._values = fuzzy.SortedValues(values)
        self.examine()

    def follow(self) -> None:
        """Say at once what sorted values tell of the sets as they are now, and the rest when they have come to rest."""
        self._judge()
        self.timer.start()

    def _judge(self) -> None:
        if self.document is not None:
            self._table.sets.set_verdicts(fuzzy.set_verdicts(self.document.fuzzy_input(), self._values))

    @Slot()
    def examine(self) -> None:
        """Check the sets against all values, and say what is doubtful."""
        document = self.document
        if document is None:
            return
        if document.dragging:  # a million values take longer than a frame
            self.timer.start()
            return
        self._judge()
        together = self._values.together
        found = fuzzy.check_sets(document.fuzzy_input(), together if len(together) else None)
        self.examined.emit(found)
        if found:
            self._say("\n".join(f"⚠ {problem.message}" for problem in found), "warning")
        elif len(together):
            self._say(self.tr("✓ no gaps, no dead sets"), "success")
        else:
            self._say(self.tr("✓ no gaps; choose symbols to see the values under the sets"), "")

    def _say(self, text: str, tone: str) -> None:
        self.problems.setText(text)
        set_tone(self.problems, tone)

    @Slot(object)
    def refuse(self, error: KtrdrError) -> None:
        """Say why something that was typed or pasted cannot be taken.

        Parameters
        ----------
        error : KtrdrError
            What is wrong with it.
        """
        place = f"{error.where}: " if error.where else ""
        self._say(f"✖ {place}{error.message}; {error.hint}", "danger")
