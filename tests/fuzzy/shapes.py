"""Membership by scikit-fuzzy with what it leaves out, and shapes for the tests to draw."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import skfuzzy
from hypothesis import strategies as st
from numpy.typing import NDArray

from ktrdr_app.strategy.schema import FuzzyInput, FuzzySet

Shape = tuple[str, list[float], str]
"""Kind, parameters, shoulder."""


def by_scikit_fuzzy(
    kind: str, parameters: Sequence[float], x: NDArray[np.float64], shoulder: str = "none"
) -> NDArray[np.float64]:
    """Return scikit-fuzzy's membership, 1 on an open side, NaN for NaN."""
    numbers = [float(value) for value in parameters]
    if kind == "triangular":
        low = high = numbers[1]
        grades = skfuzzy.trimf(x, numbers)
    elif kind == "trapezoidal":
        low, high = numbers[1], numbers[2]
        grades = skfuzzy.trapmf(x, numbers)
    else:
        low = high = numbers[0]
        grades = skfuzzy.gaussmf(x, numbers[0], numbers[1])
    if shoulder == "left":
        grades = np.where(x <= low, 1.0, grades)
    elif shoulder == "right":
        grades = np.where(x >= high, 1.0, grades)
    return np.where(np.isnan(x), math.nan, grades)


def fuzzy_input(**sets: Shape) -> FuzzyInput:
    """Make a fuzzy input from shapes by name."""
    return FuzzyInput(
        sets={
            name: FuzzySet(type=kind, parameters=parameters, shoulder=shoulder)  # type: ignore[arg-type]
            for name, (kind, parameters, shoulder) in sets.items()
        }
    )


NUMBERS = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    """Draw a shape, vertical edges and bare peaks included."""
    kind = draw(st.sampled_from(["triangular", "trapezoidal", "gaussian"]))
    shoulder = draw(st.sampled_from(["none", "left", "right"]))
    if kind == "gaussian":
        return kind, [draw(NUMBERS), draw(st.floats(1e-3, 1e4))], shoulder
    count = 3 if kind == "triangular" else 4
    corners = draw(st.lists(NUMBERS, min_size=2, max_size=count, unique=True))
    while len(corners) < count:
        corners.append(draw(st.sampled_from(corners)))
    return kind, sorted(corners), shoulder


EXAMPLES: list[Shape] = [
    ("triangular", [0, 1, 2], "none"),
    ("triangular", [0, 0, 2], "none"),
    ("triangular", [0, 2, 2], "none"),
    ("triangular", [-3, -1, 4], "left"),
    ("triangular", [-3, -1, 4], "right"),
    ("trapezoidal", [0, 1, 2, 3], "none"),
    ("trapezoidal", [0, 0, 2, 3], "none"),
    ("trapezoidal", [0, 1, 3, 3], "none"),
    ("trapezoidal", [0, 0, 3, 3], "none"),
    ("trapezoidal", [0, 1, 1, 3], "none"),
    ("trapezoidal", [0, 10, 25, 40], "left"),
    ("trapezoidal", [60, 75, 90, 100], "right"),
    ("trapezoidal", [0, 0, 2, 3], "left"),
    ("trapezoidal", [0, 1, 3, 3], "right"),
    ("gaussian", [0, 1], "none"),
    ("gaussian", [5, 0.1], "left"),
    ("gaussian", [-2, 30], "right"),
]


def around(parameters: Sequence[float]) -> NDArray[np.float64]:
    """Return values that matter to a shape: each corner, its neighbours, a grid, and what is no number."""
    corners = np.array(parameters, dtype=np.float64)
    width = max(float(np.ptp(corners)), 1.0)
    grid = np.linspace(corners.min() - width, corners.max() + width, 301)
    beside = [np.nextafter(corners, -np.inf), np.nextafter(corners, np.inf)]
    return np.concatenate([corners, *beside, grid, [math.nan, math.inf, -math.inf, 0.0, -0.0, 1e300, -1e300]])
