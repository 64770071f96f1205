"""What the station shows of a finished run, as plain arrays and rows made in the worker thread; no widgets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from ktrdr_app.backtesting.periods import Curve, monthly_returns
from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.gui.charts.chart_data import ChartData
from ktrdr_app.gui.charts.luck_band import PERCENTILES, LuckWay
from ktrdr_app.gui.charts.markers import TradeArrays
from ktrdr_app.gui.charts.open_mark import OpenPosition
from ktrdr_app.gui.charts.summary import stamp_text
from ktrdr_app.gui.ui import numbers
from ktrdr_app.workflows.coverage_sentences import coverage_note
from ktrdr_app.workflows.few_trades import few_trades_note
from ktrdr_app.workflows.many_requests import DuelRequest
from ktrdr_app.workflows.requests import BacktestOutcome, BacktestRequest
from ktrdr_app.workflows.wording import (
    Verdict,
    backtest_verdict,
    event_notes,
    fallback_warning,
    look_ahead_note,
    open_trade_note,
)

if TYPE_CHECKING:
    import pandas as pd

    from ktrdr_app.workflows.duel_run import Duel

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
    between : str
        Interval of the model's figure; empty where there is none.
    """

    title: str
    model: str
    held: str
    help: str
    between: str = ""


@dataclass(frozen=True)
class TradeRow:
    """One closed trade.

    Attributes
    ----------
    number : int
        From 0, in order of the exits, which for one symbol is that of the entries.
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
    entered : int
        Open of the bar of entry, nanoseconds UTC.
    symbol : str
        What was traded, in a run of several symbols; else empty.
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
    entered: int = 0
    symbol: str = ""


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
        The run itself.
    monthly : dict of str to float
        Returns of the account by ``YYYY-MM``.
    """

    document: Mapping[str, Any]
    chart: ChartData
    metrics: tuple[MetricRow, ...]
    trades: tuple[TradeRow, ...]
    verdict: Verdict
    notes: tuple[str, ...]
    outcome: BacktestOutcome
    monthly: Mapping[str, float]

    @property
    def entered(self) -> NDArray[np.int64]:
        """Opens of the bars in which each trade was entered, nanoseconds UTC."""
        return np.array([trade.entered for trade in self.trades], dtype=np.int64)

    @property
    def fractions(self) -> NDArray[np.float64]:
        """Net profit of each trade over its entry's value."""
        return np.array([trade.fraction for trade in self.trades], dtype=np.float64)

    @property
    def luck(self) -> tuple[MetricRow, ...]:
        """What as many trades at random times brought, as a row below the figures; none where it is not known."""
        return tuple(_luck(self.document["benchmark"].get("random_entries")))

    @property
    def idle(self) -> bool:
        """Whether it hardly traded, so that the decision's settings are what to look at."""
        return bool(self.document.get("explanation") or few_trades_note(self.document))


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
        trades=trade_rows(outcome.result.trades, daily=daily),
        verdict=backtest_verdict(document),
        notes=notes_of(document),
        outcome=outcome,
        monthly=monthly_returns(curve_of(outcome)),
    )


@dataclass(frozen=True)
class Fight:
    """Two finished runs, ready to be shown.

    Attributes
    ----------
    view : RunView
        The first one, with the second one's account on its chart.
    duel : Duel
        Both.
    """

    view: RunView
    duel: Duel


SHOWN = f"{__name__}:shown"
"""What an errand makes of a backtest."""


def shown(_request: BacktestRequest, outcome: BacktestOutcome) -> RunView:
    """Turn a backtest into what the station shows, in whichever process it was done.

    Parameters
    ----------
    _request : BacktestRequest
        What was asked.
    outcome : BacktestOutcome
        A finished run.
    """
    return view_of(outcome)


FOUGHT = f"{__name__}:fought"
"""What an errand makes of a duel."""


def fought(_request: DuelRequest, duel: Duel) -> Fight:
    """Turn a duel into what the station shows, in whichever process it was done.

    Parameters
    ----------
    _request : DuelRequest
        What was asked.
    duel : Duel
        Two finished runs.
    """
    view = view_of(duel.first)
    chart = replace(view.chart, rival=_floats(duel.second_equity), names=duel.names)
    return Fight(replace(view, chart=chart), duel)


def curve_of(outcome: BacktestOutcome) -> Curve:
    """Return the account of a run as a curve.

    Parameters
    ----------
    outcome : BacktestOutcome
        A finished run.
    """
    stamps = _stamps(outcome.bars.index.to_series())
    return Curve.of(outcome.result.values, stamps, float(outcome.document["initial_capital"]))


def metric_rows(document: Mapping[str, Any]) -> tuple[MetricRow, ...]:
    """Return the table of figures.

    Parameters
    ----------
    document : mapping
        The ``backtest`` document.
    """
    own = {"final_equity": document["final_equity"], **document["metrics"]}
    held = document["benchmark"]["buy_and_hold"]
    intervals = (document.get("statistics") or {}).get("intervals") or {}
    rows = [
        MetricRow(
            _t(title), write(own.get(key)), write(held.get(key)), _t(meaning), _between(intervals.get(key), write)
        )
        for key, title, write, meaning in METRICS
    ]
    return tuple(rows)


def _between(bounds: Mapping[str, float] | None, write: Write) -> str:
    """Write an interval as short as its column is narrow; percents without decimals and with one sign."""
    if not bounds:
        return ""
    if write is _ratio:
        return f"{_ratio(bounds['low'])}…{_ratio(bounds['high'])}"
    low, high = (numbers.percent(bounds[end], 0, signed=True) for end in ("low", "high"))
    return f"{low.rstrip('%').rstrip()}…{high}"


def _luck(random: Mapping[str, Any] | None) -> Iterator[MetricRow]:
    """Yield what as many trades at random times brought."""
    if random:
        about = _t(
            "As many trades at random times, held as long: share of {0} such runs that earned less; their middle 90 %"
        )
        spread = _between(random, _signed)
        beaten = _t("beats {0}").format(numbers.percent(random["percentile"], 0))
        yield MetricRow(_t("Random trades"), beaten, numbers.NONE, about.format(random["draws"]), spread)


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
    said += [few_trades_note(document), open_trade_note(document), *event_notes(document)]
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
    prices = {name: outcome.bars[name].to_numpy(np.float64) for name in ("open", "high", "low", "close")}
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
        open=prices["open"],
        high=prices["high"],
        low=prices["low"],
        close=prices["close"],
        equity=_floats(result.equity),
        benchmark=_floats(outcome.benchmark_equity),
        shaded=outcome.in_sample,
        trades=marks,
        open_position=_open_position(outcome, times),
        start_value=float(document["initial_capital"]),
        daily=daily,
        luck=_luck_span(document),
        luck_way=_luck_way(document),
    )


def _open_position(outcome: BacktestOutcome, times: NDArray[np.int64]) -> OpenPosition | None:
    left = outcome.result.open_trade
    if left is None:
        return None
    return OpenPosition(
        entry=int(np.searchsorted(times, left.entry_time.as_unit("ns").value)),
        last=len(times) - 1,
        entry_price=left.entry_price,
        last_price=left.last_price,
        long=left.side == "long",
        profit=left.unrealized_pnl,
    )


def _luck_span(document: Mapping[str, Any]) -> tuple[float, float, float] | None:
    random, start = document["benchmark"].get("random_entries"), float(document["initial_capital"])
    if not random:
        return None
    low, middle, high = (start * (1 + random[key]) for key in ("low", "median", "high"))
    return low, middle, high


def _luck_way(document: Mapping[str, Any]) -> LuckWay | None:
    """Return the percentiles of the random accounts; runs from before they were written down have none."""
    way, start = (document["benchmark"].get("random_entries") or {}).get("way"), float(document["initial_capital"])
    if not way:
        return None
    levels = np.array([way[f"p{percentile}"] for percentile in PERCENTILES], dtype=np.float64)
    return LuckWay(np.array(way["bars"], dtype=np.int64), start * (1 + levels), int(document["bars"]))


def trade_rows(table: pd.DataFrame, *, daily: bool) -> tuple[TradeRow, ...]:
    """Return closed trades as the tables show them.

    Parameters
    ----------
    table : DataFrame
        As the engine returns them: one row a trade, a portfolio's with its ``symbol``.
    daily : bool
        Whether bars are a day or longer, so that there is no time of day to tell.
    """
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
                entered=int(entries[number]),
                symbol=str(fields.get("symbol", "")),
            )
        )
    return tuple(rows)
