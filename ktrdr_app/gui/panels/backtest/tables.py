"""The station's two tables: figures beside buy and hold, and closed trades."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QAbstractItemView

from ktrdr_app.gui.panels.backtest.view_model import METRICS, MetricRow, TradeRow
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.dense_header import DenseHeader
from ktrdr_app.gui.ui.table import Column, RecordTable


def _t(text: str) -> str:
    return QCoreApplication.translate("backtestPanel", text)


def metrics_table() -> RecordTable:
    """Return the table of figures; its rows keep their order."""
    columns = [
        Column(_t("Figure"), lambda entry: entry.title, tip=_meaning),
        Column(_t("Model"), lambda entry: entry.model, number=True, tip=_meaning),
        Column(
            _t("Between"),
            lambda entry: entry.between,
            number=True,
            help=_t("Where the figure lies in 90 % of resamplings of the run's own days"),
            tip=_meaning,
        ),
        Column(_t("Buy & hold"), lambda entry: entry.held, number=True, tip=_meaning),
    ]
    table = RecordTable(columns, "backtestPanel.metricsTable", _t("Figures beside buy and hold"))
    table.setSortingEnabled(False)
    make_dense(table)
    table.fit(0)
    table.setMinimumWidth(376)
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    dashes = [MetricRow(title, numbers.NONE, numbers.NONE, meaning) for _, title, _, meaning in METRICS]
    table.records.set_records(dashes)
    return table


def _meaning(entry: MetricRow) -> str:
    """Return what a figure is by, for whoever points at it."""
    return entry.help


def make_dense(table: RecordTable) -> None:
    """Make a table small enough to stand beside others.

    Parameters
    ----------
    table : RecordTable
        The table; columns are fitted after this.
    """
    font = table.font()
    font.setPointSizeF(9.0)
    table.setFont(font)
    table.setStyleSheet("QTableView::item { padding: 4px 3px; }")
    DenseHeader(table).setFont(font)
    table.verticalHeader().setDefaultSectionSize(24)


def _outcome_token(trade: TradeRow) -> str:
    return "success" if trade.net > 0 else "danger"


def _price(value: float) -> str:
    return numbers.decimal(value, 2 if abs(value) >= 10 else 5)


def _entry_price(trade: TradeRow) -> float:
    return trade.entry_price


def _exit_price(trade: TradeRow) -> float:
    return trade.exit_price


def deal_columns() -> list[Column]:
    """Return the columns that every table of closed trades begins with: what is looked at most."""
    return [
        Column("#", lambda trade: str(trade.number + 1), lambda trade: trade.number, number=True),
        Column(_t("Side"), lambda trade: f"{'▲' if trade.side == 'long' else '▼'} {trade.side}"),
        Column(_t("Entry"), lambda trade: trade.entry),
        Column(_t("Exit"), lambda trade: trade.exit),
        Column(
            _t("Return"),
            lambda trade: numbers.percent(trade.fraction, 1, signed=True),
            lambda trade: trade.fraction,
            number=True,
            token=_outcome_token,
            help=_t("Net profit over the entry's value, after commission and slippage"),
        ),
        Column(
            _t("Profit"),
            lambda trade: numbers.decimal(trade.net, 0),
            lambda trade: trade.net,
            number=True,
            token=_outcome_token,
            help=_t("Net profit in the account's currency"),
        ),
        Column(_t("Bars"), lambda trade: numbers.integer(trade.bars), lambda trade: trade.bars, number=True),
        Column(_t("End"), lambda trade: trade.reason, help=_t("Why the trade was closed")),
    ]


def trades_table() -> RecordTable:
    """Return the table of trades; what is looked at most stands first, where no scrolling is needed."""
    columns = [
        *deal_columns(),
        Column(_t("In at"), lambda trade: _price(trade.entry_price), _entry_price, number=True, help=_t("Entry price")),
        Column(_t("Out at"), lambda trade: _price(trade.exit_price), _exit_price, number=True, help=_t("Exit price")),
        Column(
            _t("Best"),
            lambda trade: numbers.percent(trade.mfe, 1),
            lambda trade: trade.mfe,
            number=True,
            help=_t("Maximum favourable excursion: the best price while the trade was open"),
        ),
        Column(
            _t("Worst"),
            lambda trade: numbers.percent(trade.mae, 1),
            lambda trade: trade.mae,
            number=True,
            help=_t("Maximum adverse excursion: the worst price while the trade was open"),
        ),
    ]
    table = RecordTable(columns, "backtestPanel.tradesTable", _t("Closed trades; a row brings its trade into view"))
    make_dense(table)
    table.fit(len(columns) - 1)
    table.setMinimumHeight(84)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
    return table
