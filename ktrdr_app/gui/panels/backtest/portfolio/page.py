"""The page of the portfolio: the shared account, how much of it is in which symbol, and what each one brought."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QItemSelection, Qt, Slot
from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.backtest.form import BacktestForm
from ktrdr_app.gui.panels.backtest.portfolio.tables import deals_table, parts_table
from ktrdr_app.gui.panels.backtest.portfolio.view_model import SHOWN, PortfolioView
from ktrdr_app.gui.panels.backtest.portfolio.weights_plot import WeightsPlot
from ktrdr_app.gui.panels.backtest.results.account_plot import Account, AccountPlot
from ktrdr_app.gui.panels.backtest.run_place import RunPlace
from ktrdr_app.gui.panels.backtest.view_model import TradeRow
from ktrdr_app.gui.panels.backtest.why.card import WhyCard
from ktrdr_app.gui.tasks.errand import Errand
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.widgets import GRID, button, label, row, splitter
from ktrdr_app.workflows.many_requests import PortfolioRequest


class PortfolioPage(QWidget):
    """The form's strategy and model on every symbol that the form offers, with one account.

    Parameters
    ----------
    place : RunPlace
        Runs it.
    form : BacktestForm
        Says what is run, and on which symbols: with its ✦ ticked, on unseen ones alone.
    context : AppContext
        The window's shared state.
    """

    def __init__(self, place: RunPlace, form: BacktestForm, context: AppContext) -> None:
        super().__init__()
        self._runs_in, self._form = place, form
        self.view: PortfolioView | None = None
        self.start = button(self.tr("Run with one account"), "backtestPanel.portfolioButton", icon="play")
        self.start.setToolTip(self.tr("All symbols that the form offers share one account"))
        self.most = CalmComboBox("backtestPanel.mostPositions", self.tr("Most positions held together"))
        self.most.fill([(self.tr("any number"), None), *((str(count), count) for count in (1, 2, 3, 5, 10))], None)
        self.words = label("", wrap=True)
        self.words.setObjectName("backtestPanel.portfolioWords")
        self.equity = AccountPlot(self.tr("Shared account"), "backtestPanel.portfolioEquity")
        self.exposure = AccountPlot(
            self.tr("Share of the account in the market"), "backtestPanel.portfolioExposure", percents=True
        )
        self.weights = WeightsPlot()
        self.tables = self._make_tables()
        self.why = WhyCard(context, "portfolioWhy")
        self.shown = self._lay_out()
        self.shown.hide()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, GRID, 0, 0)
        box.setSpacing(GRID)
        box.addLayout(row(self.start, label(self.tr("Most positions together"), "muted"), self.most, 1))
        box.addWidget(self.words)
        box.addWidget(self.shown, 1)
        box.addStretch(0)
        self.start.clicked.connect(self.run)
        self.words.setText(
            self.tr("Press Run with one account: all symbols that the form offers are traded with the same money.")
        )

    def _make_tables(self) -> QTabWidget:
        self.parts, self.deals = parts_table(), deals_table()
        self.deals.selectionModel().selectionChanged.connect(self._chosen)
        tabs = QTabWidget()
        tabs.setObjectName("backtestPanel.portfolioTabs")
        tabs.setDocumentMode(True)
        accessibility.name(tabs, self.tr("What each symbol brought, or the trades"))
        accessibility.name(tabs.tabBar(), self.tr("What each symbol brought, or the trades"))
        tabs.addTab(self.parts, self.tr("Symbols"))
        tabs.addTab(self.deals, self.tr("Trades"))
        return tabs

    def _lay_out(self) -> QSplitter:
        """Return accounts above tables, and beside them why the chosen trade was made."""
        shares = splitter(Qt.Orientation.Horizontal, (self.exposure, 1), (self.weights, 1))
        left = splitter(Qt.Orientation.Vertical, (self.equity, 2), (shares, 1), (self.tables, 2))
        left.setSizes([230, 130, 210])
        for widget, least in ((self.equity, 96), (self.exposure, 84), (self.weights, 84), (self.tables, 104)):
            widget.setMinimumHeight(least)  # together they fit a small window with its dock open
        whole = splitter(Qt.Orientation.Horizontal, (left, 1), (self.why, 0))
        whole.setSizes([760, 384])
        self.why.hide()
        return whole

    @Slot()
    def run(self) -> None:
        """Let all symbols that the form offers share an account."""
        if self._runs_in.running:
            return
        try:
            each = self._form.request()
        except InvalidValue as error:
            self._runs_in.show_error(error)
            return
        request = PortfolioRequest(each, self._form.symbols, max_positions=self.most.currentData())
        title = self.tr("Portfolio of {0} on {1} symbols").format(each.strategy, len(request.symbols))
        self._runs_in.submit_run(Task(title, Errand("backtest_portfolio", request, SHOWN)), self.show_portfolio)

    @Slot(object)
    def show_portfolio(self, view: PortfolioView) -> None:
        """Show a finished portfolio.

        Parameters
        ----------
        view : PortfolioView
            As `portfolio_view` makes it.
        """
        self.view = view
        self._runs_in.say_ready()
        most = int(np.max(view.positions)) if len(view.positions) else 0
        self.words.setText(f"{view.sentence} {self._held_together(most)}")
        held = Account(self.tr("bought and held"), view.benchmark, "series_8", "dash")
        self.equity.set_accounts(view.times, (held, Account(self.tr("one account"), view.equity)))
        self.exposure.set_accounts(view.times, (Account(self.tr("in the market"), view.exposure, "series_3"),))
        self.weights.set_weights(view.times, view.weights)
        self.parts.records.set_records(view.parts)
        self.deals.records.set_records(view.deals)
        self.why.show_run(view.folder)
        self.why.hide()
        self.shown.show()

    @Slot(QItemSelection, QItemSelection)
    def _chosen(self, _new: QItemSelection, _old: QItemSelection) -> None:
        """Say why the trade was made whose row was chosen."""
        deal: TradeRow | None = self.deals.selected
        if deal is not None:
            self.why.show()
            self.why.show_trade(deal.number)

    def _held_together(self, most: int) -> str:
        if most > 1:
            return self.tr("At most {0} positions were held together.").format(most)
        return self.tr("No two positions were held together.") if most else self.tr("No position was held.")
