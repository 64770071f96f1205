"""Each check of a model beside what it found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from ktrdr_app.gui.panels.models.dialog import ModelDialog
from ktrdr_app.gui.panels.models.words import say
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.widgets import set_tone

if TYPE_CHECKING:
    from ktrdr_app.model_store.verify import Check, Verification

_SIGNS = {"passed": ("✔", "success"), "failed": ("✖", "danger"), "not there": ("–", "text_muted")}
_ABOUT = {
    "contents": "every file that is read is there, safe, and fits the others",
    "checksums": "every file is as it was saved, those too that are never read",
    "load": "the network takes its weights",
    "samples": "the model says of 16 rows of its test part what it said when it was saved",
}


def outcome(found: Verification) -> tuple[str, str]:
    """Return the tone and the sentence of a verification.

    Parameters
    ----------
    found : Verification
        What the checks gave.
    """
    failed = [check.name for check in found.checks if check.result == "failed"]
    if failed:
        return "danger", say("It must not be used: {0} failed. Restore it, or train again.").format(", ".join(failed))
    absent = [check.name for check in found.checks if check.result == "not there"]
    if absent:
        return "success", say("Nothing is wrong with it; it has no {0} to be held against.").format(
            say(" and no ").join(absent)
        )
    return "success", say("Nothing is wrong with it: all {0} checks passed.").format(len(found.checks))


class VerifyDialog(ModelDialog):
    """Shows what the checks of a model gave.

    Parameters
    ----------
    found : Verification
        What they gave.
    parent : QWidget
        Window it belongs to.
    """

    def __init__(self, found: Verification, parent: QWidget) -> None:
        super().__init__("verifyDialog", say("Checks of {0}").format(found.path.name), (720, 330), parent)
        tone, words = outcome(found)
        set_tone(self.sentence(words), tone)
        columns = [
            Column(say("Check"), lambda check: check.name, tip=_about),
            Column(say("Result"), _result, token=lambda check: _SIGNS[check.result][1]),
            Column(say("Found"), lambda check: check.detail),
        ]
        self.table = RecordTable(columns, "modelsPanel.verifyTable", say("Checks of the model"))
        self.table.fit(2)
        self.table.records.set_records(found.checks)
        self.body.addWidget(self.table, 1)
        self.foot()


def _result(check: Check) -> str:
    return f"{_SIGNS[check.result][0]} {say(check.result)}"


def _about(check: Check) -> str:
    return say(_ABOUT.get(check.name, check.name))
