"""A card that says what keeps a training from beginning, each with its buttons; hidden where nothing does."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from ktrdr_app.gui.panels.training.readiness import Missing, Step
from ktrdr_app.gui.ui.widgets import GRID, Card, button, label, row, set_tone

MOST = 3
"""Things that are told one by one; of the others their number."""


class ReadinessCard(Card):
    """The list of what is missing."""

    stepChosen = Signal(object)  # noqa: N815 - Qt signals are named as Qt names them
    """The `Step` of the button that was pressed."""

    def __init__(self) -> None:
        super().__init__(self.tr("What is missing"))
        self.setObjectName("trainingPanel.readiness")
        set_tone(self.heading, "warning")
        self._lines = QVBoxLayout()
        self._lines.setSpacing(GRID)
        self.body.addLayout(self._lines)
        self.shown: tuple[Missing, ...] = ()
        self._inside = QWidget(self)
        self.hide()

    def show_missing(self, missing: Sequence[Missing]) -> None:
        """Show what is missing; nothing hides the card.

        Parameters
        ----------
        missing : sequence of Missing
            The gravest first.
        """
        if tuple(missing) == self.shown:
            return
        self.shown = tuple(missing)
        self._lines.removeWidget(self._inside)
        self._inside.hide()
        self._inside.deleteLater()
        self._inside = QWidget(self)
        box = QVBoxLayout(self._inside)
        box.setContentsMargins(0, 0, 0, 0)
        for number, one in enumerate(self.shown[:MOST]):
            self._add(box, one, number)
        if len(self.shown) > MOST:
            box.addWidget(label(self.tr("and {0} more").format(len(self.shown) - MOST), "muted"))
        self._lines.addWidget(self._inside)
        self.setVisible(bool(self.shown))

    def _add(self, box: QVBoxLayout, one: Missing, number: int) -> None:
        words = label(". ".join(_begun(part) for part in (one.text, one.hint) if part), wrap=True)
        made = [self._button(step, f"{number}.{place}") for place, step in enumerate(one.steps)]
        line = row(words, *made)
        line.setStretch(0, 1)
        box.addLayout(line)

    def _button(self, step: Step, place: str) -> QPushButton:
        made = button(step.words, f"trainingPanel.fix.{place}")
        made.setProperty("step", step)
        made.clicked.connect(self._pressed)
        return made

    @Slot()
    def _pressed(self) -> None:
        self.stepChosen.emit(self.sender().property("step"))


def _begun(sentence: str) -> str:
    """Return a sentence with a capital letter first; names that begin it stay as they are."""
    first = sentence.split(" ", 1)[0]
    return sentence[:1].upper() + sentence[1:] if first.islower() and first.isalpha() else sentence
