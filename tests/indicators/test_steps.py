"""Recursive averages in strides against the plain recursion, one value at a time."""

from __future__ import annotations

import numpy as np
import pytest

from ktrdr_app.indicators.steps import smooth, true_ranges


def plain(values: np.ndarray, share: float, keep: float, average: float) -> np.ndarray:
    """Follow the recursion as it is written."""
    out = []
    for value in values:
        average = keep * average + share * value
        out.append(average)
    return np.array(out)


@pytest.mark.parametrize("rows", [0, 1, 2, 3, 4, 5, 7, 8, 1000])
@pytest.mark.parametrize(("share", "keep"), [(2 / 21, 19 / 21), (1 / 14, 13 / 14), (1.0, 0.0), (1.0, 0.9), (0.5, 0.5)])
def test_strides_give_the_recursion(rows: int, share: float, keep: float) -> None:
    values, out = 100.0 + np.random.default_rng(0).normal(size=rows).cumsum(), np.empty(rows)
    last = smooth(values, share, keep, 97.0, out)
    expected = plain(values, share, keep, 97.0)
    np.testing.assert_allclose(out, expected, rtol=1e-14)
    assert last == (out[-1] if rows else 97.0)


@pytest.mark.parametrize("rows", range(9))
def test_a_value_does_not_depend_on_how_many_follow(rows: int) -> None:
    values, whole, part = np.random.default_rng(1).random(12), np.empty(12), np.empty(rows)
    smooth(values, 0.3, 0.7, 0.5, whole)
    smooth(values[:rows], 0.3, 0.7, 0.5, part)
    np.testing.assert_array_equal(part, whole[:rows])


def test_it_may_write_over_what_it_reads() -> None:
    values, out = np.random.default_rng(2).random(23), np.empty(23)
    smooth(values, 0.3, 0.7, 0.5, out)
    smooth(values, 0.3, 0.7, 0.5, values)
    np.testing.assert_array_equal(values, out)


def test_true_ranges_reach_to_the_close_before() -> None:
    high, low, before = np.array([3.0, 3.0, 3.0]), np.array([2.0, 2.0, 2.0]), np.array([2.5, 5.0, 1.0])
    out = np.empty(3)
    true_ranges(high, low, before, out)
    assert out.tolist() == [1.0, 3.0, 2.0]
