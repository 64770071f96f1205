"""The run in plain words: every case, each sentence held against the figures it was made of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ktrdr_app.neural.calibration import UNCALIBRATED, Calibration
from ktrdr_app.neural.importance import ImportanceFigure
from ktrdr_app.neural.metrics import ClassificationMetrics, classification_metrics
from ktrdr_app.neural.temperature import CalibrationFit
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.training.universal import JudgedModel, train_universal_model
from ktrdr_app.workflows.train_sentences import sentences_of
from tests.features.strategies import probe
from tests.training.blocks import planted

SURE = {"skill": (0.01, 0.08), "accuracy_gain": (0.02, 0.18), "accuracy": (0.42, 0.58)}


@pytest.fixture(scope="module")
def strategy() -> Strategy:
    """Return a strategy that trains three epochs."""
    return probe().strategy


@pytest.fixture(scope="module")
def model(strategy: Strategy) -> JudgedModel:
    """Return a model of two planted symbols."""
    groups = {"noise": [0], "rule": [1], "other": [2]}
    return train_universal_model([planted("A", 400, seed=1), planted("B", 400, seed=2)], strategy, groups, 0)


def figures(
    accuracy: float = 0.5,
    majority: float = 0.4,
    nll: float = 1.0,
    prior: float = 1.05,
    intervals: dict[str, tuple[float, float]] = SURE,
    confusion: Any = ((20, 10, 5), (10, 20, 5), (5, 5, 20)),
) -> ClassificationMetrics:
    base = classification_metrics(np.full((100, 3), 1 / 3), np.zeros(100, dtype=np.int64), [0.4, 0.3, 0.3])
    told = {
        "accuracy": accuracy,
        "majority_accuracy": majority,
        "nll": nll,
        "prior_nll": prior,
        "skill": 1 - nll / prior,
    }
    return replace(base, **told, intervals=intervals, confusion=confusion)


def told(model: JudgedModel, strategy: Strategy, **parts: Any) -> str:
    """Return the sentences about a model whose figures are replaced."""
    measured = replace(model.measured, **({"test": figures(), "per_symbol_test": {}} | parts))
    return " ".join(sentences_of(replace(model, measured=measured), strategy))


def test_why_it_ended_comes_first(model: JudgedModel, strategy: Strategy) -> None:
    sentences = sentences_of(model, strategy)
    assert sentences[0] == f"Training {model.reason}."
    assert str(model.best_epoch) in sentences[0]


def test_labels_that_are_hindsight_are_told(model: JudgedModel, strategy: Strategy) -> None:
    assert "hindsight" not in told(model, strategy)
    swings = strategy.model_copy(update={"labels": strategy.labels.model_copy(update={"method": "segment"})})
    assert "Its labels (segment) are hindsight" in told(model, swings)


@pytest.mark.parametrize(
    ("accuracy", "majority", "nll", "prior", "said"),
    [
        (0.50, 0.40, 1.00, 1.05, False),
        (0.40, 0.40, 1.00, 1.05, True),
        (0.50, 0.40, 1.05, 1.05, True),
        (0.50, 0.40, 1.10, 1.05, True),
        (0.35, 0.40, 1.00, 1.05, True),
    ],
)
def test_no_skill_is_said_unless_both_baselines_are_beaten(
    model: JudgedModel, strategy: Strategy, accuracy: float, majority: float, nll: float, prior: float, said: bool
) -> None:
    text = told(model, strategy, test=figures(accuracy, majority, nll, prior))
    assert ("No skill" in text) is said
    assert ("beats both baselines" in text) is not said
    assert f"right {100 * accuracy:.1f} %" in text
    assert f"is right {100 * majority:.1f} %" in text
    assert f"skill {100 * (1 - nll / prior) + 0.0:+.1f} %".replace("+0.0", "0.0") in text


@pytest.mark.parametrize(
    ("skill", "gain", "said"),
    [
        ((0.01, 0.08), (0.02, 0.18), "by more than chance explains"),
        ((-0.01, 0.08), (0.02, 0.18), "but the gain over the class frequencies may be chance"),
        ((0.01, 0.08), (0.0, 0.18), "but the gain in accuracy may be chance"),
        ((0.0, 0.08), (-0.1, 0.18), "but the gain over the class frequencies and the gain in accuracy may be chance"),
    ],
)
def test_chance_is_named_where_an_interval_reaches_zero(
    model: JudgedModel, strategy: Strategy, skill: tuple[float, float], gain: tuple[float, float], said: str
) -> None:
    text = told(model, strategy, test=figures(intervals=SURE | {"skill": skill, "accuracy_gain": gain}))
    assert said in text
    assert "(90 % interval 42.0 % to 58.0 %)" in text
    assert f"to {100 * skill[1]:+.1f} %)" in text


class TestSymbols:
    def test_those_where_it_fails_are_named_the_worst_first(self, model: JudgedModel, strategy: Strategy) -> None:
        found = {"IBM": figures(nll=1.06), "AAPL": figures(), "GOOG": figures(nll=1.26)}
        text = told(model, strategy, per_symbol_test=found)
        assert "GOOG (-20.0 %) and IBM (-1.0 %) are where it fails" in text
        assert "GOOG (-20.0 %) is where it fails" in told(
            model, strategy, per_symbol_test={"AAPL": figures(), "GOOG": figures(nll=1.26)}
        )

    def test_a_model_that_fails_on_the_pool_is_not_told_symbol_by_symbol(
        self, model: JudgedModel, strategy: Strategy
    ) -> None:
        found = {"A": figures(), "B": figures(nll=1.2)}
        assert "where it fails" not in told(model, strategy, test=figures(nll=1.1), per_symbol_test=found)

    def test_skill_that_may_be_chance_on_one_symbol(self, model: JudgedModel, strategy: Strategy) -> None:
        found = {"A": figures(), "B": figures(nll=1.03, intervals={"skill": (-0.02, 0.05)})}
        text = told(model, strategy, per_symbol_test=found)
        assert "skill on every symbol, least on B (+1.9 %); taken alone, B may owe it to chance" in text
        text = told(model, strategy, per_symbol_test={"A": figures(), "B": figures(nll=1.03)})
        assert "skill on every symbol, least on B (+1.9 %)." in text

    def test_one_symbol_has_nothing_to_compare(self, model: JudgedModel, strategy: Strategy) -> None:
        assert "every symbol" not in told(model, strategy, per_symbol_test={"A": figures()})


class TestClasses:
    def judged(self, model: JudgedModel, strategy: Strategy, prior: list[float], confusion: Any) -> str:
        return told(replace(model, prior=np.array(prior)), strategy, test=figures(confusion=confusion))

    def test_a_rare_class_that_is_not_found_is_hardly_learnt(self, model: JudgedModel, strategy: Strategy) -> None:
        text = self.judged(model, strategy, [0.4, 0.57, 0.03], ((20, 10, 0), (10, 20, 0), (10, 9, 1)))
        assert "SELL is hardly learnt: 3.0 % of the training labels, 5.0 % of its 20 test rows found" in text
        assert f"a smaller threshold than {strategy.labels.threshold:g} would make it more frequent" in text
        assert "BUY is" not in text

    def test_a_frequent_class_that_is_not_found_gets_no_hint(self, model: JudgedModel, strategy: Strategy) -> None:
        text = self.judged(model, strategy, [0.4, 0.3, 0.3], ((30, 0, 0), (30, 0, 0), (5, 0, 25)))
        assert "HOLD is hardly learnt: 30.0 % of the training labels, 0.0 % of its 30 test rows found." in text

    def test_a_rare_class_that_is_found_is_only_rare(self, model: JudgedModel, strategy: Strategy) -> None:
        text = self.judged(model, strategy, [0.45, 0.05, 0.5], ((20, 0, 0), (2, 8, 0), (0, 0, 20)))
        assert (
            "HOLD is rare: 5.0 % of the training labels, 80.0 % of its 10 test rows found; a larger threshold" in text
        )

    def test_a_class_without_test_rows(self, model: JudgedModel, strategy: Strategy) -> None:
        text = self.judged(model, strategy, [0.02, 0.49, 0.49], ((0, 0, 0), (2, 8, 0), (0, 0, 20)))
        assert "BUY is rare: 2.0 % of the training labels, no test row" in text

    def test_classes_that_are_there_and_found_go_unmentioned(self, model: JudgedModel, strategy: Strategy) -> None:
        text = self.judged(model, strategy, [0.4, 0.3, 0.3], ((20, 10, 5), (10, 20, 5), (5, 5, 20)))
        assert "rare" not in text
        assert "hardly" not in text


class TestCalibration:
    def fitted(self, model: JudgedModel, calibration: Calibration, reason: str = "") -> JudgedModel:
        return replace(model, calibration=CalibrationFit(calibration, reason, 50, 1.2, 1.1))

    def test_what_it_changed(self, model: JudgedModel, strategy: Strategy) -> None:
        before, after = replace(figures(nll=1.1), ece=0.083), replace(figures(), ece=0.021)
        judged = self.fitted(model, Calibration(1.5))
        text = told(judged, strategy, test=after, test_uncalibrated=before)
        changed = "changed the test NLL from 1.1000 to 1.0000 and the calibration error from 8.3 % to 2.1 %."
        assert f"Calibration (temperature 1.50) {changed}" in text
        judged = self.fitted(model, Calibration(1.5, (0.1, -0.1, 0.0)))
        assert "(temperature 1.50 after undoing the class weights)" in told(judged, strategy, test_uncalibrated=before)

    def test_that_it_made_test_rows_worse(self, model: JudgedModel, strategy: Strategy) -> None:
        judged = self.fitted(model, Calibration(1.5))
        assert "made it worse" in told(judged, strategy, test_uncalibrated=figures(nll=0.9))

    def test_why_there_is_none(self, model: JudgedModel, strategy: Strategy) -> None:
        judged = self.fitted(model, UNCALIBRATED, "the validation rows hold one class only")
        text = told(judged, strategy, test_uncalibrated=None)
        assert "as the network gives them: the validation rows hold one class only." in text


class TestReliance:
    def test_the_most_important_group_with_its_interval_and_agreement(
        self, model: JudgedModel, strategy: Strategy
    ) -> None:
        found = {
            "rsi": ImportanceFigure(0.01, 0.005, 0.02, {0: 0.01, 1: 0.01}),
            "macd": ImportanceFigure(0.05, 0.04, 0.06, {0: 0.11, 1: -0.01}),
        }
        text = told(replace(model, importance=found), strategy)
        assert "relies most on macd" in text
        assert "by 0.0500 (90 % interval 0.0400 to 0.0600), on 1 of 2 symbols" in text

    def test_nothing_that_matters_clearly(self, model: JudgedModel, strategy: Strategy) -> None:
        found = {"rsi": ImportanceFigure(0.001, -0.002, 0.004, {0: 0.001})}
        assert "No indicator matters clearly" in told(replace(model, importance=found), strategy)

    def test_no_groups(self, model: JudgedModel, strategy: Strategy) -> None:
        assert "indicator" not in told(replace(model, importance={}), strategy)
