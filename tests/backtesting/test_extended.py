"""The groups of further figures, and that none of them is NaN or infinite, whatever the account did."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.backtesting.extended import extended_metrics
from ktrdr_app.backtesting.periods import Curve
from ktrdr_app.backtesting.trades import TradeArrays
from ktrdr_app.core.files import json_text, plain
from tests.backtesting.trade_cases import random_trades


@given(
    st.lists(st.one_of(st.floats(1.0, 1000.0), st.sampled_from([0.0, -5.0, 100.0])), min_size=1, max_size=60),
    st.sampled_from(["1min", "1h", "1D", "7D"]),
    st.integers(0, 5),
)
@settings(max_examples=80)
def test_every_figure_is_a_number_or_none(curve: list[float], freq: str, count: int) -> None:
    index = pd.date_range("2020-01-01", periods=len(curve), freq=freq, tz="UTC", unit="ns")
    trades = random_trades(1, count if len(curve) > 1 else 0, len(curve))
    document = extended_metrics(Curve.of(curve, index.asi8, 100.0), trades)
    assert plain(document) == document  # `plain` would make None of what is no number
    assert json_text(document)
    assert list(document) == ["by_period", "under_water", "monthly_returns", "trades"]


def test_one_call_gives_what_the_parts_give() -> None:
    index = pd.date_range("2020-01-01", periods=500, freq="6h", tz="UTC", unit="ns")
    values = 100 * np.exp(np.cumsum(np.random.default_rng(0).normal(0, 0.01, 500)))
    document = extended_metrics(Curve.of(values, index.asi8, 100.0), random_trades(1, 40, 500))
    assert set(document["by_period"]) == {"bar", "day", "week", "month"}
    assert document["under_water"]["ulcer_index"] == document["by_period"]["bar"]["ulcer_index"]
    total = np.prod(1 + np.array(list(document["monthly_returns"].values())))
    assert total == pytest.approx(values[-1] / 100)
    assert set(document["trades"]) == {"excursions", "holding", "hit_rates"}
    assert sum(group["trades"] for group in document["trades"]["hit_rates"]["hour"].values()) == 40


def leaves(document: object, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], object]:
    """Return every figure by the path that leads to it."""
    if not isinstance(document, dict):
        return {path: document}
    found: dict[tuple[str, ...], object] = {}
    for key, entry in document.items():
        found |= leaves(entry, (*path, key))
    return found


class TestWhatDoesNotMatter:
    """Figures are of shape, not of size or of place: another currency, or another year, tells the same."""

    index = pd.date_range("2020-01-06", periods=900, freq="8h", tz="UTC", unit="ns")
    values = 100 * np.exp(np.cumsum(np.random.default_rng(5).normal(0.0002, 0.01, 900)))
    trades = random_trades(2, 60, 900)

    def figures(self, values: np.ndarray, stamps: np.ndarray, trades: TradeArrays, start: float) -> dict:
        return leaves(extended_metrics(Curve.of(values, stamps, start), trades))

    @pytest.mark.parametrize("scale", [0.001, 7.0, 1e6])
    def test_the_size_of_the_account(self, scale: float) -> None:
        plain_ones = self.figures(self.values, self.index.asi8, self.trades, 100.0)
        money = ("quantity", "commission", "slippage_cost", "financing")
        larger = replace(self.trades, **{name: getattr(self.trades, name) * scale for name in money})
        scaled = self.figures(self.values * scale, self.index.asi8, larger, 100.0 * scale)
        assert scaled.keys() == plain_ones.keys()
        for path, value in plain_ones.items():
            factor = scale if path[-1] in ("net_pnl", "expectancy") else 1.0
            expected = value if value is None else pytest.approx(value * factor, rel=1e-6, abs=1e-9)  # type: ignore[operator]
            assert scaled[path] == expected, path

    @pytest.mark.parametrize("weeks", [1, 52, 521])
    def test_the_year_does_not_matter_to_bars_days_and_weeks(self, weeks: int) -> None:
        later = self.index.asi8 + weeks * 7 * 86_400_000_000_000
        here = self.figures(self.values, self.index.asi8, self.trades, 100.0)
        there = self.figures(self.values, later, self.trades, 100.0)
        for path, value in here.items():
            if "month" not in path[-2] and "monthly" not in path[0] and "month" not in path:
                assert there[path] == value, path

    @pytest.mark.parametrize("hours", [-9, 8])
    def test_the_clock_matters_to_days_alone(self, hours: int) -> None:
        later = self.index.asi8 + hours * 3_600_000_000_000
        here = self.figures(self.values, self.index.asi8, self.trades, 100.0)
        there = self.figures(self.values, later, self.trades, 100.0)
        bars = [path for path in here if path[:2] == ("by_period", "bar")]
        assert len(bars) > 15
        assert all(there[path] == here[path] for path in bars)
        assert any(there.get(path) != here[path] for path in here if path[:2] == ("by_period", "day"))

    def test_prices_are_no_figures_of_the_equity(self) -> None:
        dearer = replace(self.trades, entry_price=self.trades.entry_price * 3, exit_price=self.trades.exit_price * 3)
        one = extended_metrics(Curve.of(self.values, self.index.asi8, 100.0), self.trades)
        other = extended_metrics(Curve.of(self.values, self.index.asi8, 100.0), dearer)
        for name in ("by_period", "under_water", "monthly_returns"):
            assert one[name] == other[name]
        assert one["trades"]["holding"]["bars_mean"] == other["trades"]["holding"]["bars_mean"]
        assert one["trades"]["excursions"]["captured"] == pytest.approx(other["trades"]["excursions"]["captured"])


def run_of(seed: int, bars: int = 400, capital: float = 100.0) -> tuple[Curve, TradeArrays]:
    index = pd.date_range("2020-03-01", periods=bars, freq="8h", tz="UTC", unit="ns")
    values = capital * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.01, bars)))
    return Curve.of(values, index.asi8, capital), random_trades(seed, 30, bars)


def numbers_of(document: Any) -> list[float]:
    """Return all numbers of a nested document, in order."""
    if isinstance(document, dict):
        return [number for part in document.values() for number in numbers_of(part)]
    return [] if document is None else [float(document)]


@given(st.integers(0, 200))
@settings(max_examples=15)
def test_the_order_of_trades_does_not_matter(seed: int) -> None:
    curve, trades = run_of(seed)
    order = np.random.default_rng(seed).permutation(len(trades))
    turned = TradeArrays(**{field.name: getattr(trades, field.name)[order] for field in fields(TradeArrays)})
    first, second = (numbers_of(extended_metrics(curve, each)) for each in (trades, turned))
    assert first == pytest.approx(second)


@given(st.integers(0, 200), st.sampled_from([0.5, 4.0, 1024.0]))
@settings(max_examples=15)
def test_figures_of_the_curve_are_without_currency(seed: int, rate: float) -> None:
    curve, trades = run_of(seed)
    foreign = Curve.of(curve.values * rate, curve.stamps, curve.start * rate)
    home, away = extended_metrics(curve, trades), extended_metrics(foreign, trades)
    for name in ("by_period", "under_water", "monthly_returns"):
        assert numbers_of(home[name]) == pytest.approx(numbers_of(away[name])), name


def test_coarser_clocks_are_those_of_a_coarser_account() -> None:
    curve, trades = run_of(4, bars=399)
    daily = Curve.of(curve.values[2::3], curve.stamps[2::3], curve.start)
    ours = extended_metrics(curve, trades)["by_period"]["day"]
    assert curve.stamps[2] // 86_400_000_000_000 == curve.stamps[0] // 86_400_000_000_000
    closes = np.append(curve.start, daily.values)
    falls = closes / np.maximum.accumulate(closes) - 1
    assert ours["max_drawdown"] == pytest.approx(falls.min())
    assert ours["periods"] == len(daily.values)
    assert ours["best"] == pytest.approx(np.max(closes[1:] / closes[:-1] - 1))


def test_groups_by_side_and_reason_are_those_of_the_written_table() -> None:
    curve, trades = run_of(8)
    index = pd.DatetimeIndex(pd.to_datetime(curve.stamps, utc=True))
    rows = list(csv.DictReader(io.StringIO(trades.table(index).to_csv(index=False))))
    found = json.loads(json_text(extended_metrics(curve, trades)))["trades"]["hit_rates"]
    for grouping, column in (("side", "side"), ("exit_reason", "exit_reason")):
        counts = Counter(row[column] for row in rows)
        wins = Counter(row[column] for row in rows if float(row["net_pnl"]) > 0)
        assert {name: group["trades"] for name, group in found[grouping].items()} == counts
        for name, group in found[grouping].items():
            assert group["win_rate"] == pytest.approx(wins[name] / counts[name])
    hours = Counter(row["entry_time"][11:13] for row in rows)
    assert {name: group["trades"] for name, group in found["hour"].items()} == hours
