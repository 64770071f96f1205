"""Lines between days, months and years: where a new one begins, and never too many."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import QRectF

from ktrdr_app.gui.charts.levels import LevelLines
from ktrdr_app.gui.charts.sessions import ROOM, SessionLines, first_bars
from ktrdr_app.gui.charts.view import LinkedCharts
from tests.conftest import make_bars
from tests.gui.charts.conftest import chart_data

pytestmark = pytest.mark.gui


def sessions_of(days: int = 60) -> pd.DatetimeIndex:
    """Return hours of New York's sessions on weekdays."""
    weekdays = pd.bdate_range("2021-01-04", periods=days, tz="UTC")
    return pd.DatetimeIndex([day + pd.Timedelta(hours=hour) for day in weekdays for hour in range(14, 21)]).as_unit(
        "ns"
    )


@pytest.mark.parametrize(("unit", "attribute"), [("D", "day_of_year"), ("M", "month"), ("Y", "year")])
def test_a_line_stands_where_pandas_sees_something_new(unit: str, attribute: str) -> None:
    index = pd.date_range("2019-11-20", periods=12_000, freq="h", tz="UTC").as_unit("ns")
    values = np.asarray(getattr(index, attribute))
    np.testing.assert_array_equal(first_bars(index.asi8, unit), np.flatnonzero(np.diff(values)) + 1)


def test_nights_and_weekends_leave_no_holes() -> None:
    index = sessions_of()
    bars = first_bars(index.asi8, "D")
    np.testing.assert_array_equal(bars, np.arange(7, 420, 7))


@pytest.mark.parametrize(("pixels", "unit"), [(12.0, "D"), (3.0, "M"), (0.2, "")])
def test_the_finest_unit_with_room_is_taken(pixels: float, unit: str) -> None:
    lines = SessionLines()
    lines.set_times(sessions_of().asi8)
    found, bars = lines.bars_in(0, 420, pixels)
    assert found == unit
    assert len(bars) * ROOM <= 420 * pixels + ROOM


def test_bars_of_a_day_have_no_line_each() -> None:
    lines = SessionLines()
    lines.set_times(pd.date_range("2020-01-01", periods=400, tz="UTC").as_unit("ns").asi8)
    unit, bars = lines.bars_in(0, 90, 100.0)
    assert unit == "M"
    assert bars.tolist() == [31, 60]


def test_lines_are_shared_between_panes() -> None:
    first, second = SessionLines(), SessionLines()
    first.set_times(sessions_of().asi8)
    second.share(first)
    assert second.bars_in(0, 70, 20)[1].tolist() == first.bars_in(0, 70, 20)[1].tolist()


def test_a_day_line_is_drawn_between_two_bars(charts: LinkedCharts) -> None:
    charts.set_data(chart_data(make_bars(200, frequency="1h")))
    charts.show_range(0, 60)
    with_lines = charts.price_plot.viewport().grab().toImage()
    assert charts.price_plot.sessions.unit == "D"
    charts.price_plot.sessions.setVisible(False)
    without = charts.price_plot.viewport().grab().toImage()
    place = charts.price_plot.view_point(23.5, 0).x()
    changed = {
        x for x in range(with_lines.width()) for y in range(30, 150) if with_lines.pixel(x, y) != without.pixel(x, y)
    }
    assert any(abs(x - place) <= 1.5 for x in changed)
    places = [charts.price_plot.view_point(bar - 0.5, 0).x() for bar in (24, 48)]
    assert all(min(abs(x - each) for each in places) <= 2 for x in changed), "lines where no day begins"


def test_levels_reach_across_the_view(charts: LinkedCharts) -> None:
    charts.set_data(chart_data(make_bars(200)))
    levels = LevelLines()
    charts.price_plot.add(levels, scaled=False)
    low, high = charts.price_plot.view.viewRange()[1]
    before = charts.price_plot.viewport().grab().toImage()
    levels.set_values([low + 0.9 * (high - low)])
    levels.set_colour("#ff00ff")
    after = charts.price_plot.viewport().grab().toImage()
    y = charts.price_plot.view_point(0, levels.values[0]).toPoint().y()
    width = int(charts.price_plot.view.width())
    changed = {x for x in range(10, width) for dy in (-1, 0, 1) if after.pixel(x, y + dy) != before.pixel(x, y + dy)}
    assert len(changed) > 0.3 * width
    assert levels.boundingRect() == QRectF(charts.price_plot.view.viewRect())
