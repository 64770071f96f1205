"""The offer to restore unsaved work: what it shows, and that only what is ticked is restored or discarded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from ktrdr_app.core.drafts import Draft
from ktrdr_app.gui.recovery.draft_dialog import DraftDialog
from ktrdr_app.gui.ui import accessibility
from tests.gui.helpers import click

pytestmark = pytest.mark.gui

SETS = Draft("fuzzy", "mine", {"sets": {"rsi": {"low": {}, "high": {}}, "macd": {"up": {}}}}, "2026-01-02T03:04:05Z")
TEXT = Draft("strategy", "other", {"text": "name: other\nlabels: {}"}, "no time")


@pytest.fixture
def dialog(dark: QApplication, qtbot: QtBot) -> Iterator[DraftDialog]:
    window = QWidget()
    made = DraftDialog((SETS, TEXT), "process 7 on desk", True, window)
    made.open()
    yield made
    if isValid(made):
        made.reject()
    window.deleteLater()


def test_it_shows_what_was_changed_and_by_whom_it_was_left(dialog: DraftDialog) -> None:
    rows = [dialog.list.topLevelItem(row) for row in range(dialog.list.topLevelItemCount())]
    assert [(row.text(0), row.text(1)) for row in rows if row] == [
        ("Fuzzy sets of mine", "rsi: low, high; macd: up"),
        ("Text of the strategy other", "2 lines of YAML"),
    ]
    first, second = (row.text(2) for row in rows if row)
    assert "2026" in first
    assert second == "no time"
    assert any("process 7 on desk" in each.text() for each in dialog.findChildren(QLabel))
    assert accessibility.nameless(dialog) == []


@pytest.mark.parametrize(("part", "signal"), [("restore", "restoreChosen"), ("discard", "discardChosen")])
def test_only_what_is_ticked_is_meant(dialog: DraftDialog, qtbot: QtBot, part: str, signal: str) -> None:
    item = dialog.list.topLevelItem(1)
    assert item is not None
    item.setCheckState(0, Qt.CheckState.Unchecked)
    with qtbot.waitSignal(getattr(dialog, signal)) as told:
        click(qtbot, getattr(dialog, part))
    assert told.args == [(SETS,)]
    assert not dialog.isVisible()


def test_later_and_escape_decide_nothing(dialog: DraftDialog, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(dialog.discardChosen), qtbot.assertNotEmitted(dialog.restoreChosen):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_noting_can_be_switched_off(dialog: DraftDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(dialog.keepingChanged) as told:
        dialog.keeping.click()
    assert told.args == [False]
