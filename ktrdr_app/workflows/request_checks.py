"""Whether a request can be carried out, told before it waits in a queue; needs no torch."""

from __future__ import annotations

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.data.loader import check_symbols
from ktrdr_app.data.ranges import time_bounds
from ktrdr_app.features.higher import check_timeframes
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.model_store.layout import KINDS
from ktrdr_app.strategy.load import LoadedStrategy, load_strategy
from ktrdr_app.training.combine import check_weights
from ktrdr_app.workflows.choose_model import choose_model
from ktrdr_app.workflows.prepare import account_of, find_series, with_overrides
from ktrdr_app.workflows.requests import BacktestRequest, TrainRequest
from ktrdr_app.workflows.train_checkpoints import found_run


def trained_strategy(request: TrainRequest) -> LoadedStrategy:
    """Return the strategy of a training with the request's overrides.

    Parameters
    ----------
    request : TrainRequest
        What is trained.

    Raises
    ------
    InvalidValue
        If strategy, overrides and kind do not fit together.
    StrategyProblem
        If there is no such strategy, or it is wrong.
    """
    if request.kind not in KINDS:
        raise InvalidValue("kind", request.kind, " or ".join(KINDS))
    if request.kind == "legacy" and len(request.symbols) != 1:
        raise InvalidValue("symbols", ",".join(request.symbols), "exactly one symbol for a legacy model")
    if request.seed < 0:
        raise InvalidValue("seed", request.seed, "a whole number, 0 or more")
    overrides = {
        "combination": request.combination,
        "epochs": request.epochs,
        "batch_size": request.batch_size,
    }
    loaded = with_overrides(load_strategy(request.strategy, request.workspace), "training", overrides)
    if request.kind == "legacy" and loaded.strategy.features.symbol_embedding:
        raise InvalidValue("features.symbol_embedding", "true", "false for a legacy model, which knows one symbol")
    return loaded


def check_training(request: TrainRequest) -> None:
    """Look at all of a training that can be wrong before its bars are read.

    Parameters
    ----------
    request : TrainRequest
        What is trained.

    Raises
    ------
    KtrdrError
        Of the kind that fits: strategy, data, options.
    """
    loaded = trained_strategy(request)
    check_timeframes(FeaturePlan.of(loaded), request.timeframe)
    time_bounds(request.start, request.end)
    check_symbols(request.symbols)
    check_weights(request.symbols, loaded.strategy.training.combination, request.weights)
    if request.resume is not None:
        found_run(request, request.resume)
    for symbol in request.symbols:
        find_series(request.workspace, symbol, request.timeframe)


def check_backtest(request: BacktestRequest) -> None:
    """Look at all of a backtest that can be wrong before its bars are read.

    Parameters
    ----------
    request : BacktestRequest
        What is run.

    Raises
    ------
    KtrdrError
        Of the kind that fits: strategy, options, data, no model that serves.
    """
    loaded = load_strategy(request.strategy, request.workspace)
    account_of(with_overrides(loaded, "backtest", request.money.overrides()).strategy.backtest, request.money)
    time_bounds(request.start, request.end)
    find_series(request.workspace, request.symbol, request.timeframe)
    choose_model(request, loaded.strategy.name)
