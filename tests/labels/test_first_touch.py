"""First-touch labels against a slow twin, and their honesty at the end of the series."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.labels.first_touch import zigzag
from tests.reference import features as slow

PRICES = arrays(np.float64, st.integers(1, 60), elements=st.floats(1.0, 3.0))


@given(close=PRICES, threshold=st.floats(0.001, 0.9), lookahead=st.integers(1, 12))
def test_labels_equal_the_slow_twin(close: np.ndarray, threshold: float, lookahead: int) -> None:
    found = zigzag(close, threshold, lookahead)
    assert found.dtype == np.int8
    assert found.tolist() == slow.first_touch(close.tolist(), threshold, lookahead)


@pytest.mark.parametrize(
    ("close", "expected"),
    [
        ([100, 103, 90, 120], 0),
        ([100, 98, 95, 120], 2),
        ([100, 101, 99, 102], 1),
        ([100, 105, 95, 100], 0),
        ([100, 95, 105, 100], 2),
    ],
)
def test_the_move_that_comes_first_decides(close: list[float], expected: int) -> None:
    assert zigzag(np.array(close, dtype=float), 0.03, 3)[0] == expected


def test_an_incomplete_horizon_has_no_label_even_after_an_early_touch() -> None:
    labels = zigzag(np.array([100.0, 150.0, 10.0, 150.0, 10.0]), 0.1, 3)
    assert labels.tolist() == [0, 2, -1, -1, -1]


def test_thresholds_may_differ_from_bar_to_bar() -> None:
    close = np.array([100.0, 104.0, 100.0, 104.0, 100.0])
    labels = zigzag(close, np.array([0.03, 0.05, np.nan, 0.0, 0.03]), 1)
    assert labels.tolist() == [0, 1, -1, -1, -1]


@given(close=PRICES, lookahead=st.integers(1, 8), scale=st.floats(1e-3, 1e3))
def test_labels_do_not_see_the_price_level(close: np.ndarray, lookahead: int, scale: float) -> None:
    moves = np.abs(np.subtract.outer(close, close) / close - 0.0)
    threshold = 0.0314159
    if np.abs(moves - threshold).min() > 1e-9:
        np.testing.assert_array_equal(zigzag(close * scale, threshold, lookahead), zigzag(close, threshold, lookahead))


def test_a_lookahead_longer_than_the_series_labels_nothing() -> None:
    assert (zigzag(np.ones(5), 0.1, 50) == -1).all()


def test_a_horizon_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidValue, match="lookahead"):
        zigzag(np.ones(5), 0.1, 0)
