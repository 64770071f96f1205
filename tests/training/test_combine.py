"""Combining symbols: rows stay whole, validation and test stay out, draws are recorded and repeatable."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ktrdr_app.core.errors import InvalidValue, ModelRejected, TooFewRows
from ktrdr_app.features.contract import FeatureContract
from ktrdr_app.training.combine import COMBINATIONS, combine_multi_symbol_data, parted, pool
from tests.training.blocks import HOUR, block

BIG = block("BIG", 300, serial=1000, step=2)
SMALL = block("SMALL", 100, serial=5000, start=1, step=2)
POOLED = pool([BIG, SMALL])
TRAIN = np.concatenate([np.arange(200), 300 + np.arange(60)])
WEIGHTS = {"BIG": 3.0, "SMALL": 1.0}


def _rows(combination: str, seed: int = 0) -> np.ndarray:
    weights = WEIGHTS if combination == "weighted" else None
    return combine_multi_symbol_data(POOLED, TRAIN, combination, seed, weights)


def test_pooled_rows_keep_features_label_and_owner_together() -> None:
    serial = POOLED.values[:, 0].astype(int)
    np.testing.assert_array_equal(POOLED.label, serial % 3)
    np.testing.assert_array_equal(POOLED.symbol_id, (serial >= 5000).astype(int))
    np.testing.assert_array_equal(POOLED.label_end - POOLED.close_time, np.full(400, 10 * HOUR))
    assert POOLED.symbols == ("BIG", "SMALL")


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_only_training_rows_are_drawn_and_none_twice(combination: str) -> None:
    rows = _rows(combination)
    assert set(rows.tolist()) <= set(TRAIN.tolist())
    assert len(np.unique(rows)) == len(rows)


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_taken_rows_are_still_whole(combination: str) -> None:
    taken = POOLED.take(_rows(combination))
    serial = taken.values[:, 0].astype(int)
    np.testing.assert_array_equal(taken.label, serial % 3)
    np.testing.assert_array_equal(taken.symbol_id, (serial >= 5000).astype(int))


def test_concatenate_keeps_all_rows_symbol_after_symbol() -> None:
    np.testing.assert_array_equal(_rows("concatenate"), TRAIN)


def test_interleave_goes_by_close_time() -> None:
    rows = _rows("interleave")
    assert sorted(rows.tolist()) == sorted(TRAIN.tolist())
    closes = POOLED.close_time[rows]
    assert (np.diff(closes) >= 0).all()
    assert POOLED.symbol_id[rows[:120]].tolist() == [0, 1] * 60


def test_balanced_takes_as_many_of_each_as_the_smallest_has() -> None:
    counts = np.bincount(POOLED.symbol_id[_rows("balanced")])
    assert counts.tolist() == [60, 60]


def test_weighted_takes_shares_as_large_as_they_can_be() -> None:
    counts = np.bincount(POOLED.symbol_id[_rows("weighted")])
    assert counts.tolist() == [180, 60]


@pytest.mark.parametrize("combination", ["balanced", "weighted"])
def test_draws_depend_on_the_seed_alone(combination: str) -> None:
    np.testing.assert_array_equal(_rows(combination, 3), _rows(combination, 3))
    assert not np.array_equal(_rows(combination, 3), _rows(combination, 4))


def test_draws_of_one_symbol_do_not_depend_on_the_others() -> None:
    three = pool([block("OTHER", 90, serial=9000), BIG, SMALL])
    train = np.concatenate([np.arange(60), 90 + TRAIN])
    rows = combine_multi_symbol_data(three, train, "balanced", 3)
    of_big = three.values[rows[three.symbol_id[rows] == 1], 0]
    alone = _rows("balanced", 3)
    np.testing.assert_array_equal(of_big, POOLED.values[alone[POOLED.symbol_id[alone] == 0], 0])


@pytest.mark.parametrize(
    ("combination", "weights"),
    [
        ("mixed", None),
        ("weighted", None),
        ("weighted", {"BIG": 1.0}),
        ("weighted", {"BIG": 1.0, "SMALL": 0.0}),
        ("weighted", {"BIG": 1.0, "SMALL": float("inf")}),
        ("weighted", {"BIG": 1.0, "SMALL": float("nan")}),
        ("weighted", {"BIG": 1.0, "SMALL": 1.0, "ELSE": 1.0}),
        ("balanced", WEIGHTS),
    ],
)
def test_what_does_not_fit_is_named(combination: str, weights: dict[str, float] | None) -> None:
    with pytest.raises(InvalidValue):
        combine_multi_symbol_data(POOLED, TRAIN, combination, 0, weights)


def test_blocks_of_another_contract_are_refused() -> None:
    other = replace(SMALL, contract=FeatureContract(SMALL.contract.names, "another"))
    with pytest.raises(ModelRejected, match="differ"):
        pool([BIG, other])


def test_weights_that_leave_a_symbol_without_rows_are_refused() -> None:
    with pytest.raises(TooFewRows, match="training part of SMALL has 0"):
        combine_multi_symbol_data(POOLED, TRAIN, "weighted", 0, {"BIG": 1000.0, "SMALL": 1.0})
    with pytest.raises(TooFewRows, match="the training part has 20"):
        combine_multi_symbol_data(POOLED, TRAIN[190:210], "balanced", 0)


def test_a_pooled_block_comes_apart_into_what_was_pooled() -> None:
    blocks = [block("A", 120), block("B", 40, serial=500), block("C", 77, serial=900)]
    pooled = pool(blocks)
    for part, whole in zip(parted(pooled), blocks, strict=True):
        assert part.symbols == whole.symbols
        for name in ("values", "label", "symbol_id", "close_time", "label_end"):
            np.testing.assert_array_equal(getattr(part, name), getattr(whole, name))
        assert np.shares_memory(part.values, pooled.values)
