"""Fits one network on the rows of many symbols and judges it, all in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import EpochFinished, Progress, silent, stage
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.features.coverage import CoverageReference
from ktrdr_app.features.distribution import Distribution
from ktrdr_app.features.groups import input_groups
from ktrdr_app.features.neighbourhood import Neighbourhood
from ktrdr_app.features.scaler import ScalerState
from ktrdr_app.neural.checkpoint import Checkpoints
from ktrdr_app.neural.importance import ImportanceFigure
from ktrdr_app.neural.temperature import CalibrationFit
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.training.batches import Pace
from ktrdr_app.training.checks import check_finite
from ktrdr_app.training.combine import pool
from ktrdr_app.training.fitting import fit_rows
from ktrdr_app.training.judging import Measured, judge
from ktrdr_app.training.split import Split, split_by_time

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class JudgedModel:
    """A fitted network with everything that was measured of it.

    Attributes
    ----------
    network : torch.nn.Sequential
        Best weights, in evaluation mode.
    scaler : ScalerState
        Fitted on the training rows.
    symbols : tuple of str
        Symbols it learnt from.
    embedded : tuple of str
        Those with a learned vector; empty if the strategy does not ask for any.
    split : Split
        Parts and cut-offs.
    rows : dict of str to int
        Training rows of each symbol after combining.
    prior : ndarray of float64, shape (3,)
        Class frequencies of the training rows, each count raised by 1.
    history : tuple of EpochFinished
        Every epoch.
    best_epoch : int
        Epoch whose weights were kept.
    reason : str
        Why training ended, in words.
    trainer, device : str
        Which trainer fitted it, and where.
    calibration : CalibrationFit
        How logits become probabilities, and what that did to the validation rows.
    measured : Measured
        Figures of each part, pooled and by symbol.
    importance : dict of str to ImportanceFigure
        Rise of the test NLL when a group of columns is shuffled.
    pace : Pace
        What an epoch was.
    constant : tuple of str
        Features that did not vary over the training rows and were scaled to 0.
    reference : CoverageReference
        What is kept of the training part's rows, whatever the combination took of them.
    wound_up : bool
        Whether training was asked to end early: the network is the best so far, and training could go on.
    """

    network: torch.nn.Sequential
    scaler: ScalerState
    symbols: tuple[str, ...]
    embedded: tuple[str, ...]
    split: Split
    rows: dict[str, int]
    prior: NDArray[np.float64]
    history: tuple[EpochFinished, ...]
    best_epoch: int
    reason: str
    trainer: str
    device: str
    calibration: CalibrationFit
    measured: Measured
    importance: dict[str, ImportanceFigure]
    pace: Pace
    constant: tuple[str, ...]
    reference: CoverageReference
    wound_up: bool = False


def train_universal_model(
    blocks: Sequence[FeatureBlock],
    strategy: Strategy,
    groups: Mapping[str, list[int]],
    seed: int,
    weights: Mapping[str, float] | None = None,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    seconds: dict[str, float] | None = None,
) -> JudgedModel:
    """Pool, split, combine, scale, fit and judge.

    Parameters
    ----------
    blocks : sequence of FeatureBlock
        Labelled rows, one block a symbol; they stay as they are.
    strategy, groups, seed, weights, progress, cancel, seconds
        As `train_pooled` takes them.

    Raises
    ------
    KtrdrError
        As `pool` and `train_pooled` raise them.
    """
    return train_pooled(pool(blocks), strategy, groups, seed, weights, progress, cancel, seconds)


def train_pooled(
    block: FeatureBlock,
    strategy: Strategy,
    groups: Mapping[str, list[int]],
    seed: int,
    weights: Mapping[str, float] | None = None,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    seconds: dict[str, float] | None = None,
    device: str = "auto",
    checkpoints: Checkpoints | None = None,
) -> JudgedModel:
    """Split, combine, scale, fit and judge, with no second copy of the rows.

    Parameters
    ----------
    block : FeatureBlock
        Labelled rows of all symbols; its features are scaled where they lie.
    strategy : Strategy
        Network, training and label settings.
    groups : mapping of str to list of int
        Columns of each indicator, for importance.
    seed : int
        The run's seed.
    weights : mapping of str to float, optional
        Relative rows per symbol, for the ``weighted`` combination.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Stops it within a moment.
    seconds : dict, optional
        Collects wall seconds of ``train``, ``test`` and ``importance``.
    device, checkpoints
        As `train_network` takes them.

    Raises
    ------
    TooFewRows
        If a part of the split is too small.
    NotFinite, OneClass
        If a feature is not finite in some row, or a symbol's training rows have one label only.
    TrainingFailed
        If no feature varies, or the loss is not finite.
    Cancelled
        If the token was raised.
    """
    token = cancel or CancelToken("training")
    with stage("train", progress, seconds):
        check_finite(block)
        split = split_by_time(block, strategy.training.split)
        inputs = input_groups(strategy, block.contract.names)
        before = Distribution.of(
            block.values, block.symbol_id, split.train, block.symbols, block.contract.names, inputs
        )
        fitted = fit_rows(block, split, strategy, seed, weights, progress, token, device, checkpoints)
        sample = Neighbourhood.of(block.values, split.train, block.close_time, seed)
    fit, rows, trained = strategy.training, fitted.rows, fitted.trained
    judgement = judge(fitted.model, block.values, block, rows, split, groups, fit, seed, progress, token, seconds)
    counts = np.bincount(block.symbol_id[rows], minlength=len(block.symbols))
    return JudgedModel(
        network=trained.network,
        scaler=fitted.scaler,
        symbols=block.symbols,
        embedded=fitted.model.embedded,
        split=split,
        rows={symbol: int(count) for symbol, count in zip(block.symbols, counts, strict=True)},
        prior=judgement.prior,
        history=trained.history,
        best_epoch=trained.best_epoch,
        reason=trained.reason,
        trainer=trained.trainer,
        device=trained.device,
        calibration=judgement.calibration,
        measured=judgement.measured,
        importance=judgement.importance,
        pace=fitted.pace,
        constant=fitted.constant,
        reference=CoverageReference(before, sample),
        wound_up=trained.wound_up,
    )
