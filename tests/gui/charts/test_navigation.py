"""Moving along the bars: all of them, one trade, the bar that is asked about."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.view import LinkedCharts
from tests.gui.charts.conftest import chart_data

pytestmark = pytest.mark.gui


def test_all_bars_come_back_into_view_by_the_menu(filled: LinkedCharts) -> None:
    filled.show_range(300, 340)
    filled.tools.show_all.trigger()
    left, right = filled.visible_range
    assert left <= 0
    assert right >= len(filled.data) - 1


@pytest.mark.parametrize("count", [1, 2, 7])
def test_a_few_bars_are_shown_whole(count: int, charts: LinkedCharts, tiny_bars: Callable[..., pd.DataFrame]) -> None:
    charts.set_data(chart_data(tiny_bars(count, frequency="1D")))
    charts.show_all()
    left, right = charts.visible_range
    assert left <= -0.5
    assert right >= count - 0.5
    charts.grab()


def test_a_trade_keeps_the_width_of_a_close_view(filled: LinkedCharts) -> None:
    filled.show_range(100, 190)
    for number in (4, 5, 2):
        filled.show_trade(number)
        left, right = filled.visible_range
        assert right - left == pytest.approx(90)
        entry, leave = filled.data.trades.entry[number], filled.data.trades.exit[number]
        assert (left + right) / 2 == pytest.approx((entry + leave) / 2)


def test_a_trade_at_either_end_is_shown_within_the_limits_of_the_view(filled: LinkedCharts) -> None:
    for number in (0, 11):
        filled.show_trade(number)
        left, right = filled.visible_range
        assert left < filled.data.trades.entry[number] < filled.data.trades.exit[number] < right
        assert left >= -1 - 600 * 0.03
        assert right <= 600 * 1.03


def test_only_a_step_tells_its_trade_and_showing_one_does_not(filled: LinkedCharts, qtbot: QtBot) -> None:
    told: list[int] = []
    filled.tradeChosen.connect(told.append)
    filled.show_trade(3)
    assert told == []
    filled.step_trade(1)
    filled.step_trade(-1)
    assert told == [4, 3]


def test_losers_are_stepped_to_from_wherever_one_is(filled: LinkedCharts) -> None:
    filled.show_trade(4)
    filled.step_trade(1, losing_only=True)
    assert filled.markers.selected == 5
    filled.show_trade(4)
    filled.step_trade(-1, losing_only=True)
    assert filled.markers.selected == 3


def test_steps_go_among_the_trades_that_are_shown(filled: LinkedCharts) -> None:
    told: list[int] = []
    filled.tradeChosen.connect(told.append)
    filled.show_trades({2, 3, 8})
    for step in (1, 1, 1, 1, -1):
        filled.step_trade(step)
    assert told == [2, 3, 8, 8, 3]
    filled.step_trade(1, losing_only=True)
    assert told[-1] == 3, "no other loser is shown"
    filled.show_trades(None)
    filled.step_trade(1)
    assert told[-1] == 4


def test_the_bar_asked_about_is_one_there_is(filled: LinkedCharts) -> None:
    told: list[int] = []
    filled.barChosen.connect(told.append)
    for left, right in ((-20.0, -5.0), (590.0, 618.0), (200.0, 301.0)):
        filled.show_range(left, right)
        filled.crosshair.hide()
        filled.ask_about_bar()
        middle = sum(filled.visible_range) / 2
        assert told[-1] == int(np.clip(round(middle), 0, 599))


def test_other_bars_forget_the_trade_that_was_set_apart(
    filled: LinkedCharts, tiny_bars: Callable[..., pd.DataFrame]
) -> None:
    filled.show_trade(9)
    filled.set_data(chart_data(tiny_bars(300, frequency="1D"), trades=4))
    told: list[int] = []
    filled.tradeChosen.connect(told.append)
    filled.step_trade(1)
    assert told == [0], "stepping begins anew in another run"
