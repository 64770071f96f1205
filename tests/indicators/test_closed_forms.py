"""Markets whose indicators have a formula of their own: straight lines, growth, impulses and cycles of two bars."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from ktrdr_app.indicators import compute
from tests.indicators.bars import frame_of

SLOPE, START, ROWS = 0.5, 40.0, 120
Array = NDArray[np.float64]


def ramp(side: float = 1.0, reach: float = 2.0) -> pd.DataFrame:
    """Return closes on a straight line, each bar reaching as far above its close as below."""
    close = START + 100 * (side < 0) + side * SLOPE * np.arange(ROWS)
    return frame_of(close, opened=close - side * SLOPE, high=close + reach, low=close - reach)


def line(name: str, bars: pd.DataFrame, output: str = "", **params: object) -> Array:
    found = compute(name, bars, **params)
    return found[output or found.columns[0]].to_numpy()


class TestStraightLines:
    @pytest.mark.parametrize("period", [2, 3, 8, 21])
    @pytest.mark.parametrize("side", [1.0, -1.0])
    def test_averages_lag_by_the_mean_age_of_their_weights(self, period: int, side: float) -> None:
        bars = ramp(side)
        close = bars["close"].to_numpy()
        # Equal weights are (n - 1) / 2 bars old on average, falling ones (n - 1) / 3.
        for name, age in (("sma", (period - 1) / 2), ("ema", (period - 1) / 2), ("wma", (period - 1) / 3)):
            lag = (close - line(name, bars, period=period))[period - 1 :]
            np.testing.assert_allclose(lag, side * SLOPE * age, rtol=1e-9)

    @pytest.mark.parametrize(("fast", "slow"), [(2, 3), (12, 26), (5, 34)])
    def test_macd_is_the_difference_of_the_lags_and_its_histogram_nothing(self, fast: int, slow: int) -> None:
        found = compute("macd", ramp(), fast_period=fast, slow_period=slow, signal_period=5).dropna()
        np.testing.assert_allclose(found["macd"], SLOPE * (slow - fast) / 2, rtol=1e-9)
        np.testing.assert_allclose(found["signal"], SLOPE * (slow - fast) / 2, rtol=1e-9)
        np.testing.assert_allclose(found["histogram"], 0, atol=1e-12)

    @pytest.mark.parametrize("period", [2, 5, 14])
    def test_deviation_is_that_of_whole_numbers_in_a_row(self, period: int) -> None:
        found = compute("bollinger_bands", ramp(), period=period, multiplier=2).dropna()
        deviation = SLOPE * math.sqrt((period**2 - 1) / 12)
        np.testing.assert_allclose(found["upper"] - found["middle"], 2 * deviation, rtol=1e-9)
        width = line("bollinger_width", ramp(), period=period, multiplier=2)[period - 1 :]
        np.testing.assert_allclose(width * found["middle"], 4 * deviation, rtol=1e-9)

    @pytest.mark.parametrize("period", [2, 5, 14, 21])
    @pytest.mark.parametrize("side", [1.0, -1.0])
    def test_channel_index_knows_only_the_period(self, period: int, side: float) -> None:
        # The newest of n in a row is (n - 1) / 2 above the mean; their mean deviation is n / 4, or (n^2 - 1) / 4n.
        usual = period / 4 if period % 2 == 0 else (period**2 - 1) / (4 * period)
        found = line("cci", ramp(side), period=period)[period - 1 :]
        np.testing.assert_allclose(found, side * (period - 1) / 2 / (0.015 * usual), rtol=1e-9)

    @pytest.mark.parametrize("period", [2, 5, 14])
    @pytest.mark.parametrize("reach", [0.125, 0.5, 3.0])
    def test_place_in_the_range_is_the_run_and_one_reach(self, period: int, reach: float) -> None:
        run = SLOPE * (period - 1)
        place = (run + reach) / (run + 2 * reach)
        rising, falling = (line("williams_r", ramp(side, reach), period=period)[period - 1 :] for side in (1.0, -1.0))
        np.testing.assert_allclose(rising, 100 * (place - 1), rtol=1e-9)
        np.testing.assert_allclose(falling, -100 * place, rtol=1e-9)
        smoothed = compute("stochastic", ramp(1.0, reach), k_period=period, d_period=4, smooth_k=3).dropna()
        np.testing.assert_allclose(smoothed, 100 * place, rtol=1e-9)

    @pytest.mark.parametrize("reach", [0.125, 0.25, 3.0])
    def test_true_range_is_the_bars_own_or_reaches_back(self, reach: float) -> None:
        # From the close before to the high is one step and one reach.
        size = max(2 * reach, SLOPE + reach)
        np.testing.assert_allclose(line("atr", ramp(1.0, reach), period=7)[7:], size, rtol=1e-12)
        channel = compute("keltner_channels", ramp(1.0, reach), period=9, atr_period=4, multiplier=1.5).dropna()
        np.testing.assert_allclose(channel["upper"] - channel["middle"], 1.5 * size, rtol=1e-9)

    @pytest.mark.parametrize("reach", [0.25, 1.0])
    def test_directional_index_is_the_step_over_the_range(self, reach: float) -> None:
        size = max(2 * reach, SLOPE + reach)
        for side, own, other in ((1.0, "plus_di", "minus_di"), (-1.0, "minus_di", "plus_di")):
            found = compute("adx", ramp(side, reach), period=6).dropna()
            np.testing.assert_allclose(found[own], 100 * SLOPE / size, rtol=1e-9)
            assert (found[other] == 0).all()
            np.testing.assert_allclose(found["adx"], 100, rtol=1e-12)

    def test_the_newest_bar_is_the_extreme_and_the_oldest_the_other(self) -> None:
        assert (compute("aroon", ramp(), period=9).dropna() == [100, 0, 100]).all().all()
        assert (compute("aroon", ramp(-1.0), period=9).dropna() == [0, 100, -100]).all().all()
        channel = compute("donchian_channels", ramp(reach=2.0), period=9).dropna()
        np.testing.assert_allclose(channel["upper"] - channel["lower"], 8 * SLOPE + 4, rtol=1e-12)

    def test_cloud_lies_where_the_middles_were(self) -> None:
        found = compute("ichimoku", ramp(), tenkan=4, kijun=9, senkou_b=20, displacement=7).dropna()
        close = ramp()["close"].loc[found.index]
        lags = {"tenkan": 1.5, "kijun": 4.0, "span_a": 7 + (1.5 + 4) / 2, "span_b": 7 + 9.5}
        for name, lag in lags.items():
            np.testing.assert_allclose(close - found[name], SLOPE * lag, rtol=1e-9, err_msg=name)

    def test_vigor_is_the_body_over_the_range(self) -> None:
        np.testing.assert_allclose(compute("rvi", ramp(reach=2.0), period=4).dropna(), SLOPE / 4, rtol=1e-12)
        np.testing.assert_allclose(compute("rvi", ramp(-1.0, 2.0), period=4).dropna(), -SLOPE / 4, rtol=1e-12)

    def test_a_stop_comes_as_near_as_its_factor_lets_it(self) -> None:
        # At a constant factor f the gap g to the extreme obeys g' = (1 - f) g + step: it settles at step / f.
        bars = ramp(reach=0.25)
        stop = compute("parabolic_sar", bars, initial_af=0.2, step_af=0.0, max_af=0.2)
        assert (stop["direction"].dropna() == 1).all()
        gap = (bars["high"] - stop["parabolic_sar"]).to_numpy()
        np.testing.assert_allclose(gap[-1], SLOPE / 0.2, rtol=1e-6)
        np.testing.assert_allclose(gap[60:] - SLOPE / 0.2, (gap[59:-1] - SLOPE / 0.2) * 0.8, atol=1e-9)

    def test_a_fall_never_reaches_the_band_above_it(self) -> None:
        bars = ramp(-1.0, reach=2.0)
        found = compute("supertrend", bars, period=5, multiplier=1.5).dropna()
        assert (found["direction"] == -1).all()
        np.testing.assert_allclose(found["supertrend"] - bars["close"].loc[found.index], 1.5 * 4, rtol=1e-9)


class TestGrowth:
    @pytest.mark.parametrize("rate", [1.02, 0.97])
    @pytest.mark.parametrize("period", [1, 5])
    def test_the_percentage_is_that_of_the_growth(self, rate: float, period: int) -> None:
        bars = frame_of(START * rate ** np.arange(60))
        found = line("roc", bars, period=period)[period:]
        np.testing.assert_allclose(found, 100 * (rate**period - 1), rtol=1e-9)

    @pytest.mark.parametrize("rate", [1.02, 0.97])
    def test_averages_are_a_fixed_share_of_the_price(self, rate: float) -> None:
        bars = frame_of(START * rate ** np.arange(400))
        ages = np.arange(10)
        mean = (rate ** -ages.astype(float)).mean()
        np.testing.assert_allclose(line("sma", bars, period=10)[9:] / bars["close"].iloc[9:], mean, rtol=1e-9)
        weights = (10 - ages) / 55
        share = float(weights @ rate ** -ages.astype(float))
        np.testing.assert_allclose(line("wma", bars, period=10)[9:] / bars["close"].iloc[9:], share, rtol=1e-9)
        # The geometric series of (1 - a)^k / rate^k, once the start is forgotten.
        a = 2 / 11
        limit = a / (1 - (1 - a) / rate)
        np.testing.assert_allclose(line("ema", bars, period=10)[-20:] / bars["close"].iloc[-20:], limit, rtol=1e-9)


class TestImpulses:
    """One close of 1 among zeros shows the weights themselves."""

    AT = 30

    def impulse(self, rows: int = 60) -> pd.DataFrame:
        return frame_of(1000.0 + (np.arange(rows) == self.AT))

    @pytest.mark.parametrize("period", [2, 5, 12])
    def test_weights_of_each_average(self, period: int) -> None:
        bars = self.impulse()
        age = np.arange(60 - self.AT)
        shown = {name: line(name, bars, period=period)[self.AT :] - 1000 for name in ("sma", "wma", "ema")}
        np.testing.assert_allclose(shown["sma"], np.where(age < period, 1 / period, 0), atol=1e-10)
        falling = np.maximum(period - age, 0) / (period * (period + 1) / 2)
        np.testing.assert_allclose(shown["wma"], falling, atol=1e-10)
        share = 2 / (period + 1)
        np.testing.assert_allclose(shown["ema"], share * (1 - share) ** age, atol=1e-10)

    def test_a_single_wide_bar_fades_by_wilders_share(self) -> None:
        close = np.full(60, 50.0)
        bars = frame_of(close, high=close + 5 * (np.arange(60) == self.AT), low=close)
        found = line("atr", bars, period=8)[self.AT :]
        np.testing.assert_allclose(found, 5 / 8 * (7 / 8) ** np.arange(30), rtol=1e-9)

    def test_a_high_is_remembered_for_exactly_the_period(self) -> None:
        found = compute("donchian_channels", self.impulse(), period=7)["upper"].to_numpy()
        assert np.flatnonzero(found == 1001).tolist() == list(range(self.AT, self.AT + 7))
        ages = compute("aroon", self.impulse(), period=7)["up"].to_numpy()[self.AT : self.AT + 8]
        np.testing.assert_allclose(ages, 100 * (7 - np.arange(8)) / 7)


class TestCyclesOfTwo:
    @pytest.mark.parametrize("period", [2, 7, 14])
    @pytest.mark.parametrize(("up", "down"), [(1.0, 1.0), (0.5, 1.25)])
    def test_strength_swings_between_two_limits(self, period: int, up: float, down: float) -> None:
        steps = np.where(np.arange(600) % 2 == 0, up, -down)
        close = 1000 + np.cumsum(steps)
        found = line("rsi", frame_of(close), period=period)[-4:]
        # Each side fades by q = 1 - 1/n while the other moves, so after a rise they stand as up to q * down.
        q = 1 - 1 / period
        limits = {True: 100 * up / (up + q * down), False: 100 * q * up / (q * up + down)}
        np.testing.assert_allclose(found, [limits[bool(step > 0)] for step in steps[-4:]], rtol=1e-9)

    def test_bands_of_an_even_window_are_half_a_swing_apart_from_the_middle(self) -> None:
        found = compute("bollinger_bands", frame_of(np.resize([10.0, 14.0], 40)), period=6, multiplier=1).dropna()
        np.testing.assert_allclose(found, np.tile([12.0, 14.0, 10.0], (len(found), 1)), rtol=1e-12)

    def test_channel_index_of_an_even_window_is_one_usual_deviation(self) -> None:
        found = line("cci", frame_of(np.resize([10.0, 14.0], 40)), period=6)[5:]
        np.testing.assert_allclose(found, np.where(np.arange(5, 40) % 2, 1, -1) / 0.015, rtol=1e-9)

    def test_on_balance_volume_takes_back_what_it_gave(self) -> None:
        bars = frame_of(np.resize([10.0, 14.0], 9), volume=np.resize([3.0, 5.0], 9))
        assert line("obv", bars).tolist() == [3, 8, 5, 10, 7, 12, 9, 14, 11]

    def test_money_flow_is_the_share_of_the_dearer_side(self) -> None:
        bars = frame_of(np.resize([10.0, 14.0], 40), volume=2.0)
        np.testing.assert_allclose(line("mfi", bars, period=6)[6:], 100 * 14 / 24, rtol=1e-12)
