"""What is to be said of each set, on all symbols together and on each, from values that are sorted once."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.fuzzy.activity import ACTIVE, STRONG
from ktrdr_app.fuzzy.checks import RARE_SHARE, SATURATED_SHARE, check_sets
from ktrdr_app.fuzzy.spans import level_cut, shared_level
from ktrdr_app.strategy.schema import FuzzyInput, FuzzySet

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SetVerdict:
    """One set in figures and words.

    Attributes
    ----------
    active : float or None
        Share of all values with a membership of at least one half; None without values.
    overlap : float
        Greatest membership that a value has in this set and in a neighbour: 0.5 in a partition of triangles.
    concerns : tuple of str
        What is doubtful; empty when all is well.
    """

    active: float | None
    overlap: float
    concerns: tuple[str, ...]


class SortedValues:
    """The values of an input, sorted once, so that shares above a level cost two look-ups however many there are.

    Parameters
    ----------
    by_symbol : mapping of str to ndarray of float64
        Finite values of each symbol, in any order.
    """

    def __init__(self, by_symbol: Mapping[str, Floats]) -> None:
        self.by_symbol = {symbol: np.sort(values) for symbol, values in by_symbol.items() if len(values)}
        self.together = np.sort(np.concatenate([*self.by_symbol.values(), np.empty(0)]))

    def share(self, entry: FuzzySet, level: float, symbol: str = "") -> float | None:
        """Return the share of values whose membership is at least a level; None where there are none.

        Parameters
        ----------
        entry : FuzzySet
            The set.
        level : float
            Above 0, up to 1.
        symbol : str
            Whose values; those of all symbols together by default.
        """
        values = self.by_symbol.get(symbol, np.empty(0)) if symbol else self.together
        if not len(values):
            return None
        low, high = level_cut(entry, level)
        first, last = int(np.searchsorted(values, low, "left")), int(np.searchsorted(values, high, "right"))
        return max(last - first, 0) / len(values)


def set_verdicts(fuzzy_input: FuzzyInput, values: SortedValues) -> dict[str, SetVerdict]:
    """Judge every set of an input by its shape, its neighbours and the values it meets.

    Parameters
    ----------
    fuzzy_input : FuzzyInput
        The sets, from low to high.
    values : SortedValues
        Values of the input.
    """
    sets = fuzzy_input.sets
    overlaps = dict.fromkeys(sets, 0.0)
    for (one, first), (other, second) in itertools.pairwise(sets.items()):
        level = shared_level(first, second)
        overlaps[one], overlaps[other] = max(overlaps[one], level), max(overlaps[other], level)
    shapes = _shape_concerns(fuzzy_input)
    alone = len(sets) == 1
    return {
        key: SetVerdict(
            values.share(entry, STRONG), overlaps[key], (*_activity_concerns(entry, values, alone=alone), *shapes[key])
        )
        for key, entry in sets.items()
    }


def _shape_concerns(fuzzy_input: FuzzyInput) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {key: [] for key in fuzzy_input.sets}
    for problem in check_sets(fuzzy_input):
        for key in problem.sets:
            other = next((name for name in problem.sets if name != key), "")
            words = {"gap": f"gap to {other}", "order": f"out of order with {other}", "overlap": f"much like {other}"}
            found[key].append(words[problem.code])
    return found


def _activity_concerns(entry: FuzzySet, values: SortedValues, *, alone: bool) -> list[str]:
    symbols = list(values.by_symbol)
    active = {symbol: values.share(entry, ACTIVE, symbol) or 0.0 for symbol in symbols}
    dead = [symbol for symbol in symbols if active[symbol] == 0.0]
    rare = [symbol for symbol in symbols if 0.0 < active[symbol] < RARE_SHARE]
    concerns = []
    if dead:
        concerns.append(f"never active on {_named(dead, symbols)}")
    if rare:
        concerns.append(f"nearly never active on {_named(rare, symbols)}")
    strong = values.share(entry, STRONG)
    if strong is not None and strong > SATURATED_SHARE and not alone:
        concerns.append(f"holds on {strong:.0%} of all values and tells little")
    return concerns


def _named(some: list[str], symbols: list[str]) -> str:
    if len(some) == len(symbols) > 1:
        return "any symbol"
    return ", ".join(some) if len(some) <= 3 else f"{', '.join(some[:2])} and {len(some) - 2} more"
