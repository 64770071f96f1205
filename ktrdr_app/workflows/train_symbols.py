"""Symbols of a training, each prepared on a core of this machine or of a cluster, and handed on in their order."""

from __future__ import annotations

import contextlib
import shutil
import time
import uuid
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.cluster import executor_for
from ktrdr_app.core.compute import ordered_results
from ktrdr_app.core.errors import ClusterProblem, StorageProblem
from ktrdr_app.core.paths import Workspace
from ktrdr_app.features.contract import FeatureContract
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.strategy.load import LoadedStrategy, from_document
from ktrdr_app.training.assemble import symbols_at_once
from ktrdr_app.training.process import ProcessedSymbol, SymbolFacts, process_symbol
from ktrdr_app.training.row_files import read_rows, write_rows
from ktrdr_app.workflows.feature_caches import feature_cache
from ktrdr_app.workflows.prepare import source_of
from ktrdr_app.workflows.requests import TrainRequest

SHORTEST_LINE = 32
"""Bytes of a bar in a file, or more."""

LEFTOVER_SECONDS = 86_400.0
"""Age at which rows that a killed training left on the shared storage are removed."""


@dataclass(frozen=True)
class SymbolOrder:
    """What to do for one symbol, in plain values that any machine with the workspace understands.

    Attributes
    ----------
    workspace : Workspace
        Where bars are read and caches are kept; an absolute path.
    symbol, timeframe : str
        The series.
    start, end : str or None
        Range, as `TrainRequest` has it.
    strategy : dict
        The strategy with every override applied, as `Strategy.document` returns it.
    where : str
        File of the strategy, for messages.
    cancel : CancelToken
        Checked between the steps.
    file : Path, optional
        For the rows, where they are made for another process or for the user.
    """

    workspace: Workspace
    symbol: str
    timeframe: str
    start: str | None
    end: str | None
    strategy: dict[str, Any]
    where: str
    cancel: CancelToken
    file: Path | None = None

    @property
    def subject(self) -> str:
        """What a list of running work says of it."""
        return self.symbol


@dataclass(frozen=True)
class RowsInFile:
    """A symbol whose rows lie in a file of the shared storage.

    Attributes
    ----------
    facts : SymbolFacts
        What is remembered of it.
    contract : FeatureContract
        What the columns are.
    rows : Path
        The file.
    """

    facts: SymbolFacts
    contract: FeatureContract
    rows: Path


def prepare_symbol(order: SymbolOrder) -> ProcessedSymbol:
    """Load one symbol's bars and make labelled rows of them.

    Parameters
    ----------
    order : SymbolOrder
        What to do.

    Raises
    ------
    KtrdrError
        As the source and `process_symbol` raise them.
    Cancelled
        If the token was raised.
    """
    plan = FeaturePlan.of(from_document(order.strategy, order.where))
    began = time.perf_counter()
    bars = source_of(order.workspace).load(order.symbol, order.timeframe, order.start, order.end)
    took = time.perf_counter() - began
    order.cancel.check()
    cache = feature_cache(order.workspace, order.symbol, order.timeframe)
    processed = process_symbol(order.symbol, bars, order.timeframe, plan, cache)
    processed.seconds["load"] = took
    return processed


def prepare_in_file(order: SymbolOrder) -> RowsInFile:
    """Do what `prepare_symbol` does and leave the rows in a file, so that they are not sent over the network.

    Parameters
    ----------
    order : SymbolOrder
        What to do; it names a file.

    Raises
    ------
    KtrdrError
        As `prepare_symbol` raises them.
    StorageProblem
        If the disk refuses, or the file's folder is gone because nobody waits for the rows any more.
    """
    if order.file is None:
        raise ValueError(f"no file is named for the rows of {order.symbol}")
    processed = prepare_symbol(order)
    order.cancel.check()
    if not order.file.parent.is_dir():
        raise StorageProblem(str(order.file.parent), "the training that wanted these rows is over")
    write_rows(order.file, processed.block)
    return RowsInFile(processed.facts(), processed.block.contract, order.file)


@contextlib.contextmanager
def prepared_symbols(
    request: TrainRequest, loaded: LoadedStrategy, plan: FeaturePlan, longest: int, cancel: CancelToken
) -> Iterator[Iterator[ProcessedSymbol]]:
    """Prepare all symbols of a training, where the request says, and give them in their order.

    Parameters
    ----------
    request : TrainRequest
        Symbols, time frame, dates, cluster.
    loaded : LoadedStrategy
        The strategy with every override applied.
    plan : FeaturePlan
        Its features.
    longest : int
        Bars of the longest series, or more.
    cancel : CancelToken
        Checked before each symbol, and between its steps.

    Yields
    ------
    iterator of ProcessedSymbol
        To be gone through inside the block. Of what a cluster's workers wrote nothing is left after it.

    Raises
    ------
    KtrdrError
        As `prepare_symbol` raises them, of the first symbol in order, and as `executor_for` does.
    """
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(shared_folder(request.workspace)) if request.cluster else None
        executor = stack.enter_context(executor_for(request.cluster, cancel=cancel, shared=folder))
        orders = symbol_orders(request, loaded, cancel, folder)
        results: Generator[ProcessedSymbol, None, None]
        if folder is None:
            at_once = symbols_at_once(longest, plan)
            results = ordered_results(prepare_symbol, orders, cancel=cancel, executor=executor, at_once=at_once)
        else:
            filed = ordered_results(prepare_in_file, orders, cancel=cancel, executor=executor, at_once=len(orders))
            results = _taken(filed, request, plan.contract)
        yield stack.enter_context(contextlib.closing(results))


def symbol_orders(
    request: TrainRequest, loaded: LoadedStrategy, cancel: CancelToken, folder: Path | None = None
) -> list[SymbolOrder]:
    """Return what is to be done for each symbol of a training, in their order.

    Parameters
    ----------
    request : TrainRequest
        Symbols, time frame, dates.
    loaded : LoadedStrategy
        The strategy with every override applied.
    cancel : CancelToken
        Part of every order.
    folder : Path, optional
        Where the rows go, if another process makes them.
    """
    workspace, document = Workspace(request.workspace.root.absolute()), loaded.strategy.document()
    return [
        SymbolOrder(
            workspace,
            symbol,
            request.timeframe,
            request.start,
            request.end,
            document,
            loaded.where,
            cancel,
            None if folder is None else folder / f"{number}.rows",
        )
        for number, symbol in enumerate(request.symbols)
    ]


def _taken(
    filed: Generator[RowsInFile, None, None], request: TrainRequest, contract: FeatureContract
) -> Generator[ProcessedSymbol, None, None]:
    with contextlib.closing(filed):
        for found in filed:
            if found.contract != contract:
                raise other_features(request.cluster, found.facts.symbol)
            yield _with_rows(found)


def other_features(cluster: str | None, symbol: str) -> ClusterProblem:
    """Return the error to raise where a worker's features are others than this machine would build.

    Parameters
    ----------
    cluster : str or None
        Address of the scheduler.
    symbol : str
        Whose features they are.
    """
    hint = "install this version of the program on every machine"
    return ClusterProblem(cluster or "", f"a worker's features of {symbol} are not those of this machine", hint)


def _with_rows(found: RowsInFile) -> ProcessedSymbol:
    """Read the rows of one symbol into memory and remove their file; one that cannot be goes with its folder."""
    block = read_rows(found.rows, found.contract, found.facts.symbol)
    with contextlib.suppress(OSError):
        found.rows.unlink()
    return ProcessedSymbol(**vars(found.facts), block=block)


@contextlib.contextmanager
def shared_folder(workspace: Workspace) -> Iterator[Path]:
    """Make a folder for rows below the workspace's cache, which the cluster's machines see, and remove it after all.

    Parameters
    ----------
    workspace : Workspace
        On storage that all machines share.

    Raises
    ------
    StorageProblem
        If the disk refuses.
    """
    place = workspace.cache.absolute() / "rows"
    folder = place / f"{uuid.uuid4().hex}.shared"
    try:
        folder.mkdir(parents=True)
        for old in place.glob("*.shared"):
            if time.time() - old.stat().st_mtime > LEFTOVER_SECONDS:
                shutil.rmtree(old)
    except OSError as error:
        raise StorageProblem(str(folder), error.strerror or str(error)) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
