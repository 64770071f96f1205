"""Looks at the fuzzy sets of a strategy: what is wrong with their shapes, how each symbol uses them, their values."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.progress import Progress, SymbolDone, silent
from ktrdr_app.core.timeframes import bar_length
from ktrdr_app.features.build import all_fuzzy_inputs
from ktrdr_app.features.higher import check_timeframes
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.fuzzy.activity import InputActivity, activity
from ktrdr_app.fuzzy.checks import SetProblem, activity_problems, check_sets
from ktrdr_app.fuzzy.engine import FuzzyEngine
from ktrdr_app.fuzzy.universality import Universality, universality
from ktrdr_app.strategy.load import load_strategy
from ktrdr_app.strategy.schema import FuzzyInput
from ktrdr_app.workflows.prepare import source_of
from ktrdr_app.workflows.requests import FuzzyCheckRequest, SeriesRequest
from ktrdr_app.workflows.tables import write_table


@dataclass(frozen=True)
class SymbolUse:
    """How the values of one symbol use the sets of one input.

    Attributes
    ----------
    symbol : str
        Which symbol.
    activity : InputActivity
        The figures.
    problems : tuple of SetProblem
        What is doubtful about them.
    """

    symbol: str
    activity: InputActivity
    problems: tuple[SetProblem, ...]


@dataclass(frozen=True)
class InputCheck:
    """What is found about one fuzzy input.

    Attributes
    ----------
    name : str
        The input.
    problems : tuple of SetProblem
        What is doubtful about the shapes.
    symbols : tuple of SymbolUse
        A symbol each.
    universality : Universality, optional
        How alike they use the sets; None for fewer than two symbols.
    """

    name: str
    problems: tuple[SetProblem, ...]
    symbols: tuple[SymbolUse, ...]
    universality: Universality | None = None

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form that ``fuzzy check --json`` prints."""
        return {
            "input": self.name,
            "problems": [asdict(problem) for problem in self.problems],
            "universality": None if self.universality is None else asdict(self.universality),
            "symbols": {
                use.symbol: asdict(use.activity) | {"problems": [asdict(problem) for problem in use.problems]}
                for use in self.symbols
            },
        }


def check_fuzzy(
    request: FuzzyCheckRequest, progress: Progress = silent, cancel: CancelToken | None = None
) -> list[InputCheck]:
    """Return what is doubtful about the sets of a strategy, and how each symbol uses them.

    Parameters
    ----------
    request : FuzzyCheckRequest
        Strategy and symbols.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Checked before each symbol.

    Raises
    ------
    UnknownName
        If there is no such time frame.
    InvalidValue
        If symbols are given without a time frame, or the strategy reads bars that are not longer than it.
    """
    token = cancel or CancelToken()
    plan = FeaturePlan.of(load_strategy(request.strategy, request.workspace))
    inputs = plan.strategy.fuzzy_sets
    uses: dict[str, list[SymbolUse]] = {name: [] for name in inputs}
    grades: dict[str, dict[str, NDArray[np.float32]]] = {name: {} for name in inputs}
    if request.timeframe is not None:
        bar_length(request.timeframe)
        check_timeframes(plan, request.timeframe)
    symbols = _symbols(request)
    for done, symbol in enumerate(symbols, 1):
        token.check()
        bars = source_of(request.workspace).load(symbol, request.timeframe or "")
        for name, values in all_fuzzy_inputs(bars, plan, request.timeframe or "").items():
            found = activity(inputs[name], values)
            uses[name].append(SymbolUse(symbol, found, tuple(activity_problems(found))))
            grades[name][symbol] = _grades(name, inputs[name], values)
        progress(SymbolDone(symbol, done, len(symbols)))
    return [
        InputCheck(name, tuple(check_sets(entry)), tuple(uses[name]), _alike(entry, grades[name]))
        for name, entry in inputs.items()
    ]


def _grades(name: str, entry: FuzzyInput, values: NDArray[np.float64]) -> NDArray[np.float32]:
    out = np.empty((len(entry.sets), len(values)), np.float32).T
    FuzzyEngine({name: entry}).evaluate_into({name: values}, out)
    return out


def _alike(entry: FuzzyInput, grades: dict[str, NDArray[np.float32]]) -> Universality | None:
    known = {symbol: rows for symbol, rows in grades.items() if np.isfinite(rows).all(axis=1).any()}
    return universality(tuple(entry.sets), known) if len(known) > 1 else None


def _symbols(request: FuzzyCheckRequest) -> tuple[str, ...]:
    if request.timeframe is None:
        if request.symbols:
            raise InvalidValue("timeframe", None, "the length of the symbols' bars, such as --timeframe 1h")
        return ()
    if request.symbols is not None:
        return request.symbols
    series = source_of(request.workspace).series()
    return tuple(info.symbol for info in series if info.timeframe == request.timeframe)


def evaluate_fuzzy(
    request: SeriesRequest, progress: Progress = silent, cancel: CancelToken | None = None
) -> pd.DataFrame:
    """Return the memberships of a series and, if wanted, write them.

    Parameters
    ----------
    request : SeriesRequest
        Strategy and series.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Checked before the computation.

    Returns
    -------
    DataFrame of float32
        A column per set, a row per bar; NaN until an input's warm-up has ended.
    """
    (cancel or CancelToken()).check()
    plan = FeaturePlan.of(load_strategy(request.strategy, request.workspace))
    check_timeframes(plan, request.timeframe)
    bars = source_of(request.workspace).load(request.symbol, request.timeframe)
    out = np.empty((len(plan.fuzzy.names), len(bars)), np.float32).T
    plan.fuzzy.evaluate_into(all_fuzzy_inputs(bars, plan, request.timeframe), out)
    progress(SymbolDone(request.symbol, 1, 1))
    frame = pd.DataFrame(out, index=bars.index, columns=list(plan.fuzzy.names), copy=False)
    if request.out is not None:
        write_table(frame, request.out)
    return frame
