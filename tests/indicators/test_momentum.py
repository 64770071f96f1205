"""Momentum indicators against figures worked out by hand, and at the corners of their formulas."""

from __future__ import annotations

import numpy as np
import pytest
import talib

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.indicators import compute, get_indicator, parameters_of
from tests.indicators.bars import frame_of, times, walk

NAN = np.nan


def _rsi(close: object, period: int) -> np.ndarray:
    return compute("rsi", frame_of(close), period=period)["rsi"].to_numpy()


def test_rsi_by_hand() -> None:
    # steps +2 -1 +3: averages over 2: G 1, L 0.5; then G (1 + 3) / 2 = 2, L 0.5 / 2 = 0.25
    np.testing.assert_allclose(_rsi([10, 12, 11, 14], 2), [NAN, NAN, 100 / 1.5, 100 * 2 / 2.25])


def test_rsi_of_only_rises_is_100_and_of_only_falls_0() -> None:
    close = np.linspace(10, 20, 40)
    np.testing.assert_array_equal(_rsi(close, 14)[14:], 100.0)
    np.testing.assert_array_equal(_rsi(close[::-1], 14)[14:], 0.0)


def test_rsi_of_a_dead_market_takes_no_side() -> None:
    np.testing.assert_array_equal(_rsi(np.full(40, 7.5), 14)[14:], 50.0)


def test_rsi_takes_a_side_with_the_first_move() -> None:
    still = np.full(20, 10.0)
    np.testing.assert_array_equal(_rsi(np.r_[still, 9.0, 9.0], 14)[-3:], [50.0, 0.0, 0.0])
    np.testing.assert_array_equal(_rsi(np.r_[still, 11.0, 11.0], 14)[-3:], [50.0, 100.0, 100.0])


def test_rsi_keeps_0_when_a_fall_is_followed_by_rest() -> None:
    # No rise ever: Wilder's ratio stays 0 however long nothing moves.
    np.testing.assert_array_equal(_rsi(np.r_[np.linspace(20, 10, 20), np.full(30, 10.0)], 14)[14:], 0.0)


def test_rsi_stays_where_it_is_while_nothing_moves() -> None:
    rsi = _rsi(np.r_[10, 12, 11, 13, 12.5, np.full(300, 12.5)], 4)
    assert 0 < rsi[4] < 100
    np.testing.assert_allclose(rsi[4:], rsi[4], rtol=1e-9)


@pytest.mark.parametrize("price", [2.0**-70, 2.0**-40, 2.0**60])
def test_rsi_does_not_depend_on_the_size_of_prices(price: float) -> None:
    bars = walk(120, step=1e-4)
    small = compute("rsi", times(bars, price))
    assert small.equals(compute("rsi", bars))


def test_roc_is_in_percent() -> None:
    result = compute("roc", frame_of([100, 110, 99, 55]), period=2)["roc"]
    np.testing.assert_allclose(result, [NAN, NAN, -1.0, -50.0])


def test_roc_of_one_bar_agrees_with_pandas() -> None:
    bars = walk(100)
    np.testing.assert_allclose(compute("roc", bars, period=1)["roc"], 100 * bars["close"].pct_change(1), rtol=1e-9)


def test_roc_from_a_close_of_0_is_0_as_in_talib() -> None:
    closes = np.array([0.0, 1.0, 2.0, -4.0])
    np.testing.assert_array_equal(compute("roc", frame_of(closes), period=1)["roc"], talib.ROC(closes, 1))


def test_macd_by_hand() -> None:
    # fast 2 starts at bar 2 from (2 + 6) / 2, slow 3 from (1 + 2 + 6) / 3; signal 2 from the first two MACDs
    result = compute("macd", frame_of([1, 2, 6, 4, 8]), fast_period=2, slow_period=3, signal_period=2)
    fast = [4, 4 + 2 / 3 * (4 - 4), 4 + 2 / 3 * (8 - 4)]
    slow = [3, 3 + (4 - 3) / 2, 3.5 + (8 - 3.5) / 2]
    lines = np.subtract(fast, slow)
    first = (lines[0] + lines[1]) / 2
    signal = [first, first + 2 / 3 * (lines[2] - first)]
    np.testing.assert_allclose(result["macd"], [NAN, NAN, NAN, lines[1], lines[2]])
    np.testing.assert_allclose(result["signal"], [NAN, NAN, NAN, *signal])
    np.testing.assert_allclose(result["histogram"], [NAN, NAN, NAN, lines[1] - signal[0], lines[2] - signal[1]])


def test_macd_lines_come_main_line_first() -> None:
    assert [output.name for output in get_indicator("macd").outputs] == ["macd", "signal", "histogram"]
    assert list(compute("macd", walk(50)).columns) == ["macd", "signal", "histogram"]


def test_macd_of_a_rising_market_is_above_0() -> None:
    assert (compute("macd", frame_of(np.linspace(1, 2, 80)))["macd"].dropna() > 0).all()


@pytest.mark.parametrize(("fast", "slow"), [(26, 12), (12, 12), (30, 26)])
def test_macd_refuses_a_fast_average_that_is_not_faster(fast: int, slow: int) -> None:
    with pytest.raises(InvalidValue) as caught:
        parameters_of("macd", {"fast_period": fast, "slow_period": slow})
    assert caught.value.hint == f"give fast_period ({fast}) below slow_period ({slow})"
    assert "macd" in caught.value.message


def test_macd_default_meets_a_given_period() -> None:
    with pytest.raises(InvalidValue) as caught:
        parameters_of("macd", {"fast_period": 40})
    assert "slow_period (26)" in caught.value.hint


def test_momentum_is_in_price_units() -> None:
    result = compute("momentum", frame_of([100, 110, 99, 55]), period=2)["momentum"]
    np.testing.assert_allclose(result, [NAN, NAN, -1.0, -55.0])


BARS = frame_of([5, 6, 9, 4], high=[6, 8, 10, 9], low=[4, 5, 6, 4])


def test_stochastic_by_hand() -> None:
    result = compute("stochastic", BARS, k_period=2, smooth_k=1, d_period=2)
    places = [100 * 2 / 4, 100 * 4 / 5, 0.0]
    np.testing.assert_allclose(result["k"], [NAN, NAN, places[1], places[2]])
    np.testing.assert_allclose(result["d"], [NAN, NAN, (places[0] + places[1]) / 2, places[1] / 2])


def test_williams_by_hand() -> None:
    result = compute("williams_r", BARS, period=2)["williams_r"]
    np.testing.assert_allclose(result, [NAN, -50, -20, -100])


def test_a_market_without_range_is_in_the_middle() -> None:
    dead = frame_of(np.full(60, 0.1))
    assert (compute("stochastic", dead).iloc[17:] == 50).all().all()
    assert (compute("williams_r", dead).iloc[13:] == -50).all().all()


def test_a_close_outside_its_bar_counts_as_the_end_of_the_range() -> None:
    bars = frame_of(np.full(40, 12.0), high=np.full(40, 11.0), low=np.full(40, 9.0))
    assert (compute("stochastic", bars).iloc[17:] == 100).all().all()
    assert (compute("williams_r", bars).iloc[13:] == 0).all().all()
    below = bars.assign(close=8.0)
    assert (compute("stochastic", below).iloc[17:] == 0).all().all()
    assert (compute("williams_r", below).iloc[13:] == -100).all().all()


def test_cci_by_hand() -> None:
    # typical prices 1, 2, 6: mean 3, mean deviation 2
    result = compute("cci", frame_of([1, 2, 6]), period=3)["cci"]
    np.testing.assert_allclose(result, [NAN, NAN, 3 / (0.015 * 2)])


@pytest.mark.parametrize("price", [0.1, 1.1, 1234.56789, 1e-8])
def test_cci_does_not_divide_rounding_by_rounding(price: float) -> None:
    # The same sum of three prices, reached by unequal ones: their means differ in the last bit.
    unequal = np.resize([1.0, 1.0 + 2**-10, 1.0 - 2**-10], 90) * price
    bars = frame_of(np.full(90, price), high=unequal, low=2 * price - unequal)
    assert (compute("cci", bars).iloc[19:] == 0).all().all()
    assert (compute("cci", frame_of(np.full(60, price))).iloc[19:] == 0).all().all()


def test_rvi_by_hand() -> None:
    bodies, ranges = [1, -1, 2, 0, 3, 1, 0, 2], [2, 2, 4, 1, 3, 2, 2, 4]
    close = 10 + np.asarray(bodies, dtype=float)
    bars = frame_of(close, opened=np.full(8, 10.0), high=np.full(8, 20.0), low=20 - np.asarray(ranges, dtype=float))

    def weighted(values: list[float], t: int) -> float:
        return (values[t] + 2 * values[t - 1] + 2 * values[t - 2] + values[t - 3]) / 6

    lines = [
        (weighted(bodies, t) + weighted(bodies, t - 1)) / (weighted(ranges, t) + weighted(ranges, t - 1))
        for t in range(4, 8)
    ]
    result = compute("rvi", bars, period=2)
    assert result["rvi"].isna().sum() == 7
    np.testing.assert_allclose(result.iloc[7], [lines[3], weighted(lines, 3)])


def test_rvi_without_any_range_is_0_and_full_bars_are_1() -> None:
    assert (compute("rvi", frame_of(np.full(60, 0.1))).iloc[15:] == 0).all().all()
    opened = np.full(60, 10.0)
    rising = compute("rvi", frame_of(opened + 1, opened=opened, high=opened + 1, low=opened))
    np.testing.assert_allclose(rising.iloc[15:], 1.0)
