"""Backtests: a model chosen by the resolver, or signals from a file, through the same engine."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pandas as pd

from ktrdr_app.backtesting.benchmark import buy_and_hold_result
from ktrdr_app.backtesting.results import BacktestResult
from ktrdr_app.backtesting.signals import read_signals, run_signals
from ktrdr_app.backtesting.simulation import run_probabilities
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import TooFewRows
from ktrdr_app.core.progress import Progress, silent, stage
from ktrdr_app.decision.orchestrator import DecisionOrchestrator
from ktrdr_app.strategy.load import load_strategy
from ktrdr_app.strategy.schema import BacktestSettings, Strategy
from ktrdr_app.workflows.backtest_files import RunPapers, write_run
from ktrdr_app.workflows.choose_model import choose_model, in_sample_bars
from ktrdr_app.workflows.model_rows import LEAST_BARS, model_rows
from ktrdr_app.workflows.prepare import account_of, overridden, source_of, with_overrides
from ktrdr_app.workflows.requests import BacktestOutcome, BacktestRequest, SignalsRequest
from ktrdr_app.workflows.train_document import document_of_papers


def backtest(
    request: BacktestRequest, progress: Progress = silent, cancel: CancelToken | None = None
) -> BacktestOutcome:
    """Choose a model, build features by the function that training used, decide, trade, report.

    Parameters
    ----------
    request : BacktestRequest
        What to run.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Stops it; no run is written then.

    Raises
    ------
    KtrdrError
        Of the kind that fits: strategy, data, model, storage, cancelled.
    """
    return _finished(simulate_backtest(request, progress, cancel), progress)


def simulate_backtest(
    request: BacktestRequest, progress: Progress = silent, cancel: CancelToken | None = None
) -> RunPapers:
    """Do everything that `backtest` does but write the run's folder.

    Parameters
    ----------
    request : BacktestRequest
        What to run.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Stops it.

    Raises
    ------
    KtrdrError
        Of the kind that fits: strategy, data, model, cancelled.
    """
    began = time.perf_counter()
    token = cancel or CancelToken("the backtest")
    loaded = load_strategy(request.strategy, request.workspace)
    settings = with_overrides(loaded, "backtest", request.money.overrides()).strategy
    with stage("load", progress):
        chosen = choose_model(request, settings.name)
        bars = source_of(request.workspace).load(request.symbol, request.timeframe, end=request.end)
    token.check()
    with stage("features", progress):
        prepared = model_rows(bars, chosen, request, settings.decision)
    token.check()
    config = account_of(settings.backtest, request.money)
    with stage("simulate", progress):
        orchestrator = DecisionOrchestrator(settings.decision, config.allow_short)
        result = run_probabilities(
            *(prepared.bars, prepared.probabilities, orchestrator, config, progress, token),
            dissimilarity=prepared.dissimilarity,
        )
    token.check()
    in_sample = in_sample_bars(chosen, request.symbol, request.timeframe, prepared.bars.index)
    return RunPapers(
        request=request,
        strategy_name=settings.name,
        settings=_settings_document(settings),
        model=chosen.document(),
        bars=prepared.bars,
        result=result,
        benchmark=buy_and_hold_result(prepared.bars, config),
        in_sample=in_sample,
        warm_up_bars=prepared.warm_up_bars,
        train_document=document_of_papers(chosen.path, chosen.loaded),
        began=began,
        origin=loaded.text.encode(),
        coverage=prepared.coverage,
    )


def backtest_signals(
    request: SignalsRequest, progress: Progress = silent, cancel: CancelToken | None = None
) -> BacktestOutcome:
    """Run signals from a file through the engine.

    Parameters
    ----------
    request : SignalsRequest
        What to run.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Stops it; no run is written then.

    Raises
    ------
    KtrdrError
        Of the kind that fits: data, signals, storage, cancelled.
    """
    return _finished(simulate_signals(request, progress, cancel), progress)


def simulate_signals(
    request: SignalsRequest, progress: Progress = silent, cancel: CancelToken | None = None
) -> RunPapers:
    """Do everything that `backtest_signals` does but write the run's folder.

    Parameters
    ----------
    request : SignalsRequest
        What to run.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Stops it.

    Raises
    ------
    KtrdrError
        Of the kind that fits: data, signals, cancelled.
    """
    began = time.perf_counter()
    token = cancel or CancelToken("the backtest")
    with stage("load", progress):
        source = source_of(request.workspace)
        bars = source.load(request.symbol, request.timeframe, request.start, request.end)
        signals, _ = read_signals(request.signals, bars)
    _demand_bars(bars, request.symbol)
    config = account_of(overridden(BacktestSettings(), request.money.overrides()), request.money)
    with stage("simulate", progress):
        result = run_signals(bars, signals, config, progress, token)
    token.check()
    return RunPapers(
        request=request,
        strategy_name=request.signals.stem,
        settings={"signals": str(request.signals)},
        model=None,
        bars=bars,
        result=result,
        benchmark=buy_and_hold_result(bars, config),
        in_sample=np.zeros(len(bars), dtype=np.bool_),
        warm_up_bars=0,
        train_document=None,
        began=began,
        origin=request.signals.read_bytes(),
    )


def _finished(papers: RunPapers, progress: Progress) -> BacktestOutcome:
    with stage("report", progress):
        folder, document = write_run(papers)
    result: BacktestResult = papers.result
    return BacktestOutcome(document, papers.bars, result, papers.benchmark.equity, papers.in_sample, folder)


def _demand_bars(bars: pd.DataFrame, symbol: str) -> None:
    if len(bars) < LEAST_BARS:
        raise TooFewRows(symbol, len(bars), LEAST_BARS, "an order fills on the bar after its signal")


def _settings_document(settings: Strategy) -> dict[str, Any]:
    document = settings.document()
    return {name: document[name] for name in ("decision", "backtest", "labels", "network")}
