"""Data panels on workspaces, shown, read and with their quality figures counted."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from ktrdr_app.core.paths import Workspace
from tests.conftest import make_bars
from tests.gui.helpers import settle

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ktrdr_app.gui.documents.context import AppContext
    from ktrdr_app.gui.panels.data.panel import DataPanel
    from ktrdr_app.gui.tasks.manager import TaskManager

collect_ignore_glob = [] if importlib.util.find_spec("PySide6") else ["test_*.py"]


def write(folder: Path, name: str, frame: pd.DataFrame) -> Path:
    """Write bars as the series file of that name."""
    folder.mkdir(parents=True, exist_ok=True)
    stamped = frame.copy()
    stamped.insert(0, "timestamp", frame.index.strftime("%Y-%m-%dT%H:%M:%SZ"))
    path = folder / f"{name}.csv"
    stamped.to_csv(path, index=False, lineterminator="\n")
    return path


def session_hours(days: int = 40, start: str = "2024-03-01") -> pd.DatetimeIndex:
    """Hourly opens of New York's session at :30 past, by the wall clock; no holiday falls into the default span."""
    days_open = pd.bdate_range(start, periods=days, tz="America/New_York")
    hours = [
        day + pd.Timedelta(hours=9, minutes=30) + pd.Timedelta(hours=hour) for day in days_open for hour in range(7)
    ]
    return pd.DatetimeIndex(hours).tz_convert("UTC").as_unit("ns")


@pytest.fixture
def markets(tmp_path: Path) -> Workspace:
    """Return a workspace with hourly bars of two coins, one with holes, a share at :30 past, and one daily share."""
    workspace = Workspace(tmp_path / "markets")
    coins = make_bars(1200, seed=1, start="2024-03-01")
    holes = coins.drop(coins.index[100:130]).drop(coins.index[700:703])
    hours = session_hours()
    write(workspace.data, "BTCUSDT_1h", coins)
    write(workspace.data, "ETHUSDT_1h", holes)
    write(workspace.data, "ACME_1h", make_bars(len(hours), seed=3).set_axis(hours))
    write(workspace.data, "ACME_1d", make_bars(30, seed=4, start="2024-03-04", frequency="1D"))
    return workspace


@pytest.fixture
def open_panel(qtbot: QtBot, dark: object, tasks: TaskManager) -> Callable[[Workspace], DataPanel]:
    """Return a function that shows the data panel of a workspace and waits until all is read."""
    from ktrdr_app.gui.documents.context import AppContext
    from ktrdr_app.gui.panels.data.panel import DataPanel

    def make(workspace: Workspace) -> DataPanel:
        context: AppContext = AppContext(workspace, tasks)
        panel = DataPanel(context)
        qtbot.addWidget(panel)
        panel.resize(1200, 760)
        panel.show()
        context.catalog.refresh()
        settle(qtbot, tasks)
        return panel

    return make
