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
from ktrdr_app.neural.calibration import UNCALIBRATED
from ktrdr_app.neural.importance import ImportanceFigure, permutation_importance
from ktrdr_app.neural.metrics import CLASSES, ClassificationMetrics
from ktrdr_app.neural.model import MLPTradingModel
from ktrdr_app.neural.reliability import ReliabilityBin
from ktrdr_app.neural.rows import class_weights
from ktrdr_app.neural.symbols import UNKNOWN
from ktrdr_app.neural.temperature import CalibrationFit, fit_calibration
from ktrdr_app.strategy.schema import TrainingSettings
from ktrdr_app.training.parts import PartJudge
from ktrdr_app.training.split import Split
from ktrdr_app.training.store import let_pages_go

IMPORTANCE_REPEATS = 10
IMPORTANCE_ROWS = 200_000
"""Most test rows that importance is measured on: a rise of the loss is as sure with these as with millions."""
_PIECE = 1 << 17
"""Rows whose features are copied out of the block at a time."""


@dataclass(frozen=True)
class Measured:
    """What a model is worth on each part of the split, with the calibration that it is used with.

    Attributes
    ----------
    train, validation, test : ClassificationMetrics
        Pooled over symbols, with intervals.
    per_symbol_train, per_symbol_validation, per_symbol_test : dict of str to ClassificationMetrics
        Each symbol on its own, with intervals but for the training rows; a symbol without rows in a part is left out.
    block_slots : dict of str to float
        Mean block length of the intervals of each part, in distinct close times.
    reliability : dict of str to list of ReliabilityBin
        Whether the probabilities of the test rows come true, by symbol.
    test_uncalibrated : ClassificationMetrics, optional
        The test part with probabilities as the network gives them; None where they are used so.
    test_as_unknown : ClassificationMetrics, optional
        The test part again, every symbol taken for an unknown one; None without symbol vectors.
    """

    train: ClassificationMetrics
    validation: ClassificationMetrics
    test: ClassificationMetrics
    per_symbol_train: dict[str, ClassificationMetrics]
    per_symbol_validation: dict[str, ClassificationMetrics]
    per_symbol_test: dict[str, ClassificationMetrics]
    block_slots: dict[str, float]
    reliability: dict[str, list[ReliabilityBin]]
    test_uncalibrated: ClassificationMetrics | None = None
    test_as_unknown: ClassificationMetrics | None = None


@dataclass(frozen=True)
class Judgement:
    """Everything that is measured of a fitted model.

    Attributes
    ----------
    prior : ndarray of float64, shape (3,)
        Class frequencies of the training rows, each count raised by 1.
    calibration : CalibrationFit
        How logits become probabilities in everything measured here, and wherever the model is used.
    measured : Measured
        Figures of each part, pooled and by symbol.
    importance : dict of str to ImportanceFigure
        Rise of the test NLL when a group of columns is shuffled.
    """

    prior: NDArray[np.float64]
    calibration: CalibrationFit
    measured: Measured
    importance: dict[str, ImportanceFigure]


def judge(
    model: MLPTradingModel,
    scaled: NDArray[np.float32],
    block: FeatureBlock,
    rows: NDArray[np.intp],
    split: Split,
    groups: Mapping[str, list[int]],
    settings: TrainingSettings,
    seed: int,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    seconds: dict[str, float] | None = None,
) -> Judgement:
    """Calibrate a fitted model on the validation rows, measure it on every part of the split, then what it relies on.

    Parameters
    ----------
    model : MLPTradingModel
        The fitted model, uncalibrated; its calibration is set.
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
    settings : TrainingSettings
        Class weights of the loss, and whether to calibrate.
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
        logits = {
            name: _logits(model, scaled, block.symbol_id, part)
            for name, part in (("train", rows), ("validation", split.validation), ("test", split.test))
        }
        let_pages_go(block)
        fit = _calibrated(model, logits["validation"], block, rows, split, settings)
        measured = _measured(model, scaled, block, prior, rows, split, logits, seed)
        let_pages_go(block)
    with stage("importance", progress, seconds):
        test = evenly(split.test, IMPORTANCE_ROWS)
        labels, owners = block.label[test], block.symbol_id[test]
        importance = permutation_importance(
            _OfRows(model, owners), scaled[test], labels, owners, groups, IMPORTANCE_REPEATS, seed, token
        )
    return Judgement(prior, fit, measured, importance)


def evenly(rows: NDArray[np.intp], most: int) -> NDArray[np.intp]:
    """Return at most so many of some rows, spread evenly over them.

    Parameters
    ----------
    rows : ndarray of int
        Row numbers.
    most : int
        How many may be taken, 1 or more.
    """
    if len(rows) <= most:
        return rows
    return rows[np.arange(most) * len(rows) // most]


def calibrate(
    model: MLPTradingModel,
    scaled: NDArray[np.float32],
    block: FeatureBlock,
    rows: NDArray[np.intp],
    split: Split,
    settings: TrainingSettings,
) -> CalibrationFit:
    """Calibrate a fitted model on the validation rows, without measuring it.

    Parameters
    ----------
    model, scaled, block, rows, split, settings
        As `judge` takes them.
    """
    logits = _logits(model, scaled, block.symbol_id, split.validation)
    return _calibrated(model, logits, block, rows, split, settings)


def _calibrated(
    model: MLPTradingModel,
    logits: NDArray[np.float32],
    block: FeatureBlock,
    rows: NDArray[np.intp],
    split: Split,
    settings: TrainingSettings,
) -> CalibrationFit:
    """Fit the calibration to the logits of the validation rows and give it to the model."""
    weights = class_weights(block.label[rows], settings).astype(np.float64)
    held_out = block.label[split.validation].astype(np.int64)
    fit = fit_calibration(logits, held_out, weights, settings.calibration)
    model.calibration = fit.calibration
    return fit


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


def _logits(
    model: MLPTradingModel, scaled: NDArray[np.float32], codes: NDArray[np.int16], rows: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Run the network over chosen rows, few enough at a time that no second block is in memory."""
    out = np.empty((len(rows), CLASSES), dtype=np.float32)
    for begin in range(0, len(rows), _PIECE):
        piece = rows[begin : begin + _PIECE]
        out[begin : begin + _PIECE] = model.logits_rows(scaled[piece], codes[piece])
    return out


def _measured(
    model: MLPTradingModel,
    scaled: NDArray[np.float32],
    block: FeatureBlock,
    prior: NDArray[np.float64],
    rows: NDArray[np.intp],
    split: Split,
    logits: Mapping[str, NDArray[np.float32]],
    seed: int,
) -> Measured:
    """Measure every part with the model's calibration, and the test part once more without it or as unknown."""
    as_used = model.calibration.probabilities
    train = PartJudge.of(block, rows, as_used(logits["train"]), prior, seed)
    validation = PartJudge.of(block, split.validation, as_used(logits["validation"]), prior, seed)
    test = PartJudge.of(block, split.test, as_used(logits["test"]), prior, seed)
    uncalibrated = unknown = None
    if model.calibration != UNCALIBRATED:
        uncalibrated = replace(test, p=UNCALIBRATED.probabilities(logits["test"])).figures()
    if model.embedded:
        nobody = np.full(len(block), UNKNOWN, dtype=np.int16)
        unknown = replace(test, p=as_used(_logits(model, scaled, nobody, split.test))).figures()
    return Measured(
        train=train.with_interval(),
        validation=validation.with_interval(),
        test=test.with_interval(),
        per_symbol_train=train.by_symbol(),
        per_symbol_validation=validation.by_symbol_with_intervals(),
        per_symbol_test=test.by_symbol_with_intervals(),
        block_slots={
            "train": train.resample.block,
            "validation": validation.resample.block,
            "test": test.resample.block,
        },
        reliability=test.reliability(),
        test_uncalibrated=uncalibrated,
        test_as_unknown=unknown,
    )


@dataclass(frozen=True)
class _OfRows:
    """A model whose rows belong to known symbols, whatever is shuffled in them."""

    model: MLPTradingModel
    owners: NDArray[np.int16]

    def predict_proba_scaled(self, scaled: NDArray[Any]) -> NDArray[np.float64]:
        return self.model.predict_rows(scaled, self.owners)
