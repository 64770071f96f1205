"""Plain arrays for the charts: nothing is shared between two of them, and what is not known yet is simply absent."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.gui.charts.chart_data import ChartData
from ktrdr_app.gui.charts.view import LinkedCharts
from tests.gui.charts.conftest import chart_data

pytestmark = pytest.mark.gui

TIMES = pd.date_range("2020-01-01", periods=50, freq="1D", tz="UTC").as_unit("ns").asi8
OPTIONAL = ("open", "high", "low", "close", "equity", "benchmark", "shaded")


def test_its_length_is_the_number_of_bars() -> None:
    assert len(ChartData("X 1d", TIMES)) == 50
    assert len(ChartData("X 1d", TIMES[:0])) == 0


def test_what_is_not_given_is_empty_and_of_the_right_kind() -> None:
    bare = ChartData("X 1d", TIMES)
    for name in OPTIONAL:
        given = getattr(bare, name)
        assert given.shape == (0,), name
        assert given.dtype == (np.bool_ if name == "shaded" else np.float64), name
    assert len(bare.trades) == 0
    for name in ("entry", "exit"):
        assert getattr(bare.trades, name).dtype == np.int64, "bars are indices even where there is none"


def test_two_of_them_share_no_array() -> None:
    one, other = ChartData("A 1d", TIMES), ChartData("B 1d", TIMES)
    for name in (*OPTIONAL, "trades"):
        assert getattr(one, name) is not getattr(other, name), name


def test_it_cannot_be_changed_behind_the_charts_back() -> None:
    bare = ChartData("X 1d", TIMES)
    with pytest.raises(dataclasses.FrozenInstanceError):
        bare.title = "Y 1d"  # type: ignore[misc]


def test_charts_take_equity_before_there_are_prices(charts: LinkedCharts) -> None:
    equity = 1000.0 + np.arange(50.0)
    charts.set_data(ChartData("X 1d", TIMES, equity=equity, start_value=1000.0))
    assert not charts.grab().isNull()
    told = [plot.accessibleDescription().replace("\N{NARROW NO-BREAK SPACE}", " ") for plot in charts.plots]
    assert told == ["nothing to show yet", "equity up 4.9 %", "no drawdown"]


def test_whole_data_replace_the_partial_ones(charts: LinkedCharts, tiny_bars: Callable[..., pd.DataFrame]) -> None:
    charts.set_data(ChartData("X 1d", TIMES, equity=np.full(50, 1000.0)))
    whole = chart_data(tiny_bars(80, frequency="1D"), trades=2, shaded=10, title="Y 1d")
    charts.set_data(whole)
    assert not charts.grab().isNull()
    assert len(whole) == len(whole.close) == len(whole.equity) == len(whole.shaded) == 80
