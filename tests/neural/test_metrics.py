"""Metrics against scikit-learn, and what they refuse."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.neural.metrics import (
    FIGURES,
    LEAST_PROBABILITY,
    class_probabilities_nll,
    classification_metrics,
    resampled_figures,
)

PRIOR = np.array([0.2, 0.5, 0.3])
LABELS = [0, 1, 2]


def drawn(rows: int, seed: int, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    return draw.dirichlet([1, 1, 1], rows), draw.integers(0, classes, rows)


@settings(max_examples=80, deadline=None)
@given(rows=st.integers(1, 50), seed=st.integers(0, 10_000), classes=st.integers(1, 3))
def test_every_figure_is_scikit_learns(rows: int, seed: int, classes: int) -> None:
    p, y = drawn(rows, seed, classes)
    answer = p.argmax(axis=1)
    ours = classification_metrics(p, y, PRIOR)
    averaged = {"labels": LABELS, "average": "macro", "zero_division": 0}
    assert ours.rows == rows
    assert ours.accuracy == pytest.approx(sk.accuracy_score(y, answer))
    assert ours.macro_f1 == pytest.approx(sk.f1_score(y, answer, **averaged))
    assert ours.precision == pytest.approx(sk.precision_score(y, answer, **averaged))
    assert ours.recall == pytest.approx(sk.recall_score(y, answer, **averaged))
    assert ours.nll == pytest.approx(sk.log_loss(y, p, labels=LABELS))
    assert ours.prior_nll == pytest.approx(sk.log_loss(y, np.tile(PRIOR, (rows, 1)), labels=LABELS))
    assert ours.confusion == tuple(tuple(row) for row in sk.confusion_matrix(y, answer, labels=LABELS).tolist())
    assert ours.majority_accuracy == pytest.approx(sk.accuracy_score(y, np.ones(rows)))
    if len(np.unique([*y, *answer])) > 1:
        assert ours.mcc == pytest.approx(sk.matthews_corrcoef(y, answer), abs=1e-12)
    else:
        assert ours.mcc == 0
    assert ours.brier == pytest.approx(sk.brier_score_loss(y, p, labels=LABELS, scale_by_half=False))
    seen = sk.recall_score(y, answer, labels=np.unique(y), average="macro", zero_division=0)
    assert ours.balanced_accuracy == pytest.approx(seen)  # balanced_accuracy_score, without its warning


@settings(max_examples=40, deadline=None)
@given(rows=st.integers(1, 60), seed=st.integers(0, 10_000), classes=st.integers(1, 3))
def test_baselines_score_what_scikit_learn_gives_their_answers(rows: int, seed: int, classes: int) -> None:
    p, y = drawn(rows, seed, classes)
    ours = classification_metrics(p, y, PRIOR)
    for name, stated in (("majority", np.array([0.0, 1.0, 0.0])), ("prior", PRIOR)):
        table = np.tile(stated, (rows, 1))
        again = classification_metrics(table, y, PRIOR)
        assert set(ours.baselines[name]) == set(FIGURES)
        for figure, value in ours.baselines[name].items():
            assert value == pytest.approx(getattr(again, figure), abs=1e-9), figure
        assert ours.baselines[name]["brier"] == pytest.approx(
            sk.brier_score_loss(y, table, labels=LABELS, scale_by_half=False)
        )
        assert ours.baselines[name]["nll"] == pytest.approx(sk.log_loss(y, table, labels=LABELS))
        assert ours.baselines[name]["mcc"] == 0


def test_balanced_accuracy_is_scikit_learns_where_all_classes_occur() -> None:
    p, y = drawn(200, 8)
    expected = sk.balanced_accuracy_score(y, p.argmax(axis=1))
    assert classification_metrics(p, y, PRIOR).balanced_accuracy == pytest.approx(expected)


def test_resampled_figures_are_those_of_the_rows_that_were_added_up() -> None:
    p, y = drawn(300, 9)
    rows = np.random.default_rng(1).integers(0, 300, 300)
    sums = np.zeros((1, 11))
    for row in rows:
        sums[0, 3 * y[row] + p[row].argmax()] += 1
        sums[0, 9] -= math.log(p[row, y[row]])
        sums[0, 10] -= math.log(PRIOR[y[row]])
    expected = classification_metrics(p[rows], y[rows], PRIOR)
    found = {name: float(values[0]) for name, values in resampled_figures(sums, 1).items()}
    assert found.pop("accuracy_gain") == pytest.approx(expected.accuracy - expected.majority_accuracy)
    assert set(found) == {"accuracy", "balanced_accuracy", "macro_f1", "mcc", "nll", "skill"}
    for name, value in found.items():
        assert value == pytest.approx(getattr(expected, name)), name


class TestSkill:
    def test_answering_the_prior_has_none(self) -> None:
        _, y = drawn(100, 0)
        ours = classification_metrics(np.tile(PRIOR, (100, 1)), y, PRIOR)
        assert ours.skill == pytest.approx(0, abs=1e-12)
        assert ours.accuracy == ours.majority_accuracy

    def test_knowing_the_labels_has_all(self) -> None:
        _, y = drawn(100, 0)
        ours = classification_metrics(np.eye(3)[y], y, PRIOR)
        assert (ours.skill, ours.accuracy, ours.macro_f1, ours.precision, ours.recall) == (1, 1, 1, 1, 1)

    def test_being_sure_and_wrong_is_worse_than_the_prior(self) -> None:
        y = np.array([0, 1, 2, 1])
        wrong = np.full((4, 3), 0.01) + np.eye(3)[(y + 1) % 3] * 0.97
        ours = classification_metrics(wrong, y, PRIOR)
        assert ours.skill < -1
        assert ours.skill == pytest.approx(1 - ours.nll / ours.prior_nll)

    def test_by_hand(self) -> None:
        p = np.array([[0.5, 0.25, 0.25], [0.1, 0.8, 0.1]])
        ours = classification_metrics(p, np.array([0, 2]), [0.25, 0.25, 0.5])
        assert ours.nll == pytest.approx((math.log(2) + math.log(10)) / 2)
        assert ours.prior_nll == pytest.approx((math.log(4) + math.log(2)) / 2)
        assert ours.skill == pytest.approx(1 - math.log(20) / math.log(8))
        assert ours.confusion == ((1, 0, 0), (0, 0, 0), (0, 1, 0))
        assert (ours.accuracy, ours.majority_accuracy) == (0.5, 0.5)

    def test_a_prior_that_leaves_nothing_to_explain_has_skill_zero(self) -> None:
        ours = classification_metrics(np.tile([0.0, 1.0, 0.0], (5, 1)), np.ones(5, dtype=int), [0, 1, 0])
        assert (ours.prior_nll, ours.skill) == (0, 0)


class TestEdges:
    def test_a_probability_of_zero_costs_much_but_not_infinitely(self) -> None:
        p, y = np.array([[0.0, 1.0, 0.0]]), np.array([0])
        assert class_probabilities_nll(p, y)[0] == pytest.approx(-math.log(LEAST_PROBABILITY))
        ours = classification_metrics(p, y, [0, 0.5, 0.5])
        assert math.isfinite(ours.nll)
        assert math.isfinite(ours.skill)

    def test_the_majority_is_the_priors_not_the_rows(self) -> None:
        p, _ = drawn(10, 0)
        assert classification_metrics(p, np.zeros(10, dtype=int), [0.1, 0.1, 0.8]).majority_accuracy == 0

    def test_an_absent_class_counts_zero_in_the_means(self) -> None:
        y = np.array([0, 1, 0, 1])
        ours = classification_metrics(np.eye(3)[y], y, PRIOR)
        assert ours.macro_f1 == pytest.approx(2 / 3)
        assert ours.accuracy == 1

    def test_of_equal_probabilities_the_first_class_is_the_answer(self) -> None:
        ours = classification_metrics(np.full((3, 3), 1 / 3), np.array(LABELS), PRIOR)
        assert ours.confusion == ((1, 0, 0), (1, 0, 0), (1, 0, 0))

    def test_small_whole_types_do_not_overflow(self) -> None:
        p, y = drawn(500, 3)
        assert classification_metrics(p, y.astype(np.int8), PRIOR) == classification_metrics(p, y, PRIOR)

    def test_float32_probabilities_serve(self) -> None:
        p, y = drawn(50, 4)
        ours = classification_metrics(p.astype(np.float32), y, PRIOR.astype(np.float32))
        assert ours.nll == pytest.approx(classification_metrics(p, y, PRIOR).nll, rel=1e-5)

    def test_figures_are_plain_numbers_that_json_takes(self) -> None:
        p, y = drawn(50, 5)
        document = json.loads(json.dumps(dataclasses.asdict(classification_metrics(p, y, PRIOR)), allow_nan=False))
        assert document["rows"] == 50
        assert sum(map(sum, document["confusion"])) == 50

    def test_the_loss_is_given_row_by_row(self) -> None:
        p, y = drawn(30, 6)
        expected = [-math.log(row[label]) for row, label in zip(p, y, strict=True)]
        np.testing.assert_allclose(class_probabilities_nll(p, y), expected)


class TestRefusals:
    def test_no_rows(self) -> None:
        with pytest.raises(InvalidValue, match="rows is 0"):
            classification_metrics(np.empty((0, 3)), np.empty(0, dtype=int), PRIOR)

    @pytest.mark.parametrize("shape", [(4, 3), (5, 2), (5,)])
    def test_probabilities_of_another_shape(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(InvalidValue, match="probabilities"):
            classification_metrics(np.ones(shape), np.zeros(5, dtype=int), PRIOR)

    @pytest.mark.parametrize("y", [np.array([0, 3]), np.array([-1, 0]), np.array([0.0, 1.0]), np.array([[0], [1]])])
    def test_labels_of_no_class(self, y: np.ndarray) -> None:
        with pytest.raises(InvalidValue, match="labels"):
            classification_metrics(np.full((2, 3), 1 / 3), y, PRIOR)

    @pytest.mark.parametrize("row", [[0.5, 0.5, 0.5], [1.2, -0.1, -0.1], [np.nan, 0.5, 0.5], [2.0, -3.0, 1.0]])
    def test_rows_that_are_no_probabilities(self, row: list[float]) -> None:
        with pytest.raises(InvalidValue, match="adding up to 1"):
            classification_metrics(np.array([row]), np.array([0]), PRIOR)

    def test_a_prior_that_is_none(self) -> None:
        p, y = drawn(3, 0)
        with pytest.raises(InvalidValue, match="adding up to 1"):
            classification_metrics(p, y, [10, 20, 30])
