"""The original's trend indicators on bars worked out by hand, with the defects that its models learnt from."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.indicators.legacy.trend import turning_points
from tests.indicators.legacy.hand import NAN, bars, close_to, columns, points, random_bars, rows_of
from tests.reference.legacy_indicators import means, ranges, smoothed, weighted

PRICES = st.lists(st.floats(1.0, 1000.0), min_size=1, max_size=40)


def test_means_are_called_after_the_files_own_name_and_read_the_column_asked_for() -> None:
    frame = bars([9.0, 9.0, 9.0], [1.0, 1.0, 1.0], [2.0, 4.0, 6.0], opens=[3.0, 3.0, 9.0])
    close_to(columns("SMA", frame, period=2)["mine_2"], [NAN, 3.0, 5.0])
    close_to(columns("SMA", frame, period=2, source="open")["mine_2"], [NAN, 3.0, 6.0])
    close_to(columns("EMA", frame, period=3, source="high")["mine_3"], [9.0, 9.0, 9.0])


@given(prices=PRICES, period=st.integers(1, 12))
def test_the_adjusted_mean_weighs_every_price_so_far(prices: list[float], period: int) -> None:
    found = columns("EMA", points(prices), period=period)[f"mine_{period}"]
    np.testing.assert_allclose(found.to_numpy(), weighted(prices, period), rtol=1e-9)
    recursive = columns("EMA", points(prices), period=period, adjust=False)[f"mine_{period}"]
    np.testing.assert_allclose(recursive.to_numpy(), smoothed(prices, 2 / (period + 1)), rtol=1e-9)


def test_macd_is_a_difference_of_prices_from_the_first_bar_on() -> None:
    # spans 1 and 3 have alphas 1 and 1/2: 2, 4, 8 less 2, 3, 5.5
    found = columns("MACD", points([2.0, 4.0, 8.0]), fast_period=1, slow_period=3, signal_period=3)
    assert list(found) == ["MACD_1_3", "MACD_signal_1_3_3", "MACD_hist_1_3_3"]
    for line, expected in zip(found.values(), ([0, 1, 2.5], [0, 0.5, 1.5], [0, 0.5, 1.0]), strict=True):
        close_to(line, expected)


def test_directional_index_without_wilders_first_sum() -> None:
    frame = bars([10.0, 12.0, 11.0], [8.0, 9.0, 6.0], [9.0, 11.0, 7.0])
    # ranges 2, 3, 5 -> 2, 2.5, 3.75; up moves 0, 2, 0 -> 0, 1, 0.5; down moves 0, 0, 3 -> 0, 0, 1.5
    found = columns("ADX", frame, period=2)
    close_to(found["TR_2"], [2, 3, 5])
    close_to(found["DI_Plus_2"], [0, 40, 40 / 3])
    close_to(found["DI_Minus_2"], [0, 0, 40])
    close_to(found["DI_Spread_2"], [0, 40, -80 / 3])
    close_to(found["DX_2"], [0, 100, 50])
    close_to(found["ADX_2"], [0, 50, 50])
    assert found["ADX_Slope_2"].isna().all()


def test_of_two_equal_moves_neither_counts() -> None:
    outside = columns("ADX", bars([10.0, 12.0], [8.0, 6.0], [9.0, 9.0]), period=2)
    close_to(outside["DI_Plus_2"], [0, 0])
    close_to(outside["DI_Minus_2"], [0, 0])
    close_to(outside["DX_2"], [0, 0])


def test_slope_is_of_three_bars_and_momentum_of_five() -> None:
    found = columns("ADX", random_bars(60), period=4)
    index = found["ADX_4"].tolist()
    close_to(found["ADX_Slope_4"], [NAN] * 3 + [index[i] - index[i - 3] for i in range(3, 60)])
    expected = [100 * (index[i] / index[i - 5] - 1) for i in range(6, 60)]  # the index of bar 0 is 0
    np.testing.assert_allclose(found["ADX_Momentum_4"].iloc[6:], expected, rtol=1e-9)


def test_the_age_of_an_extreme_is_counted_in_n_bars_and_the_first_one_wins() -> None:
    frame = bars([3.0, 5.0, 4.0, 5.0, 1.0], [1.0, 0.0, 2.0, 0.0, 3.0], [2.0] * 5)
    found = columns("Aroon", frame, period=3, include_oscillator=True)
    close_to(found["Aroon_3_Up"], [NAN, NAN, 200 / 3, 100 / 3, 200 / 3])
    close_to(found["Aroon_3_Down"], [NAN, NAN, 200 / 3, 100 / 3, 200 / 3])
    close_to(found["Aroon_3_Oscillator"], [NAN, NAN, 0, 0, 0])
    rising = columns("Aroon", points([1.0, 2.0, 3.0, 4.0]), period=3, include_oscillator=True)
    close_to(rising["Aroon_3_Up"], [NAN, NAN, 100, 100])
    close_to(rising["Aroon_3_Down"], [NAN, NAN, 100 / 3, 100 / 3])  # the oldest bar still counts one: never 0
    assert "Aroon_3_Oscillator" not in columns("Aroon", frame, period=3)


def test_stop_and_reverse_speeds_up_to_its_limit_and_starts_anew_on_the_other_side() -> None:
    high = [10.0, 11.0, 12.0, 13.0, 14.0, 10.0, 9.5, 9.0]
    low = [8.0, 9.0, 10.0, 11.0, 12.0, 9.0, 8.0, 8.0]
    close = [9.0, 10.0, 11.0, 12.0, 13.0, 9.0, 8.5, 8.5]
    found = columns("ParabolicSAR", bars(high, low, close), initial_af=0.1, step_af=0.1, max_af=0.2)
    # 8.3 is held to low 8; then 8 + .2 * 4, 8.8 + .2 * 4.2; 10.512 is broken, so the extreme 14;
    # 13.5 is held to high 14; then 14 + .2 * (8 - 14)
    close_to(found["ParabolicSAR_0.1_0.1_0.2"], [NAN, 8, 8, 8.8, 9.64, 14, 14, 12.8])


@pytest.mark.parametrize("seed", range(4))
def test_stop_and_reverse_is_the_same_upside_down(seed: int) -> None:
    frame = random_bars(80, seed)
    turned = bars(*((-frame[key]).tolist() for key in ("low", "high", "close")))
    (above,), (below,) = columns("ParabolicSAR", frame).values(), columns("ParabolicSAR", turned).values()
    close_to(above, (-below).tolist())


def test_supertrend_never_gave_a_number() -> None:
    frame = random_bars(40)
    found = columns("SuperTrend", frame, period=3, multiplier=2.0)
    empty = ["SuperTrend", "ST_Upper_Band", "ST_Lower_Band", "ST_Distance", "ST_Slope"]
    assert all(found[f"{name}_3_2.0"].isna().all() for name in empty)
    assert found["ST_Direction_3_2.0"].tolist() == [1.0] * 40
    assert found["ST_Strength_3_2.0"].tolist() == [float(age) for age in range(1, 41)]
    close_to(found["ST_ATR_3"], means(ranges(rows_of(frame)), 3))
    assert len(found) == len(empty) + 3


def test_no_line_of_the_cloud_is_moved() -> None:
    frame = bars([4.0, 6.0, 8.0, 6.0], [2.0, 4.0, 4.0, 0.0], [3.0, 5.0, 7.0, 1.0])
    lengths = {"tenkan_period": 1, "kijun_period": 2, "senkou_b_period": 4}
    near, far = (columns("Ichimoku", frame, **lengths, displacement=moved) for moved in (1, 26))
    assert list(far) == [
        f"Ichimoku_1_2_4_26_{name}"
        for name in ("Tenkan_sen", "Kijun_sen", "Senkou_Span_A", "Senkou_Span_B", "Chikou_Span")
    ]
    expected: list[list[float]] = [[3, 5, 6, 3], [NAN, 4, 6, 4], [NAN, 4.5, 6, 3.5], [NAN, NAN, NAN, 4], [3, 5, 7, 1]]
    for one, other, values in zip(near.values(), far.values(), expected, strict=True):
        close_to(one, values)
        close_to(other, values)


def test_zigzag_shows_the_price_where_a_swing_turned() -> None:
    found = columns("ZigZag", points([100.0, 101.0, 106.0, 105.0, 99.0, 104.0]))
    close_to(found["ZigZag_5"], [100, NAN, 106, NAN, 99, 104])
    assert list(columns("ZigZag", points([1.0]), threshold=0.29)) == ["ZigZag_28"]  # 100 * 0.29 is 28.999...


def test_zigzag_knows_the_future() -> None:
    prices = [100.0, 106.0, 104.0, 107.0]
    (early,), (late,) = columns("ZigZag", points(prices[:3])).values(), columns("ZigZag", points(prices)).values()
    assert (early.iloc[1], bool(pd.isna(late.iloc[1]))) == (106.0, True)


@given(prices=PRICES, threshold=st.floats(0.01, 0.5))
def test_swings_alternate_and_none_is_smaller_or_left_out(prices: list[float], threshold: float) -> None:
    pivots = turning_points(np.array(prices), threshold)
    moves = [prices[b] / prices[a] - 1 for a, b in itertools.pairwise(pivots)]
    assert all(abs(move) >= threshold for move in moves)
    assert all(a * b < 0 for a, b in itertools.pairwise(moves))
    for a, b, move in zip(pivots[:-1], pivots[1:], moves, strict=True):
        inside = prices[a : b + 1]
        assert prices[b] == (max(inside) if move > 0 else min(inside))
        assert a == 0 or prices[a] == (min(inside) if move > 0 else max(inside))
    last = prices[pivots[-1]]
    assert all(abs(price / last - 1) < threshold for price in prices[pivots[-1] :])
