"""Figures with their intervals in one short text, and what figures are called."""

from __future__ import annotations

import pytest

from ktrdr_app.gui.panels.training.results.words import name_of, say, share_with_interval
from tests.gui.panels.training.results.made import AAPL, POOLED

pytestmark = pytest.mark.gui

THIN = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("value", "ends", "signed", "text"),
    [
        (0.7069, (0.6644, 0.7483), False, f"70.7{THIN}% (66…75)"),
        (-0.0187, (-0.0559, 0.0131), True, f"{MINUS}1.9{THIN}% ({MINUS}6…1)"),
        (0.0334, (0.0, 0.09), True, f"+3.3{THIN}% (0…9)"),
        (1.0, (1.0, 1.0), False, f"100.0{THIN}% (100…100)"),
        (0.5, None, False, f"50.0{THIN}%"),
        (None, (0.1, 0.2), False, "–"),
        (None, None, True, "–"),
    ],
)
def test_a_share_with_both_ends(value: float | None, ends: tuple[float, float] | None, signed: bool, text: str) -> None:
    assert share_with_interval(value, ends, signed=signed) == text


def test_an_end_that_rounds_to_nothing_has_no_sign() -> None:
    assert share_with_interval(0.01, (-0.001, 0.02)).endswith("(0…2)")


def test_all_together_have_a_name_of_their_own() -> None:
    assert name_of(AAPL) == "AAPL"
    assert name_of(POOLED) == "All symbols"


def test_words_that_nobody_translated_stay_as_they_are() -> None:
    assert say("no such words are anywhere") == "no such words are anywhere"
