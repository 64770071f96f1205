"""Migration in the window: looked at first, carried out with progress, stopped in the middle, and taken back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import SymbolDone
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.models.changes import Changes
from ktrdr_app.gui.panels.models.migrating import MigrateDialog
from ktrdr_app.gui.panels.models.panel import ModelsPanel
from ktrdr_app.gui.ui.notices import Notice
from ktrdr_app.gui.ui.theme import color
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


def step(action: str, version: int = 1, **changes: object) -> dict[str, object]:
    """Return one line of a report."""
    place = f"/w/models/{STRATEGY}"
    return {
        "strategy_name": STRATEGY,
        "source": f"{place}/MSFT_1h_v{version}",
        "target": f"{place}/legacy/MSFT_1h_v{version}",
        "action": action,
        "reason": "",
        "rows": 0,
        "largest_difference": 0.0,
    } | changes


REPORTS = [
    ([], "There is no model of the original here", False),
    ([step("copy")], "Nothing is written yet. 1 of 1 folders would be copied.", True),
    ([step("copy"), step("damaged", 2)], "Nothing is written yet. 1 of 2 folders would be copied.", True),
    ([step("already"), step("own", 2)], "There is nothing to copy", False),
    ([step("conflict"), step("damaged", 2)], "There is nothing to copy", False),
]


@pytest.fixture
def planned(
    qtbot: QtBot, dark: object, context: AppContext, monkeypatch: pytest.MonkeyPatch
) -> Callable[[list[dict[str, object]]], MigrateDialog]:
    """Return a function that opens the dialog on a plan."""
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    notice = Notice()
    notice.setParent(window)
    changes = Changes(context, notice, window)

    def make(steps: list[dict[str, object]]) -> MigrateDialog:
        counts = Counter(each["action"] for each in steps)
        monkeypatch.setattr(workflows, "migrate_models", lambda *_given: {"steps": steps, "counts": counts})
        shown = MigrateDialog(context, changes, [STRATEGY], window)
        shown.open()
        settle(qtbot, context.tasks)
        return shown

    return make


@pytest.mark.parametrize(("steps", "words", "allowed"), REPORTS)
def test_a_plan_in_one_sentence(
    planned: Callable[[list[dict[str, object]]], MigrateDialog],
    steps: list[dict[str, object]],
    words: str,
    allowed: bool,
) -> None:
    shown = planned(steps)
    assert shown.outcome.text().startswith(words)
    assert shown.start.isEnabled() is allowed
    assert len(cells(shown.table)) == len(steps)
    shown.reject()


def test_each_result_has_a_sign_a_word_and_a_colour(
    planned: Callable[[list[dict[str, object]]], MigrateDialog],
) -> None:
    actions = ("copy", "migrated", "already", "own", "damaged", "conflict")
    reasons = {"damaged": "torn", "conflict": "something else is there", "own": "made by this program"}
    shown = planned([step(action, number, reason=reasons.get(action, "")) for number, action in enumerate(actions, 1)])
    assert [row[1] for row in cells(shown.table)] == [
        "+ would be copied",
        "✔ copied and verified",
        "= is there already",
        "– made by this program",
        "✖ cannot be used",
        "! name is taken",
    ]
    assert [row[2] for row in cells(shown.table)][3:] == ["made by this program", "torn", "something else is there"]
    model = shown.table.records
    tokens = ("info", "success", "text_muted", "text_muted", "danger", "warning")
    for row, token in enumerate(tokens):
        assert model.data(model.index(row, 1), Qt.ItemDataRole.ForegroundRole) == color(token)
    shown.reject()


def test_how_far_a_copy_differs_is_shown_where_it_was_measured(
    planned: Callable[[list[dict[str, object]]], MigrateDialog],
) -> None:
    shown = planned([step("copy"), step("migrated", 2, rows=256, largest_difference=2.5e-8)])
    assert [row[3] for row in cells(shown.table)] == ["", "2.5e-08"]
    shown.reject()
