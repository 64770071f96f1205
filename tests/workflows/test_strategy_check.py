"""Every problem of a strategy at once: grammar, catalogue, outputs, labels; each with its place and nearest word."""

from __future__ import annotations

import pytest

from ktrdr_app.core.errors import Problem, StrategyProblem
from ktrdr_app.workflows.strategy_check import check_text
from tests.strategy.texts import SHIPPED, VALID, changed, shipped_text


def problems(text: str) -> list[Problem]:
    with pytest.raises(StrategyProblem) as caught:
        check_text(text, "x.yaml")
    return list(caught.value.problems)


# what stands there, what is written instead, path, line, column, found, expected, suggestion
BROKEN = [
    (
        *("{name: rsi, period: 14}", "{name: rsy, period: 14}", "indicators.rsi.name", 4, 9),
        *("there is no indicator 'rsy'", "known: ", "rsi"),
    ),
    (
        *("period: 14}", "perod: 14}", "indicators.rsi.perod", 4, 20),
        *("unknown parameter 'perod' of rsi", "allowed: period", "period"),
    ),
    ("period: 14}", "period: 1}", "indicators.rsi.period", 4, 20, "rsi.period is 1", "give a whole number from 2", ""),
    ("period: 14}", "period: yes}", "indicators.rsi.period", 4, 20, "rsi.period is True", "give a whole", ""),
    ("period: 14}", "period: long}", "indicators.rsi.period", 4, 20, "rsi.period is 'long'", "give a whole", ""),
    ("period: 14}", "period: [3]}", "indicators.rsi.period", 4, 20, "rsi.period is [3]", "give a whole", ""),
    (
        *("bands.upper", "bands.uper", "fuzzy_sets.width.input", 14, 5),
        *("there is no output 'uper'", "outputs of bollinger_bands: middle, upper, lower", "upper"),
    ),
    (
        *("  lookahead: 5", "  lookahead: 5\n  take_profit: 2", "labels.take_profit", 22, 3),
        *("has no effect with method: zigzag", "leave it out", ""),
    ),
    (
        *("  lookahead: 5", "  lookahead: 5\n  method: segment", "labels.lookahead", 21, 3),
        *("has no effect with method: segment", "leave it out", ""),
    ),
    (
        *("  lookahead: 5", "  lookahead: 5\n  atr_period: 9", "labels.atr_period", 22, 3),
        *("has no effect with threshold_unit: fraction", "leave it out", ""),
    ),
    ("labels:\n", "labels:\n  method: zigzig\n", "labels.method", 20, 3, "is 'zigzig'", "allowed: zigzag", "zigzag"),
]


@pytest.mark.parametrize(("old", "new", "path", "line", "column", "found", "expected", "suggestion"), BROKEN)
def test_what_the_catalogue_does_not_have_is_told_with_its_place(
    old: str, new: str, path: str, line: int, column: int, found: str, expected: str, suggestion: str
) -> None:
    (problem,) = problems(changed(old, new))
    assert (problem.path, problem.line, problem.column) == (path, line, column)
    assert problem.found == found
    assert problem.expected.startswith(expected)
    assert problem.suggestion == suggestion


def test_parameters_that_do_not_go_together_are_told_at_the_indicator() -> None:
    (problem,) = problems(changed("{name: rsi, period: 14}", "{name: macd, fast_period: 30, slow_period: 20}"))
    assert problem.path == "indicators.rsi"
    assert "fast_period" in problem.expected
    both = changed("{name: rsi, period: 14}", "{name: macd, fast_period: 30, slow_period: 40}")
    assert check_text(both, "x.yaml").strategy.indicators["rsi"].params["fast_period"] == 30


def test_mistakes_of_every_kind_are_told_together_in_file_order() -> None:
    text = VALID
    for old, new in (
        ("name: small", "nme: small"),
        ("period: 14}", "period: 1, perod: 2}"),
        ("    period: 20\n", "    period: 1\n    multiplier: -1\n"),
        ("bands.upper", "bands.uper"),
        ("atr_distance", "atr_dist"),
        ("triangular", "triangle"),
        ("[0, 1.5]", "[0, 0]"),
        ("lookahead: 5", "lookahead: 5\n  method: swings"),
        ("epochs: 3", "epochs: 0\n  epochs: 4"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    found = problems(text)
    assert [(problem.line, problem.path) for problem in found] == [
        (1, "name"),
        (1, "nme"),
        (4, "indicators.rsi.period"),
        (4, "indicators.rsi.perod"),
        (7, "indicators.bands.period"),
        (8, "indicators.bands.multiplier"),
        (13, "fuzzy_sets.rsi.sets.high.type"),
        (15, "fuzzy_sets.width.input"),
        (16, "fuzzy_sets.width.form"),
        (18, "fuzzy_sets.width.sets.wide"),
        (23, "labels.method"),
        (29, "training.epochs"),
    ]
    assert {problem.suggestion for problem in found} >= {"name", "period", "upper", "atr_distance", "triangular"}


@pytest.mark.parametrize("text", ["", "- a\n", "name: [", "indicators: 3\nfuzzy_sets: 4\nlabels: 5\n"])
def test_what_is_no_strategy_at_all_is_told_without_a_crash(text: str) -> None:
    assert problems(text)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_strategies_have_no_problem(name: str) -> None:
    assert check_text(shipped_text(name), name).strategy.name == name


def test_an_indicator_for_charts_only_is_told_from_one_that_does_not_exist() -> None:
    text = (
        "name: s\nindicators:\n  turns: {name: zigzag_line}\n"
        "fuzzy_sets: {turns: {sets: {low: {type: gaussian, parameters: [0, 1]}}}}\n"
    )
    with pytest.raises(StrategyProblem) as caught:
        check_text(text, "s.yaml")
    found = [(problem.path, problem.line) for problem in caught.value.problems if "charts only" in problem.found]
    assert found == [("indicators.turns.name", 3)]
