"""The tables of a report, cell by cell, against slow loops over the same records."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.backtesting.metrics import performance_metrics
from ktrdr_app.backtesting.trades import TRADE_COLUMNS
from ktrdr_app.workflows.report_tables import (
    METRICS,
    MOST_TRADES,
    Cell,
    facts_table,
    metrics_table,
    monthly_returns,
    monthly_table,
    settings_table,
    spans,
    trace_table,
    trades_table,
)

BEGAN = datetime(2015, 11, 17, tzinfo=UTC)


def equity_of(steps: list[float], days: int) -> pd.Series:
    stamps = pd.DatetimeIndex([BEGAN + timedelta(days=days * order) for order in range(len(steps))])
    return pd.Series(100.0 * np.cumprod(1.0 + np.array(steps)), index=stamps)


def slow_months(equity: pd.Series, initial: float) -> dict[tuple[int, int], float]:
    """Return monthly returns by walking through the bars one by one."""
    ends: dict[tuple[int, int], float] = {}
    for moment, value in equity.items():
        ends[(moment.year, moment.month)] = value
    found, before = {}, initial
    for month, value in ends.items():
        found[month] = value / before - 1.0
        before = value
    return found


def trade(order: int, **changes: object) -> dict[str, object]:
    entry = BEGAN + timedelta(days=3 * order)
    row = dict.fromkeys(TRADE_COLUMNS, 0.0)
    row |= {"entry_time": entry, "exit_time": entry + timedelta(days=2), "side": "long", "exit_reason": "signal"}
    row |= {"quantity": 10.0, "entry_price": 100.0, "exit_price": 101.0, "bars_held": 2, "net_pnl": 8.0}
    return {**row, **changes}


steps = st.lists(st.floats(-0.3, 0.3), min_size=1, max_size=200)


@given(steps, st.integers(1, 40))
def test_monthly_returns_are_those_of_a_walk_through_the_bars(moves, days):
    equity = equity_of(moves, days)
    expected = slow_months(equity, 100.0)
    found = monthly_returns(equity, 100.0)
    assert list(found) == list(expected)
    assert list(found.values()) == pytest.approx(list(expected.values()), abs=1e-12)


@given(steps, st.integers(1, 40))
def test_months_compound_to_the_whole(moves, days):
    equity = equity_of(moves, days)
    whole = 1.0
    for value in monthly_returns(equity, 100.0).values():
        whole *= 1.0 + value
    assert whole == pytest.approx(equity.iloc[-1] / 100.0)


def test_the_monthly_table_has_a_row_per_year_and_the_year_compounded():
    equity = equity_of([0.001 * (order % 7 - 3) for order in range(500)], 1)
    table = monthly_table(equity, 2.0 * equity, 100.0)
    by_year = defaultdict(lambda: 1.0)
    for (year, _), value in slow_months(equity, 100.0).items():
        by_year[year] *= 1.0 + value
    assert [row[0].text for row in table.rows] == [str(year) for year in by_year]
    for row, whole in zip(table.rows, by_year.values(), strict=True):
        assert row[13].text == f"{100 * (whole - 1) + 0.0:.1f}".replace("-0.0", "0.0")
    assert len(table.columns) == len(table.rows[0]) == 15


def test_the_benchmark_starts_from_the_same_capital():
    equity = equity_of([0.0, 0.1], 1)
    table = monthly_table(equity, 2.0 * equity, 100.0)
    assert (table.rows[0][13].text, table.rows[0][14].text) == ("10.0", "120.0")


def test_a_trade_is_told_in_full():
    row = trade(
        0,
        side="SHORT",
        quantity=1234.56789,
        entry_price=1.0801249,
        exit_price=1.07,
        commission=2.5,
        slippage_cost=1.25,
        net_pnl=-3.0,
        return_pct=-0.0123,
        mfe=0.02,
        mae=-0.031,
        bars_held=1500,
        exit_reason="end_of_data",
    )
    table = trades_table(pd.DataFrame([row]))
    told = dict(zip(table.columns, table.rows[0], strict=True))
    expected = {
        "No.": "1",
        "Side": "short",
        "Entry, UTC": "2015-11-17",
        "Exit, UTC": "2015-11-19",
        "Exit reason": "end of data",
        "Bars": "1,500",
        "Quantity": "1,234.57",
        "Entry price": "1.08012",
        "Exit price": "1.07000",
        "Costs": "3.75",
        "Net result": "-3.00",
        "Return": "-1.23 %",
        "Best": "2.00 %",
        "Worst": "-3.10 %",
    }
    assert {name: cell.text for name, cell in told.items()} == expected
    assert told["Net result"].mark == "bad"


@pytest.mark.parametrize(("net", "mark"), [(5.0, "good"), (0.0, "bad"), (-5.0, "bad")])
def test_a_trade_that_earned_nothing_is_no_win(net, mark):
    table = trades_table(pd.DataFrame([trade(0, net_pnl=net)]))
    assert table.rows[0][table.columns.index("Net result")].mark == mark


@pytest.mark.parametrize(
    ("count", "shown", "said"),
    [
        (0, 0, "all 0;"),
        (1, 1, "all 1;"),
        (MOST_TRADES, MOST_TRADES, "all 200;"),
        (1234, 200, "the first 200 of 1,234;"),
    ],
)
def test_the_caption_counts_all_trades(count, shown, said):
    table = trades_table(pd.DataFrame([trade(order) for order in range(count)], columns=list(TRADE_COLUMNS)))
    assert len(table.rows) == shown
    assert said in table.caption
    assert [row[0].text for row in table.rows[-1:]] == ([str(shown)] if shown else [])


def test_every_metric_of_the_engine_has_its_row_once():
    equity = equity_of([0.01, -0.02, 0.03, 0.01], 1)
    trades = pd.DataFrame([trade(0)])
    figures = performance_metrics(equity, trades, 252.0, initial_capital=100.0)
    assert [key for key, *_ in METRICS] == list(dict.fromkeys(key for key, *_ in METRICS))
    assert {key for key, *_ in METRICS} == set(figures)
    document = {"symbol": "X", "timeframe": "1d", "bars": 4, "metrics": figures, "initial_capital": 100.0}
    table = metrics_table({**document, "final_equity": equity.iloc[-1]})
    assert len(table.rows) == len(figures) + 1
    assert all(row[3].text for row in table.rows)
    told = {row[0].text: row[1].text for row in table.rows}
    assert told["Total return"] == f"{100 * (equity.iloc[-1] / 100 - 1):.1f} %"


def test_figures_with_percent_signs_are_fractions_and_others_are_not():
    figures = dict.fromkeys((key for key, *_ in METRICS), 0.5)
    table = metrics_table({"symbol": "X", "timeframe": "1d", "bars": 4, "metrics": figures})
    shares = {row[0].text for row in table.rows if row[1].text == "50.0 %"}
    expected = {"Total return", "Annualised return", "Volatility", "Worst drawdown", "Exposure", "Win rate"}
    assert shares == expected


def test_dates_of_the_split_are_read_as_dates():
    split = {"train_end": "2010-10-09T00:00:00+00:00", "purge_bars": 10, "rows": {"train": 5, "test": 2}}
    document = {"strategy_name": "s", "timeframe": "1d", "training_symbols": ["A", "B"], "split": split}
    told = {row[0].text: row[1].text for row in facts_table(document).rows}
    assert told["Train end"] == "2010-10-09 00:00 UTC"
    assert told["Purge bars"] == "10"
    assert told["Rows"] == "train 5, test 2"
    assert told["Symbols"] == "A, B"


def test_settings_are_flattened_in_their_order():
    table = settings_table({"b": {"y": 1, "x": {"deep": 0.00025}}, "a": [True, None]})
    assert table.rows == (
        (Cell("b.y"), Cell("1")),
        (Cell("b.x.deep"), Cell("0.00025")),
        (Cell("a"), Cell("yes, –")),
    )


def test_the_trace_keeps_its_order():
    entries = [
        {"step": step, "pattern": f"p{step}", "path": "", "result": "absent", "reason": None} for step in (1, 2, 3)
    ]
    table = trace_table(entries)
    assert [row[0].text for row in table.rows] == ["1", "2", "3"]
    assert table.rows[0][2:] == (Cell("–"), Cell("absent"), Cell("–"))


def test_spans_are_dates():
    assert spans({"start": "2010-01-04T00:00:00Z", "end": "2012-01-04T23:00:00Z"}) == "2010-01-04 to 2012-01-04"
    assert spans({}) == "n/a to n/a"
