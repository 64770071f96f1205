"""The models station: what is listed, every action on real folders with its way back, and why one cannot be done."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.panels.models.deletion import DeleteDialog
from ktrdr_app.gui.panels.models.panel import EMPTY, FAILED, LIST, ModelsPanel
from ktrdr_app.gui.panels.models.trash import TrashDialog
from ktrdr_app.gui.panels.models.verifying import VerifyDialog
from ktrdr_app.gui.ui import accessibility
from tests.gui.helpers import child, click, settle
from tests.gui.panels.models.helpers import cells, choose, dialog, labels, press
from tests.model_store.builders import STRATEGY

pytestmark = pytest.mark.gui

Opener = Callable[[Workspace], ModelsPanel]


def undo(qtbot: QtBot, panel: ModelsPanel) -> None:
    """Take the last change back by the notice's button."""
    assert panel.notice.action.text() == "Undo"
    click(qtbot, panel.notice.action)
    settle(qtbot, panel.context.tasks)


def tree_of(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder but the locks, the notebook and the counters, with its bytes."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in files
        if not path.name.startswith(".") and path.name != "notes.json"
    }


def test_models_are_listed_below_their_strategy_with_badges_and_states(panel: ModelsPanel) -> None:
    tree = panel.tree.models
    assert [name for name, _held in tree.groups] == [STRATEGY]
    group = tree.index(0, 0)
    rows = [
        tuple(tree.data(tree.index(row, column, group)) for column in range(3)) for row in range(tree.rowCount(group))
    ]
    assert rows == [
        ("[U] universal_1h_v2", "latest", "40.0\N{NARROW NO-BREAK SPACE}%"),
        ("[U] universal_1h_v1", "", "61.0\N{NARROW NO-BREAK SPACE}%"),
        ("[!] universal_5m_v1", "incomplete · latest", "–"),
        ("[L] MSFT_1h_v2", "latest · looks ahead", "–"),
        ("[L] MSFT_1h_v1", "looks ahead", "–"),
    ]
    assert panel._count.text() == "5 models"


def test_choosing_a_model_fills_the_card_and_asks_the_resolver(panel: ModelsPanel, qtbot: QtBot) -> None:
    choose(qtbot, panel, "MSFT_1h_v1")
    assert panel.details._name.text() == "[L] MSFT_1h_v1"
    asked = panel.resolver
    assert [combo.currentData() for combo in (asked.strategy, asked.symbol, asked.timeframe)] == [
        STRATEGY,
        "MSFT",
        "1h",
    ]
    assert asked.answer.text() == "universal_1h_v2 (universal, step 1)"


def test_search_and_kinds_narrow_the_list_and_keep_the_choice(panel: ModelsPanel, qtbot: QtBot) -> None:
    choose(qtbot, panel, "MSFT_1h_v1")
    qtbot.keyClicks(panel.filters.search, "msft_1h_ v1")
    assert labels(panel) == ["MSFT_1h_v1"]
    assert panel._count.text() == "1 of 5 models"
    panel.filters.clear()
    panel.filters.kind.setCurrentIndex(panel.filters.kind.findData("broken"))
    assert labels(panel) == ["universal_5m_v1"]
    panel.filters.clear()
    assert panel.chosen is not None
    assert len(labels(panel)) == 5
    settle(qtbot, panel.context.tasks)


def test_a_pin_serves_and_is_taken_back(panel: ModelsPanel, qtbot: QtBot, store: Workspace) -> None:
    choose(qtbot, panel, "universal_1h_v1")
    press(qtbot, panel, "pinButton")
    pinned = {model.label: model.pinned for model in workflows.list_models(store)}
    assert [label for label, held in pinned.items() if held] == ["universal_1h_v1"]
    assert panel.bar.pin.text() == "Unpin"
    assert panel.resolver.answer.text() == "universal_1h_v1 (universal, step 0)"
    assert "★ pinned" in panel.details._states.text()
    undo(qtbot, panel)
    assert not any(model.pinned for model in workflows.list_models(store))
    assert panel.notice.action.text() == "Undo", "what was taken back can be done again"


def test_undoing_a_pin_brings_back_the_one_before(panel: ModelsPanel, qtbot: QtBot, store: Workspace) -> None:
    for label in ("universal_1h_v1", "MSFT_1h_v1"):
        choose(qtbot, panel, label)
        press(qtbot, panel, "pinButton")
    undo(qtbot, panel)
    assert [model.label for model in workflows.list_models(store) if model.pinned] == ["universal_1h_v1"]
    assert panel.chosen is not None
    assert panel.chosen.label == "universal_1h_v1"


def test_rollback_moves_latest_and_back(panel: ModelsPanel, qtbot: QtBot, store: Workspace) -> None:
    choose(qtbot, panel, "universal_1h_v1")
    press(qtbot, panel, "rollbackButton")
    latest = {model.label for model in workflows.list_models(store) if model.latest}
    assert "universal_1h_v1" in latest
    assert "universal_1h_v2" not in latest
    assert panel.bar.rollback.toolTip() == "It is the latest already"
    assert not panel.bar.rollback.isEnabled()
    undo(qtbot, panel)
    assert "universal_1h_v2" in {model.label for model in workflows.list_models(store) if model.latest}


def test_deleting_shows_what_would_change_and_is_taken_back(panel: ModelsPanel, qtbot: QtBot, store: Workspace) -> None:
    before = tree_of(store.models)
    choose(qtbot, panel, "universal_1h_v2")
    press(qtbot, panel, "deleteButton")
    asked = dialog(panel, DeleteDialog)
    expected = workflows.preview_deletion(store, store.models / STRATEGY / "universal_1h_v2")
    assert [row[0] for row in cells(asked.table)] == [f"1h, {change.symbol or 'no symbol'}" for change in expected]
    assert {row[1:3] for row in cells(asked.table)} == {("universal_1h_v2 (step 1)", "universal_1h_v1 (step 1)")}
    press(qtbot, panel, "confirmDeleteButton")
    assert "universal_1h_v2" not in labels(panel)
    assert "universal_1h_v1 now" in panel.notice.hint.text()
    undo(qtbot, panel)
    assert tree_of(store.models) == before
    assert "universal_1h_v2" in labels(panel)


def test_the_delete_key_asks_too_and_escape_keeps(panel: ModelsPanel, qtbot: QtBot, store: Workspace) -> None:
    choose(qtbot, panel, "MSFT_1h_v1")
    panel.tree.setFocus()
    qtbot.keyClick(panel.tree, Qt.Key.Key_Delete)
    asked = dialog(panel, DeleteDialog)
    qtbot.keyClick(asked, Qt.Key.Key_Escape)
    settle(qtbot, panel.context.tasks)
    assert "MSFT_1h_v1" in labels(panel)
    assert workflows.list_trashed_models(store) == []


def test_a_deleted_model_comes_back_from_the_trash(panel: ModelsPanel, qtbot: QtBot, store: Workspace) -> None:
    workflows.delete_model(store, f"{STRATEGY}/MSFT_1h_v1")
    panel.context.modelsChanged.emit()
    settle(qtbot, panel.context.tasks)
    press(qtbot, panel, "trashButton")
    assert cells(dialog(panel, TrashDialog).table)[0][0] == f"{STRATEGY}/MSFT_1h_v1"
    press(qtbot, panel, "restoreButton")
    assert panel.chosen is not None
    assert panel.chosen.label == "MSFT_1h_v1"
    undo(qtbot, panel)
    assert [entry.model for entry in workflows.list_trashed_models(store)] == [f"{STRATEGY}/MSFT_1h_v1"]


def test_an_empty_trash_says_so(panel: ModelsPanel, qtbot: QtBot) -> None:
    press(qtbot, panel, "trashButton")
    opened = dialog(panel, TrashDialog)
    assert opened.words.text() == "The trash holds no model."
    assert not opened.restore.isEnabled()
    opened.reject()


def test_verify_shows_every_check(panel: ModelsPanel, qtbot: QtBot, store: Workspace) -> None:
    choose(qtbot, panel, "universal_1h_v1")
    press(qtbot, panel, "verifyButton")
    shown = dialog(panel, VerifyDialog)
    found = workflows.verify_model(store, f"{STRATEGY}/universal_1h_v1")
    assert [(row[0], row[2]) for row in cells(shown.table)] == [(check.name, check.detail) for check in found.checks]
    assert panel.details.about.facts["checks"].text().startswith("Nothing is wrong with it")
    shown.reject()


def test_verify_names_what_was_changed(panel: ModelsPanel, qtbot: QtBot, store: Workspace) -> None:
    choose(qtbot, panel, "universal_1h_v1")
    (store.models / STRATEGY / "universal_1h_v1" / "model_full.pt").write_bytes(b"x")
    press(qtbot, panel, "verifyButton")
    shown = dialog(panel, VerifyDialog)
    assert ("checksums", "✖ failed") in [row[:2] for row in cells(shown.table)]
    assert "checksums failed" in panel.details.about.facts["checks"].text()
    shown.reject()


def test_note_and_tags_are_kept_and_taken_back(panel: ModelsPanel, qtbot: QtBot, store: Workspace) -> None:
    choose(qtbot, panel, "universal_1h_v1")
    view = panel.details.remarks
    panel.details.tabs.setCurrentWidget(view)
    assert not view.keep.isEnabled()
    qtbot.keyClicks(view.note, "before the change")
    qtbot.keyClicks(view.tags, "baseline, best")
    press(qtbot, panel, "keepRemarksButton")
    (said,) = (model for model in workflows.list_models(store) if model.label == "universal_1h_v1")
    assert (said.note, said.tags) == ("before the change", ("baseline", "best"))
    qtbot.keyClicks(panel.filters.search, "baseline")
    assert labels(panel) == ["universal_1h_v1"]
    undo(qtbot, panel)
    (said,) = (model for model in workflows.list_models(store) if model.label == "universal_1h_v1")
    assert (said.note, said.tags) == ("", ())


def answer(qtbot: QtBot, panel: ModelsPanel, name: str, file: Path) -> None:
    """Choose a file in an open file dialog."""
    chooser = child(panel.window(), QFileDialog, f"modelsPanel.{name}")
    chooser.fileSelected.emit(str(file))
    chooser.reject()
    settle(qtbot, panel.context.tasks)


def test_out_as_a_zip_and_in_again(panel: ModelsPanel, qtbot: QtBot, store: Workspace, tmp_path: Path) -> None:
    choose(qtbot, panel, "universal_1h_v1")
    press(qtbot, panel, "exportButton")
    answer(qtbot, panel, "exportDialog", tmp_path / "m.zip")
    assert (tmp_path / "m.zip").is_file()
    assert "model_full.pt" in panel.notice.hint.text()
    press(qtbot, panel, "importButton")
    answer(qtbot, panel, "importDialog", tmp_path / "m.zip")
    assert "universal_1h_v3" in labels(panel)
    assert "It was universal_1h_v1" in panel.notice.hint.text()
    undo(qtbot, panel)
    assert "universal_1h_v3" not in labels(panel)


def test_a_file_that_is_there_is_not_overwritten(panel: ModelsPanel, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "m.zip").write_bytes(b"mine")
    choose(qtbot, panel, "universal_1h_v1")
    press(qtbot, panel, "exportButton")
    answer(qtbot, panel, "exportDialog", tmp_path / "m.zip")
    assert panel.notice.level == "danger"
    assert (tmp_path / "m.zip").read_bytes() == b"mine"


def test_what_cannot_be_done_says_why(panel: ModelsPanel, qtbot: QtBot) -> None:
    choose(qtbot, panel, "universal_5m_v1")
    for made in (panel.bar.pin, panel.bar.rollback, panel.bar.compare, panel.bar.export):
        assert not made.isEnabled()
        assert made.toolTip() == made.accessibleDescription() == "It cannot be used: incomplete: scaler.json missing"
    for made in (panel.bar.verify, panel.bar.delete):
        assert made.isEnabled()


def test_while_a_change_is_made_no_other_begins(
    panel: ModelsPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.gui.helpers import Gate

    gate, real = Gate(), workflows.pin_model

    def slow(workspace: Workspace, path: Path) -> object:
        gate.entered.set()
        assert gate.go_on.wait(10)
        return real(workspace, path)

    monkeypatch.setattr(workflows, "pin_model", slow)
    choose(qtbot, panel, "universal_1h_v1")
    click(qtbot, panel.bar.pin)
    qtbot.waitUntil(gate.entered.is_set)
    assert not panel.bar.delete.isEnabled()
    assert panel.bar.delete.toolTip() == "A change is being made"
    assert not panel.migrate_button.isEnabled()
    gate.go_on.set()
    settle(qtbot, panel.context.tasks)
    assert panel.bar.delete.isEnabled()


def test_a_store_that_refuses_is_told_and_offers_no_undo(
    panel: ModelsPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: object) -> None:
        raise StorageProblem("notes.json", "Read-only file system")

    monkeypatch.setattr(workflows, "pin_model", refuse)
    choose(qtbot, panel, "universal_1h_v1")
    press(qtbot, panel, "pinButton")
    assert panel.notice.level == "danger"
    assert "Read-only" in panel.notice.text.text()
    assert panel.notice.action.isHidden()
    panel.changes.undo()
    assert not panel.context.tasks.running


def test_without_models_it_says_what_to_do(open_panel: Opener, qtbot: QtBot, empty_workspace: Workspace) -> None:
    panel = open_panel(empty_workspace)
    assert panel._pages.currentIndex() == EMPTY
    assert str(empty_workspace.models) in panel.empty.text.text()
    with qtbot.waitSignal(panel.context.panelRequested) as asked:
        click(qtbot, child(panel, QPushButton, "modelsPanel.trainButton"))
    assert asked.args == ["trainingPanel"]
    press(qtbot, panel, "emptyTrashButton")
    dialog(panel, TrashDialog).reject()


def test_a_folder_that_cannot_be_read_is_named_and_read_again(
    open_panel: Opener, qtbot: QtBot, store: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(
            workflows, "list_models", lambda _w: (_ for _ in ()).throw(StorageProblem("models", "Input/output error"))
        )
        panel = open_panel(store)
        assert panel._pages.currentIndex() == FAILED
        assert "Input/output error" in panel.failed.text.text()
    press(qtbot, panel, "retryButton")
    assert panel._pages.currentIndex() == LIST
    assert len(labels(panel)) == 5


def test_a_new_model_appears_when_it_is_told_of(open_panel: Opener, qtbot: QtBot, store: Workspace) -> None:
    aside = store.root / "aside"
    (store.models / STRATEGY).rename(aside)
    panel = open_panel(store)
    assert panel._pages.currentIndex() == EMPTY
    aside.rename(store.models / STRATEGY)
    panel.context.modelsChanged.emit()
    settle(qtbot, panel.context.tasks)
    assert len(labels(panel)) == 5


def test_the_choice_outlasts_a_new_reading(panel: ModelsPanel, qtbot: QtBot, store: Workspace) -> None:
    choose(qtbot, panel, "MSFT_1h_v2")
    shutil.rmtree(store.models / STRATEGY / "universal_1h_v1")
    panel.refresh()
    settle(qtbot, panel.context.tasks)
    assert panel.chosen is not None
    assert panel.chosen.label == "MSFT_1h_v2"
    assert "universal_1h_v1" not in labels(panel)


def test_a_model_that_breaks_meanwhile_is_shown_as_broken(panel: ModelsPanel, qtbot: QtBot, store: Workspace) -> None:
    choose(qtbot, panel, "universal_1h_v1")
    (store.models / STRATEGY / "universal_1h_v1" / "config.json").write_text("{", encoding="utf-8")
    panel.refresh()
    settle(qtbot, panel.context.tasks)
    assert panel.details._name.text() == "[!] universal_1h_v1"
    assert panel.details._verdict.text().startswith("Cannot be used: ")


def test_the_folder_opens_in_the_file_manager(
    panel: ModelsPanel, qtbot: QtBot, store: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    choose(qtbot, panel, "MSFT_1h_v1")
    press(qtbot, panel, "folderButton")
    assert [Path(url.toLocalFile()) for url in opened] == [store.models / STRATEGY / "MSFT_1h_v1"]


def test_everything_has_a_name_and_the_rail_knows_the_state(open_panel: Opener, qtbot: QtBot, store: Workspace) -> None:
    panel = open_panel(store)
    assert accessibility.nameless(panel) == []
    with qtbot.waitSignal(panel.context.stateChanged) as told:
        panel.refresh()
    assert told.args == ["modelsPanel", "ready"]
    settle(qtbot, panel.context.tasks)


def test_originals_are_never_written_to(panel: ModelsPanel, qtbot: QtBot, store: Workspace) -> None:
    original = store.models / STRATEGY / "MSFT_1h_v1"
    before = tree_of(original)
    choose(qtbot, panel, "MSFT_1h_v1")
    for name in ("pinButton", "rollbackButton"):
        press(qtbot, panel, name)
    assert tree_of(original) == before
    assert json.loads((original.parent / "notes.json").read_text(encoding="utf-8"))["pins"] == {"1h": "MSFT_1h_v1"}
