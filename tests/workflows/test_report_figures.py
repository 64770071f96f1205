"""The tables of a model's worth, cell by cell, from figures measured on drawn rows."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
from sklearn.metrics import precision_score, recall_score

from ktrdr_app.core.files import plain
from ktrdr_app.neural.metrics import ClassificationMetrics, classification_metrics
from ktrdr_app.neural.reliability import reliability
from ktrdr_app.workflows.report_figures import (
    FIGURES,
    confusion_table,
    figures_table,
    importance_table,
    interval_text,
    judgement_of,
    model_table,
    reliability_table,
)
from ktrdr_app.workflows.report_tables import Table

PRIOR = [0.2, 0.5, 0.3]
P = np.random.default_rng(0).dirichlet([1, 1, 1], 400)
Y = np.random.default_rng(1).integers(0, 3, 400)


def metrics() -> ClassificationMetrics:
    return classification_metrics(P, Y, PRIOR)


def document(**more: object) -> dict[str, object]:
    part = asdict(metrics()) | {"intervals": {"accuracy": (0.31, 0.352), "nll": (1.25, 1.5)}}
    return plain({"parts": {"train": part, "validation": part, "test": part}, **more})


def cells(table: Table | None) -> list[list[str]]:
    assert table is not None
    assert {len(row) for row in table.rows} == {len(table.columns)}
    return [[cell.text for cell in row] for row in table.rows]


def test_pooled_and_symbols_are_judged_each_on_its_own():
    good = {"accuracy": 0.5, "majority_accuracy": 0.4, "nll": 1.0, "prior_nll": 1.1, "skill": 0.09, "support": 7}
    cases = {
        "BETTER": good,
        "ACCURACY": {**good, "accuracy": 0.4},
        "NLL": {**good, "nll": 1.2, "skill": -0.09},
        "EQUAL": {**good, "nll": 1.1, "skill": 0.0},
    }
    pooled = {"test_accuracy": 0.5, "majority_accuracy": 0.4, "test_nll": 1.0, "prior_nll": 1.1, "skill": 0.09}
    table = model_table({"metrics": pooled, "per_symbol_test": cases})
    verdicts = {row[0].text: (row[-1].text, row[-1].mark) for row in table.rows}
    assert verdicts == {
        "All symbols": ("skill", "good"),
        "BETTER": ("skill", "good"),
        "ACCURACY": ("no skill", "bad"),
        "NLL": ("no skill", "bad"),
        "EQUAL": ("no skill", "bad"),
    }


def test_test_figures_come_before_validation_figures():
    metrics = {"test_accuracy": 0.5, "skill": 0.1}
    table = model_table({"metrics": metrics, "per_symbol_validation": {"A": {}}, "per_symbol_test": {"A": {}, "B": {}}})
    assert [(row[0].text, row[1].text) for row in table.rows] == [
        ("All symbols", "test"),
        ("A", "test"),
        ("B", "test"),
        ("A", "validation"),
    ]


@pytest.mark.parametrize(
    ("skill", "gain", "verdict"),
    [
        ((0.01, 0.1), (0.01, 0.2), ("skill", "good")),
        ((-0.01, 0.1), (0.01, 0.2), ("may be chance", "")),
        ((0.01, 0.1), (0.0, 0.2), ("may be chance", "")),
    ],
)
def test_a_gain_whose_interval_reaches_zero_may_be_chance(
    skill: tuple[float, float], gain: tuple[float, float], verdict: tuple[str, str]
) -> None:
    good = {"accuracy": 0.5, "majority_accuracy": 0.4, "nll": 1.0, "prior_nll": 1.1, "skill": 0.09, "support": 7}
    good["intervals"] = {"skill": list(skill), "accuracy_gain": list(gain)}
    row = model_table({"metrics": {}, "per_symbol_test": {"A": good}}).rows[1]
    assert (row[-1].text, row[-1].mark) == verdict
    assert row[8].text == f"{100 * skill[0]:+.1f} to {100 * skill[1]:+.1f} %"


def test_an_interval_that_is_not_there_is_a_dash() -> None:
    assert interval_text(None, "skill", "percent") == "–"
    assert interval_text({"nll": [1.0, 1.25]}, "nll", "ratio") == "1.0000 to 1.2500"


def test_every_figure_stands_beside_both_baselines() -> None:
    ours, rows = metrics(), cells(figures_table(document()))
    assert len(rows) == len(FIGURES)
    for (key, name, unit, _), row in zip(FIGURES, rows, strict=True):
        assert row[0] == name
        for place, value in (
            (1, getattr(ours, key)),
            (3, ours.baselines["majority"][key]),
            (4, ours.baselines["prior"][key]),
            (5, getattr(ours, key)),
        ):
            assert row[place] == (f"{100 * value:.1f} %" if unit == "percent" else f"{round(value, 4) + 0.0:.4f}")
    assert rows[0][2] == "31.0 to 35.2 %"
    assert rows[1][2] == "–"


def test_answers_by_label_give_scikit_learns_recall_and_precision() -> None:
    rows = cells(confusion_table(document()))
    answers = P.argmax(axis=1)
    recall = recall_score(Y, answers, average=None)
    precision = precision_score(Y, answers, average=None)
    for place, row in enumerate(rows):
        own = np.equal(Y, place)
        assert row[1] == str(own.sum())
        assert row[2:5] == [str((own & (answers == other)).sum()) for other in range(3)]
        assert row[5:] == [f"{100 * value:.1f} %" for value in (own.mean(), recall[place], precision[place])]


def test_a_class_that_is_never_answered_has_no_precision() -> None:
    found = {"parts": {"test": {"confusion": [[2, 1, 0], [1, 3, 0], [0, 0, 0]]}}}
    assert cells(confusion_table(found))[2][5:] == ["0.0 %", "n/a", "n/a"]


def test_reliability_of_all_symbols_is_that_of_all_rows() -> None:
    own = np.arange(400) % 3 == 0
    by_symbol = {
        name: [asdict(entry) for entry in reliability(P[rows], Y[rows])] for name, rows in (("A", own), ("B", ~own))
    }
    rows = cells(reliability_table({"reliability": by_symbol}))
    expected = reliability(P, Y)
    assert [row[1] for row in rows] == [str(entry.rows) for entry in expected]
    for row, entry in zip(rows, expected, strict=True):
        assert row[2] == f"{100 * entry.confidence:.1f} %"
        assert row[3] == f"{100 * entry.accuracy:.1f} %"


def test_importance_is_told_by_symbol_the_most_important_first() -> None:
    figures = {
        "rsi": {"mean": 0.01, "low": 0.0, "high": 0.02, "by_symbol": {"A": 0.03, "B": -0.01}, "sign_agreement": 0.5},
        "macd": {"mean": 0.05, "low": 0.04, "high": 0.06, "by_symbol": {"A": 0.05, "B": 0.05}, "sign_agreement": 1.0},
    }
    table = importance_table({"importance": figures})
    assert table is not None
    assert table.columns[-2:] == ("A", "B")
    assert cells(table) == [
        ["macd", "0.0500", "0.0400 to 0.0600", "100 %", "0.0500", "0.0500"],
        ["rsi", "0.0100", "0.0000 to 0.0200", "50 %", "0.0300", "-0.0100"],
    ]


def test_documents_from_before_there_were_such_figures_have_no_such_tables() -> None:
    old = {"metrics": {}, "parts": {"test": {"accuracy": 0.5}, "train": {}, "validation": {}}}
    for table in (figures_table, confusion_table, reliability_table, importance_table):
        assert table(old) is None
        assert table({"metrics": {}}) is None


def test_the_originals_models_have_nothing_to_judge() -> None:
    assert judgement_of({"metrics": {"train_loss": 1.0}, "training_manifest": {}}) is None
    found = judgement_of({"metrics": {"judgement": {"best_epoch": 3}, "test": {"rows": 5}}, "training_manifest": {}})
    assert found is not None
    assert found["parts"]["test"] == {"rows": 5}
    assert found["best_epoch"] == 3
