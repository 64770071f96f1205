"""What a training would take, told before it begins, by the functions that the training itself goes through."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.compute import ordered_results
from ktrdr_app.core.errors import Cancelled, KtrdrError, StorageProblem
from ktrdr_app.core.kernels import warm_up
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Progress, SymbolDone, silent, stage
from ktrdr_app.core.protection import check_writable
from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.data.loader import check_symbols
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.features.higher import check_timeframes
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.labels.decided import CLASS_NAMES
from ktrdr_app.labels.labelers import LABELERS
from ktrdr_app.labels.suggestion import RARE, Suggestion, suggest
from ktrdr_app.strategy.load import LoadedStrategy
from ktrdr_app.training.assemble import symbols_at_once
from ktrdr_app.training.process import SymbolFacts
from ktrdr_app.training.store import IN_MEMORY, ROW_BYTES
from ktrdr_app.workflows.plan_records import SymbolPlan, TrainingPlan
from ktrdr_app.workflows.plan_rows import PlacedRows, place_rows, pooled_rows
from ktrdr_app.workflows.prepare import find_series, source_of
from ktrdr_app.workflows.request_checks import trained_strategy
from ktrdr_app.workflows.requests import TrainRequest
from ktrdr_app.workflows.train_document import split_document
from ktrdr_app.workflows.train_symbols import SHORTEST_LINE, SymbolOrder, prepare_symbol, symbol_orders

ROOM = 32 << 20
"""Bytes that a model folder and its checkpoints may take."""


@dataclass(frozen=True)
class _Looked:
    """A symbol that was prepared: its facts and its rows without their features, or why there are none."""

    symbol: str
    facts: SymbolFacts | None = None
    block: FeatureBlock | None = None
    problem: KtrdrError | None = None


def plan_training(
    request: TrainRequest, progress: Progress = silent, cancel: CancelToken | None = None
) -> TrainingPlan:
    """Prepare every symbol, split and combine the rows as `train` does, and tell what comes of it; nothing is fitted.

    The features that are computed on the way stay in the workspace's cache, where the training finds them.

    Parameters
    ----------
    request : TrainRequest
        What would be trained.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Stops it within a moment.

    Returns
    -------
    TrainingPlan
        What stands in the way of a symbol, or of all, is part of it.

    Raises
    ------
    KtrdrError
        What is wrong before bars are read: the strategy, the options, the names of the symbols.
    """
    token = cancel or CancelToken("the plan")
    loaded = trained_strategy(request)
    plan = FeaturePlan.of(loaded)
    check_timeframes(plan, request.timeframe)
    check_symbols(request.symbols)
    with stage("load", progress):
        looked = list(_told(_looked_at(request, loaded, plan, token), len(request.symbols), progress))
    placed, room = PlacedRows({entry.symbol: _symbol(entry) for entry in looked}), ROOM
    blocks = [entry.block for entry in looked if entry.block is not None]
    if blocks:
        block = pooled_rows(blocks)
        room = _room(block)
        placed = place_rows(placed.symbols, block, loaded.strategy.training, request)
    suggestion, notes = _advice(request, loaded, [entry.facts for entry in looked if entry.facts is not None], token)
    labels = loaded.strategy.labels
    return TrainingPlan(
        timeframe=request.timeframe,
        symbols=tuple(placed.symbols.values()),
        combination=loaded.strategy.training.combination,
        combinations=placed.combinations,
        split=None if placed.split is None else split_document(placed.split, loaded.strategy),
        features=len(plan.contract.names),
        threshold=labels.threshold,
        threshold_unit=labels.threshold_unit,
        suggestion=suggestion,
        notes=notes,
        problem=storage_problem(request.workspace, room) or placed.problem,
    )


def storage_problem(workspace: Workspace, room: int = ROOM) -> StorageProblem | None:
    """Return why no model can be saved into a workspace, or None.

    Parameters
    ----------
    workspace : Workspace
        Where it would go.
    room : int
        Bytes that must be free.
    """
    try:
        check_writable(workspace.models)
    except StorageProblem as error:
        return error
    for folder in (workspace.models, workspace.runs):
        there = _nearest(folder)
        if not os.access(there, os.W_OK):
            return StorageProblem(str(there), "it may not be written to")
    free = shutil.disk_usage(_nearest(workspace.models)).free
    if free < room:
        found = f"{free / 1e6:,.0f} MB are free on its disk, a training needs {room / 1e6:,.0f} MB"
        return StorageProblem(str(workspace.models), found)
    return None


def _nearest(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that is there."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _room(block: FeatureBlock) -> int:
    """Return the bytes that a training on rows may write: the model, and the rows where they do not fit into memory."""
    features = len(block) * len(block.contract.names) * 4
    return ROOM + (features + len(block) * ROW_BYTES if features > IN_MEMORY else 0)


def _looked_at(
    request: TrainRequest, loaded: LoadedStrategy, plan: FeaturePlan, token: CancelToken
) -> Iterator[_Looked]:
    warm_up(token)
    orders = symbol_orders(request, loaded, token)
    longest = max((_bars(request, symbol) for symbol in request.symbols), default=0)
    yield from ordered_results(_look, orders, cancel=token, at_once=symbols_at_once(longest, plan))


def _bars(request: TrainRequest, symbol: str) -> int:
    """Return about how many bars a series has; none if it is not there, which `prepare_symbol` tells."""
    try:
        return find_series(request.workspace, symbol, request.timeframe).stat().st_size // SHORTEST_LINE
    except (KtrdrError, OSError):
        return 0


def _look(order: SymbolOrder) -> _Looked:
    """Prepare one symbol and keep what is known of its rows; what is wrong with it concerns no other."""
    try:
        processed = prepare_symbol(order)
    except Cancelled:
        raise
    except KtrdrError as error:
        return _Looked(order.symbol, problem=error.with_traceback(None))
    return _Looked(order.symbol, processed.facts(), processed.block.without_values())


def _told(looked: Iterator[_Looked], total: int, progress: Progress) -> Iterator[_Looked]:
    for done, entry in enumerate(looked, start=1):
        progress(SymbolDone(entry.symbol, done, total))
        yield entry


def _symbol(entry: _Looked) -> SymbolPlan:
    facts = entry.facts
    if facts is None:
        return SymbolPlan(entry.symbol, entry.problem)
    rows = sum(facts.class_counts)
    return SymbolPlan(
        symbol=entry.symbol,
        bars=facts.bars,
        first=facts.first.isoformat(),
        last=facts.last.isoformat(),
        warm_up=facts.warm_up_rows,
        unusable=facts.bars - facts.warm_up_rows - rows,
        rows=rows,
        counts=dict(zip(CLASS_NAMES, facts.class_counts, strict=True)),
    )


def _advice(
    request: TrainRequest, loaded: LoadedStrategy, facts: list[SymbolFacts], token: CancelToken
) -> tuple[Suggestion | None, tuple[str, ...]]:
    """Return a better threshold for all symbols together where a class is nearly absent on one, and other notes."""
    labels = loaded.strategy.labels
    hindsight = LABELERS.get(labels.method, where="labels.method").hindsight
    notes = tuple(dict.fromkeys(note for entry in facts for note in entry.label_report["notes"])) if hindsight else ()
    rare = any(min(entry.class_counts) < RARE * sum(entry.class_counts) for entry in facts)
    if hindsight or not rare:
        return None, notes
    prices = []
    for entry in facts:
        token.check()
        bars = source_of(request.workspace).load(entry.symbol, request.timeframe, request.start, request.end)
        prices.append(PriceArrays.of(bars))
    return suggest(prices, labels), notes
