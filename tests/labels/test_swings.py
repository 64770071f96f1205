"""Swing labels: the original's own, a slow twin, and no label before its turn is confirmed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.labels.swings import decide_segment, segment
from tests.reference import labels as slow
from tests.shared_data import shared_path

PRICES = arrays(np.float64, st.integers(1, 80), elements=st.floats(1.0, 2.0))
GOLDEN = "legacy_models/reference/intermediate/neuro_mean_reversion__MSFT_1h_v2__"


def test_labels_are_those_that_the_original_trained_on() -> None:
    close = pd.read_parquet(shared_path(f"{GOLDEN}0_prices.parquet"))["close"].to_numpy()
    golden = pd.read_parquet(shared_path(f"{GOLDEN}6_labels.parquet"))["segment_label_used_by_training"].to_numpy()
    found = segment(close, 0.03)
    confirmed = np.flatnonzero(found >= 0)
    assert confirmed.tolist() == list(range(len(confirmed)))
    assert len(confirmed) > 20_000
    np.testing.assert_array_equal(found[confirmed], golden[confirmed])


@given(close=PRICES, threshold=st.floats(0.01, 0.6))
def test_labels_equal_the_slow_twin_up_to_the_last_confirmed_turn(close: np.ndarray, threshold: float) -> None:
    found = segment(close, threshold)
    wanted, turns = slow.original_segments(close.tolist(), threshold)
    last = turns[-2] if len(turns) > 2 else -1
    assert found.dtype == np.int8
    assert found.tolist() == [*wanted[: last + 1], *[-1] * (len(close) - last - 1)]


@given(close=PRICES, threshold=st.floats(0.01, 0.6))
def test_a_label_is_known_at_the_close_that_confirms_its_turn_and_not_before(
    close: np.ndarray, threshold: float
) -> None:
    found = decide_segment(close, threshold)
    for row in np.flatnonzero(found.label >= 0):
        end = found.end_row[row]
        assert segment(close[: end + 1], threshold)[row] == found.label[row]
        assert segment(close[:end], threshold)[row] == -1


@given(close=PRICES, later=PRICES, threshold=st.floats(0.01, 0.6), cut=st.integers(0, 80))
def test_closes_to_come_never_change_what_is_known(
    close: np.ndarray, later: np.ndarray, threshold: float, cut: int
) -> None:
    found = decide_segment(close, threshold)
    other = decide_segment(np.concatenate([close[: cut + 1], later]), threshold)
    known = np.flatnonzero((found.label >= 0) & (found.end_row <= cut))
    np.testing.assert_array_equal(other.label[known], found.label[known])
    np.testing.assert_array_equal(other.end_row[known], found.end_row[known])


@given(steps=st.lists(st.sampled_from([-1, 1]), min_size=2, max_size=60))
def test_a_mirrored_market_has_mirrored_labels(steps: list[int]) -> None:
    close = 2.0 ** np.cumsum(steps)
    mirrored = segment(1.0 / close, 0.5)
    np.testing.assert_array_equal(mirrored, np.array([2, 1, 0, -1], dtype=np.int8)[segment(close, 0.5)])


@given(close=PRICES, power=st.integers(-20, 20))
def test_the_price_level_is_not_seen(close: np.ndarray, power: int) -> None:
    np.testing.assert_array_equal(segment(close * 2.0**power, 0.05), segment(close, 0.05))


def test_the_return_is_that_to_the_turn_which_nobody_can_trade() -> None:
    close = np.array([100.0, 105.0, 110.0, 99.0, 90.0, 99.0])
    found = decide_segment(close, 0.1)
    assert found.label.tolist() == [1, 0, 1, 2, 1, -1]
    assert found.end_row.tolist() == [3, 3, 3, 5, 5, 5]
    np.testing.assert_allclose(found.realised, [np.nan, 110 / 105 - 1, np.nan, 90 / 99 - 1, np.nan, np.nan])


def test_thresholds_of_each_bar_are_those_of_the_bar_that_confirms() -> None:
    close = np.array([50.0, 100.0, 110.0, 104.0, 100.0, 120.0])
    early = np.array([np.nan, 0.05, 0.05, 0.2, 0.05, 0.05])
    found = decide_segment(close, early)
    assert found.label.tolist() == [-1, 1, 1, 2, 1, -1]
    assert found.end_row.tolist() == [0, 4, 4, 5, 5, 5]


def test_too_little_for_a_turn_has_no_label() -> None:
    assert segment(np.array([100.0, 104.0, 96.0, 100.0]), 0.1).tolist() == [-1] * 4
    assert segment(np.array([]), 0.1).tolist() == []
    with pytest.raises(InvalidValue, match="threshold"):
        segment(np.ones(3), np.ones(2))
