"""The compiled loop that evaluates fuzzy sets; one row of a small table describes a set of any shape.

Values go through in chunks that fit the first-level cache, so that many sets read them from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ktrdr_app.core.kernels import kernel, warms_up

_CHUNK = 256
_LOG2_E = 1.4426950408889634
_LN2_HIGH = 0.693147180369123816490
_LN2_LOW = 1.90821492927058770002e-10
_SMALLEST = -708.0


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
        Gaussian or not (1 or 0); left foot (gaussian: centre); plateau from, to; right foot; 1/rise, 1/fall
        (gaussian: 1/width twice). A vertical edge has 0 for its slope, which is then never used.
    """
    numbers = [float(value) for value in parameters]
    if kind == "gaussian":
        gaussian, centre, width = 1.0, numbers[0], numbers[1]
        left, start, end, right, rise, fall = centre, centre, centre, centre, 1.0 / width, 1.0 / width
    else:
        gaussian, left, start, end, right = 0.0, numbers[0], numbers[1], numbers[-2], numbers[-1]
        rise, fall = _slope(left, start), _slope(end, right)
    start = -np.inf if shoulder == "left" else start
    end = np.inf if shoulder == "right" else end
    return gaussian, left, start, end, right, rise, fall


def _slope(low: float, high: float) -> float:
    """Return 1 / (high - low), or 0 for a vertical edge."""
    return 1.0 / (high - low) if high > low else 0.0


@kernel
def _exponential(t: float) -> float:
    """Return exp(t) for t <= 0, right to 2e-16 relative, in operations that vectorise (libm's does not)."""
    bounded = t if t > _SMALLEST else _SMALLEST
    power = np.floor(bounded * _LOG2_E + 0.5)
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
    scale: Any = np.int64((np.int64(power) + 1023) << 52)
    return term * scale.view(np.float64) if t > _SMALLEST else 0.0


def readable(values: ArrayLike) -> NDArray[np.float64]:
    """Return values as the kernel was compiled for them; a strided or read-only array would compile it anew.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        Copied only if it must be.
    """
    return np.require(values, np.float64, ["C", "W"])


@kernel
def evaluate_sets(
    values: NDArray[np.float64],
    table: NDArray[np.float64],
    out: NDArray[np.floating[Any]],
    first: int,
) -> None:
    """Write the memberships of all sets of one input into neighbouring columns.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        The input; NaN gives NaN in every set.
    table : ndarray of float64, shape (n_sets, 7)
        Rows of `table_row`.
    out : ndarray of float32 or float64, shape (n, at least first + n_sets)
        Written in place; column-major is the quickest.
    first : int
        Column of the first set.
    """
    chunk = np.empty(_CHUNK, out.dtype)
    for begin in range(0, len(values), _CHUNK):
        part = values[begin : begin + _CHUNK]
        for row in range(len(table)):
            gaussian, left, start, end, right, rise, fall = table[row]
            if gaussian != 0.0:
                for i in range(len(part)):
                    x = part[i]
                    distance = (x - left) * rise
                    grade = 1.0 if start <= x <= end else _exponential(-0.5 * distance * distance)
                    chunk[i] = grade if x == x else x
            else:
                for i in range(len(part)):
                    x = part[i]
                    up = 0.0 if x <= left else (x - left) * rise
                    up = 1.0 if x >= start else up
                    down = 0.0 if x >= right else (right - x) * fall
                    down = 1.0 if x <= end else down
                    grade = up if up < down else down
                    chunk[i] = grade if x == x else x
            for i in range(len(part)):
                out[begin + i, first + row] = chunk[i]


@warms_up
def _warm_up() -> None:
    """Compile the kernel for own frames, for columns of a larger block, and for double precision."""
    values = np.zeros(2)
    table = np.array([table_row("triangular", (0.0, 1.0, 2.0), "none")])
    evaluate_sets(values, table, np.empty((3, 2), np.float32).T, 0)
    evaluate_sets(values, table, np.empty((2, 3), np.float32)[:, :2], 0)
    evaluate_sets(values, table, np.empty((2, 1), np.float64), 0)
