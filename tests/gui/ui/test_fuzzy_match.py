"""Fuzzy search against a slow reference that tries every placing of the letters."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.gui.ui.fuzzy_match import score

LETTERS = st.text("ab c", max_size=8)


def slow(query: str, text: str) -> float | None:
    """Try every set of places, as the docstring of `score` defines its points."""
    wanted, held = "".join(query.lower().split()), text.lower()
    found = []
    for places in combinations(range(len(held)), len(wanted)):
        if any(held[place] != letter for place, letter in zip(places, wanted, strict=True)):
            continue
        points = 0.0
        for number, place in enumerate(places):
            starts = place == 0 or not held[place - 1].isalnum()
            follows = number > 0 and places[number - 1] == place - 1
            points += 8 if starts else 5 if follows else 1
        found.append(points - 0.1 * len(held))
    return max(found, default=None)


@settings(max_examples=150, deadline=None)
@given(LETTERS, LETTERS)
def test_as_the_slow_search(query: str, text: str) -> None:
    fast, reference = score(query, text), slow(query, text)
    assert (fast is None) == (reference is None)
    if fast is not None and reference is not None:
        assert abs(fast - reference) < 1e-9


def test_letters_must_be_there_in_order() -> None:
    assert score("vmod", "Verify the model") is not None
    assert score("domv", "Verify the model") is None


def test_starts_of_words_and_runs_go_first() -> None:
    def best(query: str, *texts: str) -> str:
        return max(texts, key=lambda text: score(query, text) or -1.0)

    assert best("vm", "Verify the model", "Save my work", "Move them") == "Verify the model"
    assert best("stop", "Stop the task", "Show the problems") == "Stop the task"
    assert best("data", "Data", "Deleted data") == "Data"


def test_case_and_spaces_of_the_query_do_not_count() -> None:
    assert score("V M", "verify the model") == score("vm", "Verify the model")
