"""A training by clicks: ticking, starting, watching, stopping, failing, and what is left on disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QListWidget, QProgressBar, QPushButton, QTableView, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import EpochFinished
from ktrdr_app.gui.charts.curves import CurvePlot
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.panel import TrainingPanel
from ktrdr_app.gui.panels.training.results.importance import ImportancePlot
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.table import RecordTable
from ktrdr_app.workflows.requests import TrainRequest
from tests.gui.helpers import TYPO_STRATEGY, child, click, settle, tick
from tests.gui.panels.training.plans import planned

pytestmark = pytest.mark.gui


def make(qtbot: QtBot, tasks: TaskManager, workspace: Workspace) -> TrainingPanel:
    panel = TrainingPanel(AppContext(workspace, tasks))
    qtbot.addWidget(panel)
    panel.resize(1300, 800)
    panel.show()
    panel.refresh()
    settle(qtbot, tasks)
    return panel


@pytest.fixture
def panel(qtbot: QtBot, dark: object, tasks: TaskManager, small_workspace: Workspace) -> TrainingPanel:
    made = make(qtbot, tasks, small_workspace)
    pick(made.form.strategy, "quick")
    return made


def pick(combo: CalmComboBox, value: object) -> None:
    combo.setCurrentIndex(combo.findData(value))
    assert combo.currentData() == value


def train_button(panel: TrainingPanel) -> QPushButton:
    return child(panel, QPushButton, "trainingPanel.trainButton")


def stop_button(panel: TrainingPanel) -> QPushButton:
    return child(panel, QPushButton, "trainingPanel.stopButton")


def headline(panel: TrainingPanel) -> str:
    return child(panel, QLabel, "trainingPanel.headline").text()


def missing(panel: TrainingPanel) -> list[str]:
    return [one.text for one in panel.readiness.shown]


def fix(panel: TrainingPanel, words: str) -> QPushButton:
    """Return the button of the readiness card that says this."""
    (found,) = [made for made in panel.readiness.findChildren(QPushButton) if made.text() == words]
    return found


def learnt(panel: TrainingPanel) -> int:
    return len(panel.board.loss.points("val")[0])


def models(panel: TrainingPanel) -> list[Path]:
    folder = panel.context.workspace.models
    return sorted(folder.rglob("*")) if folder.exists() else []


def start(qtbot: QtBot, panel: TrainingPanel, *symbols: str, epochs: int = 2) -> None:
    tick(qtbot, panel.form.symbols, *symbols)
    panel.form.epochs.setValue(epochs)
    click(qtbot, train_button(panel))


def test_the_promised_parts_are_there(panel: TrainingPanel) -> None:
    for kind, name in (
        (QListWidget, "symbolList"),
        (QComboBox, "timeframeCombo"),
        (QComboBox, "combinationCombo"),
        (QPushButton, "trainButton"),
        (QPushButton, "stopButton"),
        (QProgressBar, "progressBar"),
        (QWidget, "stageStrip"),
        (CurvePlot, "lossPlot"),
        (CurvePlot, "accuracyPlot"),
        (RecordTable, "perSymbolTable"),
        (QTableView, "confusionMatrix"),
        (ImportancePlot, "importancePlot"),
    ):
        child(panel, kind, f"trainingPanel.{name}")


def test_symbols_follow_the_bar_length(panel: TrainingPanel) -> None:
    def listed() -> list[str]:
        symbols = panel.form.symbols
        return [symbols.item(row).data(Qt.ItemDataRole.UserRole) for row in range(symbols.count())]

    assert panel.form.timeframe.currentData() == "1d"
    assert listed() == ["AAPL", "GOOG", "IBM", "MSFT"]
    pick(panel.form.timeframe, "1h")
    assert listed() == ["EURUSD"]
    assert panel.context.timeframe == "1h"


def test_ticks_are_counted_and_set_all_at_once(panel: TrainingPanel, qtbot: QtBot) -> None:
    click(qtbot, child(panel, QPushButton, "trainingPanel.allButton"))
    assert panel.form.chosen == ("AAPL", "GOOG", "IBM", "MSFT")
    assert panel.form._count.text() == "4 of 4 ticked"
    click(qtbot, child(panel, QPushButton, "trainingPanel.noneButton"))
    assert panel.form.chosen == ()


def test_the_request_is_what_the_form_says(panel: TrainingPanel, qtbot: QtBot) -> None:
    tick(qtbot, panel.form.symbols, "AAPL", "MSFT")
    request = panel.form.request()
    assert (request.strategy, request.symbols, request.timeframe) == ("quick", ("AAPL", "MSFT"), "1d")
    assert (request.combination, request.epochs, request.seed, request.kind) == (None, None, 0, "universal")
    pick(panel.form.combination, "balanced")
    panel.form.epochs.setValue(9)
    panel.form.seed.setValue(3)
    request = panel.form.request()
    assert (request.combination, request.epochs, request.seed) == ("balanced", 9, 3)


def test_a_training_by_clicks(panel: TrainingPanel, qtbot: QtBot) -> None:
    heard: list[tuple[str, str]] = []
    panel.context.stateChanged.connect(lambda *args: heard.append(args))
    start(qtbot, panel, "AAPL", "IBM", epochs=3)
    assert panel.running
    assert train_button(panel).text() == "Add to the queue"
    assert stop_button(panel).isEnabled()
    settle(qtbot, panel.context.tasks)

    (model,) = workflows.list_models(panel.context.workspace)
    assert model.path.name == "universal_1d_v1"
    assert model.training_symbols == ("AAPL", "IBM")
    assert headline(panel).startswith("universal_1d_v1: ")
    assert set(panel.card.strip.states.values()) == {"done"}
    assert [row.symbol for row in panel.results.view.table.records.records] == ["", "AAPL", "IBM"]
    assert "NLL" in panel.results.report.text.toPlainText()
    assert train_button(panel).isEnabled()
    assert not stop_button(panel).isEnabled()
    assert ("trainingPanel", "running") in heard
    assert heard[-1] == ("trainingPanel", "ready")


@pytest.mark.parametrize("by_key", [True, False])
def test_a_number_that_is_typed_and_not_left_counts(panel: TrainingPanel, qtbot: QtBot, by_key: bool) -> None:
    tick(qtbot, panel.form.symbols, "AAPL")
    for field, text in ((panel.form.epochs, "2"), (panel.form.seed, "7")):
        field.setFocus()
        field.selectAll()
        qtbot.keyClicks(field, text)
    assert panel.form.seed.value() == 0, "no key has said yet that this is all of it"
    if by_key:
        panel.run_main_action()
    else:
        click(qtbot, train_button(panel))
    settle(qtbot, panel.context.tasks)
    (model,) = workflows.list_models(panel.context.workspace)
    manifest = json.loads((model.path / "training_manifest.json").read_text(encoding="utf-8"))
    assert (manifest["seed"], len(panel.board.loss.points("val")[0])) == (7, 2)


def test_the_curves_are_the_history_of_the_model(panel: TrainingPanel, qtbot: QtBot) -> None:
    start(qtbot, panel, "AAPL", epochs=3)
    settle(qtbot, panel.context.tasks)
    (model,) = workflows.list_models(panel.context.workspace)
    metrics = workflows.show_model(panel.context.workspace, model.path)["metrics"]
    for plot, key, name in (
        (panel.board.loss, "train", "train_loss"),
        (panel.board.loss, "val", "val_loss"),
        (panel.board.accuracy, "train", "train_accuracy"),
        (panel.board.accuracy, "val", "val_accuracy"),
    ):
        x, y = plot.points(key)
        assert list(x) == [1, 2, 3]
        assert list(y) == pytest.approx(metrics["history"][name])
    for plot, key, name in (
        (panel.board.accuracy, "baseline", "majority_accuracy"),
        (panel.board.loss, "prior", "prior_nll"),
    ):
        assert list(plot.points(key)[1]) == pytest.approx([metrics["validation"][name]] * 3)


def test_epochs_are_drawn_while_it_learns(panel: TrainingPanel, qtbot: QtBot) -> None:
    start(qtbot, panel, "AAPL", "IBM", "MSFT", epochs=2000)
    qtbot.waitUntil(lambda: len(panel.board.loss.points("val")[0]) >= 3, timeout=60_000)
    assert panel.running
    assert "epoch" in panel.card.words.text()
    assert "left" in panel.card.words.text() or "done" in panel.card.words.text()
    assert panel.card.bar.maximum() == 1000
    assert "rows a second" in panel.card.live.text()
    assert panel.board.loss.points("prior")[0][0] == 0, "the prior is drawn before there is an epoch"
    click(qtbot, stop_button(panel))
    settle(qtbot, panel.context.tasks)


def test_no_symbol_ticked_blocks_and_is_mended_by_its_button(panel: TrainingPanel, qtbot: QtBot) -> None:
    tick(qtbot, panel.form.symbols)
    assert not train_button(panel).isEnabled()
    assert missing(panel) == ["no symbol is ticked"]
    assert train_button(panel).toolTip() == "no symbol is ticked"
    click(qtbot, fix(panel, "Tick all 4"))
    assert panel.form.chosen == ("AAPL", "GOOG", "IBM", "MSFT")
    assert train_button(panel).isEnabled()
    assert panel.readiness.isHidden()


def test_the_main_action_of_a_blocked_form_is_told_and_nothing_starts(panel: TrainingPanel) -> None:
    panel.run_main_action()
    assert not panel.running
    assert panel.notice.text.text() == "no symbol is ticked"
    assert "tick" in panel.notice.hint.text()
    assert models(panel) == []


def test_a_strategy_with_a_typo_is_told_with_its_place(panel: TrainingPanel, qtbot: QtBot) -> None:
    (panel.context.workspace.strategies / "typo.yaml").write_text(TYPO_STRATEGY, encoding="utf-8")
    panel.refresh()
    settle(qtbot, panel.context.tasks)
    pick(panel.form.strategy, "typo")
    assert panel.form.strategy.currentText().startswith("⚠")
    tick(qtbot, panel.form.symbols, "AAPL")
    planned(qtbot, panel)
    (found,) = panel.readiness.shown
    assert "lookahed" in found.text
    assert "lookahead" in found.hint
    assert "typo.yaml" in found.text
    assert not train_button(panel).isEnabled()
    asked: list[str] = []
    panel.context.panelRequested.connect(asked.append)
    click(qtbot, fix(panel, "Open the strategy"))
    assert asked == ["strategyPanel"]


def test_a_symbol_too_short_is_told_and_may_be_left_out(panel: TrainingPanel, qtbot: QtBot) -> None:
    data = panel.context.workspace.data
    lines = (data / "AAPL_1d.csv").read_text(encoding="utf-8").splitlines()
    (data / "TINY_1d.csv").write_text("\n".join(lines[:30]) + "\n", encoding="utf-8")
    panel.refresh()
    settle(qtbot, panel.context.tasks)
    tick(qtbot, panel.form.symbols, "AAPL", "TINY")
    planned(qtbot, panel)
    (found,) = panel.readiness.shown
    assert found.text.startswith("TINY 1d has 4 usable rows, 100 are needed")
    assert found.hint
    click(qtbot, fix(panel, "Leave TINY out"))
    planned(qtbot, panel)
    assert panel.form.chosen == ("AAPL",)
    assert panel.readiness.isHidden()
    assert train_button(panel).isEnabled()


def test_a_file_that_went_missing_is_told(panel: TrainingPanel, qtbot: QtBot) -> None:
    tick(qtbot, panel.form.symbols, "IBM")
    planned(qtbot, panel)
    (panel.context.workspace.data / "IBM_1d.csv").unlink()
    click(qtbot, train_button(panel))
    settle(qtbot, panel.context.tasks)
    assert "no bars for IBM 1d" in panel.notice.text.text()
    assert "failed" in panel.card.strip.states.values()
    assert "failed" in headline(panel)
    assert models(panel) == []


def test_an_error_is_gone_with_the_next_start(panel: TrainingPanel, qtbot: QtBot) -> None:
    panel.run_main_action()
    assert panel.notice.isVisible()
    start(qtbot, panel, "AAPL")
    assert panel.notice.isHidden()
    settle(qtbot, panel.context.tasks)


def test_an_empty_workspace_says_that_data_are_missing(
    qtbot: QtBot, dark: object, tasks: TaskManager, empty_workspace: Workspace
) -> None:
    panel = make(qtbot, tasks, empty_workspace)
    assert not train_button(panel).isEnabled()
    assert missing(panel) == ["there are no data to learn from"]
    asked: list[str] = []
    panel.context.panelRequested.connect(asked.append)
    click(qtbot, fix(panel, "Add data"))
    assert asked == ["dataPanel"]
    assert list(empty_workspace.root.iterdir()) == []


def test_the_newest_model_is_recalled(
    qtbot: QtBot, dark: object, tasks: TaskManager, trained_workspace: Workspace
) -> None:
    panel = make(qtbot, tasks, trained_workspace)
    assert headline(panel).startswith("universal_1d_v1: ")
    assert len(panel.board.loss.points("val")[0]) == 3
    assert panel.form.chosen == ("AAPL", "IBM")
    assert "--seed 7" in panel.results.report.text.toPlainText()


def test_an_older_run_is_shown_with_its_curves_and_results(
    qtbot: QtBot, dark: object, tasks: TaskManager, trained_workspace: Workspace
) -> None:
    workflows.train(TrainRequest(trained_workspace, "quick", ("MSFT",), "1d", epochs=2))
    panel = make(qtbot, tasks, trained_workspace)
    assert headline(panel).startswith("universal_1d_v2: ")
    older = trained_workspace.models / "quick" / "universal_1d_v1"
    panel.results.showWanted.emit(older)
    settle(qtbot, tasks)
    assert headline(panel).startswith("universal_1d_v1: ")
    assert len(panel.board.loss.points("val")[0]) == 3
    assert panel.results.results.path == older
    assert panel.tabs.currentWidget() is panel.results.view


def test_while_a_training_runs_no_older_one_takes_its_place(panel: TrainingPanel, qtbot: QtBot) -> None:
    said: list[tuple[str, ...]] = []
    panel.context.notified.connect(lambda *words: said.append(words))
    start(qtbot, panel, "AAPL", epochs=5000)
    panel.results.showWanted.emit(panel.context.workspace.models / "quick" / "universal_1d_v1")
    assert any("when it is over" in text for _level, text, _details in said)
    panel.stop_main_action()
    settle(qtbot, panel.context.tasks)


def test_a_new_training_empties_the_results_of_the_one_before(
    qtbot: QtBot, dark: object, tasks: TaskManager, trained_workspace: Workspace
) -> None:
    panel = make(qtbot, tasks, trained_workspace)
    assert len(panel.results.view.table.records.records) == 3
    pick(panel.form.strategy, "quick")
    panel.tabs.setCurrentWidget(panel.results.view)
    start(qtbot, panel, "AAPL", epochs=2)
    assert panel.results.view.table.records.records == ()
    assert panel.tabs.tabText(panel.tabs.currentIndex()) == "Run"
    settle(qtbot, tasks)
    assert [found.symbol for found in panel.results.view.table.records.records] == ["", "AAPL"]
    listed = [run.symbols for run in panel.results.runs.table.records.records]
    assert listed == [("AAPL",), ("AAPL", "IBM")], "the newest first"


def test_late_batches_append_once_per_epoch(panel: TrainingPanel) -> None:
    for number in (1, 2):
        panel._progress((EpochFinished(number, 2, 1.0, 0.9, 0.4, 0.5, 1, 10.0),))
    assert list(panel.board.loss.points("train")[0]) == [1, 2]
    assert panel.card.last_epoch == 2


def test_everything_has_a_name(panel: TrainingPanel) -> None:
    assert accessibility.nameless(panel) == []
