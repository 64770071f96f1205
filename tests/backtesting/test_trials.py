"""Trials: counted, correlated as pandas correlates, and worth less when they move together."""

from __future__ import annotations

import itertools
import json
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


@given(st.integers(0, 100), st.integers(2, 5), st.floats(0.0, 0.6))
def test_correlation_pair_by_pair_from_the_months_that_both_have(seed: int, count: int, missing: float) -> None:
    draw = np.random.default_rng(seed)
    returns = np.round(draw.normal(0, 0.03, (40, count)) + draw.normal(0, 0.03, (40, 1)), 4)
    returns[draw.random((40, count)) < missing] = np.nan
    tries = tries_of(returns)
    found = []
    for one, other in itertools.combinations(tries, 2):
        shared = sorted(one.months.keys() & other.months.keys())
        if len(shared) < LEAST_MONTHS:
            found.append(0.0)
        else:
            found.append(statistics.correlation([one.months[m] for m in shared], [other.months[m] for m in shared]))
    assert trials_of(tries).correlation == pytest.approx(statistics.mean(found), abs=1e-9)


@given(st.integers(0, 100), st.permutations(range(5)))
def test_the_order_of_the_tries_does_not_matter(seed: int, order: list[int]) -> None:
    tries = tries_of(np.random.default_rng(seed).normal(0, 0.03, (40, 5)))
    first, second = trials_of(tries), trials_of([tries[place] for place in order])
    assert (first.count, first.effective) == (second.count, pytest.approx(second.effective))
    assert first.variance == pytest.approx(second.variance)


@given(st.integers(0, 100), st.floats(0.1, 10.0), st.floats(-0.1, 0.1))
def test_size_and_mean_of_the_returns_do_not_matter(seed: int, scale: float, shift: float) -> None:
    returns = np.random.default_rng(seed).normal(0, 0.03, (40, 4))
    moved = returns * np.array([1.0, scale, 1.0, 1.0]) + np.array([0.0, 0.0, shift, 0.0])
    assert trials_of(tries_of(moved)).correlation == pytest.approx(trials_of(tries_of(returns)).correlation, abs=1e-6)


def test_tries_that_move_against_each_other_are_no_more_than_their_number() -> None:
    one = np.random.default_rng(3).normal(0, 0.03, (40, 1))
    found = trials_of(tries_of(np.hstack([one, -one])))
    assert found.correlation == pytest.approx(-1.0)
    assert found.effective == 2.0


def test_two_families_of_equal_tries() -> None:
    """Of n tries in two uncorrelated families of k, k (k - 1) of the n (n - 1) / 2 pairs are the same try."""
    wave, size = np.arange(40), 4
    families = [np.cos(2 * np.pi * turns * wave / 40) for turns in (1, 2)]
    returns = np.column_stack([family for family in families for _ in range(size)])
    share = size * (size - 1) / (2 * size * (2 * size - 1) / 2)
    found = trials_of(tries_of(returns))
    assert found.correlation == pytest.approx(share)
    assert found.effective == pytest.approx(share + (1 - share) * 2 * size)


def test_the_document_is_read_back() -> None:
    found = trials_of(tries_of(np.random.default_rng(1).normal(size=(40, 3))))
    assert Trials(**json.loads(json.dumps(found.to_dict()))) == found


@given(st.integers(0, 100), st.integers(2, 6), st.integers(0, 50))
def test_tries_that_were_stopped_count_as_alike_as_the_others(seed: int, count: int, stopped: int) -> None:
    returns = np.random.default_rng(seed).normal(0, 0.03, (40, count))
    judged, both = trials_of(tries_of(returns)), trials_of(tries_of(returns), stopped)
    assert both.count == count + stopped
    assert (both.correlation, both.variance) == (judged.correlation, judged.variance)
    shared = max(0.0, both.correlation or 0.0)
    assert both.effective == pytest.approx(shared + (1 - shared) * (count + stopped))


def test_stopped_tries_beside_a_single_one_have_no_spread() -> None:
    assert trials_of([Try(0.1, {})], 4) == Trials(5, 5.0, None, None)
    assert trials_of([Try(0.1, {})]) == Trials(1, 1.0, None, None)
