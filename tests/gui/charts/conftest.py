"""Charts of random bars, shown offscreen and taken down after each test."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from ktrdr_app.gui.charts.chart_data import ChartData
    from ktrdr_app.gui.charts.view import LinkedCharts

collect_ignore_glob = [] if importlib.util.find_spec("PySide6") else ["test_*.py"]


def chart_data(bars: pd.DataFrame, trades: int = 0, shaded: int = 0, title: str = "TEST 1d") -> ChartData:
    """Return chart arrays of bars, with trades of ten bars each that win and lose in turn."""
    from ktrdr_app.gui.charts.chart_data import ChartData
    from ktrdr_app.gui.charts.markers import TradeArrays

    count = len(bars)
    prices = {name: bars[name].to_numpy(np.float64) for name in ("open", "high", "low", "close")}
    entry = np.linspace(5, count - 20, trades).astype(np.int64) if trades else np.empty(0, dtype=np.int64)
    leave = entry + 10
    marks = TradeArrays(
        entry=entry,
        exit=leave,
        entry_price=prices["open"][entry],
        exit_price=prices["open"][leave],
        long=np.arange(trades) % 3 != 2,
        profit=np.where(np.arange(trades) % 2 == 0, 1.0, -1.0),
    )
    equity = 1000.0 * prices["close"] / prices["close"][0]
    mask = np.zeros(count, dtype=np.bool_)
    mask[:shaded] = True
    times = bars.index.as_unit("ns").asi8
    return ChartData(title, times, **prices, equity=equity, benchmark=equity[::-1].copy(), shaded=mask, trades=marks)


@pytest.fixture
def charts(qtbot: QtBot, dark: QApplication) -> LinkedCharts:
    """Return empty linked charts of 900 by 640 pixels, shown."""
    from ktrdr_app.gui.charts.view import LinkedCharts

    made = LinkedCharts()
    qtbot.addWidget(made)
    made.resize(900, 640)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def filled(charts: LinkedCharts, tiny_bars: Callable[..., pd.DataFrame]) -> LinkedCharts:
    """Return the charts with 600 daily bars, 12 trades and 200 bars the model learnt from."""
    charts.set_data(chart_data(tiny_bars(600, frequency="1D"), trades=12, shaded=200))
    charts.grab()
    return charts
