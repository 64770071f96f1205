"""Another shape for a fuzzy set that keeps where it lies."""

from __future__ import annotations

import math

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.fuzzy.spans import corners, level_cut
from ktrdr_app.strategy.schema import PARAMETER_NAMES, FuzzySet, SetKind

HALF_WIDTH = math.sqrt(2.0 * math.log(2.0))
"""Standard deviations from the centre of a Gaussian to where its membership is one half."""
_PLATEAU = 0.25
"""Share of each side of a triangle that becomes the plateau of a trapezoid."""


def as_type(entry: FuzzySet, kind: SetKind) -> FuzzySet:
    """Return a set of another shape that lies where the old one did.

    Parameters
    ----------
    entry : FuzzySet
        The set.
    kind : str
        ``triangular``, ``trapezoidal`` or ``gaussian``.

    Returns
    -------
    FuzzySet
        With the same open side. Triangle and trapezoid keep the feet and the middle, or the corner of an open side; to
        and from a Gaussian the middle stays, and the width at a membership of one half.

    Raises
    ------
    UnknownName
        For another kind.
    """
    if kind not in PARAMETER_NAMES:
        raise UnknownName("membership type", kind, list(PARAMETER_NAMES))
    if kind == entry.type:
        return entry
    numbers = _to_gaussian(entry) if kind == "gaussian" else _to_triangle(entry)
    if kind == "trapezoidal":
        numbers = _widened(numbers, entry.shoulder)
    return FuzzySet(type=kind, parameters=numbers, shoulder=entry.shoulder)


def _to_gaussian(entry: FuzzySet) -> list[float]:
    low, high = corners(entry)
    middle = (low + high) / 2
    ends = level_cut(entry, 0.5)
    reaches = [abs(end - middle) for end in ends if math.isfinite(end)]
    width = sum(reaches) / len(reaches) / HALF_WIDTH
    return [middle, width if width > 0 else (entry.parameters[-1] - entry.parameters[0]) / 4]


def _to_triangle(entry: FuzzySet) -> list[float]:
    if entry.type == "gaussian":
        centre, width = entry.parameters
        reach = 2 * HALF_WIDTH * width
        return [centre - reach, centre, centre + reach]
    low, high = corners(entry)
    return [entry.parameters[0], (low + high) / 2, entry.parameters[-1]]


def _widened(triangle: list[float], shoulder: str) -> list[float]:
    left, peak, right = triangle
    begin = peak if shoulder == "right" else peak - _PLATEAU * (peak - left)
    end = peak if shoulder == "left" else peak + _PLATEAU * (right - peak)
    return [left, begin, end, right]
