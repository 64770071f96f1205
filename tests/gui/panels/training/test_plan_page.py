"""The plan follows the form: split, balance and rows are those of the choice, and what it offers is carried out."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.errors import TooFewRows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.panel import TrainingPanel
from ktrdr_app.gui.panels.training.plan_page import balance_words, split_words
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.table import RecordTable
from ktrdr_app.workflows.plan_records import CombinationPlan
from ktrdr_app.workflows.strategy_fields import DraftChange
from tests.gui.helpers import QUICK_STRATEGY, child, click, settle, tick
from tests.gui.panels.training.plans import GONE, PLAN, plan, planned

pytestmark = pytest.mark.gui

THIN = "\N{NARROW NO-BREAK SPACE}"


@pytest.fixture
def panel(qtbot: QtBot, dark: object, tasks: TaskManager, small_workspace: Workspace) -> TrainingPanel:
    wide = QUICK_STRATEGY.replace("threshold: 2.0", "threshold: 6.0").replace("name: quick", "name: wide")
    (small_workspace.strategies / "wide.yaml").write_text(wide, encoding="utf-8")
    lines = (small_workspace.data / "GOOG_1d.csv").read_text(encoding="utf-8").splitlines()
    late = "\n".join([lines[0], *lines[900:]]) + "\n"
    (small_workspace.data / "LATE_1d.csv").write_text(late, encoding="utf-8")
    made = TrainingPanel(AppContext(small_workspace, tasks))
    qtbot.addWidget(made)
    made.resize(1300, 800)
    made.show()
    made.refresh()
    settle(qtbot, tasks)
    made.form.strategy.setCurrentIndex(made.form.strategy.findData("quick"))
    return made


def rows(panel: TrainingPanel) -> dict[str, tuple[str, ...]]:
    table = child(panel, RecordTable, "trainingPanel.combinationTable")
    model = table.model()
    texts = [
        tuple(str(model.data(model.index(row, column))) for column in range(model.columnCount()))
        for row in range(model.rowCount())
    ]
    return {name.removeprefix("● "): rest for name, *rest in texts}


def test_nothing_ticked_shows_what_to_do(panel: TrainingPanel) -> None:
    assert panel.plan_page._pages.currentIndex() == 0
    assert panel.planner.plan is None


def test_it_is_the_plan_of_the_choice(panel: TrainingPanel, qtbot: QtBot) -> None:
    tick(qtbot, panel.form.symbols, "AAPL", "LATE")
    planned(qtbot, panel)
    expected = workflows.plan_training(panel.form.request())
    found = panel.planner.plan
    assert found is not None
    assert (found.symbols, found.split, found.features) == (expected.symbols, expected.split, expected.features)
    assert [entry.kept for entry in found.combinations] == [entry.kept for entry in expected.combinations]
    assert panel.plan_page._pages.currentIndex() == 1
    assert panel.plan_page.split.names == ("AAPL", "LATE")
    assert panel.plan_page.balance.names == ("AAPL", "LATE")
    assert panel.plan_page.split_words.text() == split_words(expected)
    assert accessibility.nameless(panel) == []


def test_a_tick_turns_to_the_plan(panel: TrainingPanel, qtbot: QtBot) -> None:
    panel.tabs.setCurrentIndex(1)
    tick(qtbot, panel.form.symbols, "AAPL")
    assert panel.tabs.currentWidget() is panel.plan_page


def test_another_choice_is_another_plan(panel: TrainingPanel, qtbot: QtBot) -> None:
    tick(qtbot, panel.form.symbols, "AAPL", "LATE")
    planned(qtbot, panel)
    first = panel.planner.plan
    panel.form.leave_out("LATE")
    planned(qtbot, panel)
    assert panel.planner.plan != first
    assert panel.plan_page.split.names == ("AAPL",)
    panel.form.tick(frozenset())
    assert panel.planner.plan is None
    assert panel.plan_page._pages.currentIndex() == 0


def test_each_combination_says_what_it_costs(panel: TrainingPanel, qtbot: QtBot) -> None:
    tick(qtbot, panel.form.symbols, "AAPL", "LATE")
    planned(qtbot, panel)
    assert panel.planner.plan is not None
    kept = {entry.name: entry for entry in panel.planner.plan.combinations}
    shown = rows(panel)
    assert shown["concatenate"][1] == "0"
    lost = kept["balanced"].lost["AAPL"]
    assert lost > 400
    assert shown["balanced"][1] == f"{lost}"
    assert shown["balanced"][3].startswith("LATE has the fewest training rows")
    assert shown["weighted"][3] == "choose it to give each symbol a weight"


def test_a_row_of_the_table_chooses_its_combination(panel: TrainingPanel, qtbot: QtBot) -> None:
    tick(qtbot, panel.form.symbols, "AAPL", "LATE")
    planned(qtbot, panel)
    table = child(panel, RecordTable, "trainingPanel.combinationTable")
    table.select(lambda entry: entry.name == "weighted")
    table.activated.emit(table.currentIndex())
    assert panel.form.combination.currentData() == "weighted", "its weights are given then"
    planned(qtbot, panel)
    table.select(lambda entry: entry.name == "balanced")
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert panel.form.combination.currentData() == "balanced"
    planned(qtbot, panel)
    assert panel.planner.plan is not None
    assert panel.planner.plan.combination == "balanced"


def test_one_that_cannot_be_used_is_not_chosen(panel: TrainingPanel) -> None:
    problem = TooFewRows("training rows", 3, 30, "of YOUNG")
    panel.planner.plan = plan(combinations=(CombinationPlan("balanced", problem=problem),))
    panel.planner.changed.emit()
    table = child(panel, RecordTable, "trainingPanel.combinationTable")
    table.selectRow(0)
    table.activated.emit(table.currentIndex())
    assert panel.form.combination.currentData() is None


def test_a_better_threshold_is_offered_to_the_strategys_text(panel: TrainingPanel, qtbot: QtBot) -> None:
    panel.form.strategy.setCurrentIndex(panel.form.strategy.findData("wide"))
    tick(qtbot, panel.form.symbols, "AAPL", "IBM")
    planned(qtbot, panel)
    assert panel.planner.plan is not None
    better = panel.planner.plan.suggestion
    assert better is not None
    use = child(panel, QPushButton, "trainingPanel.useThresholdButton")
    assert use.text() == f"Use {better.threshold:g} ATR"
    asked: list[object] = []
    panel.context.panelRequested.connect(asked.append)
    panel.context.strategyChangeRequested.connect(lambda *given: asked.append(given))
    click(qtbot, use)
    assert asked == ["strategyPanel", ("wide", DraftChange("set", ("labels", "threshold"), better.threshold))]


def test_data_that_change_are_planned_anew(panel: TrainingPanel, qtbot: QtBot) -> None:
    tick(qtbot, panel.form.symbols, "AAPL")
    planned(qtbot, panel)
    before = panel.planner.plan
    assert before is not None
    file = panel.context.workspace.data / "AAPL_1d.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(lines[:-300]) + "\n", encoding="utf-8")
    panel.context.dataChanged.emit()
    qtbot.waitUntil(lambda: panel.planner.busy, timeout=10_000)
    planned(qtbot, panel)
    assert panel.planner.plan is not None
    assert panel.planner.plan.symbols[0].bars == before.symbols[0].bars - 300


def test_a_strategy_that_is_saved_is_planned_anew(panel: TrainingPanel, qtbot: QtBot) -> None:
    tick(qtbot, panel.form.symbols, "AAPL")
    planned(qtbot, panel)
    file = panel.context.workspace.strategies / "quick.yaml"
    file.write_text(QUICK_STRATEGY.replace("threshold: 2.0", "threshold: 1.0"), encoding="utf-8")
    panel.context.strategySaved.emit("quick")
    planned(qtbot, panel)
    assert panel.planner.plan is not None
    assert panel.planner.plan.threshold == 1.0


def test_a_station_that_is_not_looked_at_plans_nothing(panel: TrainingPanel, qtbot: QtBot) -> None:
    panel.hide()
    panel.form.tick(frozenset({"AAPL"}))
    assert not panel.planner.busy
    panel.show()
    assert panel.planner.busy
    planned(qtbot, panel)
    assert panel.planner.plan is not None


class TestWords:
    def test_the_split(self) -> None:
        assert split_words(PLAN) == (
            "80 rows to learn from until 2020-01-12, 30 to stop and calibrate by until 2020-01-17, 25 to test on. "
            "5 are purged at the cuts, as their labels reach over them."
        )

    def test_no_split_says_why(self) -> None:
        assert split_words(plan(split=None, problem=GONE.problem)) == GONE.problem.message  # type: ignore[union-attr]
        assert "No symbol" in split_words(plan(split=None))

    def test_the_balance(self) -> None:
        assert balance_words(PLAN) == (
            f"Labels at a threshold of 2 %. A class is nearly absent; 1.2 % would give BUY 30{THIN}%, HOLD 40{THIN}%, "
            f"SELL 30{THIN}% on all symbols together. Labels look ahead."
        )
        assert balance_words(plan(suggestion=None, notes=())) == "Labels at a threshold of 2 %."
