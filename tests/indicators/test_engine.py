"""Many indicators at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ktrdr_app.core.errors import InvalidValue, MalformedBars, UnknownName
from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.indicators import IndicatorConfig, IndicatorEngine, available, column_name, compute, get_indicator
from ktrdr_app.indicators.definition import Block, Parameters, entries
from tests.indicators.bars import sample_bars, walk

FAST = IndicatorConfig("fast", "sma", {"period": 5})
SLOW = IndicatorConfig("slow", "sma", {"period": 30})
BANDS = IndicatorConfig("bands", "bollinger_bands", {"multiplier": 1.5})
MACD = IndicatorConfig("macd", "macd")


def test_main_line_has_the_id_and_others_its_name_behind_a_dot() -> None:
    engine = IndicatorEngine([FAST, BANDS, MACD])
    expected = ("fast", "bands", "bands.upper", "bands.lower", "macd", "macd.signal", "macd.histogram")
    assert engine.columns == expected
    assert tuple(engine.calculate_multiple(walk(50)).columns) == expected


def test_values_are_those_of_each_indicator_alone() -> None:
    bars = sample_bars("GOOG_1d")
    frame = IndicatorEngine([FAST, SLOW, BANDS]).calculate_multiple(bars)
    np.testing.assert_array_equal(frame["fast"], compute("sma", bars, period=5)["sma"])
    np.testing.assert_array_equal(frame["slow"], compute("sma", bars, period=30)["sma"])
    bands = compute("bollinger_bands", bars, multiplier=1.5)
    np.testing.assert_array_equal(frame[["bands", "bands.upper", "bands.lower"]], bands)
    assert frame.index.equals(bars.index)
    assert (frame.dtypes == np.float64).all()


def test_whole_catalogue_runs_in_one_engine() -> None:
    engine = IndicatorEngine([IndicatorConfig(info.name, info.name) for info in available()])
    frame = engine.calculate_multiple(sample_bars("EURUSD_1h"))
    assert frame.shape[1] == sum(len(info.outputs) for info in available())
    waiting = {info.name for info in available() if info.waits_for}
    settled = [column for column in frame if column.partition(".")[0] not in waiting]
    assert frame.iloc[engine.warm_up :][settled].notna().all().all()


def test_warm_up_is_the_longest() -> None:
    assert IndicatorEngine([FAST, SLOW]).warm_up == 29
    assert IndicatorEngine([FAST, MACD, SLOW]).warm_up == 33
    assert IndicatorEngine([]).warm_up == 0
    frame = IndicatorEngine([FAST, SLOW]).calculate_multiple(walk(60))
    assert frame.isna().any(axis=1).tolist() == [True] * 29 + [False] * 31


def test_outputs_tell_unit_and_bounds() -> None:
    outputs = IndicatorEngine([MACD, IndicatorConfig("strength", "rsi")]).outputs
    assert outputs["macd.histogram"].unit == "price_difference"
    assert (outputs["strength"].low, outputs["strength"].high) == (0.0, 100.0)


def test_arrays_without_a_frame() -> None:
    bars = walk(60)
    engine = IndicatorEngine([FAST, BANDS])
    lines = engine.calculate(PriceArrays.of(bars))
    assert tuple(lines) == engine.columns
    for name, column in engine.calculate_multiple(bars).items():
        np.testing.assert_array_equal(lines[str(name)], column)


def test_the_same_indicator_under_two_ids_is_computed_once_and_shares_no_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = []

    def counted(prices: PriceArrays, p: Parameters, out: Block) -> None:
        calls.append(p)
        out[0] = prices.close

    info = replace(get_indicator("sma"), function=counted)
    monkeypatch.setitem(entries._entries, "sma", info)
    bars = walk(60)
    same = IndicatorConfig("again", "sma", {"period": "5"})
    frame = IndicatorEngine([FAST, same, SLOW]).calculate_multiple(bars)
    assert [p.model_dump() for p in calls] == [{"period": 5}, {"period": 30}]
    assert frame["fast"].equals(frame["again"])
    frame.iloc[3, 0] = -1.0
    assert frame["again"].iloc[3] == bars["close"].iloc[3]


def test_long_series_share_no_memory_and_have_the_same_values(monkeypatch: pytest.MonkeyPatch) -> None:
    prices = PriceArrays.of(walk(60))
    indicators = IndicatorEngine([FAST, BANDS, IndicatorConfig("again", "sma", {"period": "5"})])
    together = indicators.calculate(prices)
    monkeypatch.setattr("ktrdr_app.indicators.engine._SHARED", 0)
    apart = indicators.calculate(prices)
    assert together["fast"].base is together["again"].base
    assert apart["fast"].base is not apart["again"].base
    assert list(apart) == list(together)
    for name, line in apart.items():
        np.testing.assert_array_equal(line, together[name])


@pytest.mark.parametrize("rows", [0, 1, 4])
def test_short_series_are_all_nan(rows: int) -> None:
    frame = IndicatorEngine([FAST, BANDS]).calculate_multiple(walk(rows))
    assert frame.shape == (rows, 4)
    assert frame.isna().all().all()


def test_no_indicators_give_no_columns() -> None:
    bars = walk(10)
    frame = IndicatorEngine([]).calculate_multiple(bars)
    assert frame.shape == (10, 0)
    assert frame.index.equals(bars.index)


def test_an_id_is_given_once() -> None:
    with pytest.raises(InvalidValue) as caught:
        IndicatorEngine([FAST, IndicatorConfig("fast", "rsi")])
    assert "'fast'" in caught.value.message


@pytest.mark.parametrize(
    ("config", "error", "word"),
    [
        (IndicatorConfig("x", "smaa"), UnknownName, "smaa"),
        (IndicatorConfig("x", "sma", {"length": 3}), UnknownName, "length"),
        (IndicatorConfig("x", "sma", {"period": 0}), InvalidValue, "sma.period"),
    ],
)
def test_faults_are_found_before_any_bar_is_seen(config: IndicatorConfig, error: type[Exception], word: str) -> None:
    with pytest.raises(error, match=word) as caught:
        IndicatorEngine([config])
    assert caught.value.where == "x"  # type: ignore[attr-defined]


def test_column_name_of_each_output() -> None:
    assert column_name(BANDS) == "bands"
    assert column_name(BANDS, "middle") == "bands"
    assert column_name(BANDS, "lower") == "bands.lower"
    with pytest.raises(UnknownName) as caught:
        column_name(BANDS, "uper")
    assert caught.value.hint == "did you mean 'upper'?"


def test_broken_bars_are_refused() -> None:
    bars = walk(30)
    bars.iloc[3, 3] = np.nan
    with pytest.raises(MalformedBars, match="close nan"):
        IndicatorEngine([FAST]).calculate_multiple(bars)
