"""Membership in one set against scikit-fuzzy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ktrdr_app.fuzzy
from ktrdr_app.core.errors import InvalidValue, UnknownName
from ktrdr_app.fuzzy import membership
from tests.fuzzy.shapes import EXAMPLES, Shape, around, by_scikit_fuzzy, shapes


def _ignoring_overflow(kind: str, parameters: list[float], x: np.ndarray, shoulder: str) -> np.ndarray:
    with np.errstate(over="ignore"):
        return by_scikit_fuzzy(kind, parameters, x, shoulder)


@pytest.mark.parametrize(("kind", "parameters", "shoulder"), EXAMPLES)
def test_equals_scikit_fuzzy(kind: str, parameters: list[float], shoulder: str) -> None:
    x = around(parameters)
    expected = _ignoring_overflow(kind, parameters, x, shoulder)
    np.testing.assert_allclose(membership(kind, parameters, x, shoulder), expected, rtol=0, atol=1e-12)


@settings(max_examples=200, deadline=None)
@given(shape=shapes(), seed=st.integers(0, 1_000))
def test_equals_scikit_fuzzy_for_any_shape(shape: Shape, seed: int) -> None:
    kind, parameters, shoulder = shape
    spread = np.random.default_rng(seed).normal(parameters[0], 10 * abs(parameters[-1]) + 1, 50)
    x = np.concatenate([around(parameters), spread])
    expected = _ignoring_overflow(kind, parameters, x, shoulder)
    np.testing.assert_allclose(membership(kind, parameters, x, shoulder), expected, rtol=0, atol=1e-12)


@settings(max_examples=100, deadline=None)
@given(shape=shapes())
def test_stays_within_0_and_1_and_reaches_1(shape: Shape) -> None:
    kind, parameters, shoulder = shape
    grades = membership(kind, parameters, around(parameters), shoulder)
    known = grades[~np.isnan(grades)]
    assert known.min() >= 0
    assert known.max() == 1


@settings(max_examples=100, deadline=None)
@given(shape=shapes())
def test_rises_to_the_peak_and_falls_after_it(shape: Shape) -> None:
    kind, parameters, _ = shape
    x = np.sort(around(parameters)[:-7])
    peak = parameters[0] if kind == "gaussian" else parameters[1]
    grades = membership(kind, parameters, x)
    assert (np.diff(grades[x <= peak]) >= 0).all()
    after = parameters[0] if kind == "gaussian" else parameters[-2]
    assert (np.diff(grades[x >= after]) <= 0).all()


def test_peak_is_exactly_1_and_feet_exactly_0() -> None:
    awkward = [0.1, 0.3, 0.7, 1.1]
    assert membership("trapezoidal", awkward, awkward).tolist() == [0.0, 1.0, 1.0, 0.0]
    assert membership("triangular", [0.1, 0.3, 1.1], [0.1, 0.3, 1.1]).tolist() == [0.0, 1.0, 0.0]
    assert membership("gaussian", [0.3, 0.07], [0.3]).tolist() == [1.0]


def test_vertical_edge_belongs_to_the_set() -> None:
    assert membership("triangular", [1, 1, 2], [1.0, np.nextafter(1.0, 0.0)]).tolist() == [1.0, 0.0]
    assert membership("trapezoidal", [0, 1, 2, 2], [2.0, np.nextafter(2.0, 3.0)]).tolist() == [1.0, 0.0]


def test_shoulder_gives_1_on_its_open_side_for_ever() -> None:
    x = [-math.inf, -1e9, 25.0, 32.5, 40.0, math.inf]
    assert membership("trapezoidal", [0, 10, 25, 40], x, "left").tolist() == [1, 1, 1, 0.5, 0, 0]
    assert membership("trapezoidal", [0, 10, 25, 40], x, "right").tolist() == [0, 0, 1, 1, 1, 1]
    assert membership("gaussian", [0, 1], [-5.0, -math.inf], "left").tolist() == [1, 1]
    assert membership("gaussian", [0, 1], [math.inf], "left").tolist() == [0]


@pytest.mark.parametrize(("kind", "parameters", "shoulder"), EXAMPLES)
def test_nan_stays_nan(kind: str, parameters: list[float], shoulder: str) -> None:
    grades = membership(kind, parameters, [math.nan, parameters[0], math.nan], shoulder)
    assert np.isnan(grades).tolist() == [True, False, True]


def test_gaussian_keeps_its_relative_digits_far_out() -> None:
    x = np.linspace(0, 37, 5_001)
    np.testing.assert_allclose(membership("gaussian", [0, 1], x), np.exp(-(x**2) / 2), rtol=3e-14)


def test_edges_narrower_than_any_reciprocal_stay_within_bounds() -> None:
    grades = membership("triangular", [0.0, 1e-310, 1.0], [0.0, 5e-311, 1e-310, 0.5])
    assert grades[0] == 0
    assert 0 < grades[1] <= 1
    assert grades[2] == 1


@pytest.mark.parametrize("shape", [(), (0,), (4,), (3, 2), (2, 3, 4)])
def test_result_has_the_shape_of_the_values(shape: tuple[int, ...]) -> None:
    assert membership("triangular", [0, 1, 2], np.full(shape, 0.5)).shape == shape


def test_any_layout_and_type_of_values_is_read_rightly() -> None:
    expected = [0.0, 0.5, 1.0, 0.5, 0.0]
    wide = np.arange(10)
    wide.flags.writeable = False
    assert membership("triangular", [0, 4, 8], wide[::2]).tolist() == expected
    assert membership("triangular", [0, 4, 8], [0, 2, 4, 6, 8]).tolist() == expected
    assert membership("triangular", [0, 4, 8], np.array([0, 2, 4, 6, 8], np.float32)).dtype == np.float64


def test_values_are_left_as_they_are() -> None:
    x = np.array([0.5, math.nan])
    membership("gaussian", [0, 1], x)
    np.testing.assert_array_equal(x, [0.5, math.nan])


@pytest.mark.parametrize(
    ("kind", "parameters", "words"),
    [
        ("triangular", [0, 1], "takes 3 numbers"),
        ("trapezoidal", [0, 2, 1, 3], "must not fall"),
        ("trapezoidal", [1, 1, 1, 1], "no width"),
        ("triangular", [0, math.inf, math.inf], "finite"),
        ("gaussian", [0, 0], "above 0"),
        ("gaussian", [0, -1], "above 0"),
    ],
)
def test_numbers_that_make_no_set_are_refused(kind: str, parameters: list[float], words: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        membership(kind, parameters, [0.0])
    assert words in caught.value.hint


def test_unknown_kind_and_shoulder_name_the_nearest() -> None:
    with pytest.raises(UnknownName) as kind:
        membership("triangle", [0, 1, 2], [0.0])
    assert kind.value.hint == "did you mean 'triangular'?"
    with pytest.raises(UnknownName) as shoulder:
        membership("triangular", [0, 1, 2], [0.0], "lefft")
    assert shoulder.value.hint == "did you mean 'left'?"


def test_every_public_name_is_there() -> None:
    for name in ktrdr_app.fuzzy.__all__:
        assert getattr(ktrdr_app.fuzzy, name).__name__ == name
