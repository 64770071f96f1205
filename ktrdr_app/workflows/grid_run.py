"""One model over many symbols as as many backtests, each with an account of its own, side by side on any cores."""

from __future__ import annotations

import contextlib
import shutil
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.cluster import executor_for
from ktrdr_app.core.compute import cores, local_pool, ordered_results
from ktrdr_app.core.errors import Cancelled, KtrdrError
from ktrdr_app.core.files import new_folder
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Note, Progress, SymbolDone, silent, stage
from ktrdr_app.model_store.layout import KINDS
from ktrdr_app.workflows.backtest_files import free_place, write_papers
from ktrdr_app.workflows.backtest_run import simulate_backtest, simulate_signals
from ktrdr_app.workflows.grid_files import SymbolRun, write_grid
from ktrdr_app.workflows.many_requests import GridRequest, ManyOutcome
from ktrdr_app.workflows.requests import BacktestRequest, SignalsRequest
from ktrdr_app.workflows.run_folders import run_id


@dataclass(frozen=True)
class SymbolWork:
    """One symbol's backtest, in plain values that any machine with the workspace understands.

    Attributes
    ----------
    request : BacktestRequest or SignalsRequest
        What is run; its paths are absolute.
    folder : Path
        The grid's folder while it is built.
    home : Path
        Where the symbol's files will lie in the end.
    cancel : CancelToken
        Checked within the run.
    """

    request: BacktestRequest | SignalsRequest
    folder: Path
    home: Path
    cancel: CancelToken

    @property
    def subject(self) -> str:
        """What a list of running work says of it."""
        return self.request.symbol


def backtest_grid(request: GridRequest, progress: Progress = silent, cancel: CancelToken | None = None) -> ManyOutcome:
    """Run a backtest on each symbol, and set them side by side; a symbol that fails is told and costs no other.

    Parameters
    ----------
    request : GridRequest
        What to run, and where.
    progress : Progress
        Listener of stages and of `SymbolDone`, in the symbols' order; a failure comes as a `Note`.
    cancel : CancelToken, optional
        Stops all of them; nothing is written then.

    Raises
    ------
    KtrdrError
        The first symbol's failure if all failed; else storage, cluster and cancelled only.
    """
    began = time.perf_counter()
    token = cancel or CancelToken("the backtests")
    each = request.each
    final = free_place(request.out or each.workspace.runs / run_id("grid", each.timeframe)).absolute()
    with new_folder(final) as folder:
        anywhere = placed(each) if request.cluster else each
        works = [
            SymbolWork(replace(anywhere, symbol=symbol, out=None), folder, final / symbol, token)
            for symbol in request.symbols
        ]
        with stage("simulate", progress):
            runs = _all(works, request, progress, token)
        failed = [run.failure for run in runs if run.failure is not None]
        if len(failed) == len(runs):
            raise failed[0]
        with stage("report", progress):
            document = write_grid(request, runs, folder, final, began)
    return ManyOutcome(document, final, failed[0].exit_code if failed else 0)


def placed(request: BacktestRequest | SignalsRequest) -> BacktestRequest | SignalsRequest:
    """Return a request whose paths mean the same in any folder.

    Parameters
    ----------
    request : BacktestRequest or SignalsRequest
        What is run.
    """
    workspace = Workspace(request.workspace.root.absolute())
    if isinstance(request, SignalsRequest):
        return replace(request, workspace=workspace, signals=request.signals.absolute())
    named = request.model in ("auto", *KINDS)
    model = request.model if named else str(Path(request.model).absolute())
    return replace(request, workspace=workspace, strategy=str(_absolute(request.strategy)), model=model)


def _absolute(strategy: str) -> Path | str:
    """Return a strategy's path as absolute; a name as it is."""
    path = Path(strategy)
    return path.absolute() if path.suffix.lower() in (".yaml", ".yml") and path.is_file() else strategy


def _all(works: list[SymbolWork], request: GridRequest, progress: Progress, token: CancelToken) -> list[SymbolRun]:
    total, runs = len(works), list[SymbolRun]()
    with _pool(request, works[0].folder, token) as pool:
        for run in ordered_results(run_symbol, works, cancel=token, executor=pool, at_once=total):
            runs.append(run)
            if run.failure is not None:
                progress(Note("warning", f"{run.symbol}: {run.failure.message}"))
            progress(SymbolDone(run.symbol, len(runs), total))
    return runs


@contextlib.contextmanager
def _pool(request: GridRequest, folder: Path, token: CancelToken) -> Iterator[Executor]:
    """Give threads of this machine, or a cluster that sees the grid's folder."""
    if request.cluster is None:
        with local_pool(min(request.workers or cores(), len(request.symbols))) as threads:
            yield threads
        return
    with executor_for(request.cluster, cancel=token, shared=folder) as pool:
        yield pool


def run_symbol(work: SymbolWork) -> SymbolRun:
    """Run one symbol and write its files; what is kept of it is the document alone.

    The files are written under a hidden name first, so that a worker that takes the place of one that died finds
    nothing in its way.

    Parameters
    ----------
    work : SymbolWork
        What to do.

    Raises
    ------
    Cancelled
        If the token was raised; every other failure of ours is part of the result.
    """
    request = work.request
    hidden = work.folder / f".{request.symbol}.{uuid.uuid4().hex[:8]}"
    try:
        if isinstance(request, SignalsRequest):
            papers = simulate_signals(request, silent, work.cancel)
        else:
            papers = simulate_backtest(request, silent, work.cancel)
        hidden.mkdir()
        document = write_papers(papers, hidden, work.home)
        _settle(hidden, work.folder / request.symbol)
        return SymbolRun(request.symbol, document)
    except Cancelled:
        raise
    except KtrdrError as failure:
        return SymbolRun(request.symbol, None, failure)


def _settle(hidden: Path, final: Path) -> None:
    """Give a folder its name; another worker that was taken for dead may have done the same."""
    try:
        hidden.rename(final)
    except OSError:
        if not final.is_dir():
            raise
        shutil.rmtree(hidden)
