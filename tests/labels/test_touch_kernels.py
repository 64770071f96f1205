"""First touches in whole blocks against a scan bar by bar, at prices that lie exactly on their limit above all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ktrdr_app.labels.touch_kernels import first_touches


def scan(entry: np.ndarray, high: np.ndarray, low: np.ndarray, rise: float, fall: float, lookahead: int) -> list:
    """Return both touches of every entry by the definition."""
    found = []
    for i, price in enumerate(entry):
        rises = [k for k in range(1, lookahead + 1) if (high[i + k] - price) / price >= rise]
        falls = [k for k in range(1, lookahead + 1) if (low[i + k] - price) / price <= -fall]
        found.append((min(rises, default=0), min(falls, default=0)))
    return found


def pairs(found: tuple[np.ndarray, np.ndarray]) -> list:
    return list(zip(*(steps.tolist() for steps in found), strict=True))


@given(
    prices=arrays(np.float64, st.integers(20, 60), elements=st.integers(80, 125).map(float)),
    percent=st.tuples(st.integers(1, 25), st.integers(1, 25)),
    lookahead=st.integers(1, 12),
)
def test_whole_numbers_that_lie_on_their_limit_touch(
    prices: np.ndarray, percent: tuple[int, int], lookahead: int
) -> None:
    low = prices[::-1].copy()
    rise, fall = (share / 100 for share in percent)
    entry = prices[: len(prices) - lookahead]
    found = first_touches(entry, prices, low, np.full(len(entry), rise), np.full(len(entry), fall), lookahead)
    assert pairs(found) == scan(entry, prices, low, rise, fall, lookahead)


@given(entry=st.floats(1e-3, 1e5), rise=st.floats(1e-4, 5), fall=st.floats(1e-4, 0.999), ulps=st.integers(-6, 6))
def test_the_last_digit_decides_as_the_division_does(entry: float, rise: float, fall: float, ulps: int) -> None:
    edges = [entry * (1 + rise), entry * (1 - fall)]
    for _ in range(abs(ulps)):
        edges = [float(np.nextafter(edge, np.inf if ulps > 0 else 0.0)) for edge in edges]
    high, low = np.array([entry, edges[0], entry * 99]), np.array([entry, edges[1], entry])
    one = np.array([entry])
    found = first_touches(one, high, low, np.array([rise]), np.array([fall]), 2)
    assert pairs(found) == scan(one, high, low, rise, fall, 2)


@pytest.mark.parametrize("lookahead", [1, 3, 4, 5, 20, 31])
@pytest.mark.parametrize("n", [40, 512, 513, 1600])
def test_blocks_and_strides_meet_without_a_seam(n: int, lookahead: int) -> None:
    random = np.random.default_rng(n + lookahead)
    high = 100 * np.exp(np.cumsum(random.normal(0, 0.01, n)))
    low = high * random.uniform(0.98, 1.0, n)
    entry = high[: n - lookahead] * random.uniform(0.99, 1.0, n - lookahead)
    moves = np.full(len(entry), 0.015)
    found = first_touches(entry, high, low, moves, 2 * moves, lookahead)
    assert pairs(found) == scan(entry, high, low, 0.015, 0.03, lookahead)


def test_what_has_no_limit_or_lies_below_zero_is_never_touched() -> None:
    prices = np.array([100.0, 1e-9, 1e9])
    found = first_touches(prices[:1], prices, prices, np.array([np.nan]), np.array([1.0]), 2)
    assert pairs(found) == [(0, 0)]
