"""Fisher transform, Ichimoku and ZigZag against figures by hand, other libraries, real series, and bars to come."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.core.errors import InvalidValue, Repaints
from ktrdr_app.indicators import IndicatorConfig, IndicatorEngine, available, compute, get_indicator, parameters_of
from ktrdr_app.indicators.experimental_kernels import double_areatangent
from tests.indicators import checks
from tests.indicators.bars import SERIES, development_bars, frame_of, sample_bars, walk
from tests.indicators.peers import pandas_ta
from tests.reference.indicators import reference

NAN = math.nan
VARIANTS: list[tuple[str, dict[str, Any]]] = [
    ("fisher_transform", {}),
    ("fisher_transform", {"period": 33, "smoothing": 1}),
    ("ichimoku", {}),
    ("ichimoku", {"tenkan": 1, "kijun": 2, "senkou_b": 7, "displacement": 1}),
    ("zigzag", {}),
    ("zigzag", {"threshold": 0.004}),
]
variants = pytest.mark.parametrize(("name", "params"), VARIANTS, ids=str)
REAL = ["EURUSD_1h", "BTCUSD_1h", "SPY_1m", "AAPL_1d", "ADAUSDT_1h"]


def test_fisher_transform_by_hand() -> None:
    # The middle rises to the top of two bars: x = 0.33, then 0.33 + 0.67 * 0.33.
    lines = compute("fisher_transform", frame_of([1, 2, 3]), period=2)
    first = 0.5 * math.log(1.33 / 0.67)
    second = 0.5 * math.log(1.5511 / 0.4489) + 0.5 * first
    np.testing.assert_allclose(lines["fisher"], [NAN, NAN, second])
    np.testing.assert_allclose(lines["signal"], [NAN, NAN, first])


def test_fisher_transform_is_held_below_the_pole() -> None:
    line = compute("fisher_transform", frame_of(np.arange(1.0, 200)))["fisher"]
    assert line.iloc[-1] == pytest.approx(math.log(1.999 / 0.001))


@pytest.mark.parametrize("price", [1.0, 7.3, 1.1e-5])
def test_fisher_transform_of_a_flat_market_is_0(price: float) -> None:
    assert (compute("fisher_transform", frame_of(np.full(40, price))).dropna() == 0).all().all()


@pytest.mark.parametrize("series", ["AAPL_1d", "GOOG_1d", "IBM_1d", "MSFT_1d"])
def test_pandas_ta_agrees_once_the_start_is_forgotten(series: str) -> None:
    bars = sample_bars(series)
    theirs = pandas_ta().fisher(bars["high"], bars["low"], length=10, signal=1).to_numpy()
    ours = compute("fisher_transform", bars, period=10).to_numpy()
    np.testing.assert_allclose(ours[200:], theirs[200:], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("series", SERIES)
def test_pandas_ta_agrees_on_the_cloud(series: str) -> None:
    bars = sample_bars(series)
    columns = bars["high"], bars["low"], bars["close"]
    theirs = pandas_ta().ichimoku(*columns, include_chikou=False, as_dataframe=True)
    ours = compute("ichimoku", bars).dropna()
    for name, column in (("tenkan", "ITS_9"), ("kijun", "IKS_26"), ("span_a", "ISA_9"), ("span_b", "ISB_26")):
        np.testing.assert_allclose(ours[name], theirs[column].loc[ours.index], rtol=1e-12)


def test_ichimoku_by_hand_draws_its_spans_ahead() -> None:
    bars = frame_of([1, 2, 3, 4, 5, 6])
    lines = compute("ichimoku", bars, tenkan=1, kijun=2, senkou_b=3, displacement=2)
    assert lines.iloc[:4].isna().all().all()
    # At bar 4 the spans are those of bar 2: tenkan 3, kijun 2.5, middle of three bars 2.
    assert lines.iloc[4].tolist() == [5, 4.5, 2.75, 2]
    assert lines.iloc[5].tolist() == [6, 5.5, 3.75, 3]


def test_a_price_moves_the_cloud_only_after_the_displacement() -> None:
    bars = walk(200)
    moved = bars.copy()
    moved.iloc[120, :4] *= 3
    changed = (compute("ichimoku", moved) != compute("ichimoku", bars)).iloc[78:]
    assert changed["tenkan"].idxmax() == bars.index[120]
    assert changed["span_b"].idxmax() == bars.index[146]


@pytest.mark.parametrize("wrong", [{"tenkan": 26}, {"kijun": 52}, {"senkou_b": 20}])
def test_ichimoku_wants_its_periods_in_order(wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidValue) as caught:
        parameters_of("ichimoku", wrong)
    assert "tenkan below kijun below senkou_b" in caught.value.hint


def test_zigzag_by_hand() -> None:
    lines = compute("zigzag", frame_of([100, 110, 105, 98, 95, 100, 110]), threshold=0.1)
    np.testing.assert_array_equal(lines["zigzag"], [NAN, 100, 100, 110, 110, 110, 95])
    np.testing.assert_array_equal(lines["direction"], [NAN, 1, 1, -1, -1, -1, 1])
    np.testing.assert_array_equal(lines["bars_since"], [NAN, 1, 2, 2, 3, 4, 2])


def test_zigzag_line_by_hand() -> None:
    line = compute("zigzag_line", frame_of([100, 110, 105, 98, 95, 100, 110, 109]), threshold=0.1)["zigzag_line"]
    np.testing.assert_allclose(line, [100, 110, 105, 100, 95, 102.5, 110, NAN])


def test_zigzag_line_of_too_small_moves_is_empty() -> None:
    assert compute("zigzag_line", frame_of([100, 101, 102, 100])).isna().all().all()


def test_zigzag_line_repaints_and_is_not_offered_for_features() -> None:
    info = get_indicator("zigzag_line")
    closes = [100, 110, 105, 98, 95, 100, 110]
    at_the_time = compute("zigzag_line", frame_of(closes[:4]), threshold=0.1)["zigzag_line"]
    later = compute("zigzag_line", frame_of(closes), threshold=0.1)["zigzag_line"]
    assert at_the_time.iloc[2] != later.iloc[2]
    assert info.charts_only
    assert "zigzag_line" not in {entry.name for entry in available()}
    assert [entry.name for entry in available(charts=True) if entry.charts_only] == ["zigzag_line"]


def test_strategies_are_refused_what_repaints() -> None:
    with pytest.raises(Repaints) as caught:
        IndicatorEngine([IndicatorConfig("turns", "zigzag_line")])
    assert caught.value.code == "repaints"
    assert caught.value.where == "turns"
    assert "zigzag_line is for charts only" in caught.value.message


@variants
def test_each_variant_keeps_the_promises_of_its_entry(name: str, params: dict[str, Any]) -> None:
    info, parameters = get_indicator(name), parameters_of(name, params)
    checks.check_prefix(info, parameters, sample_bars("EURUSD_1h").iloc[:3000])
    checks.check_warm_up(info, parameters, walk(400))
    for price in (7.3, 1e-6, 2.0**-60):
        checks.check_scale(info, parameters, walk(400, seed=4), price, volume=1.0)


@pytest.mark.shared
@pytest.mark.parametrize("series", REAL)
@variants
def test_real_series_equal_their_slow_twins(name: str, params: dict[str, Any], series: str) -> None:
    bars = development_bars(series, 0, 1500)
    parameters = parameters_of(name, params)
    checks.check_equal(get_indicator(name), parameters, bars, reference(name, bars, parameters.model_dump()))


@settings(max_examples=60, deadline=None)
@given(variant=st.sampled_from(VARIANTS), cut=st.integers(0, 400), seed=st.integers(0, 10_000))
def test_no_bar_to_come_changes_a_value(variant: tuple[str, dict[str, Any]], cut: int, seed: int) -> None:
    name, params = variant
    checks.check_future(get_indicator(name), parameters_of(name, params), walk(400, seed), cut, seed)


@settings(max_examples=60, deadline=None)
@given(
    variant=st.sampled_from(VARIANTS),
    steps=st.lists(st.sampled_from([-2, -1, 0, 0, 1, 2]), min_size=1, max_size=150),
    unit=st.sampled_from([1.0, 0.01, 1e-7]),
)
def test_flat_and_tied_markets_equal_their_slow_twins(
    variant: tuple[str, dict[str, Any]], steps: list[int], unit: float
) -> None:
    name, params = variant
    close = np.maximum(50 + np.cumsum(steps), 1) * unit
    bars: pd.DataFrame = frame_of(close)
    parameters = parameters_of(name, params)
    checks.check_equal(get_indicator(name), parameters, bars, reference(name, bars, parameters.model_dump()))


def test_the_vectorised_logarithm_is_numpys_area_tangent() -> None:
    x = np.concatenate([np.linspace(-0.999, 0.999, 20_001), [0.0, 1e-300, -1e-17, 0.2, -1 / 3, 1 / 3]])
    found = np.array([double_areatangent(value) for value in x])
    np.testing.assert_allclose(found, 2.0 * np.arctanh(x), rtol=1e-15, atol=1e-15)
