"""What the coverage strip says: of a series, of a hole, of the moment under the mouse."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from ktrdr_app.data.quality.coverage import CoverageMap
from ktrdr_app.gui.panels.data.series_row import is_daily, say, share_text
from ktrdr_app.gui.ui import numbers


def stamp_words(timeframe: str, moment: int) -> str:
    """Write a moment as the bars of a time frame need it.

    Parameters
    ----------
    timeframe : str
        Bar length.
    moment : int
        Nanoseconds UTC.
    """
    return numbers.moment(datetime.fromtimestamp(moment / 1e9, UTC), time=not is_daily(timeframe))


def covered_words(covered: CoverageMap) -> str:
    """Write the share of expected bars that are there.

    Parameters
    ----------
    covered : CoverageMap
        The series.
    """
    return share_text(1.0 - covered.missing / covered.opens.size)


def series_words(covered: CoverageMap) -> str:
    """Say how complete a series is, and where its largest hole lies.

    Parameters
    ----------
    covered : CoverageMap
        The series.
    """
    said = say("{0} of {1} expected bars").format(covered_words(covered), numbers.integer(covered.opens.size))
    if not len(covered.holes):
        return say("{0}, no hole").format(said)
    largest = int(covered.holes.missing.argmax())
    holes = say("1 hole") if len(covered.holes) == 1 else say("{0} holes").format(numbers.integer(len(covered.holes)))
    return say("{0}, {1}, the largest: {2}").format(said, holes, hole_words(covered, largest))


def hole_words(covered: CoverageMap, hole: int) -> str:
    """Say where a hole lies, and how many bars are missing in it.

    Parameters
    ----------
    covered : CoverageMap
        The series.
    hole : int
        Which hole.
    """
    holes = covered.holes
    first = stamp_words(covered.timeframe, int(holes.start[hole]))
    last = stamp_words(covered.timeframe, int(holes.end[hole]) - covered.length)
    missing = int(holes.missing[hole])
    if missing == 1:
        return say("1 bar missing, {0} UTC").format(first)
    return say("{0} bars missing, {1} to {2} UTC").format(numbers.integer(missing), first, last)


def slot_words(covered: CoverageMap, start: int, end: int) -> str:
    """Say which bars are due in a slot, and whether they are there.

    Parameters
    ----------
    covered : CoverageMap
        The series.
    start, end : int
        The slot, nanoseconds UTC.
    """
    expected, present = (int(each[0]) for each in covered.between(np.array([start]), np.array([end])))
    when = stamp_words(covered.timeframe, start)
    if end <= covered.start or start >= covered.end:
        return say("{0} {1}: outside the series").format(covered.symbol, when)
    if not expected:
        return say("{0} {1}: market closed").format(covered.symbol, when)
    until = stamp_words(covered.timeframe, end)
    span = when if until == when else say("{0} to {1}").format(when, until)
    lost, all_ = numbers.integer(expected - present), numbers.integer(expected)
    if present == expected:
        there = say("the bar is there") if expected == 1 else say("all {0} bars are there").format(all_)
        return f"{covered.symbol} {span}: {there}"
    return say("{0} {1}: {2} of {3} bars missing").format(covered.symbol, span, lost, all_)
