"""What a training run leaves in writing: metrics, manifest, JSON document."""

from __future__ import annotations

import platform
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ktrdr_app import __version__
from ktrdr_app.features.contract import FeatureContract
from ktrdr_app.labels.first_touch import CLASS_NAMES
from ktrdr_app.labels.labelers import LABELERS
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.training.process import SymbolFacts
from ktrdr_app.training.split import Split
from ktrdr_app.workflows import train_figures as figures
from ktrdr_app.workflows.report_figures import judgement_of
from ktrdr_app.workflows.requests import TrainRequest
from ktrdr_app.workflows.train_sentences import sentences_of

if TYPE_CHECKING:
    from ktrdr_app.training.universal import JudgedModel

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


def metrics_of(model: JudgedModel, strategy: Strategy, seed: int) -> dict[str, Any]:
    """Return the content of ``metrics.json``: the original's keys, then ours.

    Parameters
    ----------
    model : JudgedModel
        What was measured.
    strategy : Strategy
        What was asked of it.
    seed : int
        The run's seed.
    """
    history, last, measured = model.history, model.history[-1], model.measured
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
        **figures.parts(model),
        "test_uncalibrated": None if measured.test_uncalibrated is None else asdict(measured.test_uncalibrated),
        "test_as_unknown": None if measured.test_as_unknown is None else asdict(measured.test_as_unknown),
        "per_symbol_train": {name: asdict(entry) for name, entry in measured.per_symbol_train.items()},
        "per_symbol_validation": {name: asdict(entry) for name, entry in measured.per_symbol_validation.items()},
        "per_symbol_test": {name: asdict(entry) for name, entry in measured.per_symbol_test.items()},
        "reliability": figures.reliability(model),
        "test_accuracy": measured.test.accuracy,
        "majority_accuracy": measured.test.majority_accuracy,
        "test_nll": measured.test.nll,
        "prior_nll": measured.test.prior_nll,
        "skill": measured.test.skill,
        "intervals": measured.test.intervals,
        "judgement": _judgement(model, strategy, seed),
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
        **({"combination_weights": dict(request.weights)} if request.weights else {}),
        "data_date_range": {
            "start": min(entry.first for entry in processed).isoformat(),
            "end": max(entry.last for entry in processed).isoformat(),
        },
        "feature_engineering": {
            "include_price_context": features.price_context,
            "include_volume_context": features.volume_context,
            "lookback_periods": features.lookback_periods,
        },
        "training_metrics": _training_metrics(model),
        "per_symbol_validation": figures.by_symbol(model.measured.per_symbol_validation),
        "feature_contract": {"names": list(contract.names), "sha256": contract.digest},
        "labels": strategy.labels.model_dump(mode="json"),
        "split": split_document(model.split, strategy),
        "epoch": {"per_symbol_batches": strategy.training.per_symbol_batches, **asdict(model.pace)}
        | {"steps": model.pace.steps_per_epoch},
        "constant_features": list(model.constant),
        "bars_without_features": {entry.symbol: entry.gap_rows for entry in processed if entry.gap_rows},
        "class_balance": class_balance(processed),
        "label_report": {entry.symbol: entry.label_report for entry in processed},
        "prior": dict(zip(CLASS_NAMES, model.prior.tolist(), strict=True)),
        "seed": request.seed,
        "trainer": model.trainer,
        "device": model.device,
        "data_fingerprints": {entry.symbol: entry.fingerprint for entry in processed},
        "library_versions": library_versions(),
        "command": command_of(request),
    }


def _training_metrics(model: JudgedModel) -> dict[str, Any]:
    """Return the figures that the source document calls the training's metrics."""
    return {
        "final_train_accuracy": model.measured.train.accuracy,
        "final_val_accuracy": model.measured.validation.accuracy,
        "final_test_accuracy": model.measured.test.accuracy,
        "early_stopping_epoch": len(model.history),
        "best_epoch": model.best_epoch,
    }


def split_document(split: Split, strategy: Strategy) -> dict[str, Any]:
    """Return a split in the words of the manifest.

    Parameters
    ----------
    split : Split
        The split.
    strategy : Strategy
        Whose label horizon is the purge.
    """
    return {
        "train_end": iso(split.train_end),
        "validation_end": iso(split.validation_end),
        "purge_bars": _longest_horizon(strategy),
        "purged_rows": split.purged,
        "embargo": strategy.training.split.embargo,
        "validation_start": iso(split.validation_start),
        "test_start": iso(split.test_start),
        "embargoed_rows": split.embargoed,
        "rows": {"train": len(split.train), "validation": len(split.validation), "test": len(split.test)},
    }


def _longest_horizon(strategy: Strategy) -> int | None:
    """Most bars that a label looks ahead; None where there is no bound, as rows are purged by each label's own end."""
    method = LABELERS.get(strategy.labels.method, where="labels.method")
    return strategy.labels.lookahead if "lookahead" in method.settings else None


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


def command_of(request: TrainRequest, action: str = "train") -> str:
    """Return the exact command that gives the same numbers again.

    Parameters
    ----------
    request : TrainRequest
        What was asked for.
    action : str
        The command: ``train`` or ``certify``.
    """
    words = ["ktrdr-app", action, request.strategy, "--symbols", ",".join(request.symbols)]
    words += ["--timeframe", request.timeframe, "--seed", str(request.seed)]
    optional = {
        "--kind": request.kind if request.kind != "universal" else None,
        "--combination": request.combination,
        "--weights": ",".join(f"{name}={_digits(share)}" for name, share in (request.weights or {}).items()) or None,
        "--start": request.start,
        "--end": request.end,
        "--epochs": request.epochs,
        "--batch-size": request.batch_size,
        "--device": request.device if request.device != "auto" else None,
    }
    for option, value in optional.items():
        words += [option, str(value)] if value is not None else []
    return shlex.join(words)


def _digits(value: float) -> str:
    """Return a number as short as it can be without becoming another one."""
    short = f"{value:g}"
    return short if float(short) == value else repr(float(value))


def document_of_papers(folder: Path, papers: ModelPapers) -> dict[str, Any] | None:
    """Return the ``train`` document of a model from what lies in its folder; None for the original's models.

    Parameters
    ----------
    folder : Path
        The model's folder.
    papers : ModelPapers
        What it holds.
    """
    manifest = papers.manifest
    judgement = judgement_of({"metrics": papers.metrics, "training_manifest": manifest})
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


def _judgement(model: JudgedModel, strategy: Strategy, seed: int) -> dict[str, Any]:
    """Return what a model is worth, as it is stored with it and printed by ``train --json``."""
    return {
        "epochs_trained": len(model.history),
        "best_epoch": model.best_epoch,
        "stopped_because": model.reason,
        "metrics": figures.headline(model),
        "per_symbol_validation": figures.by_symbol(model.measured.per_symbol_validation),
        "per_symbol_test": figures.by_symbol(model.measured.per_symbol_test),
        "calibration": figures.calibration(model),
        "bootstrap": figures.bootstrap(model, seed),
        "importance": figures.importance(model.importance, model.symbols),
        "history": [figures.epoch(event) for event in model.history],
        "report": list(sentences_of(model, strategy)),
    }


def iso(nanoseconds: int) -> str:
    """Return an instant as ISO text.

    Parameters
    ----------
    nanoseconds : int
        Since 1970, UTC.
    """
    return datetime.fromtimestamp(nanoseconds / 1e9, tz=UTC).isoformat()
