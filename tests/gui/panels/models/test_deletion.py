"""The question before a deletion: what the resolver would answer then, in words that weigh it."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QPalette
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.panels.models.deletion import DeleteDialog
from ktrdr_app.gui.panels.models.panel import ModelsPanel
from ktrdr_app.gui.ui.theme import color
from tests.gui.panels.models.helpers import cells, choose, dialog, press
from tests.model_store.builders import STRATEGY

pytestmark = pytest.mark.gui


def asked(panel: ModelsPanel, qtbot: QtBot, label: str) -> DeleteDialog:
    choose(qtbot, panel, label)
    press(qtbot, panel, "deleteButton")
    return dialog(panel, DeleteDialog)


def tone(shown: DeleteDialog) -> object:
    return shown.outcome.palette().color(QPalette.ColorRole.WindowText)


def test_where_nothing_would_change_it_says_so(panel: ModelsPanel, qtbot: QtBot) -> None:
    shown = asked(panel, qtbot, "MSFT_1h_v1")
    assert shown.outcome.text().startswith("Nothing would change")
    assert tone(shown) == color("success")
    assert shown.table.isHidden()
    shown.reject()


def test_requests_that_no_model_would_answer_are_counted(panel: ModelsPanel, qtbot: QtBot, store: Workspace) -> None:
    for name in ("universal_1h_v1", "MSFT_1h_v1", "MSFT_1h_v2"):
        workflows.delete_model(store, f"{STRATEGY}/{name}")
    panel.refresh()
    shown = asked(panel, qtbot, "universal_1h_v2")
    changes = workflows.preview_deletion(store, f"{STRATEGY}/universal_1h_v2")
    count = len(changes)
    assert shown.outcome.text() == (
        f"Requests that would be answered differently: {count}, of these by no model: {count}."
    )
    assert {row[2:] for row in cells(shown.table)} == {("no model", "no model would serve")}
    assert tone(shown) == color("danger")
    shown.reject()


def test_the_focus_is_on_keeping(panel: ModelsPanel, qtbot: QtBot) -> None:
    shown = asked(panel, qtbot, "universal_1h_v2")
    qtbot.waitUntil(shown.close_button.hasFocus)
    assert shown.close_button.text() == "Keep it"
    assert tone(shown) == color("warning")
    shown.reject()


def test_a_preview_that_fails_does_not_stand_in_the_way(
    panel: ModelsPanel, qtbot: QtBot, store: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: object) -> None:
        raise StorageProblem("models", "Input/output error")

    monkeypatch.setattr(workflows, "preview_deletion", refuse)
    shown = asked(panel, qtbot, "MSFT_1h_v1")
    assert "Input/output error" in shown.outcome.text()
    assert shown.confirm.isEnabled()
    shown.reject()
