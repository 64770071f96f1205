"""Indicators against exact fractions on drawn whole prices with ties, gaps and bars without a range, and by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.indicators import compute
from tests.indicators.bars import frame_of
from tests.indicators.drawn import whole_bars
from tests.reference import exact_indicators as exact
from tests.reference.exact_indicators import Line

PERIODS = st.integers(2, 6)
drawn = settings(max_examples=20, deadline=None)


def agree(found: pd.DataFrame, *wanted: Line) -> None:
    """Hold every line against its fractions; a bar without a fraction must have no number."""
    assert found.shape[1] == len(wanted)
    for name, line in zip(found.columns, wanted, strict=True):
        numbers = [math.nan if value is None else float(value) for value in line[: len(found)]]
        np.testing.assert_allclose(found[name], numbers, rtol=1e-10, atol=1e-10, err_msg=name)


class TestAverages:
    @drawn
    @given(bars=whole_bars(), period=PERIODS)
    def test_of_closes(self, bars: pd.DataFrame, period: int) -> None:
        close = exact.columns_of(bars)[3]
        agree(compute("sma", bars, period=period), exact.over_windows(close, period, exact.mean))
        agree(compute("ema", bars, period=period), exact.ema(close, period))
        agree(compute("wma", bars, period=period), exact.wma(close, period))

    @drawn
    @given(bars=whole_bars(), fast=st.integers(2, 4), more=st.integers(1, 3), signal=st.integers(1, 4))
    def test_convergence_and_divergence(self, bars: pd.DataFrame, fast: int, more: int, signal: int) -> None:
        close, slow = exact.columns_of(bars)[3], fast + more
        found = compute("macd", bars, fast_period=fast, slow_period=slow, signal_period=signal)
        agree(found, *exact.macd(close, fast, slow, signal))

    @drawn
    @given(bars=whole_bars(), period=PERIODS, ranges=st.integers(1, 6), multiplier=st.sampled_from([1, 2.5]))
    def test_channels_around_an_average(self, bars: pd.DataFrame, period: int, ranges: int, multiplier: float) -> None:
        _, high, low, close, _ = exact.columns_of(bars)
        sizes = exact.atr(high, low, close, ranges)
        pairs = [
            None if middle is None or size is None else (middle, Fraction(multiplier) * size)
            for middle, size in zip(exact.ema(close, period), sizes, strict=True)
        ]
        found = compute("keltner_channels", bars, period=period, atr_period=ranges, multiplier=multiplier)
        agree(
            found,
            [pair and pair[0] for pair in pairs],
            [pair and pair[0] + pair[1] for pair in pairs],
            [pair and pair[0] - pair[1] for pair in pairs],
        )


class TestRanges:
    @drawn
    @given(bars=whole_bars(), period=st.integers(1, 6))
    def test_true_range(self, bars: pd.DataFrame, period: int) -> None:
        _, high, low, close, _ = exact.columns_of(bars)
        agree(compute("atr", bars, period=period), exact.atr(high, low, close, period))

    @drawn
    @given(bars=whole_bars(), period=PERIODS)
    def test_squared_half_width_of_the_bands_is_the_variance(self, bars: pd.DataFrame, period: int) -> None:
        close = exact.columns_of(bars)[3]
        found = compute("bollinger_bands", bars, period=period, multiplier=1)
        agree(found[["middle"]], exact.over_windows(close, period, exact.mean))
        squares = exact.over_windows(close, period, exact.variance)
        agree(((found["upper"] - found["middle"]) ** 2).to_frame(), squares)
        agree(((found["middle"] - found["lower"]) ** 2).to_frame(), squares)
        width = compute("bollinger_width", bars, period=period, multiplier=0.5)
        relative = exact.over_windows(close, period, lambda window: exact.variance(window) / exact.mean(window) ** 2)
        agree(width**2, relative)

    @drawn
    @given(bars=whole_bars(), period=PERIODS)
    def test_channel_of_extremes(self, bars: pd.DataFrame, period: int) -> None:
        _, high, low, _, _ = exact.columns_of(bars)
        top, bottom = exact.over_windows(high, period, max), exact.over_windows(low, period, min)
        middle: Line = [None if a is None or b is None else (a + b) / 2 for a, b in zip(top, bottom, strict=True)]
        agree(compute("donchian_channels", bars, period=period), middle, top, bottom)

    @drawn
    @given(bars=whole_bars(), period=PERIODS)
    def test_age_of_extremes(self, bars: pd.DataFrame, period: int) -> None:
        _, high, low, _, _ = exact.columns_of(bars)
        agree(compute("aroon", bars, period=period), *exact.aroon(high, low, period))

    @drawn
    @given(bars=whole_bars(), ahead=st.integers(1, 5))
    def test_cloud(self, bars: pd.DataFrame, ahead: int) -> None:
        _, high, low, _, _ = exact.columns_of(bars)

        def middles(period: int) -> Line:
            tops, bottoms = exact.over_windows(high, period, max), exact.over_windows(low, period, min)
            return [None if a is None or b is None else (a + b) / 2 for a, b in zip(tops, bottoms, strict=True)]

        tenkan, kijun, span_b = middles(2), middles(3), exact.delayed(middles(5), ahead)
        both: Line = [None if a is None or b is None else (a + b) / 2 for a, b in zip(tenkan, kijun, strict=True)]
        lines = [tenkan, kijun, exact.delayed(both, ahead), span_b]
        spoken = [[value if t >= 4 + ahead else None for t, value in enumerate(line)] for line in lines]
        found = compute("ichimoku", bars, tenkan=2, kijun=3, senkou_b=5, displacement=ahead)
        agree(found, *spoken)


class TestOscillators:
    @drawn
    @given(bars=whole_bars(), period=PERIODS)
    def test_strength_is_wilders_own_form(self, bars: pd.DataFrame, period: int) -> None:
        agree(compute("rsi", bars, period=period), exact.rsi(exact.columns_of(bars)[3], period))

    @drawn
    @given(bars=whole_bars(), period=st.integers(1, 6))
    def test_changes(self, bars: pd.DataFrame, period: int) -> None:
        close = exact.columns_of(bars)[3]
        ends = [(window[0], window[-1]) if window else None for window in exact.windows(close, period + 1)]
        agree(compute("momentum", bars, period=period), [pair and pair[1] - pair[0] for pair in ends])
        agree(compute("roc", bars, period=period), [pair and 100 * (pair[1] - pair[0]) / pair[0] for pair in ends])

    @drawn
    @given(bars=whole_bars(), period=PERIODS)
    def test_place_in_the_range(self, bars: pd.DataFrame, period: int) -> None:
        _, high, low, close, _ = exact.columns_of(bars)
        places = exact.places(high, low, close, period)
        agree(
            compute("williams_r", bars, period=period),
            [None if place is None else 100 * place - 100 for place in places],
        )
        fast = compute("stochastic", bars, k_period=period, d_period=1, smooth_k=1)
        percent: Line = [None if place is None else 100 * place for place in places]
        agree(fast, percent, percent)

    @drawn
    @given(bars=whole_bars(least=6), smooth=st.integers(1, 3), slow=st.integers(1, 3))
    def test_smoothed_place(self, bars: pd.DataFrame, smooth: int, slow: int) -> None:
        _, high, low, close, _ = exact.columns_of(bars)
        places = [100 * place for place in exact.places(high, low, close, 3) if place is not None]
        k = [value for value in exact.over_windows(places, smooth, exact.mean) if value is not None]
        d = [value for value in exact.over_windows(k, slow, exact.mean) if value is not None]
        silent: Line = [None] * (len(close) - len(d))
        found = compute("stochastic", bars, k_period=3, d_period=slow, smooth_k=smooth)
        agree(found, silent + k[slow - 1 :], silent + d)

    @drawn
    @given(bars=whole_bars(), period=PERIODS)
    def test_channel_index_and_vigor(self, bars: pd.DataFrame, period: int) -> None:
        opened, high, low, close, _ = exact.columns_of(bars)
        agree(compute("cci", bars, period=period), exact.cci(high, low, close, period))
        agree(compute("rvi", bars, period=period), *exact.rvi(opened, high, low, close, period))


class TestVolume:
    @drawn
    @given(bars=whole_bars(), period=st.integers(1, 5))
    def test_money(self, bars: pd.DataFrame, period: int) -> None:
        _, high, low, close, volume = exact.columns_of(bars)
        typical = [(h + lo + c) / 3 for h, lo, c in zip(high, low, close, strict=True)]
        agree(compute("mfi", bars, period=period), exact.mfi(typical, volume, period))
        moved = [v * place for v, place in zip(volume, exact.close_places(high, low, close), strict=True)]
        agree(compute("ad_line", bars), [sum(moved[: t + 1], Fraction(0)) for t in range(len(moved))])
        sums = zip(exact.windows(moved, period), exact.windows(volume, period), strict=True)
        flow: Line = [
            None
            if part is None or whole is None
            else sum(part, Fraction(0)) / sum(whole)
            if sum(whole)
            else Fraction(0)
            for part, whole in sums
        ]
        agree(compute("cmf", bars, period=period), flow)

    @drawn
    @given(bars=whole_bars())
    def test_balance_is_what_rises_brought_less_what_falls_took(self, bars: pd.DataFrame) -> None:
        _, _, _, close, volume = exact.columns_of(bars)
        pairs = list(zip(close, close[1:], volume[1:], strict=False))
        wanted: Line = []
        for t in range(len(close)):
            risen = sum((v for before, now, v in pairs[:t] if now > before), volume[0])
            wanted.append(risen - sum((v for before, now, v in pairs[:t] if now < before), Fraction(0)))
        agree(compute("obv", bars), wanted)

    @drawn
    @given(bars=whole_bars(), period=st.integers(1, 5))
    def test_average_price_of_a_window(self, bars: pd.DataFrame, period: int) -> None:
        _, high, low, close, volume = exact.columns_of(bars)
        paid = [v * (h + lo + c) / 3 for v, h, lo, c in zip(volume, high, low, close, strict=True)]
        wanted: Line = [
            None if part is None or whole is None else sum(part, Fraction(0)) / sum(whole) if sum(whole) else price
            for part, whole, price in zip(
                exact.windows(paid, period), exact.windows(volume, period), close, strict=True
            )
        ]
        agree(compute("vwap", bars, anchor="rolling", period=period), wanted)

    @drawn
    @given(bars=whole_bars(), period=st.integers(1, 5))
    def test_ratio_and_rank_leave_missing_volumes_out(self, bars: pd.DataFrame, period: int) -> None:
        volume: Sequence[Fraction | None] = [None if math.isnan(value) else Fraction(value) for value in bars["volume"]]
        ratios: Line = []
        ranks: Line = []
        for t, own in enumerate(volume):
            known = [value for value in volume[max(0, t - period + 1) : t + 1] if value is not None]
            usual = exact.mean(known) if known else Fraction(0)
            ratios.append(None if t < period - 1 else Fraction(1) if own is None or not usual else own / usual)
            past = [value for value in volume[max(0, t - period) : t] if value is not None]
            below = (
                sum((Fraction(1) if own > value else Fraction(own == value, 2) for value in past), Fraction(0))
                if own is not None
                else Fraction(0)
            )
            ranks.append(None if t < period else Fraction(1, 2) if own is None or not past else below / len(past))
        agree(compute("volume_ratio", bars, period=period), ratios)
        agree(compute("volume_rank", bars, period=period), ranks)


def test_a_squeeze_by_hand() -> None:
    # Closes 9 11 9 11: mean 10, deviation 1. Bars reach 3 to each side of 10, so every true range is 6.
    bars = frame_of([9, 11, 9, 11], high=[13.0] * 4, low=[7.0] * 4)
    # EMA of two: 10, then 10 + 2/3 (9 - 10) = 28/3, then 28/3 + 2/3 (11 - 28/3) = 94/9; channel 94/9 +- 6.
    found = compute(
        "squeeze_intensity", bars, bb_period=2, bb_multiplier=2, kc_period=2, kc_multiplier=1, atr_period=3
    )["squeeze_intensity"]
    # Bands 8 to 12: above 94/9 + 6 - 12 = 40/9, below 8 - (94/9 - 6) = 32/9; the smaller part of 12.
    assert found.isna().tolist() == [True, True, True, False]
    assert found.iloc[3] == pytest.approx(32 / 9 / 12)
