"""From an empty folder to a judged model, by clicks alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QListWidget, QPlainTextEdit, QPushButton, QTreeView
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
    assert [row.symbol for row in table.records.records][1:] == ["AAPL", "IBM", "MSFT"], "after the line of all"
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


def test_a_better_threshold_goes_from_the_plan_into_the_strategys_text(
    open_window: Callable[[Workspace], MainWindow], small_workspace: Workspace, qtbot: QtBot
) -> None:
    file = small_workspace.strategies / "quick.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("threshold: 2.0", "threshold: 6.0"), encoding="utf-8")
    window = open_window(small_workspace)
    window.context.select_strategy("quick")
    click(qtbot, window.rail.button("trainingPanel"))
    tick(qtbot, child(window, QListWidget, "trainingPanel.symbolList"), "AAPL", "IBM")
    use = child(window, QPushButton, "trainingPanel.useThresholdButton")
    qtbot.waitUntil(use.isVisible, timeout=60_000)
    better = use.text().split()[1]
    click(qtbot, use)
    assert window.panel.objectName() == "strategyPanel"
    text = child(window, QPlainTextEdit, "strategyPanel.yamlEdit")
    qtbot.waitUntil(lambda: f"threshold: {better}" in text.toPlainText(), timeout=20_000)
    assert "threshold: 6.0" in file.read_text(encoding="utf-8"), "nothing is written before it is saved"
    click(qtbot, child(window, QPushButton, "strategyPanel.saveButton"))
    settle(qtbot, window.tasks)
    assert f"threshold: {better}" in file.read_text(encoding="utf-8")
    click(qtbot, window.rail.button("trainingPanel"))
    qtbot.waitUntil(use.isHidden, timeout=60_000)
    assert child(window, QPushButton, "trainingPanel.trainButton").isEnabled()
