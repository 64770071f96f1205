"""Outcomes without a model, and the station over a trained workspace."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.paths import Workspace

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from ktrdr_app.gui.documents.context import AppContext
    from ktrdr_app.gui.panels.backtest import BacktestPanel
    from ktrdr_app.gui.tasks.manager import TaskManager
    from ktrdr_app.workflows.requests import BacktestOutcome

collect_ignore_glob = [] if importlib.util.find_spec("PySide6") else ["test_*.py"]


def outcome_of(
    bars: pd.DataFrame, signals: dict[int, int], timeframe: str = "1d", *, allow_short: bool = False, **document: Any
) -> BacktestOutcome:
    """Return what the engine makes of a few signals (0 buys, 2 sells), dressed as a workflow's outcome."""
    from ktrdr_app.backtesting.benchmark import buy_and_hold_result
    from ktrdr_app.backtesting.config import BacktestConfig
    from ktrdr_app.backtesting.signals import run_signals
    from ktrdr_app.workflows.requests import BacktestOutcome

    wanted = np.ones(len(bars), dtype=np.int8)
    for bar, signal in signals.items():
        wanted[bar] = signal
    config = BacktestConfig(allow_short=allow_short)
    result, held = run_signals(bars, wanted, config), buy_and_hold_result(bars, config)
    said = {
        "model": None,
        "symbol": "TEST",
        "timeframe": timeframe,
        "bars": len(bars),
        "start": bars.index[0].isoformat(),
        "end": bars.index[-1].isoformat(),
        "seen_in_training": 0,
        "initial_capital": config.initial_capital,
        "final_equity": result.final_equity,
        "metrics": result.metrics,
        "benchmark": {"buy_and_hold": {"final_equity": held.final_equity, **held.metrics}},
        "open_trade": None,
        "events": [],
        "explanation": "",
        **document,
    }
    mask = np.zeros(len(bars), dtype=np.bool_)
    return BacktestOutcome(said, bars, result, held.equity, mask, Path("nowhere"))


@pytest.fixture
def trained_context(dark: QApplication, tasks: TaskManager, trained_workspace: Workspace) -> AppContext:
    """Return the shared state of a window on a workspace with one universal model of ``quick``."""
    from ktrdr_app.gui.documents.context import AppContext

    return AppContext(trained_workspace, tasks)


@pytest.fixture
def station(qtbot: QtBot, trained_context: AppContext) -> BacktestPanel:
    """Return the station over that workspace, ``quick`` chosen, the badge up to date."""
    from tests.gui.panels.backtest.journey import open_station

    return open_station(qtbot, trained_context)


@pytest.fixture
def bare(qtbot: QtBot, dark: QApplication, tasks: TaskManager, empty_workspace: Workspace) -> BacktestPanel:
    """Return the station over a workspace with nothing in it, to show it what a test makes by hand."""
    from ktrdr_app.gui.documents.context import AppContext
    from ktrdr_app.gui.panels.backtest import BacktestPanel
    from tests.gui.helpers import settle

    panel = BacktestPanel(AppContext(empty_workspace, tasks))
    qtbot.addWidget(panel)
    panel.resize(1180, 720)
    panel.show()
    settle(qtbot, tasks)
    return panel
