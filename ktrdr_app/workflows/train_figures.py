"""The figures of a training run as JSON: by part, by symbol, by group of inputs; names are stable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ktrdr_app.core.files import plain
from ktrdr_app.core.progress import EpochFinished
from ktrdr_app.neural.bootstrap import COVERAGE, REPEATS
from ktrdr_app.neural.importance import ImportanceFigure
from ktrdr_app.neural.metrics import ClassificationMetrics

if TYPE_CHECKING:
    from ktrdr_app.training.universal import JudgedModel


def headline(model: JudgedModel) -> dict[str, Any]:
    """Return the pooled figures: the ``metrics`` of the ``train`` document.

    Parameters
    ----------
    model : JudgedModel
        What was measured.
    """
    measured, test = model.measured, model.measured.test
    return {
        "train_accuracy": measured.train.accuracy,
        "val_accuracy": measured.validation.accuracy,
        "test_accuracy": test.accuracy,
        "majority_accuracy": test.majority_accuracy,
        "train_nll": measured.train.nll,
        "val_nll": measured.validation.nll,
        "test_nll": test.nll,
        "prior_nll": test.prior_nll,
        "skill": test.skill,
        "macro_f1": test.macro_f1,
        "precision": test.precision,
        "recall": test.recall,
        "balanced_accuracy": test.balanced_accuracy,
        "mcc": test.mcc,
        "brier": test.brier,
        "ece": test.ece,
        "ece_equal_mass": test.ece_equal_mass,
        "intervals": _intervals(test),
    }


def parts(model: JudgedModel) -> dict[str, dict[str, Any]]:
    """Return every figure of every part, beside its baselines, pooled over symbols.

    Parameters
    ----------
    model : JudgedModel
        What was measured.
    """
    measured = model.measured
    return {
        name: plain(asdict(figures))
        for name, figures in (("train", measured.train), ("validation", measured.validation), ("test", measured.test))
    }


def by_symbol(figures: Mapping[str, ClassificationMetrics]) -> dict[str, dict[str, Any]]:
    """Return the figures of each symbol as the ``train`` document has them.

    Parameters
    ----------
    figures : mapping of str to ClassificationMetrics
        What was measured of each symbol.
    """
    return {
        name: {
            "accuracy": entry.accuracy,
            "majority_accuracy": entry.majority_accuracy,
            "precision": entry.precision,
            "recall": entry.recall,
            "support": entry.rows,
            "nll": entry.nll,
            "prior_nll": entry.prior_nll,
            "skill": entry.skill,
            "balanced_accuracy": entry.balanced_accuracy,
            "macro_f1": entry.macro_f1,
            "mcc": entry.mcc,
            "brier": entry.brier,
            "ece": entry.ece,
            "ece_equal_mass": entry.ece_equal_mass,
            "intervals": _intervals(entry),
        }
        for name, entry in figures.items()
    }


def importance(figures: Mapping[str, ImportanceFigure], symbols: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return what the model relies on, by group of inputs.

    Parameters
    ----------
    figures : mapping of str to ImportanceFigure
        Rise of the test NLL when a group is shuffled.
    symbols : sequence of str
        Names of the symbols that the figures number.
    """
    return {
        name: {
            "mean": figure.mean,
            "low": figure.low,
            "high": figure.high,
            "by_symbol": {symbols[number]: rise for number, rise in figure.by_symbol.items()},
            "sign_agreement": figure.sign_agreement,
        }
        for name, figure in figures.items()
    }


def calibration(model: JudgedModel) -> dict[str, Any]:
    """Return how logits become probabilities, why they do not, and what that did to validation and test rows.

    Parameters
    ----------
    model : JudgedModel
        What was measured.
    """
    after = model.measured.test
    before = model.measured.test_uncalibrated or after
    changed = {"nll_before": before.nll, "nll_after": after.nll, "ece_before": before.ece, "ece_after": after.ece}
    return model.calibration.to_document() | {"test": {"rows": after.rows, **changed}}


def reliability(model: JudgedModel) -> dict[str, list[dict[str, Any]]]:
    """Return the reliability of the test rows, bin by bin, for each symbol.

    Parameters
    ----------
    model : JudgedModel
        What was measured.
    """
    return {symbol: [asdict(entry) for entry in bins] for symbol, bins in model.measured.reliability.items()}


def bootstrap(model: JudgedModel, seed: int) -> dict[str, Any]:
    """Return how the intervals were made.

    Parameters
    ----------
    model : JudgedModel
        What was measured.
    seed : int
        The run's seed.
    """
    blocks = dict(model.measured.block_slots)
    return {"method": "stationary", "repeats": REPEATS, "coverage": COVERAGE, "seed": seed, "block_slots": blocks}


def epoch(event: EpochFinished) -> dict[str, float]:
    """Return one epoch of the history.

    Parameters
    ----------
    event : EpochFinished
        Its figures.
    """
    return {
        "epoch": event.epoch,
        "train_loss": event.train_loss,
        "val_loss": event.val_loss,
        "train_accuracy": event.train_accuracy,
        "val_accuracy": event.val_accuracy,
    }


def _intervals(figures: ClassificationMetrics) -> dict[str, list[float]]:
    return {name: list(ends) for name, ends in figures.intervals.items()}
