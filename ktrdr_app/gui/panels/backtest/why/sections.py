"""One step of the chain as a widget: its title, its picture or list of verdicts, and its sentence."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from ktrdr_app.gui.panels.backtest.why.bar_rows import BarRows
from ktrdr_app.gui.panels.backtest.why.why_parts import Section
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.widgets import GRID, label, set_tone

_TONES = {"notes": "warning"}
_PASSED, _REFUSED = "✓", "✖"


def _t(text: str) -> str:
    return QCoreApplication.translate("WhyCard", text)


def section_title(key: str) -> str:
    """Return what a step is called in the card.

    Parameters
    ----------
    key : str
        As `Step.key` has it.
    """
    title = _titles()[key.removeprefix("exit_")]
    return _t("To leave: {0}").format(title[:1].lower() + title[1:]) if key.startswith("exit_") else title


def _titles() -> dict[str, str]:
    return {
        "inputs": _t("Inputs and their fuzzy sets"),
        "features": _t("Features"),
        "answer": _t("What the model said"),
        "contributions": _t("Because of"),
        "filters": _t("Filters"),
        "order": _t("Order"),
        "flip": _t("What would have flipped it"),
        "exit": _t("How it ended"),
        "notes": _t("Not as in the run"),
        "signal": _t("What the file said"),
        "asked": _t("What it asked for"),
        "unknown": _t("What is not known"),
    }


class SectionView(QWidget):
    """A step of the chain.

    Parameters
    ----------
    section : Section
        What it shows.
    """

    def __init__(self, section: Section) -> None:
        super().__init__()
        self.section = section
        self.title = label(section_title(section.step.key), "heading")
        self.sentence = _readable(section.step.text, self.title.text())
        set_tone(self.sentence, _TONES.get(section.step.key.removeprefix("exit_"), ""))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, GRID)
        box.setSpacing(GRID // 2)
        box.addWidget(self.title)
        self.bars = BarRows(self.title.text(), section.bars) if section.bars and section.bars.rows else None
        if self.bars is not None:
            box.addWidget(self.bars)
        self.verdicts = [_verdict(verdict.passed, verdict.text) for verdict in section.verdicts]
        for line in self.verdicts:
            box.addWidget(line)
        box.addWidget(self.sentence)
        self.sentence.setVisible(not self.verdicts)

    @property
    def readable(self) -> list[QLabel]:
        """Lines that take the keyboard, from top to bottom."""
        return self.verdicts or [self.sentence]


def _readable(text: str, name: str) -> QLabel:
    """Return a sentence that can be reached, marked and copied by key."""
    made = label(text, wrap=True)
    made.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
    )
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    accessibility.name(made, name, text)
    return made


def _verdict(passed: bool, text: str) -> QLabel:
    made = _readable(
        f"{_PASSED if passed else _REFUSED} {text}", _t("Filter passed") if passed else _t("Filter refused")
    )
    set_tone(made, "success" if passed else "danger")
    return made
