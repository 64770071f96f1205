"""What the panes below a finished run's prices show: its indicators, memberships, probabilities, position and volume.

Indicators and memberships are computed anew by the plan that the run's model was trained on, over the same bars and
those before them, so that no value differs from what the run saw; probabilities are those that the run wrote down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Progress, silent, stage
from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.decision.log import DecisionLog
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.fuzzy.legacy import legacy_membership
from ktrdr_app.indicators.engine import IndicatorConfig
from ktrdr_app.indicators.legacy import engine_frame, mapped_frame
from ktrdr_app.model_store.integrity import CheckedFolder, check_folder
from ktrdr_app.strategy.legacy import read_legacy
from ktrdr_app.strategy.load import load_strategy
from ktrdr_app.workflows.feature_caches import feature_cache
from ktrdr_app.workflows.model_plan import model_plan
from ktrdr_app.workflows.prepare import source_of
from ktrdr_app.workflows.requests import BacktestOutcome

Floats = NDArray[np.float64]

CLASSES = ("buy", "hold", "sell")
"""Columns of `RunPanes.probabilities`."""


@dataclass(frozen=True, eq=False)
class IndicatorLines:
    """The lines of one indicator that belong on one scale.

    Attributes
    ----------
    key : str
        The strategy's name of it.
    title : str
        Name and parameters, for people.
    on_price : bool
        Whether the lines are prices, to be drawn over the candles.
    lines : mapping of str to ndarray of float64, shape (n_bars,)
        By column; NaN while it warms up.
    bounds : tuple of float, or None
        Least and greatest value that it can have.
    """

    key: str
    title: str
    on_price: bool
    lines: Mapping[str, Floats]
    bounds: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False)
class RunPanes:
    """Arrays over the bars of a run; what there is not is empty.

    Attributes
    ----------
    volume : ndarray of float64, shape (n_bars,)
        As the bars have it; NaN where it is missing.
    position : ndarray of float64, shape (n_bars,)
        Signed units at each close.
    probabilities : ndarray of float64, shape (n_bars, 3)
        BUY, HOLD, SELL as the run had them; no rows for a run of given signals.
    threshold : float or None
        Least probability that was acted on; None where it is not known for certain.
    indicators : tuple of IndicatorLines
        The strategy's.
    memberships : mapping of str to mapping of str to ndarray of float64, shape (n_bars,)
        By fuzzy input, then by set.
    reason : str
        Why indicators and memberships are missing; empty if they are there.
    """

    volume: Floats
    position: Floats
    probabilities: Floats = field(default_factory=lambda: np.empty((0, len(CLASSES))))
    threshold: float | None = None
    indicators: tuple[IndicatorLines, ...] = ()
    memberships: Mapping[str, Mapping[str, Floats]] = field(default_factory=dict)
    reason: str = ""


def run_panes(
    workspace: Workspace, outcome: BacktestOutcome, progress: Progress = silent, cancel: CancelToken | None = None
) -> RunPanes:
    """Return what can be shown below the prices of a finished run.

    Parameters
    ----------
    workspace : Workspace
        Whose bars are read.
    outcome : BacktestOutcome
        The run, as `backtest` or `reopen_run` returned it.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Checked between the steps.

    Raises
    ------
    Cancelled
        If it was asked to stop. A model or series that is gone is no error: `RunPanes.reason` says so.
    """
    token = cancel or CancelToken("the panes of the chart")
    token.check()
    indicators: tuple[IndicatorLines, ...] = ()
    memberships: Mapping[str, Mapping[str, Floats]] = {}
    reason = ""
    try:
        with stage("load", progress):
            bars = _whole_series(workspace, outcome)
            checked = _model(outcome)
        token.check()
        with stage("features", progress):
            indicators, memberships = _seen(workspace, outcome, checked, bars)
    except _Unknown as error:
        reason = str(error)
    token.check()
    return RunPanes(
        volume=outcome.bars["volume"].to_numpy(np.float64),
        position=np.asarray(outcome.result.units, dtype=np.float64),
        probabilities=_probabilities(outcome),
        threshold=_threshold(workspace, outcome),
        indicators=indicators,
        memberships=memberships,
        reason=reason,
    )


class _Unknown(Exception):
    """There is nothing to compute indicators by; says why."""


def _whole_series(workspace: Workspace, outcome: BacktestOutcome) -> pd.DataFrame:
    """Return the run's bars and all before them: what is seen at the first bar depends on those."""
    document = outcome.document
    try:
        bars = source_of(workspace).load(document["symbol"], document["timeframe"], end=document["end"])
    except KtrdrError as error:
        raise _Unknown(f"The bars of the run cannot be read: {error.message}") from error
    if len(bars) < len(outcome.bars) or not bars.index[-len(outcome.bars) :].equals(outcome.bars.index):
        raise _Unknown("The bars of the run have changed since; run the backtest again")
    return bars


def _model(outcome: BacktestOutcome) -> CheckedFolder:
    model = outcome.document.get("model")
    if not model:
        raise _Unknown("The run traded signals from a file: no model, no features")
    try:
        return check_folder(Path(model["path"]))
    except KtrdrError as error:
        raise _Unknown(f"The run's model cannot be read: {error.message}") from error


def _seen(
    workspace: Workspace, outcome: BacktestOutcome, checked: CheckedFolder, bars: pd.DataFrame
) -> tuple[tuple[IndicatorLines, ...], Mapping[str, Mapping[str, Floats]]]:
    """Return indicators and memberships over the run's bars."""
    count = len(outcome.bars)
    try:
        if checked.original:
            return _seen_by_original(checked, bars, count)
        plan = model_plan(checked.path, checked.strategy_document, checked.contract_digest, checked.feature_names)
    except KtrdrError as error:
        raise _Unknown(f"The features of the run's model cannot be computed here: {error.message}") from error
    columns = plan.indicators.calculate(PriceArrays.of(bars))
    tails = {name: np.array(values[-count:], dtype=np.float64) for name, values in columns.items()}
    return tuple(indicator_lines(plan, tails)), _memberships(workspace, outcome, plan, bars)


def _seen_by_original(
    checked: CheckedFolder, bars: pd.DataFrame, count: int
) -> tuple[tuple[IndicatorLines, ...], Mapping[str, Mapping[str, Floats]]]:
    """Return the indicators that a model of the original has sets for, and their memberships, as it computed them."""
    strategy = read_legacy(checked.strategy_document, f"{checked.path.name}/config.json")
    mapped = mapped_frame(engine_frame(bars, strategy.indicators), strategy.indicators)
    indicators, memberships = [], {}
    for name in mapped.columns:
        sets = strategy.fuzzy_sets.get(name, ())
        if not sets:
            continue
        values = mapped[name].to_numpy(np.float64)
        indicators.append(IndicatorLines(name, name, False, {name: np.array(values[-count:])}))
        grades = {entry.name: legacy_membership(entry.kind, entry.parameters, values) for entry in sets}
        memberships[name] = {key: np.array(grade[-count:], dtype=np.float64) for key, grade in grades.items()}
    return tuple(indicators), memberships


def indicator_lines(plan: FeaturePlan, columns: Mapping[str, Floats]) -> Iterator[IndicatorLines]:
    """Yield the indicators of a strategy, lines of different scales apart; helpers of other features are left out.

    Parameters
    ----------
    plan : FeaturePlan
        The strategy's.
    columns : mapping of str to ndarray of float64
        As the plan's indicator engine computes them.
    """
    for config in plan.indicators.configs:
        if config.id not in plan.strategy.indicators:
            continue
        own = {
            name: output
            for name, output in plan.indicators.outputs.items()
            if name == config.id or name.startswith(f"{config.id}.")
        }
        for on_price in (True, False):
            chosen = {name: output for name, output in own.items() if (output.unit == "price") is on_price}
            if chosen:
                lows, highs = ([getattr(output, end) for output in chosen.values()] for end in ("low", "high"))
                bounded = None not in lows and None not in highs
                bounds = (float(min(lows)), float(max(highs))) if bounded else None
                lines = {name: columns[name] for name in chosen}
                yield IndicatorLines(config.id, _title(config), on_price, lines, bounds)


def _title(config: IndicatorConfig) -> str:
    numbers = ", ".join(str(value) for value in config.params.values())
    named = config.id if config.id == config.name else f"{config.id} · {config.name}"
    return f"{named} ({numbers})" if numbers else named


def _memberships(
    workspace: Workspace, outcome: BacktestOutcome, plan: FeaturePlan, bars: pd.DataFrame
) -> Mapping[str, Mapping[str, Floats]]:
    """Return the memberships that the run's features held, from the cache where it still has them."""
    document, names = outcome.document, plan.fuzzy.names
    rows = feature_cache(workspace, document["symbol"], document["timeframe"]).rows(bars, plan)
    block = np.concatenate([np.array(piece[:, : len(names)]) for piece in rows.pieces(len(bars) - len(outcome.bars))])
    found: dict[str, dict[str, Floats]] = {}
    position = 0
    for name, entry in plan.strategy.fuzzy_sets.items():
        found[name] = {
            key: np.ascontiguousarray(block[:, position + place], dtype=np.float64)
            for place, key in enumerate(entry.sets)
        }
        position += len(entry.sets)
    return found


def _probabilities(outcome: BacktestOutcome) -> Floats:
    log = outcome.result.log
    if log is None:
        return np.empty((0, len(CLASSES)))
    if isinstance(log, DecisionLog):
        return np.asarray(log.shares, dtype=np.float64)
    return log.table()[list(CLASSES)].to_numpy(np.float64)


def _threshold(workspace: Workspace, outcome: BacktestOutcome) -> float | None:
    """Return the run's own threshold; for a run read back the strategy's, if every decision of the run agrees."""
    log = outcome.result.log
    if log is None:
        return None
    if isinstance(log, DecisionLog):
        return log.orchestrator.settings.confidence_threshold
    try:
        settings = load_strategy(outcome.document["strategy_name"], workspace).strategy.decision
    except KtrdrError:
        return None
    limit = settings.confidence_thresholds.get("backtest", settings.confidence_threshold)
    table = log.table()
    refused = table.loc[table["refused_by"] == "confidence", "confidence"]
    acted = table.loc[table["action"] != "HOLD", "confidence"]
    return limit if (refused < limit).all() and (acted >= limit).all() else None
