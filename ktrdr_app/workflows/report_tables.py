"""The tables of a report: captions, columns with units, cells as text; no markup, which is the template's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ktrdr_app.workflows.frames import records
from ktrdr_app.workflows.wording import MISSING, day, number, percent, significant

if TYPE_CHECKING:
    import pandas as pd

MOST_TRADES = 200
"""Trades that a report lists; the trades file has all."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

METRICS: tuple[tuple[str, str, str, str], ...] = (
    ("total_return", "Total return", "percent", "final equity / initial capital − 1"),
    ("annualized_return", "Annualised return", "percent", "compound, per year of the bars' own dates"),
    ("volatility", "Volatility", "percent", "standard deviation of the bars' returns, per year"),
    ("sharpe_ratio", "Sharpe ratio", "ratio", "mean / standard deviation of returns, per year, no risk-free rate"),
    ("sortino_ratio", "Sortino ratio", "ratio", "as Sharpe, with the downside deviation over all bars"),
    ("max_drawdown", "Worst drawdown", "percent", "deepest fall below the highest equity so far"),
    ("calmar_ratio", "Calmar ratio", "ratio", "annualised return / worst drawdown"),
    ("exposure", "Exposure", "percent", "share of bars with an open position"),
    ("turnover", "Turnover", "ratio", "traded value / mean equity, per year; 2 is one purchase and one sale"),
    ("total_trades", "Trades", "count", "closed trades"),
    ("win_rate", "Win rate", "percent", "trades with a net profit"),
    ("profit_factor", "Profit factor", "ratio", "net profits / net losses"),
    ("expectancy", "Expectancy", "money", "mean net result per trade, account currency"),
    ("avg_win", "Average win", "money", "account currency"),
    ("avg_loss", "Average loss", "money", "account currency"),
    ("total_commission", "Commission paid", "money", "account currency"),
    ("total_slippage", "Slippage paid", "money", "account currency"),
    ("total_financing", "Interest paid", "money", "swap and borrow, account currency; below 0 where received"),
)
"""Key, name, unit and meaning of each figure of a backtest, in the order they are shown."""


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes
    ----------
    text : str
        What it says.
    mark : str
        ``good``, ``bad`` or nothing.
    heat : float
        -1 to 1: depth of its tint, orange below zero and blue above.
    """

    text: str
    mark: str = ""
    heat: float = 0.0


@dataclass(frozen=True)
class Table:
    """A table of cells; the first column heads its rows.

    Attributes
    ----------
    caption : str
        What the table shows.
    columns : tuple of str
        Headings, with units.
    rows : tuple of tuple of Cell
        As many cells as columns.
    words : int
        Columns from the left that hold words; the rest hold figures.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    words: int = 1


def metric_text(value: float | None, unit: str) -> str:
    """Return a figure of a backtest with its unit.

    Parameters
    ----------
    value : float or None
        The figure; None where it does not exist (no trades).
    unit : str
        ``percent``, ``ratio``, ``count`` or ``money``.
    """
    if unit == "percent":
        return percent(value)
    return number(value, 0 if unit == "count" else 2)


def metrics_table(backtest: Mapping[str, Any]) -> Table:
    """Return the figures of a backtest beside those of buy and hold.

    Parameters
    ----------
    backtest : mapping
        The ``backtest`` document.
    """
    own, held = backtest["metrics"], backtest.get("benchmark", {}).get("buy_and_hold") or {}
    rows = [
        (Cell(name), Cell(metric_text(own.get(key), unit)), Cell(metric_text(held.get(key), unit)), Cell(meaning))
        for key, name, unit, meaning in METRICS
    ]
    money = (
        Cell("Final equity"),
        Cell(number(backtest.get("final_equity"))),
        Cell(number(held.get("final_equity"))),
        Cell(f"account currency, from {number(backtest.get('initial_capital'))}"),
    )
    caption = f"{backtest['symbol']} {backtest['timeframe']}, {backtest['bars']:,} bars, after costs"
    return Table(caption, ("Figure", "Strategy", "Buy and hold", "Meaning"), (money, *rows))


def monthly_returns(equity: pd.Series[float], initial: float) -> dict[tuple[int, int], float]:
    """Return the return of each calendar month (UTC) that has bars, as a fraction.

    The first month starts from the initial capital; every other from the last equity of the month before it.

    Parameters
    ----------
    equity : Series
        Account value at each bar's close, by UTC open time.
    initial : float
        Initial capital.
    """
    months = np.asarray(equity.index, dtype="datetime64[M]").astype(np.int64)
    values = equity.to_numpy(np.float64)
    last = np.flatnonzero(np.append(np.diff(months) != 0, True))
    before = np.concatenate(([initial], values[last[:-1]]))
    return {
        (int(month // 12) + 1970, int(month % 12) + 1): float(after / start - 1.0)
        for month, after, start in zip(months[last], values[last], before, strict=True)
    }


def monthly_table(equity: pd.Series[float], benchmark: pd.Series[float] | None, initial: float) -> Table:
    """Return the months of each year, the year, and buy and hold's year.

    Parameters
    ----------
    equity : Series
        Account value at each bar's close, by UTC open time.
    benchmark : Series, optional
        Buy and hold with the same capital and costs.
    initial : float
        Initial capital of both.
    """
    own = monthly_returns(equity, initial)
    held = {} if benchmark is None else monthly_returns(benchmark, initial)
    deepest = max((abs(value) for value in own.values()), default=0.0) or 1.0
    rows = []
    for year in sorted({year for year, _ in own}):
        cells = [_month_cell(own.get((year, month)), deepest) for month in range(1, 13)]
        whole, other = _year(own, year), _year(held, year) if held else None
        rows.append((Cell(str(year)), *cells, Cell(_bare(whole)), Cell(_bare(other))))
    return Table("Returns by month, percent", ("Year", *MONTHS, "Whole year", "Buy and hold"), tuple(rows))


def _month_cell(value: float | None, deepest: float) -> Cell:
    return Cell("") if value is None else Cell(_bare(value), heat=round(value / deepest, 3))


def _year(months: Mapping[tuple[int, int], float], year: int) -> float:
    return float(np.prod([1.0 + value for (of, _), value in months.items() if of == year])) - 1.0


def _bare(value: float | None) -> str:
    return percent(value).removesuffix(" %")


def trades_table(trades: pd.DataFrame) -> Table:
    """Return the first trades, and in the caption how many there are.

    Parameters
    ----------
    trades : DataFrame
        Closed trades, columns as in the trades file.
    """
    columns = (
        "No.",
        "Side",
        "Entry, UTC",
        "Exit, UTC",
        "Exit reason",
        "Bars",
        "Quantity",
        "Entry price",
        "Exit price",
        "Costs",
        "Net result",
        "Return",
        "Best",
        "Worst",
    )
    shown = records(trades, MOST_TRADES)
    daily = all(str(trade[key])[11:16] == "00:00" for trade in shown for key in ("entry_time", "exit_time"))
    rows = tuple(_trade_row(order, trade, 10 if daily else 16) for order, trade in enumerate(shown, start=1))
    counted = f"all {len(trades):,}" if len(rows) == len(trades) else f"the first {len(rows):,} of {len(trades):,}"
    return Table(f"Trades: {counted}; money in account currency", columns, rows, words=5)


def _trade_row(order: int, trade: Mapping[str, Any], digits: int) -> tuple[Cell, ...]:
    net = float(trade["net_pnl"])
    costs = float(trade["commission"]) + float(trade["slippage_cost"])
    return (
        Cell(str(order)),
        Cell(str(trade["side"]).lower()),
        Cell(str(trade["entry_time"])[:digits].replace("T", " ")),
        Cell(str(trade["exit_time"])[:digits].replace("T", " ")),
        Cell(str(trade["exit_reason"]).replace("_", " ")),
        Cell(number(trade["bars_held"], 0)),
        Cell(significant(trade["quantity"])),
        Cell(significant(trade["entry_price"])),
        Cell(significant(trade["exit_price"])),
        Cell(number(costs)),
        Cell(number(net), "good" if net > 0 else "bad"),
        Cell(percent(trade["return_pct"], 2)),
        Cell(percent(trade["mfe"], 2)),
        Cell(percent(trade["mae"], 2)),
    )


def facts_table(train: Mapping[str, Any]) -> Table:
    """Return what was trained on what: symbols, rows, dates of the split, purge, seed, epochs.

    Parameters
    ----------
    train : mapping
        The ``train`` document.
    """
    split = train.get("split") or {}
    trained, best = train.get("epochs_trained", MISSING), train.get("best_epoch", MISSING)
    facts = [
        ("Strategy", str(train["strategy_name"])),
        ("Time frame", str(train["timeframe"])),
        ("Symbols", ", ".join(_with_rows(train))),
        ("Rows to train on", number(train.get("total_samples"), 0)),
        *((_name(key), _moment(value) if key.endswith("_end") else _plain(value)) for key, value in split.items()),
        ("Epochs", f"{trained} trained, weights of epoch {best}"),
        ("Seed", str(train.get("seed", MISSING))),
        ("Model", str(train.get("model_path", MISSING))),
    ]
    return Table("What the model learnt from", ("Fact", "Value"), _pairs(facts), words=2)


def _with_rows(train: Mapping[str, Any]) -> list[str]:
    rows = train.get("samples_per_symbol") or {}
    return [f"{name} ({number(rows[name], 0)} rows)" if name in rows else name for name in train["training_symbols"]]


def settings_table(settings: Mapping[str, Any]) -> Table:
    """Return every setting by its dotted name.

    Parameters
    ----------
    settings : mapping
        Nested settings.
    """
    return Table("Settings of this run", ("Setting", "Value"), _pairs(list(_flat(settings, ""))), words=2)


def trace_table(trace: Sequence[Mapping[str, Any]]) -> Table:
    """Return what the resolver looked at, in order.

    Parameters
    ----------
    trace : sequence of mapping
        Entries with step, pattern, path, result and reason.
    """
    keys = ("step", "pattern", "path", "result", "reason")
    rows = tuple(tuple(Cell(_plain(entry.get(key))) for key in keys) for entry in trace)
    columns = ("Step", "Looked for", "Found", "Result", "Reason")
    return Table("How the model was chosen", columns, rows, words=5)


def _flat(settings: Mapping[str, Any], before: str) -> Iterator[tuple[str, str]]:
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", _plain(value)


def _plain(value: object) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(_plain(entry) for entry in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_plain(entry)}" for key, entry in value.items())
    return str(value)


def _moment(value: object) -> str:
    return f"{str(value)[:16].replace('T', ' ')} UTC"


def _name(key: str) -> str:
    words = key.replace("_", " ")
    return words[:1].upper() + words[1:]


def _pairs(facts: Sequence[tuple[str, str]]) -> tuple[tuple[Cell, ...], ...]:
    return tuple((Cell(name), Cell(value)) for name, value in facts)


def spans(backtest: Mapping[str, Any]) -> str:
    """Return the dates of a backtest in words.

    Parameters
    ----------
    backtest : mapping
        The ``backtest`` document.
    """
    return f"{day(backtest.get('start'))} to {day(backtest.get('end'))}"
