"""Bootstrap intervals against replicates written out bar by bar, and their coverage on drawn accounts."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.backtesting import intervals
from ktrdr_app.backtesting.intervals import MOST_SLOTS, growth_intervals, slots_of
from ktrdr_app.backtesting.metrics import performance_metrics
from ktrdr_app.backtesting.periods import Curve
from ktrdr_app.neural.bootstrap import StationaryBootstrap, block_length
from tests.backtesting.test_metrics import NONE


def account(seed: int, bars: int, freq: str = "1D", drift: float = 0.0005) -> Curve:
    index = pd.date_range("2015-01-01", periods=bars, freq=freq, tz="UTC", unit="ns")
    moves = np.random.default_rng(seed).normal(drift, 0.01, bars)
    moves[0] = 0.0
    return Curve.of(1000 * np.exp(np.cumsum(moves)), index.asi8, 1000.0)


def slow_replicates(curve: Curve, clock: list[list[int]], block: float, repeats: int, seed: int) -> np.ndarray:
    """Return Sharpe ratio and growth of each replicate, made of the returns of the drawn slots one by one."""
    wealth = np.append(curve.start, curve.values[1:])
    returns = np.diff(wealth) / wealth[:-1]
    counts = StationaryBootstrap(len(clock), block, repeats, seed).sums(np.eye(len(clock))).round().astype(int)
    out = []
    for drawn in counts:
        chosen = [returns[bar] for slot, times in enumerate(drawn) for _ in range(times) for bar in clock[slot]]
        sharpe = np.mean(chosen) / np.std(chosen, ddof=1) * math.sqrt(curve.per_year)
        out.append((sharpe, np.prod(np.add(1, chosen)) ** (1 / curve.years) - 1))
    return np.array(out)


class TestIntervals:
    def test_bars_against_the_slow_way(self) -> None:
        curve = account(1, 200)
        document = growth_intervals(curve, seed=7, repeats=150)
        assert document is not None
        assert (document["clock"], document["slots"], document["seed"], document["repeats"]) == ("bar", 199, 7, 150)
        expected = slow_replicates(curve, [[bar] for bar in range(199)], document["block_slots"], 150, 7)
        for name, column in (("sharpe_ratio", 0), ("annualized_return", 1)):
            low, high = np.percentile(expected[:, column], [5, 95])
            assert document[name]["low"] == pytest.approx(low, rel=2e-3)
            assert document[name]["high"] == pytest.approx(high, rel=2e-3)

    def test_long_series_draw_whole_days(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(intervals, "MOST_SLOTS", 50)
        curve = account(2, 400, "1h")
        document = growth_intervals(curve, seed=3, repeats=120)
        assert document is not None
        days = pd.DatetimeIndex(curve.stamps[1:], tz="UTC").floor("D")
        clock = [list(np.flatnonzero(days == day)) for day in days.unique()]
        assert (document["clock"], document["slots"]) == ("day", len(clock))
        expected = slow_replicates(curve, clock, document["block_slots"], 120, 3)
        low, high = np.percentile(expected[:, 0], [5, 95])
        assert document["sharpe_ratio"]["low"] == pytest.approx(low, rel=1e-9)
        assert document["sharpe_ratio"]["high"] == pytest.approx(high, rel=1e-9)

    def test_the_estimates_are_the_metrics(self) -> None:
        curve = account(3, 300)
        metrics = performance_metrics(curve.values, NONE, curve.per_year, initial_capital=1000.0)
        document = growth_intervals(curve, seed=0)
        assert document is not None
        for name in ("sharpe_ratio", "annualized_return"):
            assert document[name]["estimate"] == pytest.approx(metrics[name])
            assert document[name]["low"] < document[name]["estimate"] < document[name]["high"]

    def test_the_block_length_is_that_of_the_slots(self) -> None:
        curve = account(4, 300)
        document = growth_intervals(curve, seed=0, repeats=10)
        assert document is not None
        assert document["block_slots"] == block_length(curve.returns)  # type: ignore[arg-type]

    def test_seeds_repeat_and_differ(self) -> None:
        curve = account(5, 300)
        assert growth_intervals(curve, seed=1) == growth_intervals(curve, seed=1)
        assert growth_intervals(curve, seed=1) != growth_intervals(curve, seed=2)

    def test_nine_in_ten_hold_the_true_ratio(self) -> None:
        true = 0.0005 / 0.01 * math.sqrt(365.25)
        held = 0
        for seed in range(150):
            document = growth_intervals(account(seed, 500, drift=0.0005 - 0.5e-4), seed, repeats=300)
            assert document is not None
            held += document["sharpe_ratio"]["low"] <= true <= document["sharpe_ratio"]["high"]
        assert 0.82 <= held / 150 <= 0.97


class TestSlots:
    @pytest.mark.parametrize(
        ("bars", "freq", "clock"),
        [(MOST_SLOTS + 1, "1h", "bar"), (MOST_SLOTS + 2, "1h", "day"), (MOST_SLOTS + 2, "1D", "week")],
    )
    def test_the_shortest_period_that_fits(self, bars: int, freq: str, clock: str) -> None:
        curve = account(1, bars, freq)
        slots = slots_of(curve)
        assert slots is not None
        assert slots.clock == clock
        assert len(slots.sums) <= MOST_SLOTS
        assert slots.sums[:, 2].sum() == bars - 1
        assert slots.sums[:, 3].sum() == pytest.approx(math.log(curve.values[-1] / 1000))
        assert slots.sums[:, 0].sum() == pytest.approx(curve.returns.sum())  # type: ignore[union-attr]

    @pytest.mark.parametrize("values", [[100.0, 101.0], [100.0, 50.0, 0.0], [100.0, -5.0, 10.0, 12.0]])
    def test_nothing_to_draw_from(self, values: list[float]) -> None:
        index = pd.date_range("2015-01-01", periods=len(values), freq="1D", tz="UTC", unit="ns")
        assert growth_intervals(Curve.of(values, index.asi8, 100.0), seed=0) is None

    def test_an_account_that_never_moves_has_no_ratio(self) -> None:
        index = pd.date_range("2015-01-01", periods=50, freq="1D", tz="UTC", unit="ns")
        document = growth_intervals(Curve.of(np.full(50, 100.0), index.asi8, 100.0), seed=0)
        assert document is not None
        assert document["sharpe_ratio"] is None
        assert document["annualized_return"] == {"estimate": 0.0, "low": 0.0, "high": 0.0}
