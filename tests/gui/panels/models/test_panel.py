"""The models station lists what is there, says what is wrong, and shows which model would be loaded and why."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QTreeWidget, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.models.panel import ModelsPanel
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.table import RecordTable
from ktrdr_app.workflows.requests import ResolveRequest
from tests.gui.helpers import child, click, settle

pytestmark = pytest.mark.gui


def make(qtbot: QtBot, tasks: TaskManager, workspace: Workspace) -> ModelsPanel:
    panel = ModelsPanel(AppContext(workspace, tasks))
    qtbot.addWidget(panel)
    panel.resize(1200, 700)
    panel.show()
    panel.context.catalog.refresh()
    settle(qtbot, tasks)
    return panel


@pytest.fixture
def panel(qtbot: QtBot, dark: object, tasks: TaskManager, trained_workspace: Workspace) -> ModelsPanel:
    return make(qtbot, tasks, trained_workspace)


def pick(qtbot: QtBot, panel: ModelsPanel, combo: CalmComboBox, value: object) -> None:
    combo.setCurrentIndex(combo.findData(value))
    assert combo.currentData() == value
    settle(qtbot, panel.context.tasks)


def trace(panel: ModelsPanel) -> list[tuple[int, str, str]]:
    table = child(panel, RecordTable, "modelsPanel.resolutionTrace")
    return [(entry.step, entry.pattern, entry.result) for entry in table.records.records]


def items(panel: ModelsPanel) -> list[QTreeWidgetItem]:
    tree = child(panel, QTreeWidget, "modelsPanel.modelTree")
    groups = [tree.topLevelItem(place) for place in range(tree.topLevelItemCount())]
    return [group.child(place) for group in groups for place in range(group.childCount())]


def test_a_model_is_listed_under_its_strategy(panel: ModelsPanel) -> None:
    group = panel.tree.topLevelItem(0)
    assert group.text(0) == "quick"
    (item,) = items(panel)
    (model,) = workflows.list_models(panel.context.workspace)
    assert item.text(0) == "universal_1d_v1"
    assert item.text(1) == "universal"
    assert item.text(2) == f"{100 * model.test_accuracy:.1f}\N{NARROW NO-BREAK SPACE}%"
    assert item.text(4) == "AAPL, IBM"
    assert panel._count.text() == "1 model"


def test_details_tell_what_is_known(panel: ModelsPanel) -> None:
    facts = {key: words.text() for key, words in panel.details._facts.items()}
    assert facts["strategy"] == "quick"
    assert facts["timeframe"] == "1d"
    assert facts["version"] == "1"
    assert facts["symbols"] == "AAPL, IBM"
    assert "universal_1d_v1" in panel.details._place.text()


def test_the_trace_is_that_of_the_resolver(panel: ModelsPanel, qtbot: QtBot) -> None:
    pick(qtbot, panel, panel.resolver.strategy, "quick")
    pick(qtbot, panel, panel.resolver.timeframe, "1d")
    pick(qtbot, panel, panel.resolver.symbol, "GOOG")
    expected = workflows.resolve_model(ResolveRequest(panel.context.workspace, "quick", "1d", "GOOG"))
    assert trace(panel) == [(entry.step, entry.pattern, entry.result) for entry in expected.trace]
    assert trace(panel)[-1][2] == "chosen"
    answer = child(panel, QLabel, "modelsPanel.resolution")
    assert answer.text() == "universal_1d_v1 (universal, step 1)"


def test_where_there_is_no_model_all_steps_are_shown(panel: ModelsPanel, qtbot: QtBot) -> None:
    pick(qtbot, panel, panel.resolver.strategy, "trend_momentum")
    pick(qtbot, panel, panel.resolver.symbol, "AAPL")
    steps = [step for step, _pattern, _result in trace(panel)]
    assert set(steps) == {1, 2, 3}
    assert {result for _step, _pattern, result in trace(panel)} == {"absent"}
    assert panel.resolver.answer.text().startswith("None")


def test_a_damaged_model_is_shown_with_what_is_wrong(panel: ModelsPanel, qtbot: QtBot) -> None:
    (model,) = workflows.list_models(panel.context.workspace)
    (model.path / "config.json").write_text("{", encoding="utf-8")
    panel.refresh()
    settle(qtbot, panel.context.tasks)
    (item,) = items(panel)
    assert item.toolTip(0)
    assert item.text(4) == item.toolTip(0)
    panel.tree.setCurrentItem(item)
    assert panel.details._verdict.text().startswith("Cannot be used: ")
    settle(qtbot, panel.context.tasks)
    assert "rejected" in {result for _step, _pattern, result in trace(panel)}


def test_only_the_last_question_is_answered(panel: ModelsPanel, qtbot: QtBot) -> None:
    answers: list[str] = []
    panel.resolver.trace.records.modelReset.connect(lambda: answers.append(panel.resolver.answer.text()))
    for _ in range(5):
        panel.resolver.ask()
    settle(qtbot, panel.context.tasks)
    assert len(answers) == 1


def test_choosing_a_model_asks_for_its_strategy(panel: ModelsPanel, qtbot: QtBot) -> None:
    pick(qtbot, panel, panel.resolver.strategy, "trend_momentum")
    panel.tree.setCurrentItem(panel.tree.topLevelItem(0))
    panel.tree.setCurrentItem(items(panel)[0])
    settle(qtbot, panel.context.tasks)
    assert panel.resolver.strategy.currentData() == "quick"


def test_a_bad_bar_length_cannot_be_asked_for(panel: ModelsPanel) -> None:
    offered = [panel.resolver.timeframe.itemData(place) for place in range(panel.resolver.timeframe.count())]
    assert offered == ["1h", "1d"]


def test_without_models_it_says_where_to_make_one(
    qtbot: QtBot, dark: object, tasks: TaskManager, sample_workspace: Workspace
) -> None:
    panel = make(qtbot, tasks, sample_workspace)
    assert panel.empty.isVisible()
    assert not panel.tree.isVisible()
    assert not panel.details.isVisible()
    with qtbot.waitSignal(panel.context.panelRequested) as blocker:
        click(qtbot, child(panel, QPushButton, "modelsPanel.trainButton"))
    assert blocker.args == ["trainingPanel"]


def test_a_new_model_appears_when_it_is_told_of(
    qtbot: QtBot, dark: object, tasks: TaskManager, trained_workspace: Workspace
) -> None:
    hidden = trained_workspace.root / "aside"
    (trained_workspace.models / "quick").rename(hidden)
    panel = make(qtbot, tasks, trained_workspace)
    assert panel.empty.isVisible()
    hidden.rename(trained_workspace.models / "quick")
    panel.context.modelsChanged.emit()
    settle(qtbot, tasks)
    assert len(items(panel)) == 1
    assert panel.empty.isHidden()


def test_figures_stand_under_their_headings(panel: ModelsPanel) -> None:
    (item,) = items(panel)
    for column in (2, 3):
        assert item.textAlignment(column) & Qt.AlignmentFlag.AlignRight
        assert panel.tree.headerItem().textAlignment(column) & Qt.AlignmentFlag.AlignRight


def test_everything_has_a_name(panel: ModelsPanel) -> None:
    assert accessibility.nameless(panel) == []
