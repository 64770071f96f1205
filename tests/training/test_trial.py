"""One trial: judged on validation rows alone, given up where it falls behind, and the figures of a whole training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, NotFinite, TooFewRows
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.training.split import cuts_of, split_at
from ktrdr_app.training.trial import TrialScores, run_trial
from ktrdr_app.training.universal import train_pooled
from tests.training.planted_market import MARKETS, rows, strategy

SEED = 4


@pytest.fixture(scope="module")
def planted() -> FeatureBlock:
    """Return labelled rows of all markets; a test takes its own copy."""
    return rows("atr", 900)


def own(block: FeatureBlock) -> FeatureBlock:
    """Return a copy that may be scaled."""
    return replace(block, values=block.values.copy(), label=block.label.copy())


def settings(**changes: object) -> Strategy:
    """Return the planted strategy with other training settings."""
    given = strategy("atr").strategy
    return given.model_copy(update={"training": given.training.model_copy(update={"epochs": 6, **changes})})


def tried(block: FeatureBlock, wanted: Strategy | None = None, **options: object) -> TrialScores:
    """Carry a trial out on a copy."""
    wanted = wanted or settings()
    return run_trial(own(block), cuts_of(block, wanted.training.split), wanted, SEED, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def scores(planted: FeatureBlock) -> TrialScores:
    """Return the scores of a whole trial."""
    return tried(planted)


def test_it_has_the_validation_figures_of_a_training(scores: TrialScores, planted: FeatureBlock) -> None:
    model = train_pooled(own(planted), settings(), {}, SEED)
    assert scores.figures is not None
    for name in ("rows", "nll", "prior_nll", "skill", "accuracy", "macro_f1", "mcc", "confusion"):
        assert np.allclose(getattr(scores.figures, name), getattr(model.measured.validation, name), rtol=1e-12)
    assert scores.best_epoch == model.best_epoch
    assert len(scores.curve) == len(model.history)


def test_what_is_stated_belongs_to_the_validation_rows_of_each_symbol(
    scores: TrialScores, planted: FeatureBlock
) -> None:
    split = split_at(planted, cuts_of(planted, settings().training.split))
    assert list(scores.stated) == list(MARKETS)
    for code, said in enumerate(scores.stated.values()):
        rows_of_it = split.validation[planted.symbol_id[split.validation] == code]
        assert np.array_equal(said.close_time, planted.close_time[rows_of_it])
        assert np.all(np.diff(said.close_time) > 0)
        assert said.probabilities.sum(axis=1) == pytest.approx(1)


def test_no_test_row_has_a_say(scores: TrialScores, planted: FeatureBlock) -> None:
    """Features and labels of all test rows become others; every figure stays to the last bit."""
    changed = own(planted)
    test = split_at(planted, cuts_of(planted, settings().training.split)).test
    assert len(test) > 100
    changed.values[test] = np.random.default_rng(1).normal(size=changed.values[test].shape)
    changed.label[test] = (changed.label[test] + 1) % 3
    again = tried(changed)
    assert again.curve == scores.curve
    assert again.figures == scores.figures
    for symbol, said in again.stated.items():
        assert np.array_equal(said.probabilities, scores.stated[symbol].probabilities)


def test_the_curve_is_told_beside_an_answer_that_knows_only_the_shares(
    scores: TrialScores, planted: FeatureBlock
) -> None:
    split = split_at(planted, cuts_of(planted, settings().training.split))
    counts = np.bincount(planted.label[split.train], minlength=3) + 1
    log_shares = np.log(counts / counts.sum())
    losses = []
    for code in range(len(MARKETS)):
        labels = planted.label[split.validation][planted.symbol_id[split.validation] == code]
        losses.append(-log_shares[labels].mean())
    model = train_pooled(own(planted), settings(), {}, SEED)
    expected = [1 - epoch.val_loss / np.mean(losses) for epoch in model.history]
    assert scores.curve == pytest.approx(expected, rel=1e-5)


def test_with_balanced_classes_the_ignorant_answer_is_an_even_guess(planted: FeatureBlock) -> None:
    balanced = settings(class_weights="balanced")
    curve = tried(planted, balanced).curve
    history = train_pooled(own(planted), balanced, {}, SEED).history
    assert curve == pytest.approx([1 - epoch.val_loss / np.log(3) for epoch in history], rel=1e-3)


def test_one_that_falls_behind_is_given_up_at_that_epoch(scores: TrialScores, planted: FeatureBlock) -> None:
    best = np.maximum.accumulate(scores.curve)
    limits = (-np.inf, -np.inf, *(best[2:4]), best[4] + 1e-6, -np.inf)
    given_up = tried(planted, limits=limits)
    assert given_up.curve == scores.curve[:5]
    assert given_up.figures is None
    assert (given_up.best_epoch, given_up.stated) == (0, {})


def test_one_that_keeps_up_is_as_if_there_were_no_limits(scores: TrialScores, planted: FeatureBlock) -> None:
    kept = tried(planted, limits=tuple(np.maximum.accumulate(scores.curve)))
    assert kept.curve == scores.curve
    assert kept.figures == scores.figures


def test_limits_end_where_none_is_known(planted: FeatureBlock, scores: TrialScores) -> None:
    assert tried(planted, limits=(-np.inf,)).curve == scores.curve


def test_stopping_it_is_no_giving_up(planted: FeatureBlock) -> None:
    token = CancelToken("the sweep")
    token.cancel()
    with pytest.raises(Cancelled):
        tried(planted, cancel=token)


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda block: block.values.__setitem__((5, 0), np.nan), NotFinite),
        (lambda block: block.close_time.sort(), None),
    ],
)
def test_rows_that_cannot_be_learnt_from_are_refused(
    planted: FeatureBlock, spoil: Callable[[FeatureBlock], None], error: type[Exception] | None
) -> None:
    spoilt = own(planted)
    spoilt = replace(spoilt, close_time=spoilt.close_time.copy())
    spoil(spoilt)
    if error is None:
        few = settings().model_copy(update={"training": settings().training})
        late = replace(cuts_of(planted, few.training.split), validation_start=int(planted.close_time.max()))
        with pytest.raises(TooFewRows):
            run_trial(spoilt, late, few, SEED)
        return
    with pytest.raises(error):
        tried(spoilt)
