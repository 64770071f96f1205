"""The page's two tables: what each symbol brought, and the closed trades of all."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from ktrdr_app.gui.panels.backtest.portfolio.view_model import Part
from ktrdr_app.gui.panels.backtest.tables import deal_columns, make_dense
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.table import Column, RecordTable


def _t(text: str) -> str:
    return QCoreApplication.translate("PortfolioPage", text)


def _name(part: Part) -> str:
    return f"{part.symbol} ✦" if part.seen is False else part.symbol


def _tone(part: Part) -> str:
    if part.profit == 0:  # it was not traded
        return ""
    return "success" if part.profit > 0 else "danger"


def parts_table() -> RecordTable:
    """Return the table of what each symbol brought."""
    columns = [
        Column(_t("Symbol"), _name),
        Column(_t("Trades"), lambda part: numbers.integer(part.trades), lambda part: part.trades, number=True),
        Column(
            _t("Profit"),
            lambda part: numbers.decimal(part.profit, 0),
            lambda part: part.profit,
            number=True,
            token=_tone,
            help=_t("Net profit of closed trades and what the open position is worth"),
        ),
        Column(
            _t("Of the capital"),
            lambda part: numbers.percent(part.share, 1, signed=True),
            lambda part: part.share,
            number=True,
            token=_tone,
            help=_t("Profit over the initial capital; together they are the portfolio's return"),
        ),
        Column(_t("Costs"), lambda part: numbers.decimal(part.costs, 0), lambda part: part.costs, number=True),
    ]
    table = RecordTable(columns, "backtestPanel.contributions", _t("What each symbol brought"))
    make_dense(table)
    table.fit(0)
    table.setMinimumHeight(72)
    return table


def deals_table() -> RecordTable:
    """Return the table of the closed trades of all symbols."""
    number, *others = deal_columns()
    columns = [number, Column(_t("Symbol"), lambda deal: deal.symbol), *others]
    table = RecordTable(columns, "backtestPanel.portfolioTrades", _t("Closed trades of all symbols; a row asks why"))
    make_dense(table)
    table.fit(len(columns) - 1)
    table.setMinimumHeight(72)
    return table
