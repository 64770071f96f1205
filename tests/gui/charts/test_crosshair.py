"""The crosshair: one bar in all plots, by real mouse moves, at most one redraw per frame."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.crosshair import LinkedCrosshair
from ktrdr_app.gui.charts.view import LinkedCharts
from ktrdr_app.gui.ui.theme import apply_theme, tokens

pytestmark = pytest.mark.gui


def hover(qtbot: QtBot, charts: LinkedCharts, number: int, bar: float, share: float = 0.5) -> QPoint:
    """Move the mouse to a bar in one of the plots and return where that is."""
    plot = charts.plots[number]
    low, high = plot.view.viewRange()[1]
    place = plot.view_point(bar, low + share * (high - low)).toPoint()
    qtbot.mouseMove(plot.viewport(), place)
    qtbot.waitUntil(lambda: charts.crosshair._waiting is None, timeout=2000)
    return place


def lines(crosshair: LinkedCrosshair) -> tuple[list[float], list[bool], list[bool]]:
    """Return bars of the vertical lines, which are visible, and which level lines are."""
    return (
        [line.value() for line in crosshair.verticals],
        [line.isVisible() for line in crosshair.verticals],
        [line.isVisible() for line in crosshair.levels],
    )


@pytest.mark.parametrize("number", [0, 1, 2])
def test_all_plots_show_the_bar_under_the_mouse(number: int, filled: LinkedCharts, qtbot: QtBot) -> None:
    with qtbot.waitSignal(filled.crosshair.moved, timeout=2000) as told:
        hover(qtbot, filled, number, 300.2)
    bars, verticals, levels = lines(filled.crosshair)
    assert told.args == [300]
    assert bars == [300, 300, 300]
    assert verticals == [True, True, True]
    assert levels == [place == number for place in range(3)]


def test_the_level_line_stands_at_the_mouse(filled: LinkedCharts, qtbot: QtBot) -> None:
    place = hover(qtbot, filled, 0, 250, 0.7)
    wanted = filled.price_plot.data_point(place.toPointF()).y()
    assert filled.crosshair.levels[0].value() == pytest.approx(wanted)


def test_many_moves_within_a_frame_are_one_redraw(filled: LinkedCharts, qtbot: QtBot) -> None:
    plot = filled.price_plot
    before = filled.crosshair.updates
    for bar in range(100, 140):
        qtbot.mouseMove(plot.viewport(), plot.view_point(bar * 4, 100).toPoint())
    qtbot.waitUntil(lambda: filled.crosshair._waiting is None, timeout=2000)
    moves = filled.crosshair.updates - before
    assert 1 <= moves < 20
    assert filled.crosshair.bar == pytest.approx(139 * 4, abs=1), "the last move wins"


@pytest.mark.parametrize(("bar", "wanted"), [(-8.0, 0), (612.0, 599)])
def test_beside_the_bars_the_nearest_is_meant(bar: float, wanted: int, filled: LinkedCharts, qtbot: QtBot) -> None:
    filled.show_range(-15, 615)
    hover(qtbot, filled, 1, bar)
    assert filled.crosshair.bar == wanted


def test_the_lines_go_when_the_mouse_leaves(filled: LinkedCharts, qtbot: QtBot) -> None:
    hover(qtbot, filled, 0, 300)
    with qtbot.waitSignal(filled.crosshair.moved, timeout=2000) as told:
        QApplication.sendEvent(filled.price_plot.viewport(), QEvent(QEvent.Type.Leave))
    _, verticals, levels = lines(filled.crosshair)
    assert told.args == [-1]
    assert not any(verticals)
    assert not any(levels)


def test_the_headings_tell_the_figures_of_the_bar(filled: LinkedCharts, qtbot: QtBot) -> None:
    hover(qtbot, filled, 2, 100)
    price, equity, drawdown = (
        plot.heading.toPlainText().replace("\xa0", " ").replace("\u202f", " ") for plot in filled.plots
    )
    data = filled.data
    assert "2020-04-10" in price
    assert f"C {data.close[100]:.2f}" in price
    assert f"H {data.high[100]:.2f}" in price
    assert f"{data.equity[100]:,.0f}".replace(",", " ") in equity
    assert f"{data.benchmark[100]:,.0f}".replace(",", " ") in equity
    assert "%" in drawdown
    filled.crosshair.hide()
    assert "2020-04-10" not in filled.price_plot.heading.toPlainText()


def test_other_data_put_the_crosshair_away(filled: LinkedCharts, qtbot: QtBot) -> None:
    hover(qtbot, filled, 0, 300)
    filled.set_data(filled.data)
    assert filled.crosshair.bar == -1
    assert not any(lines(filled.crosshair)[1])


def test_without_bars_there_is_no_crosshair(charts: LinkedCharts, qtbot: QtBot) -> None:
    qtbot.mouseMove(charts.price_plot.viewport(), QPoint(200, 100))
    qtbot.waitUntil(lambda: not charts.crosshair._timer.isActive(), timeout=2000)
    assert charts.crosshair.bar == -1
    assert not any(lines(charts.crosshair)[1])


def test_the_lines_take_the_colour_of_the_theme(filled: LinkedCharts, dark: QApplication) -> None:
    apply_theme(dark, "light")
    colours = {line.pen.color().name() for line in (*filled.crosshair.verticals, *filled.crosshair.levels)}
    assert colours == {tokens().crosshair}
