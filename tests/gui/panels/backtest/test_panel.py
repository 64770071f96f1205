"""Journeys through the backtest station: run, look, click a trade, stop, and errors told in place."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import BarsDone, PartialEquity, Progress
from ktrdr_app.gui.charts.base_panes import LEAST_HEIGHTS
from ktrdr_app.gui.charts.plot import ThemedPlot
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.backtest import BacktestPanel
from ktrdr_app.gui.panels.backtest.view_model import view_of
from tests.gui import helpers
from tests.gui.panels.backtest.conftest import outcome_of
from tests.gui.panels.backtest.journey import choose, open_station, run

pytestmark = pytest.mark.gui

Bars = Callable[..., pd.DataFrame]
MANY = {bar: (0 if bar % 20 == 5 else 2) for bar in range(5, 590) if bar % 20 in (5, 15)}


def runs_of(workspace: Workspace) -> list[str]:
    return sorted(path.name for path in workspace.runs.glob("*")) if workspace.runs.is_dir() else []


def shown(qtbot: QtBot, station: BacktestPanel, tiny_bars: Bars) -> BacktestPanel:
    """Show a run of 600 bars and some thirty trades."""
    station.show_run(view_of(outcome_of(tiny_bars(600, frequency="1D"), MANY)))
    station.grab()
    return station


def click_row(qtbot: QtBot, station: BacktestPanel, row: int) -> None:
    table = helpers.child(station, QTableView, "backtestPanel.tradesTable")
    table.scrollTo(table.model().index(row, 2))
    place = table.visualRect(table.model().index(row, 2)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_at_first_the_station_says_what_to_do(station: BacktestPanel) -> None:
    assert station.pages.currentIndex() == 0
    words = [label.text() for label in station.pages.currentWidget().findChildren(QLabel)]
    assert any("No backtest yet" in text for text in words)
    assert any("✦" in text for text in words)


def test_the_whole_journey_by_clicks(station: BacktestPanel, qtbot: QtBot, trained_workspace: Workspace) -> None:
    told: list[tuple[str, str]] = []
    station.context.stateChanged.connect(lambda name, state: told.append((name, state)))
    assert station.form.symbol.currentData() == "GOOG"
    run(qtbot, station)
    assert station.view is not None
    document = station.view.document
    assert (document["symbol"], document["timeframe"]) == ("GOOG", "1d")
    assert told == [("backtestPanel", "running"), ("backtestPanel", "ready")]
    assert len(runs_of(trained_workspace)) == 1
    assert station.pages.currentIndex() == 1
    assert station.form.badge.text() == "✔ universal_1d_v1, universal, step 1"
    assert not station.notice.isVisible()
    check_charts(station)
    check_tables(station)


def check_charts(station: BacktestPanel) -> None:
    """Compare what is drawn with the bars and the run."""
    view = station.view
    assert view is not None
    for part in ("candlePlot", "equityPlot", "drawdownPlot"):
        assert helpers.child(station, ThemedPlot, f"backtestPanel.{part}").isVisible()
    assert len(station.charts.candles) == view.document["bars"]
    assert len(station.charts.equity) == view.document["bars"]
    assert station.charts.equity.values[-1] == pytest.approx(view.document["final_equity"])
    worst = station.charts.drawdown.values.min()
    assert worst == pytest.approx(view.document["metrics"]["max_drawdown"], abs=1e-9)
    assert len(station.charts.markers.trades) == view.document["metrics"]["total_trades"]
    assert station.charts.shades[0].spans.tolist() == [], "GOOG was never seen in training"


def check_tables(station: BacktestPanel) -> None:
    view = station.view
    assert view is not None
    assert station.metrics.records.rowCount() == 19
    assert station.trades.records.rowCount() == view.document["metrics"]["total_trades"]
    assert station.verdict.text() == view.verdict.headline


def test_bars_the_model_learnt_from_are_tinted(station: BacktestPanel, qtbot: QtBot) -> None:
    choose(qtbot, station, "symbolCombo", "AAPL")
    run(qtbot, station)
    assert station.view is not None
    seen = int(station.view.document["seen_in_training"])
    assert seen > 0
    assert station.charts.shades[0].spans.tolist() == [[0, seen]]


def test_the_window_and_the_command_line_agree(
    station: BacktestPanel, qtbot: QtBot, trained_workspace: Workspace
) -> None:
    run(qtbot, station)
    from ktrdr_app.workflows.requests import BacktestRequest

    alone = workflows.backtest(BacktestRequest(trained_workspace, "quick", "GOOG", "1d"))
    assert station.view is not None
    assert station.view.document["final_equity"] == alone.document["final_equity"]
    assert station.view.document["metrics"] == alone.document["metrics"]


def test_a_click_on_a_row_brings_its_trade_into_view(station: BacktestPanel, qtbot: QtBot, tiny_bars: Bars) -> None:
    shown(qtbot, station, tiny_bars)
    trades = station.charts.data.trades
    for row in (0, 17, 3):
        click_row(qtbot, station, row)
        left, right = station.charts.visible_range
        assert left < trades.entry[row] < trades.exit[row] < right
        assert right - left < 250
        assert station.charts.markers.selected == row


def test_a_row_clicked_again_brings_its_trade_back(station: BacktestPanel, qtbot: QtBot, tiny_bars: Bars) -> None:
    shown(qtbot, station, tiny_bars)
    click_row(qtbot, station, 4)
    near = station.charts.visible_range
    station.charts.show_all()
    click_row(qtbot, station, 4)
    assert station.charts.visible_range[0] > 0
    assert station.charts.visible_range[1] < 400
    assert near != (-1.0, 600.0)


def test_the_keyboard_walks_over_the_rows(station: BacktestPanel, qtbot: QtBot, tiny_bars: Bars) -> None:
    shown(qtbot, station, tiny_bars)
    click_row(qtbot, station, 2)
    station.trades.setFocus()
    qtbot.keyClick(station.trades, Qt.Key.Key_Down)
    assert station.charts.markers.selected == 3


def test_sorted_rows_still_belong_to_their_trades(station: BacktestPanel, qtbot: QtBot, tiny_bars: Bars) -> None:
    shown(qtbot, station, tiny_bars)
    titles = [column.title for column in station.trades.records.columns]
    station.trades.sortByColumn(titles.index("Profit"), Qt.SortOrder.AscendingOrder)
    click_row(qtbot, station, 0)
    assert station.view is not None
    worst = min(station.view.trades, key=lambda trade: trade.net)
    assert station.charts.markers.selected == worst.number


def test_a_click_on_an_arrow_selects_the_row(station: BacktestPanel, qtbot: QtBot, tiny_bars: Bars) -> None:
    shown(qtbot, station, tiny_bars)
    charts = station.charts
    charts.show_range(90, 200)
    trades = charts.data.trades
    number = 6
    plot = charts.price_plot
    place = plot.view_point(int(trades.entry[number]), float(trades.entry_price[number])).toPoint() + QPoint(0, 6)
    with qtbot.waitSignal(charts.tradeChosen):
        qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert station.trades.selected is not None
    assert station.trades.selected.number == number
    assert charts.visible_range == (90.0, 200.0), "the view jumps although the trade is in it"


def test_bracket_keys_step_through_trades_and_rows(station: BacktestPanel, qtbot: QtBot, tiny_bars: Bars) -> None:
    shown(qtbot, station, tiny_bars)
    station.charts.price_plot.setFocus()
    for _ in range(3):
        qtbot.keyClick(station.charts.price_plot, Qt.Key.Key_BracketRight)
    assert station.trades.selected is not None
    assert station.trades.selected.number == 2


def test_a_run_without_trades_is_explained(station: BacktestPanel, tiny_bars: Bars) -> None:
    words = "0 trades: 812 signals were below confidence 0.60; the highest was 0.57"
    station.show_run(view_of(outcome_of(tiny_bars(100, frequency="1D"), {}, explanation=words)))
    assert station.trades.records.rowCount() == 0
    assert station.notes.text() == words
    assert station.notes.isVisibleTo(station)
    assert station.verdict.text() == "The strategy did not trade"
    assert len(station.charts.candles) == 100, "the chart is shown all the same"


def test_zero_trades_of_a_real_model_are_explained(
    station: BacktestPanel, qtbot: QtBot, trained_workspace: Workspace
) -> None:
    demanding = helpers.QUICK_STRATEGY + "decision: {confidence_threshold: 1.0}\n"
    (trained_workspace.strategies / "quick.yaml").write_text(demanding, encoding="utf-8")
    run(qtbot, station)
    assert station.trades.records.rowCount() == 0
    assert station.view is not None
    explanation = station.view.document["explanation"]
    assert explanation
    assert station.notes.text().startswith(explanation)


def test_a_model_that_is_not_there_is_told_in_place(
    station: BacktestPanel, qtbot: QtBot, trained_workspace: Workspace
) -> None:
    told: list[tuple[str, str]] = []
    station.context.notified.connect(lambda level, text, _details: told.append((level, text)))
    choose(qtbot, station, "modelCombo", "legacy")
    run(qtbot, station)
    assert station.notice.isVisible()
    assert station.notice.level == "danger"
    assert "no model for quick" in station.notice.text.text()
    assert "universal_1d_v1" in station.notice.hint.text(), "the hint says what is there"
    assert "\n" not in station.notice.text.text()
    assert told
    assert told[0][0] == "danger"
    assert runs_of(trained_workspace) == []
    assert station.run_button.isEnabled()


def test_a_model_folder_that_vanished_is_told_in_place(
    station: BacktestPanel, qtbot: QtBot, trained_workspace: Workspace
) -> None:
    path = next(str(info.path) for info in station.context.catalog.models.items)
    choose(qtbot, station, "modelCombo", path)
    (trained_workspace.models / "quick" / "universal_1d_v1" / "model.pt").write_bytes(b"no model at all")
    run(qtbot, station)
    assert station.notice.isVisible()
    assert "not usable" in station.notice.text.text()
    assert station.view is None
    assert station.pages.currentIndex() == 0


def test_the_next_good_run_takes_the_error_away(station: BacktestPanel, qtbot: QtBot) -> None:
    choose(qtbot, station, "modelCombo", "legacy")
    run(qtbot, station)
    assert station.notice.isVisible()
    choose(qtbot, station, "modelCombo", "auto")
    run(qtbot, station)
    assert not station.notice.isVisible()
    assert station.view is not None


def test_a_failed_run_leaves_the_last_result_in_place(station: BacktestPanel, qtbot: QtBot) -> None:
    run(qtbot, station)
    before = station.view
    choose(qtbot, station, "modelCombo", "legacy")
    run(qtbot, station)
    assert station.view is before
    assert station.pages.currentIndex() == 1
    assert len(station.charts.candles) > 0


def test_nothing_to_run_on_is_told_in_place(qtbot: QtBot, context: AppContext) -> None:
    for file in context.workspace.data.glob("*.csv"):
        file.unlink()
    panel = open_station(qtbot, context, "trend_momentum")
    helpers.click(qtbot, helpers.child(panel, QPushButton, "backtestPanel.runButton"))
    assert not panel.running
    assert panel.notice.isVisible()
    assert "data first" in panel.notice.hint.text()


class SlowRun:
    """A stand-in for the workflow that talks, waits where the test wants it, and can be stopped."""

    def __init__(self) -> None:
        self.talked = threading.Event()

    def __call__(self, _request: object, progress: Progress, cancel: CancelToken) -> Any:
        times = np.arange(400, dtype=np.int64) * 86_400_000_000_000
        progress(BarsDone(100, 400))
        progress(PartialEquity(times[:100], np.linspace(100.0, 120.0, 100)))
        self.talked.set()
        while True:
            cancel.check()
            cancel._event.wait(0.005)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> SlowRun:
    made = SlowRun()
    monkeypatch.setattr(workflows, "backtest", made, raising=False)
    return made


def test_progress_is_shown_while_a_run_is_under_way(station: BacktestPanel, qtbot: QtBot, slow: SlowRun) -> None:
    bar = helpers.child(station, QProgressBar, "backtestPanel.progressBar")
    assert not bar.isVisible()
    helpers.click(qtbot, station.run_button)
    qtbot.waitUntil(lambda: len(station.charts.equity) == 100, timeout=10_000)
    assert bar.isVisible()
    assert bar.value() == 250
    assert "bar 100 of 400" in station.words.text()
    assert not station.run_button.isEnabled()
    assert station.stop_button.isEnabled()
    station.run_main_action()
    assert len(station.context.tasks.running) == 1, "a second run was started beside the first"
    helpers.click(qtbot, station.stop_button)
    qtbot.waitUntil(lambda: not station.running, timeout=10_000)
    assert not bar.isVisible()


def test_stop_in_the_middle_leaves_nothing_half_done(
    station: BacktestPanel, qtbot: QtBot, slow: SlowRun, trained_workspace: Workspace
) -> None:
    helpers.click(qtbot, station.run_button)
    qtbot.waitUntil(slow.talked.is_set, timeout=10_000)
    helpers.click(qtbot, helpers.child(station, QPushButton, "backtestPanel.stopButton"))
    assert station.words.text() == "stopping…"
    qtbot.waitUntil(lambda: not station.running, timeout=10_000)
    assert "stopped; nothing was written" in station.notice.text.text()
    assert station.notice.level == "info"
    assert runs_of(trained_workspace) == []
    assert station.pages.currentIndex() == 0, "half an equity curve is left standing"
    assert station.run_button.isEnabled()
    assert not station.stop_button.isEnabled()


def test_a_real_run_can_be_stopped(station: BacktestPanel, qtbot: QtBot, trained_workspace: Workspace) -> None:
    station.run_main_action()
    station.stop_main_action()
    qtbot.waitUntil(lambda: not station.running, timeout=30_000)
    assert station.view is None
    assert runs_of(trained_workspace) == []
    assert [path.name for path in trained_workspace.root.glob("**/.*.tmp")] == []


def test_a_stopped_duel_says_that_a_finished_run_is_kept(station: BacktestPanel, qtbot: QtBot) -> None:
    station.form.versus.combo.setCurrentIndex(station.form.versus.combo.findData("legacy"))
    station.run_main_action()
    station.stop_main_action()
    qtbot.waitUntil(lambda: not station.running, timeout=30_000)
    assert station.notice.text.text() == "The duel was stopped; the first run is kept if it was over by then"


@pytest.mark.parametrize("page", ["grid", "portfolio"])
def test_of_many_symbols_that_were_stopped_nothing_is_kept(
    station: BacktestPanel, qtbot: QtBot, trained_workspace: Workspace, page: str
) -> None:
    station.tabs.setCurrentWidget(getattr(station, page))
    station.run_main_action()
    station.stop_main_action()
    qtbot.waitUntil(lambda: not station.running, timeout=30_000)
    assert station.notice.text.text() == "The run was stopped; nothing was written"
    assert runs_of(trained_workspace) == []


def test_a_stopped_run_leaves_the_last_result_in_place(
    station: BacktestPanel, qtbot: QtBot, tiny_bars: Bars, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown(qtbot, station, tiny_bars)
    slow = SlowRun()
    monkeypatch.setattr(workflows, "backtest", slow, raising=False)
    helpers.click(qtbot, station.run_button)
    qtbot.waitUntil(lambda: len(station.charts.equity) == 100, timeout=10_000)
    station.stop_main_action()
    qtbot.waitUntil(lambda: not station.running, timeout=10_000)
    assert len(station.charts.equity) == 600
    assert len(station.charts.candles) == 600


def test_a_bug_in_the_run_is_told_and_the_station_goes_on(
    station: BacktestPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> object:
        raise ZeroDivisionError("somebody divided")

    monkeypatch.setattr(workflows, "backtest", broken, raising=False)
    run(qtbot, station)
    assert "ZeroDivisionError: somebody divided" in station.notice.text.text()
    assert "Traceback" in station.notice.details
    assert station.run_button.isEnabled()
    monkeypatch.undo()
    run(qtbot, station)
    assert station.view is not None


def test_stop_without_a_run_does_nothing(station: BacktestPanel) -> None:
    station.stop_main_action()
    assert not station.running


def test_another_run_takes_the_place_of_the_first(station: BacktestPanel, tiny_bars: Bars, qtbot: QtBot) -> None:
    shown(qtbot, station, tiny_bars)
    click_row(qtbot, station, 5)
    station.show_run(view_of(outcome_of(tiny_bars(80, frequency="1D"), {5: 0, 20: 2})))
    assert station.trades.records.rowCount() == 1
    assert station.trades.selected is None
    assert station.charts.markers.selected is None
    left, right = station.charts.visible_range
    assert left <= 0
    assert right >= 79


@pytest.mark.parametrize("size", [(1340, 820), (1180, 720), (980, 620)])
def test_nothing_is_cut_off_or_squeezed_away(
    size: tuple[int, int], station: BacktestPanel, qtbot: QtBot, tiny_bars: Bars
) -> None:
    shown(qtbot, station, tiny_bars)
    station.resize(*size)
    station.grab()
    assert (station.width(), station.height()) == size
    check_places(station)
    for label in station.findChildren(QLabel):
        if label.isVisible() and label.text() and not label.wordWrap():
            assert label.width() >= label.sizeHint().width() - 1, f"{label.text()!r} is cut off"
    figures = station.metrics
    for row in range(figures.records.rowCount()):
        needed = figures.fontMetrics().horizontalAdvance(str(figures.records.index(row, 0).data()))
        assert figures.columnWidth(0) >= needed, "the name of a figure is cut off"


def check_places(station: BacktestPanel) -> None:
    """Each plot has its room, and none lies over another or over the table."""
    above = -1
    for plot, least in zip(station.charts.plots, LEAST_HEIGHTS, strict=True):
        top = plot.mapTo(station, QPoint(0, 0)).y()
        assert top > above, "a plot lies over the one above it"
        assert plot.height() >= least
        assert plot.width() > 400
        above = top + plot.height() - 1
    assert station.trades.mapTo(station, QPoint(0, 0)).y() > above, "the table lies over the drawdown"
    assert station.trades.height() >= 84
    assert station.trades.mapTo(station, QPoint(0, 0)).y() + station.trades.height() <= station.height()


def test_an_error_in_a_small_window_squeezes_nothing_out(station: BacktestPanel, qtbot: QtBot, tiny_bars: Bars) -> None:
    shown(qtbot, station, tiny_bars)
    station.resize(1184, 587)
    station.notice.show_text("danger", "no model for this", "train one")
    station.grab()
    assert station.height() == 587
    check_places(station)


def test_a_run_of_a_form_that_has_changed_since_does_not_speak_for_it(
    station: BacktestPanel, qtbot: QtBot, trained_workspace: Workspace
) -> None:
    helpers.click(qtbot, station.run_button)
    choose(qtbot, station, "modelCombo", "legacy")
    qtbot.waitUntil(lambda: not station.running, timeout=60_000)
    helpers.settle(qtbot, station.context.tasks)
    assert station.view is not None
    assert station.form.badge.text().startswith("✖"), "the badge tells of another model than the form asks for"
    assert station.charts.data.title == "GOOG 1d · universal_1d_v1", "the chart says which model traded"


def test_another_symbols_model_is_warned_of_beside_its_results(station: BacktestPanel, tiny_bars: Bars) -> None:
    model = {"path": "/w/models/s/AAPL_1d_v4", "kind": "legacy", "step": 3, "warning": "no model for TEST", "trace": []}
    station.show_run(view_of(outcome_of(tiny_bars(60, frequency="1D"), {5: 0, 20: 2}, model=model)))
    assert "AAPL_1d_v4" in station.notes.text()
    assert "no model for TEST" in station.notes.text()
    assert "AAPL_1d_v4" in station.charts.price_plot.heading.toPlainText()


def test_two_hundred_runs_leave_nothing_behind(station: BacktestPanel, qtbot: QtBot, tiny_bars: Bars) -> None:
    view = view_of(outcome_of(tiny_bars(60, frequency="1D"), {5: 0, 20: 2}))
    station.show_run(view)
    children = len(station.findChildren(object))  # type: ignore[type-var]
    for _ in range(200):
        station.show_run(view)
    assert len(station.findChildren(object)) == children  # type: ignore[type-var]
