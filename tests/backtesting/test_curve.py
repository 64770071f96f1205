"""Moments of returns against SciPy and the standard library, and what is no curve."""

from __future__ import annotations

import itertools
import statistics

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ktrdr_app.backtesting.curve import checked_curve, curve_sums, frozen, returns_of
from ktrdr_app.core.errors import InvalidValue

curves = st.lists(st.floats(10.0, 1e6), min_size=3, max_size=60)


@given(curves, st.floats(10.0, 1e6))
def test_moments_are_those_of_scipy(curve: list[float], capital: float) -> None:
    wealth = [capital, *curve[1:]]
    returns = [after / before - 1 for before, after in itertools.pairwise(wealth)]
    sums = curve_sums(checked_curve(curve), capital)
    moments = sums.returns
    assert moments is not None
    assert moments.count == sums.periods == len(returns)
    assert sums.mean_equity == pytest.approx(statistics.fmean(curve))
    assert moments.mean == pytest.approx(statistics.fmean(returns), rel=1e-11, abs=1e-12)
    assert moments.deviation == pytest.approx(statistics.stdev(returns), rel=1e-11, abs=1e-12)
    if moments.skewness is not None and statistics.pstdev(returns) > 1e-9:
        assert moments.skewness == pytest.approx(stats.skew(returns), rel=1e-6, abs=1e-6)
        assert moments.kurtosis == pytest.approx(stats.kurtosis(returns, fisher=False), rel=1e-6)
        ratio = statistics.fmean(returns) / statistics.stdev(returns)
        assert moments.sharpe == pytest.approx(ratio, rel=1e-9, abs=1e-9)


def test_steady_growth_has_no_shape_and_no_ratio() -> None:
    moments = curve_sums(checked_curve([100 * 1.001**bar for bar in range(5000)]), 100.0).returns
    assert moments is not None
    assert (moments.skewness, moments.kurtosis, moments.sharpe) == (None, None, None)


@pytest.mark.parametrize("curve", [[100.0], [100.0, 90.0], [100.0, -1.0, 5.0], [100.0, 0.0, 0.0]])
def test_too_short_or_lost_curves_have_no_moments(curve: list[float]) -> None:
    assert curve_sums(checked_curve(curve), 100.0).returns is None


def test_what_is_lost_at_the_very_end_still_has_returns() -> None:
    moments = curve_sums(checked_curve([100.0, 110.0, -5.0]), 100.0).returns
    assert moments is not None
    assert moments.mean == pytest.approx((0.1 + (-5 / 110 - 1)) / 2)


def test_returns_begin_from_the_initial_capital() -> None:
    np.testing.assert_allclose(returns_of(np.array([99.0, 110.0, 55.0]), 100.0), [0.1, -0.5])
    assert len(returns_of(np.array([99.0]), 100.0)) == 0


@pytest.mark.parametrize("curve", [[], [100.0, float("nan")], [float("inf"), 1.0], [[1.0, 2.0]], 5.0])
def test_what_is_no_curve(curve: object) -> None:
    with pytest.raises(InvalidValue, match="equity"):
        checked_curve(curve)  # type: ignore[arg-type]


@pytest.mark.parametrize("curve", [[], [100.0, float("nan")], [float("inf"), 1.0], [1.0, float("inf"), -float("inf")]])
def test_sums_of_what_is_no_curve(curve: list[float]) -> None:
    with pytest.raises(InvalidValue, match=f"{len(curve)} points"):
        curve_sums(frozen(np.array(curve)), 100.0)


def test_finite_values_that_sum_to_infinity_are_a_curve() -> None:
    huge = [1.7e308, 1.6e308, 1.7e308]
    assert checked_curve(huge).tolist() == huge
    assert curve_sums(frozen(np.array(huge)), 1.7e308).periods == 2


@pytest.mark.parametrize("make", [list, np.array, pd.Series, lambda values: np.array(values)[::-1][::-1]])
def test_every_curve_reaches_kernels_in_one_form(make: object) -> None:
    curve = checked_curve(make([1.0, 2.0, 3.0]))  # type: ignore[operator]
    assert curve.dtype == np.float64
    assert curve.flags.c_contiguous
    assert not curve.flags.writeable


def test_freezing_leaves_the_array_of_others_as_it_is() -> None:
    values = np.ones(3)
    assert not frozen(values).flags.writeable
    assert values.flags.writeable
