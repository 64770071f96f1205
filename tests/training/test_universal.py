"""The universal model: learns what is there, judges it beside the baselines, and repeats bit for bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score, log_loss
from sklearn.preprocessing import StandardScaler

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, TrainingFailed
from ktrdr_app.core.progress import EpochFinished, StageFinished
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.features.neighbourhood import SAMPLE_ROWS
from ktrdr_app.neural.metrics import ClassificationMetrics
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.training.combine import COMBINATIONS, pool
from ktrdr_app.training.universal import JudgedModel, train_pooled, train_universal_model
from tests.features.strategies import probe
from tests.training.blocks import planted

GROUPS = {"noise": [0], "rule": [1], "other": [2]}
BLOCKS = [planted("A", 700, seed=1), planted("B", 500, seed=2), planted("C", 600, seed=3)]


def _strategy(combination: str = "concatenate", epochs: int = 25, **network: object) -> Strategy:
    strategy = probe().strategy
    training = strategy.training.model_copy(
        update={"combination": combination, "epochs": epochs, "patience": 30, "learning_rate": 0.01}
    )
    shape = strategy.network.model_copy(update={"hidden_layers": [12], "dropout": 0.0} | network)
    return strategy.model_copy(update={"training": training, "network": shape})


def _train(blocks: list[FeatureBlock] = BLOCKS, combination: str = "concatenate", seed: int = 0) -> JudgedModel:
    weights = {"A": 1.0, "B": 1.0, "C": 2.0} if combination == "weighted" else None
    return train_universal_model(blocks, _strategy(combination), GROUPS, seed, weights)


def _bytes(model: JudgedModel) -> bytes:
    return b"".join(value.numpy().tobytes() for value in model.network.state_dict().values())


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_a_planted_rule_is_learnt_in_every_combination(combination: str) -> None:
    model = _train(combination=combination)
    assert model.measured.test.accuracy > 0.85
    assert model.measured.test.skill > 0.5
    assert min(figures.skill for figures in model.measured.per_symbol_test.values()) > 0.4


@pytest.mark.parametrize("defect", ["labels shuffled on their own", "features of one symbol with labels of another"])
def test_any_mispairing_destroys_it(defect: str) -> None:
    if defect.startswith("labels"):
        random = np.random.default_rng(0)
        blocks = [replace(b, label=random.permutation(b.label)) for b in BLOCKS]
    else:
        rows = 500
        cut = [b.take(np.arange(rows)) for b in BLOCKS]
        blocks = [replace(b, label=cut[(i + 1) % 3].label) for i, b in enumerate(cut)]
    model = _train(blocks)
    assert model.measured.test.skill < 0.05
    assert model.measured.test.accuracy < 0.55


def test_figures_equal_those_of_scikit_learn_on_the_same_rows() -> None:
    model = _train()
    block = pool(BLOCKS)
    test = model.split.test
    with torch.no_grad():
        logits = model.network(torch.from_numpy(model.scaler.transform(block.values[test])))
    shares = torch.softmax(logits.double() / model.calibration.calibration.temperature, dim=1).numpy()
    assert model.measured.test.accuracy == pytest.approx(accuracy_score(block.label[test], shares.argmax(axis=1)))
    assert model.measured.test.nll == pytest.approx(log_loss(block.label[test], shares, labels=[0, 1, 2]), rel=1e-5)
    train = block.label[model.split.train]
    prior = np.array([(train == k).sum() + 1 for k in range(3)]) / (len(train) + 3)
    np.testing.assert_allclose(model.prior, prior)
    guess = np.tile(prior, (len(test), 1))
    assert model.measured.test.prior_nll == pytest.approx(log_loss(block.label[test], guess, labels=[0, 1, 2]))
    majority = np.full(len(test), prior.argmax())
    assert model.measured.test.majority_accuracy == pytest.approx(accuracy_score(block.label[test], majority))


def test_the_scaler_has_seen_training_rows_only() -> None:
    model = _train()
    block = pool(BLOCKS)
    peer = StandardScaler().fit(block.values[model.split.train].astype(np.float64))
    np.testing.assert_allclose(model.scaler.offset, peer.mean_)
    np.testing.assert_allclose(model.scaler.scale, peer.scale_)


def test_what_lies_in_the_test_part_changes_no_weight() -> None:
    model = _train()
    cut = model.split.validation_end
    spoiled = []
    for b in BLOCKS:
        values, label = b.values.copy(), b.label.copy()
        values[b.close_time > cut] *= 50
        label[b.close_time > cut] = 1
        spoiled.append(replace(b, values=values, label=label))
    assert _bytes(_train(spoiled)) == _bytes(model)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    first = _train(seed=5)
    torch.manual_seed(99)
    np.random.default_rng(1).random(10)
    assert _bytes(_train(seed=5)) == _bytes(first)
    assert _bytes(_train(seed=6)) != _bytes(first)


def test_importance_finds_the_planted_column() -> None:
    importance = _train().importance
    assert importance["rule"].low > 0.3
    assert abs(importance["noise"].mean) < 0.1
    assert abs(importance["other"].mean) < 0.1


def test_rows_are_counted_after_combining() -> None:
    balanced = _train(combination="balanced")
    assert len(set(balanced.rows.values())) == 1
    assert sum(_train().rows.values()) == len(_train().split.train)


def test_progress_tells_stages_and_epochs() -> None:
    seen: list[object] = []
    seconds: dict[str, float] = {}
    train_universal_model(BLOCKS, _strategy(epochs=4), GROUPS, 0, progress=seen.append, seconds=seconds)
    assert [event.stage for event in seen if isinstance(event, StageFinished)] == ["train", "test", "importance"]
    assert [event.epoch for event in seen if isinstance(event, EpochFinished)] == [1, 2, 3, 4]
    assert set(seconds) == {"train", "test", "importance"}


def test_a_raised_token_ends_it_within_an_epoch() -> None:
    token = CancelToken("training")
    epochs: list[int] = []

    def listen(event: object) -> None:
        if isinstance(event, EpochFinished):
            epochs.append(event.epoch)
            token.cancel()

    with pytest.raises(Cancelled):
        train_universal_model(BLOCKS, _strategy(epochs=50), GROUPS, 0, progress=listen, cancel=token)
    assert epochs == [1]


def test_a_feature_that_is_not_finite_is_named() -> None:
    values = BLOCKS[0].values.copy()
    values[10, 2] = np.inf
    with pytest.raises(TrainingFailed, match="f2"):
        _train([replace(BLOCKS[0], values=values), *BLOCKS[1:]])


def _sides_told_apart(figures: ClassificationMetrics) -> float:
    """Return the share of BUY and SELL rows answered BUY or SELL that are on the right side."""
    (buy, _, bought_wrong), _, (sold_wrong, _, sell) = figures.confusion
    return (buy + sell) / max(buy + sell + bought_wrong + sold_wrong, 1)


class TestSymbolVectors:
    OPPOSITE = (planted("A", 900, seed=1), planted("B", 900, seed=2, sign=-1.0))

    def _trained(self, embedding: bool) -> JudgedModel:
        strategy = _strategy(hidden_layers=[16])
        features = strategy.features.model_copy(update={"symbol_embedding": embedding})
        return train_universal_model(self.OPPOSITE, strategy.model_copy(update={"features": features}), GROUPS, 0)

    def test_symbols_of_opposite_rules_are_told_apart_by_their_vectors_alone(self) -> None:
        without, with_vectors = self._trained(False), self._trained(True)
        assert _sides_told_apart(without.measured.test) < 0.6
        assert without.embedded == ()
        assert without.measured.test_as_unknown is None
        assert _sides_told_apart(with_vectors.measured.test) > 0.95
        assert with_vectors.embedded == ("A", "B")

    def test_an_unknown_symbol_gets_neither_rule(self) -> None:
        model = self._trained(True)
        assert model.measured.test_as_unknown is not None
        assert _sides_told_apart(model.measured.test_as_unknown) < 0.7
        assert model.measured.test_as_unknown.skill < model.measured.test.skill

    def test_it_repeats_bit_for_bit_and_importance_still_finds_the_column(self) -> None:
        model = self._trained(True)
        assert _bytes(model) == _bytes(self._trained(True))
        assert model.importance["rule"].mean > 10 * abs(model.importance["noise"].mean)


def test_the_reference_is_of_the_training_rows_before_scaling_and_of_no_other() -> None:
    block = pool(BLOCKS)
    before = block.values.copy()
    model = train_pooled(block, _strategy(epochs=2), GROUPS, 3)
    known, train = model.reference.distribution, model.split.train
    assert known.rows.tolist() == np.bincount(block.symbol_id[train]).tolist()
    for column in range(3):
        cuts = np.quantile(before[train, column], np.arange(1, 10) / 10, method="inverted_cdf")
        assert known.edges[column].tolist() == cuts.tolist()
    scaled = model.scaler.transform(before[train])
    rows = {row.tobytes() for row in scaled}
    sample = model.reference.neighbourhood.rows
    assert len(sample) == min(SAMPLE_ROWS, len(train))
    assert {row.tobytes() for row in sample} <= rows


def test_later_rows_change_nothing_of_the_reference() -> None:
    block, touched = pool(BLOCKS), pool(BLOCKS)
    later = np.setdiff1d(np.arange(len(block)), train_pooled(block, _strategy(epochs=1), GROUPS, 0).split.train)
    touched.values[later] = touched.values[later] * 50 + 7
    models = [train_pooled(rows, _strategy(epochs=1), GROUPS, 0) for rows in (pool(BLOCKS), touched)]
    assert models[0].reference.to_document() == models[1].reference.to_document()


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_the_reference_does_not_depend_on_how_symbols_are_combined(combination: str) -> None:
    assert (
        _train(combination=combination).reference.to_document()["features"]
        == _train().reference.to_document()["features"]
    )


def test_the_sample_of_the_reference_follows_the_seed() -> None:
    documents = [_train(seed=seed).reference.to_document() for seed in (0, 0, 1)]
    assert documents[0] == documents[1]
    assert documents[0]["sample"]["values"] != documents[2]["sample"]["values"]
    assert documents[0]["features"] == documents[2]["features"]
