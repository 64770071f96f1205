"""Fits one network on the training rows of a block: combined, scaled where they lie, learnt from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Note, Progress, silent
from ktrdr_app.features.columns import measure_columns
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.features.scaler import ScalerState, scaler_of
from ktrdr_app.neural.checkpoint import Checkpoints
from ktrdr_app.neural.model import MLPTradingModel
from ktrdr_app.neural.symbols import partly_hidden, symbol_columns
from ktrdr_app.neural.trainer import TrainedNetwork, TrainingData, train_network
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.training.batches import Pace, pace_of
from ktrdr_app.training.checks import check_classes, constant_features
from ktrdr_app.training.combine import combine_multi_symbol_data
from ktrdr_app.training.split import Split

FLAGS = ("volume_available",)
"""Features that may well be the same everywhere."""


@dataclass(frozen=True)
class Fitted:
    """A fitted network, before anything is measured of it.

    Attributes
    ----------
    model : MLPTradingModel
        Best weights with their scaler; not calibrated.
    trained : TrainedNetwork
        How it was reached.
    scaler : ScalerState
        Fitted on ``rows``; the block is scaled by it.
    rows : ndarray of int
        Rows it learnt from, in training order.
    pace : Pace
        What an epoch was.
    constant : tuple of str
        Features that did not vary over the training rows and were scaled to 0.
    """

    model: MLPTradingModel
    trained: TrainedNetwork
    scaler: ScalerState
    rows: NDArray[np.intp]
    pace: Pace
    constant: tuple[str, ...]


def fit_rows(
    block: FeatureBlock,
    split: Split,
    strategy: Strategy,
    seed: int,
    weights: Mapping[str, float] | None = None,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    device: str = "auto",
    checkpoints: Checkpoints | None = None,
) -> Fitted:
    """Combine, scale and fit.

    Parameters
    ----------
    block : FeatureBlock
        Labelled rows, all finite; its features are scaled where they lie.
    split : Split
        Its training and validation rows.
    strategy : Strategy
        Network and training settings.
    seed : int
        The run's seed.
    weights : mapping of str to float, optional
        Relative rows per symbol, for the ``weighted`` combination.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Stops it within a moment.
    device, checkpoints
        As `train_network` takes them.

    Raises
    ------
    TooFewRows
        If the combination leaves too few rows.
    OneClass
        If a symbol's training rows have one label only.
    TrainingFailed
        If no feature varies, or the loss is not finite.
    Cancelled
        If the token was raised.
    """
    embedded = block.symbols if strategy.features.symbol_embedding else ()
    rows = combine_multi_symbol_data(block, split.train, strategy.training.combination, seed, weights)
    check_classes(block, rows)
    scaler, constant = _scaled_in_place(block, rows, strategy, progress)
    pace = pace_of(strategy.training, len(rows), len(block.symbols))
    codes = partly_hidden(block.symbol_id, seed) if embedded else block.symbol_id
    trained = train_network(
        _training_data(block, rows, embedded, codes, pace.rows_per_epoch),
        _training_data(block, split.validation, embedded, block.symbol_id),
        strategy.network,
        pace.applied_to(strategy.training),
        seed,
        progress,
        cancel,
        device,
        checkpoints,
    )
    model = MLPTradingModel(trained.network, scaler, block.contract.names, embedded)
    return Fitted(model, trained, scaler, rows, pace, constant)


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
    block: FeatureBlock,
    rows: NDArray[np.intp],
    embedded: tuple[str, ...],
    codes: NDArray[np.int16],
    epoch_rows: int = 0,
) -> TrainingData:
    return TrainingData(
        x=block.values,
        y=block.label,
        symbol_id=block.symbol_id,
        feature_names=block.contract.names,
        rows=rows,
        codes=codes if embedded else None,
        symbol_columns=symbol_columns(embedded),
        epoch_rows=epoch_rows,
    )
