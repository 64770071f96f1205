"""The compiled loops that evaluate fuzzy sets; one row of a small table describes a set of any shape.

Values go through in chunks that fit the first-level cache, so that many sets read them from there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ktrdr_app.core.kernels import kernel, warms_up

Values = NDArray[np.float64]
Grades = NDArray[np.floating[Any]]

_CHUNK = 2048
_LOG2_E = 1.4426950408889634
_LN2_HIGH = 0.693147180369123816490
_LN2_LOW = 1.90821492927058770002e-10
_SMALLEST = -708.0
_ROUNDER = 6755399441055744.0
"""1.5 * 2**52: added and taken away again, it leaves the nearest whole number, whose bits stand in the sum."""
_SINGLE = np.float32
_ROUNDER_32, _LEAST_POWER_32 = _SINGLE(12582912.0), _SINGLE(-127.0)
_ONE_32, _ZERO_32 = _SINGLE(1.0), _SINGLE(0.0)
_C1_32, _C2_32, _C3_32, _C4_32, _C5_32, _C6_32, _C7_32 = (
    _SINGLE(math.log(2.0) ** k / math.factorial(k)) for k in range(1, 8)
)
_BELL = math.sqrt(0.5 * _LOG2_E)
"""exp(-x * x / 2) is 2 to the power of -(x * _BELL)**2."""

_BOTH, _RISING, _FALLING, _GAUSSIAN, _STEPPED = 0.0, 1.0, 2.0, 3.0, 4.0
"""Loops: two slopes, only the left one, only the right one, a bell, and what has a vertical edge."""


def table_row(kind: str, parameters: Sequence[float], shoulder: str) -> tuple[float, ...]:
    """Return a set as the kernel reads it.

    Parameters
    ----------
    kind : str
        ``triangular``, ``trapezoidal`` or ``gaussian``.
    parameters : sequence of float
        Its numbers, already checked.
    shoulder : str
        ``none``, ``left`` or ``right``; an open side is a plateau that reaches to infinity.

    Returns
    -------
    tuple of 7 float
        Which loop; left foot (gaussian: centre); plateau from, to; right foot; 1/rise, 1/fall (gaussian: 1/width
        twice). Slopes are rounded so that the plateau is reached at its corners; a vertical edge has 0 for its
        slope, which is then never used.
    """
    numbers = [float(value) for value in parameters]
    if kind == "gaussian":
        loop, centre, width = _GAUSSIAN, numbers[0], numbers[1]
        left, start, end, right, rise, fall = centre, centre, centre, centre, 1.0 / width, 1.0 / width
    else:
        left, start, end, right = numbers[0], numbers[1], numbers[-2], numbers[-1]
        rise, fall = _slope(left, start), _slope(end, right)
        needed = {"none": (rise, fall), "left": (fall,), "right": (rise,)}[shoulder]
        sloped = {"none": _BOTH, "left": _FALLING, "right": _RISING}[shoulder]
        loop = sloped if all(0.0 < slope < np.inf for slope in needed) else _STEPPED
    start = -np.inf if shoulder == "left" else start
    end = np.inf if shoulder == "right" else end
    return loop, left, start, end, right, rise, fall


def _slope(low: float, high: float) -> float:
    """Return 1 / (high - low) as it gives 1 at the corner; 0 for a vertical edge and for one wider than any number."""
    slope = 1.0 / (high - low) if high > low else 0.0
    return float(np.nextafter(slope, np.inf)) if 0.0 < slope * (high - low) < 1.0 else slope


@kernel
def _exponential(t: float) -> float:
    """Return exp(t) for t <= 0, right to 1e-14 relative, in operations that vectorise (libm's does not); NaN stays."""
    bounded = _SMALLEST if t < _SMALLEST else t
    shifted = bounded * _LOG2_E + _ROUNDER
    power = shifted - _ROUNDER
    r = (bounded - power * _LN2_HIGH) - power * _LN2_LOW
    term = 1 / 39916800
    term = 1 / 3628800 + r * term
    term = 1 / 362880 + r * term
    term = 1 / 40320 + r * term
    term = 1 / 5040 + r * term
    term = 1 / 720 + r * term
    term = 1 / 120 + r * term
    term = 1 / 24 + r * term
    term = 1 / 6 + r * term
    term = 0.5 + r * term
    term = 1.0 + r * term
    term = 1.0 + r * term
    bits = (np.float64(shifted).view(np.int64) + 1023) << 52
    return 0.0 if t < _SMALLEST else term * np.int64(bits).view(np.float64)


@kernel
def _power_of_two_32(t: np.float32) -> np.float32:
    """Return 2**t for t <= 0 in single precision, right to 2e-7 relative, 0 from -126.5 on; NaN stays."""
    bounded = _LEAST_POWER_32 if t < _LEAST_POWER_32 else t
    shifted = bounded + _ROUNDER_32
    r = bounded - (shifted - _ROUNDER_32)
    term = _C6_32 + r * _C7_32
    term = _C5_32 + r * term
    term = _C4_32 + r * term
    term = _C3_32 + r * term
    term = _C2_32 + r * term
    term = _C1_32 + r * term
    term = _ONE_32 + r * term
    bits = (np.float32(shifted).view(np.int32) + np.int32(127)) << np.int32(23)
    return term * np.int32(bits).view(np.float32)


def readable(values: ArrayLike) -> NDArray[np.float64]:
    """Return values as the kernel was compiled for them; a strided or read-only array would compile it anew.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        Copied only if it must be.
    """
    return np.require(values, np.float64, ["C", "W"])


def evaluate_sets(values: Values, table: Values, out: Grades, first: int) -> None:
    """Write the memberships of all sets of one input into neighbouring columns.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        The input; NaN gives NaN in every set.
    table : ndarray of float64, shape (n_sets, 7)
        Rows of `table_row`.
    out : ndarray of float32 or float64, shape (n, at least first + n_sets)
        Written in place; straight into columns that are contiguous, else by way of such columns.
    first : int
        Column of the first set.
    """
    columns = out[:, first : first + len(table)].T
    if columns.flags.c_contiguous:
        _into_columns(values, table, columns)
        return
    own = np.empty(columns.shape, out.dtype)
    _into_columns(values, table, own)
    into_rows(own, columns.T)


@kernel
def _into_columns(values: Values, table: Values, columns: Grades) -> None:
    """Write whole columns, each contiguous."""
    for begin in range(0, len(values), _CHUNK):
        part = values[begin : begin + _CHUNK]
        for row in range(len(table)):
            out = columns[row, begin : begin + _CHUNK]
            if columns.itemsize == 4:
                _single_grades(part, table[row], out)
            else:
                _grades(part, table[row], out)


@kernel
def into_rows(columns: Grades, out: Grades) -> None:
    """Write columns into a block in row order, all of a row before the next.

    Parameters
    ----------
    columns : ndarray of float32 or float64, shape (n_columns, n)
        Each contiguous.
    out : ndarray of the same type, shape (n, n_columns)
        Written in place; of any layout.
    """
    for i in range(columns.shape[1]):
        for place in range(len(columns)):
            out[i, place] = columns[place, i]


@kernel
def _bell(values: Values, centre: float, scale: float, start: float, end: float, out: Grades) -> None:
    """Write exponents, then their exponentials: loops of one width of number each, which vectorise."""
    for i in range(len(values)):
        x = values[i]
        distance = (x - centre) * scale
        out[i] = 0.0 if start <= x <= end else -0.5 * distance * distance
    for i in range(len(out)):
        out[i] = _exponential(out[i])


@kernel
def _powers(values: Values, centre: float, scale: float, start: float, end: float, out: Grades) -> None:
    """Write the powers of two that a bell is made of; an open side is at its centre."""
    if start < end:
        for i in range(len(values)):
            x = values[i]
            distance = (x - centre) * scale
            out[i] = 0.0 if start <= x <= end else -(distance * distance)
    else:
        for i in range(len(values)):
            distance = (values[i] - centre) * scale
            out[i] = -(distance * distance)


@kernel
def _raise(powers: Grades) -> None:
    for i in range(len(powers)):
        powers[i] = _power_of_two_32(powers[i])


@kernel
def _single_grades(values: Values, entry: Values, out: Grades) -> None:
    """Write the memberships in one set in single precision.

    Slopes are those of `_grades`, in double precision, and held to 0 .. 1 after rounding: the same numbers, as rounding
    keeps order and both ends, in loops of one width of number each. A bell's power of two
    is rounded before it is taken, which moves the result by 4e-8 at most.
    """
    loop, left, start, end, right, rise, fall = entry
    if loop == _BOTH:
        for i in range(len(values)):
            up = (values[i] - left) * rise
            down = (right - values[i]) * fall
            out[i] = up if up < down else down
    elif loop == _RISING:
        for i in range(len(values)):
            out[i] = (values[i] - left) * rise
    elif loop == _FALLING:
        for i in range(len(values)):
            out[i] = (right - values[i]) * fall
    elif loop == _GAUSSIAN:
        _powers(values, left, rise * _BELL, start, end, out)
        _raise(out)
        return
    else:
        _grades(values, entry, out)
        return
    for i in range(len(out)):
        grade = out[i]
        grade = _ONE_32 if grade > _ONE_32 else grade
        out[i] = _ZERO_32 if grade < _ZERO_32 else grade


@kernel
def _grades(values: Values, entry: Values, out: Grades) -> None:
    """Write the memberships in one set; comparisons stand so that NaN passes through."""
    loop, left, start, end, right, rise, fall = entry
    n = len(values)
    if loop == _BOTH:
        for i in range(n):
            up = (values[i] - left) * rise
            down = (right - values[i]) * fall
            grade = up if up < down else down
            grade = 1.0 if grade > 1.0 else grade
            out[i] = 0.0 if grade < 0.0 else grade
    elif loop == _RISING:
        for i in range(n):
            grade = (values[i] - left) * rise
            grade = 1.0 if grade > 1.0 else grade
            out[i] = 0.0 if grade < 0.0 else grade
    elif loop == _FALLING:
        for i in range(n):
            grade = (right - values[i]) * fall
            grade = 1.0 if grade > 1.0 else grade
            out[i] = 0.0 if grade < 0.0 else grade
    elif loop == _GAUSSIAN:
        _bell(values, left, rise, start, end, out)
    else:
        for i in range(n):
            x = values[i]
            up = 0.0 if x <= left else (x - left) * rise
            up = 1.0 if x >= start else up
            down = 0.0 if x >= right else (right - x) * fall
            down = 1.0 if x <= end else down
            grade = up if up < down else down
            out[i] = grade if x == x else x


@warms_up
def _warm_up() -> None:
    """Compile the loops for both precisions."""
    values = np.zeros(2)
    table = np.array([table_row("triangular", (0.0, 1.0, 2.0), "none")])
    evaluate_sets(values, table, np.empty((2, 1), np.float32), 0)
    evaluate_sets(values, table, np.empty((2, 1), np.float64), 0)
    block = np.empty((2, 2), np.float32)
    into_rows(np.empty((2, 2), np.float32), block)
    into_rows(np.empty((1, 2), np.float32), block[:, :1])
