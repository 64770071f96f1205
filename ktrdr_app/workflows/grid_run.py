"""One model over many symbols as as many backtests, each with an account of its own, side by side in threads."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.compute import cores, local_pool, ordered_results
from ktrdr_app.core.errors import Cancelled, KtrdrError
from ktrdr_app.core.files import new_folder
from ktrdr_app.core.progress import Note, Progress, SymbolDone, silent, stage
from ktrdr_app.workflows.backtest_files import free_place, write_papers
from ktrdr_app.workflows.backtest_run import simulate_backtest, simulate_signals
from ktrdr_app.workflows.grid_files import SymbolRun, write_grid
from ktrdr_app.workflows.many_requests import GridRequest, ManyOutcome
from ktrdr_app.workflows.requests import BacktestRequest, SignalsRequest
from ktrdr_app.workflows.run_folders import run_id


def backtest_grid(request: GridRequest, progress: Progress = silent, cancel: CancelToken | None = None) -> ManyOutcome:
    """Run a backtest on each symbol, and set them side by side; a symbol that fails is told and costs no other.

    Parameters
    ----------
    request : GridRequest
        What to run.
    progress : Progress
        Listener of stages and of `SymbolDone`, in the symbols' order; a failure comes as a `Note`.
    cancel : CancelToken, optional
        Stops all of them; nothing is written then.

    Raises
    ------
    KtrdrError
        The first symbol's failure if all failed; else storage and cancelled only.
    """
    began = time.perf_counter()
    token = cancel or CancelToken("the backtests")
    each = request.each
    final = free_place(request.out or each.workspace.runs / run_id("grid", each.timeframe))
    with new_folder(final) as folder:

        def work(symbol: str) -> SymbolRun:
            return _run(replace(each, symbol=symbol, out=None), folder / symbol, final / symbol, token)

        with stage("simulate", progress):
            runs = _all(work, request, progress, token)
        failed = [run.failure for run in runs if run.failure is not None]
        if len(failed) == len(runs):
            raise failed[0]
        with stage("report", progress):
            document = write_grid(request, runs, folder, final, began)
    return ManyOutcome(document, final, failed[0].exit_code if failed else 0)


def _all(
    work: Callable[[str], SymbolRun], request: GridRequest, progress: Progress, token: CancelToken
) -> list[SymbolRun]:
    total, runs = len(request.symbols), list[SymbolRun]()
    workers = min(request.workers or cores(), total)
    with local_pool(workers) as pool:
        for run in ordered_results(work, request.symbols, cancel=token, executor=pool, at_once=total):
            runs.append(run)
            if run.failure is not None:
                progress(Note("warning", f"{run.symbol}: {run.failure.message}"))
            progress(SymbolDone(run.symbol, len(runs), total))
    return runs


def _run(request: BacktestRequest | SignalsRequest, folder: Path, home: Path, token: CancelToken) -> SymbolRun:
    """Run one symbol and write its files; what is kept of it is the document alone."""
    try:
        if isinstance(request, SignalsRequest):
            papers = simulate_signals(request, silent, token)
        else:
            papers = simulate_backtest(request, silent, token)
        folder.mkdir()
        return SymbolRun(request.symbol, write_papers(papers, folder, home))
    except Cancelled:
        raise
    except KtrdrError as failure:
        return SymbolRun(request.symbol, None, failure)
