"""A fold knows nothing of what is left out, is cut where all are cut, and is the model that a training gives."""

from __future__ import annotations

import pickle
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, TooFewRows
from ktrdr_app.training.combine import pool
from ktrdr_app.training.folds import FoldScores, FoldWork, keep_work, rows_to_judge, run_fold, run_kept_fold
from ktrdr_app.training.split import LEAST_PART, cuts_of
from ktrdr_app.training.universal import JudgedModel, train_pooled
from tests.features.strategies import probe
from tests.training.blocks import planted

BLOCKS = (planted("A", 700, seed=1), planted("B", 700, seed=2), planted("C", 700, seed=3))
GROUPS = {"noise": [0], "rule": [1], "other": [2]}


def _work(combination: str = "concatenate", embedding: bool = False, **training: object) -> FoldWork:
    strategy = probe().strategy
    fitting = {"combination": combination, "epochs": 6, "patience": 9, "learning_rate": 0.01} | training
    changed = strategy.model_copy(
        update={
            "training": strategy.training.model_copy(update=fitting),
            "network": strategy.network.model_copy(update={"hidden_layers": [12], "dropout": 0.1}),
            "features": strategy.features.model_copy(update={"symbol_embedding": embedding}),
        }
    )
    weights = {"A": 1.0, "B": 2.0, "C": 3.0} if combination == "weighted" else None
    return FoldWork.of(pool(BLOCKS), changed, 4, weights)


@cache
def _fold(*left_out: str) -> FoldScores:
    return run_fold(left_out, _work())


def _equal(first: FoldScores, second: FoldScores) -> bool:
    return first.left_out == second.left_out and all(
        np.array_equal(losses.model, second.losses[name].model)
        and np.array_equal(losses.prior, second.losses[name].prior)
        for name, losses in first.losses.items()
    )


def _trained(work: FoldWork, symbols: str) -> JudgedModel:
    blocks = [block for block in BLOCKS if block.symbols[0] in symbols]
    return train_pooled(pool(blocks), work.strategy, GROUPS, work.seed, work.weights)


@pytest.mark.parametrize("combination", ["concatenate", "balanced", "weighted"])
def test_with_none_left_out_it_is_the_model_of_a_training(combination: str) -> None:
    work = _work(combination, class_weights="balanced")
    fold, model = run_fold((), work), _trained(work, "ABC")
    assert set(fold.losses) == set("ABC")
    assert (fold.rows, fold.epochs, fold.best_epoch) == (sum(model.rows.values()), 6, model.best_epoch)
    for symbol, losses in fold.losses.items():
        figures = model.measured.per_symbol_test[symbol]
        assert losses.model.mean() == pytest.approx(figures.nll, rel=1e-6)
        assert losses.prior.mean() == pytest.approx(figures.prior_nll)
        assert len(losses.model) == figures.rows


def test_with_one_left_out_it_is_the_model_of_a_training_of_the_others() -> None:
    model = _trained(_work(), "AC")  # the symbols have the same bars, and so the same cuts
    judged = BLOCKS[1]
    rows = np.flatnonzero(judged.close_time > model.split.test_start)
    logits = model.scaler.transform(judged.values[rows]).astype(np.float64)
    layers = [value.double().numpy() for value in model.network.state_dict().values()]
    hidden = np.maximum(logits @ layers[0].T + layers[1], 0)
    scores = model.calibration.calibration.probabilities(np.ascontiguousarray(hidden @ layers[2].T + layers[3]))
    expected = -np.log(scores[np.arange(len(rows)), judged.label[rows]])
    losses = _fold("B").losses
    assert set(losses) == {"B"}
    np.testing.assert_allclose(losses["B"].model, expected, rtol=1e-4, atol=1e-6)


def test_the_prior_is_that_of_the_symbols_it_learnt_from() -> None:
    cuts = _work().cuts
    labels = [block.label[block.label_end <= cuts.train_end] for block in (BLOCKS[0], BLOCKS[2])]
    counts = np.bincount(np.concatenate(labels), minlength=3) + 1
    judged = BLOCKS[1].label[BLOCKS[1].close_time > cuts.test_start]
    np.testing.assert_allclose(_fold("B").losses["B"].prior, -np.log(counts / counts.sum())[judged])


def test_nothing_of_a_symbol_that_is_left_out_is_learnt() -> None:
    work = _work()
    spoiled = work.blocks[1]
    before = spoiled.close_time <= work.cuts.test_start
    values = np.where(before[:, np.newaxis], spoiled.values * 50 + 3, spoiled.values).astype(np.float32)
    label = np.where(before, (spoiled.label + 1) % 3, spoiled.label).astype(np.int8)
    other = replace(work, blocks=(work.blocks[0], replace(spoiled, values=values, label=label), work.blocks[2]))
    assert _equal(run_fold(("B",), other), _fold("B"))
    assert not _equal(run_fold(("A",), other), _fold("A"))


def test_nothing_after_the_cut_is_learnt_of_any_symbol() -> None:
    work, blocks = _work(), []
    for block in work.blocks:
        late = block.close_time > work.cuts.test_start
        values = np.where(late[:, np.newaxis], block.values * 50, block.values).astype(np.float32)
        blocks.append(block if block.symbols == ("B",) else replace(block, values=values))
    assert _equal(run_fold(("B",), replace(work, blocks=tuple(blocks))), _fold("B"))


def test_several_may_be_left_out_together() -> None:
    fold = _fold("A", "B")
    assert set(fold.losses) == {"A", "B"}
    assert fold.rows == int((BLOCKS[2].label_end <= _work().cuts.train_end).sum())


def test_all_are_cut_where_the_model_of_all_is_cut() -> None:
    late = planted("D", 400, seed=9)
    shifted = replace(late, close_time=late.close_time + 10**15, label_end=late.label_end + 10**15)
    work = FoldWork.of(pool([*BLOCKS, shifted]), _work().strategy, 0)
    assert work.cuts == cuts_of(pool([*BLOCKS, shifted]), work.strategy.training.split)
    assert work.cuts != cuts_of(pool(BLOCKS), work.strategy.training.split)


def test_a_vector_is_known_for_those_that_took_part_only() -> None:
    work = _work(embedding=True)
    fold, model = run_fold((), work), _trained(work, "ABC")
    for symbol, losses in fold.losses.items():
        assert losses.model.mean() == pytest.approx(model.measured.per_symbol_test[symbol].nll, rel=1e-6)
    assert np.isfinite(run_fold(("B",), work).losses["B"].model).all()


def test_work_and_scores_can_be_sent_to_another_process() -> None:
    work = pickle.loads(pickle.dumps(_work()))
    assert _equal(pickle.loads(pickle.dumps(run_fold(("B",), work))), _fold("B"))


def test_rows_that_are_handed_in_stay_as_they_are() -> None:
    work = _work()
    before = [block.values.copy() for block in work.blocks]
    run_fold(("A",), work)
    for block, values in zip(work.blocks, before, strict=True):
        np.testing.assert_array_equal(block.values, values)


def test_a_raised_token_ends_it() -> None:
    token = CancelToken("the certificate")
    token.cancel()
    with pytest.raises(Cancelled):
        run_fold((), _work(), token)


def test_rows_to_judge_are_those_known_after_the_last_cut() -> None:
    work = _work()
    rows = rows_to_judge(work.blocks[0], work.cuts)
    np.testing.assert_array_equal(
        np.arange(len(work.blocks[0]))[rows], np.flatnonzero(work.blocks[0].close_time > work.cuts.test_start)
    )
    short = work.blocks[0].take(np.arange(rows.start + LEAST_PART - 1))
    with pytest.raises(TooFewRows, match="leave it out"):
        rows_to_judge(short, work.cuts)


def test_work_that_was_kept_in_a_file_gives_the_same_scores(tmp_path: Path) -> None:
    path = keep_work(_work(), tmp_path)
    assert path.parent == tmp_path
    assert _equal(run_kept_fold(("A",), path), _fold("A"))
