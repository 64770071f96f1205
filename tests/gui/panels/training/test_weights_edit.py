"""Weights per symbol by hand: kept to the last digit, checked, planned, and trained as the command trains them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.cli.main import main
from ktrdr_app.core.errors import BadInput
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.panel import TrainingPanel
from ktrdr_app.gui.panels.training.weights_edit import GREATEST, WHERE, WeightBox, WeightsEdit
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.table import RecordTable
from tests.gui.helpers import QUICK_STRATEGY, child, click, settle, tick
from tests.gui.panels.training.plans import planned

pytestmark = pytest.mark.gui

THIRD = "0.3333333333333333"
WEIGHTED = QUICK_STRATEGY.replace("name: quick", "name: heavy").replace(
    "{epochs: 3,", "{combination: weighted, epochs: 3,"
)


@pytest.fixture
def edit(qtbot: QtBot, dark: object) -> WeightsEdit:
    made = WeightsEdit()
    qtbot.addWidget(made)
    made.resize(300, 200)
    made.show_symbols(("AAPL", "IBM"))
    made.show()
    return made


@pytest.fixture
def panel(qtbot: QtBot, dark: object, tasks: TaskManager, small_workspace: Workspace) -> TrainingPanel:
    (small_workspace.strategies / "heavy.yaml").write_text(WEIGHTED, encoding="utf-8")
    made = TrainingPanel(AppContext(small_workspace, tasks))
    qtbot.addWidget(made)
    made.resize(1300, 800)
    made.show()
    made.refresh()
    settle(qtbot, tasks)
    pick(made, "quick")
    return made


def pick(panel: TrainingPanel, strategy: str) -> None:
    panel.form.strategy.setCurrentIndex(panel.form.strategy.findData(strategy))


def combine(panel: TrainingPanel, name: str | None) -> None:
    combo = child(panel, QComboBox, "trainingPanel.combinationCombo")
    combo.setCurrentIndex(combo.findData(name))


def box(root: WeightsEdit | TrainingPanel, symbol: str) -> WeightBox:
    return child(root, WeightBox, f"trainingPanel.weight.{symbol}")


def weigh(qtbot: QtBot, root: WeightsEdit | TrainingPanel, symbol: str, text: str) -> None:
    """Type a weight, as a user would."""
    field = box(root, symbol)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Tab)


def shares(edit: WeightsEdit) -> list[str]:
    return [edit._shares[symbol].text().split("\N{NARROW NO-BREAK SPACE}")[0] for symbol in edit._boxes]


def row_of(panel: TrainingPanel, name: str) -> list[str]:
    model = child(panel, RecordTable, "trainingPanel.combinationTable").model()
    for row in range(model.rowCount()):
        cells = [str(model.index(row, column).data()) for column in range(model.columnCount())]
        if cells[0].removeprefix("● ") == name:
            return cells
    raise AssertionError(name)


class TestTheFields:
    def test_each_symbol_weighs_one_at_first_and_says_its_share(self, edit: WeightsEdit) -> None:
        assert edit.weights == {"AAPL": 1.0, "IBM": 1.0}
        assert shares(edit) == ["50", "50"]
        assert box(edit, "IBM").accessibleName() == "Weight of IBM"
        assert accessibility.nameless(edit) == []

    @pytest.mark.parametrize(
        ("typed", "value", "shown"),
        [("2", 2.0, "2"), ("2,5", 2.5, "2.5"), (THIRD, 1 / 3, THIRD), ("0.1", 0.1, "0.1"), ("1e-7", 1e-7, "1e-07")],
    )
    def test_what_is_typed_is_the_number_to_its_last_digit(
        self, edit: WeightsEdit, qtbot: QtBot, typed: str, value: float, shown: str
    ) -> None:
        with qtbot.waitSignal(edit.changed):
            weigh(qtbot, edit, "AAPL", typed)
        assert edit.weights["AAPL"] == value
        assert box(edit, "AAPL").text() == shown
        box(edit, "IBM").setFocus()
        box(edit, "AAPL").setFocus()
        box(edit, "IBM").setFocus()
        assert edit.weights["AAPL"] == value, "leaving the field again reads what it shows"

    @pytest.mark.parametrize("typed", ["many", "-3", str(GREATEST * 10)])
    def test_what_cannot_be_a_weight_is_not_taken(self, edit: WeightsEdit, qtbot: QtBot, typed: str) -> None:
        weigh(qtbot, edit, "AAPL", typed)
        assert 0 < edit.weights["AAPL"] <= GREATEST

    def test_nothing_is_no_weight(self, edit: WeightsEdit, qtbot: QtBot) -> None:
        weigh(qtbot, edit, "IBM", "0")
        with pytest.raises(BadInput, match="the weight of IBM is 0") as caught:
            assert edit.weights
        assert caught.value.where == f"{WHERE}IBM"
        assert shares(edit) == ["100", "0"]
        weigh(qtbot, edit, "AAPL", "0")
        assert shares(edit) == ["–", "–"]

    def test_a_weight_is_remembered_while_its_symbol_is_not_ticked(self, edit: WeightsEdit, qtbot: QtBot) -> None:
        weigh(qtbot, edit, "IBM", "3")
        edit.show_symbols(("AAPL",))
        assert edit.weights == {"AAPL": 1.0}
        edit.show_symbols(("IBM", "MSFT"))
        assert edit.weights == {"IBM": 3.0, "MSFT": 1.0}
        assert shares(edit) == ["75", "25"]

    def test_the_same_symbols_keep_the_keyboard(self, edit: WeightsEdit) -> None:
        before = box(edit, "IBM")
        edit.show_symbols(("AAPL", "IBM"))
        assert box(edit, "IBM") is before

    def test_many_are_scrolled(self, edit: WeightsEdit) -> None:
        edit.show_symbols(tuple(f"S{number}" for number in range(4)))
        height = edit._area.maximumHeight()
        edit.show_symbols(tuple(f"S{number}" for number in range(40)))
        assert edit._area.maximumHeight() == height
        assert len(edit.weights) == 40
        edit.show_symbols(())
        assert edit.weights == {}


class TestInTheStation:
    def test_fields_are_there_only_where_rows_are_weighted(self, panel: TrainingPanel, qtbot: QtBot) -> None:
        assert panel.form.weights.isHidden()
        combine(panel, "weighted")
        assert panel.form.weights.isHidden(), "no symbol is ticked"
        tick(qtbot, panel.form.symbols, "AAPL", "IBM")
        assert not panel.form.weights.isHidden()
        assert panel.form.request().weights == {"AAPL": 1.0, "IBM": 1.0}
        combine(panel, "balanced")
        assert panel.form.weights.isHidden()
        assert panel.form.request().weights is None

    def test_a_strategy_that_says_weighted_has_them_too(self, panel: TrainingPanel, qtbot: QtBot) -> None:
        pick(panel, "heavy")
        tick(qtbot, panel.form.symbols, "AAPL", "IBM")
        planned(qtbot, panel)
        assert not panel.form.weights.isHidden()
        assert panel.form.request().combination is None
        assert panel.form.request().weights == {"AAPL": 1.0, "IBM": 1.0}
        assert panel.train_button.isEnabled(), "with weights of 1 nothing is missing any more"
        pick(panel, "quick")
        assert panel.form.request().weights is None, "the plan at hand is another strategy's"
        pick(panel, "heavy")
        planned(qtbot, panel)
        combine(panel, "interleave")
        assert panel.form.request().weights is None
        combine(panel, "weighted")
        planned(qtbot, panel)
        combine(panel, None)
        assert panel.form.request().weights is not None
        pick(panel, "quick")
        assert panel.form.request().weights is None
        planned(qtbot, panel)
        assert panel.form.weights.isHidden()
        combine(panel, "weighted")
        planned(qtbot, panel)
        combine(panel, None)
        assert panel.form.request().weights is None, "the plan was of what had been chosen, not of the strategy"

    def test_the_plan_shows_the_rows_that_they_give(self, panel: TrainingPanel, qtbot: QtBot) -> None:
        tick(qtbot, panel.form.symbols, "AAPL", "IBM")
        planned(qtbot, panel)
        assert row_of(panel, "weighted")[4] == "choose it to give each symbol a weight"
        combine(panel, "weighted")
        weigh(qtbot, panel, "AAPL", "3")
        planned(qtbot, panel)
        assert panel.planner.plan is not None
        chosen = panel.planner.plan.chosen
        assert chosen is not None
        assert chosen.weights == {"AAPL": 3.0, "IBM": 1.0}
        assert chosen.kept["AAPL"] == pytest.approx(3 * chosen.kept["IBM"], abs=3)
        cells = row_of(panel, "weighted")
        assert cells[0] == "● weighted"
        assert "(× 3)" in cells[3]
        assert "(× 1)" in cells[3]
        assert "allow" in cells[4]

    def test_a_weight_of_nothing_is_missing_with_a_button_that_leaves_its_symbol_out(
        self, panel: TrainingPanel, qtbot: QtBot
    ) -> None:
        combine(panel, "weighted")
        tick(qtbot, panel.form.symbols, "AAPL", "IBM")
        weigh(qtbot, panel, "IBM", "0")
        assert not panel.train_button.isEnabled()
        first, second = panel.readiness._inside.findChildren(QPushButton)
        assert (first.text(), second.text()) == ("Leave IBM out", "Use balanced")
        words = [shown.text() for shown in panel.readiness._inside.findChildren(QLabel)]
        assert words == ["The weight of IBM is 0. Give a number above 0, or take its tick off"]
        click(qtbot, first)
        assert panel.form.chosen == ("AAPL",)
        assert panel.form.request().weights == {"AAPL": 1.0}

    def test_weights_that_leave_a_symbol_without_rows_can_be_given_up(self, panel: TrainingPanel, qtbot: QtBot) -> None:
        combine(panel, "weighted")
        tick(qtbot, panel.form.symbols, "AAPL", "IBM")
        weigh(qtbot, panel, "IBM", "0.000001")
        planned(qtbot, panel)
        assert not panel.train_button.isEnabled()
        assert "IBM" in row_of(panel, "weighted")[4], "once it is chosen it says what is wrong with it"
        (button,) = panel.readiness._inside.findChildren(QPushButton)
        assert button.text() == "Use balanced"
        click(qtbot, button)
        planned(qtbot, panel)
        assert panel.train_button.isEnabled()

    def test_trained_by_clicks_it_has_the_bytes_of_the_command(self, panel: TrainingPanel, qtbot: QtBot) -> None:
        combine(panel, "weighted")
        tick(qtbot, panel.form.symbols, "AAPL", "IBM", "MSFT")
        weigh(qtbot, panel, "AAPL", "2,5")
        weigh(qtbot, panel, "MSFT", THIRD)
        panel.form.seed.setValue(4)
        click(qtbot, child(panel, QPushButton, "trainingPanel.trainButton"))
        settle(qtbot, panel.context.tasks)
        workspace = panel.context.workspace
        words = ["train", "quick", "--symbols", "AAPL,IBM,MSFT", "--timeframe", "1d", "--combination", "weighted"]
        words += ["--seed", "4", "--weights", f"AAPL=2.5,IBM=1,MSFT={THIRD}"]
        assert main(["--workspace", str(workspace.root), *words]) == 0
        by_hand, by_command = (workspace.models / "quick" / f"universal_1d_v{number}" for number in (1, 2))
        for file in ("model.pt", "scaler.json", "metrics.json"):
            assert content(by_hand, file) == content(by_command, file), file
        told = [workflows.show_model(workspace, folder)["training_manifest"] for folder in (by_hand, by_command)]
        for manifest in told:
            assert manifest["combination_strategy"] == "weighted"
            assert manifest["combination_weights"] == {"AAPL": 2.5, "IBM": 1.0, "MSFT": 1 / 3}
            assert f"--weights AAPL=2.5,IBM=1,MSFT={THIRD}" in manifest["command"]

    def test_in_the_queue_it_says_its_weights(self, panel: TrainingPanel, qtbot: QtBot) -> None:
        combine(panel, "weighted")
        tick(qtbot, panel.form.symbols, "AAPL", "IBM")
        weigh(qtbot, panel, "AAPL", "2")
        panel.form.epochs.setValue(2)
        for _ in range(2):
            click(qtbot, child(panel, QPushButton, "trainingPanel.trainButton"))
        assert panel.queue_page.list.item(0).text().endswith(" · weighted · AAPL × 2, IBM × 1 · at most 2 epochs")
        settle(qtbot, panel.context.tasks)


def content(folder: Path, file: str) -> object:
    """Return what a file of a model says, without what differs from run to run: clocks."""
    if file.endswith(".pt"):
        return (folder / file).read_bytes()
    document = json.loads((folder / file).read_bytes())
    return {name: value for name, value in document.items() if name not in ("seconds", "created_at", "trained_at")}
