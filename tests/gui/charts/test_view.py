"""The three charts together: one x-axis, values scaled to what is in view, trades by click and by key."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.chart_data import ChartData
from ktrdr_app.gui.charts.pane import LEAST_BARS
from ktrdr_app.gui.charts.view import LinkedCharts
from ktrdr_app.gui.ui.theme import apply_theme, tokens
from tests.gui.charts.conftest import chart_data

pytestmark = pytest.mark.gui

Key = Qt.Key


def spans(charts: LinkedCharts) -> list[tuple[float, float]]:
    """Return the x-range of each plot."""
    return [tuple(plot.view.viewRange()[0]) for plot in charts.plots]


def values(charts: LinkedCharts, number: int) -> tuple[float, float]:
    low, high = charts.plots[number].view.viewRange()[1]
    return float(low), float(high)


def press(qtbot: QtBot, charts: LinkedCharts, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    charts.price_plot.setFocus()
    qtbot.keyClick(charts.price_plot, key, modifier or Qt.KeyboardModifier.NoModifier)


def test_at_first_all_bars_are_in_view(filled: LinkedCharts) -> None:
    left, right = filled.visible_range
    assert left <= 0
    assert right >= 599
    assert filled.candles.painted.first == 0
    assert filled.candles.painted.last == 600


@pytest.mark.parametrize("number", [0, 1, 2])
def test_whatever_plot_is_moved_the_others_follow(number: int, filled: LinkedCharts) -> None:
    filled.plots[number].view.setXRange(100, 180, padding=0)
    assert spans(filled) == [(100, 180)] * 3


def test_values_are_scaled_to_the_bars_in_view(filled: LinkedCharts) -> None:
    data = filled.data
    for left, right in ((100, 160), (300, 420), (0, 599)):
        filled.show_range(left, right)
        low, high = values(filled, 0)
        inside = slice(left, right + 1)
        least, most = data.low[inside].min(), data.high[inside].max()
        assert low < least
        assert high > most
        assert high - low == pytest.approx((most - least) * 1.2), "more room than is needed"
        low, high = values(filled, 1)
        both = np.concatenate([data.equity[inside], data.benchmark[inside]])
        assert low < both.min() < both.max() < high
        assert high - low < (both.max() - both.min()) * 1.2


def test_the_drawdown_always_shows_its_zero(filled: LinkedCharts) -> None:
    for left, right in ((0, 599), (200, 230)):
        filled.show_range(left, right)
        low, high = values(filled, 2)
        assert low < filled.drawdown.values[left : right + 1].min()
        assert high > 0.0


def test_drawdown_is_the_fall_from_the_highest_value_so_far(filled: LinkedCharts) -> None:
    equity = filled.data.equity
    slow = [equity[bar] / equity[: bar + 1].max() - 1 for bar in range(len(equity))]
    np.testing.assert_allclose(filled.drawdown.values, slow)


def test_money_lost_on_the_first_bar_is_a_drawdown(charts: LinkedCharts, tiny_bars: Callable[..., object]) -> None:
    bars = chart_data(tiny_bars(30, frequency="1D"))  # type: ignore[arg-type]
    equity = np.full(30, 950.0)
    charts.set_data(ChartData("X", bars.times, equity=equity, start_value=1000.0))
    np.testing.assert_allclose(charts.drawdown.values, -0.05)


def test_one_cannot_zoom_closer_or_farther_than_makes_sense(filled: LinkedCharts) -> None:
    filled.show_range(300.0, 300.5)
    left, right = filled.visible_range
    assert right - left >= LEAST_BARS - 1e-6
    filled.show_range(-5000, 5000)
    left, right = filled.visible_range
    assert left >= -30
    assert right <= 630


def test_dragging_pans_all_plots(filled: LinkedCharts, qtbot: QtBot) -> None:
    filled.show_range(200, 300)
    viewport = filled.price_plot.viewport()
    begin = filled.price_plot.view_point(250, sum(values(filled, 0)) / 2).toPoint()
    width = filled.price_plot.view.width()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=begin)
    for step in range(1, 11):
        qtbot.mouseMove(viewport, begin + QPoint(-round(step * width / 50), 0))
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=begin + QPoint(-round(width / 5), 0))
    for left, right in spans(filled):
        assert left == pytest.approx(220, abs=3)
        assert right - left == pytest.approx(100)


def test_the_wheel_zooms_along_the_bars_only(filled: LinkedCharts) -> None:
    filled.show_range(100, 500)
    viewport = filled.price_plot.viewport()
    place = QPointF(filled.price_plot.view_point(300, sum(values(filled, 0)) / 2))
    wheel = QWheelEvent(
        place,
        QPointF(viewport.mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, wheel)
    left, right = filled.visible_range
    assert right - left < 399
    assert left < 300 < right
    data = filled.data
    inside = slice(max(0, int(left)), int(right) + 2)
    assert values(filled, 0)[0] < data.low[inside].min(), "values no longer fit the view"


@pytest.mark.parametrize(
    ("key", "left", "right"),
    [
        (Key.Key_Left, 190.0, 290.0),
        (Key.Key_Right, 210.0, 310.0),
        (Key.Key_Up, 212.5, 287.5),
        (Key.Key_Down, 200 - 100 / 6, 300 + 100 / 6),
        (Key.Key_Home, -1.0, 99.0),
        (Key.Key_End, 500.0, 600.0),
    ],
)
def test_keys_move_and_zoom(key: Qt.Key, left: float, right: float, filled: LinkedCharts, qtbot: QtBot) -> None:
    filled.show_range(200, 300)
    press(qtbot, filled, key)
    assert filled.visible_range == (pytest.approx(left), pytest.approx(right))
    assert len(set(spans(filled))) == 1


def test_keys_step_through_the_trades(filled: LinkedCharts, qtbot: QtBot) -> None:
    told: list[int] = []
    filled.tradeChosen.connect(told.append)
    for key in (Key.Key_BracketRight, Key.Key_BracketRight, Key.Key_BracketRight, Key.Key_BracketLeft):
        press(qtbot, filled, key)
    assert told == [0, 1, 2, 1]
    assert filled.markers.selected == 1


def test_with_shift_only_losing_trades_are_stepped_to(filled: LinkedCharts, qtbot: QtBot) -> None:
    told: list[int] = []
    filled.tradeChosen.connect(told.append)
    for key in (Key.Key_BracketRight, Key.Key_BracketRight, Key.Key_BracketLeft):
        press(qtbot, filled, key, Qt.KeyboardModifier.ShiftModifier)
    assert told == [1, 3, 1]
    assert all(filled.data.trades.profit[number] < 0 for number in told)


def test_stepping_ends_at_the_last_trade_and_begins_at_either_end(filled: LinkedCharts) -> None:
    filled.step_trade(-1)
    assert filled.markers.selected == 11
    filled.step_trade(1)
    assert filled.markers.selected == 11
    filled.show_trade(0)
    filled.step_trade(-1)
    assert filled.markers.selected == 0


def test_a_trade_is_brought_into_view_with_its_surroundings(filled: LinkedCharts) -> None:
    trades = filled.data.trades
    for number in (0, 6, 11):
        filled.show_trade(number)
        left, right = filled.visible_range
        entry, leave = trades.entry[number], trades.exit[number]
        assert left < entry < leave < right
        assert right - left < 300
        assert filled.markers.selected == number


def test_a_number_that_is_no_trade_is_passed_over(filled: LinkedCharts, charts: LinkedCharts) -> None:
    before = filled.visible_range
    filled.show_trade(99)
    filled.show_trade(-1)
    assert filled.visible_range == before
    assert filled.markers.selected is None


def test_a_click_on_an_arrow_chooses_its_trade(filled: LinkedCharts, qtbot: QtBot) -> None:
    trades = filled.data.trades
    place = filled.price_plot.view_point(int(trades.entry[4]), float(trades.entry_price[4])).toPoint()
    with qtbot.waitSignal(filled.tradeChosen, timeout=2000) as told:
        qtbot.mouseClick(filled.price_plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert told.args == [4]
    assert filled.markers.selected == 4


def test_a_click_beside_the_arrows_chooses_nothing(filled: LinkedCharts, qtbot: QtBot) -> None:
    low, _ = values(filled, 0)
    place = filled.price_plot.view_point(300, low).toPoint() + QPoint(0, -3)
    with qtbot.assertNotEmitted(filled.tradeChosen):
        qtbot.mouseClick(filled.price_plot.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_b_shows_and_hides_buy_and_hold(filled: LinkedCharts, qtbot: QtBot) -> None:
    assert "buy and hold" in filled.equity_plot.heading.toPlainText()
    both = values(filled, 1)
    press(qtbot, filled, Key.Key_B)
    assert not filled.benchmark.isVisible()
    assert "buy and hold" not in filled.equity_plot.heading.toPlainText()
    alone = values(filled, 1)
    equity = filled.data.equity
    assert alone[0] < equity.min() < equity.max() < alone[1]
    press(qtbot, filled, Key.Key_B)
    assert values(filled, 1) == both


def test_ctrl_c_copies_a_picture(filled: LinkedCharts, qtbot: QtBot) -> None:
    clipboard = QGuiApplication.clipboard()
    clipboard.clear()
    press(qtbot, filled, Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard.pixmap().size() == filled.grab().size()
    clipboard.clear()


def test_other_keys_are_left_to_the_window(filled: LinkedCharts, qtbot: QtBot) -> None:
    before = filled.visible_range
    press(qtbot, filled, Key.Key_3)
    press(qtbot, filled, Key.Key_Delete)
    press(qtbot, filled, Key.Key_Minus)
    assert filled.visible_range == before


def test_the_plots_tell_in_words_what_they_show(filled: LinkedCharts) -> None:
    price, equity, drawdown = (plot.accessibleDescription() for plot in filled.plots)
    data = filled.data
    change = abs(data.equity[-1] / data.equity[0] - 1)
    assert "600 bars from 2020-01-01 to 2021-08-22" in price
    assert "12 trades" in price
    assert f"{100 * change:.1f}" in equity
    assert "buy and hold" in equity
    assert f"{abs(100 * filled.drawdown.values.min()):.1f}" in drawdown
    assert {plot.accessibleName() for plot in filled.plots} == {"Price chart", "Equity chart", "Drawdown chart"}


def test_bars_the_model_learnt_from_are_tinted_in_every_plot_and_named(filled: LinkedCharts) -> None:
    for plot, shade in zip(filled.plots, filled.shades, strict=True):
        assert shade.spans.tolist() == [[0, 200]]
        image = plot.viewport().grab().toImage()
        low, high = plot.view.viewRange()[1]
        place = plot.view_point(37.4, low + 0.025 * (high - low)).toPoint()
        assert image.pixelColor(place).name() == tokens().shade
    assert "learnt from" in filled.price_plot.heading.toPlainText()


def test_without_tinted_bars_nothing_is_said_of_them(charts: LinkedCharts, tiny_bars: Callable[..., object]) -> None:
    charts.set_data(chart_data(tiny_bars(50, frequency="1D")))  # type: ignore[arg-type]
    assert "learnt" not in charts.price_plot.heading.toPlainText()


def test_names_cannot_bring_mark_up(charts: LinkedCharts, tiny_bars: Callable[..., object]) -> None:
    charts.set_data(chart_data(tiny_bars(50), title="<img src=x> & co"))  # type: ignore[arg-type]
    assert "<img src=x> & co" in charts.price_plot.heading.toPlainText()


def test_an_equity_curve_alone_is_drawn_while_a_run_is_under_way(
    charts: LinkedCharts, tiny_bars: Callable[..., pd.DataFrame]
) -> None:
    bars = chart_data(tiny_bars(300))
    charts.set_data(ChartData("TEST 1h", bars.times, equity=bars.equity, daily=False))
    charts.grab()
    assert charts.equity.points_painted >= 300
    assert len(charts.candles) == 0
    low, high = values(charts, 1)
    assert low < bars.equity.min() < bars.equity.max() < high


def test_hourly_bars_have_an_hour_in_the_heading(charts: LinkedCharts, tiny_bars: Callable[..., object]) -> None:
    data = chart_data(tiny_bars(60))  # type: ignore[arg-type]
    charts.set_data(ChartData("T", data.times, data.open, data.high, data.low, data.close, data.equity, daily=False))
    charts._on_crosshair(5)
    assert "2020-01-01 05:00" in charts.price_plot.heading.toPlainText()


def test_empty_charts_show_no_heading_and_no_lines(charts: LinkedCharts) -> None:
    charts.grab()
    assert not any(plot.heading.isVisible() for plot in charts.plots)
    assert {plot.accessibleDescription() for plot in charts.plots} == {"nothing to show yet"}
    charts.step_trade(1)
    assert charts.markers.selected is None


def test_the_plots_line_up(filled: LinkedCharts) -> None:
    lefts = {round(plot.view_point(100, 0).x()) for plot in filled.plots}
    assert len(lefts) == 1, "the same bar stands at another place in another plot"


@pytest.mark.parametrize("theme", ["light", "contrast"])
def test_everything_is_recoloured_with_the_theme(theme: str, filled: LinkedCharts, dark: QApplication) -> None:
    before = filled.grab().toImage()
    apply_theme(dark, theme)
    after = filled.grab().toImage()
    assert before != after
    corner = filled.price_plot.viewport().grab().toImage().pixelColor(3, 30)
    assert corner.name() == tokens().chart_ground


def test_two_hundred_sets_of_data_leave_no_items_behind(filled: LinkedCharts) -> None:
    before = [len(plot.scene().items()) for plot in filled.plots]
    for _ in range(200):
        filled.set_data(filled.data)
    assert [len(plot.scene().items()) for plot in filled.plots] == before


class TestBars:
    def test_a_click_where_there_is_no_trade_tells_the_bar(self, qtbot: QtBot, filled: LinkedCharts) -> None:
        told: list[int] = []
        filled.barChosen.connect(told.append)
        filled.show_range(100, 140)
        QApplication.processEvents()
        low, high = values(filled, 0)
        scene = filled.price_plot.view.mapViewToScene(QPointF(117.2, high - (high - low) / 1000))
        place = filled.price_plot.mapFromScene(scene)
        assert filled.markers.trade_at(117.2, high - (high - low) / 1000) is None
        qtbot.mouseClick(filled.price_plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert told == [117]

    def test_enter_tells_the_bar_in_the_middle_or_under_the_crosshair(self, qtbot: QtBot, filled: LinkedCharts) -> None:
        told: list[int] = []
        filled.barChosen.connect(told.append)
        filled.show_range(100, 140)
        press(qtbot, filled, Key.Key_Return)
        filled.crosshair.bar = 133
        press(qtbot, filled, Key.Key_Enter)
        filled.crosshair.bar = -1
        assert told == [120, 133]
        filled.show_range(-1, 12)
        press(qtbot, filled, Key.Key_Return)
        assert told[-1] in range(3, 9)

    def test_without_bars_nothing_is_told(self, qtbot: QtBot, dark: object) -> None:
        charts = LinkedCharts()
        qtbot.addWidget(charts)
        charts.show()
        told: list[int] = []
        charts.barChosen.connect(told.append)
        press(qtbot, charts, Key.Key_Return)
        assert told == []


def test_the_buttons_stay_in_the_corner_of_the_room_that_the_panes_have(filled: LinkedCharts, qtbot: QtBot) -> None:
    """It may change while the charts keep their size: their layout comes later, or a scroll bar takes some of it."""
    widths = []
    for beside in (0, 120, 40):
        filled.layout().setContentsMargins(0, 0, beside, 0)
        filled.layout().activate()
        room = filled.stack.viewport().width()
        widths.append(room)
        assert filled.tools.geometry().right() + 1 == room - 6
    assert widths[1] == widths[0] - 120
    assert widths[2] == widths[0] - 40
