"""Looks at what lies between bars and network: inventory, indicators, features, labels, fuzzy inputs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import UnknownName
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Progress, SymbolDone, silent
from ktrdr_app.data.csv_source import SeriesInfo
from ktrdr_app.features.build import all_fuzzy_inputs
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.indicators.definition import IndicatorInfo
from ktrdr_app.indicators.registry import available, compute
from ktrdr_app.labels.first_touch import CLASS_NAMES
from ktrdr_app.labels.labelers import label_bars
from ktrdr_app.labels.report import label_report
from ktrdr_app.strategy.load import load_strategy
from ktrdr_app.workflows.feature_caches import feature_cache
from ktrdr_app.workflows.prepare import source_of
from ktrdr_app.workflows.requests import (
    BarsRequest,
    FeaturesResult,
    FuzzyView,
    FuzzyViewRequest,
    IndicatorRequest,
    LabelsResult,
    SeriesRequest,
)
from ktrdr_app.workflows.tables import iso_stamps, write_table


def load_bars(request: BarsRequest) -> pd.DataFrame:
    """Return the bars of a series.

    Parameters
    ----------
    request : BarsRequest
        Which.

    Raises
    ------
    KtrdrError
        As `ktrdr_app.data.csv_source.CSVDataSource.load` raises it.
    """
    return source_of(request.workspace).load(request.symbol, request.timeframe, request.start, request.end)


def list_data(workspace: Workspace) -> list[SeriesInfo]:
    """Return every series of a workspace.

    Parameters
    ----------
    workspace : Workspace
        Whose data folder is listed.
    """
    return source_of(workspace).series()


def list_indicators() -> tuple[IndicatorInfo, ...]:
    """Return the catalogue of indicators."""
    return available()


def compute_indicator(
    request: IndicatorRequest, progress: Progress = silent, cancel: CancelToken | None = None
) -> pd.DataFrame:
    """Compute one indicator and, if wanted, write it.

    Parameters
    ----------
    request : IndicatorRequest
        Which one, on which bars.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Checked before the computation.

    Returns
    -------
    DataFrame
        One column per output, indexed like the bars.
    """
    (cancel or CancelToken()).check()
    bars = source_of(request.workspace).load(request.symbol, request.timeframe)
    frame = compute(request.name, bars, **request.params)
    progress(SymbolDone(request.symbol, 1, 1))
    if request.out is not None:
        write_table(frame, request.out)
    return frame


def features(request: SeriesRequest, progress: Progress = silent, cancel: CancelToken | None = None) -> FeaturesResult:
    """Compute the features of one symbol, before scaling, or take them from the workspace's cache.

    Parameters
    ----------
    request : SeriesRequest
        Strategy and series.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Checked before the computation.
    """
    (cancel or CancelToken()).check()
    plan = FeaturePlan.of(load_strategy(request.strategy, request.workspace))
    bars = source_of(request.workspace).load(request.symbol, request.timeframe)
    built = feature_cache(request.workspace, request.symbol, request.timeframe).features(bars, plan)
    progress(SymbolDone(request.symbol, 1, 1))
    frame = built.table()
    if request.out is not None:
        write_table(frame, request.out)
    return FeaturesResult(frame, int((~built.valid).sum()), plan.contract.digest)


def labels(request: SeriesRequest, progress: Progress = silent, cancel: CancelToken | None = None) -> LabelsResult:
    """Compute the labels of one symbol and describe them.

    Parameters
    ----------
    request : SeriesRequest
        Strategy and series.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Checked before the computation.
    """
    (cancel or CancelToken()).check()
    strategy = load_strategy(request.strategy, request.workspace).strategy
    bars = source_of(request.workspace).load(request.symbol, request.timeframe)
    made = label_bars(bars, request.timeframe, strategy.labels)
    progress(SymbolDone(request.symbol, 1, 1))
    words = np.array([*CLASS_NAMES, ""], dtype=object)[made.label]
    ends = iso_stamps(pd.DatetimeIndex(made.label_end, tz="UTC"))
    frame = pd.DataFrame({"label": words, "label_end": np.where(words == "", "", ends)}, index=bars.index)
    if request.out is not None:
        write_table(frame, request.out)
    report = label_report({request.symbol: made}, {request.symbol: bars}, strategy.labels)
    return LabelsResult(frame, report)


def load_fuzzy_view(
    request: FuzzyViewRequest, progress: Progress = silent, cancel: CancelToken | None = None
) -> FuzzyView:
    """Return the sets of one fuzzy input and the values they are laid over.

    Parameters
    ----------
    request : FuzzyViewRequest
        Strategy, input and symbols.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Checked before each symbol.

    Raises
    ------
    UnknownName
        If the strategy has no such input.
    """
    token = cancel or CancelToken()
    loaded = load_strategy(request.strategy, request.workspace)
    inputs = tuple(loaded.strategy.fuzzy_sets)
    if request.fuzzy_input not in inputs:
        raise UnknownName("fuzzy input", request.fuzzy_input, inputs, where=loaded.where)
    plan = FeaturePlan.of(loaded)
    found = {}
    for done, symbol in enumerate(request.symbols, 1):
        token.check()
        bars = source_of(request.workspace).load(symbol, request.timeframe)
        values = all_fuzzy_inputs(bars, plan, request.timeframe)[request.fuzzy_input]
        found[symbol] = values[np.isfinite(values)]
        progress(SymbolDone(symbol, done, len(request.symbols)))
    return FuzzyView(inputs, loaded.strategy.fuzzy_sets[request.fuzzy_input], found)
