"""From the bars that are there to the colours of pixels: the arithmetic of the coverage strip, without a widget."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from ktrdr_app.data.quality.coverage import CoverageMap
from ktrdr_app.gui.ui.theme import Tokens

OUTSIDE, CLOSED, NONE, FEW, SOME, MOST, ALL = range(7)
"""Before the first or after the last bar · market closed · none of the bars that are due · fewer than half ·
fewer than 95 % · nearly all · all of them."""


def edges(start: int, end: int, width: int) -> NDArray[np.int64]:
    """Return the times at which the pixels of a span begin, and the end of the last one.

    Parameters
    ----------
    start, end : int
        The span, nanoseconds UTC.
    width : int
        Pixels.

    Returns
    -------
    ndarray of int64, shape (width + 1,)
    """
    return start + np.round(np.arange(width + 1) * ((end - start) / width)).astype(np.int64)


def shade_pixels(covered: CoverageMap, start: int, end: int, width: int) -> NDArray[np.uint8]:
    """Return what each pixel of a row shows.

    Parameters
    ----------
    covered : CoverageMap
        The series.
    start, end : int
        The span that is shown, nanoseconds UTC.
    width : int
        Pixels.

    Returns
    -------
    ndarray of uint8, shape (width,)
        ``OUTSIDE`` to ``ALL``.
    """
    at = edges(start, end, width)
    expected, present = covered.between(at[:-1], at[1:])
    share = present / np.maximum(expected, 1)
    shades = np.select(
        [share <= 0, share < 0.5, share < 0.95, share < 1.0], [NONE, FEW, SOME, MOST], default=ALL
    ).astype(np.uint8)
    shades[expected == 0] = CLOSED
    shades[(at[1:] <= covered.start) | (at[:-1] >= covered.end)] = OUTSIDE
    return shades


def hole_pixels(covered: CoverageMap, start: int, end: int, width: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where holes are marked, and the largest hole at each mark.

    Parameters
    ----------
    covered : CoverageMap
        The series.
    start, end : int
        The span that is shown, nanoseconds UTC.
    width : int
        Pixels.

    Returns
    -------
    pixels, holes : ndarray of int64, shape (n_marks,)
        Columns of pixels, rising, and numbers of holes.
    """
    holes = covered.holes
    seen = np.flatnonzero((holes.end > start) & (holes.start < end))
    middle = np.clip(holes.start[seen], start, None) / 2 + np.clip(holes.end[seen], None, end) / 2
    pixels = np.clip((middle - start) * (width / (end - start)), 0, width - 1).astype(np.int64)
    order = np.lexsort((-holes.missing[seen], pixels))
    marks, first = np.unique(pixels[order], return_index=True)
    return marks, seen[order][first]


def palette(theme: Tokens) -> NDArray[np.uint32]:
    """Return the colour of each shade as 0xAARRGGBB: blue where bars are there, orange to red where they are not.

    Parameters
    ----------
    theme : Tokens
        The colours.
    """
    ground, full, half, none = (
        QColor(each) for each in (theme.chart_ground, theme.series_1, theme.series_2, theme.danger)
    )
    colours = {
        OUTSIDE: ground,
        CLOSED: blend(ground, full, 0.3),
        NONE: none,
        FEW: blend(none, half, 0.6),
        SOME: half,
        MOST: blend(ground, full, 0.72),
        ALL: full,
    }
    return np.array([colours[shade].rgba() for shade in range(len(colours))], dtype=np.uint32)


def blend(first: QColor, second: QColor, share: float) -> QColor:
    """Return a colour between two.

    Parameters
    ----------
    first, second : QColor
        The ends.
    share : float
        0 is the first, 1 the second.
    """
    parts = ((first.red(), second.red()), (first.green(), second.green()), (first.blue(), second.blue()))
    return QColor(*(round(one + (other - one) * share) for one, other in parts))
