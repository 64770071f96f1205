"""A quick try of other fuzzy sets: the strategy trained with them in seconds, on few bars and epochs, never saved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress, silent, stage
from ktrdr_app.data.bars import close_times
from ktrdr_app.features.cache import FeatureCache
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.features.neighbourhood import Neighbourhood
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.strategy.load import LoadedStrategy
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.training.checks import check_finite
from ktrdr_app.training.fitting import Fitted, fit_rows
from ktrdr_app.training.judging import calibrate
from ktrdr_app.training.split import Split, split_by_time
from ktrdr_app.workflows.live_edit import Inputs, LiveFigures, LiveGround, figures_of
from ktrdr_app.workflows.prepare import with_overrides
from ktrdr_app.workflows.requests import TrainRequest
from ktrdr_app.workflows.train_run import rows_of_strategy

QUICK_EPOCHS = 15
"""Most epochs."""
QUICK_BARS = 6_000
"""Newest bars, counted on the symbol that is traded; all symbols begin with the same day."""


@dataclass(frozen=True, eq=False)
class QuickTry:
    """The equity of a network that was trained quickly.

    Attributes
    ----------
    equity : ndarray of float64, shape (n_bars,)
        Account value at each bar's close.
    figures : LiveFigures
        What it amounts to.
    epochs : int
        Epochs it was trained.
    rows : int
        Rows it learnt from.
    in_sample : ndarray of bool, shape (n_bars,)
        Bars that it learnt from or was tuned on.
    """

    equity: NDArray[np.float64]
    figures: LiveFigures
    epochs: int
    rows: int
    in_sample: NDArray[np.bool_]


def quick_try(
    ground: LiveGround,
    inputs: Inputs,
    symbols: tuple[str, ...],
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    seed: int = 0,
) -> QuickTry:
    """Train the strategy with other sets the way `train` does, only shorter, and trade the bars with it.

    Rows, purged split, scaler fitted on training rows, early stopping and calibration are those of a training; what is
    left out is what does not change the network: judgement, importance and the model folder.

    Parameters
    ----------
    ground : LiveGround
        Bars and account.
    inputs : mapping of str to FuzzyInput
        Sets by fuzzy input; those of other inputs are as saved.
    symbols : tuple of str
        Symbols to learn from.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Stops it within a moment.
    seed : int
        The run's seed.

    Raises
    ------
    KtrdrError
        Of the kind that fits: strategy, data, training, cancelled.
    """
    token = cancel or CancelToken("the quick try")
    loaded = _shortened(ground.loaded, inputs)
    asked, bars = ground.request, ground.bars
    start = bars.index[max(0, len(bars) - QUICK_BARS)].date().isoformat()
    request = TrainRequest(asked.workspace, asked.strategy, symbols, asked.timeframe, start=start, seed=seed)
    plan, block, _ = rows_of_strategy(request, loaded, progress, token, {})
    split, fitted = _fitted(block, loaded.strategy, seed, progress, token)
    by_distance = ground.decision.max_dissimilarity is not None
    known = Neighbourhood.of(block.values, split.train, block.close_time, seed) if by_distance else None
    with stage("simulate", progress):
        frame = FeatureCache(asked.timeframe, asked.symbol).features(ground.series, plan)
        token.check()
        result, _ = ground.played(fitted.model, frame, fitted.scaler, known, token)
    in_sample = np.zeros(len(bars), dtype=np.bool_)
    if asked.symbol in symbols:
        in_sample = np.asarray(close_times(bars.index, asked.timeframe) <= split.validation_end)
    figures = figures_of(result, int(in_sample.sum()))
    return QuickTry(result.values, figures, len(fitted.trained.history), len(fitted.rows), in_sample)


def _shortened(saved: LoadedStrategy, inputs: Inputs) -> LoadedStrategy:
    epochs = min(saved.strategy.training.epochs, QUICK_EPOCHS)
    loaded = with_overrides(saved, "training", {"epochs": epochs, "checkpoint_every": 0})
    strategy: Strategy = loaded.strategy.model_copy(update={"fuzzy_sets": loaded.strategy.fuzzy_sets | dict(inputs)})
    edited = LoadedStrategy(strategy, loaded.where, loaded.text, loaded.marks)
    FeaturePlan.of(edited)  # a set too many is named here, before bars are read
    return edited


def _fitted(
    block: FeatureBlock, strategy: Strategy, seed: int, progress: Progress, token: CancelToken
) -> tuple[Split, Fitted]:
    with stage("train", progress):
        check_finite(block)
        split = split_by_time(block, strategy.training.split)
        fitted = fit_rows(block, split, strategy, seed, None, progress, token)
        calibrate(fitted.model, block.values, block, fitted.rows, split, strategy.training)
    return split, fitted
