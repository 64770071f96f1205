"""The original's momentum indicators on bars worked out by hand; warm-ups that it filled stay filled."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.indicators.legacy.hand import NAN, bars, close_to, columns, points, random_bars
from tests.reference.legacy_indicators import means

HIGH, LOW, CLOSE = [10.0, 12.0, 11.0, 14.0], [8.0, 9.0, 7.0, 10.0], [9.0, 11.0, 8.0, 13.0]
TOP = 0.5 * math.log(1999)
"""Fisher's transform of 0.999, where the original held its argument."""


def test_rsi_begins_with_a_plain_mean_and_goes_on_as_wilder() -> None:
    # gains 2 0 2 0 0, losses 0 1 0 0 4: means 1 and 0.5, then halved with each new one
    found = columns("RSI", points([10.0, 12.0, 11.0, 13.0, 13.0, 9.0]), period=2)
    ratios = [1 / 0.5, 1.5 / 0.25, 0.75 / 0.125, 0.375 / 2.0625]
    close_to(found["mine_2"], [NAN, NAN, *(100 - 100 / (1 + ratio) for ratio in ratios)])


def test_rsi_needs_one_bar_more_than_its_period() -> None:
    assert columns("RSI", points([1.0, 2.0]), period=2)["mine_2"].isna().all()
    close_to(columns("RSI", points([1.0, 2.0, 3.0]), period=2)["mine_2"], [NAN, NAN, 100])
    close_to(columns("RSI", points([3.0, 2.0, 1.0]), period=2)["mine_2"], [NAN, NAN, 0])


@given(steps=st.lists(st.integers(-5, 5), min_size=1, max_size=40), period=st.integers(1, 8))
def test_rsi_of_a_market_upside_down_is_the_rest_to_a_hundred(steps: list[int], period: int) -> None:
    prices = (1000.0 + np.cumsum(steps)).tolist()
    up = columns("RSI", points(prices), period=period)[f"mine_{period}"].to_numpy()
    down = columns("RSI", points([2000.0 - price for price in prices]), period=period)[f"mine_{period}"].to_numpy()
    np.testing.assert_allclose(up + down, [NAN] * min(period, len(up)) + [100.0] * (len(up) - period), atol=1e-9)


def test_stochastic_starts_at_fifty_and_its_means_take_the_filling_in() -> None:
    # raw: 50, 50, (8 - 7) / (12 - 7), (13 - 7) / (14 - 7)
    found = columns("Stochastic", bars(HIGH, LOW, CLOSE), k_period=3, d_period=2, smooth_k=2)
    last = (20 + 600 / 7) / 2
    close_to(found["Stochastic_K_3_2"], [50, 50, 35, last])
    close_to(found["Stochastic_D_3_2_2"], [50, 50, 42.5, (35 + last) / 2])


def test_williams_is_filled_with_the_middle() -> None:
    close_to(columns("WilliamsR", bars(HIGH, LOW, CLOSE), period=3)["WilliamsR_3"], [-50, -50, -80, -100 / 7])
    close_to(columns("WilliamsR", points([5.0] * 4), period=2)["WilliamsR_2"], [-50] * 4)


@pytest.mark.parametrize("period", [1, 5, 14])
def test_williams_is_the_unsmoothed_stochastic_less_a_hundred(period: int) -> None:
    frame = random_bars(60)
    raw = columns("Stochastic", frame, k_period=period, smooth_k=1)[f"Stochastic_K_{period}_1"]
    close_to(columns("WilliamsR", frame, period=period)[f"WilliamsR_{period}"], (raw - 100).tolist())


def test_cci_measures_in_mean_deviations_and_has_the_files_own_name() -> None:
    # the mean of 1, 2, 6 is 3, their deviation 2; of 2, 6, 1 it is 3 and 2 again
    found = columns("CCI", points([1.0, 2.0, 6.0, 1.0]), period=3)
    assert list(found) == ["Mine"]
    close_to(found["Mine"], [NAN, NAN, 100, -200 / 3])
    typical = bars([6.0, 9.0], [1.0, 2.0], [2.0, 4.0])  # typical prices 3 and 5
    close_to(columns("CCI", typical, period=2)["Mine"], [NAN, 1 / 0.015])


def test_cci_of_a_price_that_stands_still_is_no_number() -> None:
    assert columns("CCI", points([4.0] * 5), period=3)["Mine"].isna().all()


def test_momentum_is_in_prices_and_roc_in_percent() -> None:
    frame = bars([9.0] * 4, [0.0] * 4, [4.0, 5.0, 6.0, 3.0], opens=[1.0, 2.0, 4.0, 8.0])
    close_to(columns("Momentum", frame, period=2)["Momentum_2_close"], [NAN, NAN, 2, -2])
    close_to(columns("Momentum", frame, period=1, source="open")["Momentum_1_open"], [NAN, 1, 2, 4])
    close_to(columns("ROC", frame, period=2)["ROC_2_close"], [NAN, NAN, 50, -40])


def test_a_change_from_nothing_is_no_number() -> None:
    found = columns("ROC", points([1.0] * 4, volume=[0.0, 5.0, 0.0, 0.0]), period=1, source="volume")
    close_to(found["ROC_1_volume"], [NAN, NAN, -100, NAN])


def test_vigour_weighs_four_bars_and_its_signal_is_a_plain_mean() -> None:
    opens = [10.0] * 6
    close = [11.0, 10.0, 12.0, 9.0, 13.0, 10.0]
    found = columns("RVI", bars([14.0] * 6, [8.0] * 6, close, opens=opens), period=1, signal_period=2)
    # rises 1 0 2 -1 3 0 with weights 1 2 2 1 over spans of 6
    rises = [(-1 + 4 + 0 + 1) / 6, (3 - 2 + 4 + 0) / 6, (0 + 6 - 2 + 2) / 6]
    line = [NAN] * 3 + [rise / 6 for rise in rises]
    close_to(found["RVI_1_2_RVI"], line)
    close_to(found["RVI_1_2_Signal"], means(line, 2))


def test_vigour_of_usual_length_starts_with_bars_twelve_and_fifteen() -> None:
    found = columns("RVI", random_bars(30))
    assert [int(line.isna().sum()) for line in found.values()] == [12, 15]


def test_fisher_is_held_short_of_its_poles_and_smoothed_from_its_first_value() -> None:
    found = columns("FisherTransform", points([1.0, 2.0, 3.0, 4.0, 3.0, 2.0, 1.0]), period=2, smoothing=3)
    line = [NAN, TOP, TOP, TOP, 0.0, -TOP / 2, -TOP * 3 / 4]
    close_to(found["Fisher_Normalized_2_3"], [NAN, 0.999, 0.999, 0.999, -0.999, -0.999, -0.999])
    close_to(found["Fisher_Raw_2_3"], [NAN, TOP, TOP, TOP, -TOP, -TOP, -TOP])
    close_to(found["Fisher_2_3"], line)
    close_to(found["Fisher_Trigger_2_3"], [NAN, *line[:-1]])
    close_to(found["Fisher_Histogram_2_3"], [NAN, NAN, 0, 0, -TOP, -TOP / 2, -TOP / 4])
    close_to(found["Fisher_Momentum_2_3"], [NAN] * 4 + [-TOP, -TOP * 3 / 2, -TOP * 7 / 4])


def test_fishers_levels_are_two_on_either_side() -> None:
    found = columns("FisherTransform", points([1.0, 2.0, 3.0, 4.0, 3.0, 2.0, 1.0]), period=2, smoothing=3)
    flags = {key: found[f"Fisher_{key}_2_3"].tolist() for key in ("Above_Zero", "Below_Zero", "Overbought", "Oversold")}
    assert flags == {
        "Above_Zero": [0, 1, 1, 1, 0, 0, 0],
        "Below_Zero": [0, 0, 0, 0, 0, 1, 1],
        "Overbought": [0, 1, 1, 1, 0, 0, 0],
        "Oversold": [0, 0, 0, 0, 0, 0, 1],  # -1.9 is short of it, -2.85 is not
    }
