"""How drafts are called and where they belong; a kind of a later program is shown by its bare name."""

from __future__ import annotations

import pytest

from ktrdr_app.core.drafts import Draft
from ktrdr_app.gui.documents.draft_kinds import KINDS, station, summary, title
from ktrdr_app.gui.ui.actions import STATIONS

pytestmark = pytest.mark.gui


def test_known_kinds_have_words_and_a_station() -> None:
    sets = Draft("fuzzy", "mine", {"sets": {"rsi": {"low": {}}}}, "")
    text = Draft("strategy", "mine", {"text": "a\nb\nc"}, "")
    assert (title(sets), summary(sets)) == ("Fuzzy sets of mine", "rsi: low")
    assert (title(text), summary(text)) == ("Text of the strategy mine", "3 lines of YAML")
    assert {station(sets), station(text)} <= {key for key, _title, _icon in STATIONS}


def test_an_unknown_kind_is_no_fault() -> None:
    draft = Draft("layout", "mine", {"x": 1}, "")
    assert "layout" not in KINDS
    assert (title(draft), summary(draft), station(draft)) == ("layout: mine", "", "")


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_payload_can_be_shown(kind: str) -> None:
    assert isinstance(summary(Draft(kind, "mine", {}, "")), str)
