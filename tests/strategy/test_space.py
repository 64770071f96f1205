"""What a sweep may vary: paths and ranges as they are written, every mistake with its line, and values put in place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import StrategyProblem
from ktrdr_app.strategy.space import Dimension, applied, found_at, label, read_space

BASE: dict[str, Any] = {
    "name": "some",
    "indicators": {"rsi": {"name": "rsi", "period": 14}},
    "fuzzy_sets": {"rsi": {"sets": {"low": {"parameters": [0.0, 10.0, 30.0, 50.0]}}}},
    "labels": {"threshold": 0.03},
    "network": {"hidden_layers": [30, 15], "activation": "relu", "dropout": 0.2},
    "features": {"price_context": True},
    "decision": {"max_dissimilarity": None},
}


def dimensions(text: str) -> tuple[Dimension, ...]:
    """Read a space against the base."""
    return read_space(text, "space.yaml", BASE)[0]


def problems(text: str) -> list[tuple[int, int, str, str, str]]:
    """Return every problem: place, what was found, what is expected, the nearest word."""
    with pytest.raises(StrategyProblem) as caught:
        dimensions(text)
    return [
        (entry.line, entry.column, entry.found, entry.expected, entry.suggestion) for entry in caught.value.problems
    ]


def test_a_range_is_of_the_kind_of_what_stands_there() -> None:
    text = """\
indicators.rsi.period: {low: 7, high: 28, step: 7}
labels.threshold: {low: 0.01, high: 0.1, log: true}
fuzzy_sets.rsi.sets.low.parameters[2]: {low: 20, high: 40}
decision.max_dissimilarity: {low: 1, high: 3}
"""
    whole, ratio, place, none = dimensions(text)
    assert (whole.kind, whole.low, whole.high, whole.step, whole.log) == ("int", 7, 28, 7, False)
    assert (ratio.kind, ratio.log, ratio.step) == ("float", True, None)
    assert place.kind == none.kind == "float"
    assert place.keys == ("fuzzy_sets", "rsi", "sets", "low", "parameters", "2")
    assert place.path == "fuzzy_sets.rsi.sets.low.parameters[2]"


def test_choices_may_be_words_numbers_flags_and_lists() -> None:
    text = """\
network.hidden_layers: [[8], [16, 8]]
network.activation: [relu, tanh]
features.price_context: [true, false]
network.dropout: [0, 0.25]
"""
    found = dimensions(text)
    assert {each.kind for each in found} == {"choice"}
    assert [each.choices for each in found] == [
        ([8], [16, 8]),
        ("relu", "tanh"),
        (True, False),
        (0, 0.25),
    ]
    layers = found[0]
    assert layers.value(label([16, 8])) == [16, 8]
    assert layers.drawn([8]) == label([8])
    assert layers.drawn([30, 15]) is None


@pytest.mark.parametrize(
    ("line", "found", "expected", "near"),
    [
        ("network.hiden_layers: [[8], [16]]", "there is no 'hiden_layers' under network", "has", "hidden_layers"),
        ("netwrk.dropout: {low: 0, high: 1}", "there is no 'netwrk' in a strategy", "has", "network"),
        ("network.q: {low: 0, high: 1}", "there is no 'q' under network", "hidden_layers, activation, dropout", ""),
        ("network: {low: 0, high: 1}", "is a section", "hidden_layers, activation, dropout", ""),
        ("labels.threshold.x: {low: 0, high: 1}", "nothing below labels.threshold", "write labels.threshold", ""),
        ("fuzzy_sets.rsi.sets.low.parameters[4]: {low: 0, high: 1}", "parameters[4]", "from 0 to 3", ""),
        ("fuzzy_sets.rsi.sets.low.parameters[x]: {low: 0, high: 1}", "is no path", "parameters[2]", ""),
        ("labels..threshold: {low: 0, high: 1}", "is no path", "dots between", ""),
        ("labels.threshold: 0.5", "is 0.5", "low: 1", ""),
        ("labels.threshold: {low: 0.5, hihg: 1}", "unknown key 'hihg'", "low, high, log, step", "high"),
        ("labels.threshold: {low: 0.5}", "high is missing", "a number", ""),
        ("labels.threshold: {low: a, high: 1}", "low is 'a'", "a number", ""),
        ("labels.threshold: {low: true, high: 2}", "low is True", "a number", ""),
        ("labels.threshold: {low: .inf, high: 2}", "low is inf", "a number", ""),
        ("labels.threshold: {low: 2, high: 1}", "low is 2 and high 1", "below the high", ""),
        ("labels.threshold: {low: 0, high: 1, log: true}", "low is 0 with log", "above 0", ""),
        ("labels.threshold: {low: 1, high: 2, log: 3}", "log is 3", "true or false", ""),
        ("labels.threshold: {low: 1, high: 2, step: 3}", "step is 3", "within the range", ""),
        ("labels.threshold: {low: 1, high: 2, step: 0}", "step is 0", "within the range", ""),
        ("labels.threshold: {low: 1, high: 3, step: 1, log: true}", "step is 1", "without log", ""),
        ("indicators.rsi.period: {low: 7.5, high: 20}", "low is 7.5", "whole number", ""),
        ("network.activation: {low: 1, high: 2}", "is 'relu' in the strategy", "list of values", ""),
        ("network.hidden_layers: {low: 8, high: 16}", "is [30, 15] in the strategy", "list of values", ""),
        ("features.price_context: {low: 0, high: 1}", "is True in the strategy", "list of values", ""),
        ("labels.threshold: [1]", "has 1 choices", "two different values", ""),
        ("labels.threshold: [1, 1]", "has 2 choices", "each once", ""),
        ("labels.threshold: []", "has 0 choices", "two different values", ""),
    ],
)
def test_a_wrong_line_is_told_with_its_place(line: str, found: str, expected: str, near: str) -> None:
    ((at, column, said, wanted, suggestion),) = problems(f"# a comment\nnetwork.dropout: {{low: 0, high: 0.5}}\n{line}")
    assert (at, column, suggestion) == (3, 1, near)
    assert found in said
    assert expected in wanted


def test_every_wrong_line_is_told_at_once_in_order() -> None:
    found = problems("a.b: [1, 2]\nnetwork.dropout: {low: 0, high: 0.5}\nlabels.treshold: [1, 2]\n")
    assert [entry[0] for entry in found] == [1, 3]


@pytest.mark.parametrize("other", ["parameters[2]: {low: 1, high: 2}", "parameters: [[0, 1], [0, 2]]"])
def test_paths_that_overlap_are_refused(other: str) -> None:
    path = "fuzzy_sets.rsi.sets.low."
    first = f"{path}parameters: [[0, 1, 2, 3], [0, 1, 2, 4]]\n"
    if other.startswith("parameters:"):
        first = f"{path}parameters[2]: {{low: 1, high: 2}}\n"
    ((line, _, found, *_),) = problems(f"{first}{path}{other}")
    assert line == 2
    assert "overlaps with fuzzy_sets.rsi.sets.low.parameters" in found


def test_a_path_that_is_given_twice_is_told() -> None:
    found = problems("labels.threshold: [1, 2]\nlabels.threshold: [1, 3]\n")
    assert found[-1][2] == "given twice"


@pytest.mark.parametrize("text", ["", "[]", "just words", "{}", "null"])
def test_a_file_that_names_nothing_is_refused(text: str) -> None:
    ((line, _, found, expected, _),) = problems(text)
    assert (line, found) == (1, "names nothing to vary")
    assert "training.learning_rate" in expected


def test_text_that_is_no_yaml_is_told_with_its_line() -> None:
    ((line, _, found, *_),) = problems("labels.threshold: {low: 1\nnetwork: [")
    assert line == 2
    assert "not valid YAML" in found


@given(st.floats(0.001, 50.0), st.integers(-3, 3))
def test_a_drawn_number_is_kept_to_what_the_file_will_hold(drawn: float, power: int) -> None:
    dimension = Dimension("x", ("x",), "float", 0.001 * 10.0**power, 50.0 * 10.0**power)
    value = dimension.value(drawn * 10.0**power)
    assert dimension.low <= value <= dimension.high
    assert value == pytest.approx(drawn * 10.0**power, rel=1e-5)
    assert dimension.value(value) == value
    assert len(f"{value:.17g}".rstrip("0")) <= 24
    assert value in (float(f"{value:.6g}"), dimension.low, dimension.high)


@pytest.mark.parametrize(
    ("dimension", "value", "drawn"),
    [
        (Dimension("x", ("x",), "float", 1, 2), 1.5, 1.5),
        (Dimension("x", ("x",), "float", 1, 2), 2.5, None),
        (Dimension("x", ("x",), "float", 1, 2), None, None),
        (Dimension("x", ("x",), "float", 1, 2, step=0.25), 1.75, 1.75),
        (Dimension("x", ("x",), "float", 1, 2, step=0.25), 1.8, None),
        (Dimension("x", ("x",), "int", 7, 28, step=7), 14, 14),
        (Dimension("x", ("x",), "int", 7, 28, step=7), 15, None),
        (Dimension("x", ("x",), "choice", choices=("a", "b")), "b", '"b"'),
        (Dimension("x", ("x",), "choice", choices=(1, 2)), 3, None),
    ],
)
def test_the_strategys_own_value_is_drawn_only_where_it_can_be(dimension: Dimension, value: Any, drawn: Any) -> None:
    assert dimension.drawn(value) == drawn


def test_the_ends_are_what_the_strategy_would_be_given() -> None:
    assert Dimension("x", ("x",), "int", 7.0, 28.0).ends() == (7, 28)
    assert Dimension("x", ("x",), "float", 1, 2).ends() == (1, 2)
    assert Dimension("x", ("x",), "choice", choices=("a", [1])).ends() == ("a", [1])


def test_documents_say_what_was_asked() -> None:
    found = dimensions("indicators.rsi.period: {low: 7, high: 28, step: 7}\nnetwork.activation: [relu, tanh]\n")
    assert [each.document() for each in found] == [
        {"low": 7, "high": 28, "log": False, "step": 7},
        {"choices": ["relu", "tanh"]},
    ]


def test_values_are_put_in_place_and_nothing_else_changes() -> None:
    changes = {
        ("fuzzy_sets", "rsi", "sets", "low", "parameters", "2"): 25.0,
        ("network", "hidden_layers"): [8],
        ("labels", "threshold"): 0.5,
    }
    content = applied(BASE, changes)
    assert content["fuzzy_sets"]["rsi"]["sets"]["low"]["parameters"] == [0.0, 10.0, 25.0, 50.0]
    assert content["network"] == {"hidden_layers": [8], "activation": "relu", "dropout": 0.2}
    assert BASE["fuzzy_sets"]["rsi"]["sets"]["low"]["parameters"][2] == 30.0
    assert BASE["network"]["hidden_layers"] == [30, 15]
    for keys, value in changes.items():
        assert found_at(content, keys) == value
    content["network"]["hidden_layers"].append(1)
    assert changes["network", "hidden_layers"] == [8]
