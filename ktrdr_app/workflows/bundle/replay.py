"""Runs a finished backtest again from what its folder keeps, and says where the figures differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import BundleRejected
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Progress, silent
from ktrdr_app.workflows.backtest_files import SIGNALS_FILE, STRATEGY_FILE, RunPapers
from ktrdr_app.workflows.backtest_run import simulate_backtest, simulate_signals
from ktrdr_app.workflows.reopen import reopen_run
from ktrdr_app.workflows.requests import BacktestOutcome, BacktestRequest, MoneyOptions, SignalsRequest
from ktrdr_app.workflows.run_folders import home_of, run_folder


@dataclass(frozen=True)
class Replay:
    """A run that was run again.

    Attributes
    ----------
    run : str
        Name of its folder.
    figures, bars, trades : int
        How much was compared.
    differences : tuple of str
        What is not the same to the last digit, one sentence each; empty if all is.
    """

    run: str
    figures: int
    bars: int
    trades: int
    differences: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether every number came out again."""
        return not self.differences

    @property
    def sentence(self) -> str:
        """What was found, in one sentence."""
        compared = f"{self.figures} figures, {self.bars:,} bars and {self.trades:,} trades"
        if self.same:
            return f"Run again here: {compared} are the same to the last digit."
        return f"Run again here, {compared} were compared. {'; '.join(self.differences)}."

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {**asdict(self), "same": self.same, "sentence": self.sentence}


def replay_run(
    workspace: Workspace, run: Path | str, progress: Progress = silent, cancel: CancelToken | None = None
) -> Replay:
    """Run a backtest again with the strategy, model and bars that it was made with; nothing is written.

    Parameters
    ----------
    workspace : Workspace
        Where the run lies.
    run : Path or str
        Its folder, or the folder's name below ``runs``.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Stops it.

    Raises
    ------
    KtrdrError
        Of the kind that fits: run, data, model, cancelled.
    """
    folder = run_folder(workspace, run)
    before = reopen_run(workspace, folder, progress, cancel)
    request = request_of(workspace, folder, before.document)
    if isinstance(request, SignalsRequest):
        papers = simulate_signals(request, progress, cancel)
    else:
        papers = simulate_backtest(request, progress, cancel)
    return Replay(
        run=folder.name,
        figures=len(before.document["metrics"]) + 1,
        bars=len(before.bars),
        trades=len(before.result.closed),
        differences=tuple(_differences(before, papers)),
    )


def request_of(workspace: Workspace, folder: Path, document: Mapping[str, Any]) -> BacktestRequest | SignalsRequest:
    """Return what runs a finished backtest again.

    Parameters
    ----------
    workspace : Workspace
        Where the run lies.
    folder : Path
        Its folder.
    document : mapping
        Its document.

    Raises
    ------
    BundleRejected
        If it is from an older program, which did not keep what decided.
    """
    asked, home = document.get("request"), home_of(workspace, folder)
    decided = folder / (SIGNALS_FILE if document["model"] is None else STRATEGY_FILE)
    if asked is None or not decided.is_file():
        raise BundleRejected(str(folder), "the run does not keep what decided", "run the backtest again")
    symbol, timeframe = str(document["symbol"]), str(document["timeframe"])
    shared = {"start": asked["start"], "end": document["end"], "money": MoneyOptions(**asked["money"])}
    if document["model"] is None:
        return SignalsRequest(home, decided, symbol, timeframe, **shared)
    path, calibrate = str(document["model"]["path"]), bool(asked["calibrate"])
    return BacktestRequest(home, str(decided), symbol, timeframe, path, calibrate=calibrate, **shared)


def _differences(before: BacktestOutcome, papers: RunPapers) -> Iterator[str]:
    result = papers.result
    figures = {"final_equity": before.document["final_equity"], **before.document["metrics"]}
    anew = {"final_equity": result.final_equity, **result.metrics}
    for name, figure in figures.items():
        if figure != anew.get(name):
            yield f"{name} was {figure!r}, is {anew.get(name)!r}"
    account = {"equity": before.result.equity, "cash": before.result.cash, "position": before.result.position}
    again = {"equity": result.equity, "cash": result.cash, "position": result.position}
    yield from _table_differences("bars", pd.DataFrame(account), pd.DataFrame(again))
    yield from _table_differences("trades", before.result.trades, result.trades)
    if before.result.decisions is not None and result.decisions is not None:
        yield from _table_differences("decisions", before.result.decisions, result.decisions)


def _table_differences(what: str, before: pd.DataFrame, anew: pd.DataFrame) -> Iterator[str]:
    if len(before) != len(anew):
        yield f"there were {len(before):,} {what}, there are {len(anew):,}"
        return
    for name in before.columns:
        old, new = before[name].to_numpy(), anew[name].to_numpy()
        if pd.api.types.is_float_dtype(before[name].dtype):
            old, new = old.astype(np.float64), new.astype(np.float64)
            apart = int((~((old == new) | (np.isnan(old) & np.isnan(new)))).sum())
        else:
            apart = int((old.astype(str) != new.astype(str)).sum())
        if apart:
            yield f"{name} differs in {apart:,} of {len(old):,} {what}"
