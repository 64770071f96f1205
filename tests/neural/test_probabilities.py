"""Softmax against PyTorch in double precision, against its definition, and where a plain one would overflow."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ktrdr_app.neural.probabilities import softmax

USUAL = st.floats(-60, 60, width=32)
TOP = float(np.finfo(np.float32).max)
FINITE = st.floats(-TOP, TOP, width=32)


def matrices(elements: st.SearchStrategy[float]) -> st.SearchStrategy[np.ndarray]:
    """Return rows of logits for one to six classes."""
    return arrays.arrays(np.float32, st.tuples(st.integers(0, 8), st.integers(1, 6)), elements=elements)


@given(matrices(FINITE))
def test_equals_pytorch_in_double_precision(logits: np.ndarray) -> None:
    expected = torch.softmax(torch.from_numpy(logits).double(), dim=1).numpy()
    np.testing.assert_allclose(softmax(logits), expected, rtol=1e-13, atol=1e-300)


@given(matrices(st.floats(-300, 300, width=32)))
def test_equals_the_definition_summed_exactly(logits: np.ndarray) -> None:
    for row, found in zip(logits.tolist(), softmax(logits), strict=True):
        total = math.fsum(map(math.exp, row))
        np.testing.assert_allclose(found, [math.exp(value) / total for value in row], rtol=1e-12)


@given(matrices(FINITE))
def test_rows_are_probabilities_whatever_the_logits(logits: np.ndarray) -> None:
    found = softmax(logits)
    assert found.shape == logits.shape
    assert found.dtype == np.float64
    assert ((found >= 0) & (found <= 1)).all()
    np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-14)


@given(matrices(USUAL))
def test_the_order_of_the_logits_is_kept_and_equal_ones_stay_equal(logits: np.ndarray) -> None:
    for row, found in zip(logits.tolist(), softmax(logits).tolist(), strict=True):
        for one, other in itertools.combinations(range(len(row)), 2):
            assert (row[one] == row[other]) <= (found[one] == found[other])
            assert (row[one] > row[other]) <= (found[one] >= found[other])


@given(matrices(st.integers(-50, 50).map(float)), st.integers(-1000, 1000))
def test_what_is_added_to_every_class_changes_nothing(logits: np.ndarray, shift: int) -> None:
    np.testing.assert_array_equal(softmax(logits + np.float32(shift)), softmax(logits))  # whole numbers add exactly


@given(matrices(USUAL))
def test_a_row_depends_on_no_other(logits: np.ndarray) -> None:
    found = softmax(logits)
    for row in range(len(logits)):
        np.testing.assert_array_equal(softmax(logits[row : row + 1])[0], found[row])
    np.testing.assert_array_equal(softmax(np.ascontiguousarray(logits[::-1])), found[::-1])


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([0.0, 0.0, 0.0], [1 / 3, 1 / 3, 1 / 3]),
        ([TOP, TOP, 0.0], [0.5, 0.5, 0.0]),
        ([-TOP, -TOP, -TOP], [1 / 3, 1 / 3, 1 / 3]),
        ([TOP, -TOP, 0.0], [1.0, 0.0, 0.0]),
        ([0.0, math.log(3.0)], [0.25, 0.75]),
        ([1000.0, 1000.0 + math.log(2.0)], [1 / 3, 2 / 3]),  # exp(1000) is beyond double precision
        ([-5000.0], [1.0]),
        ([-math.inf, 0.0, 0.0], [0.0, 0.5, 0.5]),
    ],
)
def test_extremes(row: list[float], expected: list[float]) -> None:
    (found,) = softmax(np.array([row], np.float32))
    np.testing.assert_allclose(found, expected, rtol=2e-5)  # logarithms are rounded to single precision


def test_small_chances_are_not_lost_to_single_precision() -> None:
    (found,) = softmax(np.array([[0.0, -100.0]], np.float32))
    assert found[1] == pytest.approx(math.exp(-100.0), rel=1e-12)
    (halves,) = softmax(np.array([[0.0, 1e-7]], np.float32))
    assert halves[1] - halves[0] == pytest.approx(0.5e-7, rel=1e-6)


@pytest.mark.parametrize("row", [[math.nan, 0.0], [0.0, math.nan]])
def test_a_logit_that_is_no_number_leaves_no_probability_that_could_be_believed(row: list[float]) -> None:
    assert np.isnan(softmax(np.array([row], np.float32))).any()


def test_the_logits_are_left_as_they_are() -> None:
    logits = np.array([[1.0, 2.0, 3.0]], np.float32)
    softmax(logits)
    assert logits.tolist() == [[1.0, 2.0, 3.0]]
