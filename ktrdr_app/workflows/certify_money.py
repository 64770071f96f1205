"""The second line of a certificate: what trading on unseen symbols earns after costs, beside trading on seen ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.curve import NO_VARIATION
from ktrdr_app.backtesting.metrics import YEAR
from ktrdr_app.backtesting.simulation import run_probabilities
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import silent
from ktrdr_app.data.bars import close_times
from ktrdr_app.data.calendars.spans import distinct
from ktrdr_app.decision.orchestrator import DecisionOrchestrator
from ktrdr_app.neural.bootstrap import StationaryBootstrap, interval
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.training.certificate import Certificate
from ktrdr_app.training.folds import FoldWork, rows_to_judge
from ktrdr_app.training.retention import Bounded

Array = NDArray[np.float64]


@dataclass(frozen=True)
class AfterCosts:
    """Yearly Sharpe ratios after costs over the test bars, all symbols in equal parts.

    Attributes
    ----------
    seen, unseen : Bounded, optional
        Trading each symbol by the model of all, and by the one that never saw it; None if it never trades.
    difference : Bounded, optional
        unseen - seen, on the same replicates; None if one is.
    trades : dict of str to tuple of int
        Closed trades of each symbol, by the one and by the other.
    """

    seen: Bounded | None
    unseen: Bounded | None
    difference: Bounded | None
    trades: dict[str, tuple[int, int]]


@dataclass(frozen=True)
class Traded:
    """One symbol's account.

    Attributes
    ----------
    instants : ndarray of int64, shape (n_bars - 1,)
        When each bar after the first was known, nanoseconds UTC.
    returns : ndarray of float64, shape (n_bars - 1,)
        Return of each of them.
    trades : int
        Closed trades.
    """

    instants: NDArray[np.int64]
    returns: Array
    trades: int


def after_costs(
    work: FoldWork,
    certificate: Certificate,
    timeframe: str,
    bars_of: Callable[[str], pd.DataFrame],
    cancel: CancelToken,
) -> AfterCosts:
    """Trade every symbol's test bars by its seen and by its unseen model, with the strategy's decisions and costs.

    The return of a moment is the mean over the symbols that have a bar then, each with an account of its own; the
    intervals resample moments as the certificate does.

    Parameters
    ----------
    work : FoldWork
        Rows, cuts and strategy.
    certificate : Certificate
        Probabilities of the test rows, and the block length.
    timeframe : str
        Bar length.
    bars_of : callable
        From a symbol to its bars.
    cancel : CancelToken
        Looked at within each run.

    Raises
    ------
    Cancelled
        If the token was raised.
    """
    stated = {fold.left_out: fold.probabilities for fold in certificate.folds}
    seen: dict[str, Traded] = {}
    unseen: dict[str, Traded] = {}
    for block in work.blocks:
        symbol = block.symbols[0]
        bars, known = bars_of(symbol), block.close_time[rows_to_judge(block, work.cuts)]
        for left_out, runs in (((), seen), ((symbol,), unseen)):
            runs[symbol] = traded(bars, known, stated[left_out][symbol], timeframe, work.strategy, cancel)
    instants = distinct(np.concatenate([run.instants for run in seen.values()]))
    resample = StationaryBootstrap(len(instants), min(certificate.block_slots, len(instants)), seed=work.seed)
    per_year = (len(instants) - 1) * YEAR / max(1, int(instants[-1] - instants[0]))
    first, second = (_sharpe(mean_return(list(runs.values()), instants), resample, per_year) for runs in (seen, unseen))
    difference = None if first is None or second is None else (second[0] - first[0], second[1] - first[1])
    return AfterCosts(
        seen=_bounded(first),
        unseen=_bounded(second),
        difference=_bounded(difference),
        trades={symbol: (run.trades, unseen[symbol].trades) for symbol, run in seen.items()},
    )


def traded(
    bars: pd.DataFrame, known: NDArray[np.int64], p: Array, timeframe: str, strategy: Strategy, cancel: CancelToken
) -> Traded:
    """Run the bars of one symbol's rows through an account; a bar without a row is held through.

    Parameters
    ----------
    bars : DataFrame
        All bars of the symbol.
    known : ndarray of int64, shape (n_rows,)
        Close times of the rows, in order.
    p : ndarray of float64, shape (n_rows, 3)
        Probabilities of BUY, HOLD and SELL.
    timeframe : str
        Bar length.
    strategy : Strategy
        Decisions and costs.
    cancel : CancelToken
        Looked at within the run.
    """
    closes = close_times(bars.index, timeframe)
    within = (closes >= known[0]) & (closes <= known[-1])
    instants = closes[within]
    probabilities = np.tile([0.0, 1.0, 0.0], (len(instants), 1))
    probabilities[np.searchsorted(instants, known)] = p
    config = BacktestConfig.of(strategy.backtest)
    orchestrator = DecisionOrchestrator(strategy.decision, config.allow_short)
    result = run_probabilities(bars[within], probabilities, orchestrator, config, silent, cancel)
    equity = result.equity.to_numpy(dtype=np.float64)
    returns = np.zeros(len(equity) - 1)
    np.divide(np.diff(equity), equity[:-1], out=returns, where=equity[:-1] > 0)
    return Traded(instants[1:], returns, len(result.trades))


def mean_return(runs: list[Traded], instants: NDArray[np.int64]) -> Array:
    """Return the mean return of each moment over the accounts that have a bar then.

    Parameters
    ----------
    runs : list of Traded
        The accounts.
    instants : ndarray of int64
        All moments of theirs, in order, each once.
    """
    total, count = np.zeros(len(instants)), np.zeros(len(instants))
    for run in runs:
        place = np.searchsorted(instants, run.instants)
        total[place] += run.returns
        count[place] += 1
    return total / count


def _sharpe(returns: Array, resample: StationaryBootstrap, per_year: float) -> tuple[float, Array] | None:
    """Return mean / standard deviation (ddof 1) · √(moments per year), and its replicates; None where nothing moves."""
    if returns.std() <= NO_VARIATION:
        return None
    count = len(returns)
    sums = resample.sums(np.column_stack([returns, returns**2]))
    spread = np.sqrt(np.maximum(sums[:, 1] - sums[:, 0] ** 2 / count, 0.0) / (count - 1))
    replicates = np.zeros(len(sums))
    np.divide(sums[:, 0] / count, spread, out=replicates, where=spread > NO_VARIATION)
    yearly = np.sqrt(per_year)
    return float(returns.mean() / returns.std(ddof=1) * yearly), replicates * yearly


def _bounded(figure: tuple[float, Array] | None) -> Bounded | None:
    return None if figure is None else Bounded(figure[0], *interval(figure[1]))
