"""What an indicator remembers: windows forget at once, averages by a known share; and which way one price pulls it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.indicators import compute
from tests.indicators.bars import frame_of
from tests.indicators.drawn import whole_bars

FORGETFUL: list[tuple[str, dict[str, Any], int]] = [
    ("sma", {"period": 4}, 4),
    ("wma", {"period": 4}, 4),
    ("aroon", {"period": 4}, 5),
    ("roc", {"period": 3}, 4),
    ("momentum", {"period": 3}, 4),
    ("stochastic", {"k_period": 3, "d_period": 2, "smooth_k": 3}, 6),
    ("williams_r", {"period": 4}, 4),
    ("cci", {"period": 4}, 4),
    ("rvi", {"period": 3}, 9),
    ("bollinger_bands", {"period": 4, "multiplier": 2}, 4),
    ("bollinger_width", {"period": 4, "multiplier": 2}, 4),
    ("donchian_channels", {"period": 4}, 4),
    ("ichimoku", {"tenkan": 1, "kijun": 2, "senkou_b": 3, "displacement": 2}, 5),
    ("mfi", {"period": 3}, 4),
    ("cmf", {"period": 4}, 4),
    ("volume_ratio", {"period": 4}, 4),
    ("volume_rank", {"period": 4}, 5),
    ("vwap", {"anchor": "rolling", "period": 4}, 4),
]
"""Indicators of a window, with the number of bars that one value may depend on, from its formula."""

RISING = [
    ("sma", {"period": 3}),
    ("ema", {"period": 3}),
    ("wma", {"period": 3}),
    ("rsi", {"period": 3}),
    ("roc", {"period": 3}),
    ("momentum", {"period": 3}),
    ("williams_r", {"period": 4}),
    ("stochastic", {"k_period": 4, "d_period": 1, "smooth_k": 1}),
    ("obv", {}),
    ("ad_line", {}),
    ("cmf", {"period": 3}),
    ("rvi", {"period": 2}),
]
"""Indicators that a higher last close, all else equal, never lowers."""

LINEAR = [
    ("sma", {"period": 3}),
    ("ema", {"period": 4}),
    ("wma", {"period": 3}),
    ("momentum", {"period": 2}),
    ("macd", {"fast_period": 2, "slow_period": 4, "signal_period": 2}),
]
CLOSES = st.lists(st.integers(10, 90), min_size=16, max_size=16)
quick = settings(max_examples=12, deadline=None)


@pytest.mark.parametrize(("name", "params", "bars_seen"), FORGETFUL, ids=lambda value: str(value)[:24])
@quick
@given(old=whole_bars(least=16, most=16), new=whole_bars(least=16, most=16))
def test_what_left_the_window_is_forgotten(
    name: str, params: dict[str, Any], bars_seen: int, old: pd.DataFrame, new: pd.DataFrame
) -> None:
    other = pd.concat([new.iloc[: 16 - bars_seen], old.iloc[16 - bars_seen :]]).set_axis(old.index, axis=0)
    one, two = compute(name, old, **params).iloc[-1], compute(name, other, **params).iloc[-1]
    np.testing.assert_allclose(two, one, rtol=1e-12, atol=1e-12)
    assert one.notna().all()


@pytest.mark.parametrize(("name", "params", "bars_seen"), FORGETFUL, ids=lambda value: str(value)[:24])
def test_the_oldest_bar_of_the_window_still_counts(name: str, params: dict[str, Any], bars_seen: int) -> None:
    rng = np.random.default_rng(11)
    seen = False
    for _ in range(40):
        close = rng.integers(20, 30, 16).astype(float)
        volume = rng.integers(1, 9, 16).astype(float)
        bars = frame_of(close, opened=np.r_[25.0, close[:-1]], high=close + 6, low=close - 6, volume=volume)
        changed = bars.copy()
        oldest = bars.index[16 - bars_seen]
        changed.loc[oldest] = [31.0, 90.0, 1.0, 80.0, 50.0]
        one, two = compute(name, bars, **params).iloc[-1], compute(name, changed, **params).iloc[-1]
        seen = seen or not np.allclose(one, two)
    assert seen


@pytest.mark.parametrize("period", [2, 5, 9])
@quick
@given(old=CLOSES, step=st.integers(1, 40))
def test_averages_keep_a_known_share_of_an_old_error(period: int, old: list[int], step: int) -> None:
    # An error in the seed's bars is worth step / period there; each bar keeps 1 - share of it.
    wrong = [old[0] + step, *old[1:]]
    kept = np.arange(16 - period + 1)
    apart = compute("ema", frame_of(wrong), period=period) - compute("ema", frame_of(old), period=period)
    share = 2 / (period + 1)
    np.testing.assert_allclose(apart["ema"].iloc[period - 1 :], step / period * (1 - share) ** kept, atol=1e-10)


@pytest.mark.parametrize(("name", "params"), RISING, ids=str)
@quick
@given(bars=whole_bars(least=8, most=16), more=st.integers(0, 12))
def test_a_higher_last_close_never_lowers_it(name: str, params: dict[str, Any], bars: pd.DataFrame, more: int) -> None:
    raised = bars.copy()
    top = min(bars["close"].iloc[-1] + more, bars["high"].iloc[-1])
    raised.loc[bars.index[-1], "close"] = top
    before, after = compute(name, bars, **params), compute(name, raised, **params)
    assert after.iloc[-1, 0] >= before.iloc[-1, 0] - 1e-9
    pd.testing.assert_frame_equal(after.iloc[:-1], before.iloc[:-1])


@pytest.mark.parametrize(("name", "params"), LINEAR, ids=str)
@quick
@given(one=CLOSES, other=CLOSES, share=st.integers(1, 9))
def test_linear_figures_of_a_mixture_are_the_mixture_of_the_figures(
    name: str, params: dict[str, Any], one: list[int], other: list[int], share: int
) -> None:
    mixed = np.asarray(one) * share + np.asarray(other)
    parts = [compute(name, frame_of(closes), **params) for closes in (one, other)]
    np.testing.assert_allclose(compute(name, frame_of(mixed), **params), parts[0] * share + parts[1], atol=1e-9)


class TestBetweenIndicators:
    """Identities that the definitions imply."""

    @quick
    @given(bars=whole_bars(least=10, most=20))
    def test_percent_r_is_the_fast_stochastic_less_100(self, bars: pd.DataFrame) -> None:
        fast = compute("stochastic", bars, k_period=5, d_period=1, smooth_k=1)["k"]
        np.testing.assert_allclose(compute("williams_r", bars, period=5)["williams_r"], fast - 100, atol=1e-10)

    @quick
    @given(bars=whole_bars(least=10, most=20))
    def test_rate_and_momentum_tell_the_same_move(self, bars: pd.DataFrame) -> None:
        moved = 100 * compute("momentum", bars, period=4)["momentum"] / bars["close"].shift(4)
        np.testing.assert_allclose(compute("roc", bars, period=4)["roc"], moved, atol=1e-10)

    @quick
    @given(bars=whole_bars(least=10, most=20))
    def test_equal_volumes_make_the_average_price_a_plain_mean(self, bars: pd.DataFrame) -> None:
        typical = bars[["high", "low", "close"]].mean(axis=1)
        even = bars.assign(volume=7.0)
        rolling = compute("vwap", even, anchor="rolling", period=4)["vwap"]
        np.testing.assert_allclose(rolling, typical.rolling(4).mean(), rtol=1e-12)
        whole = compute("vwap", even, anchor="cumulative")["vwap"]
        np.testing.assert_allclose(whole, typical.expanding().mean(), rtol=1e-12)

    @quick
    @given(bars=whole_bars(least=10, most=20))
    def test_money_flow_of_a_window_is_the_change_of_the_line_over_the_volume(self, bars: pd.DataFrame) -> None:
        filled = bars.assign(volume=bars["volume"].fillna(0) + 1)
        line, volume = compute("ad_line", filled)["ad_line"], filled["volume"].rolling(4).sum()
        flow = compute("cmf", filled, period=4)["cmf"]
        np.testing.assert_allclose(flow.iloc[4:], (line.diff(4) / volume).iloc[4:], atol=1e-10)

    @quick
    @given(bars=whole_bars(least=10, most=20))
    def test_every_close_lies_within_the_channel_of_extremes_and_its_middle_between(self, bars: pd.DataFrame) -> None:
        channel = compute("donchian_channels", bars, period=4).iloc[3:]
        close = bars["close"].iloc[3:]
        assert ((channel["lower"] <= close) & (close <= channel["upper"])).all()
        base = compute("ichimoku", bars, tenkan=3, kijun=4, senkou_b=5, displacement=1)["kijun"].dropna()
        np.testing.assert_array_equal(base, channel["middle"].loc[base.index])

    @quick
    @given(bars=whole_bars(least=10, most=20))
    def test_no_close_of_five_lies_beyond_two_deviations_of_them(self, bars: pd.DataFrame) -> None:
        # No value of n lies further from the mean than sqrt(n - 1) population deviations (Samuelson 1968).
        bands = compute("bollinger_bands", bars, period=5, multiplier=2).iloc[4:]
        close = bars["close"].iloc[4:]
        assert (close <= bands["upper"] + 1e-9).all()
        assert (close >= bands["lower"] - 1e-9).all()


@pytest.mark.parametrize("gap", [5.0, -5.0])
def test_a_gap_counts_where_the_definition_looks_at_the_close_before(gap: float) -> None:
    # Twelve bars of the same shape, all after a gap at bar 6: only what reaches back to the close before sees it.
    close = 50.0 + gap * (np.arange(12) >= 6)
    bars = frame_of(close, opened=close, high=close + 1, low=close - 1)
    ranges = compute("atr", bars, period=1)["atr"].to_numpy()[1:]
    np.testing.assert_array_equal(ranges, np.where(np.arange(1, 12) == 6, 6.0, 2.0))
    sides = compute("adx", bars, period=2).iloc[-1]
    assert (sides["plus_di"] > 0) == (gap > 0)
    assert (sides["minus_di"] > 0) == (gap < 0)
    assert (compute("ad_line", bars) == 0).all().all()
    assert (compute("rvi", bars, period=2).dropna() == 0).all().all()
