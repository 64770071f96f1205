"""What a training is worth as the window shows it: the papers' own figures, pooled bins, intervals, warnings."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app import workflows
from ktrdr_app.core.errors import ModelNotFound
from ktrdr_app.core.paths import Workspace, shipped
from ktrdr_app.neural.reliability import calibration_error, reliability
from ktrdr_app.workflows.training_results import (
    ALL,
    BOOTSTRAP,
    WILSON,
    SymbolFigures,
    TrainingResults,
    pooled_bins,
    results_of,
    wilson,
)
from tests.model_store.builders import write_original
from tests.workflows.cells import score_interval
from tests.workflows.quick import NAME, SYMBOLS, trained

MODEL = f"{NAME}/universal_1d_v1"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return a workspace with one trained model."""
    made = Workspace(tmp_path_factory.mktemp("results"))
    made.data.mkdir()
    for symbol in SYMBOLS:
        shutil.copy(shipped("resources") / "sample" / f"{symbol}_1d.csv", made.data)
    trained(made)
    return made


@pytest.fixture(scope="module")
def results(workspace: Workspace) -> TrainingResults:
    """Return what the model is worth."""
    return workflows.show_results(workspace, MODEL)


@pytest.fixture(scope="module")
def papers(workspace: Workspace) -> dict[str, Any]:
    """Return the metrics as they lie in the folder."""
    return dict(json.loads((workspace.models / MODEL / "metrics.json").read_text(encoding="utf-8")))


def part(**changes: Any) -> dict[str, Any]:
    """Return figures of a symbol that has skill beyond chance, with changes."""
    return {
        "rows": 400,
        "accuracy": 0.6,
        "majority_accuracy": 0.5,
        "nll": 0.9,
        "prior_nll": 1.0,
        "skill": 0.1,
        "confusion": [[80, 20, 20], [30, 100, 30], [30, 30, 60]],
        "intervals": {"accuracy": [0.55, 0.65], "skill": [0.05, 0.15], "accuracy_gain": [0.04, 0.16]},
    } | changes


def shown(**symbols: dict[str, Any]) -> dict[str, Any]:
    """Return what `show_model` would say of a model with these symbols."""
    return {
        "path": "models/x/universal_1d_v1",
        "strategy_name": "x",
        "timeframe": "1d",
        "created_at": "2024-01-01T00:00:00+00:00",
        "training_symbols": list(symbols),
        "metrics": {"test": part(), "per_symbol_test": symbols, "test_accuracy": 0.6},
        "training_manifest": {},
    }


def of(**changes: Any) -> SymbolFigures:
    """Return the figures of one symbol after changes."""
    return results_of(shown(A=part(**changes))).symbols[0]


def test_every_symbol_and_all_together_have_the_figures_of_the_papers(
    results: TrainingResults, papers: dict[str, Any]
) -> None:
    assert tuple(found.symbol for found in results.symbols) == SYMBOLS
    pairs = [(results.pooled, papers["test"])]
    pairs += [(results.figures_of(name), papers["per_symbol_test"][name]) for name in SYMBOLS]
    for found, told in pairs:
        assert found.rows == told["rows"] == sum(map(sum, found.confusion))
        assert [list(line) for line in found.confusion] == told["confusion"]
        for name in (
            "accuracy",
            "majority_accuracy",
            "skill",
            "macro_f1",
            "precision",
            "recall",
            "nll",
            "brier",
            "ece",
        ):
            assert found.of(name) == told[name]
        assert found.intervals["accuracy"] == tuple(told["intervals"]["accuracy"])
        assert found.method == BOOTSTRAP


def test_the_figures_follow_from_the_confusion_matrix(results: TrainingResults) -> None:
    for found in (results.pooled, *results.symbols):
        counts = np.array(found.confusion, dtype=float)
        right, answered, labelled = np.diag(counts), counts.sum(axis=0), counts.sum(axis=1)
        assert found.of("accuracy") == pytest.approx(right.sum() / counts.sum())
        precision = np.divide(right, answered, out=np.zeros(3), where=answered > 0)
        recall = np.divide(right, labelled, out=np.zeros(3), where=labelled > 0)
        assert found.of("precision") == pytest.approx(precision.mean())
        assert found.of("recall") == pytest.approx(recall.mean())


def test_all_rows_are_those_of_the_symbols(results: TrainingResults) -> None:
    total = sum(np.array(found.confusion) for found in results.symbols)
    assert np.array(results.pooled.confusion).tolist() == total.tolist()


def test_the_calibration_error_is_that_of_the_bins_shown(results: TrainingResults) -> None:
    for found in (results.pooled, *results.symbols):
        rows = sum(entry.rows for entry in found.calibration)
        error = sum(entry.rows * abs(entry.accuracy - entry.confidence) for entry in found.calibration) / rows
        assert rows == found.rows
        assert error == pytest.approx(found.of("ece"))


def test_pooled_bins_are_those_of_pooled_rows() -> None:
    random = np.random.default_rng(3)
    p = random.dirichlet((2, 1, 1), 500)
    y = random.integers(0, 3, 500)
    parts = [reliability(p[own], y[own]) for own in (slice(0, 120), slice(120, 500))]
    joined = pooled_bins([vars(entry) for entries in parts for entry in entries])
    whole = reliability(p, y)
    assert len(joined) == len(whole)
    for own, expected in zip(joined, whole, strict=True):
        assert (own.low, own.high, own.rows) == (expected.low, expected.high, expected.rows)
        assert (own.confidence, own.accuracy) == pytest.approx((expected.confidence, expected.accuracy))
    gap = sum(entry.rows * abs(entry.accuracy - entry.confidence) for entry in joined) / 500
    assert gap == pytest.approx(calibration_error(whole))


@given(rows=st.integers(1, 5000), share=st.floats(0, 1))
def test_the_score_interval_holds_the_share_and_stays_within_0_and_1(rows: int, share: float) -> None:
    right = round(share * rows)
    low, high = wilson(right / rows, rows)
    assert 0.0 <= low <= right / rows + 1e-12
    assert right / rows - 1e-12 <= high <= 1.0
    assert (low, high) == pytest.approx(score_interval(right, rows), abs=1e-9)


def test_more_rows_make_the_interval_narrower() -> None:
    widths = [high - low for low, high in (wilson(0.6, rows) for rows in (10, 100, 1000))]
    assert widths == sorted(widths, reverse=True)


def test_importance_is_sorted_and_complete(results: TrainingResults, papers: dict[str, Any]) -> None:
    told = papers["judgement"]["importance"]
    assert {line.name for line in results.importance} == set(told)
    means = [line.mean for line in results.importance]
    assert means == sorted(means, reverse=True)
    for line in results.importance:
        assert line.low <= line.mean <= line.high
        assert (line.mean, line.low, line.high) == tuple(told[line.name][key] for key in ("mean", "low", "high"))
        assert set(line.by_symbol) == set(SYMBOLS)


def test_balance_words_and_command_come_along(results: TrainingResults, workspace: Workspace) -> None:
    assert sum(results.symbols[0].balance.values()) == pytest.approx(1.0)
    assert results.training_symbols == SYMBOLS
    assert results.command.startswith(f"ktrdr-app train {NAME} --symbols AAPL,IBM,MSFT")
    assert any("test rows" in sentence for sentence in results.sentences)
    assert results.test_from.startswith("20")
    assert results.path == workspace.models / MODEL
    assert results.figures_of(ALL) is results.pooled
    assert results.figures_of("GOOG") is results.pooled


def test_a_symbol_with_skill_beyond_chance_is_not_warned_of() -> None:
    assert of().warnings == ()
    assert not of().weak


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"skill": 0.0}, "no skill"),
        ({"skill": -0.2}, "no skill"),
        ({"accuracy": 0.5}, "no better than always naming"),
        ({"intervals": {"accuracy": [0.5, 0.7], "skill": [-0.01, 0.2]}}, "over the class shares may be chance"),
        (
            {"intervals": {"skill": [0.01, 0.2], "accuracy_gain": [-0.02, 0.2]}},
            "gain in accuracy may be chance",
        ),
        ({"confusion": [[80, 40, 0], [30, 130, 0], [30, 90, 0]]}, "never answers SELL"),
        ({"confusion": [[0, 120, 0], [0, 160, 0], [0, 120, 0]]}, "never answers BUY or SELL"),
        ({"rows": 40}, "only 40 test rows"),
    ],
)
def test_what_is_not_to_be_relied_on_is_said(changes: dict[str, Any], words: str) -> None:
    assert any(words in said for said in of(**changes).warnings)


def test_the_gravest_warning_comes_first_and_chance_is_not_told_of_what_is_lost() -> None:
    found = of(skill=-0.1, accuracy=0.4, rows=20, intervals={"skill": [-0.3, 0.1]})
    assert found.warnings[0].startswith("no skill")
    assert not any("chance" in said for said in found.warnings)
    assert found.warnings[-1] == "only 20 test rows"
    assert found.weak


def test_papers_without_intervals_get_the_score_interval() -> None:
    found = of(intervals={})
    assert found.method == WILSON
    assert found.intervals["accuracy"] == pytest.approx(score_interval(240, 400))


def test_figures_that_are_no_numbers_are_left_out() -> None:
    found = of(nll=None, skill=float("nan"), macro_f1="high", brier=True)
    assert [found.of(name) for name in ("nll", "skill", "macro_f1", "brier")] == [None] * 4


def test_a_model_of_the_original_shows_what_it_has(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    folder = write_original(workspace.models)
    found = workflows.show_results(workspace, folder)
    assert found.symbols == ()
    assert found.importance == ()
    assert found.pooled.calibration == ()
    assert found.pooled.confusion == ()
    assert found.pooled.rows == 0
    assert found.pooled.method == ""
    assert found.command == ""
    assert found.test_from == ""
    assert len(found.sentences) == 1


def test_a_model_that_is_not_there_is_told(workspace: Workspace) -> None:
    with pytest.raises(ModelNotFound):
        workflows.show_results(workspace, f"{NAME}/universal_1d_v7")


FIGURE = st.one_of(st.none(), st.floats(-0.5, 0.5))
BIN = st.builds(
    lambda place, rows, confidence, right: {
        "low": place / 15,
        "high": (place + 1) / 15,
        "rows": rows,
        "confidence": confidence,
        "accuracy": round(right * rows) / rows,
    },
    st.integers(5, 14),
    st.integers(1, 300),
    st.floats(0.34, 1.0),
    st.floats(0, 1),
)


@given(skill=FIGURE, gain=FIGURE, rows=st.integers(1, 500))
def test_a_symbol_is_warned_of_exactly_where_something_speaks_against_it(
    skill: float | None, gain: float | None, rows: int
) -> None:
    accuracy = None if gain is None else 0.5 + gain
    found = of(skill=skill, accuracy=accuracy, majority_accuracy=0.5, rows=rows, intervals={})
    reasons = {
        "no skill": skill is not None and skill <= 0,
        "no better than always": accuracy is not None and accuracy <= 0.5,
        "test rows": rows < 100,
    }
    for words, holds in reasons.items():
        assert any(words in said for said in found.warnings) is holds, words
    assert bool(found.warnings) is any(reasons.values())
    assert found.weak is not (skill is not None and skill > 0 and accuracy is not None and accuracy > 0.5)


@given(bins=st.lists(BIN, max_size=30))
def test_pooling_keeps_rows_and_right_answers_and_never_leaves_the_bins(bins: list[dict[str, float]]) -> None:
    joined = pooled_bins(bins)
    assert sum(entry.rows for entry in joined) == sum(entry["rows"] for entry in bins)
    right = sum(entry["rows"] * entry["accuracy"] for entry in bins)
    assert sum(entry.rows * entry.accuracy for entry in joined) == pytest.approx(right)
    assert [entry.low for entry in joined] == sorted({entry["low"] for entry in bins})
    for entry in joined:
        own = [each["confidence"] for each in bins if each["low"] == entry.low]
        assert min(own) - 1e-9 <= entry.confidence <= max(own) + 1e-9
        assert entry.interval[0] - 1e-9 <= entry.accuracy <= entry.interval[1] + 1e-9


@given(bins=st.lists(BIN, min_size=1, max_size=20), seed=st.integers(0, 100))
def test_the_order_of_bins_does_not_matter(bins: list[dict[str, float]], seed: int) -> None:
    turned = [bins[place] for place in np.random.default_rng(seed).permutation(len(bins))]
    first, second = pooled_bins(bins), pooled_bins(turned)
    assert len(first) == len(second)
    for one, other in zip(first, second, strict=True):
        assert (one.low, one.high, one.rows) == (other.low, other.high, other.rows)
        assert (one.confidence, one.accuracy) == pytest.approx((other.confidence, other.accuracy))


@pytest.mark.parametrize("missing", ["test", "per_symbol_test", "reliability", "judgement", "intervals"])
def test_papers_that_lack_something_show_the_rest(papers: dict[str, Any], workspace: Workspace, missing: str) -> None:
    whole = workflows.show_model(workspace, MODEL)
    found = results_of(whole | {"metrics": {key: value for key, value in papers.items() if key != missing}})
    assert found.path == workspace.models / MODEL
    assert bool(found.symbols) is (missing != "per_symbol_test")
    assert bool(found.importance) is (missing != "judgement")
    assert (found.pooled.calibration == ()) is (missing == "reliability")
    assert found.pooled.of("accuracy") == papers["test_accuracy"]
    assert found.sentences


@pytest.mark.parametrize("value", [None, 3, "words", [], {}])
def test_papers_of_another_shape_are_no_fault(value: Any, workspace: Workspace) -> None:
    whole = workflows.show_model(workspace, MODEL)
    keys = ("per_symbol_test", "reliability", "judgement", "test")
    found = results_of(whole | {"metrics": {"test_accuracy": 0.5} | dict.fromkeys(keys, value)})
    assert found.symbols == ()
    assert found.importance == ()
    assert found.pooled.of("accuracy") == 0.5
