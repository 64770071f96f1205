"""One trial of a sweep, in plain values that any machine with the workspace understands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.backtesting.curve import NO_VARIATION
from ktrdr_app.backtesting.metrics import YEAR
from ktrdr_app.backtesting.trials import Try
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import BadInput, KtrdrError, StrategyProblem, TooFewRows, TrainingFailed
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.calendars.spans import distinct
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.strategy.load import from_document
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.training.combine import pool
from ktrdr_app.training.split import Cuts
from ktrdr_app.training.trial import Stated, run_trial
from ktrdr_app.workflows.certify_money import Traded, mean_return, traded
from ktrdr_app.workflows.prepare import source_of
from ktrdr_app.workflows.train_symbols import SymbolOrder, prepare_symbol

COMPLETE, PRUNED, UNFIT = "complete", "pruned", "unfit"
"""How a trial ends: judged, given up as others were better by then, or impossible with these settings."""

_UNFIT = (StrategyProblem, BadInput, TooFewRows, TrainingFailed)
_FIGURES = ("rows", "skill", "nll", "prior_nll", "accuracy", "balanced_accuracy", "macro_f1", "mcc")


@dataclass(frozen=True)
class TrialOrder:
    """What to try.

    Attributes
    ----------
    workspace : Workspace
        Where bars are read and features are kept; an absolute path.
    symbols : tuple of str
        Symbols to learn from.
    timeframe : str
        Bar length.
    start, end : str, optional
        Range, as `TrainRequest` has it.
    strategy : dict
        Content of the strategy with the trial's values; it may break the grammar.
    where : str
        File of the strategy, for messages.
    cuts : Cuts
        Where all trials are cut.
    seed : int
        The run's seed.
    weights : mapping of str to float, optional
        Relative rows per symbol, for ``weighted``.
    device : str
        As `train_network` takes it.
    cancel : CancelToken
        Checked between the steps, and within a training.
    limits : tuple of float
        As `run_trial` takes them.
    """

    workspace: Workspace
    symbols: tuple[str, ...]
    timeframe: str
    start: str | None
    end: str | None
    strategy: dict[str, Any]
    where: str
    cuts: Cuts
    seed: int
    weights: Mapping[str, float] | None
    device: str
    cancel: CancelToken
    limits: tuple[float, ...] = ()

    def symbol(self, name: str) -> SymbolOrder:
        """Return what to do for one symbol.

        Parameters
        ----------
        name : str
            Which one.
        """
        series = (self.workspace, name, self.timeframe, self.start, self.end)
        return SymbolOrder(*series, self.strategy, self.where, self.cancel)


@dataclass(frozen=True)
class TrialOutcome:
    """What came of a trial, as plain values.

    Attributes
    ----------
    state : str
        ``complete``, ``pruned`` or ``unfit``.
    reason : str
        Why it was not judged.
    curve : tuple of float
        As `TrialScores` has it.
    best_epoch : int
        Epoch that was judged; 0 for none.
    figures : dict
        Of the validation rows: ``val_skill``, ``val_accuracy`` and so on, ``val_sharpe`` (yearly, after costs) and
        ``trades``; empty if it was not judged.
    tried : Try, optional
        What the deflated Sharpe ratio counts; None where nothing was traded.
    """

    state: str
    reason: str = ""
    curve: tuple[float, ...] = ()
    best_epoch: int = 0
    figures: dict[str, Any] = field(default_factory=dict)
    tried: Try | None = None


def carry_out(order: TrialOrder) -> TrialOutcome:
    """Make the rows, fit, judge on validation rows and trade them.

    Parameters
    ----------
    order : TrialOrder
        What to try.

    Raises
    ------
    KtrdrError
        What is not the trial's own fault: bars, disk, cancelled.
    """
    try:
        strategy = from_document(order.strategy, order.where).strategy
        block = pool([_rows(order, symbol) for symbol in order.symbols])
        order.cancel.check()
        scores = run_trial(
            block, order.cuts, strategy, order.seed, order.weights, order.limits, order.cancel, order.device
        )
    except _UNFIT as error:
        return TrialOutcome(UNFIT, _words(error))
    if scores.figures is None:
        epoch = len(scores.curve)
        reason = f"after epoch {epoch} worse than half of the trials were by then"
        return TrialOutcome(PRUNED, reason, scores.curve)
    measured = asdict(replace(scores.figures, baselines={}))
    figures: dict[str, Any] = {f"val_{name}": measured[name] for name in _FIGURES}
    tried, yearly, trades = _money(order, strategy, scores.stated)
    figures |= {"val_sharpe": yearly, "trades": trades}
    return TrialOutcome(COMPLETE, "", scores.curve, scores.best_epoch, figures, tried)


def _rows(order: TrialOrder, symbol: str) -> FeatureBlock:
    order.cancel.check()
    return prepare_symbol(order.symbol(symbol)).block


def _words(error: KtrdrError) -> str:
    return f"{error.message}; {error.hint}" if error.hint else error.message


def _money(order: TrialOrder, strategy: Strategy, stated: Mapping[str, Stated]) -> tuple[Try | None, float | None, int]:
    """Trade the validation bars of every symbol in equal parts: Sharpe ratio per bar and months, per year, trades."""
    source = source_of(order.workspace)
    runs: list[Traded] = []
    for symbol, said in stated.items():
        if len(said.close_time) < 2:
            continue
        bars = source.load(symbol, order.timeframe, order.start, order.end)
        runs.append(traded(bars, said.close_time, said.probabilities, order.timeframe, strategy, order.cancel))
    instants = distinct(np.concatenate([run.instants for run in runs]))
    returns = mean_return(runs, instants)
    trades = sum(run.trades for run in runs)
    if returns.std() <= NO_VARIATION:
        return None, None, trades
    sharpe = float(returns.mean() / returns.std(ddof=1))
    per_year = (len(instants) - 1) * YEAR / max(1, int(instants[-1] - instants[0]))
    return Try(sharpe, _months(instants, returns)), sharpe * float(np.sqrt(per_year)), trades


def _months(instants: NDArray[np.int64], returns: NDArray[np.float64]) -> dict[str, float]:
    """Return what each calendar month earned, by ``YYYY-MM``."""
    month = instants.astype("datetime64[ns]").astype("datetime64[M]")
    names, first = np.unique(month, return_index=True)
    grown = np.multiply.reduceat(1.0 + returns, first) - 1.0
    return {str(name): float(value) for name, value in zip(names, grown, strict=True)}
