"""What every formula of the original keeps to, and the pieces they share."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import InvalidValue, UnknownName
from ktrdr_app.indicators.legacy import FORMULAS
from ktrdr_app.indicators.legacy.formula import LegacyFormula, Line, Settings, formula, smoothed, true_range, windows
from tests.indicators.legacy.hand import NAN, bars, close_to, columns, points, random_bars

TYPES = sorted(FORMULAS.names())
SHORT = {"period": 3, "k_period": 3, "fast_period": 2, "slow_period": 4, "signal_period": 3, "bb_period": 4}
VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)


def short(type_name: str) -> dict[str, int]:
    """Return small parameters, as far as the class has them."""
    return {key: value for key, value in SHORT.items() if key in FORMULAS.get(type_name).defaults}


@pytest.mark.parametrize("type_name", TYPES)
@pytest.mark.parametrize("count", [0, 1, 2, 40])
def test_every_line_has_a_value_per_bar_and_the_bars_are_left_alone(type_name: str, count: int) -> None:
    frame = random_bars(40).iloc[:count]
    before = frame.copy(deep=True)
    for line in columns(type_name, frame, **short(type_name)).values():
        assert line.index.equals(frame.index)
        assert line.dtype == np.float64
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("type_name", [name for name in TYPES if name != "ZigZag"])
def test_no_later_bar_reaches_a_line(type_name: str) -> None:
    frame, params = random_bars(60), short(type_name)
    whole = columns(type_name, frame, **params)
    for cut in (12, 33, 59):
        part = columns(type_name, frame.iloc[:cut], **params)
        assert list(part) == list(whole)
        for name, line in part.items():
            np.testing.assert_allclose(line, whole[name].iloc[:cut], rtol=1e-12, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("type_name", TYPES)
def test_defaults_and_the_same_values_written_out_are_the_same(type_name: str) -> None:
    frame = random_bars(60)
    plain, written = columns(type_name, frame), columns(type_name, frame, **FORMULAS.get(type_name).defaults)
    assert list(plain) == list(written)
    for name, line in plain.items():
        pd.testing.assert_series_equal(line, written[name], check_names=False)


def probe(bars: pd.DataFrame, name: str, p: Settings) -> dict[str, Line]:
    return {f"{name}:{key}={value}": bars["close"] for key, value in p.items()}


PROBE = LegacyFormula("Probe", {"period": 5, "width": 2.0, "source": "close", "exact": False}, probe)


def test_given_parameters_replace_defaults_in_their_places() -> None:
    found = PROBE.columns(points([1.0]), "Mine", {"exact": True, "width": 3})
    assert list(found) == ["Mine:period=5", "Mine:width=3", "Mine:source=close", "Mine:exact=True"]


@pytest.mark.parametrize("params", [{"period": 1}, {"width": 0.1}, {"width": 7}, {"source": "volume"}])
def test_values_that_the_class_took(params: dict[str, object]) -> None:
    PROBE.columns(points([1.0]), "mine", params)


@pytest.mark.parametrize(
    "params",
    [
        *[{"period": value} for value in (0, -3, 2.0, "5", None, True)],
        *[{"width": value} for value in (0, -0.5, math.nan, "2", False)],
        *[{"source": value} for value in ("hlc3", "Close", 1, None)],
        *[{"exact": value} for value in (1, 0, "yes", None)],
    ],
)
def test_values_of_the_wrong_kind_are_named_with_an_example(params: dict[str, object]) -> None:
    (key,) = params
    with pytest.raises(InvalidValue, match=f"mine.{key}") as caught:
        PROBE.columns(points([1.0]), "mine", params)
    assert repr(PROBE.defaults[key]) in caught.value.hint
    assert caught.value.where == "mine"


def test_only_a_vwap_may_have_no_length() -> None:
    assert FORMULAS.get("VWAP").columns(points([1.0]), "x", {"period": 0})
    with pytest.raises(InvalidValue):
        FORMULAS.get("VWAP").columns(points([1.0]), "x", {"period": -1})
    for type_name in ("SMA", "ATR", "MFI", "Aroon"):
        with pytest.raises(InvalidValue):
            FORMULAS.get(type_name).columns(points([1.0]), "x", {"period": 0})


def test_an_unknown_parameter_names_the_nearest_and_the_class() -> None:
    with pytest.raises(UnknownName, match="original's Probe") as caught:
        PROBE.columns(points([1.0]), "mine", {"perod": 5})
    assert "'period'" in caught.value.hint


def test_a_class_is_registered_once() -> None:
    with pytest.raises(ValueError, match="'RSI' is registered twice"):
        formula("RSI", period=14)(probe)
    assert FORMULAS.get("RSI").function is not probe


def test_the_true_range_reaches_over_gaps() -> None:
    frame = bars([10.0, 15.0, 8.0, 8.5], [8.0, 13.0, 6.0, 5.5], [9.0, 14.0, 7.0, 6.0])
    close_to(true_range(frame), [2, 6, 8, 3])


@given(values=VALUES, span=st.integers(1, 10))
def test_the_exponential_mean_moves_by_a_fixed_share(values: list[float], span: int) -> None:
    found = smoothed(pd.Series(values), span).tolist()
    assert found[0] == values[0]
    for before, value, now in zip(found, values[1:], found[1:], strict=False):
        assert now == pytest.approx(before + (value - before) * 2 / (span + 1), rel=1e-9, abs=1e-6)


@given(values=VALUES, length=st.integers(1, 12))
def test_windows_end_with_their_bar(values: list[float], length: int) -> None:
    line = pd.Series(values)
    newest = windows(line, length, lambda rows: rows[:, -1])
    oldest = windows(line, length, lambda rows: rows[:, 0])
    warm = min(length - 1, len(values))
    np.testing.assert_array_equal(newest, [NAN] * warm + values[warm:])
    np.testing.assert_array_equal(oldest, [NAN] * warm + values[: len(values) - warm])
