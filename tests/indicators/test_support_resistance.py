"""Pivot points and retracements against figures worked out by hand, real series, and bars to come."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.indicators import compute, get_indicator, parameters_of
from tests.indicators import checks
from tests.indicators.bars import SERIES, development_bars, frame_of, sample_bars, walk
from tests.reference.indicators import reference

VARIANTS: list[tuple[str, dict[str, Any]]] = [
    *(("pivot_points", {"method": method}) for method in ("classic", "fibonacci", "camarilla")),
    ("pivot_points", {"session": "new_york"}),
    ("pivot_points", {"session": "new_york", "method": "camarilla"}),
    *(("fibonacci_retracements", {"threshold": threshold}) for threshold in (0.002, 0.01, 0.05)),
]
variants = pytest.mark.parametrize(("name", "params"), VARIANTS, ids=str)
REAL = [
    pytest.param("EURUSD_1h", 69_000, id="forex"),
    pytest.param("BTCUSD_1h", 6_500, id="weekends_and_summer_time"),
    pytest.param("SPY_1m", 0, id="minutes_missing"),
    pytest.param("AAPL_1d", 0, id="daily"),
    pytest.param("ADAUSDT_1h", 900, id="few_decimals"),
]


def two_days(high: float, low: float, close: float) -> pd.DataFrame:
    """Return two bars of one day that make these prices, and one of the next day."""
    index = pd.to_datetime(["2024-01-01 10:00", "2024-01-01 23:00", "2024-01-02 00:00"], utc=True)
    bars = frame_of([low, close, close], high=[high, close, close], low=[low, close, close])
    return bars.set_axis(index, axis=0)


@pytest.mark.parametrize(
    ("method", "resistances", "supports"),
    [
        # H 110, L 90, C 106: P 102, range 20
        ("classic", [114, 122, 134, 146], [94, 82, 74, 66]),
        ("fibonacci", [109.64, 114.36, 122, 134.36], [94.36, 89.64, 82, 69.64]),
        ("camarilla", [106 + 11 / 6, 106 + 11 / 3, 111.5, 117], [106 - 11 / 6, 106 - 11 / 3, 100.5, 95]),
    ],
)
def test_pivot_points_by_hand(method: str, resistances: list[float], supports: list[float]) -> None:
    lines = compute("pivot_points", two_days(110, 90, 106), method=method)
    assert list(lines.columns) == ["pivot", "r1", "r2", "r3", "r4", "s1", "s2", "s3", "s4"]
    assert lines.iloc[:2].isna().all().all()
    np.testing.assert_allclose(lines.iloc[2], [102, *resistances, *supports])


def test_the_last_session_is_the_last_one_with_bars() -> None:
    friday = pd.date_range("2024-01-05 15:00", periods=3, freq="h", tz="UTC", unit="ns")
    monday = pd.date_range("2024-01-08 15:00", periods=3, freq="h", tz="UTC", unit="ns")
    bars = frame_of([10, 14, 12, 50, 60, 70]).set_axis(friday.append(monday), axis=0)
    assert compute("pivot_points", bars)["pivot"].iloc[3:].tolist() == [12.0] * 3


def test_this_session_does_not_move_its_own_levels() -> None:
    bars = walk(24 * 5)
    pivots = compute("pivot_points", bars)
    days = np.arange(len(bars)) // 24
    assert pivots.iloc[24:].groupby(days[24:]).nunique().eq(1).all().all()


def test_new_york_sessions_give_other_levels_than_utc() -> None:
    bars = walk(24 * 4)
    utc, new_york = compute("pivot_points", bars), compute("pivot_points", bars, session="new_york")
    # 2024-01-01 22:00 UTC is 17:00 in New York: the session before has its first 22 bars.
    assert new_york["pivot"].first_valid_index() == bars.index[22]
    past = bars.iloc[:22]
    typical = (past["high"].max() + past["low"].min() + past["close"].iloc[-1]) / 3
    np.testing.assert_allclose(new_york["pivot"].iloc[22:46], typical)
    assert utc["pivot"].first_valid_index() == bars.index[24]


def test_a_series_of_one_session_has_no_levels() -> None:
    assert compute("pivot_points", walk(20)).isna().all().all()


def test_retracements_by_hand() -> None:
    closes = [100, 110, 100, 104, 98]
    lines = compute("fibonacci_retracements", frame_of(closes), threshold=0.05)
    assert lines.iloc[:2].isna().all().all()
    # From bar 2: up from 100 to 110.
    assert lines["level_236"].iloc[2] == pytest.approx(110 - 2.36)
    assert lines["level_382"].iloc[3] == pytest.approx(110 - 3.82)
    assert lines["level_500"].iloc[3] == pytest.approx(105)
    assert lines["level_618"].iloc[3] == pytest.approx(110 - 6.18)
    assert lines["level_786"].iloc[3] == pytest.approx(110 - 7.86)
    assert lines[["swing_high", "swing_low"]].iloc[3].tolist() == [110, 100]
    np.testing.assert_allclose(lines["retracement"].iloc[2:], [1, 0.6, 1.2])


def test_retracements_of_a_falling_swing_count_upwards() -> None:
    lines = compute("fibonacci_retracements", frame_of([110, 100, 108]), threshold=0.05)
    assert lines.iloc[:2].isna().all().all()
    np.testing.assert_allclose(lines.iloc[2], [102.36, 103.82, 105, 106.18, 107.86, 110, 100, 0.8])


@variants
def test_each_variant_keeps_the_promises_of_its_entry(name: str, params: dict[str, Any]) -> None:
    info, parameters = get_indicator(name), parameters_of(name, params)
    checks.check_prefix(info, parameters, sample_bars("EURUSD_1h").iloc[:3000])
    checks.check_warm_up(info, parameters, walk(400))
    for price in (7.3, 1e-6, 2.0**-60):
        checks.check_scale(info, parameters, walk(400, seed=4), price, volume=1.0)
    checks.check_shift(info, parameters, walk(400, seed=5), by=250.0)


@variants
@pytest.mark.parametrize("series", SERIES)
def test_sample_series_equal_their_slow_twins(name: str, params: dict[str, Any], series: str) -> None:
    bars = sample_bars(series).iloc[:1500]
    parameters = parameters_of(name, params)
    checks.check_equal(get_indicator(name), parameters, bars, reference(name, bars, parameters.model_dump()))


@pytest.mark.shared
@pytest.mark.parametrize(("series", "first"), REAL)
@variants
def test_real_series_equal_their_slow_twins(name: str, params: dict[str, Any], series: str, first: int) -> None:
    bars = development_bars(series, first, 1500)
    parameters = parameters_of(name, params)
    checks.check_equal(get_indicator(name), parameters, bars, reference(name, bars, parameters.model_dump()))


@settings(max_examples=60, deadline=None)
@given(variant=st.sampled_from(VARIANTS), cut=st.integers(0, 400), seed=st.integers(0, 10_000))
def test_no_bar_to_come_changes_a_value(variant: tuple[str, dict[str, Any]], cut: int, seed: int) -> None:
    name, params = variant
    checks.check_future(get_indicator(name), parameters_of(name, params), walk(400, seed), cut, seed)
