"""Membership of values in one fuzzy set, in double precision: for plots, checks and other programs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ktrdr_app.core.errors import InvalidValue, UnknownName
from ktrdr_app.fuzzy.kernels import evaluate_sets, readable, table_row
from ktrdr_app.strategy.schema import PARAMETER_NAMES, parameter_fault

_SHOULDERS = ("none", "left", "right")


def membership(kind: str, parameters: Sequence[float], x: ArrayLike, shoulder: str = "none") -> NDArray[np.float64]:
    """Return how far each value belongs to a fuzzy set, 0 to 1.

    Parameters
    ----------
    kind : str
        ``triangular`` (a, b, c), ``trapezoidal`` (a, b, c, d) or ``gaussian`` (centre, width).
    parameters : sequence of float
        The numbers of the shape, finite and not falling; the width of a gaussian is its standard deviation.
    x : array_like of float
        Values, of any shape; infinities are allowed, NaN gives NaN.
    shoulder : str
        ``left`` or ``right`` opens that side: full membership from the peak outwards. ``none`` by default.

    Returns
    -------
    ndarray of float64
        Of the shape of ``x``; exactly 1 on the peak or plateau, exactly 0 from the feet outwards.

    Raises
    ------
    UnknownName
        For another kind or shoulder.
    InvalidValue
        For numbers that do not make a set.

    Notes
    -----
    Zadeh, Fuzzy Sets (1965); the same values as scikit-fuzzy's ``trimf``, ``trapmf`` and ``gaussmf``, except that
    those give 0 for NaN and know no shoulders.

    Examples
    --------
    >>> membership("triangular", [0, 1, 2], [0.0, 0.5, 1.0, 2.0]).tolist()
    [0.0, 0.5, 1.0, 0.0]
    """
    if kind not in PARAMETER_NAMES:
        raise UnknownName("membership type", kind, list(PARAMETER_NAMES))
    if shoulder not in _SHOULDERS:
        raise UnknownName("shoulder", shoulder, _SHOULDERS)
    fault = parameter_fault(kind, tuple(parameters))
    if fault:
        raise InvalidValue(f"{kind} parameters", list(parameters), f"other numbers: {fault}")
    values = np.asarray(x, dtype=np.float64)
    out = np.empty((values.size, 1))
    evaluate_sets(readable(values.ravel()), np.array([table_row(kind, parameters, shoulder)]), out, 0)
    return out.reshape(values.shape)
