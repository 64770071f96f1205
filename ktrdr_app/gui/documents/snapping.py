"""What a dragged handle may snap to: a grid, percentiles of the data, vertices of other sets. Plain functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from ktrdr_app.gui.documents.set_handles import handles_of, round_part, snapped
from ktrdr_app.strategy.schema import FuzzySet

OFF, GRID, PERCENTILES, VERTICES, EVERYTHING = MODES = ("off", "grid", "percentiles", "vertices", "everything")
"""What handles snap to."""

PERCENTS = (1, 2, 5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 75, 80, 85, 90, 95, 98, 99)
"""Percentiles that handles snap to."""

_GRID_LINES = 40


@dataclass(frozen=True)
class SnapTarget:
    """A place that handles snap to.

    Attributes
    ----------
    x : float
        In the input's unit.
    label : str
        What it is, as shown while dragging.
    """

    x: float
    label: str


def percentile_targets(values: NDArray[np.float64], symbols: Sequence[str], grain: float) -> tuple[SnapTarget, ...]:
    """Return the percentiles of some values, rounded like every dragged number.

    Parameters
    ----------
    values : ndarray of float64
        Values of all symbols together; none gives none.
    symbols : sequence of str
        Whose they are.
    grain : float
        Rounding.
    """
    if not len(values):
        return ()
    whose = symbols[0] if len(symbols) == 1 else QCoreApplication.translate("fuzzy", "all symbols")
    places = np.percentile(values, PERCENTS).tolist()
    return tuple(
        SnapTarget(snapped(x, grain), QCoreApplication.translate("fuzzy", "p{0} of {1}").format(share, whose))
        for share, x in zip(PERCENTS, places, strict=True)
    )


def vertex_targets(sets: Mapping[str, FuzzySet], moving: Iterable[str]) -> tuple[SnapTarget, ...]:
    """Return the handles of the sets that stand still.

    Parameters
    ----------
    sets : mapping of str to FuzzySet
        All sets of the input.
    moving : iterable of str
        Those that are dragged.
    """
    still = {key: entry for key, entry in sets.items() if key not in set(moving)}
    return tuple(
        SnapTarget(handle.x, QCoreApplication.translate("fuzzy", "{0} of {1}").format(handle.role, key))
        for key, entry in still.items()
        for handle in handles_of(entry)
    )


def grid_step(span: float) -> float:
    """Return the distance of grid lines: 1, 2 or 5 times a power of ten, about a 40th of the span.

    Parameters
    ----------
    span : float
        Width of what is shown.
    """
    return round_part(span, _GRID_LINES)


def nearest_target(targets: Iterable[SnapTarget], x: float, reach: float) -> SnapTarget | None:
    """Return the target nearest to a place; None if none is within reach.

    Parameters
    ----------
    targets : iterable of SnapTarget
        The first of equally near ones wins.
    x : float
        Where the handle is wanted.
    reach : float
        How near is near, in the input's unit.
    """
    near = [target for target in targets if abs(target.x - x) <= reach]
    return min(near, key=lambda target: abs(target.x - x), default=None)


@dataclass(frozen=True)
class Snapping:
    """What handles snap to at present.

    Attributes
    ----------
    mode : str
        One of `MODES`.
    percentiles : tuple of SnapTarget
        Of the values under the sets.
    """

    mode: str = OFF
    percentiles: tuple[SnapTarget, ...] = ()

    def target(
        self, sets: Mapping[str, FuzzySet], moving: Sequence[str], x: float, reach: float, span: float
    ) -> SnapTarget | None:
        """Return what a handle snaps to near a place; None if nothing is near.

        Vertices win over percentiles, and both over the grid, where several are within reach.

        Parameters
        ----------
        sets : mapping of str to FuzzySet
            All sets of the input, before the drag.
        moving : sequence of str
            Those that are dragged.
        x : float
            Where the handle is wanted.
        reach : float
            How near is near.
        span : float
            Width of what is shown.
        """
        offers: list[tuple[SnapTarget, ...]] = []
        if self.mode in (VERTICES, EVERYTHING):
            offers.append(vertex_targets(sets, moving))
        if self.mode in (PERCENTILES, EVERYTHING):
            offers.append(self.percentiles)
        if self.mode in (GRID, EVERYTHING):
            step = grid_step(span)
            place = snapped(x, step)
            offers.append((SnapTarget(place, QCoreApplication.translate("fuzzy", "grid of {0:g}").format(step)),))
        found = (nearest_target(targets, x, reach) for targets in offers)
        return next((target for target in found if target is not None), None)
