"""The page's two tables: what each symbol brought, and the closed trades of all."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from ktrdr_app.gui.panels.backtest.portfolio.view_model import Deal, Part
from ktrdr_app.gui.panels.backtest.tables import make_dense
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


def _outcome(deal: Deal) -> str:
    return "success" if deal.net > 0 else "danger"


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
    columns = [
        Column("#", lambda deal: str(deal.number + 1), lambda deal: deal.number, number=True),
        Column(_t("Symbol"), lambda deal: deal.symbol),
        Column(_t("Side"), lambda deal: f"{'▲' if deal.side == 'long' else '▼'} {deal.side}"),
        Column(_t("Entry"), lambda deal: deal.entry),
        Column(_t("Exit"), lambda deal: deal.exit),
        Column(
            _t("Return"),
            lambda deal: numbers.percent(deal.fraction, 1, signed=True),
            lambda deal: deal.fraction,
            number=True,
            token=_outcome,
            help=_t("Net profit over the entry's value, after commission and slippage"),
        ),
        Column(
            _t("Profit"),
            lambda deal: numbers.decimal(deal.net, 0),
            lambda deal: deal.net,
            number=True,
            token=_outcome,
            help=_t("Net profit in the account's currency"),
        ),
        Column(_t("Bars"), lambda deal: numbers.integer(deal.bars), lambda deal: deal.bars, number=True),
        Column(_t("End"), lambda deal: deal.reason, help=_t("Why the trade was closed")),
    ]
    table = RecordTable(columns, "backtestPanel.portfolioTrades", _t("Closed trades of all symbols; a row asks why"))
    make_dense(table)
    table.fit(len(columns) - 1)
    table.setMinimumHeight(72)
    return table
