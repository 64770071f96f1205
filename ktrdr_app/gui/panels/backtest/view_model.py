"""What the station shows of a finished run, as plain arrays and rows made in the worker thread; no widgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.gui.charts.chart_data import ChartData
from ktrdr_app.gui.charts.markers import TradeArrays
from ktrdr_app.gui.charts.summary import stamp_text
from ktrdr_app.gui.ui import numbers
from ktrdr_app.workflows.coverage_sentences import coverage_note
from ktrdr_app.workflows.requests import BacktestOutcome
from ktrdr_app.workflows.wording import (
    Verdict,
    backtest_verdict,
    event_notes,
    fallback_warning,
    look_ahead_note,
    open_trade_note,
)

_DAY = NANOSECONDS["1d"]

Write = Callable[[float | None], str]


def _percent(value: float | None) -> str:
    return numbers.percent(value)


def _signed(value: float | None) -> str:
    return numbers.percent(value, signed=True)


def _money(value: float | None) -> str:
    return numbers.decimal(value, 0)


def _ratio(value: float | None) -> str:
    return numbers.decimal(value, 2)


METRICS: tuple[tuple[str, str, Write, str], ...] = (
    ("final_equity", "Final equity", _money, "Account value at the last close"),
    ("total_return", "Total return", _signed, "Final equity over initial capital, less 1"),
    ("annualized_return", "Per year", _signed, "Compound growth per year, by the data's own dates"),
    ("max_drawdown", "Drawdown", _percent, "Deepest fall from the highest value so far"),
    ("volatility", "Volatility", _percent, "Standard deviation of returns, per year"),
    ("sharpe_ratio", "Sharpe", _ratio, "Mean over standard deviation of returns, per year; risk-free rate 0"),
    ("sortino_ratio", "Sortino", _ratio, "Mean over downside deviation, per year"),
    ("calmar_ratio", "Calmar", _ratio, "Growth per year over worst drawdown"),
    ("total_trades", "Trades", numbers.integer, "Closed trades"),
    ("win_rate", "Win rate", _percent, "Share of closed trades with a net profit"),
    ("profit_factor", "Profit factor", _ratio, "Sum of profits over sum of losses"),
    ("expectancy", "Mean trade", _money, "Mean net profit per closed trade"),
    ("avg_win", "Mean win", _money, "Mean net profit of winning trades"),
    ("avg_loss", "Mean loss", _money, "Mean net loss of losing trades"),
    ("exposure", "Time invested", _percent, "Share of bars with a position"),
    ("turnover", "Turnover", _ratio, "Traded value over mean equity, per year; 2 is bought and sold once"),
    ("total_commission", "Commission", _money, "All commission paid"),
    ("total_slippage", "Slippage", _money, "Cost of fills worse than the market price"),
    ("total_financing", "Interest", _money, "Swap and borrow paid less received"),
)
"""Key, title, how it is written, and what it means; in the order of the table."""


@dataclass(frozen=True)
class MetricRow:
    """One figure beside that of buy and hold.

    Attributes
    ----------
    title, model, held, help : str
        Words of the row, and what the figure means.
    """

    title: str
    model: str
    held: str
    help: str


@dataclass(frozen=True)
class TradeRow:
    """One closed trade.

    Attributes
    ----------
    number : int
        From 0, in order of entry.
    side : str
        ``long`` or ``short``.
    entry, exit : str
        Bar opens.
    entry_price, exit_price : float
        Prices with slippage.
    net, fraction, mfe, mae : float
        Net profit in account currency; net profit, best and worst excursion as fractions.
    bars : int
        Bars held.
    reason : str
        Why it ended.
    """

    number: int
    side: str
    entry: str
    exit: str
    entry_price: float
    exit_price: float
    net: float
    fraction: float
    mfe: float
    mae: float
    bars: int
    reason: str


@dataclass(frozen=True)
class RunView:
    """A finished run, ready to be shown.

    Attributes
    ----------
    document : dict
        What ``backtest --json`` prints.
    chart : ChartData
        Arrays of the charts.
    metrics : tuple of MetricRow
        The figures.
    trades : tuple of TradeRow
        The trades.
    verdict : Verdict
        The run in plain words.
    notes : tuple of str
        What must be said beside it: why there is no trade, what is still open.
    outcome : BacktestOutcome
        The run itself, from which the panes of the charts are computed when they are looked for.
    """

    document: Mapping[str, Any]
    chart: ChartData
    metrics: tuple[MetricRow, ...]
    trades: tuple[TradeRow, ...]
    verdict: Verdict
    notes: tuple[str, ...]
    outcome: BacktestOutcome


def view_of(outcome: BacktestOutcome) -> RunView:
    """Turn a backtest into what the station shows.

    Parameters
    ----------
    outcome : BacktestOutcome
        A finished run.
    """
    document = outcome.document
    daily = NANOSECONDS[document["timeframe"]] >= _DAY
    return RunView(
        document=document,
        chart=_chart(outcome, daily=daily),
        metrics=metric_rows(document),
        trades=_trades(outcome, daily=daily),
        verdict=backtest_verdict(document),
        notes=notes_of(document),
        outcome=outcome,
    )


def metric_rows(document: Mapping[str, Any]) -> tuple[MetricRow, ...]:
    """Return the table of figures.

    Parameters
    ----------
    document : mapping
        The ``backtest`` document.
    """
    own = {"final_equity": document["final_equity"], **document["metrics"]}
    held = document["benchmark"]["buy_and_hold"]
    return tuple(
        MetricRow(_t(title), write(own.get(key)), write(held.get(key)), _t(meaning))
        for key, title, write, meaning in METRICS
    )


def _t(text: str) -> str:
    return QCoreApplication.translate("BacktestPanel", text)


def notes_of(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what must be said beside a run.

    Parameters
    ----------
    document : mapping
        The ``backtest`` document.
    """
    why = str(document.get("explanation") or "")
    said = [fallback_warning(document), look_ahead_note(document), coverage_note(document), why]
    said += [open_trade_note(document), *event_notes(document)]
    return tuple(sentence for sentence in said if sentence)


def _stamps(moments: Any) -> NDArray[np.int64]:
    """Return a pandas Series of moments as nanoseconds UTC."""
    return np.asarray(moments.dt.as_unit("ns").astype("int64"), dtype=np.int64)


def _title(document: Mapping[str, Any]) -> str:
    """Name the series and the model that traded it: the form may say something else by then."""
    series = f"{document['symbol']} {document['timeframe']}"
    return f"{series} · {Path(document['model']['path']).name}" if document.get("model") else series


def _floats(values: Any) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64)


def _chart(outcome: BacktestOutcome, *, daily: bool) -> ChartData:
    document, result = outcome.document, outcome.result
    times, trades = _stamps(outcome.bars.index.to_series()), result.trades
    open_, high, low, close = (outcome.bars[name].to_numpy(np.float64) for name in ("open", "high", "low", "close"))
    marks = TradeArrays(
        entry=np.searchsorted(times, _stamps(trades["entry_time"])).astype(np.int64),
        exit=np.searchsorted(times, _stamps(trades["exit_time"])).astype(np.int64),
        entry_price=trades["entry_price"].to_numpy(np.float64),
        exit_price=trades["exit_price"].to_numpy(np.float64),
        long=(trades["side"] == "long").to_numpy(np.bool_),
        profit=trades["net_pnl"].to_numpy(np.float64),
    )
    return ChartData(
        title=_title(document),
        times=times,
        open=open_,
        high=high,
        low=low,
        close=close,
        equity=_floats(result.equity),
        benchmark=_floats(outcome.benchmark_equity),
        shaded=outcome.in_sample,
        trades=marks,
        start_value=float(document["initial_capital"]),
        daily=daily,
    )


def _trades(outcome: BacktestOutcome, *, daily: bool) -> tuple[TradeRow, ...]:
    table = outcome.result.trades
    entries, exits = _stamps(table["entry_time"]), _stamps(table["exit_time"])
    rows = []
    records: Any = table.to_dict("records")
    for number, fields in enumerate(records):
        rows.append(
            TradeRow(
                number=number,
                side=fields["side"],
                entry=stamp_text(int(entries[number]), with_time=not daily),
                exit=stamp_text(int(exits[number]), with_time=not daily),
                entry_price=fields["entry_price"],
                exit_price=fields["exit_price"],
                net=fields["net_pnl"],
                fraction=fields["return_pct"],
                mfe=fields["mfe"],
                mae=fields["mae"],
                bars=int(fields["bars_held"]),
                reason=fields["exit_reason"].replace("_", " "),
            )
        )
    return tuple(rows)
