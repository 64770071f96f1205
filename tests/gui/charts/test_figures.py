"""Charts as tables: every array that is drawn, once, with its header; copied with all digits."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import numpy as np
import pandas as pd
import pyqtgraph as pg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.axis import ValueAxis, write_value
from ktrdr_app.gui.charts.candles import LodCandles
from ktrdr_app.gui.charts.curves import CurvePlot, CurveSpec
from ktrdr_app.gui.charts.figures import Figures, Series, beside
from ktrdr_app.gui.charts.lod_curve import LodCurve
from ktrdr_app.gui.charts.markers import TradeArrays, TradeMarkers
from ktrdr_app.gui.charts.plot import ThemedPlot
from ktrdr_app.gui.charts.shade import SpanShade
from ktrdr_app.gui.charts.view import LinkedCharts
from tests.gui.charts.conftest import chart_data

pytestmark = pytest.mark.gui


@given(st.lists(st.floats(width=64), max_size=30))
def test_copied_numbers_read_back_exactly(values: list[float]) -> None:
    array = np.array(values, dtype=np.float64)
    rows = list(csv.reader(io.StringIO(Figures("t", (Series("a, b", array),)).csv())))
    assert rows[0] == ["a, b"]
    back = np.array([float(row[0]) if row and row[0] else np.nan for row in rows[1:]])
    assert np.array_equal(back, array, equal_nan=True)


def test_a_shorter_column_ends_in_empty_cells() -> None:
    table = Figures("t", (Series("x", np.array([1.0, 2.0, 3.0])), Series("word", np.array(["a"], dtype=object))))
    assert len(table) == 3
    assert table.csv() == "x,word\n1.0,a\n2.0,\n3.0,\n"
    assert [table.columns[1].shown(row) for row in range(3)] == ["a", "", ""]
    assert len(Figures("t", ())) == 0


def test_instants_are_shown_for_people_and_copied_as_iso() -> None:
    stamps = np.array(["2024-03-01T15:00"], dtype="datetime64[ns]").astype(np.int64)
    column = Series("time", stamps, times=True)
    assert column.shown(0) == "2024-03-01 15:00"
    assert column.exact(0) == "2024-03-01T15:00:00Z"


def test_what_two_curves_share_stands_once_and_namesakes_get_a_name_of_their_own() -> None:
    x, other = np.arange(3.0), np.arange(3.0) * 2
    first = (Series("x", x), Series("a", x + 1))
    assert [column.title for column in beside(first, (Series("x", x), Series("b", x + 2)))] == ["x", "a", "b"]
    titles = [column.title for column in beside(first, (Series("x", other), Series("b", x + 2)))]
    assert titles == ["x", "a", "x of b", "b"]
    assert beside(first, ()) == first
    assert beside((), first) == first


def test_items_tell_their_arrays() -> None:
    candles, curve, shade, markers = LodCandles(), LodCurve(title="equity"), SpanShade("learnt"), TradeMarkers()
    assert candles.columns() == curve.columns() == shade.columns() == markers.columns() == ()
    prices = [np.arange(4.0) + shift for shift in range(4)]
    candles.set_data(*prices)
    assert [column.title for column in candles.columns()] == ["open", "high", "low", "close"]
    assert all(np.array_equal(column.values, given) for column, given in zip(candles.columns(), prices, strict=True))
    curve.set_data(prices[0])
    assert [(column.title, column.values.tolist()) for column in curve.columns()] == [("equity", [0, 1, 2, 3])]
    untitled = LodCurve()
    untitled.set_data(prices[0])
    assert untitled.columns() == ()
    shade.set_mask(np.array([False, True, True, False]))
    assert shade.columns()[0].values.tolist() == ["", "yes", "yes"]
    ones = np.ones(2)
    markers.set_trades(TradeArrays(np.array([0, 2]), np.array([2, 3]), ones, ones, np.array([True, False]), ones))
    assert markers.columns()[0].values.tolist() == ["trade 1 long", "", "trade 1 ends; trade 2 short", "trade 2 ends"]


def test_linked_charts_have_a_table_each(charts: LinkedCharts, tiny_bars: Callable[..., pd.DataFrame]) -> None:
    data = chart_data(tiny_bars(60, frequency="1D"))
    charts.set_data(data)
    for plot, titles in zip(charts.plots, ({"open", "close"}, {"model"}, {"drawdown"}), strict=True):
        columns = {column.title: column for column in plot.figures().columns}
        assert {"time", *titles} <= set(columns)
        assert columns["time"].values.tolist() == data.times.tolist()
        assert plot.figures().title == plot.accessibleName()
    assert np.array_equal(charts.price_plot.figures().columns[1].values, data.open)


def test_curves_are_named_as_in_the_legend(dark: QApplication, qtbot: QtBot) -> None:
    plot = CurvePlot("Loss", "epoch", "NLL", [CurveSpec("t", "train", "series_1"), CurveSpec("v", "val", "series_2")])
    qtbot.addWidget(plot)
    for epoch in (1.0, 2.0):
        plot.append("t", epoch, 1 / epoch)
        plot.append("v", epoch, 2 / epoch)
    qtbot.waitUntil(lambda: not plot.dirty)
    table = plot.figures()
    assert [(each.title, each.values.tolist()) for each in table.columns] == [
        ("epoch", [1.0, 2.0]),
        ("train", [1.0, 0.5]),
        ("val", [2.0, 1.0]),
    ]


def test_bins_and_nameless_or_hidden_curves_of_any_plot(dark: QApplication, qtbot: QtBot) -> None:
    plot = ThemedPlot("Any", ValueAxis(write_value, "left"), ValueAxis(write_value, "bottom"))
    qtbot.addWidget(plot)
    bins = pg.PlotCurveItem(x=np.array([0.0, 1.0, 2.0]), y=np.array([5.0, 6.0]), stepMode="center", name="share")
    nameless, hidden = pg.PlotCurveItem(x=np.arange(2.0), y=np.arange(2.0)), pg.PlotCurveItem(x=[0, 1], y=[2, 3])
    hidden.setVisible(False)
    for item in (bins, nameless, hidden, pg.InfiniteLine()):
        plot.view.addItem(item)
    columns = plot.figures().columns
    assert [column.title for column in columns] == ["x from", "to", "share", "x", "curve 2"]
    assert [column.values.tolist() for column in columns[:3]] == [[0.0, 1.0], [1.0, 2.0], [5.0, 6.0]]
