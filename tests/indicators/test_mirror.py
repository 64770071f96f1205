"""Markets seen upside down: what each definition makes of rises, it must make of falls of the same size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ktrdr_app.indicators import available, compute
from tests.indicators.bars import frame_of
from tests.indicators.drawn import TOP, mirrored, whole_bars

Mirror = Callable[[pd.DataFrame], list[pd.Series]]


def columns(lines: pd.DataFrame) -> list[pd.Series]:
    return [lines[name] for name in lines]


def price(lines: pd.DataFrame) -> list[pd.Series]:
    """A price goes to the other side of the mirror."""
    return [TOP - line for line in columns(lines)]


def sign(lines: pd.DataFrame) -> list[pd.Series]:
    """A signed figure changes its sign."""
    return [-line for line in columns(lines)]


def same(lines: pd.DataFrame) -> list[pd.Series]:
    """A size stays."""
    return columns(lines)


def within(low: float, high: float) -> Mirror:
    """A place between two bounds goes as far from the other one."""
    return lambda lines: [low + high - line for line in columns(lines)]


def bands(lines: pd.DataFrame) -> list[pd.Series]:
    """The upper band is the mirror of the lower one."""
    return [TOP - lines["middle"], TOP - lines["lower"], TOP - lines["upper"]]


def sides(lines: pd.DataFrame) -> list[pd.Series]:
    """Both sides of the directional index change places; its strength stays."""
    return [lines["adx"], lines["minus_di"], lines["plus_di"]]


def levels(lines: pd.DataFrame) -> list[pd.Series]:
    """Resistances are the mirrors of supports."""
    swapped = [f"{'s' if name[0] == 'r' else 'r'}{name[1]}" for name in lines.columns[1:]]
    return [TOP - lines["pivot"], *(TOP - lines[name] for name in swapped)]


def aroon_sides(lines: pd.DataFrame) -> list[pd.Series]:
    """Up and down change places, so their difference changes its sign."""
    up, down, oscillator = columns(lines)
    return [down, up, -oscillator]


MIRRORS: list[tuple[str, dict[str, Any], Mirror]] = [
    *((name, {"period": period}, price) for name in ("sma", "ema", "wma") for period in (2, 5)),
    ("macd", {"fast_period": 2, "slow_period": 5, "signal_period": 3}, sign),
    ("adx", {"period": 3}, sides),
    ("aroon", {"period": 4}, aroon_sides),
    ("rsi", {"period": 4}, within(0, 100)),
    ("momentum", {"period": 3}, sign),
    ("stochastic", {"k_period": 4, "d_period": 2, "smooth_k": 3}, within(0, 100)),
    ("williams_r", {"period": 5}, within(-100, 0)),
    ("cci", {"period": 4}, sign),
    ("rvi", {"period": 3}, sign),
    ("atr", {"period": 3}, same),
    ("bollinger_bands", {"period": 4, "multiplier": 1.5}, bands),
    ("keltner_channels", {"period": 3, "atr_period": 4, "multiplier": 2}, bands),
    ("donchian_channels", {"period": 4}, bands),
    (
        "squeeze_intensity",
        {"bb_period": 4, "bb_multiplier": 1, "kc_period": 3, "kc_multiplier": 2, "atr_period": 3},
        same,
    ),
    ("ad_line", {}, sign),
    ("cmf", {"period": 4}, sign),
    ("volume_ratio", {"period": 3}, same),
    ("volume_rank", {"period": 4}, same),
    *(("vwap", {"anchor": anchor, "period": 3}, price) for anchor in ("session", "rolling", "cumulative")),
    ("fisher_transform", {"period": 4}, sign),
    ("ichimoku", {"tenkan": 2, "kijun": 3, "senkou_b": 5, "displacement": 2}, price),
]
WITH_WORDS_OF_THEIR_OWN = {"obv", "mfi", "parabolic_sar", "supertrend", "bollinger_width", "pivot_points", "zigzag"}
WITHOUT_A_MIRROR = {"roc", "volume_surprise", "fibonacci_retracements"}
"""A percentage has none; surprise needs weeks of bars; retracements are those of the swings, checked by percentages."""


def test_every_indicator_is_held_against_its_mirror_or_named() -> None:
    held = {name for name, _, _ in MIRRORS} | WITH_WORDS_OF_THEIR_OWN | WITHOUT_A_MIRROR
    assert {info.name for info in available()} == held


@pytest.mark.parametrize(
    ("name", "params", "mirror"), MIRRORS, ids=[f"{name}-{number}" for number, (name, *_) in enumerate(MIRRORS)]
)
@settings(max_examples=10, deadline=None)
@given(bars=whole_bars())
def test_an_upside_down_market_gives_the_mirrored_lines(
    name: str, params: dict[str, Any], mirror: Mirror, bars: pd.DataFrame
) -> None:
    found = compute(name, mirrored(bars), **params)
    for line, wanted in zip(columns(found), mirror(compute(name, bars, **params)), strict=True):
        np.testing.assert_allclose(line, wanted, rtol=1e-9, atol=1e-9, err_msg=f"{name}.{line.name}")


@settings(max_examples=15, deadline=None)
@given(bars=whole_bars())
def test_on_balance_volume_gives_back_what_it_took_after_the_first_bar(bars: pd.DataFrame) -> None:
    line, other = compute("obv", bars)["obv"], compute("obv", mirrored(bars))["obv"]
    assert line.iloc[0] == other.iloc[0]
    np.testing.assert_array_equal(other.diff().iloc[1:], -line.diff().iloc[1:])


@settings(max_examples=15, deadline=None)
@given(bars=whole_bars(least=4))
def test_money_that_all_flows_in_flows_out_upside_down(bars: pd.DataFrame) -> None:
    line, other = (compute("mfi", frame, period=3)["mfi"].iloc[3:] for frame in (bars, mirrored(bars)))
    np.testing.assert_array_equal(line == 100, other == 0)
    np.testing.assert_array_equal(line == 50, other == 50)


@settings(max_examples=25, deadline=None)
@given(bars=whole_bars(least=2), step=st.sampled_from([0.0, 0.125, 0.25]))
def test_stops_change_sides_where_the_first_two_bars_say_which_way(bars: pd.DataFrame, step: float) -> None:
    fall, rise = -bars["low"].diff().iloc[1], bars["high"].diff().iloc[1]
    assume(fall != rise and max(fall, rise) > 0)
    params = {"initial_af": 0.125, "step_af": step, "max_af": 0.5}
    line, other = (compute("parabolic_sar", frame, **params) for frame in (bars, mirrored(bars)))
    np.testing.assert_array_equal(other["direction"], -line["direction"])
    np.testing.assert_allclose(other["parabolic_sar"], TOP - line["parabolic_sar"], rtol=1e-12)


@settings(max_examples=25, deadline=None)
@given(bars=whole_bars(least=4), multiplier=st.sampled_from([0.5, 1.0]))
def test_supertrends_are_mirrors_once_a_band_was_broken(bars: pd.DataFrame, multiplier: float) -> None:
    # Both begin as falling, whatever the market does; the bands themselves do not depend on the side.
    line, other = (compute("supertrend", frame, period=2, multiplier=multiplier) for frame in (bars, mirrored(bars)))
    broken = (line["direction"] == 1) | (other["direction"] == 1)
    known = broken.cummax()
    np.testing.assert_array_equal(other["direction"][known], -line["direction"][known])
    np.testing.assert_allclose(other["supertrend"][known], TOP - line["supertrend"][known], rtol=1e-12)


@settings(max_examples=15, deadline=None)
@given(bars=whole_bars(least=4))
def test_the_width_of_the_bands_in_prices_stays(bars: pd.DataFrame) -> None:
    width, other = (
        compute("bollinger_width", frame, period=4)["bollinger_width"] * frame["close"].rolling(4).mean()
        for frame in (bars, mirrored(bars))
    )
    np.testing.assert_allclose(other, width, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("method", ["classic", "fibonacci", "camarilla"])
@settings(max_examples=8, deadline=None)
@given(bars=whole_bars(least=10))
def test_supports_are_resistances_upside_down(method: str, bars: pd.DataFrame) -> None:
    days = pd.date_range("2024-03-04", periods=len(bars), freq="8h", tz="UTC", unit="ns")
    line, other = (
        compute("pivot_points", frame.set_axis(days, axis=0), method=method) for frame in (bars, mirrored(bars))
    )
    assert line["pivot"].notna().sum() == len(bars) - 3
    for found, wanted in zip(columns(other), levels(line), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(st.sampled_from([-1, 0, 1]), min_size=2, max_size=50))
def test_turns_of_a_market_and_of_its_reciprocal_are_the_same_bars(steps: list[int]) -> None:
    # A doubling and a halving both move by at least half of the price, so each step proves a turn either way.
    close = 2.0 ** np.cumsum(steps)
    line, other = (compute("zigzag", frame_of(closes), threshold=0.5) for closes in (close, 1 / close))
    np.testing.assert_array_equal(other["zigzag"], 1 / line["zigzag"])
    np.testing.assert_array_equal(other["direction"], -line["direction"])
    np.testing.assert_array_equal(other["bars_since"], line["bars_since"])
