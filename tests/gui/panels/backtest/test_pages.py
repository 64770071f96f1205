"""Journeys over the station's pages: rival and duel, many symbols, portfolio, export, bundle, what to change."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.sample import install_sample
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.backtest import BacktestPanel
from ktrdr_app.gui.panels.backtest.grid.card import GridCard
from ktrdr_app.gui.panels.backtest.grid.view_model import ORDERS, POINTS, Cell, thinned
from ktrdr_app.gui.tasks.manager import TaskManager
from tests.gui import helpers
from tests.gui.panels.backtest.journey import choose, open_station, run
from tests.workflows import quick
from tests.workflows.originals import original_folder

pytestmark = pytest.mark.gui


@pytest.fixture(scope="module")
def lively_master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace whose model trades often; copy it, do not change it."""
    workspace = Workspace(tmp_path_factory.mktemp("lively"))
    install_sample(workspace)
    quick.trained(workspace)
    return workspace.root


@pytest.fixture
def lively(qtbot: QtBot, dark: QApplication, tasks: TaskManager, lively_master: Path, tmp_path: Path) -> BacktestPanel:
    """Return the station over a copy of that workspace."""
    shutil.copytree(lively_master, tmp_path / "lively", symlinks=True)
    return open_station(qtbot, AppContext(Workspace(tmp_path / "lively"), tasks))


def finish(qtbot: QtBot, station: BacktestPanel) -> None:
    """Wait for the end of what runs."""
    qtbot.waitUntil(lambda: not station.running, timeout=60_000)
    helpers.settle(qtbot, station.context.tasks)


def main_action(qtbot: QtBot, station: BacktestPanel, page: object) -> None:
    station.tabs.setCurrentWidget(page)  # type: ignore[arg-type]
    station.run_main_action()
    finish(qtbot, station)


class TestDuel:
    def test_before_one_the_page_says_what_to_do(self, station: BacktestPanel) -> None:
        assert "under Versus" in station.duel.verdict.text()
        assert not station.duel.accounts.isVisibleTo(station.duel)

    def test_a_folder_of_the_original_is_fought_and_drawn(
        self, station: BacktestPanel, qtbot: QtBot, tmp_path: Path
    ) -> None:
        folder = original_folder(Workspace(tmp_path / "elsewhere"), "GOOG")
        station.form.versus.choose_folder(str(folder))
        assert station.form.versus.rival == str(folder)
        run(qtbot, station)
        duel = station.duel.duel
        assert duel is not None
        assert station.duel.verdict.text().replace("−", "-").replace("\u202f", " ") == duel.sentence
        assert station.duel.cautions.text().startswith("LOOK-AHEAD")
        np.testing.assert_array_equal(station.charts.rivals.curve.values, duel.second_equity)
        assert "legacy" in station.charts.equity_plot.heading.toPlainText()
        names = [account.name for account in station.duel.accounts.accounts]
        assert names == ["buy and hold", "legacy", "universal"]
        plot = station.duel.differences
        heights = [bar.height for bar in plot.bars]
        assert heights == pytest.approx(np.subtract(duel.paired.first, duel.paired.second).tolist())
        assert plot.band.getRegion() == pytest.approx((duel.paired.low, duel.paired.high))
        assert plot.mean.value() == pytest.approx(duel.paired.mean_difference)
        assert "universal less legacy" in plot.heading.toPlainText()
        assert len(plot.figures().columns) == 4
        assert station.shown_run is not None
        assert station.shown_run.folder == duel.first.folder, "the station shows the model that the form names"

    def test_a_rival_that_is_not_there_is_told(self, station: BacktestPanel, qtbot: QtBot) -> None:
        combo = station.form.versus.combo
        combo.setCurrentIndex(combo.findData("legacy"))
        run(qtbot, station)
        assert station.notice.level == "danger"
        assert station.duel.duel is None

    def test_the_folder_dialog_does_not_change_the_choice_until_one_is_chosen(
        self, station: BacktestPanel, qtbot: QtBot
    ) -> None:
        versus = station.form.versus
        versus.combo.setCurrentIndex(versus.combo.count() - 1)
        versus.combo.activated.emit(versus.combo.currentIndex())
        dialog = next(found for found in station.findChildren(QFileDialog) if found.isVisible())
        assert versus.rival == ""
        dialog.reject()
        qtbot.waitUntil(lambda: not station.findChildren(QFileDialog), timeout=5_000)

    def test_boxes_show_and_hide_what_is_drawn(self, lively: BacktestPanel, qtbot: QtBot) -> None:
        station = lively
        run(qtbot, station)
        station.form.versus.hold.setChecked(False)
        assert not station.charts.benchmark.isVisible()
        station.charts.toggle_benchmark()
        assert station.form.versus.hold.isChecked(), "the key B moves the box"
        band = station.charts.rivals.band
        assert band.isVisible()
        station.form.versus.random.setChecked(False)
        assert not band.isVisible()
        station.form.versus.random.setChecked(True)
        assert band.isVisible()
        assert not station.charts.rivals.luck.isVisible(), "the areas tell where they end"
        assert station.shown_run is not None
        random = station.shown_run.document["benchmark"]["random_entries"]
        start = station.shown_run.document["initial_capital"]
        named = {column.title: column.values for column in band.columns()}
        for percentile, key in ((5, "low"), (50, "median"), (95, "high")):
            values = named[f"random trades, {percentile} % below"]
            assert values[-1] == pytest.approx(start * (1 + random[key]), rel=1e-5)
            assert len(values) == len(station.charts.data)


class TestFigures:
    def test_intervals_and_luck_stand_in_the_table(self, lively: BacktestPanel, qtbot: QtBot) -> None:
        station = lively
        run(qtbot, station)
        assert station.view is not None
        rows = {row.title: row for row in station.metrics.records.records}
        bounds = station.view.document["statistics"]["intervals"]["sharpe_ratio"]
        between = rows["Sharpe"].between.replace("−", "-").split("…")
        assert [float(end) for end in between] == pytest.approx([bounds["low"], bounds["high"]], abs=0.006)
        assert rows["Trades"].between == ""
        assert rows["Random trades"].model.startswith("beats ")
        tip = station.metrics.records.index(5, 1).data(Qt.ItemDataRole.ToolTipRole)
        assert "risk-free rate 0" in tip

    def test_months_multiply_to_the_total(self, lively: BacktestPanel, qtbot: QtBot) -> None:
        station = lively
        run(qtbot, station)
        assert station.view is not None
        whole = np.prod([1 + value for value in station.view.monthly.values()]) - 1
        assert whole == pytest.approx(station.view.document["metrics"]["total_return"])
        assert station.months.heatmap.records.rowCount() > 5

    def test_trades_are_told_once_to_whoever_listens(self, lively: BacktestPanel, qtbot: QtBot) -> None:
        station = lively
        run(qtbot, station)
        found: list[int] = []
        station.trade_chosen.connect(found.append)
        station.pages.trades.step(1)
        station.charts.step_trade(1)
        assert found == [0, 1]

    def test_what_decides_is_a_click_away_where_nothing_was_traded(
        self, station: BacktestPanel, qtbot: QtBot, trained_workspace: Workspace
    ) -> None:
        change = helpers.child(station, QPushButton, "backtestPanel.changeButton")
        assert not change.isVisible()
        demanding = helpers.QUICK_STRATEGY + "decision: {confidence_threshold: 1.0}\n"
        (trained_workspace.strategies / "quick.yaml").write_text(demanding, encoding="utf-8")
        run(qtbot, station)
        assert change.isVisible()
        with qtbot.waitSignal(station.context.panelRequested) as asked:
            helpers.click(qtbot, change)
        assert asked.args == ["strategyPanel"]


class TestUnseen:
    def test_only_unseen_symbols_are_offered_when_asked_for(self, station: BacktestPanel) -> None:
        assert set(station.form.symbols) == {"AAPL", "GOOG", "IBM", "MSFT"}
        station.form.unseen_only.setChecked(True)
        assert set(station.form.symbols) == {"GOOG", "MSFT"}
        station.form.unseen_only.setChecked(False)
        assert len(station.form.symbols) == 4


class TestManySymbols:
    def test_each_symbol_has_a_card_that_opens_its_run(self, station: BacktestPanel, qtbot: QtBot) -> None:
        main_action(qtbot, station, station.grid)
        assert station.grid.view is not None
        assert len(station.grid.cards) == 4
        returns = [card.cell.earned for card in station.grid.cards]
        assert returns == sorted(returns, reverse=True)
        assert "Of 4 symbols" in station.grid.words.text()
        card = next(card for card in station.grid.cards if card.cell.symbol == "MSFT")
        assert card.title == "MSFT ✦"
        qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
        helpers.settle(qtbot, station.context.tasks)
        assert station.tabs.currentWidget() is station.pages
        assert station.shown_run is not None
        assert station.shown_run.document["symbol"] == "MSFT"
        assert station.shown_run.document["metrics"]["total_return"] == card.cell.earned

    def test_the_order_can_be_changed(self, station: BacktestPanel, qtbot: QtBot) -> None:
        station.form.unseen_only.setChecked(True)
        main_action(qtbot, station, station.grid)
        order = station.grid.order
        order.setCurrentIndex(order.findData("symbol"))
        assert [card.cell.symbol for card in station.grid.cards] == ["GOOG", "MSFT"]
        place = station.grid._layout.itemAtPosition(0, 1)
        assert isinstance(place.widget(), GridCard)
        assert place.widget().cell.symbol == "MSFT"  # type: ignore[attr-defined]

    def test_orders_put_the_best_first(self) -> None:
        flat = np.ones(2)
        good = Cell("B", Path("b"), False, 0.5, 0.1, -0.1, 1.0, 9, flat, flat)
        bad = Cell("A", Path("a"), True, 0.2, 0.4, -0.5, None, 2, flat, flat)
        for name, key in ORDERS.items():
            first = sorted([bad, good], key=key)[0]
            assert first is (bad if name == "symbol" else good), name

    def test_small_accounts_keep_their_ends(self) -> None:
        values = np.arange(5000.0)
        small = thinned(values)
        assert len(small) == POINTS
        assert (small[0], small[-1]) == (0.0, 4999.0)
        assert thinned(values[:10]).tolist() == values[:10].tolist()


class TestPortfolio:
    def test_parts_add_up_to_the_whole(self, lively: BacktestPanel, qtbot: QtBot) -> None:
        station = lively
        main_action(qtbot, station, station.portfolio)
        view = station.portfolio.view
        assert view is not None
        gained = view.equity[-1] / view.equity[0] - 1
        assert sum(part.share for part in view.parts) == pytest.approx(gained, abs=1e-6)
        assert {part.symbol for part in view.parts} == {"AAPL", "GOOG", "IBM", "MSFT"}
        assert np.nanmax(view.exposure) <= 1.001
        together = np.sum([np.abs(values) for values in view.weights.values()], axis=0)
        np.testing.assert_allclose(together, view.exposure, rtol=1e-9, atol=1e-12)
        shown = station.portfolio.weights
        assert shown.isVisibleTo(station.portfolio)
        assert set(shown.layers) == {name for name, values in view.weights.items() if np.nanmax(np.abs(values)) > 0}
        assert station.portfolio.parts.records.rowCount() == 4
        assert station.portfolio.equity.isVisibleTo(station.portfolio)
        assert "One account earned" in station.portfolio.words.text()

    def test_a_clicked_trade_says_why_it_was_made(self, lively: BacktestPanel, qtbot: QtBot) -> None:
        station = lively
        main_action(qtbot, station, station.portfolio)
        page = station.portfolio
        bar = page.tables.tabBar()
        qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(1).center())
        for row in (0, 2):
            place = page.deals.visualRect(page.deals.model().index(row, 1)).center()
            qtbot.mouseClick(page.deals.viewport(), Qt.MouseButton.LeftButton, pos=place)
            qtbot.waitUntil(lambda: page.why.view is not None and not page.why.asking.busy, timeout=30_000)
            deal = page.deals.selected
            assert page.why.headline.text().startswith(f"Trade {deal.number + 1}, {deal.symbol}, {deal.side}")
            keys = [section.section.step.key for section in page.why.sections]
            assert keys[:5] == ["inputs", "features", "answer", "contributions", "filters"]
            assert deal.entry in page.why.view.text
            assert page.why.isVisible()

    def test_positions_can_be_limited(self, lively: BacktestPanel, qtbot: QtBot) -> None:
        station = lively
        most = station.portfolio.most
        most.setCurrentIndex(most.findData(1))
        main_action(qtbot, station, station.portfolio)
        assert station.portfolio.view is not None
        assert station.portfolio.view.positions.max() == 1
        assert "No two positions were held together" in station.portfolio.words.text()


class TestExport:
    def test_without_a_run_the_button_says_so(self, station: BacktestPanel) -> None:
        made = station.files.export_button
        assert not made.isEnabled()
        assert made.toolTip() == "Run a backtest first"
        menu = helpers.child(station, QMenu, "backtestPanel.exportMenu")
        assert [action.text().replace("&", "") for action in menu.actions()] == [
            "HTML report…",
            "CSV tables…",
            "Run bundle…",
        ]

    def test_report_tables_and_bundle_are_written(self, station: BacktestPanel, qtbot: QtBot, tmp_path: Path) -> None:
        run(qtbot, station)
        assert station.shown_run is not None
        told: list[str] = []
        station.context.notified.connect(lambda _level, text, _details: told.append(text))
        out = tmp_path / "out"
        out.mkdir()
        station.files.save_report(str(out / "r.html"))
        station.files.save_tables(str(out))
        station.files.save_bundle(str(out / "b.zip"))
        helpers.settle(qtbot, station.context.tasks)
        name = station.shown_run.folder.name
        assert sorted(path.name for path in out.iterdir()) == sorted(
            ["b.zip", "r.html", *(f"{name}-{part}.csv" for part in ("decisions", "equity", "trades"))]
        )
        assert zipfile.is_zipfile(out / "b.zip")
        assert len(told) == 3

    def test_a_file_that_is_there_is_kept_and_told(self, station: BacktestPanel, qtbot: QtBot, tmp_path: Path) -> None:
        run(qtbot, station)
        (tmp_path / "r.html").write_text("mine")
        station.files.save_report(str(tmp_path / "r.html"))
        helpers.settle(qtbot, station.context.tasks)
        assert station.notice.level == "danger"
        assert (tmp_path / "r.html").read_text() == "mine"

    def test_a_bundle_opens_in_another_window_with_the_same_numbers(
        self, lively: BacktestPanel, qtbot: QtBot, tmp_path: Path, tasks: TaskManager
    ) -> None:
        station = lively
        run(qtbot, station)
        station.files.save_bundle(str(tmp_path / "b.zip"))
        helpers.settle(qtbot, station.context.tasks)
        empty = Workspace(tmp_path / "empty")
        empty.root.mkdir()
        other = BacktestPanel(AppContext(empty, tasks))
        qtbot.addWidget(other)
        other.show()
        other.files.open_file(str(tmp_path / "b.zip"))
        helpers.settle(qtbot, tasks)
        assert station.view is not None
        assert other.view is not None
        assert other.view.metrics == station.view.metrics
        assert other.view.trades == station.view.trades
        assert "same to the last digit" in other.notice.text.text()
        assert other.notice.level == "success"

    def test_a_damaged_bundle_is_told_in_place(self, station: BacktestPanel, qtbot: QtBot, tmp_path: Path) -> None:
        (tmp_path / "b.zip").write_text("no zip")
        station.files.open_file(str(tmp_path / "b.zip"))
        helpers.settle(qtbot, station.context.tasks)
        assert station.notice.level == "danger"
        assert "run bundle is not usable" in station.notice.text.text()
        assert station.view is None


def test_pages_follow_the_strategy_at_hand(qtbot: QtBot, trained_context: AppContext) -> None:
    panel = open_station(qtbot, trained_context)
    choose(qtbot, panel, "strategyCombo", "quick")
    names = [panel.tabs.tabText(place) for place in range(panel.tabs.count())]
    assert names == ["Chart and trades", "Months", "Returns, hours, weekdays", "Duel", "Many symbols", "Portfolio"]
