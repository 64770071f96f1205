"""Volatility indicators against figures worked out by hand, and where digits are few."""

from __future__ import annotations

import numpy as np
import pytest

from ktrdr_app.indicators import compute, get_indicator
from tests.indicators.bars import frame_of, times, walk

NAN = np.nan


def test_atr_by_hand_with_gaps_both_ways() -> None:
    bars = frame_of(
        close=[10, 20, 5, 6],
        opened=[10, 19, 6, 6],
        high=[11, 21, 7, 8],
        low=[9, 18, 4, 5],
    )
    # true ranges: 21 - 10 = 11 (gap up), 20 - 4 = 16 (gap down), 8 - 5 = 3
    np.testing.assert_allclose(compute("atr", bars, period=2)["atr"], [NAN, NAN, 13.5, (13.5 + 3) / 2])


def test_atr_of_one_bar_is_the_true_range() -> None:
    bars = walk(50)
    before = bars["close"].shift()
    ranges = np.maximum(bars["high"], before) - np.minimum(bars["low"], before)
    result = compute("atr", bars, period=1)["atr"]
    assert np.isnan(result.iloc[0])
    np.testing.assert_allclose(result.iloc[1:], ranges.iloc[1:], rtol=1e-12)


def test_atr_ignores_the_range_of_the_first_bar() -> None:
    bars = walk(40)
    wider = bars.copy()
    wider.iloc[0, wider.columns.get_loc("high")] *= 3
    assert compute("atr", wider).equals(compute("atr", bars))


def test_bollinger_bands_by_hand_divide_by_the_period() -> None:
    # window 2 4 6: mean 4, squares 4 + 0 + 4 over 3
    deviation = np.sqrt(8 / 3)
    result = compute("bollinger_bands", frame_of([2, 4, 6]), period=3, multiplier=1.5)
    np.testing.assert_allclose(result.iloc[2], [4, 4 + 1.5 * deviation, 4 - 1.5 * deviation])


def test_bollinger_bands_come_middle_upper_lower() -> None:
    assert [output.name for output in get_indicator("bollinger_bands").outputs] == ["middle", "upper", "lower"]
    bands = compute("bollinger_bands", walk(80)).dropna()
    assert list(bands.columns) == ["middle", "upper", "lower"]
    assert (bands["upper"] > bands["middle"]).all()
    assert (bands["middle"] > bands["lower"]).all()


def test_bollinger_bands_agree_with_pandas_at_ddof_0() -> None:
    bars = walk(300, seed=5)
    window = bars["close"].rolling(20)
    bands = compute("bollinger_bands", bars)
    np.testing.assert_allclose(bands["upper"] - bands["middle"], 2 * window.std(ddof=0), rtol=1e-9)
    np.testing.assert_allclose(bands["middle"] - bands["lower"], 2 * window.std(ddof=0), rtol=1e-9)


def test_bollinger_bands_close_on_a_dead_market() -> None:
    bands = compute("bollinger_bands", frame_of(np.full(40, 0.1))).dropna()
    np.testing.assert_allclose(bands["upper"], 0.1, rtol=1e-9)
    np.testing.assert_allclose(bands["lower"], 0.1, rtol=1e-9)


@pytest.mark.parametrize("price", [2.0**-70, 2.0**-33, 2.0**50])
def test_bollinger_bands_stay_open_at_any_size_of_prices(price: float) -> None:
    bars = walk(200, step=1e-4)
    small = compute("bollinger_bands", times(bars, price))
    assert small.equals(compute("bollinger_bands", bars) * price)
    assert (small["upper"] > small["lower"]).sum() == 181


def test_bollinger_bands_keep_their_digits_on_a_long_calm_series() -> None:
    bars = walk(100_000, step=1e-6)
    bands = compute("bollinger_bands", bars)
    half = (bands["upper"] - bands["lower"]).to_numpy()[19:] / 4
    windows = np.lib.stride_tricks.sliding_window_view(bars["close"].to_numpy(), 20)
    np.testing.assert_allclose(half, windows.std(axis=1), rtol=1e-6)


def test_bands_follow_the_multiplier() -> None:
    bars = walk(100)
    narrow = compute("bollinger_bands", bars, multiplier=1).dropna()
    wide = compute("bollinger_bands", bars, multiplier=3).dropna()
    np.testing.assert_allclose(wide["upper"] - wide["middle"], 3 * (narrow["upper"] - narrow["middle"]))
    assert wide["middle"].equals(narrow["middle"])


def test_bollinger_width_by_hand() -> None:
    result = compute("bollinger_width", frame_of([2, 4, 6]), period=3, multiplier=1.5)["bollinger_width"]
    np.testing.assert_allclose(result, [NAN, NAN, 2 * 1.5 * np.sqrt(8 / 3) / 4])


def test_bollinger_width_is_that_of_the_bands() -> None:
    bars = walk(300, seed=5)
    bands = compute("bollinger_bands", bars, period=13, multiplier=1.7)
    width = compute("bollinger_width", bars, period=13, multiplier=1.7)["bollinger_width"]
    np.testing.assert_allclose(width, (bands["upper"] - bands["lower"]) / bands["middle"], rtol=1e-9)


def test_bollinger_width_of_a_dead_market_is_0() -> None:
    assert (compute("bollinger_width", frame_of(np.full(60, 0.1))).iloc[19:] == 0).all().all()


def test_bollinger_width_keeps_its_digits_on_a_long_calm_series() -> None:
    bars = walk(50_000, step=1e-6)
    windows = np.lib.stride_tricks.sliding_window_view(bars["close"].to_numpy(), 20)
    exact = 4 * (windows - windows[:, :1]).std(axis=1) / windows.mean(axis=1)
    np.testing.assert_allclose(compute("bollinger_width", bars)["bollinger_width"].iloc[19:], exact, rtol=1e-9)


def test_keltner_channels_are_ema_and_atr() -> None:
    bars = walk(200, seed=6)
    result = compute("keltner_channels", bars, period=15, atr_period=25, multiplier=1.5)
    assert result.isna().all(axis=1).sum() == 25
    average, size = compute("ema", bars, period=15)["ema"], compute("atr", bars, period=25)["atr"]
    np.testing.assert_allclose(result["middle"].iloc[25:], average.iloc[25:], rtol=1e-12)
    np.testing.assert_allclose(result["upper"], average + 1.5 * size, rtol=1e-12)
    np.testing.assert_allclose(result["lower"], average - 1.5 * size, rtol=1e-12)


def test_donchian_channels_by_hand() -> None:
    bars = frame_of([5, 6, 9, 4], high=[6, 8, 10, 9], low=[4, 5, 6, 4])
    result = compute("donchian_channels", bars, period=2)
    np.testing.assert_allclose(result["upper"], [NAN, 8, 10, 10])
    np.testing.assert_allclose(result["lower"], [NAN, 4, 5, 4])
    np.testing.assert_allclose(result["middle"], [NAN, 6, 7.5, 7])


def test_squeeze_is_deepest_where_closes_rest_while_bars_range() -> None:
    still = np.full(60, 10.0)
    squeezed = compute("squeeze_intensity", frame_of(still, high=still + 1, low=still - 1))["squeeze_intensity"]
    np.testing.assert_allclose(squeezed.iloc[19:], 0.5)


def test_no_squeeze_without_range_and_where_bands_stand_out() -> None:
    assert (compute("squeeze_intensity", frame_of(np.full(60, 0.1))).iloc[19:] == 0).all().all()
    swings = frame_of(np.resize([10.0, 20.0], 80))
    assert (compute("squeeze_intensity", swings, kc_multiplier=0.1).iloc[19:] == 0).all().all()


def test_squeeze_is_what_the_bands_and_channels_say() -> None:
    bars = walk(400, seed=11)
    bands = compute("bollinger_bands", bars, period=12, multiplier=1.5)
    channels = compute("keltner_channels", bars, period=18, atr_period=9, multiplier=1.2)
    inner = np.minimum(channels["upper"] - bands["upper"], bands["lower"] - channels["lower"])
    expected = (inner / (channels["upper"] - channels["lower"])).clip(lower=0)
    line = compute(
        "squeeze_intensity", bars, bb_period=12, bb_multiplier=1.5, kc_period=18, kc_multiplier=1.2, atr_period=9
    )["squeeze_intensity"]
    np.testing.assert_allclose(line, expected, rtol=1e-9, atol=1e-11)
    assert 0.1 < (line > 0).mean() < 0.95
