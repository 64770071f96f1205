"""Features of many symbols, each built on a core of this machine or of a cluster, and kept in the workspace's cache."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Set
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import numpy as np

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.cluster import executor_for
from ktrdr_app.core.compute import ordered_results
from ktrdr_app.core.files import new_folder
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Progress, SymbolDone, silent
from ktrdr_app.data.loader import check_symbols
from ktrdr_app.features.higher import check_timeframes
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.strategy.load import LoadedStrategy, from_document, load_strategy
from ktrdr_app.workflows.backtest_files import free_place
from ktrdr_app.workflows.feature_caches import feature_cache
from ktrdr_app.workflows.features_requests import ManyFeatures, ManyFeaturesRequest, SymbolFeatures
from ktrdr_app.workflows.prepare import find_series, source_of
from ktrdr_app.workflows.tables import iso_stamps, write_table
from ktrdr_app.workflows.train_symbols import SymbolOrder, other_features, shared_folder


def build_many_features(
    request: ManyFeaturesRequest, progress: Progress = silent, cancel: CancelToken | None = None
) -> ManyFeatures:
    """Build the features of several symbols side by side, keep them in the cache, and say what they are.

    Parameters
    ----------
    request : ManyFeaturesRequest
        Strategy and series.
    progress : Progress
        Told of every symbol, in their order.
    cancel : CancelToken, optional
        Stops it within a moment; no table is written then.

    Raises
    ------
    KtrdrError
        Of the first symbol in order, or the cluster's, or the disk's.
    """
    token = cancel or CancelToken("the features")
    check_symbols(request.symbols)
    loaded = load_strategy(request.strategy, request.workspace)
    plan = FeaturePlan.of(loaded)
    check_timeframes(plan, request.timeframe)
    for symbol in request.symbols:
        find_series(request.workspace, symbol, request.timeframe)
    final = None if request.out is None else free_place(request.out).absolute()
    found = list[SymbolFeatures]()
    with _places(request, final, token) as (folder, pool):
        orders = _orders(request, loaded, folder, token)
        for built in ordered_results(build_symbol, orders, cancel=token, executor=pool, at_once=len(orders)):
            if built.contract != plan.contract.digest:
                raise other_features(request.cluster, built.symbol)
            found.append(built)
            progress(SymbolDone(built.symbol, len(found), len(orders)))
        if folder is not None:
            _tidy(folder, {order.file for order in orders})
    return ManyFeatures(_document(request, plan, found, final), tuple(found))


def build_symbol(order: SymbolOrder) -> SymbolFeatures:
    """Build one symbol's features, or find them in the cache; they are left there, and in a file where one is named.

    Parameters
    ----------
    order : SymbolOrder
        What to do; the file that it may name is that of a table.

    Raises
    ------
    KtrdrError
        As the source and `build_features` raise them.
    Cancelled
        If the token was raised.
    """
    order.cancel.check()
    plan = FeaturePlan.of(from_document(order.strategy, order.where))
    bars = source_of(order.workspace).load(order.symbol, order.timeframe, order.start, order.end)
    order.cancel.check()
    cache = feature_cache(order.workspace, order.symbol, order.timeframe)
    built = cache.features(bars, plan)
    order.cancel.check()
    frame = built.table()
    if order.file is not None:
        write_table(frame, order.file)
    values = np.ascontiguousarray(frame.to_numpy(), dtype="<f4")
    stamps = iso_stamps(frame.index[[0, -1]]) if len(frame) else (None, None)
    return SymbolFeatures(
        symbol=order.symbol,
        contract=plan.contract.digest,
        rows=len(frame),
        dropped_rows=int((~built.valid).sum()),
        first=stamps[0],
        last=stamps[1],
        values=hashlib.sha256(values.data).hexdigest(),
        source=cache.last_use.source,
    )


@contextlib.contextmanager
def _places(
    request: ManyFeaturesRequest, final: Path | None, token: CancelToken
) -> Iterator[tuple[Path | None, Executor]]:
    """Give the folder of the tables while it is built, and where the work is done; a cluster must see the workspace."""
    with contextlib.ExitStack() as stack:
        folder = None if final is None else stack.enter_context(new_folder(final))
        seen = folder
        if request.cluster is not None and seen is None:
            seen = stack.enter_context(shared_folder(request.workspace))
        yield folder, stack.enter_context(executor_for(request.cluster, cancel=token, shared=seen))


def _orders(
    request: ManyFeaturesRequest, loaded: LoadedStrategy, folder: Path | None, token: CancelToken
) -> list[SymbolOrder]:
    workspace, document = Workspace(request.workspace.root.absolute()), loaded.strategy.document()
    return [
        SymbolOrder(
            workspace,
            symbol,
            request.timeframe,
            start=None,
            end=None,
            strategy=document,
            where=loaded.where,
            cancel=token,
            file=None if folder is None else folder / _file_name(symbol, request.timeframe),
        )
        for symbol in request.symbols
    ]


def _tidy(folder: Path, wanted: Set[Path | None]) -> None:
    """Remove what a worker that died has left half-written."""
    for path in folder.iterdir():
        if path not in wanted:
            path.unlink()


def _file_name(symbol: str, timeframe: str) -> str:
    return f"{symbol}_{timeframe}.csv"


def _document(
    request: ManyFeaturesRequest, plan: FeaturePlan, found: list[SymbolFeatures], final: Path | None
) -> dict[str, Any]:
    """Return what is printed; where features were found, and on which machine, is no part of it."""
    return {
        "strategy": request.strategy,
        "timeframe": request.timeframe,
        "contract_sha256": plan.contract.digest,
        "columns": list(plan.contract.names),
        "out": None if final is None else str(final),
        "symbols": {
            built.symbol: {
                "rows": built.rows,
                "dropped_rows": built.dropped_rows,
                "first": built.first,
                "last": built.last,
                "values_sha256": built.values,
                "file": None if final is None else str(final / _file_name(built.symbol, request.timeframe)),
            }
            for built in found
        },
    }
