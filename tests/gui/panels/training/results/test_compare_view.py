"""The comparison: one curve for each training, chosen figures, only what differs unless all is wanted."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.results.compare_view import CompareView
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.workflows.requests import TrainRequest
from tests.gui.helpers import click, settle
from tests.gui.panels.training.results.made import run

pytestmark = pytest.mark.gui


@pytest.fixture
def workspace(trained_workspace: Workspace) -> Workspace:
    """Return a workspace with two trainings, of other symbols and seeds."""
    workflows.train(TrainRequest(trained_workspace, "quick", ("MSFT",), "1d", epochs=2))
    return trained_workspace


@pytest.fixture
def owner(qtbot: QtBot, dark: object) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def dialog(qtbot: QtBot, owner: QWidget, tasks: TaskManager, workspace: Workspace) -> CompareView:
    made = CompareView(AppContext(workspace, tasks), workflows.list_trainings(workspace), owner)
    made.open()
    settle(qtbot, tasks)
    return made


def history(workspace: Workspace, version: int) -> dict[str, list[float]]:
    path = workspace.models / "quick" / f"universal_1d_v{version}" / "metrics.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))["history"])


def lines(dialog: CompareView) -> list[list[object]]:
    model = dialog.table.model()
    return [[model.index(row, column).data() for column in range(4)] for row in range(model.rowCount())]


@pytest.mark.parametrize("kind", ["val_loss", "train_loss", "val_accuracy", "train_accuracy"])
def test_the_curves_are_the_histories(dialog: CompareView, workspace: Workspace, kind: str) -> None:
    dialog.kind.setCurrentIndex(dialog.kind.findData(kind))
    for version in (1, 2):
        x, y = dialog.plot.points(f"models/quick/universal_1d_v{version}")
        told = history(workspace, version)[kind]
        assert list(y) == told
        assert list(x) == list(range(1, len(told) + 1))
    assert dialog.plot.accessibleName() == dialog.kind.currentText()


def test_the_legend_names_them_and_no_two_look_alike(dialog: CompareView) -> None:
    words = dialog.plot.heading.toPlainText()
    assert "universal_1d_v1" in words
    assert "universal_1d_v2" in words
    looks = {(spec.color_token, spec.dash) for spec in dialog.plot._specs.values()}
    assert len(looks) == 2


def test_the_overlay_can_be_read_as_words_and_as_a_table(dialog: CompareView, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not dialog.plot.dirty)
    assert "universal_1d_v1" in dialog.plot.accessibleDescription()
    titles = [column.title for column in dialog.plot.figures().columns]
    assert "universal_1d_v2" in titles
    assert "universal_1d_v1" in titles


def test_only_what_differs_stands_there_at_first(dialog: CompareView) -> None:
    found = lines(dialog)
    assert ["training", "seed", "0", "7"] in found
    assert ["training", "symbols", "MSFT", "AAPL, IBM"] in found
    assert all(line[2] != line[3] for line in found if line[0] in ("training", "settings"))
    titles = [dialog.table.model().headerData(place, Qt.Orientation.Horizontal) for place in range(4)]
    assert titles == ["Section", "What", "universal_1d_v2", "universal_1d_v1"]


def test_all_can_be_shown(dialog: CompareView) -> None:
    few = len(lines(dialog))
    dialog.only.setChecked(False)
    every = lines(dialog)
    assert len(every) > few
    assert ["settings", "labels.lookahead", "5", "5"] in every
    dialog.only.setChecked(True)
    assert len(lines(dialog)) == few


def test_what_makes_figures_incomparable_is_said(dialog: CompareView) -> None:
    words = dialog.words.text()
    assert words.startswith(f"{len(lines(dialog))} things differ, ")
    assert "tested on other symbols" in words
    assert dialog.words.property("tone") == "warning"


def test_one_model_and_an_interrupted_run_have_curves_only(
    qtbot: QtBot, owner: QWidget, tasks: TaskManager, workspace: Workspace
) -> None:
    runs = [run(), run("runs/x", state="interrupted")]
    dialog = CompareView(AppContext(workspace, tasks), runs, owner)
    assert "Fewer than two" in dialog.words.text()
    settle(qtbot, tasks)
    assert "there is no training runs/x" in dialog.words.text()
    assert dialog.words.property("tone") == "danger"
    dialog.close()


def test_closing_stops_the_comparison(qtbot: QtBot, owner: QWidget, tasks: TaskManager, workspace: Workspace) -> None:
    dialog = CompareView(AppContext(workspace, tasks), workflows.list_trainings(workspace), owner)
    dialog.open()
    click(qtbot, dialog.close_button)
    settle(qtbot, tasks)


def test_everything_has_a_name(dialog: CompareView) -> None:
    assert accessibility.nameless(dialog) == []
    assert accessibility.undescribed(dialog) == []
