"""The linked charts over very many bars: few shapes at any zoom, and nothing lost."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.gui.charts.view import LinkedCharts
from tests.conftest import make_bars
from tests.gui.charts.conftest import chart_data

pytestmark = pytest.mark.gui

COUNT = 200_000


@pytest.fixture(scope="module")
def bars() -> pd.DataFrame:
    """Return 200,000 minutes with one spike up and one down."""
    made = make_bars(COUNT, seed=2, frequency="1min")
    made.iloc[123_457, made.columns.get_loc("high")] = made["high"].max() * 2
    made.iloc[54_321, made.columns.get_loc("low")] = made["low"].min() / 2
    return made


@pytest.fixture
def large(charts: LinkedCharts, bars: pd.DataFrame) -> LinkedCharts:
    charts.set_data(chart_data(bars, trades=5000, shaded=COUNT // 2))
    charts.grab()
    return charts


@pytest.mark.parametrize("width", [COUNT, 50_000, 5000, 600, 100, 20])
def test_shapes_are_bounded_by_pixels_at_any_zoom(width: int, large: LinkedCharts) -> None:
    large.show_range(100_000 - width / 2, 100_000 + width / 2)
    large.grab()
    pixels = large.price_plot.view.width()
    painted = large.candles.painted
    assert painted.lines + painted.bodies <= max(3 * pixels, 40)
    assert painted.last - painted.first <= width + 2
    for curve in (large.equity, large.benchmark, large.drawdown):
        assert 0 < curve.points_painted <= 2.1 * pixels


def test_the_whole_view_reaches_to_both_spikes(large: LinkedCharts, bars: pd.DataFrame) -> None:
    low, high = large.price_plot.view.viewRange()[1]
    assert low < bars["low"].min()
    assert high > bars["high"].max()


def test_the_view_beside_the_spikes_does_not(large: LinkedCharts, bars: pd.DataFrame) -> None:
    large.show_range(60_000, 61_000)
    inside = bars.iloc[60_000:61_001]
    low, high = large.price_plot.view.viewRange()[1]
    reach = inside["high"].max() - inside["low"].min()
    assert high - low == pytest.approx(1.2 * reach, rel=0.02)


def test_trades_beyond_count_are_connectors_until_one_comes_near(large: LinkedCharts) -> None:
    large.show_all()
    large.grab()
    assert large.markers.arrows_painted == 0
    large.show_trade(2500)
    large.grab()
    assert 2 <= large.markers.arrows_painted <= 200
    left, right = large.visible_range
    trades = large.data.trades
    inside = (trades.exit >= left - 1) & (trades.entry <= right + 1)
    assert large.markers.arrows_painted == 2 * np.count_nonzero(inside)


def test_dates_stay_few_and_true_while_zooming_in(large: LinkedCharts, bars: pd.DataFrame) -> None:
    axis = large.axes[-1]
    for width in (COUNT, 20_000, 1000, 60):
        left, right = 90_000 - width / 2, 90_000 + width / 2
        ((_, values),) = axis.tickValues(max(left, 0), right, 800)
        words = axis.tickStrings(values, 1.0, 1.0)
        assert 2 <= len(values) <= 12
        assert len(set(words)) == len(words), f"the same label twice: {words}"
        for value in values:
            assert 0 <= value < COUNT
