"""One model over several symbols with one cash account."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ktrdr_app.backtesting.material import DecisionMaterial
from ktrdr_app.backtesting.portfolio import run_portfolio
from ktrdr_app.backtesting.portfolio_terms import Leg, PortfolioConfig, equal_shares
from ktrdr_app.backtesting.signals import read_signals
from ktrdr_app.backtesting.terms import NO_FILTERS
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.compute import local_pool, ordered_results
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.files import new_folder
from ktrdr_app.core.progress import Progress, SymbolDone, silent, stage
from ktrdr_app.decision.actions import Action
from ktrdr_app.decision.log import DecisionLog
from ktrdr_app.strategy.schema import DecisionSettings
from ktrdr_app.workflows.backtest_files import RunPapers, free_place
from ktrdr_app.workflows.backtest_run import simulate_backtest, simulate_signals
from ktrdr_app.workflows.conversion import conversion_of
from ktrdr_app.workflows.many_requests import ManyOutcome, PortfolioRequest
from ktrdr_app.workflows.portfolio_files import PortfolioPapers, write_portfolio
from ktrdr_app.workflows.requests import SignalsRequest
from ktrdr_app.workflows.run_folders import run_id

if TYPE_CHECKING:
    from numpy.typing import NDArray


def backtest_portfolio(
    request: PortfolioRequest, progress: Progress = silent, cancel: CancelToken | None = None
) -> ManyOutcome:
    """Let a model, or signals, trade several symbols with one account, beside buying all of them in equal parts.

    Parameters
    ----------
    request : PortfolioRequest
        What to run.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Stops it; no run is written then.

    Raises
    ------
    KtrdrError
        Of the kind that fits; a symbol that cannot be run is an error, as the account would be another without it.
    """
    began = time.perf_counter()
    token = cancel or CancelToken("the portfolio")
    each = request.each
    final = free_place(request.out or each.workspace.runs / run_id("portfolio", each.timeframe))
    with stage("features", progress):
        papers = _prepared(request, progress, token)
    bars = {symbol: own.bars for symbol, own in papers.items()}
    conversion = conversion_of(each.workspace, bars, each.timeframe, request.account_currency)
    config = _config(request, next(iter(papers.values())))
    with stage("simulate", progress):
        legs = [Leg(symbol, own.bars, _signals(own), conversion.of(symbol)) for symbol, own in papers.items()]
        result = run_portfolio(legs, each.timeframe, config, _filters(papers), progress, token)
        held = run_portfolio(_held(legs), each.timeframe, _all_in_equal_parts(config, len(legs)), cancel=token)
    token.check()
    with stage("report", progress), new_folder(final) as folder:
        done = PortfolioPapers(request, papers, conversion, result, held, began)
        document = write_portfolio(done, folder, final)
    return ManyOutcome(document, final)


def _prepared(request: PortfolioRequest, progress: Progress, token: CancelToken) -> dict[str, RunPapers]:
    """Return what each symbol's own backtest would be: its bars, decisions and buy and hold."""
    each = request.each

    def work(symbol: str) -> RunPapers:
        if isinstance(each, SignalsRequest):
            return simulate_signals(replace(each, symbol=symbol, out=None), silent, token)
        return simulate_backtest(replace(each, symbol=symbol, out=None), silent, token)

    papers, total = dict[str, RunPapers](), len(request.symbols)
    with local_pool(total) as pool:
        results = ordered_results(work, request.symbols, cancel=token, executor=pool, at_once=total)
        for symbol, own in zip(request.symbols, results, strict=True):
            papers[symbol] = own
            progress(SymbolDone(symbol, len(papers), total))
    return papers


def _config(request: PortfolioRequest, papers: RunPapers) -> PortfolioConfig:
    base = papers.result.config
    if request.each.money.sizing is None:
        base = replace(base, sizing=equal_shares(len(request.symbols), request.max_positions))
    return PortfolioConfig(base, request.max_exposure, request.max_positions)


def _signals(papers: RunPapers) -> NDArray[np.int8]:
    """Return the signals that pass every filter which does not look at the position."""
    request, log = papers.request, papers.result.log
    if isinstance(request, SignalsRequest):
        return read_signals(request.signals, papers.bars)[0]
    if not isinstance(log, DecisionLog):
        raise InvalidValue("decisions", type(log).__name__, "the decisions of a run that was just made")
    material = DecisionMaterial(papers.bars, log.shares, log.ratios, log.dissimilarity, log.orchestrator)
    return material.signals()


def _filters(papers: Mapping[str, RunPapers]) -> DecisionSettings:
    log = next(iter(papers.values())).result.log
    return log.orchestrator.settings if isinstance(log, DecisionLog) else NO_FILTERS


def _held(legs: list[Leg]) -> list[Leg]:
    """Return the same symbols, each bought once at its first close."""
    held = []
    for leg in legs:
        signals = np.full(len(leg.bars), Action.HOLD, dtype=np.int8)
        signals[np.flatnonzero(leg.bars["close"].notna())[:1]] = Action.BUY
        held.append(replace(leg, signals=signals))
    return held


def _all_in_equal_parts(config: PortfolioConfig, symbols: int) -> PortfolioConfig:
    base = replace(
        config.base, sizing=equal_shares(symbols, None), stop_loss=None, take_profit=None, trailing_stop=None
    )
    return PortfolioConfig(base)
