"""Drafts: any text is read without an error, and the form's changes do just what they say."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.core.errors import InvalidValue, Problem, StrategyProblem, UnknownName
from ktrdr_app.indicators.registry import available
from ktrdr_app.strategy.template import MINIMAL
from ktrdr_app.workflows.strategy_draft import edit_draft, mended, read_draft, unread_outputs
from ktrdr_app.workflows.strategy_fields import DraftChange
from tests.strategy.texts import VALID


def test_a_good_text_gives_everything() -> None:
    draft = read_draft(MINIMAL, "a")
    assert draft.loaded is not None
    assert draft.content == yaml.safe_load(MINIMAL)
    assert not draft.problems
    assert [entry.name for entry in draft.features][:3] == ["rsi_oversold", "rsi_neutral", "rsi_overbought"]


def test_a_faulty_text_gives_content_and_problems() -> None:
    draft = read_draft(MINIMAL.replace("lookahead", "lookahed"), "a")
    assert draft.loaded is None
    assert draft.content is not None
    (problem,) = draft.problems
    assert problem.line == MINIMAL.splitlines().index("  lookahead: 10") + 1


@pytest.mark.parametrize("text", ["a: [1, 2\nb: }", "", "- a\n", "\x07", "a: &a [*a]\n"])
def test_what_is_no_mapping_has_no_content(text: str) -> None:
    draft = read_draft(text, "a")
    assert draft.problems
    assert draft.content is None or "a" in draft.content


def test_a_renamed_indicator_is_still_read() -> None:
    text = edit_draft(VALID, [DraftChange("rename", ("indicators", "bands"), "bb")], "a")
    assert text == VALID.replace("  bands:\n", "  bb:\n").replace("bands.upper", "bb.upper")
    text = edit_draft(VALID, [DraftChange("rename", ("indicators", "rsi"), "fast")], "a")
    assert yaml.safe_load(text)["fuzzy_sets"]["rsi"]["input"] == "fast"
    assert read_draft(text, "a").loaded is not None
    assert edit_draft(VALID, [DraftChange("rename", ("indicators", "rsi"), "rsi")], "a") == VALID


@pytest.mark.parametrize("name", ["", "2nd", "a b", "a.b"])
def test_an_id_must_be_one(name: str) -> None:
    with pytest.raises(InvalidValue):
        edit_draft(VALID, [DraftChange("rename", ("indicators", "rsi"), name)], "a")


@pytest.mark.parametrize("name", [info.name for info in available()])
def test_every_indicator_can_be_added_and_read(name: str) -> None:
    text = edit_draft(MINIMAL, [DraftChange("add indicator", value=name)], "a")
    assert text.startswith(MINIMAL[: MINIMAL.index("\n# What the network")])
    draft = read_draft(text, "a")
    assert draft.loaded is not None
    assert draft.content is not None
    for output in unread_outputs(draft.content):
        text = edit_draft(text, [DraftChange("add input", value=output)], "a")
    draft = read_draft(text, "a")
    assert not draft.problems
    assert draft.content is not None
    assert not unread_outputs(draft.content)


def test_an_unknown_indicator_is_refused() -> None:
    with pytest.raises(UnknownName):
        edit_draft(MINIMAL, [DraftChange("add indicator", value="nosuch")], "a")


def test_changes_follow_each_other() -> None:
    changes = [
        DraftChange("add indicator", value="rsi"),
        DraftChange("move", ("indicators", "rsi_2"), 0),
        DraftChange("set", ("indicators", "rsi_2", "period"), 5),
        DraftChange("reset", ("labels", "lookahead")),
    ]
    content = yaml.safe_load(edit_draft(MINIMAL, changes, "a"))
    assert list(content["indicators"]) == ["rsi_2", "rsi"]
    assert content["indicators"]["rsi_2"] == {"name": "rsi", "period": 5}
    assert content["labels"] == {"threshold": 1.5, "threshold_unit": "atr"}


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("threshold_unit: atr", "threshold_unit: atrr"),
        ("lookahead: 5", "lookahed: 5"),
        ("period: 14", "perod: 14"),
        ("name: bollinger_bands", "name: bollinger_band"),
        ("input: bands.upper", "input: bands.uper"),
        ("input: bands.upper", "input: band.upper"),
        ("type: gaussian", "type: gausian"),
    ],
)
def test_what_was_meant_is_put_in(good: str, bad: str) -> None:
    text = VALID.replace("labels:\n", "labels:\n  threshold_unit: atr\n").replace("threshold: 0.02", "threshold: 2.0")
    assert good in text
    draft = read_draft(text.replace(good, bad, 1), "a")
    (problem, *_) = [problem for problem in draft.problems if problem.suggestion]
    assert mended(draft.text, problem) == text


@pytest.mark.parametrize(
    ("suggests", "path", "becomes"),
    [
        ("value", "fuzzy_sets.width.input", "input: words"),
        ("indicator", "fuzzy_sets.width.input", "input: words.upper"),
        ("output", "fuzzy_sets.width.input", "input: bands.words"),
        ("key", "fuzzy_sets.width.input", "words: bands.upper"),
    ],
)
def test_where_a_word_goes_is_said_by_the_problem_not_by_its_message(suggests: Any, path: str, becomes: str) -> None:
    problem = Problem(path, 0, 0, "gelesen wird etwas anderes", "unknown key reads", "words", suggests)
    assert "input: bands.upper" in VALID
    assert mended(VALID, problem) == VALID.replace("input: bands.upper", becomes)


def test_a_refused_mend_names_the_file() -> None:
    text = "a: &a {b: 1}\nc: *a\n"
    with pytest.raises(StrategyProblem) as caught:
        mended(text, Problem("a.b", 0, 0, "is wrong", "", "2"), "strategies/mine.yaml")
    assert caught.value.where == "strategies/mine.yaml"


def test_a_problem_without_a_word_changes_nothing() -> None:
    draft = read_draft(VALID.replace("lookahead: 5", "lookahead: 0"), "a")
    assert mended(draft.text, draft.problems[0]) == draft.text


SETTINGS = {
    ("labels", "lookahead"): st.integers(1, 1000),
    ("labels", "threshold"): st.floats(0.1, 50),
    ("network", "hidden_layers"): st.lists(st.integers(1, 4096), min_size=1, max_size=5),
    ("network", "dropout"): st.floats(0, 0.8),
    ("training", "epochs"): st.integers(1, 10_000),
    ("features", "volume_context"): st.booleans(),
    ("decision", "confidence_thresholds", "live"): st.floats(0, 1),
    ("backtest", "commission"): st.floats(0, 0.1),
    ("indicators", "rsi", "period"): st.integers(2, 500),
    ("description",): st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=20),
}


@st.composite
def changes(draw: st.DrawFn) -> DraftChange:
    path = draw(st.sampled_from(sorted(SETTINGS)))
    if len(path) > 1 and path[0] != "indicators" and draw(st.integers(0, 3)) == 0:
        return DraftChange("reset", path)
    return DraftChange("set", path, draw(SETTINGS[path]))


def by_hand(content: dict[str, Any], change: DraftChange) -> None:
    """Make a change in plain dicts."""
    above = [content]
    for key in change.path[:-1]:
        if change.kind == "reset" and key not in above[-1]:
            return
        above.append(above[-1].setdefault(key, {}))
    if change.kind == "set":
        above[-1][change.path[-1]] = change.value
    elif change.path[-1] in above[-1]:
        for holder, key in zip(reversed(above), reversed(change.path), strict=True):
            del holder[key]
            if holder:
                return


@settings(max_examples=20)
@given(st.sampled_from([VALID, MINIMAL, VALID.replace("\n", "\r\n")]), st.lists(changes(), max_size=4))
def test_any_changes_are_those_of_plain_dicts_and_keep_every_comment(text: str, drawn: list[DraftChange]) -> None:
    wanted = yaml.safe_load(text)
    for change in drawn:
        by_hand(wanted, change)
    result = edit_draft(text, drawn, "a")
    assert yaml.safe_load(result) == wanted
    comments = [line for line in text.splitlines() if line.lstrip().startswith("#")]
    assert [line for line in result.splitlines() if line.lstrip().startswith("#")] == comments
    draft = read_draft(result, "a")
    assert draft.content == wanted
    assert (draft.loaded is None) is bool(draft.problems)


@settings(max_examples=60)
@given(
    st.integers(0, len(VALID)),
    st.sampled_from(["", "\n", "  ", ":", "[", "}", "&a", "*a", '"', "\t", "- ", "!!int ", "\x00", "\ud800"]),
    st.integers(0, 40),
)
def test_a_text_broken_anywhere_is_read_and_its_lines_are_told(place: int, put: str, cut: int) -> None:
    text = VALID[:place] + put + VALID[place + cut :]
    draft = read_draft(text, "a")
    assert (draft.loaded is None) is bool(draft.problems)
    assert all(0 <= problem.line <= text.count("\n") + 2 for problem in draft.problems)
    for problem in draft.problems:
        with contextlib.suppress(StrategyProblem):  # what cannot be mended is refused, never half done
            mended(text, problem)
