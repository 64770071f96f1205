"""The station opens with the newest run of the workspace, as it was, and says so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.app import create_main_window
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.backtest import BacktestPanel
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.workflows.requests import BacktestOutcome, BacktestRequest
from tests.gui import helpers
from tests.gui.panels.backtest.journey import open_station, run

pytestmark = pytest.mark.gui


@pytest.fixture
def ran(trained_workspace: Workspace, tmp_path: Path) -> tuple[Workspace, BacktestOutcome]:
    """Return a copy of the trained workspace with two finished runs, and the newer one."""
    workspace = Workspace(tmp_path / "ran")
    shutil.copytree(trained_workspace.root, workspace.root, symlinks=True)
    outcomes = []
    for symbol, folder in (("IBM", "20200101T000000Z-a"), ("MSFT", "20200102T000000Z-b")):
        request = BacktestRequest(workspace, "quick", symbol, "1d", out=workspace.runs / folder)
        outcomes.append(workflows.backtest(request))
    return workspace, outcomes[-1]


@pytest.fixture
def recalled(
    qtbot: QtBot, dark: QApplication, tasks: TaskManager, ran: tuple[Workspace, BacktestOutcome]
) -> BacktestPanel:
    """Return the station over that workspace, nothing clicked yet."""
    return open_station(qtbot, AppContext(ran[0], tasks))


def test_the_newest_run_is_shown_as_it_was(recalled: BacktestPanel, ran: tuple[Workspace, BacktestOutcome]) -> None:
    assert recalled.pages.currentIndex() == 1
    assert recalled.view is not None
    assert recalled.view.document == ran[1].document
    assert len(recalled.view.trades) == len(ran[1].result.trades)
    assert "newest run" in recalled.words.text()
    assert recalled.trades.model().rowCount() == len(ran[1].result.trades)


def test_the_badge_still_answers_for_what_the_form_says(recalled: BacktestPanel) -> None:
    assert recalled.form.badge.text() == "✔ universal_1d_v1, universal, step 1"


def test_a_run_of_this_window_takes_its_place_and_keeps_it(qtbot: QtBot, recalled: BacktestPanel) -> None:
    run(qtbot, recalled)
    assert recalled.view is not None
    assert recalled.view.document["symbol"] == "GOOG"
    recalled.refresh()
    helpers.settle(qtbot, recalled.context.tasks)
    assert recalled.view.document["symbol"] == "GOOG"


def test_a_run_whose_bars_changed_is_not_shown_and_the_station_says_why(
    qtbot: QtBot, dark: QApplication, tasks: TaskManager, ran: tuple[Workspace, BacktestOutcome]
) -> None:
    workspace, _ = ran
    path = workspace.data / "MSFT_1d.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:-5]) + "\n")
    station = open_station(qtbot, AppContext(workspace, tasks))
    assert station.pages.currentIndex() == 0
    assert station.notice.isVisible()
    assert "newest run is not shown" in station.notice.text.text()


def test_the_window_opens_where_there_is_something_to_see(
    qtbot: QtBot, dark: QApplication, ran: tuple[Workspace, BacktestOutcome]
) -> None:
    window = create_main_window(ran[0])
    qtbot.addWidget(window)
    helpers.settle(qtbot, window.tasks)
    assert window.panel.objectName() == "backtestPanel"
    assert window.panel.view is not None
    window.close()
