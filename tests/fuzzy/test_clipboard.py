"""Sets as YAML text: what was copied pastes back, whatever stands around it; what is wrong is told with its place."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.core.errors import Problem, StrategyProblem
from ktrdr_app.fuzzy import sets_from_yaml, sets_to_yaml
from ktrdr_app.fuzzy.clipboard import MOST_LETTERS
from ktrdr_app.strategy.schema import FuzzySet

SETS = {
    "low": FuzzySet(type="trapezoidal", parameters=[0, 10, 25, 40], shoulder="left"),
    "on": FuzzySet(type="triangular", parameters=[25, 50.25, 75]),
    "bell": FuzzySet(type="gaussian", parameters=[-3, 1e-7]),
}


def test_a_copy_is_yaml_that_any_reader_understands() -> None:
    assert yaml.safe_load(sets_to_yaml("rsi", SETS)) == {
        "rsi": {
            "sets": {
                "low": {"type": "trapezoidal", "parameters": [0, 10, 25, 40], "shoulder": "left"},
                "on": {"type": "triangular", "parameters": [25, 50.25, 75]},
                "bell": {"type": "gaussian", "parameters": [-3, 1e-7]},
            }
        }
    }


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=8).filter(lambda key: key not in ("sets", "fuzzy_sets", "parameters")),
        st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3, unique=True).map(sorted),
        min_size=1,
        max_size=4,
    )
)
def test_a_copy_pastes_back_to_the_last_digit_and_in_order(numbers: dict[str, list[float]]) -> None:
    sets = {key: FuzzySet(type="triangular", parameters=values) for key, values in numbers.items()}
    found = sets_from_yaml(sets_to_yaml("rsi", sets))
    assert list(found.items()) == list(sets.items())


SHORT = "low: {type: gaussian, parameters: [1, 2]}"


@pytest.mark.parametrize(
    "text",
    [
        SHORT,
        f"  # a comment\n  {SHORT}  # and one behind",
        f"sets:\n  {SHORT}",
        f"rsi:\n  sets:\n    {SHORT}",
        f"rsi:\n  form: raw\n  sets:\n    {SHORT}",
        f"fuzzy_sets:\n  rsi:\n    sets:\n      {SHORT}",
        f"fuzzy_sets:\n  rsi: {{sets: {{{SHORT}}}}}\n  sma: {{sets: {{high: {{type: gaussian, parameters: [9, 9]}}}}}}",
        f"name: quick\nfuzzy_sets:\n  rsi: {{sets: {{{SHORT}}}}}",
        f"      rsi:\n        sets:\n          {SHORT}\n",
    ],
)
def test_sets_are_found_whatever_stands_around_them(text: str) -> None:
    assert sets_from_yaml(text, "rsi") == {"low": FuzzySet(type="gaussian", parameters=[1, 2])}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 0, "empty"),
        ("just words", 0, "a str"),
        ("- 1\n- 2", 0, "a list"),
        ("low: {type: gaussian, parameters: [1, 2]", 1, ""),
        ("a: {type: gaussian, parameters: [1, 2]}\nb: {type: gaussian, parameters: [1, -2]}", 2, "b"),
        ("a:\n  type: sigmoid\n  parameters: [1, 2]", 2, "a.type"),
        ("a: {type: triangular, parameters: [3, 2, 1]}", 1, "a"),
        ("a: {type: gaussian, parameters: [1, 2]}\na: {type: gaussian, parameters: [1, 2]}", 2, "a"),
        ("a: !!python/object:os.system {}", 1, ""),
        ("x" * (MOST_LETTERS + 1), 0, "letters"),
    ],
)
def test_what_is_no_set_is_told_with_its_place(text: str, line: int, said: str) -> None:
    with pytest.raises(StrategyProblem) as caught:
        sets_from_yaml(text, "rsi")
    problem = caught.value.problems[0]
    assert problem.line == line
    assert said in f"{problem.path} {problem.found}"
    assert problem.expected
    assert caught.value.where.startswith("clipboard")


def test_several_inputs_of_which_none_is_meant_are_refused() -> None:
    text = "a: {sets: {x: {type: gaussian, parameters: [1, 2]}}}\nb: {sets: {x: {type: gaussian, parameters: [1, 2]}}}"
    with pytest.raises(StrategyProblem):
        sets_from_yaml(text, "rsi")


@pytest.mark.parametrize("name", ["on", "No", "null", "~", "12", "1.5", "2020-01-01", "0x1F"])
@pytest.mark.parametrize("around", ["", "rsi:\n  sets:\n", "fuzzy_sets:\n  rsi:\n    sets:\n"])
def test_a_name_that_yaml_reads_as_no_text_is_told_as_it_is_written(name: str, around: str) -> None:
    indent = "  " * (around.count("\n"))
    text = f"{around}{indent}{SHORT}\n{indent}{name}: {{type: gaussian, parameters: [3, 4]}}\n"
    with pytest.raises(StrategyProblem) as caught:
        sets_from_yaml(text, "rsi")
    (problem,) = caught.value.problems
    assert (problem.line, problem.column) == (text.count("\n"), len(indent) + 1)
    assert problem.path.split(".", around.count("\n"))[-1] == name
    quoted = text.replace(f"{name}: ", f"{problem.expected}: ")
    assert list(sets_from_yaml(quoted, "rsi")) == ["low", name], "what is advised helps"


@pytest.mark.parametrize("name", ["on", "~", "7", "2020-01-01"])
def test_an_input_whose_name_is_no_text_does_not_break_a_paste(name: str) -> None:
    with pytest.raises(StrategyProblem) as caught:
        sets_from_yaml(f"{name}: {{sets: {{{SHORT}}}}}", "rsi")
    assert {problem.line for problem in caught.value.problems} == {1}


@pytest.mark.parametrize("blank", [0, 1, 4])
def test_blank_lines_before_a_copy_count(blank: str) -> None:
    with pytest.raises(StrategyProblem) as caught:
        sets_from_yaml("\n" * int(blank) + f"{SHORT}\nhigh: {{type: gaussian, parameters: [1]}}")
    assert caught.value.problems[0].line == int(blank) + 2


PIECES = [
    "on",
    "low",
    "sets",
    "rsi",
    "fuzzy_sets",
    "parameters",
    ":",
    " ",
    "\n",
    "  ",
    "- ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "&a ",
    "*a",
    "<<",
    "!!int ",
    "!!set ",
    '"',
    "'",
    "1",
    "-1",
    ".nan",
    "null",
    "#",
    "|",
    ">",
    "?",
    "%",
    "\t",
    "\x00",
    "\ud800",
    SHORT,
]


@settings(max_examples=200)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_whatever_is_pasted_gives_sets_or_a_problem_in_a_line_of_it(text: str) -> None:
    problems: tuple[Problem, ...] = ()
    sets: dict[str, FuzzySet] = {}
    try:
        sets = sets_from_yaml(text, "rsi")
    except StrategyProblem as error:
        problems = error.problems
    assert bool(sets) is not bool(problems)
    assert all(0 <= problem.line <= len(text.splitlines()) + 1 for problem in problems)
    assert not sets or sets_from_yaml(sets_to_yaml("rsi", sets)) == sets
