"""Note and tags: what is typed is told only when it was changed, and as single words."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.models.remarks import RemarksView
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.model_store.registry import ModelInfo
from tests.gui.helpers import click

pytestmark = pytest.mark.gui

MODEL = ModelInfo(Path("/s/a/universal_1h_v1"), "universal", "a", None, "1h", 1, note="old", tags=("best", "demo"))


@pytest.fixture
def view(qtbot: QtBot, dark: object) -> RemarksView:
    made = RemarksView()
    qtbot.addWidget(made)
    made.show()
    made.show_model(MODEL)
    return made


def test_what_is_said_is_shown_and_nothing_is_to_be_kept(view: RemarksView) -> None:
    assert (view.note.toPlainText(), view.tags.text()) == ("old", "best, demo")
    assert not view.keep.isEnabled()
    assert view.keep.toolTip() == "Nothing was changed"
    assert accessibility.nameless(view) == []


@pytest.mark.parametrize("typed", ["demo best", " best,demo ", "best, demo, best"])
def test_tags_are_words_in_any_order(view: RemarksView, typed: str) -> None:
    view.tags.setText(typed)
    assert view.written == ("old", ("best", "demo"))
    assert not view.keep.isEnabled()


def test_enter_in_the_tags_keeps(view: RemarksView, qtbot: QtBot) -> None:
    view.tags.setText("x")
    with qtbot.waitSignal(view.saveRequested) as told:
        qtbot.keyClick(view.tags, Qt.Key.Key_Return)
    assert told.args == ["old", ("x",)]


def test_a_note_is_kept_without_blank_ends(view: RemarksView, qtbot: QtBot) -> None:
    view.note.setPlainText("  new\nlines \n")
    with qtbot.waitSignal(view.saveRequested) as told:
        click(qtbot, view.keep)
    assert told.args == ["new\nlines", ("best", "demo")]
