"""Fits one network on the rows of many symbols and judges it, all in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import EpochFinished, Note, Progress, silent, stage
from ktrdr_app.features.columns import measure_columns
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.features.scaler import ScalerState, scaler_of
from ktrdr_app.neural.checkpoint import Checkpoints
from ktrdr_app.neural.importance import ImportanceFigure
from ktrdr_app.neural.mlp import MLPTradingModel
from ktrdr_app.neural.symbols import partly_hidden, symbol_columns
from ktrdr_app.neural.temperature import CalibrationFit
from ktrdr_app.neural.trainer import TrainingData, train_network
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.training.batches import Pace, pace_of
from ktrdr_app.training.checks import check_classes, check_finite, constant_features
from ktrdr_app.training.combine import combine_multi_symbol_data, pool
from ktrdr_app.training.judging import Measured, judge
from ktrdr_app.training.split import Split, split_by_time

if TYPE_CHECKING:
    import torch

FLAGS = ("volume_available",)
"""Features that may well be the same everywhere."""


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
        Stops it within one batch.
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
    embedded = block.symbols if strategy.features.symbol_embedding else ()
    with stage("train", progress, seconds):
        check_finite(block)
        split = split_by_time(block, strategy.training.split)
        rows = combine_multi_symbol_data(block, split.train, strategy.training.combination, seed, weights)
        check_classes(block, rows)
        scaler, constant = _scaled_in_place(block, rows, strategy, progress)
        pace = pace_of(strategy.training, len(rows), len(block.symbols))
        fitted = train_network(
            replace(
                _training_data(block, rows, embedded, partly_hidden(block.symbol_id, seed)),
                epoch_rows=pace.rows_per_epoch,
            ),
            _training_data(block, split.validation, embedded, block.symbol_id),
            strategy.network,
            pace.applied_to(strategy.training),
            seed,
            progress,
            token,
            device,
            checkpoints,
        )
    model = MLPTradingModel(fitted.network, scaler, block.contract.names, embedded)
    fit = strategy.training
    judgement = judge(model, block.values, block, rows, split, groups, fit, seed, progress, token, seconds)
    counts = np.bincount(block.symbol_id[rows], minlength=len(block.symbols))
    return JudgedModel(
        network=fitted.network,
        scaler=scaler,
        symbols=block.symbols,
        embedded=embedded,
        split=split,
        rows={symbol: int(count) for symbol, count in zip(block.symbols, counts, strict=True)},
        prior=judgement.prior,
        history=fitted.history,
        best_epoch=fitted.best_epoch,
        reason=fitted.reason,
        trainer=fitted.trainer,
        device=fitted.device,
        calibration=judgement.calibration,
        measured=judgement.measured,
        importance=judgement.importance,
        pace=pace,
        constant=constant,
    )


def _scaled_in_place(
    block: FeatureBlock, rows: NDArray[np.intp], strategy: Strategy, progress: Progress
) -> tuple[ScalerState, tuple[str, ...]]:
    """Scale a block by its training rows; return the scaler and the features that it makes 0 of."""
    figures = measure_columns(block.values, rows)
    scaler = scaler_of(strategy.features.scaling, figures, block.contract.names)
    constant = constant_features(figures, block.contract.names)
    told = [name for name in constant if name not in FLAGS]
    if told:
        progress(Note("warning", f"of no use, as they do not vary over the training rows: {', '.join(told)}"))
    scaler.transform_in_place(block.values)
    return scaler, constant


def _training_data(
    block: FeatureBlock, rows: NDArray[np.intp], embedded: tuple[str, ...], codes: NDArray[np.int16]
) -> TrainingData:
    return TrainingData(
        x=block.values,
        y=block.label,
        symbol_id=block.symbol_id,
        feature_names=block.contract.names,
        rows=rows,
        codes=codes if embedded else None,
        symbol_columns=symbol_columns(embedded),
    )
