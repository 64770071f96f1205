"""Names of inputs and their values, as people read them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.features.raw_inputs import Reading
from ktrdr_app.workflows import open_why
from ktrdr_app.workflows.why_run import WhyRun
from ktrdr_app.workflows.why_words import formed_words, indicator_title, needed_words, written
from tests.why_runs import LONGER, ORIGINAL, STERN, WhyRuns


@pytest.fixture(scope="module")
def opened(why_runs: WhyRuns) -> dict[str, WhyRun]:
    return {name: open_why(why_runs.workspace, why_runs.folder(name)) for name in (LONGER, STERN, ORIGINAL)}


@pytest.mark.parametrize(
    ("name", "params", "title"),
    [
        ("rsi", {"period": 14}, "RSI 14"),
        ("macd", {"fast_period": 12, "slow_period": 26, "signal_period": 9}, "MACD 12/26/9"),
        ("bollinger_bands", {"period": 20, "multiplier": 2.0}, "Bollinger bands 20/2"),
        ("ad_line", {}, "Ad line"),
        ("obv", {}, "OBV"),
        ("vwap", {"anchor": "session", "period": 20}, "VWAP 20"),
        ("odd", {"on": True, "off": False, "share": 0.25}, "ODD 0/0.25"),
    ],
)
def test_titles_of_indicators(name: str, params: dict[str, object], title: str) -> None:
    assert indicator_title(name, params) == title


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (24.1034, "oscillator", "24.10"),
        (0.0, "ratio", "0"),
        (-0.00097871, "price_difference", "-0.0009787"),
        (1.0541, "price", "1.05410"),
        (186.1321, "price", "186.132"),
        (12345.678, "ratio", "12346"),
        (1234567.0, "volume", "1,234,567"),
        (1e-12, "ratio", "0.00000000"),
        (math.nan, "ratio", "unknown"),
        (math.inf, "price", "unknown"),
    ],
)
def test_values(value: float, unit: str, text: str) -> None:
    assert written(value, unit) == text


@given(
    st.floats(-1e5, 1e5).filter(lambda value: abs(value) > 1e-4),
    st.floats(-1e5, 1e5).filter(lambda value: abs(value) > 1e-4),
)
def test_the_value_that_is_told_lies_beyond_the_one_that_is_needed(value: float, needed: float) -> None:
    told = float(needed_words(value, needed, "ratio"))
    step = 10.0 ** -len(written(needed).partition(".")[2])
    assert abs(told - needed) <= 1.001 * step
    assert (told - needed) * (needed - value) >= -1e-6 * step * abs(needed - value)


def test_a_needed_value_is_rounded_away_from_the_one_at_hand() -> None:
    assert needed_words(24.1, 31.66001, "oscillator") == "31.67"
    assert needed_words(40.0, 31.66999, "oscillator") == "31.66"
    assert needed_words(24.1, 31.66, "oscillator") == "31.66", "what has no more digits stays"
    assert needed_words(1.0, -0.00123456, "ratio") == "-0.001235"


@pytest.mark.parametrize(
    ("form", "formed", "words"),
    [
        ("raw", 24.1, ""),
        ("ratio_to_price", 0.98, "the close was 0.9800 times that"),
        ("percent", 1.5, "1.500 % of the close"),
        ("atr", -0.5, "-0.5000 ATR"),
        ("atr_distance", -1.8, "the close lay 1.800 ATR below it"),
        ("atr_distance", 1.8, "the close lay 1.800 ATR above it"),
        ("zscore", 2.0, "2.000 deviations from its mean"),
    ],
)
def test_forms(form: str, formed: float, words: str) -> None:
    assert formed_words(Reading("x", "x", "", form, "ratio", 1.0, formed, (("low", 1.0),))) == words


def test_inputs_of_a_model_of_ours(opened: dict[str, WhyRun]) -> None:
    run = opened[LONGER]
    place = int(run.model.places[run.trade(1).bought.bar])
    labels = {entry.key: run.words.raw_input(entry) for entry in run.model.inputs.raw_inputs(place)}
    assert labels["rsi"] == "RSI 14"
    assert labels["rsi-1"] == "RSI 14 one bar before"
    assert labels["rsi@4h"] == "RSI 14 (4h)"
    assert labels["macd.histogram@1d"] == "MACD 12/26/9 histogram (1d)"
    assert labels["roc_10"] == "change over 10 bars"
    assert labels["volatility_20"] == "volatility of 20 bars"
    assert labels["daily_position"] == "place of the close in the bar's range"
    assert len(set(labels.values())) == len(labels), "no two inputs are called the same"
    groups = {key: run.words.group(key) for key in run.model.inputs.groups}
    assert groups["price"] == "price context"
    assert groups["ema@4h"] == "EMA 20 (4h)"
    assert run.words.feature("price_to_ema_ratio") == "close over EMA 20"
    assert run.words.feature("rsi_oversold") == "rsi_oversold"


def test_every_group_and_input_of_every_model_has_a_name_of_its_own(opened: dict[str, WhyRun]) -> None:
    for run in opened.values():
        place = int(run.model.places[-1])
        labels = [run.words.raw_input(entry) for entry in run.model.inputs.raw_inputs(place)]
        assert len(set(labels)) == len(labels)
        groups = [run.words.group(key) for key in run.model.inputs.groups]
        assert len(set(groups)) == len(groups)
        assert all("_" not in label for label in (*labels, *groups))


def test_a_model_of_the_original_is_told_by_its_own_parameters(opened: dict[str, WhyRun]) -> None:
    run = opened[ORIGINAL]
    assert run.words.column("rsi").startswith("RSI")
    assert run.words.feature("daily_price_position") == "place of the close in the bar's range"
