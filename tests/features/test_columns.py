"""Figures of columns against NumPy and exact fractions, in one block or through row numbers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ktrdr_app.features.columns import measure_columns

SOME = arrays(np.float32, st.tuples(st.integers(1, 40), st.integers(1, 4)), elements=st.floats(-1e6, 1e6, width=32))


@given(values=SOME)
def test_figures_are_those_of_exact_arithmetic(values: np.ndarray) -> None:
    found = measure_columns(values)
    for column in range(values.shape[1]):
        exact = [Fraction(float(value)) for value in values[:, column]]
        mean = sum(exact) / len(exact)
        variance = sum((value - mean) ** 2 for value in exact) / len(exact)
        scale = max(1.0, float(max(map(abs, exact))))
        assert found.mean[column] == pytest.approx(float(mean), abs=1e-12 * scale)
        assert found.variance[column] == pytest.approx(float(variance), rel=1e-9, abs=1e-15 * scale**2)
        assert (found.low[column], found.high[column]) == (float(min(exact)), float(max(exact)))
    assert found.finite.all()


def test_a_long_column_far_from_zero_loses_no_digits() -> None:
    values = (1000 + np.random.default_rng(0).normal(0, 0.01, (300_000, 1))).astype(np.float32)
    found = measure_columns(values)
    wide = values.astype(np.longdouble)
    assert found.mean[0] == pytest.approx(float(wide.mean()), rel=1e-14)
    assert found.variance[0] == pytest.approx(float(wide.var()), rel=1e-11)


def test_rows_by_number_are_the_rows_themselves() -> None:
    random = np.random.default_rng(1)
    values = random.normal(size=(5000, 3)).astype(np.float32)
    rows = random.permutation(5000)[:3001]
    through, copied = measure_columns(values, rows), measure_columns(values[rows])
    for name in ("finite", "low", "high", "mean", "variance", "constant"):
        np.testing.assert_array_equal(getattr(through, name), getattr(copied, name))
    assert through.rows == 3001


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_spoils_its_own_column_only(bad: float) -> None:
    values = np.arange(12, dtype=np.float32).reshape(4, 3)
    values[2, 1] = bad
    found = measure_columns(values)
    assert found.finite.tolist() == [True, False, True]
    assert found.mean[[0, 2]].tolist() == [4.5, 6.5]


@pytest.mark.parametrize("value", [0.0, 0.1, 1e-30, 12345.678, -3e7])
def test_a_constant_column_is_known_whatever_its_value(value: float) -> None:
    values = np.random.default_rng(2).normal(size=(2000, 2)).astype(np.float32)
    values[:, 1] = value
    assert measure_columns(values).constant.tolist() == [False, True]
