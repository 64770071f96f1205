"""Trend indicators against figures worked out by hand, and at the corners of their formulas."""

from __future__ import annotations

import numpy as np
import pytest

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.indicators import compute, parameters_of
from tests.indicators.bars import frame_of, walk

NAN = np.nan


def test_sma_by_hand() -> None:
    result = compute("sma", frame_of([2, 4, 6, 8, 1]), period=3)
    np.testing.assert_allclose(result["sma"], [NAN, NAN, 4, 6, 5])


def test_ema_by_hand_is_seeded_with_the_mean() -> None:
    # weight 2 / (3 + 1) = 1/2; seed (2 + 4 + 6) / 3 = 4
    result = compute("ema", frame_of([2, 4, 6, 8, 1]), period=3)
    np.testing.assert_allclose(result["ema"], [NAN, NAN, 4, 6, 3.5])


def test_averages_of_a_straight_line_lag_behind_it() -> None:
    close = np.arange(1.0, 201.0)
    sma = compute("sma", frame_of(close), period=21)["sma"].to_numpy()
    ema = compute("ema", frame_of(close), period=21)["ema"].to_numpy()
    np.testing.assert_allclose(sma[20:], close[20:] - 10)
    np.testing.assert_allclose(ema[20:], close[20:] - 10)


def test_sma_agrees_with_pandas() -> None:
    bars = walk(500, seed=3)
    np.testing.assert_allclose(compute("sma", bars, period=17)["sma"], bars["close"].rolling(17).mean(), rtol=1e-12)


@pytest.mark.parametrize("name", ["sma", "ema"])
def test_last_bar_alone_when_as_long_as_the_period(name: str) -> None:
    result = compute(name, frame_of([1, 2, 3, 4]), period=4)[name]
    assert result.isna().tolist() == [True, True, True, False]
    assert result.iloc[-1] == pytest.approx(2.5)


@pytest.mark.parametrize("name", ["sma", "ema"])
def test_default_period_is_20(name: str) -> None:
    bars = walk(60)
    assert compute(name, bars).equals(compute(name, bars, period=20))


def test_wma_by_hand() -> None:
    result = compute("wma", frame_of([2, 4, 6, 8, 1]), period=3)
    np.testing.assert_allclose(result["wma"], [NAN, NAN, 28 / 6, 40 / 6, 25 / 6])


def test_adx_by_hand() -> None:
    # period 2, all ranges 2; ups of 1, 1, 0, 0; downs of 0, 0, 3, 0. Wilder's sums begin with one movement.
    bars = frame_of([10, 11, 12, 9, 9], high=[11, 12, 13, 10, 10], low=[9, 10, 11, 8, 8])
    result = compute("adx", bars, period=2)
    plus, minus, ranges = 1.0, 0.0, 2.0
    indexes, sides = [], []
    for up, down, size in ((1, 0, 2), (0, 3, 4), (0, 0, 2)):
        plus, minus, ranges = plus / 2 + up, minus / 2 + down, ranges / 2 + size
        sides.append((100 * plus / ranges, 100 * minus / ranges))
        indexes.append(100 * abs(plus - minus) / (plus + minus))
    first = (indexes[0] + indexes[1]) / 2
    np.testing.assert_allclose(result["adx"], [NAN, NAN, NAN, first, (first + indexes[2]) / 2])
    np.testing.assert_allclose(result["plus_di"].iloc[3:], [sides[1][0], sides[2][0]])
    np.testing.assert_allclose(result["minus_di"].iloc[3:], [sides[1][1], sides[2][1]])


def test_adx_of_a_dead_market_is_0_and_of_a_straight_line_100() -> None:
    assert (compute("adx", frame_of(np.full(60, 0.1))).iloc[27:] == 0).all().all()
    rising = compute("adx", frame_of(np.linspace(10, 20, 80))).iloc[27:]
    np.testing.assert_allclose(rising["adx"], 100)
    np.testing.assert_allclose(rising["plus_di"], 100)
    assert (rising["minus_di"] == 0).all()


def test_adx_rests_where_it_is_when_nothing_moves() -> None:
    # The sums of movements fade together, so the index keeps its value until they are too small for a number.
    close = np.r_[walk(80)["close"], np.full(200, walk(80)["close"].iloc[-1])]
    line = compute("adx", frame_of(close))["adx"]
    assert np.isfinite(line.iloc[27:]).all()
    assert line.iloc[-1] == pytest.approx(line.iloc[-20], rel=1e-3)


def test_parabolic_sar_by_hand() -> None:
    # rises from low 1; EP 3 at bar 1, 4 at bar 2; bar 3 falls through the stop, which becomes the extreme
    bars = frame_of([1.5, 2.5, 3.5, 0.8], high=[2, 3, 4, 2], low=[1, 2, 3, 0.5])
    result = compute("parabolic_sar", bars, initial_af=0.1, step_af=0.05, max_af=0.2)
    second = 1 + 0.1 * (3 - 1)
    np.testing.assert_allclose(result["parabolic_sar"], [NAN, 1, second, 4])
    np.testing.assert_array_equal(result["direction"], [NAN, 1, 1, -1])


def test_parabolic_sar_tells_the_initial_factor_from_the_step() -> None:
    bars = walk(300, seed=7)
    quick = compute("parabolic_sar", bars, initial_af=0.1, step_af=0.01, max_af=0.2)
    even = compute("parabolic_sar", bars, initial_af=0.01, step_af=0.01, max_af=0.2)
    assert not quick.equals(even)
    above = quick["parabolic_sar"] >= bars["high"]
    assert (above[quick["direction"] == -1]).all()


def test_parabolic_sar_refuses_a_start_beyond_its_end() -> None:
    with pytest.raises(InvalidValue) as caught:
        parameters_of("parabolic_sar", {"initial_af": 0.3})
    assert "max_af (0.2)" in caught.value.hint


def test_supertrend_by_hand() -> None:
    # ATR of one bar is the true range; bands 1 range from the middle
    bars = frame_of([10, 10, 14, 14, 8], high=[11, 11, 15, 15, 12], low=[9, 9, 11, 13, 7])
    result = compute("supertrend", bars, period=1, multiplier=1)
    # bar 1: middle 10, range 2: falling, 12. bar 2: 13, range 5: lower 8, upper stays 12, close 14 above: rising.
    # bar 3: 14, range 2: lower 12; upper 16, as the close before was above it. bar 4: 9.5, range 7: lower stays 12,
    # close 8 below: falling, upper stays 16.
    np.testing.assert_allclose(result["supertrend"], [NAN, 12, 8, 12, 16])
    np.testing.assert_array_equal(result["direction"], [NAN, -1, 1, 1, -1])


def test_supertrend_is_below_a_rising_and_above_a_falling_market() -> None:
    bars = walk(600, seed=12)
    result = compute("supertrend", bars)
    rising = result["direction"] == 1
    assert (result["supertrend"][rising] <= bars["close"][rising]).all()
    assert (result["supertrend"][result["direction"] == -1] >= bars["close"][result["direction"] == -1]).all()
    assert 0.1 < rising.mean() < 0.9


def test_aroon_by_hand_and_the_newest_of_equals_counts() -> None:
    bars = frame_of([5, 6, 5, 6, 4], high=[5, 7, 5, 7, 4], low=[3, 5, 3, 5, 3])
    result = compute("aroon", bars, period=4)
    assert result.iloc[4].tolist() == [75.0, 100.0, -25.0]
    dead = compute("aroon", frame_of(np.full(30, 0.1))).iloc[14:]
    assert (dead == [100.0, 100.0, 0.0]).all().all()
