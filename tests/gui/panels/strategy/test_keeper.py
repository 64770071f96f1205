"""The file behind the text: saved by hand alone, never lost, never written over somebody else's work."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import shipped
from ktrdr_app.gui.panels.strategy.panel import StrategyPanel
from tests.gui.helpers import QUICK_STRATEGY, child, click
from tests.gui.panels.strategy.conftest import choose, rest

pytestmark = pytest.mark.gui
BLANKS = "# \u2028\u0085\u00a0\ufeff\x0c\tč\N{GRINNING FACE}\n"
EDITED = QUICK_STRATEGY.replace("epochs: 3", "epochs: 5")


def file_of(panel: StrategyPanel, name: str = "quick") -> Path:
    return panel.context.workspace.strategies / f"{name}.yaml"


def edit(qtbot: QtBot, panel: StrategyPanel, text: str = EDITED) -> None:
    panel.yaml.replace_text(text)
    rest(qtbot, panel)


def answer(qtbot: QtBot, panel: StrategyPanel, key: str) -> None:
    question = panel.keeper.question
    assert question is not None
    click(qtbot, question.buttons[key])
    rest(qtbot, panel)
    assert panel.keeper.question is None


def test_saving_by_key_writes_the_text(panel: StrategyPanel, qtbot: QtBot) -> None:
    assert not panel.save_button.isEnabled()
    edit(qtbot, panel)
    assert panel.save_button.isEnabled()
    assert file_of(panel).read_text(encoding="utf-8") == QUICK_STRATEGY
    with qtbot.waitSignal(panel.context.strategySaved) as told:
        qtbot.keyClick(panel.yaml, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert told.args == ["quick"]
    rest(qtbot, panel)
    assert file_of(panel).read_text(encoding="utf-8") == EDITED
    assert panel.dirty_mark.text() == ""
    panel.yaml.undo()
    assert "unsaved" in panel.dirty_mark.text(), "saving is not the end of undoing"


def test_a_shipped_strategy_is_copied_and_that_is_said(panel: StrategyPanel, qtbot: QtBot) -> None:
    choose(qtbot, panel, "trend_momentum")
    source = shipped("configs") / "strategies" / "trend_momentum.yaml"
    before = source.read_text(encoding="utf-8")
    edit(qtbot, panel, before + "# mine\n")
    with qtbot.waitSignal(panel.context.notified) as told:
        click(qtbot, panel.save_button)
    assert "the program's own file stays" in told.args[1]
    rest(qtbot, panel)
    assert file_of(panel, "trend_momentum").read_text(encoding="utf-8") == before + "# mine\n"
    assert source.read_text(encoding="utf-8") == before
    assert "in this workspace" in panel._file.text()


def test_unsaved_text_is_not_left_without_a_question(panel: StrategyPanel, qtbot: QtBot) -> None:
    edit(qtbot, panel)
    choose(qtbot, panel, "trend_momentum")
    assert panel.strategy.currentData() == "quick"
    assert panel.keeper.question is not None
    panel.keeper.question.reject()
    assert panel.yaml.text == EDITED
    choose(qtbot, panel, "trend_momentum")
    answer(qtbot, panel, "save")
    assert panel.strategy.currentData() == "trend_momentum"
    assert file_of(panel).read_text(encoding="utf-8") == EDITED
    edit(qtbot, panel, "name: other\n")
    choose(qtbot, panel, "quick")
    answer(qtbot, panel, "discard")
    assert panel.yaml.text == EDITED
    assert not file_of(panel, "trend_momentum").exists()


def test_another_hands_change_is_shown_where_nothing_is_unsaved(panel: StrategyPanel, qtbot: QtBot) -> None:
    file_of(panel).write_text(EDITED, encoding="utf-8")
    panel.keeper.look()
    rest(qtbot, panel)
    assert panel.yaml.text == EDITED
    assert "changed on disk" in panel.notice.text.text()
    panel.yaml.undo()
    assert panel.yaml.text == QUICK_STRATEGY


def test_another_hands_change_is_offered_where_something_is(panel: StrategyPanel, qtbot: QtBot) -> None:
    edit(qtbot, panel, QUICK_STRATEGY + "# mine\n")
    file_of(panel).write_text(EDITED, encoding="utf-8")
    panel.keeper.look()
    rest(qtbot, panel)
    assert panel.yaml.text == QUICK_STRATEGY + "# mine\n"
    assert panel.notice.level == "warning"
    click(qtbot, panel.notice.action)
    rest(qtbot, panel)
    assert panel.yaml.text == EDITED


def test_every_new_file_is_told_to_those_who_keep_a_part_of_it(panel: StrategyPanel, qtbot: QtBot) -> None:
    """Written here or by somebody else, loaded or not, made, or brought back."""
    told: list[str] = []
    panel.context.strategySaved.connect(told.append)
    panel.keeper.look()
    rest(qtbot, panel)
    assert told == [], "the file is as it was"
    file_of(panel).write_text(EDITED, encoding="utf-8")
    panel.keeper.look()
    rest(qtbot, panel)
    assert told == ["quick"]
    edit(qtbot, panel, QUICK_STRATEGY + "# mine\n")
    file_of(panel).write_text(EDITED + "# theirs\n", encoding="utf-8")
    click(qtbot, panel.save_button)
    rest(qtbot, panel)
    answer(qtbot, panel, "load")
    assert told == ["quick"] * 2
    copy = panel.care.ask_duplicate()
    assert copy is not None
    qtbot.keyClick(copy.edit, Qt.Key.Key_Return)
    rest(qtbot, panel)
    assert told == [*["quick"] * 2, "quick_copy"]
    question = panel.care.ask_delete()
    assert question is not None
    click(qtbot, question.buttons["delete"])
    rest(qtbot, panel)
    click(qtbot, panel.notice.action)
    rest(qtbot, panel)
    assert told == [*["quick"] * 2, *["quick_copy"] * 2]


@pytest.mark.parametrize(("key", "on_disk", "shown"), [("overwrite", "mine", "mine"), ("load", "theirs", "theirs")])
def test_a_conflict_is_asked_about(panel: StrategyPanel, qtbot: QtBot, key: str, on_disk: str, shown: str) -> None:
    texts = {"mine": QUICK_STRATEGY + "# mine\n", "theirs": EDITED}
    edit(qtbot, panel, texts["mine"])
    file_of(panel).write_text(texts["theirs"], encoding="utf-8")
    click(qtbot, panel.save_button)
    rest(qtbot, panel)
    assert file_of(panel).read_text(encoding="utf-8") == texts["theirs"]
    answer(qtbot, panel, key)
    assert file_of(panel).read_text(encoding="utf-8") == texts[on_disk]
    assert panel.yaml.text == texts[shown]


def test_the_window_closes_only_when_nothing_is_unsaved(panel: StrategyPanel, qtbot: QtBot) -> None:
    edit(qtbot, panel)
    assert not panel.close()
    assert not panel.close(), "one question at a time"
    assert panel.isVisible()
    answer(qtbot, panel, "save")
    assert not panel.isVisible(), "it closes once the text is saved"
    assert file_of(panel).read_text(encoding="utf-8") == EDITED


def test_a_new_one_is_made_from_a_template(panel: StrategyPanel, qtbot: QtBot) -> None:
    panel.care.offer_templates()
    names = [action.data() for action in panel.care.new_menu.actions() if action.data()]
    assert names[0] == "minimal"
    assert "pure_fuzzy" in names
    dialog = panel.care.ask_new("minimal")
    assert dialog.edit.text() == "new_strategy"
    dialog.edit.setText("a/b")
    assert not dialog.buttons["ok"].isEnabled()
    dialog.edit.setText("fresh")
    qtbot.keyClick(dialog.edit, Qt.Key.Key_Return)
    rest(qtbot, panel)
    assert panel.strategy.currentData() == "fresh"
    assert "name: fresh\n" in file_of(panel, "fresh").read_text(encoding="utf-8")
    assert panel.problems.isHidden()


def test_save_as_duplicate_and_rename(panel: StrategyPanel, qtbot: QtBot) -> None:
    edit(qtbot, panel)
    assert not panel.care.rename.isEnabled()
    dialog = panel.care.ask_save_as()
    assert dialog is not None
    assert dialog.edit.text() == "quick_2"
    click(qtbot, dialog.buttons["ok"])
    rest(qtbot, panel)
    assert file_of(panel, "quick_2").read_text(encoding="utf-8") == EDITED.replace("name: quick", "name: quick_2")
    assert file_of(panel).read_text(encoding="utf-8") == QUICK_STRATEGY
    assert panel.strategy.currentData() == "quick_2", "the text is saved there: nothing is lost by turning to it"
    dialog = panel.care.ask_duplicate()
    assert dialog is not None
    click(qtbot, dialog.buttons["ok"])
    rest(qtbot, panel)
    assert panel.strategy.currentData() == "quick_2_copy"
    dialog = panel.care.ask_rename()
    assert dialog is not None
    dialog.edit.setText("slow")
    click(qtbot, dialog.buttons["ok"])
    rest(qtbot, panel)
    assert panel.strategy.currentData() == "slow"
    assert not file_of(panel, "quick_2_copy").exists()
    dialog = panel.care.ask_rename()
    assert dialog is not None
    dialog.edit.setText("typo")
    click(qtbot, dialog.buttons["ok"])
    rest(qtbot, panel)
    assert "there is a strategy 'typo' already" in panel.notice.text.text()


def test_a_deleted_one_can_be_brought_back(panel: StrategyPanel, qtbot: QtBot) -> None:
    question = panel.care.ask_delete()
    assert question is not None
    click(qtbot, child(question, QPushButton, "strategyPanel.deleteDialog.delete"))
    rest(qtbot, panel)
    assert not file_of(panel).exists()
    assert panel.strategy.findData("quick") < 0
    assert panel.keeper.file is not None
    assert "quick is in the trash" in panel.notice.text.text()
    click(qtbot, panel.notice.action)
    rest(qtbot, panel)
    assert file_of(panel).read_text(encoding="utf-8") == QUICK_STRATEGY
    assert panel.strategy.currentData() == "quick"


def test_what_comes_with_the_program_is_not_renamed_nor_deleted(panel: StrategyPanel, qtbot: QtBot) -> None:
    choose(qtbot, panel, "trend_momentum")
    assert not panel.care.rename.isEnabled()
    assert "comes with the program" in panel.care.rename.toolTip()
    assert not panel.care.delete.isEnabled()


def test_without_a_model_there_is_nothing_to_compare(panel: StrategyPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.context.notified) as told:
        assert panel.care.ask_compare() is None
    assert "No model has been trained with quick" in told.args[1]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (b"\xef\xbb\xbfname: quick\n", "name: quick\n"),
        (b"name: quick\r\n# two\r\n", "name: quick\n# two\n"),
        (b"name: quick\r# old\r", "name: quick\n# old\n"),
        ("name: quick # a\u2029b\n".encode(), "name: quick # a\nb\n"),
        ("name: quick # \ufdd0\n".encode(), "name: quick # \n\n"),
        (BLANKS.encode(), BLANKS),
        (b"", ""),
    ],
    ids=["byte order mark", "windows", "old mac", "paragraph", "frame", "blanks", "empty"],
)
def test_looking_at_a_file_is_no_change_of_it(bench: StrategyPanel, qtbot: QtBot, written: bytes, shown: str) -> None:
    file_of(bench, "typo").write_bytes(written)
    choose(qtbot, bench, "typo")
    assert bench.yaml.text == shown
    assert not bench.keeper.dirty
    assert not bench.save_button.isEnabled()
    choose(qtbot, bench, "quick")
    assert bench.keeper.question is None, "nothing is asked about a text that nobody changed"
    assert bench.strategy.currentData() == "quick"
    assert file_of(bench, "typo").read_bytes() == written


def test_ends_of_lines_stay_as_they_are_on_disk(bench: StrategyPanel, qtbot: QtBot) -> None:
    windows = QUICK_STRATEGY.replace("\n", "\r\n").encode()
    file_of(bench).write_bytes(windows)
    bench.keeper.look()
    rest(qtbot, bench)
    assert not bench.keeper.dirty
    edit(qtbot, bench)
    bench.save()
    rest(qtbot, bench)
    assert file_of(bench).read_bytes() == EDITED.replace("\n", "\r\n").encode()


def test_a_file_that_went_away_is_written_again(bench: StrategyPanel, qtbot: QtBot) -> None:
    edit(qtbot, bench)
    file_of(bench).unlink()
    bench.keeper.look()
    rest(qtbot, bench)
    assert bench.yaml.text == EDITED
    assert bench.notice.level == "danger"
    bench.save()
    rest(qtbot, bench)
    assert file_of(bench).read_text(encoding="utf-8") == EDITED
    assert not bench.keeper.dirty


def test_a_file_that_became_no_text_leaves_what_is_shown(bench: StrategyPanel, qtbot: QtBot) -> None:
    edit(qtbot, bench)
    file_of(bench).write_bytes(b"\xff\xfe\x00 no text")
    bench.keeper.look()
    rest(qtbot, bench)
    assert bench.yaml.text == EDITED
    assert bench.notice.level == "danger"
    bench.save()
    rest(qtbot, bench)
    answer(qtbot, bench, "overwrite")
    assert file_of(bench).read_text(encoding="utf-8") == EDITED


def test_what_is_typed_while_it_is_saved_stays_unsaved(bench: StrategyPanel, qtbot: QtBot) -> None:
    edit(qtbot, bench)
    bench.keeper.save()
    bench.yaml.replace_text(EDITED + "# later\n")
    assert not bench.keeper.may_save, "one at a time"
    rest(qtbot, bench)
    assert file_of(bench).read_text(encoding="utf-8") == EDITED
    assert bench.keeper.dirty
    bench.keeper.save()
    rest(qtbot, bench)
    assert file_of(bench).read_text(encoding="utf-8") == EDITED + "# later\n"


def test_the_same_change_by_two_hands_is_no_conflict(bench: StrategyPanel, qtbot: QtBot) -> None:
    edit(qtbot, bench)
    file_of(bench).write_text(EDITED, encoding="utf-8")
    bench.keeper.look()
    rest(qtbot, bench)
    assert not bench.keeper.dirty
    assert bench.keeper.question is None


def test_staying_at_a_conflict_keeps_both_texts(bench: StrategyPanel, qtbot: QtBot) -> None:
    edit(qtbot, bench)
    theirs = QUICK_STRATEGY + "# theirs\n"
    file_of(bench).write_text(theirs, encoding="utf-8")
    choose(qtbot, bench, "typo")
    answer_leaving = bench.keeper.question
    assert answer_leaving is not None
    click(qtbot, answer_leaving.buttons["save"])
    rest(qtbot, bench)
    conflict = bench.keeper.question
    assert conflict is not None
    assert "changed on disk" in conflict.title.text()
    qtbot.keyClick(conflict, Qt.Key.Key_Escape)
    rest(qtbot, bench)
    assert (bench.yaml.text, bench.strategy.currentData()) == (EDITED, "quick")
    assert file_of(bench).read_text(encoding="utf-8") == theirs
    bench.yaml.undo()
    rest(qtbot, bench)
    choose(qtbot, bench, "typo")
    assert bench.strategy.currentData() == "typo", "the wish to leave was given up with the answer"
