"""Migration in the window: looked at first, carried out with progress, stopped in the middle, and taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import SymbolDone
from ktrdr_app.gui.panels.models.migrating import MigrateDialog
from ktrdr_app.gui.panels.models.panel import ModelsPanel
from tests.gui.helpers import Gate, child, click, settle
from tests.gui.panels.models.helpers import cells, dialog, labels, press
from tests.gui.panels.models.test_panel import tree_of, undo
from tests.model_store.builders import STRATEGY

pytestmark = pytest.mark.gui


def test_nothing_is_written_before_it_is_asked_for(panel: ModelsPanel, qtbot: QtBot, store: Workspace) -> None:
    before = tree_of(store.models)
    press(qtbot, panel, "migrateButton")
    shown = dialog(panel, MigrateDialog)
    rows = cells(shown.table)
    assert [row[:2] for row in rows] == [
        (f"{STRATEGY}/MSFT_1h_v1", "+ would be copied"),
        (f"{STRATEGY}/MSFT_1h_v2", "+ would be copied"),
    ]
    assert rows[0][2] == f"models/{STRATEGY}/legacy/MSFT_1h_v1"
    assert shown.outcome.text() == "Nothing is written yet. 2 of 2 folders would be copied."
    shown.reject()
    assert tree_of(store.models) == before
    assert not store.runs.exists()


def test_copies_are_made_verified_listed_and_taken_back(panel: ModelsPanel, qtbot: QtBot, store: Workspace) -> None:
    before = tree_of(store.models)
    press(qtbot, panel, "migrateButton")
    press(qtbot, panel, "confirmMigrateButton")
    shown = dialog(panel, MigrateDialog)
    assert {row[1] for row in cells(shown.table)} == {"✔ copied and verified"}
    assert {row[3] for row in cells(shown.table)} == {"0.0e+00"}
    (report,) = store.runs.glob("*/migration.json")
    assert json.loads(report.read_text(encoding="utf-8"))["counts"] == {"migrated": 2}
    assert str(report.relative_to(store.root).as_posix()) in shown.outcome.text()
    shown.reject()
    assert {"legacy/MSFT_1h_v1", "legacy/MSFT_1h_v2"} <= set(labels(panel))
    after = tree_of(store.models)
    assert {name: after[name] for name in before} == before, "no original was changed"
    undo(qtbot, panel)
    assert tree_of(store.models) == before
    assert {entry.name for entry in workflows.list_trashed_models(store)} == {"MSFT_1h_v1", "MSFT_1h_v2"}


def test_what_is_there_already_is_not_copied_again(panel: ModelsPanel, qtbot: QtBot) -> None:
    for name in ("migrateButton", "confirmMigrateButton"):
        press(qtbot, panel, name)
    dialog(panel, MigrateDialog).reject()
    settle(qtbot, panel.context.tasks)
    press(qtbot, panel, "migrateButton")
    again = [each for each in panel.window().findChildren(MigrateDialog) if each.isVisible()][-1]
    assert {row[1] for row in cells(again.table)} == {"= is there already"}
    assert not again.start.isEnabled()
    again.reject()


def test_it_is_stopped_between_two_folders(
    panel: ModelsPanel, qtbot: QtBot, store: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, real = Gate(), workflows.migrate_models

    def slow(request: object, progress: object, cancel: CancelToken) -> object:
        def listen(event: object) -> None:
            progress(event)  # type: ignore[operator]
            if isinstance(event, SymbolDone) and event.done == 1:
                gate.work(progress, cancel)  # type: ignore[arg-type]

        return real(request, listen, cancel)  # type: ignore[arg-type]

    press(qtbot, panel, "migrateButton")
    monkeypatch.setattr(workflows, "migrate_models", slow)
    shown = dialog(panel, MigrateDialog)
    click(qtbot, shown.start)
    qtbot.waitUntil(gate.entered.is_set)
    qtbot.waitUntil(lambda: (shown.bar.value(), shown.bar.maximum()) == (1, 2))
    assert f"{STRATEGY}/MSFT_1h_v1 is done, 1 of 2" in shown.outcome.text()
    click(qtbot, child(shown, QPushButton, "modelsPanel.stopMigrationButton"))
    settle(qtbot, panel.context.tasks)
    assert [row[1] for row in cells(shown.table)] == ["= is there already", "+ would be copied"]
    assert panel.notice.text.text() == "Stopped"
    assert panel.notice.action.isHidden()
    assert "legacy/MSFT_1h_v1" in labels(panel)
    shown.reject()


def test_one_strategy_alone(panel: ModelsPanel, qtbot: QtBot) -> None:
    press(qtbot, panel, "migrateButton")
    shown = dialog(panel, MigrateDialog)
    shown.strategy.setCurrentIndex(shown.strategy.findData(STRATEGY))
    settle(qtbot, panel.context.tasks)
    assert len(cells(shown.table)) == 2
    shown.reject()


def test_a_damaged_original_is_named_and_left_alone(panel: ModelsPanel, qtbot: QtBot, store: Workspace) -> None:
    (store.models / STRATEGY / "MSFT_1h_v1" / "model.pt").write_bytes(b"x")
    for name in ("migrateButton", "confirmMigrateButton"):
        press(qtbot, panel, name)
    shown = dialog(panel, MigrateDialog)
    first, second = cells(shown.table)
    assert (first[1], second[1]) == ("✖ cannot be used", "✔ copied and verified")
    assert "damaged" in first[2]
    shown.reject()


def test_genuine_folders_are_migrated(open_panel: object, qtbot: QtBot, tmp_path: Path) -> None:
    import shutil

    genuine = Path(__file__).resolve().parents[5] / "shared" / "legacy_models" / "models"
    if not genuine.is_dir():
        pytest.skip("needs ../shared/legacy_models")
    workspace = Workspace(tmp_path / "genuine")
    shutil.copytree(genuine, workspace.models, symlinks=True)
    panel: ModelsPanel = open_panel(workspace)  # type: ignore[operator]
    originals = len(labels(panel))
    for name in ("migrateButton", "confirmMigrateButton"):
        press(qtbot, panel, name)
    shown = dialog(panel, MigrateDialog)
    assert {row[1] for row in cells(shown.table)} == {"✔ copied and verified"}
    shown.reject()
    assert len(labels(panel)) == 2 * originals
