"""What happens to strategy files: nothing unsaved is lost, nothing of another hand is written over, all is said."""

from __future__ import annotations

import threading

import pytest
import yaml
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core import protection
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.panels.strategy.dialogs import NameDialog
from ktrdr_app.gui.panels.strategy.panel import StrategyPanel
from ktrdr_app.workflows.strategy_files import StrategyFile
from tests.gui.helpers import QUICK_STRATEGY, TYPO_STRATEGY, click
from tests.gui.panels.strategy.conftest import choose, rest
from tests.strategy.texts import SHIPPED

pytestmark = pytest.mark.gui
EDITED = QUICK_STRATEGY + "# mine\n"


def files(panel: StrategyPanel) -> dict[str, str]:
    folder = panel.context.workspace.strategies
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}


BEFORE = {"quick.yaml": QUICK_STRATEGY, "typo.yaml": TYPO_STRATEGY}


def give(qtbot: QtBot, panel: StrategyPanel, dialog: NameDialog | None, name: str = "") -> None:
    """Answer a question for a name; empty for the one that is offered."""
    assert dialog is not None
    if name:
        dialog.edit.selectAll()
        qtbot.keyClicks(dialog.edit, name)
    qtbot.keyClick(dialog.edit, Qt.Key.Key_Return)
    rest(qtbot, panel)


def test_unsaved_changes_are_not_deleted_with_the_file(bench: StrategyPanel, qtbot: QtBot) -> None:
    """The trash would hold the file, and not what was typed since."""
    assert bench.care.delete.isEnabled()
    bench.yaml.replace_text(EDITED)
    for action in (bench.care.delete, bench.care.rename):
        assert not action.isEnabled()
        assert "save them first" in action.toolTip()
    bench.yaml.undo()
    assert bench.care.delete.isEnabled()
    assert "unsaved" not in bench.care.delete.toolTip()


def test_without_a_file_nothing_can_be_done_with_one(bench: StrategyPanel, qtbot: QtBot) -> None:
    bench.keeper.close_file()
    for action in bench.care.more_menu.actions():
        assert action.isSeparator() or not action.isEnabled(), action.text()
    care = bench.care
    for ask in (care.ask_save_as, care.ask_duplicate, care.ask_rename, care.ask_delete, care.ask_compare):
        assert ask() is None
    assert not bench.save_button.isEnabled()
    assert bench._file.text() == bench.dirty_mark.text() == ""


def test_a_copy_is_of_the_file_and_the_unsaved_text_is_asked_about(bench: StrategyPanel, qtbot: QtBot) -> None:
    bench.yaml.replace_text(EDITED)
    rest(qtbot, bench)
    give(qtbot, bench, bench.care.ask_duplicate())
    copied = QUICK_STRATEGY.replace("name: quick", "name: quick_copy")
    assert files(bench) == {**BEFORE, "quick_copy.yaml": copied}
    assert bench.keeper.question is not None, "turning to the copy would lose it"
    bench.keeper.question.reject()
    assert bench.yaml.text == EDITED
    assert bench.strategy.currentData() == "quick"


@pytest.mark.parametrize("name", ["typo", "TYPO", "trend_momentum", "Trend_Momentum"])
def test_a_name_that_is_taken_is_refused_and_nothing_is_lost(bench: StrategyPanel, qtbot: QtBot, name: str) -> None:
    """In any spelling: some systems tell no letters' cases apart."""
    bench.yaml.replace_text(EDITED)
    rest(qtbot, bench)
    give(qtbot, bench, bench.care.ask_save_as(), name)
    assert f"'{name}'" in bench.notice.text.text()
    assert files(bench) == BEFORE
    assert bench.yaml.text == EDITED
    assert bench.keeper.dirty


def test_what_is_asked_meanwhile_does_not_change_what_a_slow_file_is_for(
    bench: StrategyPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text that is saved under another name is the editor's own, a copy is not, whichever is written first."""
    gate, create = threading.Event(), workflows.create_strategy

    def slowly(workspace: Workspace, name: str, text: str) -> StrategyFile:
        assert name != "first" or gate.wait(20)
        return create(workspace, name, text)

    monkeypatch.setattr(workflows, "create_strategy", slowly)
    told: list[tuple[str, bool]] = []

    def hear(file: StrategyFile, adopted: bool) -> None:
        told.append((file.name, adopted))

    bench.care.made.connect(hear)
    first, copy = bench.care.ask_save_as(), bench.care.ask_duplicate()
    assert first is not None
    assert copy is not None
    first.edit.setText("first")
    qtbot.keyClick(first.edit, Qt.Key.Key_Return)
    qtbot.keyClick(copy.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(told) == 1)
    gate.set()
    rest(qtbot, bench)
    bench.care.made.disconnect(hear)
    assert told == [("quick_copy", False), ("first", True)]


def test_the_same_name_is_no_new_one(bench: StrategyPanel, qtbot: QtBot) -> None:
    give(qtbot, bench, bench.care.ask_rename())
    assert files(bench) == BEFORE
    assert bench.notice.isHidden()


def test_a_file_that_somebody_else_wrote_is_not_renamed(bench: StrategyPanel, qtbot: QtBot) -> None:
    dialog = bench.care.ask_rename()
    theirs = QUICK_STRATEGY.replace("epochs: 3", "epochs: 30")
    (bench.context.workspace.strategies / "quick.yaml").write_text(theirs, encoding="utf-8")
    give(qtbot, bench, dialog, "mine")
    assert files(bench) == {**BEFORE, "quick.yaml": theirs}


def test_one_that_is_no_yaml_is_renamed_all_the_same(bench: StrategyPanel, qtbot: QtBot) -> None:
    broken = "name: [1\n}"
    (bench.context.workspace.strategies / "typo.yaml").write_text(broken, encoding="utf-8")
    choose(qtbot, bench, "typo")
    give(qtbot, bench, bench.care.ask_rename(), "worse")
    assert files(bench) == {"quick.yaml": QUICK_STRATEGY, "worse.yaml": broken}
    assert bench.strategy.currentData() == "worse"


@pytest.mark.parametrize("template", ["minimal", *SHIPPED[:2]])
def test_what_is_made_from_a_template_is_the_template_by_another_name(
    bench: StrategyPanel, qtbot: QtBot, template: str
) -> None:
    bench.care.offer_templates()
    action = next(each for each in bench.care.new_menu.actions() if each.data() == template)
    action.trigger()
    dialog = bench.window().findChildren(NameDialog)[-1]
    offered = dialog.edit.text()
    assert offered not in (*SHIPPED, "quick", "typo")
    give(qtbot, bench, dialog)
    source = workflows.template_text(template)
    named = yaml.safe_load(source)["name"]
    assert bench.yaml.text == source.replace(f"name: {named}\n", f"name: {offered}\n", 1)
    assert bench.problems.isHidden()
    assert bench.context.strategy == offered


def test_the_offered_name_is_free(bench: StrategyPanel, qtbot: QtBot) -> None:
    names = []
    for _ in range(2):
        dialog = bench.care.ask_new("minimal")
        names.append(dialog.edit.text())
        give(qtbot, bench, dialog)
    assert names == ["new_strategy", "new_strategy_2"]
    assert set(files(bench)) == {*BEFORE, *(f"{name}.yaml" for name in names)}


def test_a_deleted_one_does_not_come_back_over_another(bench: StrategyPanel, qtbot: QtBot) -> None:
    question = bench.care.ask_delete()
    assert question is not None
    click(qtbot, question.buttons["delete"])
    rest(qtbot, bench)
    other = "name: quick\n# another one\n"
    (bench.context.workspace.strategies / "quick.yaml").write_text(other, encoding="utf-8")
    click(qtbot, bench.notice.action)
    rest(qtbot, bench)
    assert files(bench)["quick.yaml"] == other
    assert "'quick'" in bench.notice.text.text()


def test_a_question_that_is_not_answered_changes_nothing(bench: StrategyPanel, qtbot: QtBot) -> None:
    for ask in (bench.care.ask_delete, bench.care.ask_rename, bench.care.ask_duplicate, bench.care.ask_save_as):
        dialog = ask()
        assert dialog is not None
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    rest(qtbot, bench)
    assert files(bench) == BEFORE
    assert bench.yaml.text == QUICK_STRATEGY


def test_in_a_read_only_workspace_all_is_said_and_nothing_written(bench: StrategyPanel, qtbot: QtBot) -> None:
    protection.protect(bench.context.workspace)
    try:
        give(qtbot, bench, bench.care.ask_duplicate())
        assert "read-only" in bench.notice.text.text()
        bench.notice.dismiss()
        give(qtbot, bench, bench.care.ask_rename(), "mine")
        assert "read-only" in bench.notice.text.text()
        bench.notice.dismiss()
        question = bench.care.ask_delete()
        assert question is not None
        click(qtbot, question.buttons["delete"])
        rest(qtbot, bench)
        assert "read-only" in bench.notice.text.text()
        bench.notice.dismiss()
        bench.yaml.replace_text(EDITED)
        rest(qtbot, bench)
        bench.save()
        rest(qtbot, bench)
        assert "read-only" in bench.notice.text.text()
    finally:
        protection.unprotect(bench.context.workspace)
    assert files(bench) == BEFORE
    assert bench.yaml.text == EDITED
    assert bench.save_button.isEnabled(), "it can be tried again"
    bench.save()
    rest(qtbot, bench)
    assert files(bench)["quick.yaml"] == EDITED
