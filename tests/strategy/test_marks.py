"""The place of every entry of a YAML text, and YAML that is broken, hostile or too much."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import Problem, StrategyProblem
from ktrdr_app.strategy.marks import DEEPEST, MOST_ENTRIES, read_marked
from tests.strategy.texts import SHIPPED, VALID, shipped_text

TEXTS = [VALID, *map(shipped_text, SHIPPED)]


def _problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(StrategyProblem) as caught:
        read_marked(text, "s.yaml")
    return caught.value.problems


def _leaves(content: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Return every path of the content with what stands there."""
    found = {path: content}
    pairs = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in pairs:
        found |= _leaves(value, (*path, str(key)))
    return found


@pytest.mark.parametrize("text", TEXTS, ids=["small", *SHIPPED])
def test_content_is_that_of_the_safe_loader(text: str) -> None:
    assert read_marked(text, "x")[0] == yaml.safe_load(text)


@pytest.mark.parametrize("text", TEXTS, ids=["small", *SHIPPED])
def test_each_mark_points_at_its_own_text(text: str) -> None:
    content, marks = read_marked(text, "x")
    lines = text.splitlines()
    assert set(marks) == set(_leaves(content))
    for path, value in _leaves(content).items():
        line, column = marks[path]
        there = lines[line - 1][column - 1 :]
        if path and not path[-1].isdigit():
            assert there.startswith(f"{path[-1]}:"), path
        elif path:
            assert yaml.safe_load(there.partition(",")[0].partition("]")[0]) == value


def test_places_are_counted_from_one() -> None:
    text = "# a comment\n\na: 1\nb:\n  - x\n  - {c: 2, 'd e': [3]}\n? f\n: 4\n"
    marks = read_marked(text, "x")[1]
    assert marks == {
        (): (3, 1),
        ("a",): (3, 1),
        ("b",): (4, 1),
        ("b", "0"): (5, 5),
        ("b", "1"): (6, 5),
        ("b", "1", "c"): (6, 6),
        ("b", "1", "d e"): (6, 12),
        ("b", "1", "d e", "0"): (6, 20),
        ("f",): (7, 3),
    }


keys = st.text("abcxyz_", min_size=1, max_size=5)
contents = st.dictionaries(
    keys,
    st.recursive(
        st.integers(-9, 9) | st.booleans() | st.text("abc ", max_size=4),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
        max_leaves=8,
    ),
    min_size=1,
    max_size=4,
)


@given(content=contents, flow=st.sampled_from([True, False, None]))
def test_any_document_comes_back_with_a_place_for_each_entry(content: dict[str, Any], flow: bool | None) -> None:
    text = yaml.safe_dump(content, default_flow_style=flow, sort_keys=False)
    found, marks = read_marked(text, "x")
    assert found == content
    assert set(marks) == set(_leaves(content))
    lines = text.splitlines()
    for path, (line, column) in marks.items():
        if path and path[-1] in str(lines) and not path[-1].isdigit():
            assert lines[line - 1][column - 1 :].lstrip("?'\" ").startswith(path[-1])


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing but a comment\n", "---\n", "null", "~"])
def test_a_file_without_content_is_none(text: str) -> None:
    assert read_marked(text, "x")[0] is None


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read_marked("\ufeffname: x\n", "x")[0] == {"name": "x"}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_of_every_system_count_as_one_line(end: str) -> None:
    assert read_marked(f"a: 1{end}b: 2{end}", "x")[1]["b",] == (2, 1)


def test_keys_given_twice_are_all_named_with_both_lines() -> None:
    text = "a: 1\nb:\n  c: {d: 1, d: 2}\n  e: 1\n  e: 2\na: 3\na: 4\n"
    assert [(p.path, p.line, p.column, p.found, p.expected) for p in _problems(text)] == [
        ("b.c.d", 3, 13, "given twice", "it is already on line 3; keep one"),
        ("b.e", 5, 3, "given twice", "it is already on line 4; keep one"),
        ("a", 6, 1, "given twice", "it is already on line 1; keep one"),
        ("a", 7, 1, "given twice", "it is already on line 1; keep one"),
    ]


def test_the_same_key_in_two_places_is_no_double() -> None:
    assert read_marked("a: {x: 1}\nb: {x: 1}\nc: [{x: 1}, {x: 2}]\n", "x")[0]["c"] == [{"x": 1}, {"x": 2}]


FAULTS = [
    ("a: [1, 2", 1, 9, "not valid YAML: expected ',' or ']', but got '<stream end>'"),
    ("a: {b: 1", 1, 9, "not valid YAML: expected ',' or '}', but got '<stream end>'"),
    ("a: 1\n b: 2\n", 2, 3, "not valid YAML: mapping values are not allowed here"),
    ("a: b: c\n", 1, 5, "not valid YAML: mapping values are not allowed here"),
    ("a:\n\tb: 1\n", 2, 1, "not valid YAML: found character '\\t' that cannot start any token"),
    ("a: 'open\n", 2, 1, "not valid YAML: found unexpected end of stream"),
    ("a: *nowhere\n", 1, 4, "not valid YAML: found undefined alias 'nowhere'"),
    ("a: 1\n---\nb: 2\n", 2, 1, "not valid YAML: but found another document"),
    ("a: %x\n", 1, 4, "not valid YAML: found character '%' that cannot start any token"),
    ("a: 1\nb: @x\n", 2, 4, "not valid YAML: found character '@' that cannot start any token"),
    ("x:\n  ? [1]\n  : 2\n", 2, 5, "not valid YAML: found unhashable key"),
    ("a: 1\n<<: 3\n", 2, 5, "not valid YAML: expected a mapping or list of mappings for merging, but found scalar"),
    ("a: 2020-13-45\n", 1, 4, "not valid YAML: '2020-13-45' is no timestamp"),
    ("a: 1\nb: !!timestamp noon\n", 2, 4, "not valid YAML: 'noon' is no timestamp"),
    ("a: !!int many\n", 1, 4, "not valid YAML: 'many' is no int"),
    ("a: [1, 0x_]\n", 1, 8, "not valid YAML: '0x_' is no int"),
    ("a: !!float half\n", 1, 4, "not valid YAML: 'half' is no float"),
    ("a: !!bool perhaps\n", 1, 4, "not valid YAML: 'perhaps' is no bool"),
    (f"a: {'9' * 5000}\n", 1, 4, f"not valid YAML: '{'9' * 40}' is no int"),
    ("a: 1\nb: x\0y\n", 2, 5, "not valid YAML: the character '\\x00'"),
    ("\x07", 1, 1, "not valid YAML: the character '\\x07'"),
]


@pytest.mark.parametrize(("text", "line", "column", "found"), FAULTS, ids=[repr(fault[0][:20]) for fault in FAULTS])
def test_broken_yaml_is_one_problem_with_its_place(text: str, line: int, column: int, found: str) -> None:
    (problem,) = _problems(text)
    assert (problem.path, problem.line, problem.column, problem.found) == ("file", line, column, found)
    assert problem.expected
    assert "\n" not in str(problem)


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system [true]", "!!python/name:os.system", "!custom 1", "!!python/tuple [1]"]
)
def test_objects_are_never_made(tag: str) -> None:
    (problem,) = _problems(f"a: {tag}\n")
    assert problem.found.startswith("not valid YAML: could not determine a constructor for the tag")
    assert (problem.line, problem.column) == (1, 4)


def test_anchors_and_merge_keys_may_be_used() -> None:
    text = "base: &base {a: 1, b: [1, 2]}\nuse: {<<: *base, a: 3}\nagain: *base\n"
    content, marks = read_marked(text, "x")
    assert content["use"] == {"a": 3, "b": [1, 2]}
    assert content["again"] == content["base"]
    assert marks["again",] == (3, 1)


TOO_LARGE = {
    "itself": "a: &a [*a]\n",
    "itself in a mapping": "a: &a {b: *a, c: *a}\n",
    "laughs": "\n".join(
        ["a0: &a0 [lol, lol]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))]
    ),
    "merged laughs": "\n".join(
        ["a0: &a0 {x: 1}", *(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 12))]
    ),
    "deep": "a: " + "[" * (DEEPEST + 5) + "]" * (DEEPEST + 5),
    "deeper than Python": "[" * 3000,
    "long": "a: [" + "1," * MOST_ENTRIES + "1]",
}


@pytest.mark.parametrize("text", TOO_LARGE.values(), ids=TOO_LARGE)
def test_what_would_grow_without_end_is_refused(text: str) -> None:
    (problem,) = _problems(text)
    assert problem.path == "file"
    assert problem.found == "not valid YAML: nested too deep, or too long"
    assert problem.expected.startswith("at most 30 levels and 20000 entries")


@pytest.mark.parametrize("text", ['name: "\\U00110000"', 'a: ["\\UFFFFFFFF"]', '"\\U80000000": b'])
def test_an_escape_that_is_no_character_is_told(text: str) -> None:
    (problem,) = _problems(text)
    assert problem.found == "not valid YAML: a \\U escape that is no character"
    assert "0010FFFF" in problem.expected
    assert read_marked('name: "\\U0010FFFF"', "x")[0] == {"name": "\U0010ffff"}


def test_what_is_just_small_enough_passes() -> None:
    deep = "a: " + "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1)
    read_marked(deep, "x")
    assert len(read_marked("a: [" + "1," * (MOST_ENTRIES - 3) + "1]", "x")[1]) == MOST_ENTRIES


@pytest.mark.parametrize(
    "value",
    [
        '!!int ""',
        '!!int "-"',
        '!!float ""',
        "1" + ":59" * 200 + ".0",
        "!!int 0b",
        "!!bool x",
        '!!binary "x"',
        "2020-13-45",
        "1" + "0" * 5000,
    ],
)
def test_a_value_that_no_tag_can_hold_is_told_with_its_line(value: str) -> None:
    with pytest.raises(StrategyProblem) as caught:
        read_marked(f"name: a\n\nlabels: {value}\n", "a.yaml")
    (problem,) = caught.value.problems
    assert (problem.line, problem.column) == (3, 9)
    assert "not valid YAML" in problem.found
