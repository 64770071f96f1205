"""Text and form in step: one reading after a rest, changes one after the other, none lost."""

from __future__ import annotations

import pytest
import yaml
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.strategy.drafting import Drafting
from ktrdr_app.gui.panels.strategy.yaml_edit import YamlEdit
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.workflows.strategy_draft import StrategyDraft
from ktrdr_app.workflows.strategy_fields import MOVE, RENAME, SET, DraftChange
from tests.gui.helpers import QUICK_STRATEGY

pytestmark = pytest.mark.gui


@pytest.fixture
def edit(qtbot: QtBot, dark: QApplication) -> YamlEdit:
    made = YamlEdit()
    qtbot.addWidget(made)
    made.show_text(QUICK_STRATEGY)
    return made


@pytest.fixture
def drafting(edit: YamlEdit, tasks: TaskManager) -> Drafting:
    return Drafting(edit, tasks, edit)


class Told(QObject):
    """Keeps what was told."""

    def __init__(self, drafting: Drafting) -> None:
        super().__init__()
        self.drafts: list[StrategyDraft] = []
        self.errors: list[object] = []
        drafting.read.connect(self.drafts.append)
        drafting.failed.connect(self.errors.append)


def test_fast_typing_is_read_once(drafting: Drafting, edit: YamlEdit, qtbot: QtBot) -> None:
    told = Told(drafting)
    for letter in "# a comment":
        edit.insertPlainText(letter)
    assert drafting.busy
    qtbot.waitUntil(lambda: not drafting.busy, timeout=60_000)
    assert [draft.text for draft in told.drafts] == [edit.text]


def test_changes_are_made_in_order(drafting: Drafting, edit: YamlEdit, qtbot: QtBot) -> None:
    told = Told(drafting)
    drafting.change(DraftChange(SET, ("training", "epochs"), 4))
    drafting.change(DraftChange(SET, ("training", "epochs"), 5))
    drafting.change(DraftChange(RENAME, ("indicators", "rsi"), "speed"))
    drafting.change(DraftChange(SET, ("indicators", "speed", "period"), 7))
    qtbot.waitUntil(lambda: not drafting.busy, timeout=60_000)
    content = yaml.safe_load(edit.text)
    assert content["training"]["epochs"] == 5
    assert content["indicators"] == {"speed": {"name": "rsi", "period": 7}}
    assert not told.errors
    assert told.drafts[-1].text == edit.text
    assert all(draft.text == edit.text for draft in told.drafts), "nothing older is told"


def test_a_change_goes_into_what_was_typed_meanwhile(drafting: Drafting, edit: YamlEdit, qtbot: QtBot) -> None:
    drafting.change(DraftChange(SET, ("training", "epochs"), 9))
    edit.insertPlainText("# first\n")
    qtbot.waitUntil(lambda: not drafting.busy, timeout=60_000)
    assert edit.text == "# first\n" + QUICK_STRATEGY.replace("epochs: 3", "epochs: 9")


def test_a_change_that_cannot_be_made_is_said_and_the_text_stays(
    drafting: Drafting, edit: YamlEdit, qtbot: QtBot
) -> None:
    told = Told(drafting)
    drafting.change(DraftChange(MOVE, ("indicators", "nosuch"), 0))
    qtbot.waitUntil(lambda: not drafting.busy, timeout=60_000)
    assert edit.text == QUICK_STRATEGY
    assert len(told.errors) == 1
    assert told.drafts[-1].text == QUICK_STRATEGY, "the form is told again what the text says"


def test_what_waits_is_dropped_with_the_file(drafting: Drafting, edit: YamlEdit, qtbot: QtBot) -> None:
    drafting.change(DraftChange(SET, ("training", "epochs"), 9))
    drafting.change(DraftChange(SET, ("training", "patience"), 9))
    drafting.forget()
    edit.show_text("name: other\n")
    qtbot.waitUntil(lambda: not drafting.busy, timeout=60_000)
    assert edit.text == "name: other\n"
