"""Changes in YAML texts: read back by PyYAML as the change means, with every other character where it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.strategy.yaml_text import (
    AliasNode,
    added,
    appended,
    edited,
    entries,
    flow,
    nodes_of,
    number,
    removed,
    reordered,
    replaced,
    word,
)

LIST = {
    "flow": "x: [1, 2, 3]  # three\ny: 9\n",
    "block": "x:\n  # one\n  - 1  # first\n  - 2\n\n  # two\n  - 3\ny: 9\n",
}
MAP = {"flow": "x: {a: 1,  b: 2, c: 3}\ny: 9\n", "block": "x:\n    a: 1  # low\n    b:\n      2\n    c: 3\ny: 9\n"}


def at(text: str, *keys: str | int) -> Any:
    """Return the node under some keys and places."""
    node: Any = nodes_of(text)
    for key in keys:
        node = node.value[key] if isinstance(key, int) else entries(node)[key][1]
    return node


def lines_gone(before: str, after: str) -> list[str]:
    """Return the lines that a change took out or altered."""
    kept = after.splitlines()
    return [line for line in before.splitlines() if line not in kept]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_read_back_to_the_last_digit(value: float) -> None:
    found = yaml.safe_load(number(value))
    assert type(found) in (int, float)
    assert found == value


@pytest.mark.parametrize(
    ("value", "text"), [(30.0, "30"), (-0.25, "-0.25"), (1e16, "1.0e+16"), (1.5e-7, "1.5e-07"), (1e-5, "1.0e-05")]
)
def test_numbers_have_no_point_they_do_not_need(value: float, text: str) -> None:
    assert number(value) == text


@given(st.text(max_size=12))
def test_words_read_back_as_text_in_every_place(name: str) -> None:
    assert yaml.safe_load(word(name)) == name
    assert yaml.safe_load(f"{{{word(name)}: [{word(name)}]}}") == {name: [name]}
    assert yaml.safe_load(f"- {word(name)}: {word(name)}\n") == [{name: name}]


@pytest.mark.parametrize("name", ["no", "Yes", "null", "true", "on", "12", "1e3", "", "a b", "a:b", "#a", "-", "~"])
def test_what_yaml_would_take_for_something_else_is_quoted(name: str) -> None:
    assert word(name) == f'"{name}"'


@pytest.mark.parametrize("name", ["low", "_low", "Low_2"])
def test_plain_words_stay_plain(name: str) -> None:
    assert word(name) == name


def test_an_alias_is_a_node_of_its_own_with_its_own_place() -> None:
    text = "a: &kept [1, 2]\nb: *kept\n"
    alias = at(text, "b")
    assert isinstance(alias, AliasNode)
    assert edited(text, [replaced(alias, "[3]")]) == "a: &kept [1, 2]\nb: [3]\n"
    assert nodes_of("") is nodes_of("# nothing\n") is None


def test_merge_keys_are_no_entries_and_other_nodes_have_none() -> None:
    node = at("base: &base {a: 1}\nx:\n  <<: *base\n  b: 2\n", "x")
    assert list(entries(node)) == ["b"]
    assert entries(None) == entries(at("x: [1]", "x")) == entries(at("x: word", "x")) == {}


@given(order=st.permutations(range(4)))
def test_edits_mean_the_places_of_the_text_before_them(order: Sequence[int]) -> None:
    edits = [(0, 1, "one"), (2, 3, ""), (4, 4, "+"), (5, 6, "six")]
    assert edited("abcdef", [edits[place] for place in order]) == "onebd+esix"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x: [1, 2]  # old\ny: 1\n", "x: new  # old\ny: 1\n"),
        ("x: 'quoted'  # old\ny: 1\n", "x: new  # old\ny: 1\n"),
        ("x:\n  - 1\n  - 2  # old\n# end\ny: 1\n", "x:\n  new  # old\n# end\ny: 1\n"),
        ("x:\n  a:\n    b: 2\n\n  # said of y\ny: 1\n", "x:\n  new\n\n  # said of y\ny: 1\n"),
    ],
)
def test_a_value_gives_way_without_its_comments(text: str, expected: str) -> None:
    assert edited(text, [replaced(at(text, "x"), "new")]) == expected
    assert yaml.safe_load(expected) == {"x": "new", "y": 1}


@pytest.mark.parametrize("style", LIST)
@pytest.mark.parametrize("after", [-1, 0, 1, 2])
def test_items_come_behind_the_place_they_are_meant_for(style: str, after: int) -> None:
    text = LIST[style]
    made = edited(text, added(text, at(text, "x"), after, ["7", "[8]"]))
    items: list[Any] = [1, 2, 3]
    items[after + 1 : after + 1] = [7, [8]]
    assert yaml.safe_load(made) == {"x": items, "y": 9}
    assert len(made) > len(text)
    assert lines_gone(text, made) == ([text.splitlines()[0]] if style == "flow" else [])


@pytest.mark.parametrize("style", MAP)
@pytest.mark.parametrize("after", [-1, 0, 1, 2])
def test_keys_come_behind_the_place_they_are_meant_for(style: str, after: int) -> None:
    text = MAP[style]
    made = edited(text, added(text, at(text, "x"), after, ["new: [7, 8]"]))
    names = ["a", "b", "c"]
    names.insert(after + 1, "new")
    found = yaml.safe_load(made)
    assert list(found["x"]) == names
    assert found == {"x": {"a": 1, "b": 2, "c": 3, "new": [7, 8]}, "y": 9}


def test_an_entry_of_many_lines_gets_the_indentation_of_its_block() -> None:
    text = MAP["block"]
    made = edited(text, appended(text, at(text, "x"), ["d:\n  e: 4\n  f: 5", "g: 6"]))
    assert made == text.replace("    c: 3\n", "    c: 3\n    d:\n      e: 4\n      f: 5\n    g: 6\n")
    assert yaml.safe_load(made)["x"]["d"] == {"e": 4, "f": 5}


def test_a_comment_behind_the_last_entry_stays_with_it() -> None:
    text = "x:\n- 1\n- 2  # last"  # the file ends without a line feed
    assert edited(text, appended(text, at(text, "x"), ["3"])) == "x:\n- 1\n- 2  # last\n- 3"


def test_nothing_to_add_is_no_change() -> None:
    assert appended(LIST["flow"], at(LIST["flow"], "x"), []) == []


@pytest.mark.parametrize("text", [*LIST.values(), *MAP.values()])
@pytest.mark.parametrize("position", [0, 1, 2])
def test_an_entry_goes_and_what_is_said_on_lines_of_their_own_stays(text: str, position: int) -> None:
    made = edited(text, removed(text, at(text, "x"), position))
    whole = yaml.safe_load(text)["x"]
    left = list(whole.items() if isinstance(whole, dict) else whole)
    left.pop(position)
    assert yaml.safe_load(made) == {"x": dict(left) if isinstance(whole, dict) else left, "y": 9}
    for line in text.splitlines():
        assert not line.lstrip().startswith("#") or line in made.splitlines()


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [("x: [1]\n", 0, "x: []\n"), ("x: [1 , 2]\n", 1, "x: [1]\n"), ("x: [1,  2, 3]\n", 0, "x: [2, 3]\n")],
)
def test_commas_and_blanks_go_with_their_entries(text: str, position: int, expected: str) -> None:
    assert edited(text, removed(text, at(text, "x"), position)) == expected


@pytest.mark.parametrize("text", ["x: [\n  1, # one\n  2, # two, too\n  3]\n", "x: [1, [\n  # kept, too\n  2], 3]\n"])
@pytest.mark.parametrize("position", [0, 1, 2])
def test_commas_that_stand_in_comments_are_none(text: str, position: int) -> None:
    made = edited(text, removed(text, at(text, "x"), position))
    items = yaml.safe_load(text)["x"]
    assert yaml.safe_load(made)["x"] == items[:position] + items[position + 1 :]
    assert made.count("#") == text.count("#")


def test_entries_change_places_with_the_comments_behind_them() -> None:
    text = "x:\n  a: 1  # first\n  # between\n  b: [2,\n    3]\n  c: 4\n"
    made = edited(text, reordered(text, at(text, "x"), [2, 0, 1]))
    assert made == "x:\n  c: 4\n  # between\n  a: 1  # first\n  b: [2,\n    3]\n"
    flow = "x: {a: 1,  b: {c: 2}} # end\n"
    assert edited(flow, reordered(flow, at(flow, "x"), [1, 0])) == "x: {b: {c: 2},  a: 1} # end\n"
    assert reordered(text, at(text, "x"), [0, 1, 2]) == []


def test_line_feeds_of_windows_stay_those_of_windows() -> None:
    text = LIST["block"].replace("\n", "\r\n")
    node = at(text, "x")
    for change in (appended(text, node, ["4"]), added(text, node, -1, ["0"]), removed(text, node, 1)):
        made = edited(text, change)
        assert made.count("\n") == made.count("\r\n")
        assert "\r\r" not in made
    swapped = "a: 1  # one\r\nb: 2\r\n"
    assert edited(swapped, reordered(swapped, nodes_of(swapped), [1, 0])) == "b: 2\r\na: 1  # one\r\n"  # type: ignore[arg-type]


SCALARS = st.integers(-99, 99)
COMMENTS = st.sampled_from(["", "  # note, [odd] {one}", "   "])
ABOVE = st.sampled_from([[], ["# said: above"], [""], ["", "# two", "# lines"]])


@given(
    items=st.lists(st.tuples(SCALARS, COMMENTS, ABOVE), min_size=2, max_size=6),
    indent=st.integers(0, 3),
    places=st.tuples(st.integers(0, 9), st.integers(-1, 9)),
)
def test_lists_in_blocks_lose_and_gain_items_whatever_is_said_around_them(
    items: list[tuple[int, str, list[str]]], indent: int, places: tuple[int, int]
) -> None:
    lines = ["x:"]
    for value, comment, above in items:
        lines += [*(" " * indent + line if line else line for line in above), f"{' ' * indent}- {value}{comment}"]
    text = "\n".join([*lines, "y: 9", ""])
    values = [value for value, _, _ in items]
    gone, after = places[0] % len(values), max(-1, places[1] % (len(values) + 1) - 1)
    without = edited(text, removed(text, at(text, "x"), gone))
    assert yaml.safe_load(without) == {"x": values[:gone] + values[gone + 1 :], "y": 9}
    own = [line for line in text.splitlines() if line.lstrip().startswith("#")]
    assert [line for line in without.splitlines() if line.lstrip().startswith("#")] == own
    more = edited(text, added(text, at(text, "x"), after, ["1000"]))
    assert yaml.safe_load(more)["x"] == [*values[: after + 1], 1000, *values[after + 1 :]]
    assert not lines_gone(text, more)


@given(
    items=st.lists(st.tuples(SCALARS, st.sampled_from([" ", "", "  ", "\n  "])), min_size=2, max_size=6),
    places=st.tuples(st.integers(0, 9), st.integers(-1, 9)),
)
def test_flows_lose_and_gain_entries_however_they_are_spaced(
    items: list[tuple[int, str]], places: tuple[int, int]
) -> None:
    names = [f"k{place}" for place in range(len(items))]
    text = (
        "x: {" + ",".join(f"{gap}{key}: {value}" for key, (value, gap) in zip(names, items, strict=True)) + "}\ny: 9\n"
    )
    whole = yaml.safe_load(text)["x"]
    gone, after = names[places[0] % len(names)], max(-1, places[1] % (len(names) + 1) - 1)
    without = edited(text, removed(text, at(text, "x"), names.index(gone)))
    assert yaml.safe_load(without) == {"x": {key: whole[key] for key in names if key != gone}, "y": 9}
    more = yaml.safe_load(edited(text, added(text, at(text, "x"), after, ["new: 1000"])))
    assert list(more["x"]) == [*names[: after + 1], "new", *names[after + 1 :]]
    assert more == {"x": whole | {"new": 1000}, "y": 9}


VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_a_value_in_flow_style_reads_back_alone_and_inside_others(value: Any) -> None:
    for text, said in ((f"k: {flow(value)}", {"k": value}), (f"{{k: [{flow(value)}]}}", {"k": [value]})):
        assert "\n" not in text
        assert yaml.safe_load(text) == said
