"""The original's volatility indicators on bars worked out by hand: plain means, divisors of n - 1, filled warm-ups."""

from __future__ import annotations

import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.indicators.legacy.hand import NAN, bars, close_to, columns, points, random_bars, rows_of
from tests.reference.legacy_indicators import closes, means, ranges, smoothed

PRICES = st.lists(st.integers(1, 1000).map(float), min_size=1, max_size=30)


def test_the_range_is_averaged_plainly_and_the_first_bar_counts() -> None:
    # a gap up and one down: ranges 2, |15 - 9|, |6 - 14|, 1
    frame = bars([10.0, 15.0, 8.0, 7.0], [8.0, 13.0, 6.0, 6.0], [9.0, 14.0, 7.0, 6.5])
    close_to(columns("ATR", frame, period=2)["ATR_2"], [NAN, 4, 7, 4.5])
    close_to(columns("ATR", frame, period=1)["ATR_1"], [2, 6, 8, 1])


def test_a_long_past_range_is_forgotten_where_wilder_would_remember() -> None:
    shock = points([10.0, 50.0, 50.0, 50.0, 50.0], reach=0.5)
    close_to(columns("ATR", shock, period=2)["ATR_2"], [NAN, 20.75, 20.75, 1, 1])


def test_bands_divide_by_one_less_than_their_length() -> None:
    found = columns("BollingerBands", points([1.0, 2.0, 3.0, 2.0]), period=3, multiplier=2.0)
    assert list(found) == ["upper", "middle", "lower"]  # without the file's name, so no set could find them
    root = 2 / 3**0.5  # the variance of 2, 3, 2 is 1/3
    close_to(found["upper"], [NAN, NAN, 4, 7 / 3 + root])
    close_to(found["middle"], [NAN, NAN, 2, 7 / 3])
    close_to(found["lower"], [NAN, NAN, 0, 7 / 3 - root])


@given(prices=PRICES, period=st.integers(2, 8), multiplier=st.floats(0.1, 4.0))
def test_bands_against_pythons_own_statistics(prices: list[float], period: int, multiplier: float) -> None:
    found = columns("BollingerBands", points(prices), period=period, multiplier=multiplier)
    for i in range(len(prices)):
        window = prices[max(0, i - period + 1) : i + 1]
        if len(window) < period:
            assert np.isnan(found["upper"].iloc[i])
            continue
        reach = multiplier * statistics.stdev(window)
        assert found["upper"].iloc[i] == pytest.approx(statistics.fmean(window) + reach, abs=1e-4)
        assert found["lower"].iloc[i] == pytest.approx(statistics.fmean(window) - reach, abs=1e-4)


def test_the_channel_holds_the_bar_itself() -> None:
    found = columns("DonchianChannels", bars([3.0, 5.0, 4.0], [1.0, 2.0, 3.0], [2.0, 5.0, 3.0]), period=2)
    assert list(found) == ["DC_Upper_2", "DC_Lower_2", "DC_Middle_2", "DC_Width_2", "DC_Position_2"]
    expected = [NAN, 5, 5], [NAN, 1, 2], [NAN, 3, 3.5], [NAN, 4, 3], [NAN, 1, 1 / 3]
    for line, values in zip(found.values(), expected, strict=True):
        close_to(line, values)


def test_a_channel_without_width_has_no_places() -> None:
    found = columns("DonchianChannels", points([4.0] * 3), period=2, include_middle=False)
    assert "DC_Middle_2" not in found
    close_to(found["DC_Width_2"], [NAN, 0, 0])
    assert found["DC_Position_2"].isna().all()


def test_keltners_middle_starts_at_once_and_its_reach_is_a_plain_mean() -> None:
    # ranges 2, 3, 3; the middle of span 3 halves the way: 10, 11, 12.5
    frame = points([10.0, 12.0, 14.0], reach=1.0)
    found = columns("KeltnerChannels", frame, period=3, atr_period=2, multiplier=1.0)
    expected = {
        "KC_Middle_3": [10, 11, 12.5],
        "KC_Upper_3_2_1.0": [NAN, 13.5, 15.5],
        "KC_Lower_3_2_1.0": [NAN, 8.5, 9.5],
        "KC_ATR_2": [NAN, 2.5, 3],
        "KC_Width_3_2_1.0": [NAN, 5, 6],
        "KC_Position_3_2_1.0": [NAN, 0.7, 0.75],
        "KC_Squeeze_3_2_1.0": [NAN, 0.4, 1 / 3],
    }
    assert list(found) == list(expected)
    for name, values in expected.items():
        close_to(found[name], values)


def test_the_width_is_nothing_while_it_warms_up() -> None:
    found = columns("BollingerBandWidth", points([1.0, 2.0, 3.0, 3.0, 3.0]), period=3, multiplier=1.0)
    assert list(found) == ["mine_3_1.0"]
    close_to(found["mine_3_1.0"], [0, 0, 1, 2 / 3**0.5 / (8 / 3), 0])


def test_squeeze_of_a_price_that_stands_still_is_half_the_channel() -> None:
    # the bands meet in the middle of the channel, which is there from the tenth bar on whatever its period
    found = columns("SqueezeIntensity", points([8.0] * 14, reach=1.0), bb_period=2, kc_period=1, kc_multiplier=3.0)
    assert list(found) == ["mine_2_2.0_1_3.0"]
    close_to(found["mine_2_2.0_1_3.0"], [0] * 9 + [0.5] * 5)


def test_no_squeeze_where_the_bands_are_wider_and_none_without_any_range() -> None:
    jumps = columns("SqueezeIntensity", points([8.0, 9.0] * 10), bb_period=2, bb_multiplier=9.0, kc_period=1)
    close_to(jumps["mine_2_9.0_1_2.0"], [0] * 20)
    still = columns("SqueezeIntensity", points([8.0] * 20), bb_period=2, kc_period=1)
    close_to(still["mine_2_2.0_1_2.0"], [0] * 20)


def test_bands_slower_than_their_channel_leave_a_hole() -> None:
    found = columns("SqueezeIntensity", points([8.0] * 16, reach=1.0), bb_period=13, kc_period=4)
    close_to(found["mine_13_2.0_4_2.0"], [0] * 9 + [NAN] * 3 + [0.5] * 4)


@pytest.mark.parametrize("seed", range(3))
def test_the_nearer_edge_decides_the_squeeze(seed: int) -> None:
    frame = random_bars(70, seed)
    rows = rows_of(frame)
    close, middle = closes(rows), smoothed(closes(rows), 2 / 7)
    swing, expected = means(ranges(rows), 10), [0.0] * 9
    for i in range(9, 70):
        window, reach = close[i - 4 : i + 1], 2.5 * swing[i]
        spread = 1.5 * statistics.stdev(window)
        above = middle[i] + reach - (statistics.fmean(window) + spread)
        below = statistics.fmean(window) - spread - (middle[i] - reach)
        expected.append(max(0.0, min(above, below)) / (2 * reach))
    settings = {"bb_period": 5, "bb_multiplier": 1.5, "kc_period": 6, "kc_multiplier": 2.5}
    (found,) = columns("SqueezeIntensity", frame, **settings).values()
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
    assert 0 < found.max() <= 0.5
