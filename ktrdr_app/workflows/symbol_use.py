"""How alike several symbols use the sets of one input, which of them stand apart, and what would help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.paths import Workspace
from ktrdr_app.features.forms import AUTOMATIC, form_for
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.fuzzy.engine import FuzzyEngine
from ktrdr_app.fuzzy.universality import ALIKE, universality
from ktrdr_app.indicators.registry import get_indicator
from ktrdr_app.strategy.load import load_strategy
from ktrdr_app.strategy.schema import FuzzyInput

Values = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class SetUse:
    """How symbols use one set.

    Attributes
    ----------
    key : str
        The set.
    spread : float
        Largest minus smallest share of bars over the symbols, 0 to 1.
    least, most : tuple of (str, float)
        The symbols with those shares.
    """

    key: str
    spread: float
    least: tuple[str, float]
    most: tuple[str, float]


@dataclass(frozen=True)
class SymbolsUse:
    """How alike symbols use the sets of one input.

    Attributes
    ----------
    figure : float
        Universality: 1 if all use them alike, 0 if no two share a set.
    apart : tuple of str
        Symbols that differ from the median of all by more than 1 - `ALIKE`, farthest first; none of two.
    sets : tuple of SetUse
        A set each.
    """

    figure: float
    apart: tuple[str, ...]
    sets: tuple[SetUse, ...]


def compare_use(entry: FuzzyInput, values: Values, cancel: CancelToken | None = None) -> SymbolsUse | None:
    """Measure how alike symbols use the sets of an input.

    Parameters
    ----------
    entry : FuzzyInput
        The sets.
    values : mapping of str to ndarray of float64
        Values after the warm-up, by symbol.
    cancel : CancelToken, optional
        Checked before each symbol.

    Returns
    -------
    SymbolsUse or None
        None for fewer than two symbols with values.
    """
    token = cancel or CancelToken()
    engine = FuzzyEngine({"input": entry})
    grades = {}
    for symbol, column in values.items():
        token.check()
        if len(column):
            grades[symbol] = np.empty((len(entry.sets), len(column)), np.float32).T
            engine.evaluate_into({"input": column}, grades[symbol])
    if len(grades) < 2:
        return None
    found = universality(tuple(entry.sets), grades)
    return SymbolsUse(found.figure, _apart(found.shares), tuple(_set_use(key, found.shares) for key in entry.sets))


def _apart(shares: Mapping[str, Mapping[str, float]]) -> tuple[str, ...]:
    """Return the symbols farther than allowed from the median of all symbols' shares, by half the sum of differences.

    The median stands where most symbols are: a single one that is far away moves the mean of the others, and would make
    all of them stand apart. Of two symbols none is the odd one.
    """
    if len(shares) < 3:
        return ()
    table = np.array([list(row.values()) for row in shares.values()])
    far = np.abs(table - np.median(table, axis=0)).sum(axis=1) / 2
    names = list(shares)
    return tuple(names[place] for place in np.argsort(-far, kind="stable") if far[place] > 1 - ALIKE)


def _set_use(key: str, shares: Mapping[str, Mapping[str, float]]) -> SetUse:
    by_symbol = {symbol: row[key] for symbol, row in shares.items()}
    least, most = min(by_symbol, key=by_symbol.__getitem__), max(by_symbol, key=by_symbol.__getitem__)
    return SetUse(key, by_symbol[most] - by_symbol[least], (least, by_symbol[least]), (most, by_symbol[most]))


def scale_advice(workspace: Workspace, strategy: str, fuzzy_input: str) -> str:
    """Return a sentence on an input whose numbers mean another thing on each symbol; empty if they do not.

    Parameters
    ----------
    workspace : Workspace
        Where the strategy is read.
    strategy : str
        Strategy name or path.
    fuzzy_input : str
        Key under ``fuzzy_sets``.

    Raises
    ------
    KtrdrError
        If the strategy cannot be read.
    """
    plan = FeaturePlan.of(load_strategy(strategy, workspace))
    source = next((entry for entry in plan.sources if entry.name == fuzzy_input), None)
    if source is None or source.form != "raw":
        return ""
    indicator, output = plan.strategy.source_of(fuzzy_input)
    info = get_indicator(plan.strategy.indicators[indicator].name)
    found = info.output(output)
    if found is None or found.unit not in AUTOMATIC:
        return ""
    better = form_for("auto", info.name, found.unit)
    unit = "volume" if found.unit == "volume" else "price"
    other = " or percent" if found.unit == "price_difference" else ""
    return (
        f"{fuzzy_input} is in units of {unit}: the same number means another thing on each symbol. "
        f"Write form: {better}{other} in the strategy."
    )
