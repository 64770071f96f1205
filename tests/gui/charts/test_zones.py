"""Times of another zone: the same as pandas tells them, daylight saving included, and shown on axis and heading."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts import zones
from ktrdr_app.gui.charts.view import LinkedCharts
from tests.conftest import make_bars
from tests.gui.charts.conftest import chart_data

pytestmark = pytest.mark.gui


@pytest.mark.parametrize("name", [*zones.NAMES, "Asia/Kolkata", "Australia/Adelaide", "Australia/Lord_Howe"])
@pytest.mark.parametrize("step", ["7min", "1h", "1D"])
def test_clocks_agree_with_pandas(name: str, step: str) -> None:
    index = pd.date_range("2021-03-01", periods=9000 if step != "1D" else 900, freq=step, tz="UTC").as_unit("ns")
    expected = index.tz_convert(name).tz_localize(None).as_unit("ns").asi8
    np.testing.assert_array_equal(zones.wall_times(index.asi8, name), expected)


def test_utc_costs_nothing_and_no_bars_are_no_trouble() -> None:
    times = np.arange(5, dtype=np.int64)
    assert zones.wall_times(times, "UTC") is times
    assert len(zones.wall_times(times[:0], "Asia/Tokyo")) == 0


def test_the_zones_that_are_offered_exist_and_have_short_names() -> None:
    offered = zones.offered()
    assert offered[0] == "UTC"
    assert len(set(offered)) == len(offered)
    assert zones.words("America/New_York") == "New York"
    for name in offered:
        zones.wall_times(np.array([0], dtype=np.int64), name)


def test_the_menu_changes_times_everywhere(charts: LinkedCharts, qtbot: QtBot) -> None:
    from dataclasses import replace

    data = replace(chart_data(make_bars(400, frequency="1h")), daily=False)
    charts.set_data(data)
    charts.show_range(0, 48)
    charts._on_crosshair(5)
    assert "2020-01-01 05:00" in charts.price_plot.heading.toPlainText()
    before = charts.axes[-1].tickValues(0, 48, 800)[0][1]
    action = next(each for each in charts.tools.zone_menu.actions() if each.data() == "Asia/Tokyo")
    action.trigger()
    assert charts.zone == "Asia/Tokyo"
    charts._on_crosshair(5)
    assert "2020-01-01 14:00 Tokyo" in charts.price_plot.heading.toPlainText()
    after = charts.axes[-1].tickValues(0, 48, 800)[0][1]
    assert before != after, "midnight is at another bar in Tokyo"
    unit, days = charts.price_plot.sessions.bars_in(0, 48, 20)
    assert (unit, days.tolist()) == ("D", [15, 39])
    times = charts.price_plot.figures().columns[0]
    assert times.times
    np.testing.assert_array_equal(times.values, data.times)
