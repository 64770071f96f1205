"""The features that a model of the original was trained on, from bars: "as trained", look-ahead included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ktrdr_app.core.errors import Problem, StrategyProblem
from ktrdr_app.core.files import digest
from ktrdr_app.features.contract import FeatureContract, FeatureFrame
from ktrdr_app.features.legacy_context import price_context, raw_indicators, volume_context
from ktrdr_app.fuzzy.legacy import legacy_membership
from ktrdr_app.indicators.legacy import engine_frame, mapped_frame
from ktrdr_app.strategy.legacy import LegacyStrategy, read_legacy

FORMULA_VERSION = "legacy-1"


def legacy_features(bars: pd.DataFrame, strategy_config: Mapping[str, Any], where: str = "config.json") -> FeatureFrame:
    """Return the features of every bar as the original's training computed them, before scaling.

    Parameters
    ----------
    bars : DataFrame, shape (n_bars, 5)
        Bars of one symbol; the WHOLE series that is to be judged, as means and deviations of all of it enter
        (`legacy_context.LOOK_AHEAD`). Results on them must be marked as look-ahead.
    strategy_config : mapping
        The original's strategy, as a legacy folder's ``config.json`` holds it.
    where : str
        Where it came from, for messages.

    Returns
    -------
    FeatureFrame
        Memberships, price, volume and raw indicators in the original's order. Every row is valid: the original
        filled warm-ups with 0 and trained on them.

    Raises
    ------
    StrategyProblem
        If the configuration is not readable, or gives no membership at all.
    """
    strategy = read_legacy(strategy_config, where)
    mapped = mapped_frame(engine_frame(bars, strategy.indicators), strategy.indicators)
    columns = legacy_fuzzy(mapped, strategy, where)
    settings = strategy.features
    if settings.include_price_context:
        columns |= price_context(mapped)
    if settings.include_volume_context:
        columns |= volume_context(mapped, bars["volume"].astype(np.float64))
    if settings.include_raw_indicators:
        columns |= raw_indicators(mapped)
    table = pd.DataFrame(columns, index=bars.index).to_numpy(dtype=np.float64)
    with np.errstate(over="ignore"):
        values = np.ascontiguousarray(np.nan_to_num(table), dtype=np.float32)
    contract = FeatureContract(tuple(columns), _digest(strategy, tuple(columns)))
    return FeatureFrame(contract, values, np.ones(len(bars), dtype=np.bool_), pd.DatetimeIndex(bars.index))


def legacy_fuzzy(mapped: pd.DataFrame, strategy: LegacyStrategy, where: str) -> dict[str, pd.Series[float]]:
    """Return the memberships, in the order of the indicators and then of their sets.

    Parameters
    ----------
    mapped : DataFrame
        What `indicators.legacy.mapped_frame` returned.
    strategy : LegacyStrategy
        Whose sets are laid over it.
    where : str
        Where it came from, for messages.

    Returns
    -------
    dict of str to Series of float64
        ``{indicator}_{set}``.

    Raises
    ------
    StrategyProblem
        If no set is called after an indicator; the original stopped there too.
    """
    columns: dict[str, pd.Series[float]] = {}
    for name in mapped.columns:
        for entry in strategy.fuzzy_sets.get(name, ()):
            grades = legacy_membership(entry.kind, entry.parameters, mapped[name].to_numpy())
            columns[f"{name}_{entry.name}"] = pd.Series(grades, index=mapped.index)
    if not columns:
        found = f"none of {', '.join(strategy.fuzzy_sets)} is called after an indicator"
        raise StrategyProblem(where, [Problem("fuzzy_sets", 0, 0, found, f"names: {', '.join(mapped.columns[5:])}")])
    return columns


def _digest(strategy: LegacyStrategy, names: tuple[str, ...]) -> str:
    sets = {key: [[s.name, s.kind, s.parameters] for s in entries] for key, entries in strategy.fuzzy_sets.items()}
    indicators = [[i.name, i.type, dict(i.params)] for i in strategy.indicators]
    settings = vars(strategy.features)
    return digest(
        {
            "formulas": FORMULA_VERSION,
            "names": names,
            "indicators": indicators,
            "fuzzy_sets": sets,
            "features": settings,
        }
    )
