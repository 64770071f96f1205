"""What may be wrong with the sets of one fuzzy input: gaps, wrong order, near twins, sets that say nothing.

Refuses nothing: shapes that cannot be evaluated at all are errors of the strategy's grammar.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.fuzzy.activity import FAINT, InputActivity, activity
from ktrdr_app.fuzzy.shapes import membership
from ktrdr_app.fuzzy.spans import level_cut, plateau
from ktrdr_app.strategy.schema import FuzzyInput, FuzzySet

RARE_SHARE = 0.01
"""A set that fewer values than this share belong to is nearly never active."""
SATURATED_SHARE = 0.9
"""A set that more values than this share belong to by half or more tells them hardly apart."""
OVERLAP_LEVEL = 0.75
"""Two sets that both exceed this membership at one value are hard to tell apart there."""
FAINT_SHARE = 0.01
"""Share of values that the sets hardly describe (`ktrdr_app.fuzzy.activity.FAINT`) from which it is a problem."""


@dataclass(frozen=True)
class SetProblem:
    """One doubtful thing about the sets of a fuzzy input.

    Attributes
    ----------
    code : str
        ``gap``, ``order``, ``overlap``, ``dead``, ``rare``, ``saturated``, ``uncovered`` or ``faint``.
    message : str
        One sentence with names and numbers.
    sets : tuple of str
        The sets that are meant.
    """

    code: str
    message: str
    sets: tuple[str, ...] = ()


def check_sets(fuzzy_input: FuzzyInput, values: NDArray[np.float64] | None = None) -> list[SetProblem]:
    """Return what is doubtful about the sets, from their shapes alone or with the values they will meet.

    Parameters
    ----------
    fuzzy_input : FuzzyInput
        The sets, declared from low to high.
    values : ndarray of float64, optional
        Values of the input, in the form the sets are written for; those that are not finite are left out.

    Returns
    -------
    list of SetProblem
        From the shapes: ``gap`` (a value between the sets belongs to none), ``order``, ``overlap``.
        From values: ``dead`` (never active), ``rare``, ``saturated`` (nearly always active), ``uncovered``
        (values that belong to no set), ``faint`` (values whose memberships add up to very little). Empty when all
        is well.
    """
    sets = fuzzy_input.sets
    problems = [*_gaps(sets), *_order(sets), *_overlaps(sets)]
    if values is not None:
        problems += activity_problems(activity(fuzzy_input, values))
    return problems


def activity_problems(found: InputActivity) -> list[SetProblem]:
    """Return what is doubtful about the way values use sets.

    Parameters
    ----------
    found : InputActivity
        Their use; nothing is doubtful without values.

    Returns
    -------
    list of SetProblem
        ``dead``, ``rare``, ``saturated``, ``uncovered``, ``faint``.
    """
    return [*_activity(found)] if found.values else []


def _gaps(sets: Mapping[str, FuzzySet]) -> Iterator[SetProblem]:
    """Walk over the supports from left to right and name every value that none of them reaches."""
    ordered = sorted(sets.items(), key=lambda item: level_cut(item[1], 0.0))
    last, entry = ordered[0]
    reached = level_cut(entry, 0.0)[1]
    for name, entry in ordered[1:]:
        low, high = level_cut(entry, 0.0)
        if low > reached:
            yield SetProblem("gap", f"no set covers {reached:g} to {low:g}, between {last} and {name}", (last, name))
        elif low == reached and not _covers(sets, low):
            yield SetProblem("gap", f"no set covers {low:g}, where {last} and {name} only touch", (last, name))
        if high > reached:
            reached, last = high, name


def _covers(sets: Mapping[str, FuzzySet], x: float) -> bool:
    return any(membership(s.type, s.parameters, [x], s.shoulder)[0] > 0 for s in sets.values())


def _order(sets: Mapping[str, FuzzySet]) -> Iterator[SetProblem]:
    for (lower, first), (upper, second) in itertools.pairwise(sets.items()):
        if sum(plateau(second)) < sum(plateau(first)):
            message = f"{upper} is declared after {lower} but lies below it; declare sets from low to high"
            yield SetProblem("order", message, (lower, upper))


def _overlaps(sets: Mapping[str, FuzzySet]) -> Iterator[SetProblem]:
    for (one, first), (other, second) in itertools.combinations(sets.items(), 2):
        (low_1, high_1), (low_2, high_2) = level_cut(first, OVERLAP_LEVEL), level_cut(second, OVERLAP_LEVEL)
        low, high = max(low_1, low_2), min(high_1, high_2)
        if low < high:
            message = f"{one} and {other} both exceed {OVERLAP_LEVEL:g} from {low:g} to {high:g}"
            yield SetProblem("overlap", message, (one, other))


def _activity(found: InputActivity) -> Iterator[SetProblem]:
    values = f"{found.values} values"
    for entry in found.sets:
        name = entry.name
        if entry.active == 0.0:
            yield SetProblem("dead", f"{name} is never active on {values}", (name,))
        elif entry.active < RARE_SHARE:
            yield SetProblem("rare", f"{name} is active on only {entry.active:.2%} of {values}", (name,))
        elif entry.strong > SATURATED_SHARE and len(found.sets) > 1:
            message = f"{name} holds by half or more on {entry.strong:.0%} of {values} and tells little"
            yield SetProblem("saturated", message, (name,))
    span = f"of {values} (1 % to 99 %: {found.low:g} to {found.high:g})"
    if found.uncovered > 0.0:
        yield SetProblem("uncovered", f"{found.uncovered:.2%} {span} belong to no set")
    if found.faint - found.uncovered > FAINT_SHARE:
        share = found.faint - found.uncovered
        yield SetProblem("faint", f"{share:.2%} {span} belong to sets by less than {FAINT:g} in all")
