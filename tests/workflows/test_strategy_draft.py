"""Drafts: any text is read without an error, and the form's changes do just what they say."""

from __future__ import annotations

import pytest
import yaml

from ktrdr_app.core.errors import InvalidValue, UnknownName
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


def test_a_problem_without_a_word_changes_nothing() -> None:
    draft = read_draft(VALID.replace("lookahead: 5", "lookahead: 0"), "a")
    assert mended(draft.text, draft.problems[0]) == draft.text
