"""Edits of one value: they read back as asked, and not a character more is touched than must be."""

from __future__ import annotations

import copy
import json
from collections import Counter
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from ktrdr_app.core.errors import StrategyProblem
from ktrdr_app.core.paths import shipped
from ktrdr_app.strategy import text_edit
from ktrdr_app.strategy.text_edit import moved, renamed, with_value, without
from tests.strategy.layouts import Writer, own_comments, paths_of
from tests.strategy.texts import SHIPPED

ODD = """\
# A strategy   with odd blanks.
name: 'probe'   # quoted
description: "says \\"much\\""

indicators:
    rsi: {name: rsi,   period: 14}   # flow
    bands:
        name: bollinger_bands   # block
        period: 20   # bars

        multiplier: 2.0

labels: {threshold: 0.03, 'lookahead': 5}   # kept

# about the network
network:
  hidden_layers:
    - 30   # wide
    - 15
  # before the rate
  dropout: 0.2

training:
  epochs: 100   # enough
  split: {train: 0.7,   validation: 0.15, test: 0.15}
# the end
"""
TEXTS = {name: (shipped("configs") / "strategies" / f"{name}.yaml").read_text(encoding="utf-8") for name in SHIPPED}
TEXTS |= {"odd": ODD, "windows": ODD.replace("\n", "\r\n"), "no last line feed": ODD.rstrip("\n# thend")}
FIELDS: dict[tuple[str, ...], st.SearchStrategy[Any]] = {
    ("description",): st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=12),
    ("labels", "threshold"): st.floats(0, 1e6, exclude_min=True),
    ("labels", "lookahead"): st.integers(1, 1000),
    ("labels", "method"): st.sampled_from(["zigzag", "triple_barrier"]),
    ("features", "volume_context"): st.booleans(),
    ("network", "hidden_layers"): st.lists(st.integers(1, 4096), min_size=1, max_size=8),
    ("network", "dropout"): st.floats(0, 0.9),
    ("training", "epochs"): st.integers(1, 10_000),
    ("training", "per_symbol_batches"): st.sampled_from(["auto", "off"]),
    ("training", "split", "train"): st.floats(0, 1),
    ("decision", "confidence_thresholds", "paper"): st.floats(0, 1),
    ("backtest", "spread"): st.floats(0, 1),
    ("indicators", "rsi", "period"): st.integers(2, 500),
    ("indicators", "fresh"): st.fixed_dictionaries({"name": st.just("rsi"), "period": st.integers(2, 99)}),
}


def lines_of(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def put(content: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    content = copy.deepcopy(content)
    holder = content
    for key in path[:-1]:
        holder = holder.setdefault(key, {})
    holder[path[-1]] = value
    return content


def has(content: Any, path: tuple[str, ...]) -> bool:
    for key in path:
        if key not in content:
            return False
        content = content[key]
    return True


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_only_the_value_changes(data: st.DataObject) -> None:
    text = TEXTS[data.draw(st.sampled_from(sorted(TEXTS)))]
    path = data.draw(st.sampled_from(sorted(FIELDS)))
    value = data.draw(FIELDS[path])
    before = yaml.safe_load(text)
    result = with_value(text, path, value)
    assert yaml.safe_load(result) == put(before, path, value)
    old, new = lines_of(text), lines_of(result)
    if has(before, path) and not isinstance(value, list):
        assert len(old) == len(new)
        changed = [place for place, (one, other) in enumerate(zip(old, new, strict=True)) if one != other]
        assert len(changed) <= 1
        for place in changed:  # the comment behind the value stays too
            assert old[place].partition(" #")[2] == new[place].partition(" #")[2] or "#" in str(value)
    elif not has(before, path):
        back = without(result, path)
        assert yaml.safe_load(back) == before
        written = [[line.rstrip() for line in said.splitlines() if line.strip()] for said in (back, text)]
        assert written[0] == written[1], "what was put in and taken out leaves the text as it was"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_is_taken_out_is_just_that(data: st.DataObject) -> None:
    text = TEXTS[data.draw(st.sampled_from(sorted(TEXTS)))]
    content = yaml.safe_load(text)
    path = data.draw(st.sampled_from([path for path in sorted(FIELDS) if has(content, path)] or [("name",)]))
    result = without(text, path)
    wanted = copy.deepcopy(content)
    above = [wanted]
    for key in path[:-1]:
        above.append(above[-1][key])
    for holder, key in zip(reversed(above), reversed(path), strict=True):
        del holder[key]
        if holder:
            break
    assert yaml.safe_load(result) == wanted
    touched = list((Counter(lines_of(result)) - Counter(lines_of(text))).elements())
    assert len(touched) <= 1, "at most the line that held the entry beside others is another"
    comments = [line.strip() for line in text.splitlines() if line.lstrip().startswith("#")]
    assert [line.strip() for line in result.splitlines() if line.lstrip().startswith("#")] == comments


def test_a_comment_a_quote_and_the_blanks_stay() -> None:
    assert "epochs: 250   # enough\n" in with_value(ODD, ("training", "epochs"), 250)
    assert "name: 'it''s'   # quoted\n" in with_value(ODD, ("name",), "it's")
    assert "labels: {threshold: 0.03, 'lookahead': 7}   # kept\n" in with_value(ODD, ("labels", "lookahead"), 7)
    assert "    - 31   # wide\n    - 15\n    - 4\n" in with_value(ODD, ("network", "hidden_layers"), [31, 15, 4])


def test_a_new_entry_stands_where_the_grammar_has_it() -> None:
    text = with_value(ODD, ("training", "batch_size"), 64)
    assert "  epochs: 100   # enough\n  batch_size: 64\n  split:" in text
    text = with_value(ODD, ("network", "activation"), "tanh")
    assert "    - 15\n  activation: tanh\n  # before the rate\n" in text
    text = with_value(ODD, ("features", "scaling"), "minmax")
    assert "\n\nfeatures:\n  scaling: minmax\n\nlabels:" in text


def test_an_indicator_is_laid_out_like_its_neighbour() -> None:
    text = with_value(TEXTS["neuro_mean_reversion"], ("indicators", "atr"), {"name": "atr", "period": 14})
    assert "multiplier: 2.0}\n  atr: {name: atr, period: 14}\n\nfuzzy_sets:" in text
    text = with_value(ODD, ("indicators", "atr"), {"name": "atr", "period": 14})
    assert "        multiplier: 2.0\n    atr:\n      name: atr\n      period: 14\n\nlabels" in text


@pytest.mark.parametrize(("text", "wanted"), [("a:\nb: 1\n", "a: 5\nb: 1\n"), ("a: ~ # no\n", "a: 5 # no\n")])
def test_nothing_becomes_something(text: str, wanted: str) -> None:
    assert with_value(text, ("a",), 5) == wanted
    assert yaml.safe_load(with_value(text, ("a", "c"), 5))["a"] == {"c": 5}


def test_a_long_text_is_replaced_whole() -> None:
    text = "name: a\ndescription: >\n  one\n  two\n\nlabels: {lookahead: 5}\n"
    assert with_value(text, ("description",), "short") == "name: a\ndescription: short\n\nlabels: {lookahead: 5}\n"


def test_text_that_yaml_would_read_otherwise_is_quoted() -> None:
    for value in ("yes", "12", "a: b", "- x", "", " x ", "#", "x #y", "null", "{", "two\nlines", "1e5", "2020-01-01"):
        assert yaml.safe_load(with_value("a: b\n", ("a",), value)) == {"a": value}


def test_a_key_gets_another_name_in_its_place() -> None:
    text = renamed(ODD, ("indicators", "rsi"), "fast")
    assert text == ODD.replace("    rsi: {", "    fast: {")
    for taken in ("bands", "rsi"):
        with pytest.raises(StrategyProblem, match="cannot be rewritten"):
            renamed(ODD, ("indicators", "rsi"), taken)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(TEXTS)), st.integers(0, 9), st.integers(-1, 9))
def test_an_entry_moves_among_its_neighbours(name: str, which: int, place: int) -> None:
    text = TEXTS[name]
    before = yaml.safe_load(text)
    keys = list(before["indicators"])
    key = keys[which % len(keys)]
    result = moved(text, ("indicators", key), place)
    after = yaml.safe_load(result)
    assert after == before
    rest = [other for other in keys if other != key]
    at = max(0, min(place, len(rest)))
    assert list(after["indicators"]) == [*rest[:at], key, *rest[at:]]
    assert sorted(text.split()) == sorted(result.split())


@pytest.mark.parametrize(
    "text",
    [
        "base: &base {epochs: 5}\ntraining: *base\n",
        "base: &base {epochs: 5}\ntraining: {<<: *base}\nother: *base\n",
    ],
)
def test_what_is_shared_is_not_changed_behind_ones_back(text: str) -> None:
    with pytest.raises(StrategyProblem, match="cannot be rewritten"):
        with_value(text, ("base", "epochs"), 7)


def test_a_merged_value_can_be_overruled() -> None:
    text = "base: &base {epochs: 5}\ntraining:\n  <<: *base\n  seed: 1\n"
    assert yaml.safe_load(with_value(text, ("training", "epochs"), 7))["training"] == {"epochs": 7, "seed": 1}


@pytest.mark.parametrize("text", ["a: [1, 2\n", "", "- a\n", "a: 1\na: 2\n"])
def test_a_text_without_a_mapping_is_refused(text: str) -> None:
    with pytest.raises(StrategyProblem):
        with_value(text, ("a",), 5)


def test_what_is_not_there_need_not_go() -> None:
    assert without(ODD, ("training", "patience")) == ODD
    assert without(ODD, ("name", "deeper")) == ODD


def in_every_layout(test: Any) -> Any:
    """Run a test with texts in many layouts, what they say, and one entry of each."""

    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, 10**9), st.integers(0, 999))
    def run(seed: int, which: int) -> None:
        writer = Writer(seed)
        text = writer.text(writer.document())
        content = yaml.safe_load(text)
        paths = list(paths_of(content))
        test(text, content, paths[which % len(paths)], writer.random)

    run.__name__ = test.__name__
    return run


def reloaded(text: str) -> Any:
    """Read a text with another library too; both must agree."""
    found = yaml.safe_load(text)
    other = YAML(typ="safe", pure=True)
    other.version = (1, 1)  # type: ignore[assignment]
    assert other.load(text) == found
    return found


def holder_of(content: Any, path: tuple[str, ...]) -> Any:
    for key in path[:-1]:
        content = content[key]
    return content


@in_every_layout
def test_a_value_is_set_in_any_layout(text: str, content: Any, path: tuple[str, ...], random: Random) -> None:
    old = holder_of(content, path)[path[-1]]
    if isinstance(old, dict):
        return
    value = (
        [random.choice([7, 9]), 300] if isinstance(old, list) else random.choice([5, 0.25, True, "new", 'it\'s "q" #'])
    )
    result = with_value(text, path, value)
    holder_of(content, path)[path[-1]] = value
    assert reloaded(result) == content
    assert own_comments(result) == own_comments(text) or isinstance(old, list)
    if not isinstance(old, (list, str)):
        pairs = list(zip(lines_of(text), lines_of(result), strict=True))
        assert sum(one != other for one, other in pairs) <= 1


@in_every_layout
def test_an_entry_is_added_in_any_layout(text: str, content: Any, path: tuple[str, ...], random: Random) -> None:
    value = random.choice([5, "new", [1, 2], {"a": 1, "b": [1, 2]}])
    result = with_value(text, (*path[:-1], "fresh"), value)
    holder_of(content, path)["fresh"] = value
    assert reloaded(result) == content
    assert own_comments(result) == own_comments(text)
    if len(path) == 1:  # the top is a block: whole lines come in
        assert not Counter(lines_of(text)) - Counter(lines_of(result))


@in_every_layout
def test_an_entry_is_taken_out_in_any_layout(text: str, content: Any, path: tuple[str, ...], random: Random) -> None:
    for end in range(len(path), 0, -1):
        holder = holder_of(content, path[:end])
        del holder[path[end - 1]]
        if holder:
            break
    if not content:
        with pytest.raises(StrategyProblem):
            without(text, path)
        return
    result = without(text, path)
    assert reloaded(result) == content
    before = [line.strip() for line in lines_of(text) if line.strip().startswith("# before")]
    assert [line.strip() for line in lines_of(result) if line.strip().startswith("# before")] == before
    assert not [line for line in lines_of(result) if line.strip() in ("# two", "# h")] or "# " in str(content)


@in_every_layout
def test_a_key_is_renamed_in_any_layout(text: str, content: Any, path: tuple[str, ...], random: Random) -> None:
    name = random.choice(["fresh", "two words", "off", "1e3", "a: b", "ü"])
    result = renamed(text, path, name)
    holder = holder_of(content, path)
    pairs = [(name if key == path[-1] else key, value) for key, value in holder.items()]
    holder.clear()
    holder.update(pairs)
    assert reloaded(result) == content
    assert list(paths_of(reloaded(result))) == list(paths_of(content)), "the order stays"
    assert sum(one != other for one, other in zip(lines_of(text), lines_of(result), strict=True)) == 1


@in_every_layout
def test_an_entry_is_moved_in_any_layout(text: str, content: Any, path: tuple[str, ...], random: Random) -> None:
    place = random.randrange(3)
    result = moved(text, path, place)
    assert reloaded(result) == content
    left = [key for key in holder_of(content, path) if key != path[-1]]
    left.insert(place, path[-1])
    assert list(holder_of(reloaded(result), path)) == left
    assert own_comments(result) == own_comments(text)


LONG = "name: a\ndescription: |\n  one # two\n  # three\n\nlabels:\n  lookahead: 5\n"


def test_a_section_comes_behind_a_long_text_and_the_text_goes_whole() -> None:
    assert with_value(LONG, ("features", "scaling"), "minmax") == LONG.replace(
        "three\n\n", "three\n\nfeatures:\n  scaling: minmax\n\n"
    )
    assert without(LONG, ("description",)) == "name: a\n\nlabels:\n  lookahead: 5\n"
    assert moved(LONG, ("description",), 0).startswith("description: |\n  one # two\n  # three\nname: a\n")


@pytest.mark.parametrize("said", ["'30'", '"}"', "!!str 30", "0x1E", "3_0"])
def test_a_number_in_a_list_that_is_written_in_another_way_can_be_set(said: str) -> None:
    result = with_value(f"layers: [{said}, 15]   # c\n", ("layers",), [30, 16])
    assert yaml.safe_load(result) == {"layers": [30, 16]}
    assert result.endswith(", 16]   # c\n")
    assert (said in result) is (yaml.safe_load(said) == 30), "what means the number already stays as it is written"


def test_json_stays_json() -> None:
    text = '{"a":1,"b":{"c":"x","d":[1,2]}}'
    for result in (renamed(text, ("b", "c"), "e"), with_value(text, ("b", "c"), "z"), without(text, ("b", "d"))):
        assert json.loads(result) == yaml.safe_load(result)
    assert renamed(text, ("b", "c"), 'q"') == '{"a":1,"b":{"q\\"":"x","d":[1,2]}}'


def test_taking_out_and_moving_read_the_text_once_before_and_once_after(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    genuine = text_edit.read_marked

    def noting(text: str, where: str) -> Any:
        read.append(text)
        return genuine(text, where)

    monkeypatch.setattr(text_edit, "read_marked", noting)
    result = moved(ODD, ("indicators", "bands"), 0)
    assert read == [ODD, result]
    read.clear()
    result = without(ODD, ("labels", "threshold"))
    assert read == [ODD, result]
    read.clear()
    assert without(ODD, ("labels", "nothing")) == ODD
    assert read == [ODD]
