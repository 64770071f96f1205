"""What a training run leaves in writing: metrics, manifest, JSON document, sentences."""

from __future__ import annotations

import platform
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from ktrdr_app import __version__
from ktrdr_app.core.progress import EpochFinished
from ktrdr_app.features.contract import FeatureContract
from ktrdr_app.labels.first_touch import CLASS_NAMES
from ktrdr_app.neural.importance import ImportanceFigure
from ktrdr_app.neural.metrics import ClassificationMetrics
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.training.process import SymbolFacts
from ktrdr_app.training.universal import JudgedModel
from ktrdr_app.workflows.requests import TrainRequest

LIBRARIES = ("numpy", "pandas", "torch", "scikit-learn", "ta-lib", "numba", "pydantic")


class ModelPapers(Protocol):
    """What a model's folder tells of its training."""

    @property
    def metrics(self) -> Mapping[str, Any]:
        """Content of ``metrics.json``."""
        ...

    @property
    def manifest(self) -> Mapping[str, Any]:
        """Content of ``training_manifest.json``."""
        ...

    @property
    def strategy_document(self) -> Mapping[str, Any]:
        """The strategy it was trained with."""
        ...


def metrics_of(model: JudgedModel, strategy: Strategy) -> dict[str, Any]:
    """Return the content of ``metrics.json``: the original's keys, then ours.

    Parameters
    ----------
    model : JudgedModel
        What was measured.
    strategy : Strategy
        What was asked of it.
    """
    history, last = model.history, model.history[-1]
    return {
        "epochs_trained": len(history),
        "final_train_loss": last.train_loss,
        "final_train_accuracy": last.train_accuracy,
        "final_val_loss": last.val_loss,
        "final_val_accuracy": last.val_accuracy,
        "best_train_accuracy": max(epoch.train_accuracy for epoch in history),
        "best_val_accuracy": max(epoch.val_accuracy for epoch in history),
        "best_epoch": model.best_epoch,
        "history": {
            key: [getattr(epoch, key) for epoch in history]
            for key in ("train_loss", "train_accuracy", "val_loss", "val_accuracy")
        },
        "train": asdict(model.measured.train),
        "validation": asdict(model.measured.validation),
        "test": asdict(model.measured.test),
        "test_as_unknown": None if model.measured.test_as_unknown is None else asdict(model.measured.test_as_unknown),
        "per_symbol_test": {name: asdict(figures) for name, figures in model.measured.per_symbol_test.items()},
        "test_accuracy": model.measured.test.accuracy,
        "majority_accuracy": model.measured.test.majority_accuracy,
        "test_nll": model.measured.test.nll,
        "prior_nll": model.measured.test.prior_nll,
        "skill": model.measured.test.skill,
        "judgement": judgement_of(model, strategy),
    }


def manifest_of(
    request: TrainRequest,
    strategy: Strategy,
    processed: Sequence[SymbolFacts],
    model: JudgedModel,
    contract: FeatureContract,
) -> dict[str, Any]:
    """Return the content of ``training_manifest.json``: the source document's fields, then what reproduces the run.

    Parameters
    ----------
    request : TrainRequest
        What was asked for.
    strategy : Strategy
        The strategy with every override applied.
    processed : sequence of SymbolFacts
        What is remembered of each symbol's bars and rows.
    model : JudgedModel
        What was measured.
    contract : FeatureContract
        Names and hash of the features.
    """
    features = strategy.features
    return {
        "model_type": request.kind,
        "training_symbols": list(model.symbols),
        "timeframe": request.timeframe,
        "total_samples": sum(model.rows.values()),
        "samples_per_symbol": model.rows,
        "combination_strategy": strategy.training.combination,
        "data_date_range": {
            "start": min(entry.first for entry in processed).isoformat(),
            "end": max(entry.last for entry in processed).isoformat(),
        },
        "feature_engineering": {
            "include_price_context": features.price_context,
            "include_volume_context": features.volume_context,
            "lookback_periods": features.lookback_periods,
        },
        "training_metrics": {
            "final_train_accuracy": model.measured.train.accuracy,
            "final_val_accuracy": model.measured.validation.accuracy,
            "final_test_accuracy": model.measured.test.accuracy,
            "early_stopping_epoch": len(model.history),
            "best_epoch": model.best_epoch,
        },
        "per_symbol_validation": _by_symbol(model.measured.per_symbol_validation),
        "feature_contract": {"names": list(contract.names), "sha256": contract.digest},
        "labels": strategy.labels.model_dump(mode="json"),
        "split": split_document(model, strategy),
        "epoch": {"per_symbol_batches": strategy.training.per_symbol_batches, **asdict(model.pace)}
        | {"steps": model.pace.steps_per_epoch},
        "constant_features": list(model.constant),
        "bars_without_features": {entry.symbol: entry.gap_rows for entry in processed if entry.gap_rows},
        "class_balance": class_balance(processed),
        "prior": dict(zip(CLASS_NAMES, model.prior.tolist(), strict=True)),
        "seed": request.seed,
        "data_fingerprints": {entry.symbol: entry.fingerprint for entry in processed},
        "library_versions": library_versions(),
        "command": command_of(request),
    }


def split_document(model: JudgedModel, strategy: Strategy) -> dict[str, Any]:
    """Return the split in the words of the manifest.

    Parameters
    ----------
    model : JudgedModel
        Whose split it is.
    strategy : Strategy
        Whose label horizon is the purge.
    """
    split = model.split
    return {
        "train_end": _iso(split.train_end),
        "validation_end": _iso(split.validation_end),
        "purge_bars": strategy.labels.lookahead,
        "purged_rows": split.purged,
        "embargo": strategy.training.split.embargo,
        "validation_start": _iso(split.validation_start),
        "test_start": _iso(split.test_start),
        "embargoed_rows": split.embargoed,
        "rows": {"train": len(split.train), "validation": len(split.validation), "test": len(split.test)},
    }


def class_balance(processed: Sequence[SymbolFacts]) -> dict[str, dict[str, float]]:
    """Return the share of each class among the labelled rows of each symbol.

    Parameters
    ----------
    processed : sequence of SymbolFacts
        What is remembered of each symbol's rows.
    """
    return {
        entry.symbol: {
            name: count / sum(entry.class_counts) for name, count in zip(CLASS_NAMES, entry.class_counts, strict=True)
        }
        for entry in processed
    }


def library_versions() -> dict[str, str]:
    """Return the versions that a result depends on."""
    return {
        "ktrdr-app": __version__,
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }


def command_of(request: TrainRequest) -> str:
    """Return the exact command that trains the same model again.

    Parameters
    ----------
    request : TrainRequest
        What was asked for.
    """
    words = ["ktrdr-app", "train", request.strategy, "--symbols", ",".join(request.symbols)]
    words += ["--timeframe", request.timeframe, "--seed", str(request.seed)]
    optional = {
        "--kind": request.kind if request.kind != "universal" else None,
        "--combination": request.combination,
        "--weights": ",".join(f"{name}={share:g}" for name, share in (request.weights or {}).items()) or None,
        "--start": request.start,
        "--end": request.end,
        "--epochs": request.epochs,
        "--batch-size": request.batch_size,
    }
    for option, value in optional.items():
        words += [option, str(value)] if value is not None else []
    return shlex.join(words)


def judgement_of(model: JudgedModel, strategy: Strategy) -> dict[str, Any]:
    """Return what a model is worth, as it is stored with it and printed by ``train --json``.

    Parameters
    ----------
    model : JudgedModel
        What was measured.
    strategy : Strategy
        What was asked of it.
    """
    return {
        "epochs_trained": len(model.history),
        "best_epoch": model.best_epoch,
        "stopped_because": model.reason,
        "metrics": _headline(model),
        "per_symbol_validation": _by_symbol(model.measured.per_symbol_validation),
        "per_symbol_test": _by_symbol(model.measured.per_symbol_test),
        "importance": {name: _importance(figure, model.symbols) for name, figure in model.importance.items()},
        "history": [_epoch(epoch) for epoch in model.history],
        "report": list(sentences_of(model, strategy)),
    }


def document_of_papers(folder: Path, papers: ModelPapers) -> dict[str, Any] | None:
    """Return the ``train`` document of a model from what lies in its folder; None for the original's models.

    Parameters
    ----------
    folder : Path
        The model's folder.
    papers : ModelPapers
        What it holds.
    """
    judgement, manifest = papers.metrics.get("judgement"), papers.manifest
    if judgement is None:
        return None
    from_manifest = ("timeframe", "training_symbols", "total_samples", "samples_per_symbol")
    return {
        "model_path": str(folder.resolve()),
        "kind": manifest["model_type"],
        "version": int(folder.resolve().name.rpartition("_v")[2]),
        "strategy_name": papers.strategy_document["name"],
        **{key: manifest[key] for key in (*from_manifest, "seed", "class_balance", "split", "command")},
        **judgement,
    }


def sentences_of(model: JudgedModel, strategy: Strategy) -> tuple[str, ...]:
    """Return what happened and what it is worth, in plain words.

    Parameters
    ----------
    model : JudgedModel
        What was measured.
    strategy : Strategy
        What was asked of it.
    """
    test = model.measured.test
    accuracy = f"On {test.rows} test rows it is right {test.accuracy:.1%} of the time; always naming the most"
    likelihood = f"Its test NLL is {test.nll:.4f}; the class frequencies alone give {test.prior_nll:.4f}"
    sentences = [
        f"Training {model.reason}.",
        f"{accuracy} frequent class of the training rows is right {test.majority_accuracy:.1%}.",
        f"{likelihood}: skill {test.skill:+.4f}.",
    ]
    if test.skill <= 0 or test.accuracy <= test.majority_accuracy:
        sentences.append("No skill: on bars it had not seen, the model does not beat both baselines.")
    failing = [name for name, figures in model.measured.per_symbol_test.items() if figures.skill <= 0]
    if failing and test.skill > 0:
        sentences.append(f"It has no skill on {', '.join(failing)}.")
    shares = dict(zip(CLASS_NAMES, model.prior, strict=True))
    rare = [f"{name} ({share:.1%})" for name, share in shares.items() if share < 0.1]
    if rare:
        hint = f"a smaller threshold than {strategy.labels.threshold:g} would make it more frequent"
        sentences.append(f"Rare in the training labels: {', '.join(rare)}; {hint}.")
    return tuple(sentences)


def _by_symbol(figures: Mapping[str, ClassificationMetrics]) -> dict[str, dict[str, Any]]:
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
        }
        for name, entry in figures.items()
    }


def _headline(model: JudgedModel) -> dict[str, float]:
    measured, test = model.measured, model.measured.test
    return {
        "train_accuracy": measured.train.accuracy,
        "val_accuracy": measured.validation.accuracy,
        "test_accuracy": test.accuracy,
        "majority_accuracy": test.majority_accuracy,
        "test_nll": test.nll,
        "prior_nll": test.prior_nll,
        "skill": test.skill,
        "macro_f1": test.macro_f1,
        "precision": test.precision,
        "recall": test.recall,
    }


def _epoch(epoch: EpochFinished) -> dict[str, float]:
    return {
        "epoch": epoch.epoch,
        "train_loss": epoch.train_loss,
        "val_loss": epoch.val_loss,
        "train_accuracy": epoch.train_accuracy,
        "val_accuracy": epoch.val_accuracy,
    }


def _importance(figure: ImportanceFigure, symbols: Sequence[str]) -> dict[str, Any]:
    by_symbol = {symbols[number]: rise for number, rise in figure.by_symbol.items()}
    return {"mean": figure.mean, "low": figure.low, "high": figure.high, "by_symbol": by_symbol}


def _iso(nanoseconds: int) -> str:
    return datetime.fromtimestamp(nanoseconds / 1e9, tz=UTC).isoformat()
