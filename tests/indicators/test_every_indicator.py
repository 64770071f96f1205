"""Checks that the catalogue generates for every indicator, and cheats that each check must catch."""

from __future__ import annotations

import json
import math
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from ktrdr_app.core.errors import InvalidValue, UnknownName
from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.indicators import available, compute, get_indicator, parameters_of
from ktrdr_app.indicators.definition import Block, IndicatorInfo, OutputInfo, Parameters
from tests.indicators import checks
from tests.indicators.bars import SERIES, frame_of, sample_bars, walk
from tests.reference.indicators import BY_NAME, reference

MEMBERS = [
    pytest.param(info, params, id=f"{info.name}-{number}")
    for info in available()
    for number, params in enumerate(checks.parameter_sets(info))
]
every = pytest.mark.parametrize(("info", "params"), MEMBERS)
each = pytest.mark.parametrize("info", available(), ids=lambda info: info.name)
NUMERIC = [
    pytest.param(info, row, id=f"{info.name}.{row['name']}")
    for info in available()
    for row in info.parameter_table()
    if row["type"] in ("integer", "number")
]


PUBLISHED = {
    "sma": "period",
    "ema": "period",
    "wma": "period",
    "macd": "fast_period slow_period signal_period",
    "adx": "period",
    "parabolic_sar": "initial_af step_af max_af",
    "supertrend": "period multiplier",
    "aroon": "period",
    "rsi": "period",
    "roc": "period",
    "momentum": "period",
    "stochastic": "k_period d_period smooth_k",
    "williams_r": "period",
    "cci": "period",
    "rvi": "period",
    "atr": "period",
    "bollinger_bands": "period multiplier",
    "bollinger_width": "period multiplier",
    "keltner_channels": "period atr_period multiplier",
    "donchian_channels": "period",
    "squeeze_intensity": "bb_period bb_multiplier kc_period kc_multiplier atr_period",
    "obv": "",
}
"""Names that strategy files and scripts hold: they may gain parameters, but never lose or rename one."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_names_and_parameters_stay(name: str) -> None:
    assert set(PUBLISHED[name].split()) <= set(get_indicator(name).parameters.model_fields)


def test_names_are_given_once() -> None:
    names = [info.name for info in available()]
    assert len(names) == len(set(names))


@every
def test_past_does_not_change(info: IndicatorInfo, params: Parameters) -> None:
    checks.check_prefix(info, params, sample_bars("AAPL_1d"))


@every
def test_nan_exactly_until_warm_up(info: IndicatorInfo, params: Parameters) -> None:
    checks.check_warm_up(info, params, walk(200))


@every
def test_shape_and_dtype_at_any_length(info: IndicatorInfo, params: Parameters) -> None:
    checks.check_shape(info, params, walk(100))


@every
@pytest.mark.parametrize("price", [2.0**-60, 2.0**-20, 2.0**20])
def test_scales_by_its_unit(info: IndicatorInfo, params: Parameters, price: float) -> None:
    checks.check_scale(info, params, sample_bars("IBM_1d"), price, volume=3.7)


@every
@pytest.mark.parametrize("price", [7.3, 1e-6, 1e6])
def test_scales_by_its_unit_where_rounding_breaks_no_tie(info: IndicatorInfo, params: Parameters, price: float) -> None:
    # Moves that are equal in quoted prices need not be equal in rounded multiples of them; a walk has no such ties.
    checks.check_scale(info, params, walk(400, seed=4), price, volume=3.7)


@every
def test_shifts_by_its_unit(info: IndicatorInfo, params: Parameters) -> None:
    checks.check_shift(info, params, walk(400, seed=5), by=250.0)


@every
def test_stays_within_its_bounds(info: IndicatorInfo, params: Parameters) -> None:
    checks.check_bounds(info, params, sample_bars("EURUSD_1h"))
    checks.check_bounds(info, params, frame_of(np.linspace(1, 50, 120)))
    checks.check_bounds(info, params, frame_of(np.linspace(50, 1, 120)))


@every
def test_prices_out_of_order_do_not_break_bounds(info: IndicatorInfo, params: Parameters) -> None:
    # Vendors' rounding leaves opens and closes outside their bar.
    bars = walk(200, seed=8)
    outside = bars.assign(close=bars["high"] * 1.001, open=bars["low"] * 0.999)
    outside.iloc[100:, 3] = bars["low"].iloc[100:] * 0.999
    checks.check_bounds(info, params, outside)
    checks.check_warm_up(info, params, outside)


@each
def test_says_whether_it_uses_volume(info: IndicatorInfo) -> None:
    checks.check_volume(info, info.parameters(), walk(1500, seed=9))


@every
def test_parameters_can_be_hashed_compared_and_pickled(info: IndicatorInfo, params: Parameters) -> None:
    twin = info.parameters.model_validate(params.model_dump())
    assert twin == params
    assert hash(twin) == hash(params)
    assert pickle.loads(pickle.dumps(params)) == params


def test_threads_do_not_disturb_each_other() -> None:
    bars = [walk(3000 + 50 * seed, seed=seed) for seed in range(4)]
    work = [(info, info.parameters(), frame) for frame in bars for info in available()]
    alone = [checks.lines_of(*item) for item in work]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda item: checks.lines_of(*item), work * 2))
    for item, one, other in zip(work * 2, alone * 2, together, strict=True):
        for line, twin in zip(one, other, strict=True):
            np.testing.assert_array_equal(line, twin, err_msg=item[0].name)


@every
def test_leaves_its_input_alone(info: IndicatorInfo, params: Parameters) -> None:
    checks.check_input_untouched(info, params, walk(90))


@every
def test_a_dead_market_gives_finite_values(info: IndicatorInfo, params: Parameters) -> None:
    checks.check_warm_up(info, params, frame_of(np.full(150, 42.0), volume=0.0))


@every
def test_no_volume_at_all_gives_finite_values(info: IndicatorInfo, params: Parameters) -> None:
    checks.check_warm_up(info, params, frame_of(walk(150)["close"].to_numpy(), volume=math.nan))


@pytest.mark.parametrize("series", SERIES)
@every
def test_equals_its_slow_twin(info: IndicatorInfo, params: Parameters, series: str) -> None:
    bars = sample_bars(series).iloc[:1200]
    checks.check_equal(info, params, bars, reference(info.name, bars, params.model_dump()))


@settings(max_examples=40, deadline=None)
@given(
    member=st.sampled_from([(info, params) for info in available() for params in checks.parameter_sets(info)]),
    rows=st.integers(0, 80),
    seed=st.integers(0, 10_000),
    start=st.sampled_from([1e-8, 1.1, 60_000.0]),
)
def test_equals_its_slow_twin_on_random_walks_of_any_length(
    member: tuple[IndicatorInfo, Parameters], rows: int, seed: int, start: float
) -> None:
    info, params = member
    bars = walk(rows, seed, start)
    checks.check_equal(info, params, bars, reference(info.name, bars, params.model_dump()))


@each
def test_has_a_slow_twin_and_says_who_published_it(info: IndicatorInfo) -> None:
    assert info.name in BY_NAME
    assert info.description.endswith(".")
    assert info.formula
    assert any(character.isdigit() for character in info.source)
    assert info.category in ("trend", "momentum", "volatility", "volume", "support_resistance", "experimental")


@each
def test_parameter_table_is_complete_and_plain(info: IndicatorInfo) -> None:
    table = info.parameter_table()
    assert json.loads(json.dumps(table)) == table
    assert [row["name"] for row in table] == list(info.parameters.model_fields)
    defaults = info.parameters()
    for row in table:
        assert row["default"] == getattr(defaults, row["name"])
        assert row["description"]
        assert row["choices"] or row["minimum"] <= row["default"] <= row["maximum"]


@pytest.mark.parametrize(("info", "row"), NUMERIC)
@pytest.mark.parametrize("fault", ["below", "above", "word", "nothing", "truth", "nan", "infinite", "list"])
def test_bad_values_are_refused_by_name(info: IndicatorInfo, row: dict[str, float], fault: str) -> None:
    bad: dict[str, object] = {
        "below": row["minimum"] - 1,
        "above": row["maximum"] + 1,
        "word": "many",
        "nothing": None,
        "truth": True,
        "nan": math.nan,
        "infinite": math.inf,
        "list": [row["default"]],
    }
    with pytest.raises(InvalidValue) as caught:
        compute(info.name, walk(5), **{str(row["name"]): bad[fault]})
    assert caught.value.where == row["name"]
    assert f"{info.name}.{row['name']}" in caught.value.message
    assert f"from {row['minimum']:g} to {row['maximum']:g}" in caught.value.hint


@pytest.mark.parametrize(("info", "row"), [case for case in NUMERIC if case.values[1]["type"] == "integer"])
def test_whole_numbers_are_not_rounded(info: IndicatorInfo, row: dict[str, float]) -> None:
    with pytest.raises(InvalidValue) as caught:
        parameters_of(info.name, {str(row["name"]): row["default"] + 0.5})
    assert "a whole number" in caught.value.hint


@each
def test_unknown_parameters_are_refused(info: IndicatorInfo) -> None:
    with pytest.raises(UnknownName) as caught:
        compute(info.name, walk(5), perid=14)
    assert info.name in caught.value.message
    assert "perid" in caught.value.message


class CheatParameters(Parameters):
    """Parameters of the planted cheats."""

    period: int = Field(default=3, ge=1, le=50)
    """Leading NaN."""


def _cheat(name: str, unit: str = "ratio") -> IndicatorInfo:
    """Return an indicator that is not in the catalogue and breaks one promise."""

    def calculate(prices: PriceArrays, p: CheatParameters, out: Block) -> None:
        line = _CHEATS[name](prices)
        line[: p.period] = math.nan
        out[0] = line

    outputs = (OutputInfo("line", unit, 0.0, 1.0),)  # type: ignore[arg-type]
    return IndicatorInfo(name, "trend", "Cheats.", CheatParameters, outputs, lambda p: p.period, "", "", calculate)


_CHEATS = {
    "mean_of_all": lambda prices: prices.close / prices.close.mean(),
    "peeks_one_bar": lambda prices: np.append(prices.close[1:], prices.close[-1]) / prices.close,
    "centred": lambda prices: np.convolve(prices.close, np.ones(3) / 3, mode="same"),
    "rank_in_all": lambda prices: np.argsort(np.argsort(prices.close)) / len(prices),
    "honest": lambda prices: np.r_[1.0, prices.close[:-1]] / prices.close,
    "close": lambda prices: prices.close.copy(),
    "traded": lambda prices: prices.volume.copy(),
    "in_place": lambda prices: prices.close,
}


@pytest.mark.parametrize("name", ["mean_of_all", "peeks_one_bar", "centred", "rank_in_all"])
def test_prefix_check_catches_a_cheat(name: str) -> None:
    info = _cheat(name)
    with pytest.raises(AssertionError, match="changes the past"):
        checks.check_prefix(info, CheatParameters(), walk(60))


def test_prefix_check_passes_an_honest_one() -> None:
    checks.check_prefix(_cheat("honest"), CheatParameters(), walk(60))


def test_warm_up_check_catches_both_lies() -> None:
    late = replace(_cheat("honest"), warm_up=lambda p: p.period - 1)
    with pytest.raises(AssertionError, match="silent after"):
        checks.check_warm_up(late, CheatParameters(), walk(60))
    early = replace(_cheat("honest"), warm_up=lambda p: p.period + 1)
    with pytest.raises(AssertionError, match="speaks before"):
        checks.check_warm_up(early, CheatParameters(), walk(60))


@pytest.mark.parametrize("unit", ["ratio", "oscillator", "volume"])
def test_scale_check_catches_a_wrong_unit(unit: str) -> None:
    with pytest.raises(AssertionError, match=f"is no {unit}"):
        checks.check_scale(_cheat("close", unit), CheatParameters(), walk(60), price=5.0, volume=2.0)


def test_shift_check_tells_a_price_from_a_difference() -> None:
    checks.check_shift(_cheat("close", "price"), CheatParameters(), walk(60), by=10.0)
    with pytest.raises(AssertionError, match="is no price_difference"):
        checks.check_shift(_cheat("close", "price_difference"), CheatParameters(), walk(60), by=10.0)


def test_remaining_checks_can_fail() -> None:
    bars = walk(60)
    with pytest.raises(AssertionError):
        checks.check_bounds(_cheat("close"), CheatParameters(), bars)
    with pytest.raises(ValueError, match="read-only"):
        checks.check_input_untouched(_cheat("in_place"), CheatParameters(), bars)


def test_prefix_check_lets_a_line_for_charts_repaint() -> None:
    info = _cheat("peeks_one_bar")
    for_charts = replace(info, outputs=(replace(info.outputs[0], charts_only=True),))
    checks.check_prefix(for_charts, CheatParameters(), walk(60))


def test_volume_check_catches_both_lies() -> None:
    for name, category in (("honest", "volume"), ("traded", "trend")):
        with pytest.raises(AssertionError, match="use of volume"):
            checks.check_volume(replace(_cheat(name), category=category), CheatParameters(), walk(60))


def test_no_cheat_is_left_in_the_catalogue() -> None:
    with pytest.raises(UnknownName):
        get_indicator("mean_of_all")
