"""The certificate beside a training: found, foreign, missing, made as a task, stopped, or refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.results.certificate_card import CertificateCard
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.theme import color
from ktrdr_app.workflows.requests import TrainRequest
from ktrdr_app.workflows.training_results import show_results
from tests.dask_cluster import DaskCluster
from tests.gui.helpers import click, settle

pytestmark = pytest.mark.gui

SYMBOLS = ("AAPL", "IBM", "MSFT")


@pytest.fixture
def card(qtbot: QtBot, dark: object, tasks: TaskManager, trained_workspace: Workspace) -> CertificateCard:
    made = CertificateCard(AppContext(trained_workspace, tasks))
    qtbot.addWidget(made)
    made.resize(800, 340)
    made.show()
    return made


@pytest.fixture
def three(trained_workspace: Workspace) -> Path:
    """Train a model on three symbols and return its folder."""
    request = TrainRequest(trained_workspace, "quick", SYMBOLS, "1d", epochs=1, seed=2)
    return workflows.train(request).model_path


def show(card: CertificateCard, path: Path | str, qtbot: QtBot) -> None:
    card.show_results(show_results(card._context.workspace, path))
    settle(qtbot, card._context.tasks)


def put(workspace: Workspace, path: Path, **changes: Any) -> None:
    """Write a certificate that passed for a model, with changes."""
    shown = workflows.show_model(workspace, path)
    seen, unseen = {"value": 0.1, "low": 0.05, "high": 0.15}, {"value": -0.02, "low": -0.04, "high": 0.01}
    document = {
        "strategy_name": "quick",
        "symbols": list(SYMBOLS),
        "timeframe": "1d",
        "seed": 2,
        "verdict": "pass",
        "required": 0.8,
        "retention": {"value": 0.9, "low": 0.85, "high": 0.95},
        "report": ["Pass: it holds -1 %.", "At least 80 % is kept."],
        "per_symbol": {
            name: {"rows": 298, "effective_rows": 9.0, "weight": 1 / 3, "skill": seen, "unseen_skill": unseen}
            for name in SYMBOLS
        },
        "strategy": shown["strategy"],
        "data_fingerprints": shown["training_manifest"]["data_fingerprints"],
    } | changes
    file = workspace.runs / "20240101T000000Z-certify-quick-1d-aaaaaa" / "certificate.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(document), encoding="utf-8")


def cells(card: CertificateCard) -> list[list[object]]:
    model = card.table.model()
    return [[model.index(row, column).data() for column in range(5)] for row in range(model.rowCount())]


def test_before_a_training_there_is_nothing_to_certify(card: CertificateCard) -> None:
    assert card.verdict.text() == "No training is shown"
    assert not card.certify.isEnabled()
    card.make()
    assert not card.running


def test_two_symbols_are_too_few_and_it_says_so(card: CertificateCard, qtbot: QtBot) -> None:
    show(card, "quick/universal_1d_v1", qtbot)
    assert card.verdict.text() == "Not certified yet"
    assert "three symbols or more" in card.about.text()
    assert not card.certify.isEnabled()
    assert card.table.isHidden()


def test_one_that_passes_is_shown_by_symbol(
    card: CertificateCard, qtbot: QtBot, trained_workspace: Workspace, three: Path
) -> None:
    put(trained_workspace, three)
    show(card, three, qtbot)
    assert card.verdict.text() == "Certificate: pass"
    assert card.verdict.property("tone") == "success"
    thin = "\N{NARROW NO-BREAK SPACE}"
    assert card.about.text().startswith(f"90.0{thin}% (85…95) of the skill is kept")
    assert card.reasons.toPlainText() == f"• Pass: it holds −1{thin}%.\n• At least 80{thin}% is kept."
    first = ["AAPL", "298", f"33.3{thin}%", f"+10.0{thin}% (5…15)", f"−2.0{thin}% (−4…1)"]
    assert cells(card)[0] == first
    colours = [card.table.model().index(0, column).data(Qt.ItemDataRole.ForegroundRole) for column in (3, 4)]
    assert colours == [color("success"), color("warning")]


def test_one_that_fails_is_told_as_a_failure(
    card: CertificateCard, qtbot: QtBot, trained_workspace: Workspace, three: Path
) -> None:
    put(trained_workspace, three, verdict="fail")
    show(card, three, qtbot)
    assert card.verdict.property("tone") == "danger"


def test_one_of_other_bars_is_no_pass(
    card: CertificateCard, qtbot: QtBot, trained_workspace: Workspace, three: Path
) -> None:
    put(trained_workspace, three, seed=9, data_fingerprints={})
    show(card, three, qtbot)
    assert card.verdict.property("tone") == "warning"
    assert card.about.text().startswith("Made for another seed, other bars than this model's.")


def test_it_is_made_as_a_task_and_shown(
    card: CertificateCard, qtbot: QtBot, trained_workspace: Workspace, three: Path
) -> None:
    show(card, three, qtbot)
    assert "trains 4 more models" in card.about.text()
    click(qtbot, card.certify)
    assert card.running
    assert not card.certify.isEnabled()
    assert card.certify.text() == "Certifying…"
    assert [task.title for task in card._context.tasks.running if not task.quiet] == ["Certify universal_1d_v2"]
    card.make()
    assert len([task for task in card._context.tasks.running if not task.quiet]) == 1
    settle(qtbot, card._context.tasks)
    (file,) = trained_workspace.runs.glob("*/certificate.json")
    told = json.loads(file.read_text(encoding="utf-8"))
    assert card.found is not None
    assert card.found.path == file
    assert card.verdict.text() == f"Certificate: {told['verdict']}"
    assert [row[0] for row in cells(card)] == list(SYMBOLS)
    assert card.certify.isEnabled()


def test_one_that_a_cluster_has_made_is_that_of_this_machine(
    card: CertificateCard, qtbot: QtBot, trained_workspace: Workspace, three: Path, dask: DaskCluster
) -> None:
    tasks = card._context.tasks
    show(card, three, qtbot)
    made: list[bytes] = []
    for where in ("thread", "cluster"):
        tasks.choose_cluster(dask.address)
        tasks.choose_long_runs(where)
        click(qtbot, card.certify)
        settle(qtbot, tasks)
        assert card.found is not None
        made.append(card.found.path.read_bytes())
    assert made[0] == made[1]
    assert len(list(trained_workspace.runs.glob("*/certificate.json"))) == 2


def test_a_cluster_that_is_not_there_is_told_as_any_failure(card: CertificateCard, qtbot: QtBot, three: Path) -> None:
    failures: list[Any] = []
    card.failed.connect(failures.append)
    show(card, three, qtbot)
    card._context.tasks.choose_cluster("north")
    card._context.tasks.choose_long_runs("cluster")
    click(qtbot, card.certify)
    settle(qtbot, card._context.tasks)
    assert "cluster is 'north'" in failures[0].message


def test_one_that_is_stopped_leaves_things_as_they_were(card: CertificateCard, qtbot: QtBot, three: Path) -> None:
    show(card, three, qtbot)
    card.make()
    card._task.cancel()
    settle(qtbot, card._context.tasks)
    assert not card.running
    assert card.verdict.text() == "Not certified yet"
    assert card.certify.isEnabled()


def test_one_that_is_made_for_another_training_than_shown_does_not_take_its_place(
    card: CertificateCard, qtbot: QtBot, three: Path
) -> None:
    show(card, three, qtbot)
    card.make()
    card.show_results(show_results(card._context.workspace, "quick/universal_1d_v1"))
    settle(qtbot, card._context.tasks)
    assert card.verdict.text() == "Not certified yet"


def test_a_failure_is_passed_on(card: CertificateCard, qtbot: QtBot, trained_workspace: Workspace, three: Path) -> None:
    failures: list[Any] = []
    card.failed.connect(failures.append)
    show(card, three, qtbot)
    (trained_workspace.data / "IBM_1d.csv").unlink()
    click(qtbot, card.certify)
    settle(qtbot, card._context.tasks)
    assert "IBM 1d" in failures[0].message
    assert card.certify.isEnabled()


def test_a_model_that_went_missing_is_told(card: CertificateCard, qtbot: QtBot, three: Path) -> None:
    results = show_results(card._context.workspace, three)
    for file in three.iterdir():
        file.unlink()
    three.rmdir()
    card.show_results(results)
    settle(qtbot, card._context.tasks)
    assert card.verdict.text() == "The certificate cannot be read"
    assert card.verdict.property("tone") == "danger"


def test_everything_has_a_name(card: CertificateCard, qtbot: QtBot, trained_workspace: Workspace, three: Path) -> None:
    put(trained_workspace, three)
    show(card, three, qtbot)
    assert accessibility.nameless(card) == []
    assert accessibility.undescribed(card) == []
    card.clear()
    assert card.found is None
    assert card.reasons.isHidden()
