"""RSI, MACD and ROC against figures worked out by hand, and at the corners of their formulas."""

from __future__ import annotations

import numpy as np
import pytest

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
