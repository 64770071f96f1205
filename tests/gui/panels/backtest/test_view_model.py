"""From an outcome to arrays, rows and words, checked against the engine's own tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.gui.panels.backtest.view_model import METRICS, metric_rows, notes_of, view_of
from tests.gui.panels.backtest.conftest import outcome_of

pytestmark = pytest.mark.gui

Bars = Callable[..., pd.DataFrame]
BUY, SELL = 0, 2
SIGNALS = {5: BUY, 20: SELL, 30: BUY, 33: SELL, 60: BUY, 90: SELL}


def test_bars_and_equity_go_to_the_chart_unchanged(tiny_bars: Bars) -> None:
    bars = tiny_bars(120, frequency="1D")
    outcome = outcome_of(bars, SIGNALS)
    chart = view_of(outcome).chart
    assert chart.title == "TEST 1d"
    assert chart.daily
    assert chart.times.tolist() == [stamp.value for stamp in bars.index]
    for name in ("open", "high", "low", "close"):
        np.testing.assert_array_equal(getattr(chart, name), bars[name])
    np.testing.assert_array_equal(chart.equity, outcome.result.equity)
    np.testing.assert_array_equal(chart.benchmark, outcome.benchmark_equity)
    assert chart.start_value == 100_000.0
    assert chart.shaded is outcome.in_sample


def test_trades_stand_at_the_bars_of_their_fills(tiny_bars: Bars) -> None:
    bars = tiny_bars(120, frequency="1D")
    outcome = outcome_of(bars, SIGNALS)
    marks = view_of(outcome).chart.trades
    assert marks.entry.tolist() == [6, 31, 61], "an order fills on the bar after its signal"
    assert marks.exit.tolist() == [21, 34, 91]
    assert marks.long.tolist() == [True, True, True]
    table = outcome.result.trades
    np.testing.assert_array_equal(marks.entry_price, table["entry_price"])
    np.testing.assert_array_equal(marks.profit > 0, table["net_pnl"] > 0)
    for bar, price in zip(marks.entry, marks.entry_price, strict=True):
        assert price == pytest.approx(bars["open"].iloc[bar] * 1.0005)


@pytest.mark.parametrize("side", ["long", "short"])
def test_what_is_still_open_is_marked_from_its_fill_to_the_last_close(tiny_bars: Bars, side: str) -> None:
    bars = tiny_bars(60, frequency="1D")
    outcome = outcome_of(bars, {50: BUY if side == "long" else SELL}, allow_short=True)
    chart, left = view_of(outcome).chart, outcome.result.open_trade
    assert left is not None
    held = chart.open_position
    assert held is not None
    assert (held.entry, held.last, held.long) == (51, 59, side == "long")
    assert (held.entry_price, held.last_price) == (left.entry_price, bars["close"].iloc[-1])
    assert (held.profit > 0) is (left.unrealized_pnl > 0)
    assert len(chart.trades) == 0, "it is no trade yet"


def test_where_all_is_closed_nothing_is_marked_as_open(tiny_bars: Bars) -> None:
    assert view_of(outcome_of(tiny_bars(120, frequency="1D"), SIGNALS)).chart.open_position is None


def test_rows_of_trades_say_what_the_engine_says(tiny_bars: Bars) -> None:
    bars = tiny_bars(120, frequency="1D")
    outcome = outcome_of(bars, SIGNALS)
    rows = view_of(outcome).trades
    assert [row.number for row in rows] == [0, 1, 2]
    for row, (_, trade) in zip(rows, outcome.result.trades.iterrows(), strict=True):
        assert row.side == "long"
        assert row.entry == f"{trade['entry_time']:%Y-%m-%d}"
        assert row.exit == f"{trade['exit_time']:%Y-%m-%d}"
        assert row.net == trade["net_pnl"]
        assert row.fraction == trade["return_pct"]
        assert (row.mfe, row.mae) == (trade["mfe"], trade["mae"])
        assert row.bars == trade["bars_held"]
        assert row.reason == "signal"


def test_hourly_trades_carry_their_hour(tiny_bars: Bars) -> None:
    view = view_of(outcome_of(tiny_bars(120), SIGNALS, timeframe="1h"))
    assert not view.chart.daily
    assert view.trades[0].entry == "2020-01-01 06:00"


def test_without_a_trade_there_are_no_rows_and_no_marks(tiny_bars: Bars) -> None:
    view = view_of(outcome_of(tiny_bars(40, frequency="1D"), {}, explanation="812 signals below confidence 0.60"))
    assert view.trades == ()
    assert len(view.chart.trades) == 0
    assert not view.verdict.good
    assert view.verdict.headline == "The strategy did not trade"
    assert view.notes[0] == "812 signals below confidence 0.60"


def test_a_trade_forced_at_the_end_says_so_in_words(tiny_bars: Bars) -> None:
    outcome = outcome_of(tiny_bars(120, frequency="1D"), SIGNALS)
    outcome.result.trades.loc[:, "exit_reason"] = "end_of_data"
    assert {row.reason for row in view_of(outcome).trades} == {"end of data"}


def plain_metrics() -> dict[str, Any]:
    return {
        "total_return": 0.274,
        "annualized_return": 0.031,
        "volatility": 0.306,
        "sharpe_ratio": 0.25,
        "sortino_ratio": 0.37,
        "max_drawdown": -0.64,
        "calmar_ratio": 0.05,
        "win_rate": 0.485,
        "profit_factor": None,
        "expectancy": 197.4,
        "avg_win": 8060.0,
        "avg_loss": -7217.0,
        "total_trades": 68,
        "exposure": 0.8,
        "turnover": 17.48,
        "total_commission": 15226.0,
        "total_slippage": 7613.0,
        "total_financing": 12.0,
    }


def test_every_figure_stands_beside_that_of_buy_and_hold() -> None:
    held = {**plain_metrics(), "total_return": 3.054, "total_trades": 0, "final_equity": 405_369.0}
    document = {"final_equity": 127_369.0, "metrics": plain_metrics(), "benchmark": {"buy_and_hold": held}}
    rows = {row.title: (row.model, row.held) for row in metric_rows(document)}
    thin = "\u202f"
    assert len(rows) == len(METRICS) == 19
    assert rows["Final equity"] == (f"127{thin}369", f"405{thin}369")
    assert rows["Total return"] == (f"+27.4{thin}%", f"+305.4{thin}%")
    assert rows["Drawdown"] == (f"−64.0{thin}%", f"−64.0{thin}%")
    assert rows["Sharpe"] == ("0.25", "0.25")
    assert rows["Trades"] == ("68", "0")
    assert rows["Profit factor"] == ("–", "–"), "a ratio without a denominator is a dash, not a number"
    assert rows["Mean loss"] == (f"−7{thin}217", f"−7{thin}217")


def test_every_figure_of_the_document_is_shown_and_explained() -> None:
    shown = {key for key, *_ in METRICS}
    assert shown == {"final_equity", *plain_metrics()}
    assert all(meaning for *_, meaning in METRICS)


def test_what_is_still_open_is_said(tiny_bars: Bars) -> None:
    outcome = outcome_of(tiny_bars(60, frequency="1D"), {50: BUY})
    left = outcome.result.open_trade
    assert left is not None
    document = {
        **outcome.document,
        "open_trade": {
            "side": left.side,
            "quantity": left.quantity,
            "entry_time": left.entry_time.isoformat(),
            "entry_price": left.entry_price,
            "unrealized_pnl": left.unrealized_pnl,
        },
    }
    (note,) = notes_of(document)
    assert "still open" in note


def test_events_of_a_run_are_told() -> None:
    event = {"bar": 3, "time": "2020-01-04T00:00:00Z", "code": "order_not_filled", "message": "there is no next bar"}
    (note,) = notes_of({"bars": 10, "open_trade": None, "events": [event], "explanation": ""})
    assert "there is no next bar" in note
