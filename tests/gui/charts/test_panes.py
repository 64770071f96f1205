"""Panes and curves of a run: chosen by the menu, over the same bars, crossed at one bar, told in words and tables."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.lod_curve import LodCurve
from ktrdr_app.gui.charts.study import Curve, Study
from ktrdr_app.gui.charts.study_pane import StudyPane
from ktrdr_app.gui.charts.view import LinkedCharts
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.theme import apply_theme, tokens

pytestmark = pytest.mark.gui

COUNT = 600
KEYS = ("over:mean", "volume", "rsi", "sets:rsi", "probabilities", "position")
BELOW = KEYS[1:]


def studies() -> tuple[Study, ...]:
    """Return one study of every kind over 600 bars."""
    random = np.random.default_rng(5)
    rsi = np.clip(50 + np.cumsum(random.normal(0, 3, COUNT)), 0, 100)
    rsi[:14] = np.nan
    shares = random.dirichlet([4, 2, 3], COUNT).T
    held = np.repeat([0.0, 10.0, -4.0], COUNT // 3)
    names = ("BUY", "HOLD", "SELL")
    return (
        Study("over:mean", "mean (20)", "overlay", (Curve("mean", 100 + np.arange(COUNT) / 10, "series_2"),)),
        Study("volume", "Volume", "columns", (Curve("volume", random.uniform(1e5, 2e6, COUNT), "flat"),)),
        Study("rsi", "rsi (14)", "curves", (Curve("rsi", rsi),), levels=(30.0, 70.0), bounds=(0.0, 100.0)),
        Study(
            "sets:rsi", "Sets of <rsi>", "strips", (Curve("low", 1 - rsi / 100), Curve("high", rsi / 100, "series_2"))
        ),
        Study(
            "probabilities",
            "Probabilities",
            "curves",
            tuple(Curve(name, share) for name, share in zip(names, shares, strict=True)),
            levels=(0.5,),
            bounds=(0.0, 1.0),
            percent=True,
        ),
        Study("position", "Position", "columns", (Curve("position", held),)),
    )


@pytest.fixture
def paned(filled: LinkedCharts) -> LinkedCharts:
    """Return the charts with every study offered and none chosen."""
    filled.set_panes(studies())
    return filled


def all_shown(charts: LinkedCharts) -> LinkedCharts:
    charts.resize(900, 1000)
    charts.show_panes({*KEYS, "price", "equity", "drawdown"})
    QApplication.processEvents()
    charts.grab()
    return charts


def plain(text: str) -> str:
    """Return a text with every kind of space alike."""
    return " ".join(text.split())


def entry(charts: LinkedCharts, key: str) -> QAction:
    """Return a line of the panes menu."""
    return next(action for action in charts.tools.panes_menu.actions() if action.data() == key)


def choose(qtbot: QtBot, charts: LinkedCharts, key: str) -> None:
    """Open the panes menu by its button and click a line."""
    menu = charts.tools.panes_menu
    menu.popup(QPoint(0, 0))
    place = menu.actionGeometry(entry(charts, key)).center()
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=place)


def test_studies_are_offered_and_not_shown_at_first(paned: LinkedCharts) -> None:
    lines = [action.data() for action in paned.tools.panes_menu.actions() if action.isCheckable()]
    assert lines == [*KEYS, "equity", "drawdown"]
    ticked = {action.data() for action in paned.tools.panes_menu.actions() if action.isChecked()}
    assert ticked == {"equity", "drawdown"}
    assert paned.panes.shown == {"price", "equity", "drawdown"}
    assert [pane.key for pane in paned.stack.shown] == ["price", "equity", "drawdown"]


def test_a_click_in_the_menu_shows_and_hides_a_pane(paned: LinkedCharts, qtbot: QtBot) -> None:
    told: list[frozenset[str]] = []
    paned.panes.changed.connect(told.append)
    choose(qtbot, paned, "rsi")
    pane = paned.shelf.panes["rsi"]
    assert pane.isVisible()
    assert pane.height() >= pane.minimumHeight()
    choose(qtbot, paned, "drawdown")
    assert not paned.drawdown_plot.isVisible()
    choose(qtbot, paned, "rsi")
    assert not pane.isVisible()
    assert told == [{"price", "equity", "drawdown", "rsi"}, {"price", "equity", "rsi"}, {"price", "equity"}]


@pytest.mark.parametrize("order", [("rsi", "volume", "position"), ("position", "rsi", "volume")])
def test_panes_keep_their_order_however_they_are_chosen(
    order: tuple[str, ...], paned: LinkedCharts, qtbot: QtBot
) -> None:
    for key in order:
        choose(qtbot, paned, key)
    paned.resize(900, 1000)
    paned.grab()
    tops = [(pane.pos().y(), pane.key) for pane in paned.stack.shown]
    assert [key for _, key in sorted(tops)] == ["price", "volume", "rsi", "position", "equity", "drawdown"]


def test_the_buttons_open_their_menus_by_key(paned: LinkedCharts, qtbot: QtBot) -> None:
    opened: list[QMenu] = []
    for button in (paned.tools.panes_button, paned.tools.more_button):
        button.menu().aboutToShow.connect(button.menu().hide, Qt.ConnectionType.QueuedConnection)
        with qtbot.waitSignal(button.menu().aboutToShow, timeout=2000):
            qtbot.keyClick(button, Qt.Key.Key_Space)
        opened.append(button.menu())
        assert button.accessibleName()
        assert button.accessibleDescription()
    assert opened == [paned.tools.panes_menu, paned.tools.more_menu]


def test_all_panes_show_the_same_bars_whichever_is_moved(paned: LinkedCharts) -> None:
    all_shown(paned)
    for number, pane in enumerate(paned.stack.shown):
        span = (50.0 + number, 150.0 + number)
        pane.view.setXRange(*span, padding=0)
        assert {tuple(each.view.viewRange()[0]) for each in paned.stack.shown} == {span}, pane.key


def test_a_pane_that_appears_shows_the_bars_that_the_others_show(paned: LinkedCharts, qtbot: QtBot) -> None:
    paned.show_range(200, 260)
    choose(qtbot, paned, "position")
    assert tuple(paned.shelf.panes["position"].view.viewRange()[0]) == (200, 260)


def test_dates_stand_below_the_last_pane_only(paned: LinkedCharts, qtbot: QtBot) -> None:
    assert [pane.dates.height() > 0 for pane in paned.stack.shown] == [False, False, True]
    choose(qtbot, paned, "drawdown")
    assert [pane.dates.height() > 0 for pane in paned.stack.shown] == [False, True]
    image = paned.equity_plot.viewport().grab().toImage()
    rows = range(image.height() - 14, image.height() - 4)
    muted = tokens().axis
    close = sum(
        abs(image.pixelColor(x, y).lightness() - image.pixelColor(2, 40).lightness()) > 60
        for x in range(0, image.width(), 2)
        for y in rows
    )
    assert close > 20, f"no dates in {muted} are written"


def test_the_crosshair_is_at_one_bar_in_all_panes_and_reads_all_values(paned: LinkedCharts, qtbot: QtBot) -> None:
    all_shown(paned)
    held = {study.key: study.curves for study in studies()}
    source = paned.shelf.panes["position"]
    for bar in (100, 431):
        paned.show_range(bar - 40 + bar % 7, bar + 40)  # else the mouse would not have to move
        place = source.view_point(bar + 0.2, sum(source.view.viewRange()[1]) / 2).toPoint()
        qtbot.mouseMove(source.viewport(), place)
        qtbot.waitUntil(lambda bar=bar: paned.crosshair.bar == bar, timeout=2000)
        assert {line.value() for line in paned.crosshair.verticals} == {bar}
        assert all(line.isVisible() for line in paned.crosshair.verticals)
        assert [line.isVisible() for line in paned.crosshair.levels].count(True) == 1
        texts = {pane.key: plain(pane.heading.toPlainText()) for pane in paned.stack.shown}
        assert plain(numbers.significant(held["rsi"][0].values[bar], 5)) in texts["rsi"]
        for curve in held["probabilities"]:
            assert plain(f"{curve.name} {numbers.percent(curve.values[bar])}") in texts["probabilities"]
        assert texts["position"].endswith(plain(numbers.significant(held["position"][0].values[bar], 5)))
        assert plain(numbers.significant(held["volume"][0].values[bar], 5)) in texts["volume"]
        assert f"{paned.data.close[bar]:.2f}" in texts["price"]
        assert plain(numbers.significant(held["over:mean"][0].values[bar])) in texts["price"]
        assert plain(numbers.decimal(paned.data.equity[bar], 0)) in texts["equity"]
        assert plain(numbers.percent(paned.drawdown.values[bar], 1)) in texts["drawdown"]


def test_the_upright_line_is_really_drawn_at_that_bar_in_every_pane(paned: LinkedCharts, qtbot: QtBot) -> None:
    all_shown(paned)
    paned.show_range(200, 300)
    qtbot.mouseMove(paned.tools.more_button)  # wherever another test has left it
    paned.crosshair.hide()
    paned.grab()
    before = {pane.key: pane.viewport().grab().toImage() for pane in paned.stack.shown}
    place = paned.equity_plot.view_point(251.2, float(paned.data.equity[251])).toPoint()
    qtbot.mouseMove(paned.equity_plot.viewport(), place)
    qtbot.waitUntil(lambda: paned.crosshair.bar == 251, timeout=2000)
    for pane in paned.stack.shown:
        after = pane.viewport().grab().toImage()
        top, bottom = pane.view.viewRange()[1][1], pane.view.viewRange()[1][0]
        rows = range(round(pane.view_point(251, top).y()) + 2, round(pane.view_point(251, bottom).y()) - 2)

        def changed(bar: int, pane: StudyPane = pane, rows: range = rows, after: object = after) -> int:
            x = round(pane.view_point(bar, 0).x())
            return sum(
                any(before[pane.key].pixel(x + dx, y) != after.pixel(x + dx, y) for dx in (-1, 0, 1))  # type: ignore[attr-defined]
                for y in rows
            )

        assert changed(251) > 0.25 * len(rows), pane.key
        assert changed(240) < 0.1 * len(rows), pane.key


@pytest.mark.parametrize("key", ["volume", "position"])
def test_columns_begin_at_zero_and_fit_the_view(key: str, paned: LinkedCharts) -> None:
    all_shown(paned)
    values = paned.shelf.panes[key].study.curves[0].values
    for left, right in ((0, 150), (150, 350), (380, 590)):
        paned.show_range(left, right)
        low, high = paned.shelf.panes[key].view.viewRange()[1]
        inside = values[left : right + 1]
        assert low <= min(inside.min(), 0.0)
        assert high >= max(inside.max(), 0.0)
        reach = max(inside.max(), 0.0) - min(inside.min(), 0.0)
        assert high - low <= 1.2 * (reach or 1.0)


def test_bounded_values_keep_their_bounds(paned: LinkedCharts) -> None:
    all_shown(paned)
    for left in (0, 300):
        paned.show_range(left, left + 50)
        assert paned.shelf.panes["rsi"].view.viewRange()[1] == [0, 100]
        assert paned.shelf.panes["probabilities"].view.viewRange()[1] == [0, 1]


def test_thresholds_are_drawn_across_the_pane(paned: LinkedCharts) -> None:
    all_shown(paned)
    pane = paned.shelf.panes["rsi"]
    assert pane.levels.values == (30.0, 70.0)
    paned.show_range(0, 14)
    image = pane.viewport().grab().toImage()
    ground = image.pixelColor(pane.view_point(3.3, 52).toPoint())
    for level in (30.0, 70.0):
        row = [pane.view_point(x, level).toPoint() for x in np.linspace(0.5, 10, 150)]
        seen = [
            max(abs(image.pixelColor(p.x(), p.y() + dy).lightness() - ground.lightness()) for dy in (-1, 0, 1))
            for p in row
        ]
        assert np.mean(np.array(seen) > 30) > 0.3


def test_strips_have_a_name_each_and_their_pane_the_room(paned: LinkedCharts) -> None:
    all_shown(paned)
    pane = paned.shelf.panes["sets:rsi"]
    labels = [words for _, words in pane.values._tickLevels[0]]
    assert labels == ["low", "high"]
    assert pane.height() >= 2 * 17


def test_names_cannot_bring_mark_up(paned: LinkedCharts) -> None:
    all_shown(paned)
    assert "Sets of <rsi>" in paned.shelf.panes["sets:rsi"].heading.toPlainText()


def test_every_pane_tells_itself_in_words_and_in_a_table(paned: LinkedCharts) -> None:
    all_shown(paned)
    for key in BELOW:
        pane = paned.shelf.panes[key]
        assert pane.accessibleName() == pane.study.title
        assert pane.accessibleDescription().startswith(f"{pane.study.title}: ")
        figures = pane.figures()
        titles = [column.title for column in figures.columns]
        assert titles[0] == "time"
        columns = {column.title: column for column in figures.columns}
        for curve in pane.study.curves:
            np.testing.assert_array_equal(columns[curve.name].values, curve.values)
    rsi = paned.shelf.panes["rsi"].study.curves[0].values
    assert f"lowest {np.nanmin(rsi):.4g}"[:10] in paned.shelf.panes["rsi"].accessibleDescription()


def test_curves_over_the_candles_stand_in_the_table_while_they_are_shown(paned: LinkedCharts) -> None:
    assert "mean" not in [column.title for column in paned.price_plot.figures().columns]
    paned.show_panes({"over:mean"})
    assert "mean" in [column.title for column in paned.price_plot.figures().columns]


def test_a_curve_over_the_candles_is_drawn_where_its_values_are(paned: LinkedCharts) -> None:
    close = paned.data.close
    flat = Study("over:x", "x", "overlay", (Curve("x", np.full(COUNT, close[300:340].mean()), "series_3"),))
    paned.set_panes((flat,))
    paned.show_panes({"over:x"})
    paned.show_range(300, 340)
    image = paned.price_plot.viewport().grab().toImage()
    spots = [paned.price_plot.view_point(x, close[300:340].mean()).toPoint() for x in np.linspace(302, 338, 100)]
    wanted = tokens().series_3
    hits = [any(image.pixelColor(p.x(), p.y() + dy).name() == wanted for dy in (-1, 0, 1)) for p in spots]
    assert np.mean(hits) > 0.5


def test_other_bars_take_the_studies_down_and_the_choice_stays(
    paned: LinkedCharts, tiny_bars: Callable[..., pd.DataFrame], qtbot: QtBot
) -> None:
    from tests.gui.charts.conftest import chart_data

    choose(qtbot, paned, "rsi")
    asked: list[bool] = []
    paned.panes.asked.connect(lambda: asked.append(True))
    paned.set_data(chart_data(tiny_bars(400, frequency="1D")))
    assert paned.panes.shown == {"price", "equity", "drawdown"}
    assert asked == [True], "a pane that was chosen is missing, and nobody was told"
    short = Study("rsi", "rsi (14)", "curves", (Curve("rsi", np.linspace(0, 100, 400)),))
    paned.set_panes((short,))
    assert "rsi" in paned.panes.shown
    assert paned.shelf.panes["rsi"].isVisible()


def test_more_is_asked_for_once_when_the_menu_opens(
    charts: LinkedCharts, tiny_bars: Callable[..., pd.DataFrame]
) -> None:
    from tests.gui.charts.conftest import chart_data

    asked: list[bool] = []
    charts.panes.asked.connect(lambda: asked.append(True))
    menu = charts.tools.panes_menu
    menu.aboutToShow.emit()
    assert asked == [], "there is nothing to ask for without prices"
    charts.set_data(chart_data(tiny_bars(50)))
    menu.aboutToShow.emit()
    menu.aboutToShow.emit()
    assert asked == [True]
    charts.set_panes((), "The model is gone")
    assert "The model is gone" in [action.text() for action in menu.actions()]


def test_two_hundred_changes_of_studies_leave_no_panes_behind(paned: LinkedCharts, qtbot: QtBot) -> None:
    all_shown(paned)
    made = studies()
    for _ in range(8):
        paned.set_panes(made)
    qtbot.wait(0)
    assert len(paned.stack.panes) == 3 + len(BELOW)
    assert paned.splitter.count() == 3 + len(BELOW)
    assert len(paned.crosshair.verticals) == 3 + len(BELOW)
    curves = [item for item in paned.price_plot.view.addedItems if isinstance(item, LodCurve)]
    assert len(curves) == 1


def test_many_panes_in_a_low_window_can_be_scrolled_to(paned: LinkedCharts) -> None:
    least = paned.minimumHeight()
    paned.show_panes({*KEYS, "price", "equity", "drawdown"})
    assert paned.minimumHeight() == least, "the window would grow"
    paned.resize(900, 300)
    paned.grab()
    bar = paned.stack.verticalScrollBar()
    assert bar.maximum() > 0
    for pane in paned.stack.shown:
        assert pane.height() >= pane.minimumHeight()


def test_prices_keep_most_of_the_height(paned: LinkedCharts) -> None:
    all_shown(paned)
    heights = {pane.key: pane.height() for pane in paned.stack.shown}
    assert heights["price"] == max(heights.values())


@pytest.mark.parametrize("theme", ["light", "contrast"])
def test_panes_take_the_colours_of_the_theme(theme: str, paned: LinkedCharts, dark: QApplication) -> None:
    all_shown(paned)
    apply_theme(dark, theme)
    for key in BELOW:
        image = paned.shelf.panes[key].viewport().grab().toImage()
        assert image.pixelColor(3, 30).name() == tokens().chart_ground


def test_the_pane_menu_offers_what_the_chart_can_do(paned: LinkedCharts) -> None:
    all_shown(paned)
    offered = {action.objectName() for action in paned.shelf.panes["rsi"].actions()}
    assert {"dataTableAction", "charts.showAll", "charts.logScale", "charts.savePicture"} <= offered
