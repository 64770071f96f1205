"""What can be shown beside prices, equity and drawdown: curves over the candles, or panes of several kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Kind = Literal["overlay", "curves", "columns", "strips", "layers"]
"""Curves over the candles; curves, columns from zero, strips, or layers on top of each other in a pane of their own."""


@dataclass(frozen=True, eq=False)
class Curve:
    """One value per bar, and how it is drawn.

    Attributes
    ----------
    name : str
        What headings and tables call it.
    values : ndarray of float64, shape (n_bars,)
        NaN where there is none.
    token : str
        Colour field of `Tokens`.
    dash : str
        ``solid``, ``dash`` or ``dot``.
    """

    name: str
    values: Floats
    token: str = "series_1"
    dash: str = "solid"


@dataclass(frozen=True, eq=False)
class Study:
    """Curves that belong together.

    Attributes
    ----------
    key : str
        What a choice of panes calls it; the same in every run.
    title : str
        What people call it.
    kind : str
        As `Kind` says.
    curves : tuple of Curve
        In drawing order.
    levels : tuple of float
        Values that a line is drawn at.
    bounds : tuple of float, optional
        Least and greatest value of its axis; fitted to what is in view by default.
    percent : bool
        Whether the values are fractions that read better in percent.
    """

    key: str
    title: str
    kind: Kind
    curves: tuple[Curve, ...]
    levels: tuple[float, ...] = ()
    bounds: tuple[float, float] | None = None
    percent: bool = False
