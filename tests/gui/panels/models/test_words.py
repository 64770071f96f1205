"""Badges, states and verdicts, each in words before it is a colour."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ktrdr_app.gui.panels.models.words import badge, is_copy, kind_words, states, summary, tone, verdict
from ktrdr_app.gui.ui.tokens import THEMES
from ktrdr_app.model_store.registry import ModelInfo

pytestmark = pytest.mark.gui

WHOLE = ModelInfo(Path("/m/a/universal_1h_v1"), "universal", "a", None, "1h", 1, complete=True, skill=0.1)
OLD = ModelInfo(Path("/m/a/X_1h_v1"), "legacy", "a", "X", "1h", 1, complete=True, look_ahead=True)
COPY = replace(OLD, path=Path("/m/a/legacy/X_1h_v1"))
TORN = replace(WHOLE, complete=False, problem="damaged: not valid JSON (x)")


@pytest.mark.parametrize(
    ("model", "sign", "kind"),
    [
        (WHOLE, "[U]", "universal"),
        (OLD, "[L]", "legacy"),
        (COPY, "[C]", "archived copy"),
        (TORN, "[!]", "universal"),
        (replace(COPY, complete=False, problem="x"), "[!]", "archived copy"),
    ],
)
def test_a_sign_and_what_it_means(model: ModelInfo, sign: str, kind: str) -> None:
    assert (badge(model), kind_words(model)) == (sign, kind)


def test_only_the_archive_holds_copies() -> None:
    assert [is_copy(model) for model in (WHOLE, OLD, COPY)] == [False, False, True]


@pytest.mark.parametrize(
    ("model", "words", "colour"),
    [
        (WHOLE, (), ""),
        (replace(WHOLE, latest=True), ("latest",), "success"),
        (replace(WHOLE, pinned=True), ("★ pinned",), "accent"),
        (OLD, ("looks ahead",), "warning"),
        (replace(OLD, pinned=True, latest=True), ("★ pinned", "latest", "looks ahead"), "accent"),
        (TORN, ("damaged",), "danger"),
        (replace(TORN, pinned=True), ("damaged", "★ pinned"), "danger"),
        (replace(TORN, problem="incomplete: model.pt missing", fault="incomplete"), ("incomplete",), "danger"),
        (replace(TORN, problem="its metadata say that it is X_1h_v1 of b", fault="mismatch"), ("mismatch",), "danger"),
        (replace(TORN, problem="it is a link, not a file", fault="unsafe"), ("unsafe",), "danger"),
    ],
)
def test_states_the_most_important_first(model: ModelInfo, words: tuple[str, ...], colour: str) -> None:
    assert states(model) == words
    assert tone(model) == colour
    assert not colour or all(hasattr(theme, colour) for theme in THEMES.values())


@pytest.mark.parametrize(
    ("model", "colour", "start"),
    [
        (TORN, "danger", "Cannot be used: damaged"),
        (OLD, "warning", "A model of the original"),
        (replace(WHOLE, skill=None), "info", "It does not say"),
        (replace(WHOLE, skill=0.0), "warning", "No skill"),
        (replace(WHOLE, skill=-0.1), "warning", "No skill"),
        (WHOLE, "info", "On its test bars its probabilities are better"),
    ],
)
def test_a_verdict_is_no_better_than_what_is_known(model: ModelInfo, colour: str, start: str) -> None:
    found = verdict(model)
    assert found[0] == colour
    assert found[1].startswith(start)


def test_one_line_holds_all_of_it() -> None:
    model = replace(COPY, latest=True, note="kept for its threshold")
    assert summary(model) == "legacy/X_1h_v1, archived copy, latest, looks ahead, kept for its threshold"
    assert summary(TORN) == "universal_1h_v1, universal, damaged, damaged: not valid JSON (x)"
