"""Judges a fitted model on every part of the split: figures beside the baselines, and what it relies on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.progress import Progress, silent, stage
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.neural.importance import ImportanceFigure, permutation_importance
from ktrdr_app.neural.metrics import ClassificationMetrics, classification_metrics
from ktrdr_app.neural.mlp import MLPTradingModel
from ktrdr_app.training.split import Split

IMPORTANCE_REPEATS = 10
CLASSES = 3


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
class Judgement:
    """Everything that is measured of a fitted model.

    Attributes
    ----------
    prior : ndarray of float64, shape (3,)
        Class frequencies of the training rows, each count raised by 1.
    measured : Measured
        Figures of each part, pooled and by symbol.
    importance : dict of str to ImportanceFigure
        Rise of the test NLL when a group of columns is shuffled.
    """

    prior: NDArray[np.float64]
    measured: Measured
    importance: dict[str, ImportanceFigure]


def judge(
    model: MLPTradingModel,
    scaled: NDArray[np.float32],
    block: FeatureBlock,
    rows: NDArray[np.intp],
    split: Split,
    groups: Mapping[str, list[int]],
    seed: int,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    seconds: dict[str, float] | None = None,
) -> Judgement:
    """Measure a fitted model on every part of the split, then what it relies on.

    Parameters
    ----------
    model : MLPTradingModel
        The fitted model.
    scaled : ndarray of float32, shape (n_rows, n_features)
        The block's rows, scaled.
    block : FeatureBlock
        Labels, owners and times of all rows.
    rows : ndarray of int
        Rows it was fitted on.
    split : Split
        Parts.
    groups : mapping of str to list of int
        Columns of each indicator, for importance.
    seed : int
        The run's seed.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Looked at before every repeat of importance.
    seconds : dict, optional
        Collects wall seconds of ``test`` and ``importance``.

    Raises
    ------
    Cancelled
        If the token was raised.
    """
    token = cancel or CancelToken("training")
    prior = class_prior(block.label[rows])
    with stage("test", progress, seconds):
        measured = _measured(model, scaled, block, prior, rows, split)
    with stage("importance", progress, seconds):
        test = split.test
        labels, owners = block.label[test], block.symbol_id[test]
        importance = permutation_importance(
            _OfRows(model, owners), scaled[test], labels, owners, groups, IMPORTANCE_REPEATS, seed, token
        )
    return Judgement(prior, measured, importance)


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
