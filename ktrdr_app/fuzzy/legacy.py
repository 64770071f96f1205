"""The original's membership rule, value by value, for models that were trained on it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ktrdr_app.core.errors import InvalidValue, UnknownName
from ktrdr_app.strategy.schema import PARAMETER_NAMES


def legacy_membership(kind: str, parameters: Sequence[float], x: ArrayLike) -> NDArray[np.float64]:
    """Return how far each value belongs to a fuzzy set, by the rule that the original's pipeline used.

    Parameters
    ----------
    kind : str
        triangular, trapezoidal or gaussian, in small or capital letters.
    parameters : sequence of float
        a, b, c · a, b, c, d · centre and width; equal neighbours are allowed.
    x : array_like of float
        Values of any shape.

    Returns
    -------
    ndarray of float64
        NaN for NaN, 0 for infinite values.

    Raises
    ------
    UnknownName
        For another kind (the original's ``MF-UnknownType``).
    InvalidValue
        For another count, falling numbers or a width not above 0 (``MF-InvalidParameterCount``,
        ``MF-InvalidParameterOrder``, ``MF-InvalidSigma``).

    Notes
    -----
    It differs from `fuzzy.membership` at vertical edges: a triangle is 1 at b even where a = b or b = c, but a
    trapezoid is 0 at a and at d, so ``[0, 0, 20, 30]`` gives 0 at exactly 0. There are no shoulders.

    Examples
    --------
    >>> legacy_membership("trapezoidal", [0, 0, 20, 30], [0.0, 1.0, 25.0]).tolist()
    [0.0, 1.0, 0.5]
    """
    kind = kind.lower()
    if kind not in PARAMETER_NAMES:
        raise UnknownName("membership type", kind, list(PARAMETER_NAMES))
    numbers = [float(value) for value in parameters]
    _check(kind, numbers)
    values = np.asarray(x, dtype=np.float64)
    if kind == "gaussian":
        with np.errstate(over="ignore"):
            return np.asarray(np.exp(-0.5 * ((values - numbers[0]) / numbers[1]) ** 2))
    a, b, c, d = numbers if kind == "trapezoidal" else (numbers[0], numbers[1], numbers[1], numbers[2])
    tiny = np.finfo(np.float64).eps
    finite = np.where(np.isfinite(values), values, a)
    grade = np.where(finite < b, (finite - a) / max(b - a, tiny), (d - finite) / max(d - c, tiny))
    grade = np.where((finite >= b) & (finite <= c), 1.0, grade)
    grade = np.where((finite <= a) | (finite >= d), 0.0, grade)
    if kind == "triangular":
        grade = np.where(values == b, 1.0, grade)
    return np.asarray(np.where(np.isnan(values), np.nan, np.where(np.isinf(values), 0.0, grade)))


def _check(kind: str, numbers: list[float]) -> None:
    names = PARAMETER_NAMES[kind]
    field = f"{kind} parameters"
    if len(numbers) != len(names):
        raise InvalidValue(field, numbers, f"{len(names)} numbers: {', '.join(names)}")
    if kind == "gaussian" and not numbers[1] > 0:
        raise InvalidValue(field, numbers, "a width above 0")
    if kind != "gaussian" and any(left > right for left, right in itertools.pairwise(numbers)):
        raise InvalidValue(field, numbers, f"numbers that do not fall: {' <= '.join(names)}")
