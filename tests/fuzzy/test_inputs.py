"""Plain dicts become fuzzy inputs or a clear refusal; what memberships are called."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.fuzzy import FuzzyEngine
from ktrdr_app.fuzzy.inputs import fuzzy_inputs_of, membership_names, stem
from ktrdr_app.strategy.schema import FuzzyInput, FuzzySet

SET = {"type": "triangular", "parameters": [0, 1, 2]}


def test_dicts_as_the_yaml_reads_and_bare_sets_are_the_same_input() -> None:
    full = yaml.safe_load("rsi: {form: raw, sets: {low: {type: triangular, parameters: [0, 1, 2]}}}")
    expected = FuzzyInput(form="raw", sets={"low": FuzzySet(type="triangular", parameters=[0, 1, 2])})
    assert fuzzy_inputs_of(full) == {"rsi": expected}
    assert fuzzy_inputs_of({"rsi": {"low": SET}}) == {"rsi": expected.model_copy(update={"form": "auto"})}
    assert fuzzy_inputs_of({"rsi": expected})["rsi"] is expected


def test_an_engine_of_dicts_evaluates_as_one_of_models() -> None:
    values = pd.DataFrame({"rsi": np.linspace(-1, 3, 41)})
    of_models = FuzzyEngine(fuzzy_inputs_of({"rsi": {"low": SET}})).evaluate_batch(values)
    pd.testing.assert_frame_equal(FuzzyEngine({"rsi": {"low": SET}}).evaluate_batch(values), of_models)


@pytest.mark.parametrize(
    ("content", "where", "words"),
    [
        ({"low": {"type": "triangle", "parameters": [0, 1, 2]}}, "fuzzy_sets.rsi.sets.low.type", "triangular"),
        ({"low": {"type": "triangular", "parameters": [0, 2, 1]}}, "fuzzy_sets.rsi.sets.low", "must not fall"),
        ({"low": {"type": "triangular"}}, "fuzzy_sets.rsi.sets.low.parameters", "required"),
        ({"sets": {"low": SET}, "fom": "raw"}, "fuzzy_sets.rsi.fom", "permitted"),
        ({"sets": {"low": SET}, "timeframe": "2h"}, "fuzzy_sets.rsi.timeframe", "4h"),
        ({}, "fuzzy_sets.rsi.sets", "at least 1"),
        ([1, 2], "fuzzy_sets.rsi.sets", "dictionary"),
    ],
)
def test_what_makes_no_input_is_refused_with_its_place(content: Any, where: str, words: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        fuzzy_inputs_of({"rsi": content})
    assert caught.value.where == where
    assert words in caught.value.hint


@pytest.mark.parametrize(
    ("name", "timeframe", "expected"),
    [
        ("rsi", "", "rsi_low"),
        ("rsi_4h", "", "rsi_4h_low"),
        ("rsi", "4h", "rsi_low_4h"),
        ("rsi_4h", "4h", "rsi_low_4h"),
        ("rsi_4h", "1d", "rsi_4h_low_1d"),
        ("rsi4h", "4h", "rsi4h_low_4h"),
    ],
)
def test_names_never_carry_a_time_frame_twice(name: str, timeframe: str, expected: str) -> None:
    entry = FuzzyInput.model_validate({"timeframe": timeframe, "sets": {"low": SET}})
    assert membership_names(name, entry) == (expected,)


def test_stem_takes_only_the_inputs_own_time_frame_off() -> None:
    assert [stem("rsi_4h", frame) for frame in ("4h", "1d", "")] == ["rsi", "rsi_4h", "rsi_4h"]
