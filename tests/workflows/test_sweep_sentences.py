"""The words of a sweep: counts that add up, ranges measured as they are drawn, the same reason told once."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.requests import TrainRequest
from ktrdr_app.workflows.sweep_requests import SweepRequest
from ktrdr_app.workflows.sweep_sentences import sentences_of
from ktrdr_app.workflows.sweep_study import Trial
from ktrdr_app.workflows.sweep_trial import COMPLETE, PRUNED, UNFIT, TrialOutcome

RATE = "training.learning_rate"
REQUEST = SweepRequest(TrainRequest(Workspace(Path("w")), "quick", ("A",), "1d"), Path("space.yaml"), 9, "val_mcc")


def trial(number: int, value: float | None = 0.1, state: str = COMPLETE, reason: str = "", **values: Any) -> Trial:
    """Return a trial that is over."""
    return Trial(number, values, TrialOutcome(state, reason, (), 0, {}, None), value)


def told(space: dict[str, Any], best: Trial | None, trials: tuple[Trial, ...] = ()) -> list[str]:
    """Return what is said."""
    return list(sentences_of(REQUEST, space, trials or (best,), best))  # type: ignore[arg-type]


def edges(facts: dict[str, Any], value: float) -> list[str]:
    """Return what is said of the end of a range."""
    found = told({RATE: facts}, trial(0, **{RATE: value}))
    return [sentence for sentence in found if "end of its range" in sentence]


@pytest.mark.parametrize(
    ("value", "end"),
    [(1e-5, "low"), (1.1e-5, "low"), (1e-4, ""), (1e-3, ""), (1e-2, ""), (9e-2, "high"), (0.1, "high")],
)
def test_the_end_of_a_logarithmic_range_is_measured_in_logarithms(value: float, end: str) -> None:
    found = edges({"low": 1e-5, "high": 0.1, "log": True}, value)
    assert [f"at the {end} end" in sentence for sentence in found] == ([True] if end else [])


@given(st.floats(1e-6, 1e3), st.floats(1.5, 1e6), st.floats(0.0, 1.0), st.booleans())
def test_a_value_away_from_both_ends_is_never_told(low: float, ratio: float, share: float, log: bool) -> None:
    high = low * ratio
    value = math.exp(math.log(low) + share * math.log(ratio)) if log else low + share * (high - low)
    found = edges({"low": low, "high": high, "log": log}, value)
    if 0.03 < share < 0.97:
        assert found == []
    elif share < 0.01:
        assert "at the low end" in found[0]
    elif share > 0.99:
        assert "at the high end" in found[0]


def test_whole_numbers_have_ends_too_and_nothing_is_below_nothing() -> None:
    assert "at the low end of its range (8)" in edges({"low": 8, "high": 64, "log": False}, 8)[0]
    assert "at the high end of its range (64)" in edges({"low": 8, "high": 64, "log": True}, 64)[0]
    assert edges({"low": 0, "high": 5, "log": False}, 0) == [], "dropout 0 cannot be widened"


def test_choices_have_no_ends() -> None:
    assert not any("end of its range" in one for one in told({"a.b": {"choices": [1, 2]}}, trial(0, **{"a.b": 1})))


@given(st.lists(st.sampled_from([COMPLETE, PRUNED, UNFIT]), min_size=1, max_size=12))
def test_the_counts_are_those_of_the_trials(states: list[str]) -> None:
    trials = tuple(
        trial(number, 0.1 if state == COMPLETE else None, state, f"reason {number % 2}")
        for number, state in enumerate(states)
    )
    best = next((one for one in trials if one.outcome.state == COMPLETE), None)
    found = told({}, best, trials)
    held = Counter(states)
    numbers = [int(word) for word in found[1].replace(",", "").split() if word.isdecimal()]
    assert numbers == [held[COMPLETE], len(states), held[PRUNED], held[UNFIT]]
    reasons = Counter(number % 2 for number, state in enumerate(states) if state == UNFIT)
    unfit = [sentence for sentence in found if sentence.startswith("What did not fit")]
    assert len(unfit) == bool(reasons)
    if len(reasons) == 2 and reasons[0] != reasons[1]:
        assert unfit == [f"What did not fit most often: reason {reasons.most_common(1)[0][0]}."]


def test_the_figure_is_called_flattering_only_where_there_is_one() -> None:
    assert "flatters" in told({}, trial(0))[-1]
    assert not any("flatters" in sentence for sentence in told({}, None, (trial(0, None, PRUNED),)))
