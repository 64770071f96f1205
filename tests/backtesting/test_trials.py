"""Trials: counted, correlated as pandas correlates, and worth less when they move together."""

from __future__ import annotations

import statistics

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.backtesting.trials import LEAST_MONTHS, Trials, Try, trials_of

MONTHS = [f"{month:%Y-%m}" for month in pd.date_range("2020-01-01", periods=40, freq="MS")]


def tries_of(returns: np.ndarray, sharpes: list[float] | None = None) -> list[Try]:
    """Return a try for each column; NaN is a month that it does not have."""
    return [
        Try(
            (sharpes or list(range(returns.shape[1])))[column],
            {name: float(value) for name, value in zip(MONTHS, returns[:, column], strict=False) if np.isfinite(value)},
        )
        for column in range(returns.shape[1])
    ]


@given(st.integers(0, 200), st.integers(2, 8), st.floats(0.0, 0.5))
def test_correlation_is_the_mean_of_the_pairs(seed: int, count: int, missing: float) -> None:
    draw = np.random.default_rng(seed)
    returns = draw.normal(0, 0.03, (40, count)) + draw.normal(0, 0.03, (40, 1))
    returns[draw.random((40, count)) < missing] = np.nan
    pairs = pd.DataFrame(returns).corr(min_periods=LEAST_MONTHS).fillna(0.0).to_numpy()
    expected = pairs[np.triu_indices(count, 1)].mean()
    found = trials_of(tries_of(returns))
    assert found.correlation == pytest.approx(expected, abs=1e-9)
    shared = max(0.0, expected)
    assert found.effective == pytest.approx(shared + (1 - shared) * count)
    assert 1 <= found.effective <= found.count == count


def test_the_spread_is_that_of_the_ratios() -> None:
    sharpes = [0.01, -0.02, 0.05]
    found = trials_of(tries_of(np.random.default_rng(0).normal(size=(40, 3)), sharpes))
    assert found.variance == pytest.approx(statistics.variance(sharpes))


def test_tries_that_all_do_the_same_are_one() -> None:
    one = np.random.default_rng(0).normal(0, 0.03, (40, 1))
    found = trials_of(tries_of(np.repeat(one, 6, axis=1)))
    assert found.count == 6
    assert found.effective == pytest.approx(1.0)


@pytest.mark.parametrize("months", [0, LEAST_MONTHS - 1])
def test_too_few_months_in_common_count_as_uncorrelated(months: int) -> None:
    one = np.random.default_rng(0).normal(0, 0.03, (40, 1))
    returns = np.repeat(one, 3, axis=1)
    returns[months:] = np.nan
    assert trials_of(tries_of(returns)) == Trials(3, 3.0, 0.0, 1.0)


def test_accounts_that_never_move_are_not_correlated() -> None:
    assert trials_of(tries_of(np.zeros((40, 2)))).correlation == 0.0


def test_a_single_try_has_nothing_to_be_chosen_from() -> None:
    assert trials_of([Try(0.05, {})]) == Trials(1, 1.0, None, None)
