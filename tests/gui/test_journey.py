"""From an empty folder to a judged model, by clicks alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QListWidget, QPushButton, QTreeView
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.ui.inputs import CalmSpinBox
from ktrdr_app.gui.ui.table import RecordTable
from tests.gui.helpers import child, click, settle, tick

pytestmark = pytest.mark.gui


def test_a_stranger_trains_a_model_and_sees_where_it_is_used(
    open_window: Callable[[Workspace], MainWindow], empty_workspace: Workspace, qtbot: QtBot
) -> None:
    window = open_window(empty_workspace)
    click(qtbot, child(window, QPushButton, "dataPanel.emptySampleButton"))
    settle(qtbot, window.tasks)
    assert window.rail.button("dataPanel").state == "ready"

    click(qtbot, window.rail.button("strategyPanel"))
    click(qtbot, child(window, QPushButton, "strategyPanel.trainButton"))
    assert window.panel.objectName() == "trainingPanel"

    tick(qtbot, child(window, QListWidget, "trainingPanel.symbolList"), "AAPL", "IBM", "MSFT")
    epochs = child(window, CalmSpinBox, "trainingPanel.epochsSpin")
    epochs.setValue(2)
    click(qtbot, child(window, QPushButton, "trainingPanel.trainButton"))
    assert window.rail.button("trainingPanel").state == "running"
    settle(qtbot, window.tasks)

    (model,) = workflows.list_models(empty_workspace)
    assert model.complete
    assert model.training_symbols == ("AAPL", "IBM", "MSFT")
    table = child(window, RecordTable, "trainingPanel.perSymbolTable")
    assert [row.symbol for row in table.records.records] == ["AAPL", "IBM", "MSFT"]
    assert any("trained and saved" in shown.text.text() for shown in window.notices.notices)
    assert window.statusBar().model.text() == "Model  universal_1d_v1 [U]"  # type: ignore[attr-defined]

    click(qtbot, window.rail.button("modelsPanel"))
    tree = child(window, QTreeView, "modelsPanel.modelTree").model()
    assert tree.data(tree.index(0, 0, tree.index(0, 0))) == "[U] universal_1d_v1"
    trace = child(window, RecordTable, "modelsPanel.resolutionTrace")
    assert [entry.result for entry in trace.records.records] == ["chosen"]
    assert window.rail.button("modelsPanel").state == "ready"

    click(qtbot, window.rail.button("dataPanel"))
    data = child(window, RecordTable, "dataPanel.symbolTable")
    data.select(lambda entry: entry.symbol == "GOOG")
    assert "honest backtest" in window.panel.details._models.text()  # type: ignore[attr-defined]
    settle(qtbot, window.tasks)
