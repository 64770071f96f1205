"""Sharpe ratios against published examples, and the formulas written again with SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ktrdr_app.backtesting.sharpe import (
    expected_best_sharpe,
    independent_trials,
    least_track_record,
    probabilistic_sharpe,
)

sharpes = st.floats(-0.5, 0.5)
skews, kurtoses = st.floats(-2.0, 2.0), st.floats(5.5, 20.0)


class TestPublished:
    """Bailey and López de Prado, "The Deflated Sharpe Ratio" (2014), numerical example; "The Sharpe Ratio Efficient
    Frontier" (2012), track records.
    """

    # Annual Sharpe ratio 2.5 over 1250 daily returns, variance of the trials' annual ratios 1/2, skew -3, kurtosis 10.
    daily = 2.5 / math.sqrt(250)
    variance = 0.5 / 250

    def test_best_of_a_hundred(self) -> None:
        assert expected_best_sharpe(self.variance, 100) == pytest.approx(0.1132, abs=5e-5)

    @pytest.mark.parametrize(
        ("trials", "skewness", "kurtosis", "expected"),
        [(100, -3.0, 10.0, 0.9004), (46, -3.0, 10.0, 0.9505), (88, 0.0, 3.0, 0.9505)],
    )
    def test_deflated(self, trials: int, skewness: float, kurtosis: float, expected: float) -> None:
        best = expected_best_sharpe(self.variance, trials)
        found = probabilistic_sharpe(self.daily, 1250, skewness, kurtosis, best)
        assert found == pytest.approx(expected, abs=1e-4)

    @pytest.mark.parametrize(
        ("per_year", "skewness", "kurtosis", "years"),
        [(252, 0.0, 3.0, 2.73), (52, 0.0, 3.0, 2.83), (12, 0.0, 3.0, 3.24), (12, -0.72, 5.78, 4.99)],
    )
    def test_years_to_tell_two_from_one(self, per_year: int, skewness: float, kurtosis: float, years: float) -> None:
        root = math.sqrt(per_year)
        found = least_track_record(2 / root, skewness, kurtosis, 1 / root)
        assert found is not None
        assert found / per_year == pytest.approx(years, abs=0.006)


class TestFormulas:
    @given(sharpes, st.integers(2, 5000), skews, kurtoses, sharpes)
    def test_probability(self, sharpe: float, count: int, skew: float, kurtosis: float, benchmark: float) -> None:
        error = math.sqrt((1 - skew * sharpe + (kurtosis - 1) / 4 * sharpe**2) / (count - 1))
        expected = stats.norm.cdf(sharpe, benchmark, error)
        assert probabilistic_sharpe(sharpe, count, skew, kurtosis, benchmark) == pytest.approx(expected, abs=1e-9)

    @given(st.floats(0.01, 0.5), skews, kurtoses)
    def test_a_record_of_that_length_gives_that_confidence(self, sharpe: float, skew: float, kurtosis: float) -> None:
        needed = least_track_record(sharpe, skew, kurtosis)
        assert needed is not None
        around = [probabilistic_sharpe(sharpe, round_(needed), skew, kurtosis) for round_ in (math.floor, math.ceil)]
        assert around[0] is None or around[0] <= 0.95 + 1e-9
        assert around[1] is None or around[1] >= 0.95 - 1e-9

    def test_no_record_is_long_enough_below_the_benchmark(self) -> None:
        assert least_track_record(0.1, 0.0, 3.0, 0.1) is None
        assert least_track_record(-0.1, 0.0, 3.0) is None

    def test_one_return_says_nothing(self) -> None:
        assert probabilistic_sharpe(0.1, 1, 0.0, 3.0) is None

    def test_returns_of_two_values_alone_have_no_error_at_their_own_ratio(self) -> None:
        # skew² + 1 = kurtosis is the least there is; the variance is 0 at SR = 2 / skew.
        assert probabilistic_sharpe(1.0, 100, 2.0, 5.0) is None


class TestBestOf:
    @pytest.mark.parametrize("trials", [5, 20, 200])
    def test_is_close_to_the_mean_of_drawn_maxima(self, trials: int) -> None:
        drawn = np.random.default_rng(trials).normal(0.0, 0.2, (20_000, trials)).max(axis=1).mean()
        assert expected_best_sharpe(0.04, trials) == pytest.approx(drawn, rel=0.05)

    def test_grows_with_trials_and_spread(self) -> None:
        found = [expected_best_sharpe(0.01, trials) for trials in (1, 1.2, 2, 3, 10, 1000)]
        assert found == sorted(found)
        assert found[0] == 0
        assert expected_best_sharpe(0.04, 10) == pytest.approx(2 * expected_best_sharpe(0.01, 10))
        assert expected_best_sharpe(0.0, 10) == 0


@pytest.mark.parametrize(
    ("correlation", "expected"), [(0.0, 10.0), (1.0, 1.0), (0.5, 5.5), (-0.3, 10.0), (1.0000001, 1.0)]
)
def test_correlated_trials_are_worth_less(correlation: float, expected: float) -> None:
    assert independent_trials(10, correlation) == pytest.approx(expected)
