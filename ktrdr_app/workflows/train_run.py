"""Trains a model: the path of a bar from file to model folder, step by step."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.kernels import warm_up
from ktrdr_app.core.progress import Note, Progress, StageFinished, StageStarted, SymbolDone, silent, stage
from ktrdr_app.core.protection import check_writable
from ktrdr_app.data.loader import check_symbols
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.features.groups import feature_groups
from ktrdr_app.features.higher import check_timeframes
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.model_store.artifact import ModelArtifact
from ktrdr_app.model_store.samples import SampleRows, sample_rows
from ktrdr_app.model_store.save import save_model
from ktrdr_app.strategy.load import LoadedStrategy
from ktrdr_app.training.assemble import assemble
from ktrdr_app.training.process import ProcessedSymbol, SymbolFacts
from ktrdr_app.training.store import RowStore
from ktrdr_app.training.universal import JudgedModel, train_pooled
from ktrdr_app.workflows.prepare import find_series
from ktrdr_app.workflows.request_checks import trained_strategy
from ktrdr_app.workflows.requests import TrainRequest, TrainResult
from ktrdr_app.workflows.train_checkpoints import RunCheckpoints, found_run, training_of
from ktrdr_app.workflows.train_document import document_of_papers, manifest_of, metrics_of
from ktrdr_app.workflows.train_remarks import carry_remarks
from ktrdr_app.workflows.train_symbols import SHORTEST_LINE, prepared_symbols

PROCESSING_STAGES = ("load", "indicators", "fuzzy", "features", "labels")


def train(request: TrainRequest, progress: Progress = silent, cancel: CancelToken | None = None) -> TrainResult:
    """Load and process every symbol, fit one network on all of them, judge it and save it.

    Parameters
    ----------
    request : TrainRequest
        What to train on.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Stops it within a moment; no model is saved then, but the last checkpoint stays. One that is winding up ends
        it after the epoch at hand: the best model so far is judged and saved, and the checkpoint of that epoch stays.

    Returns
    -------
    TrainResult
        The saved model and everything measured.

    Raises
    ------
    KtrdrError
        Of the kind that fits: strategy, data, training, storage, cancelled.
    """
    token = cancel or CancelToken("training")
    seconds: dict[str, float] = {}
    check_writable(request.workspace.models)
    if request.resume is not None:  # now: features may take minutes, and the latest run may be another one after them
        request = replace(request, resume=str(found_run(request, request.resume)))
    loaded, plan, block, processed = training_rows(request, progress, token, seconds)
    with contextlib.closing(RunCheckpoints(request, training_of(request, loaded, processed), progress)) as kept:
        model = train_pooled(
            block,
            loaded.strategy,
            feature_groups(plan),
            request.seed,
            request.weights,
            progress,
            token,
            seconds,
            request.device,
            kept,
        )
        token.check()
        run = kept.folder.name if model.wound_up else None
        manifest = manifest_of(request, loaded.strategy, processed, model, plan.contract)
        manifest |= kept.origin(len(model.history), model.wound_up)
        samples = sample_rows(block.values, block.symbol_id, model.split.test)
        artifact = _artifact(request, loaded, plan, model, manifest, samples)
        with stage("save", progress, seconds):
            folder = save_model(artifact, request.workspace.models)
            if request.resume is not None:
                carry_remarks(request.workspace, kept.before, folder, progress)
            if run is None:
                kept.remove()
            else:
                kept.note_model(folder)
    document = document_of_papers(folder, artifact) or {}
    document |= {"warm_up_rows": {entry.symbol: entry.warm_up_rows for entry in processed}, "seconds": seconds}
    return TrainResult(document, folder, tuple(document["report"]), model.history, run)


def training_rows(
    request: TrainRequest, progress: Progress, token: CancelToken, seconds: dict[str, float]
) -> tuple[LoadedStrategy, FeaturePlan, FeatureBlock, list[SymbolFacts]]:
    """Return the strategy with its overrides, what it computes, and the labelled rows of all symbols.

    Parameters
    ----------
    request : TrainRequest
        What to train on.
    progress : Progress
        Listener.
    token : CancelToken
        Checked before each symbol.
    seconds : dict
        Collects wall seconds by stage.

    Raises
    ------
    KtrdrError
        Of the kind that fits: strategy, data, storage, cancelled.
    """
    loaded = trained_strategy(request)
    plan, block, processed = rows_of_strategy(request, loaded, progress, token, seconds)
    return loaded, plan, block, processed


def rows_of_strategy(
    request: TrainRequest, loaded: LoadedStrategy, progress: Progress, token: CancelToken, seconds: dict[str, float]
) -> tuple[FeaturePlan, FeatureBlock, list[SymbolFacts]]:
    """Return what a strategy computes, and the labelled rows of all symbols.

    Parameters
    ----------
    request : TrainRequest
        Symbols and range.
    loaded : LoadedStrategy
        The strategy with every override applied; it need not be saved.
    progress : Progress
        Listener.
    token : CancelToken
        Checked before each symbol.
    seconds : dict
        Collects wall seconds by stage.

    Raises
    ------
    KtrdrError
        Of the kind that fits: strategy, data, storage, cancelled.
    """
    plan = FeaturePlan.of(loaded)
    check_timeframes(plan, request.timeframe)
    return plan, *_rows(request, loaded, plan, progress, token, seconds)


def _rows(
    request: TrainRequest,
    loaded: LoadedStrategy,
    plan: FeaturePlan,
    progress: Progress,
    token: CancelToken,
    seconds: dict[str, float],
) -> tuple[FeatureBlock, list[SymbolFacts]]:
    """Load and process all symbols on all cores, or on a cluster; stage seconds are summed over symbols."""
    progress(StageStarted(PROCESSING_STAGES[0]))
    longest = _longest(request)
    warm_up(token, lambda words: progress(Note("info", words)))
    progress(StageStarted(PROCESSING_STAGES[1]))
    with (
        prepared_symbols(request, loaded, plan, longest, token) as symbols,
        RowStore(request.workspace.cache / "rows") as store,
    ):
        block, processed = assemble(_told(symbols, len(request.symbols), progress), store)
    for name in PROCESSING_STAGES:
        seconds[name] = sum(entry.seconds[name] for entry in processed)
        progress(StageFinished(name, seconds[name]))
    for entry in processed:
        for feature, rows in entry.gap_rows.items():
            progress(Note("warning", f"{rows} bars of {entry.symbol} are left out, as they have no {feature}"))
        for note in entry.label_report["notes"]:
            progress(Note("warning", f"labels of {entry.symbol}: {note}"))
    return block, processed


def _told(symbols: Iterable[ProcessedSymbol], total: int, progress: Progress) -> Iterator[ProcessedSymbol]:
    done = itertools.count(1)
    for processed in symbols:
        progress(SymbolDone(processed.symbol, next(done), total))
        yield processed
        del processed  # its rows would stay in memory until the next symbol is ready


def _longest(request: TrainRequest) -> int:
    """Return about how many bars the longest series has, or raise for one that is not there before any work begins."""
    check_symbols(request.symbols)
    paths = [find_series(request.workspace, symbol, request.timeframe) for symbol in request.symbols]
    return max(path.stat().st_size for path in paths) // SHORTEST_LINE


def _artifact(
    request: TrainRequest,
    loaded: LoadedStrategy,
    plan: FeaturePlan,
    model: JudgedModel,
    manifest: dict[str, object],
    samples: SampleRows,
) -> ModelArtifact:
    return ModelArtifact(
        kind=request.kind,
        strategy_name=loaded.strategy.name,
        timeframe=request.timeframe,
        symbol=request.symbols[0] if request.kind == "legacy" else None,
        network=model.network,
        strategy_document=loaded.strategy.document(),
        feature_names=plan.contract.names,
        contract_digest=plan.contract.digest,
        scaler_document=model.scaler.to_document(),
        metrics=metrics_of(model, loaded.strategy, request.seed),
        manifest=manifest,
        importance={name: figure.mean for name, figure in model.importance.items()},
        embedded=model.embedded,
        calibration=model.calibration.calibration,
        samples=samples,
        coverage=model.reference.to_document(),
    )
