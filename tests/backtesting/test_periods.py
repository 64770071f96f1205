"""Equity by day, week and month against pandas' own resampling, and figures of each against the plain metrics."""

from __future__ import annotations

import math
import statistics
from datetime import UTC, datetime
from fractions import Fraction
from itertools import groupby, pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ktrdr_app.backtesting.metrics import performance_metrics, periods_per_year
from ktrdr_app.backtesting.periods import (
    PERIODS,
    Curve,
    figures_by_period,
    monthly_returns,
    months_of,
    period_figures,
)
from ktrdr_app.core.errors import InvalidValue
from tests.backtesting.test_metrics import NONE

RULES = {"day": "1D", "week": "W-SUN", "month": "ME"}


def index_of(seed: int, bars: int, most_hours: int) -> pd.DatetimeIndex:
    """Return stamps with gaps of up to ``most_hours`` hours."""
    steps = np.random.default_rng(seed).integers(1, most_hours + 1, bars)
    start = pd.Timestamp("2019-11-27 05:00", tz="UTC")
    return pd.DatetimeIndex(start + pd.to_timedelta(np.cumsum(steps), unit="h"), name="timestamp").as_unit("ns")


def curve_of(seed: int, index: pd.DatetimeIndex, capital: float = 100.0) -> Curve:
    moves = np.random.default_rng(seed).normal(0.0002, 0.01, len(index))
    return Curve.of(capital * np.exp(np.cumsum(moves)), index.asi8, capital)


class TestBy:
    @given(st.integers(0, 500), st.integers(2, 300), st.sampled_from([1, 5, 40, 200]), st.sampled_from(list(PERIODS)))
    @settings(max_examples=60)
    def test_points_are_those_of_pandas(self, seed: int, bars: int, most_hours: int, period: str) -> None:
        index = index_of(seed, bars, most_hours)
        curve = curve_of(seed, index)
        coarse = curve.by(period)
        groups = pd.Series(curve.values, index).resample(RULES[period])
        last = groups.last().dropna()
        expected = last.to_numpy()
        if groups.size().iloc[0] > 1:
            expected = np.append(100.0, expected)
        np.testing.assert_array_equal(coarse.values, expected)
        assert coarse.stamps[-1] == curve.stamps[-1]
        assert coarse.years == curve.years
        assert (np.diff(coarse.stamps) >= 0).all()

    def test_gains_of_all_periods_make_up_the_whole(self) -> None:
        curve = curve_of(3, index_of(3, 2000, 3))
        for period in PERIODS:
            returns = curve.by(period).returns
            assert returns is not None
            assert np.prod(1 + returns) == pytest.approx(curve.values[-1] / 100.0)

    def test_days_of_daily_bars_are_the_bars(self) -> None:
        index = pd.bdate_range("2020-01-01", periods=300, tz="UTC", unit="ns")
        curve = curve_of(1, index)
        assert period_figures(curve.by("day")) == period_figures(curve)

    @pytest.mark.parametrize(
        ("moment", "same_week"),
        [("2024-03-03 23:59", False), ("2024-03-04 00:00", True), ("2024-03-10 23:59", True), ("2024-03-11", False)],
    )
    def test_weeks_begin_on_monday(self, moment: str, same_week: bool) -> None:
        stamps = np.sort(pd.DatetimeIndex([moment, "2024-03-06"], tz="UTC").as_unit("ns").asi8)
        assert (len(Curve.of(np.ones(2), stamps, 1.0).last_rows("week")) == 1) == same_week

    def test_months_before_1970_are_counted_too(self) -> None:
        index = pd.DatetimeIndex(["1969-11-30", "1969-12-31", "1970-01-01", "2024-02-29"], tz="UTC").as_unit("ns")
        np.testing.assert_array_equal(months_of(index.asi8), [-2, -1, 0, 649])


class TestMonths:
    @given(st.integers(0, 500), st.integers(1, 300))
    @settings(max_examples=40)
    def test_returns_against_pandas(self, seed: int, bars: int) -> None:
        index = index_of(seed, bars, 30)
        curve = curve_of(seed, index)
        last = pd.Series(curve.values, index.tz_localize(None)).resample("ME").last().dropna()
        expected = (last / last.shift(fill_value=100.0) - 1).to_dict()
        found = monthly_returns(curve)
        assert found == pytest.approx({f"{month:%Y-%m}": value for month, value in expected.items()})

    def test_none_once_the_account_is_lost(self) -> None:
        index = pd.date_range("2020-01-01", periods=4, freq="20D", tz="UTC", unit="ns")
        assert monthly_returns(Curve.of([100.0, -5.0, -5.0, -6.0], index.asi8, 100.0)) == {}


class TestFigures:
    def test_bars_are_annualised_as_the_metrics_are(self) -> None:
        index = index_of(5, 500, 4)
        curve = curve_of(5, index)
        metrics = performance_metrics(curve.values, NONE, periods_per_year(index), initial_capital=100.0)
        figures = period_figures(curve)
        growth = ("total_return", "annualized_return", "volatility", "sharpe_ratio", "sortino_ratio", "max_drawdown")
        assert {name: figures[name] for name in growth} == pytest.approx({name: metrics[name] for name in growth})
        assert figures["periods"] == 499

    def test_coarser_figures_are_those_of_the_resampled_returns(self) -> None:
        index = index_of(6, 3000, 3)
        curve = curve_of(6, index)
        daily = pd.Series(curve.values, index).resample("1D").last().dropna()
        returns = np.diff(np.log(np.append(100.0, daily.to_numpy())))
        simple = np.expm1(returns)
        years = (index[-1] - index[0]) / pd.Timedelta(days=365.25)
        figures = figures_by_period(curve)["day"]
        assert figures is not None
        assert figures["periods"] == len(simple)
        rate = len(simple) / years
        assert figures["periods_per_year"] == pytest.approx(rate)
        assert figures["sharpe_ratio"] == pytest.approx(simple.mean() / simple.std(ddof=1) * np.sqrt(rate))
        assert figures["annualized_return"] == pytest.approx((daily.iloc[-1] / 100) ** (1 / years) - 1)
        assert figures["var_95"] == pytest.approx(np.percentile(simple, 5))
        assert figures["skewness"] == pytest.approx(pd.Series(simple).skew(), rel=0.01)

    def test_growth_per_year_is_the_same_on_every_clock(self) -> None:
        figures = figures_by_period(curve_of(7, index_of(7, 4000, 3)))
        yearly = {name: part["annualized_return"] for name, part in figures.items() if part is not None}
        assert yearly == pytest.approx(dict.fromkeys(("bar", "day", "week", "month"), yearly["bar"]))

    @pytest.mark.parametrize(("freq", "missing"), [("1h", set()), ("1D", set()), ("7D", {"day"})])
    def test_no_period_finer_than_the_bars(self, freq: str, missing: set[str]) -> None:
        index = pd.date_range("2020-01-01", periods=60, freq=freq, tz="UTC", unit="ns")
        figures = figures_by_period(curve_of(1, index))
        assert {name for name, part in figures.items() if part is None} == missing

    @pytest.mark.parametrize("values", [[100.0], [100.0, -5.0, 10.0], [100.0, 100.0, 100.0]])
    def test_what_does_not_exist_is_none(self, values: list[float]) -> None:
        index = pd.date_range("2020-01-01", periods=len(values), freq="1D", tz="UTC", unit="ns")
        figures = period_figures(Curve.of(values, index.asi8, 100.0))
        assert figures["sharpe_ratio"] is None
        assert figures["skewness"] is None


class TestBetween:
    def test_begins_from_the_value_before(self) -> None:
        curve = Curve.of([100.0, 110.0, 121.0, 60.0], np.array([10, 20, 30, 40]), 90.0)
        part = curve.between(20, 30)
        assert (part.start, part.values.tolist(), part.stamps.tolist()) == (100.0, [110.0, 121.0], [20, 30])
        assert curve.between(0, 10).start == 90.0

    def test_no_point_no_curve(self) -> None:
        with pytest.raises(InvalidValue, match="equity"):
            Curve.of([100.0, 110.0], np.array([10, 20]), 90.0).between(11, 19)


def test_points_and_stamps_must_be_as_many() -> None:
    with pytest.raises(InvalidValue, match="equity"):
        Curve.of([100.0, 110.0], np.array([10, 20, 30]), 100.0)


def period_of(stamp: int, period: str) -> tuple[int, ...]:
    """Return the day, ISO week or month of a moment by the standard library."""
    when = datetime.fromtimestamp(stamp // 10**9, UTC)
    week = when.isocalendar()
    return {"day": (when.toordinal(),), "week": (week.year, week.week), "month": (when.year, when.month)}[period]


class TestByTheCalendar:
    @given(st.integers(0, 500), st.integers(1, 200), st.sampled_from([1, 9, 60, 400]), st.sampled_from(list(PERIODS)))
    @settings(max_examples=60)
    def test_last_rows_are_the_ends_of_the_calendars_groups(
        self, seed: int, bars: int, most_hours: int, period: str
    ) -> None:
        stamps = index_of(seed, bars, most_hours).asi8
        groups = groupby(range(bars), key=lambda row: period_of(int(stamps[row]), period))
        curve = Curve.of(np.ones(bars), stamps, 1.0)
        assert curve.last_rows(period).tolist() == [list(rows)[-1] for _, rows in groups]

    @given(st.lists(st.integers(-(10**9), 4 * 10**9), min_size=1, max_size=20))
    def test_months_counted_from_1970(self, seconds: list[int]) -> None:
        months = [datetime.fromtimestamp(second, UTC) for second in seconds]
        expected = [(month.year - 1970) * 12 + month.month - 1 for month in months]
        assert months_of(np.array(seconds) * 10**9).tolist() == expected

    @given(st.integers(0, 500), st.integers(1, 200), st.sampled_from([9, 60, 400]))
    @settings(max_examples=40)
    def test_monthly_returns_by_hand(self, seed: int, bars: int, most_hours: int) -> None:
        curve = curve_of(seed, index_of(seed, bars, most_hours))
        before, expected = Fraction(100), {}
        rows = groupby(range(bars), key=lambda row: period_of(int(curve.stamps[row]), "month"))
        for (year, month), members in rows:
            last = Fraction(float(curve.values[list(members)[-1]]))
            expected[f"{year:04d}-{month:02d}"] = float(last / before - 1)
            before = last
        assert monthly_returns(curve) == pytest.approx(expected, abs=1e-12)


class TestFiguresByHand:
    @given(st.lists(st.floats(20.0, 300.0).map(lambda value: round(value, 2)), min_size=3, max_size=40))
    @settings(max_examples=60)
    def test_growth_moments_and_ratios_of_a_short_curve(self, values: list[float]) -> None:
        stamps = np.arange(len(values), dtype=np.int64) * 86_400 * 10**9
        figures = period_figures(Curve.of(values, stamps, 100.0))
        exact = [Fraction(100), *map(Fraction, values[1:])]
        returns = [after / before - 1 for before, after in pairwise(exact)]
        count, mean = len(returns), sum(returns) / len(returns)
        second, third, fourth = (sum((each - mean) ** power for each in returns) / count for power in (2, 3, 4))
        rate = count / (count / 365.25)
        assert figures["periods"] == count
        assert figures["periods_per_year"] == pytest.approx(rate)
        assert figures["total_return"] == pytest.approx(float(Fraction(values[-1]) / 100 - 1), abs=1e-12)
        assume(second > 1e-8)
        deviation = statistics.stdev(map(float, returns))
        assert figures["volatility"] == pytest.approx(deviation * math.sqrt(rate))
        assert figures["sharpe_ratio"] == pytest.approx(float(mean) / deviation * math.sqrt(rate), abs=1e-9)
        assert figures["skewness"] == pytest.approx(float(third) / float(second) ** 1.5, abs=1e-6)
        assert figures["kurtosis"] == pytest.approx(float(fourth / second**2))
        losses = sum(min(each, 0) ** 2 for each in returns) / count
        if losses:
            downside = math.sqrt(float(losses))
            assert figures["sortino_ratio"] == pytest.approx(float(mean) / downside * math.sqrt(rate), abs=1e-9)

    def test_two_point_distribution_has_the_published_moments(self) -> None:
        # A coin with gain 1 at p: skewness (1 - 2p) / sqrt(pq), kurtosis 3 + (1 - 6pq) / (pq).
        gains = np.array([0.01] * 3 + [-0.01] * 7)
        curve = 100 * np.cumprod(np.append(1.0, 1 + gains))
        figures = period_figures(Curve.of(curve, np.arange(11) * 86_400 * 10**9, 100.0))
        assert figures["skewness"] == pytest.approx((1 - 0.6) / math.sqrt(0.21))
        assert figures["kurtosis"] == pytest.approx(3 + (1 - 6 * 0.21) / 0.21)


class TestParts:
    @given(st.integers(0, 300), st.integers(2, 60), st.data())
    @settings(max_examples=40)
    def test_a_curve_cut_in_two_grows_as_the_whole(self, seed: int, bars: int, data: st.DataObject) -> None:
        curve = curve_of(seed, index_of(seed, bars, 9))
        cut = int(curve.stamps[data.draw(st.integers(0, bars - 2))])
        first, second = curve.between(int(curve.stamps[0]), cut), curve.between(cut + 1, int(curve.stamps[-1]))
        assert len(first.values) + len(second.values) == bars
        assert second.start == first.values[-1]
        growth = (first.values[-1] / first.start) * (second.values[-1] / second.start)
        assert growth == pytest.approx(curve.values[-1] / curve.start)

    def test_the_account_that_was_lost_has_no_returns(self) -> None:
        stamps = np.arange(3) * 86_400 * 10**9
        assert Curve.of([100.0, 0.0, 5.0], stamps, 100.0).returns is None
        assert Curve.of([100.0, 50.0, 0.0], stamps, 100.0).returns is not None
        assert Curve.of([100.0, 50.0, 10.0], stamps, 0.0).returns is None

    def test_a_single_point_spans_no_time(self) -> None:
        lone = Curve.of([105.0], np.array([10]), 100.0)
        assert (lone.years, lone.per_year) == (0.0, 0.0)
        assert all(lone.is_finer_than(period) for period in PERIODS)
        assert lone.by("month").values.tolist() == [105.0]
