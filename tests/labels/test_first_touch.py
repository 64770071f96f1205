"""First-touch labels against a slow twin, and their honesty at the end of the series."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.labels.first_touch import decide_first_touch, fixed_horizon, zigzag
from tests.reference import features as slow
from tests.reference import labels as slow_labels

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
        ([100, 103, 97, 97], 0),
        ([100, 97, 103, 103], 2),
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
    moves = np.abs(np.subtract.outer(close, close) / close)
    threshold = 0.0314159
    if np.abs(moves - threshold).min() > 1e-9:
        np.testing.assert_array_equal(zigzag(close * scale, threshold, lookahead), zigzag(close, threshold, lookahead))


def test_a_lookahead_longer_than_the_series_labels_nothing() -> None:
    assert (zigzag(np.ones(5), 0.1, 50) == -1).all()


def test_a_horizon_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidValue, match="lookahead"):
        zigzag(np.ones(5), 0.1, 0)


@given(steps=st.lists(st.sampled_from([-1, 0, 1]), min_size=2, max_size=60), lookahead=st.integers(1, 8))
def test_a_mirrored_market_has_mirrored_labels(steps: list[int], lookahead: int) -> None:
    close = 2.0 ** np.cumsum(steps)
    mirror = np.array([2, 1, 0, -1], dtype=np.int8)
    for label in (zigzag, fixed_horizon):
        np.testing.assert_array_equal(label(1.0 / close, 0.5, lookahead), mirror[label(close, 0.5, lookahead)])


@given(close=PRICES, threshold=st.floats(0.001, 0.9), lookahead=st.integers(1, 12))
def test_fixed_horizons_equal_the_slow_twin(close: np.ndarray, threshold: float, lookahead: int) -> None:
    found = fixed_horizon(close, threshold, lookahead)
    assert found.dtype == np.int8
    assert found.tolist() == slow_labels.fixed_horizon(close.tolist(), [threshold] * len(close), lookahead)


def test_a_fixed_horizon_does_not_look_at_the_way() -> None:
    close = np.array([100.0, 150.0, 110.0, 50.0, 90.0])
    assert fixed_horizon(close, 0.1, 2).tolist() == [0, 2, 2, -1, -1]
    assert fixed_horizon(close, np.array([0.2, np.nan, 0.1, 0.1, 0.1]), 2).tolist() == [1, -1, 2, -1, -1]
    with pytest.raises(InvalidValue, match="lookahead"):
        fixed_horizon(close, 0.1, 0)
    with pytest.raises(InvalidValue, match="threshold"):
        fixed_horizon(close, np.ones(2), 1)


@given(close=PRICES, lookahead=st.integers(1, 12))
def test_the_bare_labels_are_those_with_ends_and_returns(close: np.ndarray, lookahead: int) -> None:
    decided = decide_first_touch(close, 0.2, lookahead)
    np.testing.assert_array_equal(decided.label, zigzag(close, 0.2, lookahead))
    for row in np.flatnonzero(decided.label >= 0):
        assert decided.end_row[row] == row + lookahead
        moves = (close[row + 1 : row + 1 + lookahead] - close[row]) / close[row]
        beyond = np.flatnonzero(np.abs(moves) >= 0.2)
        assert decided.realised[row] == moves[beyond[0] if len(beyond) else -1]
