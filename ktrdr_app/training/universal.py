"""Fits one network on the rows of many symbols and judges it, all in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.progress import EpochFinished, Note, Progress, silent, stage
from ktrdr_app.features.columns import measure_columns
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.features.scaler import ScalerState, scaler_of
from ktrdr_app.neural.importance import ImportanceFigure, permutation_importance
from ktrdr_app.neural.metrics import ClassificationMetrics, classification_metrics
from ktrdr_app.neural.mlp import MLPTradingModel
from ktrdr_app.neural.symbols import partly_hidden, symbol_columns, with_symbols
from ktrdr_app.neural.trainer import TrainingData, train_network
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.training.batches import Pace, pace_of
from ktrdr_app.training.checks import check_classes, check_finite, constant_features
from ktrdr_app.training.combine import combine_multi_symbol_data, pool
from ktrdr_app.training.split import Split, split_by_time
from ktrdr_app.training.store import let_pages_go

if TYPE_CHECKING:
    import torch

IMPORTANCE_REPEATS = 10
CLASSES = 3
FLAGS = ("volume_available",)
"""Features that may well be the same everywhere."""


@dataclass(frozen=True)
class Measured:
    """What a model is worth on each part of the split.

    Attributes
    ----------
    train, validation, test : ClassificationMetrics
        Pooled over symbols.
    per_symbol_validation, per_symbol_test : dict of str to ClassificationMetrics
        Each symbol on its own; a symbol without rows in a part is left out.
    test_as_unknown : ClassificationMetrics, optional
        The test part again, every symbol taken for an unknown one; None without symbol vectors.
    """

    train: ClassificationMetrics
    validation: ClassificationMetrics
    test: ClassificationMetrics
    per_symbol_validation: dict[str, ClassificationMetrics]
    per_symbol_test: dict[str, ClassificationMetrics]
    test_as_unknown: ClassificationMetrics | None = None


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
                _training_data(block, rows, embedded, partly_hidden(block.symbol_id[rows], seed)),
                epoch_rows=pace.rows_per_epoch,
            ),
            _training_data(block, split.validation, embedded, block.symbol_id[split.validation]),
            strategy.network,
            pace.applied_to(strategy.training),
            seed,
            progress,
            token,
        )
    model = MLPTradingModel(fitted.network, scaler, block.contract.names, embedded)
    prior = class_prior(block.label[rows])
    with stage("test", progress, seconds):
        measured = _measured(model, block.values, block, prior, rows, split)
        let_pages_go(block)
    with stage("importance", progress, seconds):
        importance = _importance(model, block.values, block, split.test, groups, seed, token)
    counts = np.bincount(block.symbol_id[rows], minlength=len(block.symbols))
    return JudgedModel(
        network=fitted.network,
        scaler=scaler,
        symbols=block.symbols,
        embedded=embedded,
        split=split,
        rows={symbol: int(count) for symbol, count in zip(block.symbols, counts, strict=True)},
        prior=prior,
        history=fitted.history,
        best_epoch=fitted.best_epoch,
        reason=fitted.reason,
        measured=measured,
        importance=importance,
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


def class_prior(label: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return the class frequencies, each count raised by 1 so that no class is impossible.

    Parameters
    ----------
    label : ndarray of int8, shape (n_rows,)
        Labels of training rows.

    Returns
    -------
    ndarray of float64, shape (3,)
        Frequencies that add up to 1 (Laplace's rule).

    Raises
    ------
    InvalidValue
        If there is no row.
    """
    if len(label) == 0:
        raise InvalidValue("label", "no rows", "at least one labelled row")
    counts = np.bincount(label, minlength=CLASSES) + 1.0
    return np.asarray(counts / counts.sum(), dtype=np.float64)


def _measured(
    model: MLPTradingModel,
    scaled: NDArray[np.float32],
    block: FeatureBlock,
    prior: NDArray[np.float64],
    rows: NDArray[np.intp],
    split: Split,
) -> Measured:
    measured = _Judge(model.predict_rows(scaled, block.symbol_id), block, prior).all_parts(rows, split)
    if not model.embedded:
        return measured
    unknown = _Judge(model.predict_proba_scaled(scaled), block, prior)
    return replace(measured, test_as_unknown=unknown.pooled(split.test))


def _training_data(
    block: FeatureBlock, rows: NDArray[np.intp], embedded: tuple[str, ...], codes: NDArray[np.int16]
) -> TrainingData:
    """Name rows of the scaled block; vectors of symbols need columns of their own, and thus a copy."""
    columns = symbol_columns(embedded)
    if columns == 0:
        return TrainingData(block.values, block.label, block.symbol_id, feature_names=block.contract.names, rows=rows)
    return TrainingData(
        x=with_symbols(block.values[rows], codes, columns),
        y=block.label[rows].astype(np.int64),
        symbol_id=block.symbol_id[rows],
        feature_names=(*block.contract.names, *embedded, "unknown symbol"),
        symbol_columns=columns,
    )


def _importance(
    model: MLPTradingModel,
    scaled: NDArray[np.float32],
    block: FeatureBlock,
    rows: NDArray[np.intp],
    groups: Mapping[str, list[int]],
    seed: int,
    token: CancelToken,
) -> dict[str, ImportanceFigure]:
    labels, owners = block.label[rows], block.symbol_id[rows]
    predictor = _OfRows(model, owners)
    return permutation_importance(predictor, scaled[rows], labels, owners, groups, IMPORTANCE_REPEATS, seed, token)


@dataclass(frozen=True)
class _OfRows:
    """A model whose rows belong to known symbols, whatever is shuffled in them."""

    model: MLPTradingModel
    owners: NDArray[np.int16]

    def predict_proba_scaled(self, scaled: NDArray[Any]) -> NDArray[np.float64]:
        return self.model.predict_rows(scaled, self.owners)


@dataclass(frozen=True)
class _Judge:
    """Probabilities of all rows, and the figures of chosen ones."""

    probabilities: NDArray[np.float64]
    block: FeatureBlock
    prior: NDArray[np.float64]

    def pooled(self, rows: NDArray[np.intp]) -> ClassificationMetrics:
        return classification_metrics(self.probabilities[rows], self.block.label[rows], self.prior)

    def all_parts(self, train: NDArray[np.intp], split: Split) -> Measured:
        return Measured(
            self.pooled(train),
            self.pooled(split.validation),
            self.pooled(split.test),
            self.by_symbol(split.validation),
            self.by_symbol(split.test),
        )

    def by_symbol(self, rows: NDArray[np.intp]) -> dict[str, ClassificationMetrics]:
        owners = self.block.symbol_id[rows]
        return {
            symbol: self.pooled(rows[owners == number])
            for number, symbol in enumerate(self.block.symbols)
            if (owners == number).any()
        }
