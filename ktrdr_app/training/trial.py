"""A trial: one network fitted and judged on validation rows alone, and given up where others did better by then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import EpochFinished, ProgressEvent
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.neural.losses import symbol_averages
from ktrdr_app.neural.metrics import ClassificationMetrics, classification_metrics
from ktrdr_app.neural.rows import class_weights
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.training.checks import check_finite
from ktrdr_app.training.fitting import Fitted, fit_rows
from ktrdr_app.training.judging import calibrate, class_prior
from ktrdr_app.training.split import Cuts, Split, split_at


@dataclass(frozen=True)
class Stated:
    """What a model says of the validation rows of one symbol, in order of time.

    Attributes
    ----------
    close_time : ndarray of int64, shape (n_rows,)
        When each row was known, nanoseconds UTC.
    probabilities : ndarray of float64, shape (n_rows, 3)
        Of BUY, HOLD and SELL.
    """

    close_time: NDArray[np.int64]
    probabilities: NDArray[np.float64]


@dataclass(frozen=True)
class TrialScores:
    """What came of a trial.

    Attributes
    ----------
    curve : tuple of float
        After each epoch 1 - validation loss / loss of a network that knows only the classes' shares: comparable among
        trials, whatever their labels and class weights are.
    figures : ClassificationMetrics, optional
        Of the best epoch's weights on the validation rows, calibrated; None if the trial was given up.
    best_epoch : int
        Epoch whose weights were judged; 0 if it was given up.
    stated : dict of str to Stated
        By symbol; empty if it was given up.
    """

    curve: tuple[float, ...]
    figures: ClassificationMetrics | None
    best_epoch: int
    stated: dict[str, Stated]


class _GivenUp(Exception):
    """The trial is worse than its limit; thrown through the trainer, which has no other way to be stopped for good."""


def run_trial(
    block: FeatureBlock,
    cuts: Cuts,
    strategy: Strategy,
    seed: int,
    weights: Mapping[str, float] | None = None,
    limits: Sequence[float] = (),
    cancel: CancelToken | None = None,
    device: str = "auto",
) -> TrialScores:
    """Fit a network and judge it on the validation rows; test rows are cut off and looked at nowhere.

    Parameters
    ----------
    block : FeatureBlock
        Labelled rows of all symbols, symbol after symbol; its features are scaled where they lie.
    cuts : Cuts
        Where it is cut: the same instants for all trials of a sweep.
    strategy : Strategy
        Network, training and label settings.
    seed : int
        The run's seed.
    weights : mapping of str to float, optional
        Relative rows per symbol, for the ``weighted`` combination.
    limits : sequence of float
        Least best-so-far value of the curve after each epoch; -inf where none is known.
    cancel : CancelToken, optional
        Stops it within a moment.
    device : str
        As `train_network` takes it.

    Raises
    ------
    KtrdrError
        As `split_at` and `fit_rows` raise them.
    """
    check_finite(block)
    split = split_at(block, cuts)
    ignorant = _ignorant_loss(block, split, strategy)
    curve: list[float] = []

    def listen(event: ProgressEvent) -> None:
        if isinstance(event, EpochFinished):
            curve.append(1.0 - event.val_loss / ignorant if ignorant > 0 else 0.0)
            if len(curve) <= len(limits) and max(curve) < limits[len(curve) - 1]:
                raise _GivenUp

    try:
        fitted = fit_rows(block, split, strategy, seed, weights, listen, cancel, device)
    except _GivenUp:
        return TrialScores(tuple(curve), None, 0, {})
    return _judged(block, split, strategy, fitted, tuple(curve))


def _judged(
    block: FeatureBlock, split: Split, strategy: Strategy, fitted: Fitted, curve: tuple[float, ...]
) -> TrialScores:
    calibrate(fitted.model, block.values, block, fitted.rows, split, strategy.training)
    rows = split.validation
    owners = block.symbol_id[rows]
    p = fitted.model.predict_rows(block.values[rows], owners)
    figures = classification_metrics(p, block.label[rows], class_prior(block.label[fitted.rows]))
    stated = {}
    for code, symbol in enumerate(block.symbols):
        own = owners == code
        stated[symbol] = Stated(block.close_time[rows[own]], p[own])
    return TrialScores(curve, figures, fitted.trained.best_epoch, stated)


def _ignorant_loss(block: FeatureBlock, split: Split, strategy: Strategy) -> float:
    """Return the validation loss, averaged over symbols, of answering the weighted classes' shares of training rows."""
    learnt = block.label[split.train]
    shares = class_prior(learnt) * class_weights(learnt, strategy.training)
    answer = np.log(np.maximum(shares / shares.sum(), np.finfo(np.float32).tiny)).astype(np.float32)
    labels, owners = block.label[split.validation], block.symbol_id[split.validation]
    logits = np.tile(answer, (len(labels), 1))
    loss, _ = symbol_averages(logits, labels.astype(np.int8), np.unique(owners, return_inverse=True)[1])
    return loss
