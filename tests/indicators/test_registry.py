"""The catalogue's doors: names, parameters, frames of bars."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pandas as pd
import pytest

import ktrdr_app.indicators
from ktrdr_app.core.errors import InvalidValue, MalformedBars, UnknownName
from ktrdr_app.indicators import available, compute, get_indicator, parameters_of
from ktrdr_app.indicators.definition import IndicatorInfo, OutputInfo, Parameters, entries
from ktrdr_app.indicators.registry import price_arrays
from tests.indicators.bars import frame_of, walk


def test_catalogue_is_ordered_by_category() -> None:
    categories = [info.category for info in available()]
    order = ["trend", "momentum", "volatility", "volume", "support_resistance", "experimental"]
    assert categories == sorted(categories, key=order.index)


def test_every_public_name_is_there() -> None:
    for name in ktrdr_app.indicators.__all__:
        assert getattr(ktrdr_app.indicators, name).__name__ == name


@pytest.mark.parametrize(("written", "meant"), [("rsii", "rsi"), ("RSI", "rsi"), ("bollinger_band", "bollinger_bands")])
def test_unknown_indicator_names_the_nearest(written: str, meant: str) -> None:
    for door in (get_indicator, lambda name: parameters_of(name, {}), lambda name: compute(name, walk(3))):
        with pytest.raises(UnknownName) as caught:
            door(written)
        assert caught.value.hint == f"did you mean {meant!r}?"


def test_unknown_parameter_names_the_nearest_and_its_place() -> None:
    with pytest.raises(UnknownName) as caught:
        parameters_of("macd", {"fast_perod": 3}, where="strategy.yaml")
    assert caught.value.hint == "did you mean 'fast_period'?"
    assert caught.value.where == "strategy.yaml"


def test_wrong_value_tells_what_was_found_and_what_is_allowed() -> None:
    with pytest.raises(InvalidValue) as caught:
        parameters_of("bollinger_bands", {"multiplier": -2})
    assert caught.value.message == "bollinger_bands.multiplier is -2"
    assert caught.value.hint == "give a number from 0.1 to 20"
    assert caught.value.where == "multiplier"


def test_numbers_may_be_written_as_text_and_defaults_are_filled_in() -> None:
    parameters = parameters_of("macd", {"fast_period": "5", "signal_period": 3.0})
    assert parameters.model_dump() == {"fast_period": 5, "slow_period": 26, "signal_period": 3}


def test_wrong_choice_lists_the_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    class Choosy(Parameters):
        method: Literal["classic", "woodie"] = "classic"

    info = IndicatorInfo(
        "choosy",
        "trend",
        "",
        Choosy,
        (OutputInfo("x", "price"),),
        lambda _: 0,
        "",
        "",
        lambda prices, _, out: np.copyto(out[0], prices.close),
    )
    monkeypatch.setitem(entries._entries, "choosy", info)
    assert compute("choosy", walk(3), method="woodie").shape == (3, 1)
    with pytest.raises(InvalidValue) as caught:
        parameters_of("choosy", {"method": "camarilla"})
    assert caught.value.hint == "give one of classic, woodie"


def test_compute_keeps_the_index_and_names_the_outputs() -> None:
    bars = walk(60)
    result = compute("macd", bars)
    assert list(result.columns) == ["macd", "signal", "histogram"]
    assert result.index.equals(bars.index)
    assert (result.dtypes == np.float64).all()


def test_compute_of_no_bars_has_columns_and_no_rows() -> None:
    result = compute("bollinger_bands", walk(0))
    assert result.shape == (0, 3)
    assert (result.dtypes == np.float64).all()


def test_column_order_integers_and_further_columns_do_not_matter() -> None:
    bars = walk(40).round()
    shuffled = bars[["volume", "low", "close", "open", "high"]].astype(np.int64).assign(trades=1)
    assert compute("atr", shuffled).equals(compute("atr", bars))


def test_strided_columns_are_read_rightly() -> None:
    bars = walk(80)
    every_other = bars.iloc[::2]
    np.testing.assert_array_equal(
        compute("rsi", every_other)["rsi"], compute("rsi", every_other.copy(deep=True))["rsi"]
    )


def test_missing_columns_are_named() -> None:
    with pytest.raises(MalformedBars) as caught:
        compute("sma", walk(30).drop(columns=["high", "volume"]))
    assert caught.value.message == "found no column high, volume"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("column", ["open", "high", "low", "close"])
def test_a_price_that_is_not_finite_is_refused_with_its_row(column: str, value: float) -> None:
    bars = walk(30)
    bars.iloc[7, bars.columns.get_loc(column)] = value
    with pytest.raises(MalformedBars) as caught:
        compute("sma", bars)
    assert caught.value.message == f"found {column} {value}"
    assert caught.value.where.startswith("bars, row 8 (2024-01-01 07:00")


def test_missing_volume_passes() -> None:
    arrays = price_arrays(frame_of([1, 2, 3], volume=math.nan))
    assert np.isnan(arrays.volume).all()
    assert arrays.close.flags.c_contiguous


def test_an_index_of_any_kind_will_do() -> None:
    bars = walk(40)
    plain = bars.set_axis(pd.RangeIndex(40), axis=0)
    np.testing.assert_array_equal(compute("ema", plain)["ema"], compute("ema", bars)["ema"])
