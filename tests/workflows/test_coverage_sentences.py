"""Coverage in words: each verdict at its limits, and sentences with the figures they rest on."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.features.coverage import DistanceDrift, Drift, FeatureDrift, InputDrift
from ktrdr_app.features.psi import band
from ktrdr_app.workflows import coverage_sentences as words


def feature(name: str = "roc", psi: float = 0.0, **changes: Any) -> FeatureDrift:
    given = {"usual": None, "low": 0.25, "high": None, "share": 0.4, "training_share": 0.1}
    return FeatureDrift(name, psi, band(psi), **(given | changes))


def drift(
    strange: int = 0, of: int = 20, beyond: float | None = 0.0, faint: float = 0.0, by_chance: float = 0.0
) -> Drift:
    features = [feature(f"f{i}", 0.9 if i < strange else 0.01) for i in range(of)]
    distance = None if beyond is None else DistanceDrift(100, 0.3, 0.5, beyond, 0.04)
    return Drift(100, tuple(features), (InputDrift("rsi", faint, 0.02),), distance, by_chance)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (drift(), "covered"),
        (drift(strange=2, beyond=0.10), "covered"),
        (drift(strange=3), "partly covered"),
        (drift(beyond=0.11), "partly covered"),
        (drift(strange=10, beyond=0.25), "partly covered"),
        (drift(strange=11), "not covered"),
        (drift(beyond=0.26), "not covered"),
        (drift(beyond=None), "covered"),
        (drift(faint=0.12), "covered"),
        (drift(faint=0.13), "partly covered"),
    ],
)
def test_the_verdict_follows_bars_features_and_inputs(found: Drift, verdict: str) -> None:
    assert words.verdict_of(found) == verdict


def test_features_that_training_symbols_differ_in_as_much_do_not_count() -> None:
    features = tuple(feature(f"f{i}", 0.9, usual=1.0) for i in range(20))
    assert words.verdict_of(Drift(100, features, (), None, 0.0)) == "covered"


def test_the_sentence_names_symbol_kinship_and_figures() -> None:
    said = words.sentence_of("GOOG", drift(strange=3, beyond=0.123), ("AAPL",))
    assert said.startswith("GOOG, a symbol it has not seen, looks like the model's training rows only in part. ")
    assert "12.3 % of its bars" in said
    assert "(4.0 % of the rows there)" in said
    assert "3 of 20 features are" in said
    assert "f0 most of all" in said
    known = words.sentence_of("AAPL", drift(strange=1, of=20), ("AAPL",))
    assert "one of the symbols it learnt from" in known
    assert "1 of 20 features is" in known
    far = words.sentence_of("GOOG", drift(beyond=0.9), ())
    assert "extrapolation" in far
    assert "none of 20 features is" in far
    without = words.sentence_of("GOOG", drift(beyond=None), ())
    assert without.endswith("None of 20 features is distributed otherwise than among the training symbols.")


@pytest.mark.parametrize(
    ("bounds", "told"),
    [
        ({"low": 0.25, "high": None}, "roc is 0.25 or more on 40 % of the bars, in training on 10 %"),
        ({"low": None, "high": -1.5}, "roc is below -1.5 on 40 %"),
        ({"low": 0.125, "high": 2.0}, "roc is from 0.125 to 2 on 40 %"),
        ({"low": 1.0, "high": 1 + 2.0**-23}, "roc is exactly 1 on 40 %"),
        ({"low": -2.0, "high": -2 + 2.0**-23}, "roc is exactly -2 on 40 %"),
        ({"low": 0.0, "high": 2.0**-126}, "roc is exactly 0 on 40 %"),
    ],
)
def test_where_a_feature_departs(bounds: dict[str, float | None], told: str) -> None:
    assert words.feature_words(feature(**bounds)).startswith(told)


def test_the_worst_are_told_once_without_lags_and_none_that_is_alike() -> None:
    names = ("rsi_low", "rsi_low_lag1", "a", "b", "c", "d", "e", "alike")
    features = tuple(feature(name, 0.01 if name == "alike" else 0.9 - i / 100) for i, name in enumerate(names))
    told = words.worst_words(Drift(100, features, (), None, 0.0))
    assert [sentence.split()[0] for sentence in told] == ["rsi_low", "a", "b", "c", "d"]
    assert told[0].endswith("(PSI 0.90).")
    assert words.worst_words(drift()) == []


def test_notes_tell_of_blind_inputs_few_bars_and_no_distance() -> None:
    assert words.drift_notes(drift()) == []
    blind, few, nothing = words.drift_notes(drift(faint=0.5, by_chance=0.05, beyond=None))
    assert "sets of rsi describe 50.0 %" in blind
    assert "2.0 %" in blind
    assert "Only 100 bars" in few
    assert "about 0.05" in few
    assert "no distance" in nothing


@pytest.mark.parametrize(
    ("told", "note"),
    [
        (None, ""),
        ({"verdict": "covered", "sentence": "So."}, ""),
        ({"verdict": "unknown", "sentence": "So."}, ""),
        ({"verdict": "partly covered", "sentence": "So."}, "So."),
        ({"verdict": "not covered", "sentence": "So."}, "So."),
    ],
)
def test_a_backtest_says_so_only_where_it_matters(told: dict[str, str] | None, note: str) -> None:
    assert words.coverage_note({"coverage": told}) == note
    assert words.coverage_note({}) == ""


SHARES = st.integers(0, 40).map(lambda twentieths: twentieths / 40)


@given(strange=st.integers(0, 20), beyond=st.none() | SHARES, faint=SHARES)
def test_the_verdict_by_its_published_limits(strange: int, beyond: float | None, faint: float) -> None:
    """A tenth of bars or features is no matter; a quarter of bars, or half of the features, is too much."""
    far, odd = beyond or 0.0, strange / 20
    if far > 0.25 or odd > 0.5:
        expected = "not covered"
    elif far <= 0.1 and odd <= 0.1 and faint - 0.02 <= 0.1:
        expected = "covered"
    else:
        expected = "partly covered"
    found = drift(strange=strange, beyond=beyond, faint=faint)
    assert words.verdict_of(found) == expected
    assert ("extrapolation" in words.sentence_of("GOOG", found, ())) == (expected == "not covered")
    assert ("only in part" in words.sentence_of("GOOG", found, ())) == (expected == "partly covered")


@given(faints=st.lists(st.tuples(SHARES, SHARES), max_size=5))
def test_blind_are_the_inputs_that_describe_a_tenth_more_bars_hardly_at_all(faints: list[tuple[float, float]]) -> None:
    inputs = tuple(InputDrift(f"i{place}", *pair) for place, pair in enumerate(faints))
    found = Drift(100, (feature(),), inputs, None, 0.0)
    assert [entry.name for entry in words.blind_inputs(found)] == [
        f"i{place}" for place, (here, there) in enumerate(faints) if here - there > 0.1
    ]
    told = [note for note in words.drift_notes(found) if note.startswith("The sets of")]
    assert len(told) == len(words.blind_inputs(found))


def test_no_more_than_five_features_are_told_and_lags_count_with_their_own() -> None:
    names = [f"{name}{lag}" for name in "abcdefg" for lag in ("", "_lag1", "_lag2")]
    features = tuple(feature(name, 0.9) for name in names)
    told = words.worst_words(Drift(100, features, (), None, 0.0))
    assert [sentence.split()[0] for sentence in told] == ["a", "b", "c", "d", "e"]
    only_lag = words.worst_words(Drift(100, (feature("rsi_lag2", 0.9),), (), None, 0.0))
    assert only_lag[0].startswith("rsi_lag2 is "), "a lag that departs alone is told under its own name"
