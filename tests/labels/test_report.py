"""The label report against counting by hand, and what it says in words."""

from __future__ import annotations

import json
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.labels.labelers import label_bars
from ktrdr_app.labels.report import LabelReport, Runs, label_report
from ktrdr_app.strategy.schema import LabelSettings
from tests.conftest import make_bars
from tests.reference import labels as slow

BARS = {"AAA": make_bars(300, seed=1), "BBB": make_bars(500, seed=2)}


def report(settings: LabelSettings, bars: dict | None = None) -> LabelReport:
    given_bars = bars or BARS
    labels = {symbol: label_bars(frame, "1h", settings) for symbol, frame in given_bars.items()}
    return label_report(labels, given_bars, settings)


@given(label=st.lists(st.integers(-1, 2), max_size=40))
def test_runs_are_stretches_of_one_class(label: list[int]) -> None:
    lengths = slow.run_lengths(label)
    found = Runs.of(np.array(label, dtype=np.int8))
    assert found.count == len(lengths)
    assert found.longest == max(lengths, default=0)
    assert found.mean == pytest.approx(statistics.fmean(lengths) if lengths else 0)
    assert found.median == (statistics.median(lengths) if lengths else 0)


@pytest.mark.parametrize("method", ["zigzag", "triple_barrier", "segment"])
def test_figures_of_a_symbol_are_those_counted_by_hand(method: str) -> None:
    settings = LabelSettings(method=method, threshold=0.03)
    found = report(settings)
    assert list(found.symbols) == ["AAA", "BBB"]
    for symbol, figures in found.symbols.items():
        made = label_bars(BARS[symbol], "1h", settings)
        label, end = made.label.tolist(), made.end_row.tolist()
        rows = [row for row in range(len(label)) if label[row] >= 0]
        assert figures.bars == len(label)
        assert figures.counts == {name: label.count(place) for place, name in enumerate(("BUY", "HOLD", "SELL"))}
        assert figures.balance == pytest.approx({name: n / len(rows) for name, n in figures.counts.items()})
        assert figures.runs.count == len(slow.run_lengths(label))
        assert figures.bars_to_end == statistics.median(end[row] - row for row in rows)
        own = slow.uniqueness(label, end)
        assert figures.uniqueness == pytest.approx(statistics.fmean(own[row] for row in rows))
        gains = [made.realised[row] for row in rows if label[row] == 0]
        assert figures.returns["BUY"] == pytest.approx(statistics.fmean(gains))


def test_all_symbols_together_are_their_labels_together() -> None:
    found = report(LabelSettings(threshold=0.03))
    one, other = found.symbols.values()
    assert found.pooled.bars == 800
    assert found.pooled.labelled == one.labelled + other.labelled
    assert found.pooled.runs.count == one.runs.count + other.runs.count
    assert found.pooled.runs.longest == max(one.runs.longest, other.runs.longest)
    for rule in ("momentum_20", "last_known"):
        assert found.pooled.rules[rule].hits == one.rules[rule].hits + other.rules[rule].hits
    majority = max(found.pooled.counts.values())
    assert found.pooled.rules["majority"].hits == majority


def test_a_nearly_absent_class_brings_a_better_threshold() -> None:
    found = report(LabelSettings(threshold=0.4))
    assert set(found.pooled.rare) == {"BUY", "SELL"}
    assert found.suggestion is not None
    assert min(found.suggestion.balance.values()) > 0.2
    (note, *_) = found.notes
    assert f"A threshold of {found.suggestion.threshold:g} would give BUY" in note
    better = report(LabelSettings(threshold=found.suggestion.threshold))
    assert better.pooled.balance == pytest.approx(found.suggestion.balance)
    assert (better.suggestion, better.pooled.rare) == (None, {})


def test_where_no_threshold_helps_it_says_so() -> None:
    bars = make_bars(200)
    bars[["open", "high", "low", "close"]] = np.outer(100.0 * 1.01 ** np.arange(200), np.ones(4))
    found = report(LabelSettings(threshold=0.02), {"UP": bars})
    assert found.suggestion is None
    assert "No threshold changes that" in found.notes[0]


def test_one_quiet_symbol_among_others_is_named() -> None:
    quiet = make_bars(300, seed=3)
    prices = ["open", "high", "low", "close"]
    quiet[prices] = 100.0 + (quiet[prices] - 100.0) / 100.0
    found = report(LabelSettings(threshold=0.03), {"LOUD": make_bars(2000, seed=4), "QUIET": quiet})
    assert found.pooled.rare == {}
    assert [note for note in found.notes if "QUIET" in note and "ATR" in note]


def test_hindsight_is_said_and_no_threshold_is_suggested_for_its_few_turns() -> None:
    found = report(LabelSettings(method="segment", threshold=0.05))
    assert found.document()["hindsight"] is True
    assert found.notes[0].startswith("segment labels are hindsight")
    assert "HOLD" in found.pooled.rare
    assert found.suggestion is None
    assert report(LabelSettings(threshold=0.03)).document()["hindsight"] is False


def test_labels_that_hardly_change_are_called_near_copies() -> None:
    found = report(LabelSettings(threshold=0.4))
    assert found.pooled.runs.mean >= 20
    assert "near-copies" in found.notes[-1]


def test_no_labels_at_all_are_told() -> None:
    found = report(LabelSettings(lookahead=50), {"SHORT": make_bars(30)})
    assert found.notes == ("No bar has a label: there are too few bars for the horizon, or no swing is complete.",)
    figures = found.document()["pooled"]
    assert (figures["labelled"], figures["uniqueness"], figures["mean_return"]["BUY"]) == (0, None, None)


@pytest.mark.parametrize("settings", [LabelSettings(threshold=0.4), LabelSettings(method="segment")])
def test_the_document_is_strict_json(settings: LabelSettings) -> None:
    document = report(settings).document()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert set(document["symbols"]) == {"AAA", "BBB"}
    assert document["method"] == settings.method


def test_an_unknown_method_is_named() -> None:
    with pytest.raises(UnknownName, match="zigzog"):
        label_report({}, {}, LabelSettings(method="zigzog"))
