"""Comparing models: exactly what was made different is told, and what makes figures incomparable is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app import workflows
from ktrdr_app.core.errors import ModelNotFound, ModelRejected
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.compare_run import Difference
from tests.model_store.builders import STRATEGY, edit, save, strategy_document, write_original

MANIFEST: dict[str, Any] = {
    "training_symbols": ["AAPL", "MSFT"],
    "total_samples": 40,
    "data_date_range": {"start": "2005-03-01T00:00:00+00:00", "end": "2013-03-01T00:00:00+00:00"},
    "split": {"train_end": "2010-10-09T00:00:00+00:00", "test_start": "2011-12-09T00:00:00+00:00"},
    "data_fingerprints": {"AAPL": "a" * 64, "MSFT": "b" * 64},
    "seed": 7,
}


def figures(**changes: float) -> dict[str, Any]:
    """Return figures of one part, with the same keys as a training writes."""
    return {
        "rows": 888,
        "accuracy": 0.42,
        "majority_accuracy": 0.43,
        "nll": 1.06,
        "prior_nll": 1.07,
        "skill": 0.01,
    } | changes


def metrics(**test: float) -> dict[str, Any]:
    """Return metrics as a training writes them, with other figures of the test."""
    part = figures(**test)
    return {
        "epochs_trained": 12,
        "history": {"train_loss": [1.0, 0.9]},
        "train": figures(),
        "validation": figures(),
        "test": part,
        "per_symbol_test": {"AAPL": part},
        "test_accuracy": part["accuracy"],
        "skill": part["skill"],
    }


def put(workspace: Workspace, **changes: Any) -> str:
    """Save a universal model and return its folder as a user names it."""
    fields = {"manifest": MANIFEST, "metrics": metrics()} | changes
    return f"{STRATEGY}/{save(workspace.models, **fields).name}"


def told(workspace: Workspace, first: str, second: str) -> dict[str, dict[str, tuple[Any, Any]]]:
    """Return section to name to both values, of what differs."""
    found: dict[str, dict[str, tuple[Any, Any]]] = {}
    for entry in workflows.compare_models(workspace, first, second).differences:
        found.setdefault(entry.section, {})[entry.name] = (entry.first, entry.second)
    return found


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def test_two_savings_of_one_training_do_not_differ(workspace: Workspace) -> None:
    found = workflows.compare_models(workspace, put(workspace), put(workspace))
    assert found.differences == ()
    assert found.cautions == ()
    assert [Path(each["path"]).name for each in (found.first, found.second)] == ["universal_1h_v1", "universal_1h_v2"]
    assert found.equal["metrics"] == 3 * 6 + 3, "six figures of three parts, and three of one symbol"
    assert found.equal["fuzzy sets"] > 0


def test_only_the_settings_that_changed_are_told(workspace: Workspace) -> None:
    other = strategy_document()
    other["labels"]["lookahead"] += 5
    other["network"]["dropout"] = 0.4
    other["indicators"]["atr"] = {"name": "atr", "period": 9}
    before = strategy_document()
    found = told(workspace, put(workspace), put(workspace, strategy_document=other))
    assert found == {
        "settings": {
            "labels.lookahead": (before["labels"]["lookahead"], other["labels"]["lookahead"]),
            "network.dropout": (before["network"]["dropout"], 0.4),
            "indicators.atr.name": (None, "atr"),
            "indicators.atr.period": (None, 9),
        }
    }


def test_a_fuzzy_set_is_one_line_however_it_changed(workspace: Workspace) -> None:
    other = strategy_document()
    sets = other["fuzzy_sets"]["rsi"]["sets"]
    sets["low"]["parameters"] = [0, 25, 40.5]
    sets["high"] = {"type": "trapezoidal", "parameters": [60, 75, 90, 100], "shoulder": "right"}
    assert told(workspace, put(workspace), put(workspace, strategy_document=other)) == {
        "fuzzy sets": {
            "rsi.low": ("triangular (0, 20, 40)", "triangular (0, 25, 40.5)"),
            "rsi.high": (None, "trapezoidal (60, 75, 90, 100), open to the right"),
        }
    }


def test_figures_are_told_once_with_how_much_they_changed(workspace: Workspace) -> None:
    better = put(workspace), put(workspace, metrics=metrics(accuracy=0.45, nll=1.0))
    found = workflows.compare_models(workspace, *better).differences
    assert {entry.name: (*entry.words, entry.change) for entry in found} == {
        "test accuracy": ("42.0 %", "45.0 %", "+3.0 %"),
        "test nll": ("1.0600", "1.0000", "-0.0600"),
        "test AAPL accuracy": ("42.0 %", "45.0 %", "+3.0 %"),
    }


def test_features_that_only_one_model_reads_are_named(workspace: Workspace) -> None:
    from tests.model_store.builders import NAMES, network, scaler_document

    names = NAMES[:3]
    fewer = put(workspace, feature_names=names, network=network(3), scaler_document=scaler_document(names=names),
                contract_digest="cd" * 32)  # fmt: skip
    assert told(workspace, put(workspace), fewer)["contract"] == {
        "hash": ("ab" * 32, "cd" * 32),
        "features": (4, 3),
        "network": ("4 → 6 → 5 → 3", "3 → 6 → 5 → 3"),
        "feature volume_ratio": ("present", None),
    }


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"training_symbols": ["AAPL"]}, "symbols"),
        ({"split": {"train_end": "2009-01-01T00:00:00+00:00", "test_start": "2010-01-01T00:00:00+00:00"}}, "dates"),
        ({"data_fingerprints": {"AAPL": "c" * 64, "MSFT": "b" * 64}}, "data"),
    ],
)
def test_figures_of_other_test_rows_are_not_held_against_each_other(
    workspace: Workspace, changes: dict[str, Any], word: str
) -> None:
    found = workflows.compare_models(workspace, put(workspace), put(workspace, manifest=MANIFEST | changes))
    assert found.cautions == (f"They were tested on other {word}: their test figures are not of the same rows.",)


def test_other_labels_make_figures_incomparable_too(workspace: Workspace) -> None:
    other = strategy_document()
    other["labels"]["threshold"] *= 2
    (caution,) = workflows.compare_models(workspace, put(workspace), put(workspace, strategy_document=other)).cautions
    assert caution.startswith("They were tested on other labels:")


def test_an_original_is_compared_in_our_grammar(workspace: Workspace) -> None:
    old = write_original(workspace.models)
    sets = {"rsi": {"low": {"type": "triangular", "parameters": [0, 20, 40]}}}
    edit(old / "config.json", lambda config: config.update(fuzzy_sets=sets))
    found = workflows.compare_models(workspace, put(workspace), f"{STRATEGY}/{old.name}")
    names = {entry.name for entry in found.differences if entry.section in ("settings", "fuzzy sets")}
    assert not any(name.startswith(("indicators", "rsi.", "network.hidden")) for name in names), "they are the same"
    assert found.cautions[0].startswith("MSFT_1h_v1 is a model of the original, whose features look ahead")
    assert "translates them" in found.cautions[1]


def test_an_original_without_counterpart_is_compared_as_it_is(workspace: Workspace) -> None:
    old = write_original(workspace.models)
    edit(old / "config.json", lambda config: config.update(indicators=[]))
    found = workflows.compare_models(workspace, f"{STRATEGY}/{old.name}", put(workspace))
    assert "cannot be translated" in found.cautions[1]
    assert Difference("settings", "model.architecture.dropout", 0.1, None) in found.differences


def test_the_originals_own_figures_are_compared(workspace: Workspace) -> None:
    first, second = (write_original(workspace.models, version=number) for number in (1, 2))
    edit(second / "metrics.json", lambda held: held.update(best_val_accuracy=0.7, training_time=99.0))
    found = told(workspace, f"{STRATEGY}/{first.name}", f"{STRATEGY}/{second.name}")
    assert found == {"metrics": {"best_val_accuracy": (0.6, 0.7)}}, "how long it took is no figure of a model"


def test_the_document_is_plain_json(workspace: Workspace) -> None:
    found = workflows.compare_models(workspace, put(workspace), put(workspace, metrics=metrics(skill=0.02)))
    document = json.loads(json.dumps(found.to_document()))
    assert set(document) == {"first", "second", "differences", "equal", "cautions"}
    assert document["differences"][0] == {"section": "metrics", "name": "test skill", "first": 0.01, "second": 0.02}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"),
        (True, "yes"),
        ([], "none"),
        (["AAPL", "IBM"], "AAPL, IBM"),
        (0.5, "0.5"),
        ("2010-10-09T00:00:00+00:00", "2010-10-09"),
        ("2010-10-09T05:00:00+00:00", "2010-10-09T05:00:00+00:00"),
    ],
)
def test_values_in_words(value: object, words: str) -> None:
    entry = Difference("settings", "x", value, 1)
    assert (entry.words, entry.change) == ((words, "1"), "")


@pytest.mark.parametrize(
    ("name", "first", "second", "words", "change"),
    [
        ("test accuracy", 0.5, 0.45, ("50.0 %", "45.0 %"), "-5.0 %"),
        ("test majority_accuracy", 0.4, 0.5, ("40.0 %", "50.0 %"), "+10.0 %"),
        ("test IBM skill", -0.01, 0.02, ("-1.0 %", "2.0 %"), "+3.0 %"),
        ("test nll", 1.08, 1.05, ("1.0800", "1.0500"), "-0.0300"),
        ("test rows", 4110, 2740, ("4110", "2740"), "-1,370"),
        ("test mcc", None, 0.1, ("–", "0.1000"), ""),
        ("test skill", 0.1, None, ("10.0 %", "–"), ""),
    ],
)
def test_figures_in_words_and_their_change(
    name: str, first: float | None, second: float | None, words: tuple[str, str], change: str
) -> None:
    entry = Difference("metrics", name, first, second)
    assert (entry.words, entry.change) == (words, change)


@pytest.mark.parametrize(
    ("section", "name", "value", "words"),
    [
        ("contract", "hash", "ab" * 32, "ab" * 6),
        ("training", "data of AAPL", "cd" * 32, "cd" * 6),
        ("settings", "labels.method", "zigzag", "zigzag"),
        ("settings", "training.learning_rate", 0.003, "0.003"),
        ("settings", "backtest.allow_short", False, "no"),
        ("contract", "feature rsi_low", "present", "present"),
        ("training", "symbols", ["AAPL"], "AAPL"),
        ("settings", "x", {}, "{}"),
    ],
)
def test_other_values_in_words_have_no_change(section: str, name: str, value: object, words: str) -> None:
    entry = Difference(section, name, value, None)
    assert entry.words == (words, "–")
    assert entry.change == ""


def test_what_is_not_there_or_damaged_is_refused(workspace: Workspace) -> None:
    whole, broken = put(workspace), put(workspace)
    (workspace.models / broken / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelRejected):
        workflows.compare_models(workspace, whole, broken)
    with pytest.raises(ModelNotFound):
        workflows.compare_models(workspace, whole, f"{STRATEGY}/universal_1h_v9")


def test_the_other_way_round_is_the_same_with_both_sides_changed(workspace: Workspace) -> None:
    other = strategy_document()
    other["network"]["dropout"] = 0.4
    other["indicators"]["atr"] = {"name": "atr", "period": 9}
    changed = MANIFEST | {"training_symbols": ["AAPL"], "seed": 8}
    names = put(workspace), put(workspace, strategy_document=other, manifest=changed, metrics=metrics(nll=1.0))
    there, back = (workflows.compare_models(workspace, *pair) for pair in (names, names[::-1]))
    assert there.differences
    assert {(entry.section, entry.name, entry.first, entry.second) for entry in map(_hashable, there.differences)} == {
        (entry.section, entry.name, entry.second, entry.first) for entry in map(_hashable, back.differences)
    }
    assert there.equal == back.equal
    assert (there.first, there.second) == (back.second, back.first)
    assert there.cautions == back.cautions


def _hashable(entry: Difference) -> Difference:
    return Difference(entry.section, entry.name, str(entry.first), str(entry.second))


def test_several_reasons_are_said_in_one_sentence_and_data_only_where_nothing_else_differs(
    workspace: Workspace,
) -> None:
    other = strategy_document()
    other["labels"]["lookahead"] += 5
    prints = {"AAPL": "c" * 64}
    changed = MANIFEST | {"training_symbols": ["AAPL"], "split": {"test_start": "x"}, "data_fingerprints": prints}
    pair = put(workspace), put(workspace, strategy_document=other, manifest=changed)
    (caution,) = workflows.compare_models(workspace, *pair).cautions
    assert caution == (
        "They were tested on other symbols and dates and labels: their test figures are not of the same rows."
    )


def test_bars_of_another_length_make_figures_incomparable(workspace: Workspace) -> None:
    daily = f"{STRATEGY}/{save(workspace.models, manifest=MANIFEST, metrics=metrics(), timeframe='1d').name}"
    found = workflows.compare_models(workspace, put(workspace), daily)
    assert (found.first["timeframe"], found.second["timeframe"]) == ("1h", "1d")
    assert found.cautions[0].startswith("They were tested on other bar length")


@given(first=st.floats(-2, 2), second=st.floats(-2, 2))
def test_a_change_is_the_second_less_the_first(first: float, second: float) -> None:
    """Read back from its words, to the digits shown; shares are in percent."""
    share = Difference("metrics", "test accuracy", first, second).change
    assert float(share.removesuffix(" %")) == pytest.approx(100 * (second - first), abs=0.0501)
    loss = Difference("metrics", "test nll", first, second).change
    assert float(loss) == pytest.approx(second - first, abs=0.0000501)
    assert loss[0] in "+-"
    assert Difference("settings", "network.dropout", first, second).change == ""


@pytest.mark.parametrize(
    ("first", "second", "change"), [(888, 1888, "+1,000"), (5, 3, "-2"), (1, None, ""), (None, 1, "")]
)
def test_counts_change_by_whole_numbers_and_what_is_not_there_not_at_all(
    first: int | None, second: int | None, change: str
) -> None:
    assert Difference("metrics", "test rows", first, second).change == change


@pytest.mark.parametrize(
    ("section", "name", "value", "words"),
    [
        ("contract", "hash", "ab" * 32, "abababababab"),
        ("training", "data of GOOG", "c" * 64, "c" * 12),
        ("metrics", "test skill", -0.0123, "-1.2 %"),
        ("metrics", "test nll", 1.06789, "1.0679"),
        ("metrics", "test rows", 888, "888"),
        ("settings", "training.learning_rate", 1e-05, "1e-05"),
        ("settings", "network.hidden_layers", [8, 4], "8, 4"),
    ],
)
def test_each_kind_of_value_has_its_words(section: str, name: str, value: Any, words: str) -> None:
    assert Difference(section, name, value, None).words == (words, "–")
