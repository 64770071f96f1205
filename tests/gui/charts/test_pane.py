"""One pane: its values fit the bars asked for, with room, bounds and zero where they are wanted."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.axis import DateTicks, write_value
from ktrdr_app.gui.charts.lod_curve import LodCurve
from ktrdr_app.gui.charts.pane import LEAST_BARS, ROOM, ChartPane

pytestmark = pytest.mark.gui

VALUES = 50 + 10 * np.sin(np.arange(200) / 9)


def curve(values: np.ndarray) -> LodCurve:
    made = LodCurve()
    made.set_data(np.asarray(values, dtype=np.float64))
    return made


@pytest.fixture
def pane(qtbot: QtBot, dark: object) -> ChartPane:
    made = ChartPane("x", "A pane", write_value, DateTicks())
    qtbot.addWidget(made)
    made.resize(500, 200)
    return made


def reach(pane: ChartPane, first: int, last: int) -> tuple[float, float]:
    """Return least and greatest value of the axis, fitted to some bars."""
    pane.scale(first, last)
    low, high = pane.view.viewRange()[1]
    return float(low), float(high)


@pytest.mark.parametrize(("first", "last"), [(0, 200), (30, 60), (199, 200)])
def test_values_fit_the_bars_with_room_on_either_side(pane: ChartPane, first: int, last: int) -> None:
    pane.add(curve(VALUES))
    inside = VALUES[first:last]
    room = (inside.max() - inside.min()) * ROOM or inside.max() * ROOM
    assert reach(pane, first, last) == pytest.approx((inside.min() - room, inside.max() + room))


def test_the_widest_of_all_items_counts_but_no_hidden_and_no_empty_one(pane: ChartPane) -> None:
    wide, empty = curve(VALUES * 3), curve(np.empty(0))
    pane.add(curve(VALUES), wide, empty)
    assert reach(pane, 0, 200)[1] > 3 * VALUES.max()
    wide.setVisible(False)
    assert VALUES.max() < reach(pane, 0, 200)[1] < 1.1 * VALUES.max()


def test_items_that_do_not_scale_are_drawn_only(pane: ChartPane) -> None:
    pane.add(curve(VALUES))
    far = curve(VALUES + 1000)
    pane.add(far, scaled=False)
    assert far in pane.view.addedItems
    assert reach(pane, 0, 200)[1] < 100


def test_gaps_are_passed_over_and_nothing_but_gaps_leaves_the_axis(pane: ChartPane) -> None:
    gaps = np.where(np.arange(200) < 100, np.nan, VALUES)
    pane.add(curve(gaps))
    before = reach(pane, 90, 130)
    assert before[0] < np.nanmin(gaps[90:130]) < np.nanmax(gaps[90:130]) < before[1]
    assert reach(pane, 0, 50) == before


def test_one_value_without_reach_stands_in_the_middle_of_some_room(pane: ChartPane) -> None:
    constant = curve(np.full(50, -5.0))
    pane.add(constant)
    low, high = reach(pane, 0, 50)
    assert low < -5 < high
    constant.set_data(np.zeros(50))
    low, high = reach(pane, 0, 50)
    assert low == 0.0 < high


def test_a_pane_that_reaches_zero_shows_it_from_either_side(pane: ChartPane) -> None:
    item = curve(VALUES)
    pane.add(item)
    pane.reaches_zero = True
    assert reach(pane, 0, 200)[0] == 0.0
    item.set_data(-VALUES)
    low, high = reach(pane, 0, 200)
    assert low < -VALUES.max() < 0 < high


def test_a_fall_is_never_drawn_larger_than_the_least_one(pane: ChartPane) -> None:
    pane.add(curve(np.full(20, -1e-9)))
    pane.reaches_zero, pane.least_low = True, -0.001
    low, high = reach(pane, 0, 20)
    assert low <= -0.001 < 0 < high


def test_bounds_come_before_everything(pane: ChartPane) -> None:
    pane.add(curve(VALUES))
    pane.bounds = (0.0, 1.0)
    assert reach(pane, 0, 200) == (0.0, 1.0)


def test_what_else_is_told_of_the_bars_counts_too(pane: ChartPane) -> None:
    asked: list[tuple[int, int]] = []

    def more(first: int, last: int) -> list[tuple[float, float]]:
        asked.append((first, last))
        return [(np.nan, np.nan), (-70.0, 90.0)]

    pane.add(curve(VALUES))
    pane.more = more
    low, high = reach(pane, 10, 20)
    assert asked == [(10, 20)]
    assert (low, high) == pytest.approx((-70 - 160 * ROOM, 90 + 160 * ROOM))


@pytest.mark.parametrize("bars", [0, 1, 5, 12, 300, 100_000])
def test_the_view_stays_near_the_bars_there_are(pane: ChartPane, bars: int) -> None:
    pane.limit(bars)
    pane.view.setXRange(-1e7, 1e7, padding=0)
    left, right = pane.view.viewRange()[0]
    assert left <= -1
    assert right >= bars
    assert right - left <= 1.07 * bars + 10
    pane.view.setXRange(0.5, 0.5001, padding=0)
    left, right = pane.view.viewRange()[0]
    assert right - left >= min(LEAST_BARS, max(bars, 1)) - 1e-6


def test_dates_take_room_only_where_they_are_written(pane: ChartPane, qtbot: QtBot) -> None:
    for shown, height in ((False, 0), (True, 20), (False, 0)):
        pane.show_dates(shown)
        qtbot.waitUntil(lambda height=height: pane.dates.height() == height)
