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
from ktrdr_app.features.scaler import ScalerState, fit_scaler
from ktrdr_app.neural.importance import ImportanceFigure
from ktrdr_app.neural.mlp import MLPTradingModel
from ktrdr_app.neural.symbols import partly_hidden, symbol_columns, with_symbols
from ktrdr_app.neural.temperature import CalibrationFit
from ktrdr_app.neural.trainer import TrainingData, train_network
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.training.combine import combine_multi_symbol_data, pool
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
    calibration : CalibrationFit
        How logits become probabilities, and what that did to the validation rows.
    measured : Measured
        Figures of each part, pooled and by symbol.
    importance : dict of str to ImportanceFigure
        Rise of the test NLL when a group of columns is shuffled.
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
    calibration: CalibrationFit
    measured: Measured
    importance: dict[str, ImportanceFigure]


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
    """Split, combine, scale, fit and judge.

    Parameters
    ----------
    blocks : sequence of FeatureBlock
        Labelled rows, one block a symbol.
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

    Raises
    ------
    TooFewRows
        If a part of the split is too small.
    TrainingFailed
        If a feature or the loss is not finite.
    Cancelled
        If the token was raised.
    """
    token = cancel or CancelToken("training")
    block = pool(blocks)
    split = split_by_time(block, strategy.training.split)
    embedded = block.symbols if strategy.features.symbol_embedding else ()
    with stage("train", progress, seconds):
        rows = combine_multi_symbol_data(block, split.train, strategy.training.combination, seed, weights)
        scaler = fit_scaler(strategy.features.scaling, block.values[rows], block.contract.names)
        scaled = scaler.transform(block.values)
        fitted = train_network(
            _training_data(scaled, block, rows, embedded, partly_hidden(block.symbol_id[rows], seed)),
            _training_data(scaled, block, split.validation, embedded, block.symbol_id[split.validation]),
            strategy.network,
            strategy.training,
            seed,
            progress,
            token,
        )
    model = MLPTradingModel(fitted.network, scaler, block.contract.names, embedded)
    judgement = judge(model, scaled, block, rows, split, groups, strategy.training, seed, progress, token, seconds)
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
        calibration=judgement.calibration,
        measured=judgement.measured,
        importance=judgement.importance,
    )


def _training_data(
    scaled: NDArray[np.float32],
    block: FeatureBlock,
    rows: NDArray[np.intp],
    embedded: tuple[str, ...],
    codes: NDArray[np.int16],
) -> TrainingData:
    columns = symbol_columns(embedded)
    return TrainingData(
        x=np.ascontiguousarray(with_symbols(scaled[rows], codes, columns)),
        y=block.label[rows].astype(np.int64),
        symbol_id=block.symbol_id[rows],
        feature_names=(*block.contract.names, *embedded, *(("unknown symbol",) if embedded else ())),
        symbol_columns=columns,
    )
