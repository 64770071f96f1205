"""The question about a busy workspace: who holds it, what can be done, and taking over only where that is honest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from ktrdr_app.core.errors import WorkspaceBusy
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.recovery.busy_dialog import BusyDialog
from ktrdr_app.gui.ui import accessibility
from tests.gui.helpers import click

pytestmark = pytest.mark.gui


@pytest.fixture
def dialog(request: pytest.FixtureRequest, dark: QApplication, qtbot: QtBot) -> Iterator[BusyDialog]:
    stale = bool(getattr(request, "param", False))
    busy = WorkspaceBusy("/w", "process 7 on desk, since 2026-01-02 03:04 UTC", stale=stale)
    made = BusyDialog(busy, Workspace(Path("w")))
    made.open()
    yield made
    if isValid(made):
        made.reject()


def test_it_says_who_holds_which_workspace_since_when(dialog: BusyDialog) -> None:
    words = " ".join(each.text() for each in dialog.findChildren(QLabel))
    assert "/w" in words
    assert "process 7 on desk, since 2026-01-02 03:04 UTC" in words
    assert accessibility.nameless(dialog) == []


@pytest.mark.parametrize("dialog", [False, True], indirect=True, ids=["held", "noted"])
def test_a_lock_of_the_system_cannot_be_taken_over(dialog: BusyDialog, request: pytest.FixtureRequest) -> None:
    assert dialog.take_over.isVisible() is ("noted" in request.node.name)


@pytest.mark.parametrize("dialog", [True], indirect=True)
@pytest.mark.parametrize(
    ("part", "signal"),
    [("read_only", "readOnlyChosen"), ("other", "otherChosen"), ("take_over", "takeOverChosen")],
)
def test_each_answer_is_told_and_closes(dialog: BusyDialog, qtbot: QtBot, part: str, signal: str) -> None:
    with qtbot.waitSignal(getattr(dialog, signal)) as told:
        click(qtbot, getattr(dialog, part))
    assert told.args == ([] if part == "other" else [dialog.workspace])
    assert not dialog.isVisible()


def test_escape_answers_nothing(dialog: BusyDialog, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(dialog.readOnlyChosen), qtbot.assertNotEmitted(dialog.otherChosen):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
