"""The strategy station shows each file as it is, and every problem with its line."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QListWidget, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace, shipped
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.strategy.panel import StrategyPanel
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.table import RecordTable
from tests.gui.helpers import QUICK_STRATEGY, TYPO_STRATEGY, child, click, settle
from tests.strategy.texts import SHIPPED

pytestmark = pytest.mark.gui


@pytest.fixture
def panel(qtbot: QtBot, dark: object, tasks: TaskManager, small_workspace: Workspace) -> StrategyPanel:
    (small_workspace.strategies / "typo.yaml").write_text(TYPO_STRATEGY, encoding="utf-8")
    made = StrategyPanel(AppContext(small_workspace, tasks))
    qtbot.addWidget(made)
    made.resize(1200, 700)
    made.show()
    made.refresh()
    settle(qtbot, tasks)
    return made


def choose(qtbot: QtBot, panel: StrategyPanel, name: str) -> None:
    items = [panel.list.item(row) for row in range(panel.list.count())]
    panel.list.setCurrentItem(next(item for item in items if item.text() == name))
    settle(qtbot, panel.context.tasks)


def test_shipped_and_own_strategies_are_listed(panel: StrategyPanel) -> None:
    names = [panel.list.item(row).text() for row in range(panel.list.count())]
    assert set(names) == {*SHIPPED, "quick", "typo"}
    assert panel.list is child(panel, QListWidget, "strategyPanel.list")


def test_the_text_is_the_file_word_for_word(panel: StrategyPanel, qtbot: QtBot) -> None:
    choose(qtbot, panel, "neuro_mean_reversion")
    file = shipped("configs") / "strategies" / "neuro_mean_reversion.yaml"
    text = child(panel, QPlainTextEdit, "strategyPanel.yamlEdit")
    assert text.toPlainText() == file.read_text(encoding="utf-8")
    assert text.isReadOnly()
    assert "comes with the program" in panel._file.text()


def test_a_good_strategy_has_no_problems_and_becomes_the_one_at_hand(panel: StrategyPanel, qtbot: QtBot) -> None:
    choose(qtbot, panel, "quick")
    assert panel.yaml.toPlainText() == QUICK_STRATEGY
    assert panel.problems.isHidden()
    assert "No problems" in panel._verdict.text()
    assert panel.context.strategy == "quick"
    assert "in this workspace" in panel._file.text()


def test_a_typo_is_shown_with_line_and_suggestion(panel: StrategyPanel, qtbot: QtBot) -> None:
    choose(qtbot, panel, "typo")
    table = child(panel, RecordTable, "strategyPanel.problems")
    (problem,) = table.records.records
    line = TYPO_STRATEGY.splitlines().index("labels: {threshold: 2.0, threshold_unit: atr, lookahed: 5}") + 1
    assert problem.line == line
    shown = [table.records.data(table.records.index(0, column)) for column in range(4)]
    assert shown[0] == str(line)
    assert shown[1] == "labels.lookahed"
    assert "lookahead" in str(shown[3])
    assert panel._verdict.text() == "1 problem"
    assert panel._highlighter.faulty_lines == {line}


def test_a_strategy_with_a_problem_is_not_the_one_at_hand(panel: StrategyPanel, qtbot: QtBot) -> None:
    choose(qtbot, panel, "quick")
    choose(qtbot, panel, "typo")
    assert panel.context.strategy == "quick"


def test_a_problem_leads_to_its_line(panel: StrategyPanel, qtbot: QtBot) -> None:
    choose(qtbot, panel, "typo")
    panel.problems.selectRow(0)
    assert "lookahed" in panel.yaml.textCursor().selectedText()


def test_the_faulty_line_is_marked(panel: StrategyPanel, qtbot: QtBot) -> None:
    choose(qtbot, panel, "typo")
    (line,) = panel._highlighter.faulty_lines
    block = panel.yaml.document().findBlockByNumber(line - 1)
    formats = block.layout().formats()
    assert any(found.format.underlineStyle().value for found in formats)
    other = panel.yaml.document().findBlockByNumber(0)
    assert not any(found.format.underlineStyle().value for found in other.layout().formats())


def test_a_file_that_is_mended_loses_its_problem(panel: StrategyPanel, qtbot: QtBot) -> None:
    choose(qtbot, panel, "typo")
    mended = TYPO_STRATEGY.replace("lookahed", "lookahead")
    (panel.context.workspace.strategies / "typo.yaml").write_text(mended, encoding="utf-8")
    panel.refresh()
    settle(qtbot, panel.context.tasks)
    choose(qtbot, panel, "typo")
    assert panel.problems.isHidden()
    assert panel.context.strategy == "typo"


def test_a_file_that_is_no_yaml_is_shown_all_the_same(panel: StrategyPanel, qtbot: QtBot) -> None:
    (panel.context.workspace.strategies / "broken.yaml").write_text("a: [1, 2\nb: }", encoding="utf-8")
    panel.refresh()
    settle(qtbot, panel.context.tasks)
    choose(qtbot, panel, "broken")
    assert panel.yaml.toPlainText() == "a: [1, 2\nb: }"
    assert len(panel.problems.records.records) == 1


def test_a_choice_made_elsewhere_is_followed(panel: StrategyPanel, qtbot: QtBot) -> None:
    panel.context.select_strategy("trend_momentum")
    settle(qtbot, panel.context.tasks)
    assert panel.list.currentItem().text() == "trend_momentum"
    assert "trend_momentum" in panel.yaml.toPlainText()


def test_a_faulty_file_makes_the_station_stale(panel: StrategyPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.context.stateChanged) as blocker:
        panel.refresh()
    assert blocker.args == ["strategyPanel", "stale"]
    (panel.context.workspace.strategies / "typo.yaml").unlink()
    settle(qtbot, panel.context.tasks)
    with qtbot.waitSignal(panel.context.stateChanged) as blocker:
        panel.refresh()
    assert blocker.args == ["strategyPanel", "ready"]
    settle(qtbot, panel.context.tasks)


@pytest.mark.parametrize(("name", "target"), [("fuzzyButton", "fuzzyPanel"), ("trainButton", "trainingPanel")])
def test_the_buttons_lead_on(panel: StrategyPanel, qtbot: QtBot, name: str, target: str) -> None:
    with qtbot.waitSignal(panel.context.panelRequested) as blocker:
        click(qtbot, child(panel, QPushButton, f"strategyPanel.{name}"))
    assert blocker.args == [target]


def test_the_main_action_leads_to_training(panel: StrategyPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.context.panelRequested) as blocker:
        panel.run_main_action()
    assert blocker.args == ["trainingPanel"]


def test_everything_has_a_name(panel: StrategyPanel) -> None:
    assert accessibility.nameless(panel) == []
