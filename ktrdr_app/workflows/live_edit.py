"""What a trained model would do with other fuzzy sets, step by step while they are dragged; nothing is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.results import BacktestResult
from ktrdr_app.backtesting.simulation import run_probabilities
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import ModelRejected, TooFewRows
from ktrdr_app.core.progress import Progress, silent, stage
from ktrdr_app.data.bars import nanoseconds
from ktrdr_app.decision.orchestrator import DecisionOrchestrator
from ktrdr_app.features.cache import FeatureCache
from ktrdr_app.features.contract import FeatureFrame, usable_pieces
from ktrdr_app.features.neighbourhood import Neighbourhood
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.features.scaler import ScalerState
from ktrdr_app.neural.model import MLPTradingModel
from ktrdr_app.strategy.load import LoadedStrategy, load_strategy
from ktrdr_app.strategy.schema import DecisionSettings, FuzzyInput
from ktrdr_app.workflows.choose_model import ChosenModel, choose_model, in_sample_bars
from ktrdr_app.workflows.live_request import LiveRequest
from ktrdr_app.workflows.model_rows import LEAST_BARS, BarAnswers, training_neighbourhood
from ktrdr_app.workflows.prepare import account_of, source_of
from ktrdr_app.workflows.requests import BacktestRequest, MoneyOptions

Inputs = Mapping[str, FuzzyInput]


@dataclass(frozen=True)
class LiveFigures:
    """A run in a few figures; fractions, None where there is none.

    Attributes
    ----------
    total_return : float
        Over all bars shown.
    unseen_return : float, optional
        Over the bars after those the model learnt from or was tuned on; None if there are none.
    max_drawdown : float
        0 or below.
    win_rate : float, optional
        Share of closed trades that won.
    trades : int
        Closed trades.
    """

    total_return: float
    unseen_return: float | None
    max_drawdown: float
    win_rate: float | None
    trades: int


@dataclass(frozen=True, eq=False)
class LiveResult:
    """One equity curve.

    Attributes
    ----------
    equity : ndarray of float64, shape (n_bars,)
        Account value at each bar's close.
    figures : LiveFigures
        What it amounts to.
    otherwise : int
        Bars at which BUY, HOLD or SELL is most probable that is not so with the model's own sets.
    shift : float
        Mean over the bars of the share of probability that moves from one answer to another, 0 to 1: half the sum of
        the absolute differences (total variation distance).
    kept : dict of str to str
        Inputs for which the model kept its own sets, and why; empty where it took all.
    """

    equity: NDArray[np.float64]
    figures: LiveFigures
    otherwise: int
    shift: float
    kept: dict[str, str]


@dataclass(frozen=True, eq=False)
class LiveGround:
    """What does not change from step to step.

    Attributes
    ----------
    request : LiveRequest
        What was asked for.
    loaded : LoadedStrategy
        The strategy as it is saved.
    series : DataFrame
        All bars of the symbol.
    first : int
        Row of the first bar that is traded.
    config : BacktestConfig
        The account.
    """

    request: LiveRequest
    loaded: LoadedStrategy
    series: pd.DataFrame
    first: int
    config: BacktestConfig

    @property
    def bars(self) -> pd.DataFrame:
        """The bars that are traded."""
        return self.series.iloc[self.first :]

    @property
    def decision(self) -> DecisionSettings:
        """Thresholds and filters."""
        return self.loaded.strategy.decision

    def played(
        self,
        model: MLPTradingModel,
        frame: FeatureFrame,
        scaler: ScalerState,
        neighbourhood: Neighbourhood | None,
        cancel: CancelToken | None = None,
    ) -> tuple[BacktestResult, NDArray[np.float64]]:
        """Predict, decide and trade, by the functions that a backtest uses.

        Parameters
        ----------
        model : MLPTradingModel
            The model.
        frame : FeatureFrame
            Features of all bars of the symbol.
        scaler : ScalerState
            The model's.
        neighbourhood : Neighbourhood, optional
            What is kept of its training rows, where the strategy abstains by distance.
        cancel : CancelToken, optional
            Stops it.

        Returns
        -------
        result : BacktestResult
            The run.
        shares : ndarray of float64, shape (n_bars, 3)
            Probabilities of BUY, HOLD, SELL.
        """
        by_distance = self.decision.max_dissimilarity is not None
        bars = self.bars
        answers = BarAnswers(model, scaler, self.request.symbol, len(bars), by_distance, neighbourhood)
        for piece in usable_pieces(frame, self.first):
            answers.add(piece)
        result = run_probabilities(
            bars,
            answers.probabilities,
            DecisionOrchestrator(self.decision, self.config.allow_short),
            self.config,
            cancel=cancel,
            dissimilarity=answers.dissimilarity,
        )
        return result, answers.probabilities


class LiveSession:
    """A model, the bars and every feature column at hand; a step computes the columns of changed sets alone.

    A session serves one step at a time.

    Parameters
    ----------
    ground : LiveGround
        Bars and account.
    chosen : ChosenModel
        The model; its plan is there.
    cache : FeatureCache
        Holds the features of the model's own sets.
    """

    def __init__(self, ground: LiveGround, chosen: ChosenModel, cache: FeatureCache) -> None:
        assert chosen.plan is not None, "a model of the original has no plan to change"
        self.ground = ground
        self.chosen = chosen
        self._plan = chosen.plan
        self._cache = cache
        self._scaler = ScalerState.from_document(chosen.loaded.scaler_document)
        by_distance = ground.decision.max_dissimilarity is not None
        self._neighbourhood = training_neighbourhood(chosen) if by_distance else None
        self._foreign = _foreign(chosen.plan, FeaturePlan.of(ground.loaded))
        request = ground.request
        self.times: NDArray[np.int64] = nanoseconds(ground.bars.index)
        self.in_sample = in_sample_bars(chosen, request.symbol, request.timeframe, ground.bars.index)
        self._own_shares: NDArray[np.float64] | None = None
        self.own = self._result(self._plan, {}, None)

    @property
    def inputs(self) -> dict[str, FuzzyInput]:
        """The sets that the model was trained with, by fuzzy input."""
        return dict(self._plan.strategy.fuzzy_sets)

    def step(self, inputs: Inputs, cancel: CancelToken | None = None) -> LiveResult:
        """Return what the model would do with other sets, without being trained again.

        Parameters
        ----------
        inputs : mapping of str to FuzzyInput
            Sets by fuzzy input; inputs that are not named keep the model's own.
        cancel : CancelToken, optional
            Stops it.

        Raises
        ------
        Cancelled
            If the token was raised.
        """
        kept = {name: reason for name, entry in inputs.items() if (reason := self._why_not(name, entry))}
        taken = {
            name: own.model_copy(update={"sets": dict(inputs[name].sets)})
            for name, own in self._plan.strategy.fuzzy_sets.items()
            if name in inputs and name not in kept
        }
        strategy = self._plan.strategy.model_copy(update={"fuzzy_sets": self.inputs | taken})
        return self._result(FeaturePlan.of(LoadedStrategy(strategy, "the edited sets")), kept, cancel)

    def _result(self, plan: FeaturePlan, kept: dict[str, str], cancel: CancelToken | None) -> LiveResult:
        frame = self._cache.features(self.ground.series, plan)
        if cancel is not None:
            cancel.check()
        model = self.chosen.loaded.model
        result, shares = self.ground.played(model, frame, self._scaler, self._neighbourhood, cancel)
        own = shares if self._own_shares is None else self._own_shares
        self._own_shares = own
        otherwise = int((shares.argmax(axis=1) != own.argmax(axis=1)).sum())
        shift = float(np.abs(shares - own).sum() / (2 * len(own)))
        return LiveResult(result.values, figures_of(result, int(self.in_sample.sum())), otherwise, shift, kept)

    def _why_not(self, name: str, entry: FuzzyInput) -> str:
        own = self._plan.strategy.fuzzy_sets.get(name)
        if own is None:
            return f"the model does not read {name}"
        if name in self._foreign:
            return self._foreign[name]
        if tuple(own.sets) != tuple(entry.sets):
            return f"the model knows the sets {', '.join(own.sets)} of {name}, not {', '.join(entry.sets)}"
        return ""


def open_live(request: LiveRequest, progress: Progress = silent, cancel: CancelToken | None = None) -> LiveSession:
    """Load bars and model, build every feature once, and run the model with its own sets.

    Parameters
    ----------
    request : LiveRequest
        What to open.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Stops it.

    Raises
    ------
    ModelNotFound
        If no model serves.
    ModelRejected
        If it is damaged, or one of the original, whose features lean on the whole series at once.
    KtrdrError
        Of another kind that fits: strategy, data, cancelled.
    """
    token = cancel or CancelToken("the live session")
    workspace, strategy, symbol, timeframe = request.workspace, request.strategy, request.symbol, request.timeframe
    with stage("load", progress):
        loaded = load_strategy(strategy, workspace)
        asked = BacktestRequest(workspace, strategy, symbol, timeframe, request.model)
        chosen = choose_model(asked, loaded.strategy.name)
        if chosen.plan is None:
            reason = "it is a model of the original, whose features cannot be changed set by set"
            raise ModelRejected(str(chosen.path), reason, "train a universal model of this strategy")
        series = source_of(workspace).load(symbol, timeframe)
    token.check()
    with stage("features", progress):
        cache = FeatureCache(timeframe, symbol)
        frame = cache.features(series, chosen.plan)
    usable = np.flatnonzero(frame.valid)
    if len(usable) < LEAST_BARS:
        reason = f"{int((~frame.valid).sum())} of {len(series)} bars are the indicators' warm-up"
        raise TooFewRows(f"{symbol} {timeframe}", len(usable), LEAST_BARS, reason)
    first = max(int(usable[0]), len(series) - request.bars)
    token.check()
    with stage("simulate", progress):
        config = account_of(loaded.strategy.backtest, MoneyOptions())
        return LiveSession(LiveGround(request, loaded, series, first, config), chosen, cache)


def figures_of(result: BacktestResult, seen: int) -> LiveFigures:
    """Return a run in a few figures.

    Parameters
    ----------
    result : BacktestResult
        The run.
    seen : int
        How many of its first bars the model learnt from or was tuned on.
    """
    metrics, equity = result.metrics, result.values
    before = float(equity[seen - 1]) if seen else result.config.initial_capital
    unseen = float(equity[-1]) / before - 1 if seen < len(equity) else None
    return LiveFigures(
        total_return=float(metrics["total_return"]),
        unseen_return=unseen,
        max_drawdown=float(metrics["max_drawdown"]),
        win_rate=metrics["win_rate"],
        trades=int(metrics["total_trades"]),
    )


def _foreign(own: FeaturePlan, saved: FeaturePlan) -> dict[str, str]:
    """Return the inputs whose values the strategy reads in another way by now than the model, and what differs."""
    found = {}
    theirs = {source.name: source for source in saved.sources}
    for source in own.sources:
        other = theirs.get(source.name)
        if other is None:
            continue
        if source != other:
            found[source.name] = (
                f"the model reads {source.name} as {_words(source.form, source.timeframe)} of {source.column}, "
                f"the strategy by now as {_words(other.form, other.timeframe)} of {other.column}"
            )
        elif _indicator(own, source.column) != _indicator(saved, source.column):
            found[source.name] = f"the indicator of {source.name} has other settings by now than the model's"
    return found


def _words(form: str, timeframe: str) -> str:
    return f"{form} {timeframe}".strip()


def _indicator(plan: FeaturePlan, column: str) -> tuple[str, object]:
    key = column.split(".", 1)[0]
    config = next(entry for entry in plan.indicators.configs if entry.id == key)
    return config.name, config.params
