"""Row pairing: a rule that only right (features, label, symbol) rows show is learnt in every mode, and else is not.

Above 0.4 of one feature symbol A goes up and symbol B goes down. Features with another row's label, or with that of the
other symbol, and rows under the other symbol's name have nothing of it left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from ktrdr_app.neural.rows import TrainingData
from ktrdr_app.neural.symbols import partly_hidden
from ktrdr_app.neural.trainer import TrainedNetwork, train_network
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.training import fitting
from ktrdr_app.training.combine import COMBINATIONS, pool
from ktrdr_app.training.store import RowStore
from ktrdr_app.training.universal import JudgedModel, train_pooled, train_universal_model
from tests.features.strategies import probe
from tests.training.blocks import block, planted

BLOCKS = [planted("A", 900, seed=1), planted("B", 900, seed=2, sign=-1.0).take(np.arange(200, 900))]
GROUPS = {"noise": [0], "rule": [1], "other": [2]}
LEARNT, NOT_LEARNT = 0.93, 0.75
"""Shares of sides told apart."""


def _strategy(combination: str, **features: object) -> Strategy:
    strategy = probe().strategy
    training = {"combination": combination, "epochs": 30, "patience": 30, "learning_rate": 0.01}
    return strategy.model_copy(
        update={
            "training": strategy.training.model_copy(update=training),
            "network": strategy.network.model_copy(update={"hidden_layers": [16], "dropout": 0.0}),
            "features": strategy.features.model_copy(update=features),
        }
    )


def _trained(combination: str) -> JudgedModel:
    weights = {"A": 1.0, "B": 0.7} if combination == "weighted" else None
    return train_universal_model(BLOCKS, _strategy(combination, symbol_embedding=True), GROUPS, 0, weights)


def _sides_told_apart(model: JudgedModel) -> float:
    """Return the share of BUY and SELL rows of the test part answered BUY or SELL that are on the right side."""
    (buy, _, bought_wrong), _, (sold_wrong, _, sell) = model.measured.test.confusion
    return (buy + sell) / max(buy + sell + bought_wrong + sold_wrong, 1)


def _labels_drawn_on_their_own(data: TrainingData) -> TrainingData:
    """The original's balanced mode: features and labels of a symbol sampled independently of each other."""
    random = np.random.default_rng(0)
    y = data.y.copy()
    for owner in (0, 1):
        own = np.flatnonzero(data.symbol_id == owner)
        y[own] = y[random.choice(own, len(own))]
    return replace(data, y=y)


def _labels_of_the_other_symbol(data: TrainingData) -> TrainingData:
    """The original's alignment: features of one symbol row by row beside the labels of another."""
    y = data.y.copy()
    first, second = (np.flatnonzero(data.symbol_id == owner) for owner in (0, 1))
    y[first], y[second] = data.y[np.resize(second, len(first))], data.y[np.resize(first, len(second))]
    return replace(data, y=y)


def _labels_one_row_late(data: TrainingData) -> TrainingData:
    return replace(data, y=np.roll(data.y, 1))


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_the_rule_is_learnt_in_every_combination(combination: str) -> None:
    model = _trained(combination)
    assert _sides_told_apart(model) > LEARNT
    assert model.measured.test.skill > 0.7
    assert min(figures.skill for figures in model.measured.per_symbol_test.values()) > 0.3


@pytest.mark.parametrize(
    ("combination", "defect"),
    [
        ("balanced", _labels_drawn_on_their_own),
        ("concatenate", _labels_of_the_other_symbol),
        ("interleave", _labels_one_row_late),
    ],
)
def test_any_mispairing_destroys_it(
    combination: str, defect: Callable[[TrainingData], TrainingData], monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoiled(train: TrainingData, validation: TrainingData, *others: object) -> TrainedNetwork:
        return train_network(defect(train), defect(validation), *others)  # type: ignore[arg-type]

    monkeypatch.setattr(fitting, "train_network", spoiled)
    model = _trained(combination)
    assert _sides_told_apart(model) < NOT_LEARNT
    assert model.measured.test.skill < 0.05


def test_rows_under_the_other_symbol_s_name_destroy_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def mixed(codes: np.ndarray, seed: int) -> np.ndarray:
        return np.random.default_rng(0).permutation(partly_hidden(codes, seed))

    monkeypatch.setattr(fitting, "partly_hidden", mixed)
    assert _sides_told_apart(_trained("weighted")) < NOT_LEARNT


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_every_row_that_the_trainer_reads_is_whole(combination: str, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = [block("A", 600, serial=0), block("B", 400, serial=1000, start=100)]
    seen: list[TrainingData] = []

    def listening(train: TrainingData, validation: TrainingData, *others: object) -> TrainedNetwork:
        seen.extend((train, validation))
        return train_network(train, validation, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(fitting, "train_network", listening)
    strategy = _strategy(combination)
    short = strategy.training.model_copy(update={"epochs": 1})
    weights = {"A": 2.0, "B": 1.0} if combination == "weighted" else None
    model = train_universal_model(blocks, strategy.model_copy(update={"training": short}), GROUPS, 3, weights)
    train, validation = seen
    for data in (train, validation):
        assert data.rows is not None
        serial = np.rint(data.x[data.rows, 0] * model.scaler.scale[0] + model.scaler.offset[0]).astype(int)
        np.testing.assert_array_equal(data.y[data.rows], serial % 3)
        np.testing.assert_array_equal(data.symbol_id[data.rows], (serial >= 1000).astype(int))
        assert len(np.unique(serial)) == len(serial)
    assert not set(train.rows) & set(validation.rows)
    assert len(train) == sum(model.rows.values())
    assert model.constant == ("f1", "f2")


def test_blocks_that_were_handed_in_stay_as_they_are() -> None:
    before = [entry.values.copy() for entry in BLOCKS]
    _trained("concatenate")
    for entry, values in zip(BLOCKS, before, strict=True):
        np.testing.assert_array_equal(entry.values, values)


def test_rows_on_disk_give_the_weights_that_rows_in_memory_give() -> None:
    strategy = _strategy("balanced")
    short = strategy.model_copy(update={"training": strategy.training.model_copy(update={"epochs": 3})})
    with RowStore(limit=0) as store:
        for entry in BLOCKS:
            store.append(entry)
        mapped = store.pooled()
    models = [train_pooled(rows, short, GROUPS, 0) for rows in (mapped, pool(BLOCKS))]
    first, second = ([value.numpy().tobytes() for value in model.network.state_dict().values()] for model in models)
    assert first == second
    assert models[0].measured == models[1].measured
