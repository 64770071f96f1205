"""Folders that mean harm: shown with what they are, nothing of them runs, no mark-up, no escape from the store."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.panels.models.migrating import MigrateDialog
from ktrdr_app.gui.panels.models.panel import ModelsPanel
from ktrdr_app.gui.panels.models.verifying import VerifyDialog
from tests.gui.panels.models.helpers import cells, choose, dialog, labels, press
from tests.model_store.builders import STRATEGY, pickle_calling, save, write_original

pytestmark = pytest.mark.gui

Opener = Callable[[Workspace], ModelsPanel]


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """Return a file that hostile code would make."""
    return tmp_path / "canary"


@pytest.fixture
def hostile(tmp_path: Path, canary: Path) -> Workspace:
    """Return a workspace with a pickle that would make the canary, as scaler, as weights and as whole object."""
    workspace = Workspace(tmp_path / "hostile")
    bomb = pickle_calling(os.system, f"touch {canary}")
    for symbol, file in (("SCALER", "scaler.pkl"), ("WEIGHTS", "model.pt"), ("WHOLE", "model_full.pt")):
        (write_original(workspace.models, symbol) / file).write_bytes(bomb)
    return workspace


def test_every_action_on_them_runs_nothing(open_panel: Opener, qtbot: QtBot, hostile: Workspace, canary: Path) -> None:
    panel = open_panel(hostile)
    for label in labels(panel):
        choose(qtbot, panel, label)
        press(qtbot, panel, "verifyButton")
        dialog(panel, VerifyDialog).close()
        if panel.bar.pin.isEnabled():
            press(qtbot, panel, "pinButton")
    press(qtbot, panel, "migrateButton")
    press(qtbot, panel, "confirmMigrateButton")
    dialog(panel, MigrateDialog).close()
    assert not canary.exists()
    assert os.system(f"touch {canary}") == 0, "the canary could have been made"


def test_their_kind_is_a_word_and_the_reason_stands_beside_it(
    open_panel: Opener, qtbot: QtBot, hostile: Workspace
) -> None:
    panel = open_panel(hostile)
    tree = panel.tree.models
    group = tree.index(0, 0)
    shown = {str(tree.data(tree.index(row, 0, group))): str(tree.data(tree.index(row, 1, group))) for row in range(3)}
    assert shown["[!] SCALER_1h_v1"] == "unsafe"
    assert shown["[!] WEIGHTS_1h_v1"] in ("damaged", "unsafe")
    assert shown["[L] WHOLE_1h_v1"] == "looks ahead", "that file is never opened"
    choose(qtbot, panel, "SCALER_1h_v1")
    assert "unsafe" in panel.details._verdict.text()


def test_the_resolver_says_why_it_passes_over_them(open_panel: Opener, qtbot: QtBot, hostile: Workspace) -> None:
    panel = open_panel(hostile)
    choose(qtbot, panel, "SCALER_1h_v1")
    rejected = [row for row in cells(panel.resolver.trace) if row[2] == "✖ rejected"]
    assert rejected
    assert all("SCALER_1h_v1" in row[4] or "WEIGHTS_1h_v1" in row[4] for row in rejected)
    assert any("unsafe" in row[3] for row in rejected)


@pytest.mark.parametrize("text", ["<img src=x>", "<b>bold</b>", "a&amp;b", "<script>alert(1)</script>"])
def test_words_of_users_bring_no_mark_up(open_panel: Opener, qtbot: QtBot, store: Workspace, text: str) -> None:
    workflows.annotate_model(store, f"{STRATEGY}/universal_1h_v1", text)
    panel = open_panel(store)
    choose(qtbot, panel, "universal_1h_v1")
    index = panel.tree.models.index_of(store.models / STRATEGY / "universal_1h_v1")
    assert panel.tree.models.data(index.siblingAtColumn(6)) == text
    assert panel.details.remarks.note.toPlainText() == text
    plain = Qt.TextFormat.PlainText
    assert {words.textFormat() for words in panel.details.findChildren(QLabel)} == {plain}


def test_a_link_out_of_the_store_is_no_model(open_panel: Opener, qtbot: QtBot, tmp_path: Path) -> None:
    outside = save(tmp_path / "outside")
    workspace = Workspace(tmp_path / "inside")
    place = workspace.models / STRATEGY
    place.mkdir(parents=True)
    (place / outside.name).symlink_to(outside)
    panel = open_panel(workspace)
    choose(qtbot, panel, "universal_1h_v1")
    assert panel.details._name.text() == "[!] universal_1h_v1"
    assert "unsafe" in panel.details._states.text()
    assert not panel.bar.pin.isEnabled()
    assert not panel.bar.export.isEnabled()
