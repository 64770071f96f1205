"""The population stability index and the dissimilarity index, one value at a time, from their definitions."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

FLOOR = 0.0001


def tenths(values: Iterable[float]) -> list[float]:
    """Return the smallest values that one tenth, two tenths ... nine tenths of all are no larger than."""
    ordered = sorted(values)
    return [ordered[math.ceil(tenth * len(ordered) / 10 - 1e-9) - 1] for tenth in range(1, 10)]


def bin_of(value: float, cuts: Sequence[float]) -> tuple[str, float]:
    """Return the bin of a value: a cut that stands there twice is one of its own, others begin the next one."""
    repeated = {cut for cut, times in Counter(cuts).items() if times > 1}
    if value in repeated:
        return ("at", value)
    below = [cut for cut in cuts if cut <= value]
    if not below:
        return ("below", -math.inf)
    return ("above" if max(below) in repeated else "from", max(below))


def shares(values: Sequence[float], cuts: Sequence[float]) -> dict[tuple[str, float], float]:
    """Return the share of values in each bin that has any."""
    counts = Counter(bin_of(value, cuts) for value in values)
    return {key: count / len(values) for key, count in counts.items()}


def psi(reference: Sequence[float], values: Sequence[float]) -> float:
    """Return the index of values against a reference, a share below `FLOOR` counting as that."""
    cuts = tenths(reference)
    expected, observed = shares(reference, cuts), shares(values, cuts)
    total = 0.0
    for key in expected.keys() | observed.keys():
        e, o = max(expected.get(key, 0.0), FLOOR), max(observed.get(key, 0.0), FLOOR)
        total += (o - e) * math.log(o / e)
    return total
