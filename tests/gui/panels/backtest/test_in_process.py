"""Duels and portfolios of the window in a process of their own: the same figures as in a thread, and they can stop."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.panels.backtest import BacktestPanel
from ktrdr_app.gui.tasks.process_runner import ProcessRunner
from tests.gui import helpers
from tests.gui.panels.backtest.journey import run
from tests.workflows.originals import original_folder

pytestmark = pytest.mark.gui


def begun(station: BacktestPanel) -> None:
    """Press the main button and see that the work has gone to another process."""
    station.run_main_action()
    runners = station.context.tasks._runners
    assert isinstance(runners[-1], ProcessRunner)


def finish(qtbot: QtBot, station: BacktestPanel) -> None:
    qtbot.waitUntil(lambda: not station.running, timeout=120_000)
    helpers.settle(qtbot, station.context.tasks)


def test_a_duel_is_the_same_there(station: BacktestPanel, qtbot: QtBot, workspace_of_original: Workspace) -> None:
    folder = original_folder(workspace_of_original, "GOOG")
    station.form.versus.choose_folder(str(folder))
    run(qtbot, station)
    here = station.duel.duel
    station.context.tasks.choose_long_runs("process")
    begun(station)
    finish(qtbot, station)
    there = station.duel.duel
    assert here is not None
    assert there is not None
    assert there is not here
    assert there.sentence == here.sentence
    assert there.paired == here.paired
    np.testing.assert_array_equal(there.second_equity, here.second_equity)
    assert station.shown_run is not None
    assert station.shown_run.folder == there.first.folder
    np.testing.assert_array_equal(station.charts.rivals.curve.values, here.second_equity)


def test_a_portfolio_is_the_same_there_and_can_be_stopped(station: BacktestPanel, qtbot: QtBot) -> None:
    station.tabs.setCurrentWidget(station.portfolio)
    station.run_main_action()
    finish(qtbot, station)
    here = station.portfolio.view
    station.context.tasks.choose_long_runs("process")
    begun(station)
    finish(qtbot, station)
    there = station.portfolio.view
    assert here is not None
    assert there is not None
    assert there is not here
    assert there.sentence == here.sentence
    np.testing.assert_array_equal(there.equity, here.equity)
    assert list(there.weights) == list(here.weights)
    for name, values in here.weights.items():
        np.testing.assert_array_equal(there.weights[name], values)
    begun(station)
    station.stop_main_action()
    finish(qtbot, station)
    assert station.portfolio.view is there
    assert "stopped" in station.notice.text.text()


@pytest.fixture
def workspace_of_original(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("original"))
