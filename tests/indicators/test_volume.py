"""Volume indicators against figures worked out by hand, other libraries, real series, and where volume is missing."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import talib
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.indicators import available, compute, get_indicator, parameters_of
from tests.indicators import checks
from tests.indicators.bars import SERIES, development_bars, frame_of, sample_bars, walk
from tests.indicators.peers import pandas_ta
from tests.reference.indicators import reference

NAN = np.nan
NAMES = [info.name for info in available() if info.category == "volume"]
VARIANTS: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name in NAMES),
    ("mfi", {"period": 1}),
    ("cmf", {"period": 77}),
    ("vwap", {"anchor": "rolling"}),
    ("vwap", {"anchor": "rolling", "period": 1}),
    ("vwap", {"anchor": "cumulative"}),
    ("vwap", {"session": "new_york"}),
    ("volume_surprise", {"weeks": 1}),
    ("volume_surprise", {"weeks": 3, "session": "new_york"}),
    ("volume_rank", {"period": 5}),
]
variants = pytest.mark.parametrize(("name", "params"), VARIANTS, ids=str)
REAL = [
    pytest.param("EURUSD_1h", 69_000, id="volume_is_0"),
    pytest.param("GBPUSD_1m", 0, id="no_volume"),
    pytest.param("BTCUSD_1h", 6_500, id="weekends_and_summer_time"),
    pytest.param("SPY_1m", 0, id="minutes_missing"),
    pytest.param("AAPL_1d", 0, id="daily"),
    pytest.param("GBPUSD_1h", 1_800, id="ticks"),
]


def test_obv_by_hand() -> None:
    bars = frame_of([10, 11, 11, 9, 12], volume=[5, 7, 100, 3, 2])
    assert compute("obv", bars)["obv"].tolist() == [5, 12, 12, 9, 11]


def test_missing_volume_counts_as_none() -> None:
    bars = frame_of([10, 11, 12, 9, 12], volume=[NAN, 7, NAN, 3, 2])
    assert compute("obv", bars)["obv"].tolist() == [0, 7, 7, 4, 6]


def test_no_volume_at_all_gives_0() -> None:
    bars = sample_bars("EURUSD_1h").assign(volume=NAN)
    assert (compute("obv", bars)["obv"] == 0).all()


def test_one_bar_and_none() -> None:
    assert compute("obv", frame_of([3.0], volume=8.0))["obv"].tolist() == [8.0]
    assert compute("obv", frame_of([]))["obv"].tolist() == []


def test_missing_volume_is_left_missing_in_the_bars() -> None:
    bars = frame_of([1, 2, 3], volume=[1, NAN, 1])
    compute("obv", bars)
    assert bars["volume"].isna().tolist() == [False, True, False]


def test_mfi_by_hand() -> None:
    # flows: +11*2, -9*4, even (nothing), +12*1
    bars = frame_of([10, 11, 9, 9, 12], volume=[7, 2, 4, 100, 1])
    expected = [NAN, NAN, NAN, 100 * 22 / (22 + 36), 100 * 12 / (12 + 36)]
    np.testing.assert_allclose(compute("mfi", bars, period=3)["mfi"], expected)


def test_ad_line_and_cmf_by_hand() -> None:
    # places of the closes: 1 (at the high), -1 (at the low), 0 (middle), 0 (no range), 0.5
    bars = frame_of([12, 10, 11, 12, 11.5], high=[12, 12, 12, 12, 12], low=[10, 10, 10, 12, 10], volume=[3, 2, 9, 8, 4])
    assert compute("ad_line", bars)["ad_line"].tolist() == [3, 1, 1, 1, 3]
    np.testing.assert_allclose(compute("cmf", bars, period=2)["cmf"], [NAN, 1 / 5, -2 / 11, 0, 2 / 12])


def test_cmf_stays_in_its_bounds_where_a_close_is_outside_its_bar() -> None:
    bars = frame_of([13, 13], high=[12, 12], low=[10, 10], volume=5)
    assert compute("cmf", bars, period=1)["cmf"].tolist() == [1, 1]


def test_volume_ratio_by_hand_leaves_missing_ones_out_of_the_mean() -> None:
    bars = frame_of([1] * 6, volume=[2, 4, NAN, 8, 0, NAN])
    # means: 3, then 4 8 -> 6, 8 0 -> 4; a bar without volume is as usual
    np.testing.assert_allclose(compute("volume_ratio", bars, period=3)["volume_ratio"], [NAN, NAN, 1, 8 / 6, 0, 1])
    np.testing.assert_allclose(compute("volume_ratio", bars, period=2)["volume_ratio"], [NAN, 4 / 3, 1, 1, 0, 1])


def test_vwap_by_hand_for_each_anchor() -> None:
    index = pd.to_datetime(["2024-01-01 22:00", "2024-01-01 23:00", "2024-01-02 00:00", "2024-01-02 01:00"], utc=True)
    bars = frame_of([10, 20, 30, 40], volume=[1, 3, 0, 2]).set_axis(index, axis=0)
    assert compute("vwap", bars)["vwap"].tolist() == [10, 70 / 4, 30, 40]
    assert compute("vwap", bars, anchor="cumulative")["vwap"].tolist() == [10, 70 / 4, 70 / 4, 150 / 6]
    assert compute("vwap", bars, session="new_york")["vwap"].tolist() == [10, 70 / 4, 70 / 4, 150 / 6]
    rolling = compute("vwap", bars, anchor="rolling", period=2)["vwap"]
    np.testing.assert_allclose(rolling, [NAN, 70 / 4, 20, 40])


def test_vwap_takes_the_typical_price() -> None:
    bars = frame_of([10], high=[14], low=[9], volume=2)
    assert compute("vwap", bars)["vwap"].tolist() == [11]


def test_vwap_is_the_close_until_there_is_volume() -> None:
    bars = frame_of([10, 20, 30, 40], high=[50] * 4, volume=[NAN, 0, 4, NAN])
    assert compute("vwap", bars)["vwap"].tolist() == [10, 20, 110 / 3, 110 / 3]


def test_volume_rank_by_hand() -> None:
    bars = frame_of([1] * 8, volume=[5, 3, 9, 5, 10, NAN, 0, 9])
    # against 5 3 9: one below, one equal; 3 9 5; (missing); 5 10 and a missing one; 10 0 and a missing one
    expected = [NAN, NAN, NAN, 1.5 / 3, 1, 0.5, 0, 0.5]
    np.testing.assert_allclose(compute("volume_rank", bars, period=3)["volume_rank"], expected)


def weekly(volumes: list[float]) -> pd.DataFrame:
    """Return one bar a week."""
    index = pd.date_range("2024-01-01 10:00", periods=len(volumes), freq="7D", tz="UTC", unit="ns")
    return frame_of([1.0] * len(volumes), volume=volumes).set_axis(index, axis=0)


def test_volume_surprise_by_hand() -> None:
    line = compute("volume_surprise", weekly([2, 8, 4, 16, NAN, 0, 6]), weeks=3)["volume_surprise"]
    # 16 beside 2 8 4; missing; 0; and 6 beside 16 alone, one of three weeks
    np.testing.assert_allclose(line, [NAN, NAN, NAN, math.log(16 / 4), 0, 0, 0])


def test_volume_surprise_takes_the_middle_of_an_even_number() -> None:
    line = compute("volume_surprise", weekly([2, 8, 20]), weeks=2)["volume_surprise"]
    np.testing.assert_allclose(line, [NAN, NAN, math.log(20 / 5)])


def test_volume_surprise_compares_only_the_same_slot() -> None:
    index = pd.date_range("2024-01-01", periods=24 * 21, freq="h", tz="UTC", unit="ns")
    usual = 100.0 + index.hour.to_numpy() * 10 + index.day_of_week.to_numpy()
    line = compute("volume_surprise", frame_of(np.ones(len(index)), volume=usual).set_axis(index, axis=0), weeks=2)
    np.testing.assert_allclose(line["volume_surprise"].iloc[24 * 14 :], 0, atol=1e-12)
    assert line["volume_surprise"].iloc[: 24 * 14].isna().all()


def test_new_york_slots_follow_summer_time() -> None:
    # A market that opens at 9:00 New York: 14:00 UTC in winter, 13:00 in summer.
    mornings = pd.date_range("2024-02-05 09:00", periods=56, freq="D", unit="ns").tz_localize("America/New_York")
    index = mornings.tz_convert("UTC")
    bars = frame_of(np.ones(56), volume=np.arange(1.0, 57)).set_axis(index, axis=0)
    by_new_york = compute("volume_surprise", bars, weeks=2, session="new_york")["volume_surprise"].iloc[14:]
    assert (by_new_york > 0).all()
    by_utc = compute("volume_surprise", bars, weeks=2)["volume_surprise"].iloc[14:]
    assert (by_utc == 0).sum() == 7


@pytest.mark.parametrize("volume", [0.0, NAN])
@pytest.mark.parametrize(
    ("name", "neutral"),
    [("obv", 0), ("ad_line", 0), ("mfi", 50), ("cmf", 0), ("volume_ratio", 1), ("volume_rank", 0.5)],
)
def test_a_series_without_volume_loses_no_bar(name: str, neutral: float, volume: float) -> None:
    info = get_indicator(name)
    line = compute(name, walk(200).assign(volume=volume)).iloc[info.warm_up(info.parameters()) :, 0]
    assert (line == neutral).all()


@pytest.mark.parametrize("volume", [0.0, NAN])
@pytest.mark.parametrize("anchor", ["session", "rolling", "cumulative"])
def test_vwap_of_a_series_without_volume_is_the_close(anchor: str, volume: float) -> None:
    bars = walk(200).assign(volume=volume)
    line = compute("vwap", bars, anchor=anchor)["vwap"].dropna()
    assert line.equals(bars["close"].iloc[-len(line) :].rename("vwap"))


@pytest.mark.parametrize("name", NAMES)
def test_every_entry_says_what_missing_volume_gives_and_the_page_agrees(name: str) -> None:
    page = Path(__file__).resolve().parents[2] / "docs/explanation/volume-sessions-swings.md"
    policy = get_indicator(name).missing_volume
    assert policy
    assert f"| `{name}` | {policy} |" in page.read_text(encoding="utf-8")


@variants
def test_negative_volume_counts_as_missing(name: str, params: dict[str, Any]) -> None:
    bars = walk(1200)
    bars.iloc[::7, 4] = -1.0
    missing = bars.assign(volume=bars["volume"].where(bars["volume"] >= 0))
    pd.testing.assert_frame_equal(compute(name, bars, **params), compute(name, missing, **params))


@pytest.mark.parametrize("series", SERIES)
def test_talib_agrees_where_it_has_the_function(series: str) -> None:
    bars = sample_bars(series)
    high, low, close, volume = (bars[name].to_numpy() for name in ("high", "low", "close", "volume"))
    theirs = talib.MFI(high, low, close, volume, 14)
    flowed = pd.Series(volume).rolling(15).sum().to_numpy() > 0
    np.testing.assert_allclose(compute("mfi", bars)["mfi"][flowed], theirs[flowed], rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(compute("ad_line", bars)["ad_line"], talib.AD(high, low, close, volume))


@pytest.mark.parametrize("series", ["AAPL_1d", "GOOG_1d", "IBM_1d"])
def test_pandas_ta_agrees(series: str) -> None:
    peer, bars = pandas_ta(), sample_bars(series)
    columns = [bars[name] for name in ("high", "low", "close", "volume")]
    naive = [column.tz_localize(None) for column in columns]
    np.testing.assert_allclose(compute("cmf", bars)["cmf"], peer.cmf(*columns, length=20), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(compute("vwap", bars)["vwap"], peer.vwap(*naive, anchor="D"), rtol=1e-9)


@pytest.mark.shared
@pytest.mark.parametrize(("series", "first"), REAL)
@variants
def test_real_series_equal_their_slow_twins(name: str, params: dict[str, Any], series: str, first: int) -> None:
    bars = development_bars(series, first, 1500)
    parameters = parameters_of(name, params)
    checks.check_equal(get_indicator(name), parameters, bars, reference(name, bars, parameters.model_dump()))


@settings(max_examples=60, deadline=None)
@given(variant=st.sampled_from(VARIANTS), cut=st.integers(0, 900), seed=st.integers(0, 10_000))
def test_no_bar_to_come_changes_a_value(variant: tuple[str, dict[str, Any]], cut: int, seed: int) -> None:
    name, params = variant
    checks.check_future(get_indicator(name), parameters_of(name, params), walk(900, seed), cut, seed)


@settings(max_examples=60, deadline=None)
@given(
    variant=st.sampled_from(VARIANTS),
    volumes=st.lists(st.one_of(st.just(NAN), st.just(0.0), st.integers(1, 9)), min_size=300, max_size=300),
    seed=st.integers(0, 10_000),
)
def test_holes_in_the_volume_are_treated_as_published(
    variant: tuple[str, dict[str, Any]], volumes: list[float], seed: int
) -> None:
    name, params = variant
    bars = walk(300, seed).assign(volume=volumes)
    parameters = parameters_of(name, params)
    checks.check_equal(get_indicator(name), parameters, bars, reference(name, bars, parameters.model_dump()))
    checks.check_warm_up(get_indicator(name), parameters, bars)


@pytest.mark.parametrize(
    ("name", "params"), [("mfi", {}), ("cmf", {}), ("volume_ratio", {}), ("vwap", {"anchor": "rolling"})]
)
def test_a_million_bars_lose_no_digit(name: str, params: dict[str, Any]) -> None:
    rng = np.random.default_rng(8)
    bars = walk(1_000_000, 8, step=1e-4).assign(volume=np.exp(rng.normal(0, 8, 1_000_000)))
    parameters = parameters_of(name, params)
    lines = checks.lines_of(get_indicator(name), parameters, bars)
    for t in rng.integers(100, len(bars), 60):
        twin = reference(name, bars.iloc[t - 60 : t + 1], parameters.model_dump())
        np.testing.assert_allclose(lines[0][t], twin[0][-1], rtol=1e-9, atol=1e-12)
