"""A second account and luck's span on the equity chart: drawn, scaled to, named, and taken away again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.chart_data import ChartData
from ktrdr_app.gui.charts.view import LinkedCharts
from ktrdr_app.gui.ui.theme import apply_theme, tokens

pytestmark = pytest.mark.gui

BARS = 50
ALONE = ChartData(
    "GOOG 1d",
    np.arange(BARS, dtype=np.int64) * 86_400_000_000_000,
    equity=np.linspace(100.0, 120.0, BARS),
    benchmark=np.linspace(100.0, 110.0, BARS),
    start_value=100.0,
)
BOTH = replace(ALONE, rival=np.linspace(100.0, 150.0, BARS), names=("universal", "legacy"), luck=(60.0, 105.0, 140.0))


@pytest.fixture
def charts(qtbot: QtBot, dark: QApplication) -> LinkedCharts:
    """Return charts of two accounts."""
    made = LinkedCharts()
    qtbot.addWidget(made)
    made.resize(800, 500)
    made.show()
    made.set_data(BOTH)
    return made


def span(charts: LinkedCharts) -> tuple[float, float]:
    low, high = charts.equity_plot.view.viewRange()[1]
    return low, high


def test_all_of_it_is_in_view(charts: LinkedCharts) -> None:
    low, high = span(charts)
    assert low < 60.0
    assert high > 150.0


def test_luck_counts_only_where_its_end_is_in_view(charts: LinkedCharts) -> None:
    charts.show_range(0, 30)
    assert span(charts)[0] > 90.0
    charts.show_range(20, BARS)
    assert span(charts)[0] < 60.0


def test_hidden_luck_takes_no_room_and_stays_hidden(charts: LinkedCharts) -> None:
    charts.show_luck(False)
    assert span(charts)[0] > 90.0
    charts.set_data(BOTH)
    assert not charts.rivals.luck.isVisible()
    charts.show_luck(True)
    assert charts.rivals.luck.isVisible()


def test_the_heading_names_what_is_drawn(charts: LinkedCharts) -> None:
    words = charts.equity_plot.heading.toPlainText()
    for name in ("universal", "legacy", "buy and hold", "90 % of random trades"):
        assert name in words
    charts.set_data(ALONE)
    words = charts.equity_plot.heading.toPlainText()
    assert "model" in words
    assert "legacy" not in words
    assert "random" not in words


def test_nothing_of_a_duel_is_left_for_the_next_run(charts: LinkedCharts) -> None:
    charts.set_data(ALONE)
    assert len(charts.rivals.curve) == 0
    assert not charts.rivals.luck.isVisible()
    charts.show_luck(True)
    assert not charts.rivals.luck.isVisible(), "what is not known cannot be shown"


def test_luck_is_a_span_with_three_beams(charts: LinkedCharts) -> None:
    x, y = charts.rivals.luck.getData()
    assert sorted(set(y.tolist())) == [60.0, 105.0, 140.0]
    assert x.mean() == pytest.approx(BARS - 1)


def test_buy_and_hold_is_shown_by_whoever_asks(charts: LinkedCharts, qtbot: QtBot) -> None:
    with qtbot.waitSignal(charts.benchmarkShown) as told:
        charts.show_benchmark(False)
    assert told.args == [False]
    assert not charts.benchmark.isVisible()


def test_the_colours_follow_the_theme(charts: LinkedCharts, dark: QApplication) -> None:
    apply_theme(dark, "light")
    assert charts.rivals.luck.opts["pen"].color().name() == tokens().series_4


def test_the_table_has_a_column_for_the_second_account(charts: LinkedCharts) -> None:
    columns = {column.title: column.values for column in charts.equity_plot.figures().columns}
    np.testing.assert_array_equal(columns["other model"], BOTH.rival)


def test_a_logarithmic_scale_holds_rival_and_luck_too(charts: LinkedCharts) -> None:
    charts.set_data(replace(BOTH, luck=(20.0, 105.0, 900.0)))
    charts.set_logarithmic(True)
    low, high = charts.equity_plot.view.viewRange()[1]
    assert 10**low < 20.0
    assert 900.0 < 10**high < 2000.0
    _, levels = charts.rivals.luck.getData()
    assert sorted({round(10 ** float(level), 6) for level in levels}) == [20.0, 105.0, 900.0]
    charts.set_logarithmic(False)
    assert charts.equity_plot.view.viewRange()[1][1] > 900.0
