"""The original's volume indicators on bars worked out by hand, and what they made of bars without volume."""

from __future__ import annotations

import numpy as np
import pytest

from ktrdr_app.core.errors import MalformedBars
from tests.indicators.legacy.hand import NAN, bars, close_to, columns, points, random_bars, rows_of
from tests.reference.legacy_indicators import flow, mean, means, smoothed

PLACES = bars([10.0, 10.0, 10.0, 10.0, 9.0], [8.0, 8.0, 8.0, 8.0, 9.0], [10.0, 8.0, 9.0, 9.5, 9.0], [1, 2, 3, 4, 5])
"""Closes at the top, the bottom, the middle and three quarters of their bars; the last bar has no range."""


def test_balance_starts_at_nothing_and_passes_over_equal_closes() -> None:
    close_to(columns("OBV", points([10.0, 11.0, 11.0, 9.0], [5.0, 7.0, 100.0, 2.0]))["OBV"], [0, 7, 7, 5])


def test_vwap_takes_fewer_bars_at_the_beginning() -> None:
    frame = bars([6.0, 9.0, 9.0, 9.0], [1.0, 2.0, 2.0, 2.0], [2.0, 4.0, 4.0, 7.0], [1.0, 3.0, 0.0, 0.0])
    # typical prices 3, 5, 5, 6
    close_to(columns("VWAP", frame, period=2)["VWAP_2_typical"], [3, 18 / 4, 5, NAN])
    close_to(columns("VWAP", frame, period=0)["VWAP_cumulative_typical"], [3, 4.5, 4.5, 4.5])
    close_to(columns("VWAP", frame, period=2, use_typical_price=False)["VWAP_2_close"], [2, 14 / 4, 4, NAN])


def test_vwap_knows_no_session() -> None:
    night = points([1.0] * 23 + [2.0, 4.0])  # the last bar opens at midnight
    close_to(columns("VWAP", night, period=2)["VWAP_2_typical"].iloc[-2:], [1.5, 3])


def test_money_flow_counts_typical_prices_times_volume() -> None:
    # flows 10, 24, 33, 52, rising where the price rose: 24 of 57, then 52 of 85
    found = columns("MFI", points([10.0, 12.0, 11.0, 13.0], [1.0, 2.0, 3.0, 4.0]), period=2)
    assert list(found) == ["Mine"]
    close_to(found["Mine"], [NAN, NAN, 2400 / 57, 5200 / 85])


@pytest.mark.parametrize(
    ("close", "expected"), [([1.0, 1.0, 1.0], 100.0), ([1.0, 2.0, 3.0], 100.0), ([3.0, 2.0, 1.0], 0.0)]
)
def test_without_falling_money_the_index_is_full(close: list[float], expected: float) -> None:
    close_to(columns("MFI", points(close), period=2)["Mine"], [NAN, NAN, expected])


def test_money_flow_refuses_the_brokers_minus_one() -> None:
    with pytest.raises(MalformedBars, match="below 0"):
        columns("MFI", points([1.0, 2.0, 3.0], [1.0, -1.0, 1.0]), period=2)


def test_accumulation_weighs_volume_by_the_place_of_the_close() -> None:
    found = columns("ADLine", PLACES, smoothing_period=2, use_sma_smoothing=True)
    assert list(found) == [
        *["AD_Line", "AD_MF_Multiplier", "AD_MF_Volume", "AD_ROC_10", "AD_Momentum_2", "AD_Relative_Strength"],
        "AD_Line_SMA_2",
    ]
    close_to(found["AD_MF_Multiplier"], [1, -1, 0, 0.5, 0])
    close_to(found["AD_MF_Volume"], [1, -2, 0, 2, 0])
    close_to(found["AD_Line"], [1, -1, -1, 1, 1])
    close_to(found["AD_Momentum_2"], [NAN, NAN, -2, 2, 2])
    close_to(found["AD_Line_SMA_2"], [NAN, 0, -1, 0, 1])


def test_strength_is_measured_by_a_mean_of_up_to_fifty_bars() -> None:
    frame = random_bars(75)
    found = columns("ADLine", frame)
    line = np.cumsum([flow(row) for row in rows_of(frame)]).tolist()
    usual = [mean(line[max(0, i - 49) : i + 1]) if i >= 19 else NAN for i in range(75)]
    strength = [100 * (value / middle - 1) for value, middle in zip(line, usual, strict=True)]
    np.testing.assert_allclose(found["AD_Relative_Strength"], strength, rtol=1e-8)
    change = [NAN] * 10 + [100 * (line[i] / line[i - 10] - 1) for i in range(10, 75)]
    np.testing.assert_allclose(found["AD_ROC_10"], change, rtol=1e-8)


def test_chaikins_flow_is_a_share_of_the_volume_and_its_signal_begins_with_the_first_share() -> None:
    found = columns("CMF", PLACES, period=2)
    share = [-1 / 3, -2 / 5, 2 / 7, 2 / 9]
    close_to(found["CMF_2"], [NAN, *share])
    signal = smoothed(share, 2 / 10)
    close_to(found["CMF_Signal_2"], [NAN, *signal])
    close_to(found["CMF_Histogram_2"], [NAN, *(a - b for a, b in zip(share, signal, strict=True))])
    assert found["CMF_Above_Zero_2"].tolist() == [0, 0, 0, 1, 1]
    assert found["CMF_Below_Zero_2"].tolist() == [0, 1, 1, 0, 0]
    close_to(found["CMF_MF_Volume_2"], [1, -2, 0, 2, 0])


def test_chaikins_momentum_is_of_five_bars() -> None:
    found = columns("CMF", random_bars(40), period=3)
    share = found["CMF_3"].tolist()
    close_to(found["CMF_Momentum_3"], [NAN] * 5 + [share[i] - share[i - 5] for i in range(5, 40)])


def test_no_volume_in_the_window_is_no_flow() -> None:
    found = columns("CMF", points([1.0, 2.0, 3.0, 4.0], 0.0, reach=1.0), period=2)
    close_to(found["CMF_2"], [NAN, 0, 0, 0])
    assert found["CMF_Above_Zero_2"].tolist() == found["CMF_Below_Zero_2"].tolist() == [0.0] * 4


def test_the_volumes_ratio_is_one_while_it_warms_up_and_where_nothing_was_traded() -> None:
    found = columns("VolumeRatio", points([1.0] * 6, [4.0, 2.0, 0.0, 0.0, 0.0, 3.0]), period=2)
    assert list(found) == ["mine_2"]
    close_to(found["mine_2"], [1, 2 / 3, 0, 1, 1, 2])


@pytest.mark.parametrize("period", [1, 4])
def test_the_volumes_ratio_against_its_mean(period: int) -> None:
    frame = random_bars(50)
    volume = frame["volume"].tolist()
    usual = means(volume, period)
    expected = [value / middle if middle > 0 else 1.0 for value, middle in zip(volume, usual, strict=True)]
    close_to(columns("VolumeRatio", frame, period=period)[f"mine_{period}"], expected)
