"""The page of the portfolio: the shared account, how much of it is in which symbol, and what each one brought."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.gui.panels.backtest.form import BacktestForm
from ktrdr_app.gui.panels.backtest.portfolio.view_model import SHOWN, Part, PortfolioView
from ktrdr_app.gui.panels.backtest.portfolio.weights_plot import WeightsPlot
from ktrdr_app.gui.panels.backtest.results.account_plot import Account, AccountPlot
from ktrdr_app.gui.panels.backtest.run_place import RunPlace
from ktrdr_app.gui.tasks.errand import Errand
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.widgets import GRID, button, label, row
from ktrdr_app.workflows.many_requests import PortfolioRequest


class PortfolioPage(QWidget):
    """The form's strategy and model on every symbol that the form offers, with one account.

    Parameters
    ----------
    place : RunPlace
        Runs it.
    form : BacktestForm
        Says what is run, and on which symbols: with its ✦ ticked, on unseen ones alone.
    """

    def __init__(self, place: RunPlace, form: BacktestForm) -> None:
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
        self.parts = self._table()
        self.shown = QSplitter(Qt.Orientation.Vertical)
        self.shown.setChildrenCollapsible(False)
        shares = QSplitter(Qt.Orientation.Horizontal)
        shares.setChildrenCollapsible(False)
        shares.addWidget(self.exposure)
        shares.addWidget(self.weights)
        for widget in (self.equity, shares, self.parts):
            self.shown.addWidget(widget)
        self.shown.setSizes([240, 130, 200])
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

    def _table(self) -> RecordTable:
        columns = [
            Column(self.tr("Symbol"), _name),
            Column(self.tr("Trades"), lambda part: numbers.integer(part.trades), lambda part: part.trades, number=True),
            Column(
                self.tr("Profit"),
                lambda part: numbers.decimal(part.profit, 0),
                lambda part: part.profit,
                number=True,
                token=_tone,
                help=self.tr("Net profit of closed trades and what the open position is worth"),
            ),
            Column(
                self.tr("Of the capital"),
                lambda part: numbers.percent(part.share, 1, signed=True),
                lambda part: part.share,
                number=True,
                token=_tone,
                help=self.tr("Profit over the initial capital; together they are the portfolio's return"),
            ),
            Column(self.tr("Costs"), lambda part: numbers.decimal(part.costs, 0), lambda part: part.costs, number=True),
        ]
        table = RecordTable(columns, "backtestPanel.contributions", self.tr("What each symbol brought"))
        table.setMinimumHeight(112)
        table.verticalHeader().setDefaultSectionSize(24)
        return table

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
        self.weights.setVisible(bool(view.weights))
        self.parts.records.set_records(view.parts)
        self.shown.show()

    def _held_together(self, most: int) -> str:
        if most > 1:
            return self.tr("At most {0} positions were held together.").format(most)
        return self.tr("No two positions were held together.") if most else self.tr("No position was held.")


def _name(part: Part) -> str:
    return f"{part.symbol} ✦" if part.seen is False else part.symbol


def _tone(part: Part) -> str:
    if part.profit == 0:  # it was not traded
        return ""
    return "success" if part.profit > 0 else "danger"
