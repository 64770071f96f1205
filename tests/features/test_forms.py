"""Scale-free forms against their definitions, and the z-score against a slow twin."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ktrdr_app.features.forms import form_for, in_form, quotient, rolling_zscore
from tests.reference import features as slow

CLOSE = np.array([10.0, 20.0, 40.0])
VALUES = np.array([5.0, 25.0, np.nan])
ATR = np.array([2.0, 0.0, 4.0])


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("raw", [5.0, 25.0, np.nan]),
        ("ratio_to_price", [2.0, 0.8, np.nan]),
        ("percent", [50.0, 125.0, np.nan]),
        ("atr", [2.5, 0.0, np.nan]),
        ("atr_distance", [2.5, 0.0, np.nan]),
    ],
)
def test_forms_are_what_they_are_called(form: str, expected: list[float]) -> None:
    np.testing.assert_allclose(in_form(form, VALUES, CLOSE, ATR), expected)


@pytest.mark.parametrize("form", ["ratio_to_price", "percent", "atr", "atr_distance"])
@given(scale=st.floats(1e-6, 1e6), data=st.data())
def test_forms_do_not_see_the_price_level(form: str, scale: float, data: st.DataObject) -> None:
    positive = arrays(np.float64, 6, elements=st.floats(0.5, 100.0))
    values, close, atr = (data.draw(positive) for _ in range(3))
    before = in_form(form, values, close, atr)
    after = in_form(form, values * scale, close * scale, atr * scale)
    np.testing.assert_allclose(after, before, rtol=1e-9, atol=1e-9)


def test_quotient_states_its_value_at_zero() -> None:
    top, bottom = np.array([1.0, 2.0, np.nan]), np.array([0.0, 4.0, 0.0])
    np.testing.assert_allclose(quotient(top, bottom, if_zero=0.5), [0.5, 0.5, 0.5])
    assert np.isnan(quotient(top, np.array([1.0, 1.0, 1.0]))[2])


@given(
    values=arrays(np.float64, st.integers(1, 40), elements=st.floats(-1e3, 1e3)),
    window=st.integers(2, 12),
)
def test_zscore_equals_the_slow_twin(values: np.ndarray, window: int) -> None:
    found = rolling_zscore(values, window)
    expected = [slow.zscore(values.tolist(), window, row) for row in range(len(values))]
    spread = np.array([np.ptp(values[max(0, i - window + 1) : i + 1]) for i in range(len(values))])
    clear = (spread == 0) | (spread > 1e-6)
    np.testing.assert_allclose(found[clear], np.array(expected)[clear], rtol=1e-6, atol=1e-6)


def test_zscore_looks_back_only() -> None:
    values = np.random.default_rng(3).normal(size=300)
    whole = rolling_zscore(values, 50)
    for cut in (50, 51, 173, 299):
        np.testing.assert_array_equal(rolling_zscore(values[:cut], 50), whole[:cut])


def test_zscore_waits_for_the_warm_up_of_its_input() -> None:
    values = np.r_[np.full(4, np.nan), np.arange(10.0)]
    assert np.isnan(rolling_zscore(values, 3)[:6]).all()
    assert np.isfinite(rolling_zscore(values, 3)[6:]).all()


@pytest.mark.parametrize("count", [1, 255, 256, 257, 700])
@pytest.mark.parametrize("window", [2, 20, 256, 300])
def test_zscore_is_the_same_across_the_edges_of_its_chunks(count: int, window: int) -> None:
    values = np.random.default_rng(count).normal(size=count + window).cumsum()
    values[window // 2 : window // 2 + window + 3] = 7.0
    found = rolling_zscore(values, window)
    for row in {0, window - 2, window - 1, window, window - 1 + 255, window - 1 + 256, len(values) - 1}:
        if row < len(values):
            np.testing.assert_allclose(found[row], slow.zscore(values.tolist(), window, row), rtol=1e-9, atol=1e-9)


def test_zscore_in_a_form_is_scale_free_and_uses_its_window() -> None:
    values = np.random.default_rng(3).normal(size=80).cumsum()
    found = in_form("zscore", values, values, None, 30)
    np.testing.assert_allclose(found, rolling_zscore(values, 30))
    np.testing.assert_allclose(in_form("zscore", 1e4 * values, values, None, 30), found, rtol=1e-9)
    assert np.isnan(found[:29]).all()


@pytest.mark.parametrize(
    ("indicator", "unit", "expected"),
    [
        ("sma", "price", "ratio_to_price"),
        ("macd", "price_difference", "atr"),
        ("atr", "price_difference", "percent"),
        ("rsi", "oscillator", "raw"),
        ("volume_ratio", "ratio", "raw"),
        ("obv", "volume", "zscore"),
    ],
)
def test_auto_takes_what_means_the_same_on_every_symbol(indicator: str, unit: str, expected: str) -> None:
    assert form_for("auto", indicator, unit) == expected
    assert form_for("percent", indicator, unit) == "percent"


WHOLE = st.lists(st.integers(-9, 9), min_size=1, max_size=40).map(lambda values: np.array(values, dtype=np.float64))


@settings(max_examples=40, deadline=None)
@given(values=WHOLE, window=st.integers(2, 8))
def test_squared_zscores_are_exact_fractions(values: np.ndarray, window: int) -> None:
    found = rolling_zscore(values, window)
    for t in range(len(values)):
        if t < window - 1:
            assert np.isnan(found[t])
            continue
        part = [Fraction(int(value)) for value in values[t - window + 1 : t + 1]]
        apart = part[-1] - sum(part) / window
        spread = sum((value - sum(part) / window) ** 2 for value in part) / window
        wanted = apart**2 / spread if spread else Fraction(0)
        assert found[t] ** 2 == pytest.approx(float(wanted), rel=1e-9, abs=1e-12)
        if apart:
            assert (found[t] > 0) == (apart > 0)


@settings(max_examples=40, deadline=None)
@given(
    values=WHOLE, window=st.integers(2, 8), factor=st.sampled_from([-4.0, -0.5, 2.0, 16.0]), shift=st.integers(-50, 50)
)
def test_zscore_sees_neither_level_nor_size_and_no_value_beyond_its_reach(
    values: np.ndarray, window: int, factor: float, shift: int
) -> None:
    found = rolling_zscore(values, window)
    other = rolling_zscore(values * factor + shift, window)
    np.testing.assert_allclose(other, np.sign(factor) * found, rtol=1e-9, atol=1e-9)
    # No value of n is further from their mean than sqrt(n - 1) deviations (Samuelson 1968).
    assert np.nanmax(np.abs(found), initial=0.0) <= np.sqrt(window - 1) + 1e-9


@settings(max_examples=30, deadline=None)
@given(values=WHOLE, atr=st.sampled_from([0.5, 2.0, 8.0]))
def test_forms_can_be_told_from_each_other_and_taken_back(values: np.ndarray, atr: float) -> None:
    close = 64.0 + np.arange(len(values))
    ranges = np.full(len(values), atr)
    np.testing.assert_array_equal(in_form("atr", values, close, ranges) * atr, values)
    np.testing.assert_array_equal(close - in_form("atr_distance", values, close, ranges) * atr, values)
    np.testing.assert_allclose(in_form("percent", values, close, None) * close / 100, values, rtol=1e-12)
    ratio = in_form("ratio_to_price", values, close, None)
    np.testing.assert_array_equal(ratio == 0, values == 0)
    np.testing.assert_allclose(ratio * values, np.where(values == 0, 0, close), rtol=1e-12)
