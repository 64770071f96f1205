"""Excursions, holding times and hit rates against pandas' own grouping, and by hand."""

from __future__ import annotations

import calendar
import statistics
from datetime import UTC, datetime
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.backtesting.trade_figures import MONTHS, WEEKDAYS, excursions, hit_rates, holding_times
from ktrdr_app.backtesting.trades import REASONS, TradeArrays
from tests.backtesting.trade_cases import random_trades

BARS = 20_000
INDEX = pd.date_range("2021-01-04 07:00", periods=BARS, freq="97min", tz="UTC", unit="ns", name="timestamp")
STAMPS = INDEX.asi8
NONE = random_trades(0, 0, BARS)


class TestHitRates:
    @given(st.integers(0, 1000), st.integers(1, 200))
    def test_groups_are_those_of_pandas(self, seed: int, count: int) -> None:
        trades = random_trades(seed, count, BARS)
        table = trades.table(INDEX)
        clock = table["entry_time"].dt
        keys = {
            "side": table["side"],
            "exit_reason": table["exit_reason"],
            "hour": clock.strftime("%H"),
            "weekday": clock.day_name(),
            "month": clock.strftime("%b"),
        }
        rates = hit_rates(trades, STAMPS)
        assert set(rates) == set(keys)
        for name, key in keys.items():
            expected = table.groupby(key)["net_pnl"].agg(["size", "sum", "mean", lambda net: (net > 0).mean()])
            assert set(rates[name]) == set(expected.index)
            for group, (size, total, mean, share) in zip(expected.index, expected.to_numpy(), strict=True):
                found = rates[name][group]
                assert (found["trades"], found["win_rate"]) == (size, pytest.approx(share))
                assert (found["net_pnl"], found["expectancy"]) == (pytest.approx(total), pytest.approx(mean))

    def test_groups_come_in_the_order_of_the_clock(self) -> None:
        rates = hit_rates(random_trades(1, 500, BARS), STAMPS)
        assert tuple(rates["weekday"]) == WEEKDAYS
        assert list(rates["hour"]) == sorted(rates["hour"])
        assert [MONTHS.index(name) for name in rates["month"]] == sorted(MONTHS.index(name) for name in rates["month"])
        assert set(rates["exit_reason"]) <= set(REASONS)

    def test_no_trades_no_groups(self) -> None:
        assert hit_rates(NONE, STAMPS) == {"side": {}, "exit_reason": {}, "hour": {}, "weekday": {}, "month": {}}


class TestExcursions:
    def test_by_hand(self) -> None:
        trades = by_hand()
        figures = excursions(trades)
        assert figures["mfe_mean"] == pytest.approx((0.3 + 0.1 + 0.2) / 3)
        assert figures["mfe_median"] == pytest.approx(0.2)
        assert figures["mae_mean"] == pytest.approx(-(0.05 + 0.2 + 0.1) / 3)
        assert figures["mae_median"] == pytest.approx(-0.1)
        assert figures["mae_median_of_winners"] == pytest.approx(-0.075)
        assert figures["mfe_median_of_losers"] == pytest.approx(0.1)
        # Taken: +20 % long, -10 % long, +10 % short, of 60 % that were there to take.
        assert figures["captured"] == pytest.approx(0.2 / 0.6)

    @given(st.integers(0, 1000), st.integers(1, 60))
    def test_against_the_table(self, seed: int, count: int) -> None:
        trades = random_trades(seed, count, BARS)
        table, figures = trades.table(INDEX), excursions(trades)
        assert figures["mfe_mean"] == pytest.approx(table["mfe"].mean())
        assert figures["mae_median"] == pytest.approx(table["mae"].median())
        for name, rows, column in (("mae_median_of_winners", 1, "mae"), ("mfe_median_of_losers", -1, "mfe")):
            chosen = table.loc[np.sign(table["net_pnl"]) == rows, column]
            assert figures[name] == (pytest.approx(chosen.median()) if len(chosen) else None)

    def test_nothing_to_measure(self) -> None:
        assert set(excursions(NONE).values()) == {None}


class TestHolding:
    def test_by_hand(self) -> None:
        stamps = np.array([0, 1, 2, 3, 10, 11]) * 86_400_000_000_000
        figures = holding_times(by_hand(), stamps)
        assert (figures["bars_shortest"], figures["bars_longest"]) == (1, 2)
        assert figures["bars_mean"] == pytest.approx(4 / 3)
        assert figures["bars_median"] == 1
        assert figures["bars_mean_of_winners"] == pytest.approx(1.5)
        assert figures["bars_mean_of_losers"] == 1
        assert figures["days_mean"] == pytest.approx((2 + 1 + 7) / 3)
        assert figures["days_longest"] == 7

    def test_nothing_to_measure(self) -> None:
        assert set(holding_times(NONE, STAMPS).values()) == {None}


def by_hand() -> TradeArrays:
    """Return a long winner of 2 bars, a long loser of 1, a short winner of 1."""
    zeros = np.zeros(3)
    return TradeArrays(
        entry_bar=np.array([0, 2, 3]),
        exit_bar=np.array([2, 3, 4]),
        side=np.array([1, 1, -1], dtype=np.int8),
        quantity=np.ones(3),
        entry_price=np.full(3, 100.0),
        exit_price=np.array([120.0, 90.0, 90.0]),
        commission=zeros,
        slippage_cost=zeros,
        financing=zeros,
        mfe=np.array([0.3, 0.1, 0.2]),
        mae=np.array([-0.05, -0.2, -0.1]),
        reason=np.zeros(3, dtype=np.int8),
    )


def one_by_one(trades: TradeArrays) -> list[dict[str, Fraction]]:
    """Return trades as exact numbers with their net profit, in account currency."""
    names = ("side", "quantity", "entry_price", "exit_price", "commission", "financing", "mfe", "mae")
    found = []
    for row in range(len(trades)):
        trade = {name: Fraction(float(getattr(trades, name)[row])) for name in names}
        moved = trade["side"] * (trade["exit_price"] - trade["entry_price"]) * trade["quantity"]
        trade["net"] = moved - trade["commission"] - trade["financing"]
        trade["bars"] = Fraction(int(trades.exit_bar[row]) - int(trades.entry_bar[row]))
        trade["time"] = Fraction(int(STAMPS[trades.exit_bar[row]]) - int(STAMPS[trades.entry_bar[row]]))
        found.append(trade)
    return found


class TestOneByOne:
    @given(st.integers(0, 1000), st.integers(1, 60))
    def test_holding_times(self, seed: int, count: int) -> None:
        trades = random_trades(seed, count, BARS)
        rows, figures = one_by_one(trades), holding_times(trades, STAMPS)
        bars = [row["bars"] for row in rows]
        assert figures["bars_mean"] == pytest.approx(float(sum(bars) / count))
        assert figures["bars_median"] == pytest.approx(float(statistics.median(bars)))
        assert (figures["bars_shortest"], figures["bars_longest"]) == (min(bars), max(bars))
        days = [row["time"] / (86_400 * 10**9) for row in rows]
        assert figures["days_mean"] == pytest.approx(float(sum(days) / count))
        assert figures["days_longest"] == pytest.approx(float(max(days)))
        for name, sign in (("winners", 1), ("losers", -1)):
            chosen = [row["bars"] for row in rows if row["net"] * sign > 0]
            expected = pytest.approx(float(sum(chosen) / len(chosen))) if chosen else None
            assert figures[f"bars_mean_of_{name}"] == expected

    @given(st.integers(0, 1000), st.integers(1, 60))
    def test_what_was_captured_of_what_was_offered(self, seed: int, count: int) -> None:
        trades = random_trades(seed, count, BARS)
        rows, figures = one_by_one(trades), excursions(trades)
        moved = sum(row["side"] * (row["exit_price"] / row["entry_price"] - 1) for row in rows)
        offered = sum(row["mfe"] for row in rows)
        assert figures["captured"] == pytest.approx(float(moved / offered))
        assert figures["mae_mean"] == pytest.approx(float(sum(row["mae"] for row in rows) / count))
        assert figures["mfe_median"] == pytest.approx(float(statistics.median(row["mfe"] for row in rows)))

    @given(st.integers(0, 1000), st.integers(1, 60))
    def test_every_grouping_holds_every_trade_once(self, seed: int, count: int) -> None:
        trades = random_trades(seed, count, BARS)
        rows = one_by_one(trades)
        for groups in hit_rates(trades, STAMPS).values():
            assert sum(group["trades"] for group in groups.values()) == count  # type: ignore[misc]
            total = sum(group["net_pnl"] for group in groups.values())  # type: ignore[misc]
            assert total == pytest.approx(float(sum(row["net"] for row in rows)), abs=1e-9)
            wins = sum(group["win_rate"] * group["trades"] for group in groups.values())  # type: ignore[operator]
            assert wins == pytest.approx(sum(row["net"] > 0 for row in rows))

    @pytest.mark.parametrize("moment", [
        "1969-12-31 23:59:59", "1970-01-01 00:00:00", "2000-02-29 00:00:00", "2023-12-31 23:00:00",
        "2024-01-01 00:00:00",
    ])  # fmt: skip
    def test_the_clock_is_that_of_the_standard_library(self, moment: str) -> None:
        when = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        trades = random_trades(5, 1, 2)
        entered = int(pd.Timestamp(when).value)
        rates = hit_rates(trades, np.array([entered, entered + 1]))
        assert list(rates["hour"]) == [f"{when.hour:02d}"]
        assert list(rates["weekday"]) == [calendar.day_name[when.weekday()]]
        assert list(rates["month"]) == [calendar.month_abbr[when.month]]


def test_a_trade_that_gains_nothing_is_neither_won_nor_lost() -> None:
    trades = by_hand()
    trades.exit_price[:] = trades.entry_price
    figures, held = excursions(trades), holding_times(trades, np.arange(6))
    assert (figures["mae_median_of_winners"], figures["mfe_median_of_losers"], figures["captured"]) == (None, None, 0.0)
    assert (held["bars_mean_of_winners"], held["bars_mean_of_losers"]) == (None, None)
    assert [group["win_rate"] for group in hit_rates(trades, np.arange(6))["side"].values()] == [0.0, 0.0]


def test_trades_that_were_never_ahead_offer_nothing_to_capture() -> None:
    trades = by_hand()
    trades.mfe[:] = 0.0
    assert excursions(trades)["captured"] is None
