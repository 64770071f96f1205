"""Which spans of time are asked for, one request each, within what the broker allows for a bar length."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.timeframes import bar_length
from ktrdr_app.data.ranges import iso

DAY = 86_400_000_000_000
MONDAY = 4 * DAY
"""Spans are laid from the first Monday after 1970 began, so that a week is never cut."""
MODES = ("local", "tail", "backfill", "full")
"""``local`` asks nobody; ``tail`` goes on from the last bar; ``backfill`` goes back from the first; ``full`` looks
at the whole range again, holes included."""
FIRST_SPANS = 10
"""Spans that a first ``tail`` of a series goes back, where no start is given."""


@dataclass(frozen=True)
class Step:
    """What one request takes for a bar length.

    Attributes
    ----------
    bar_size : str
        The broker's word for the bar.
    duration : str
        How far back one request reaches. The broker counts trading time, and days by sessions, so it reaches
        further than `span` and `beyond` together; what comes from outside the span is left out.
    span : int
        Nanoseconds that one request is sure to cover.
    beyond : int
        Nanoseconds past the span's end at which the request ends, so that its last bar is whole.
    """

    bar_size: str
    duration: str
    span: int
    beyond: int


STEPS = {
    "1m": Step("1 min", "86400 S", DAY, 0),
    "5m": Step("5 mins", "7 D", 5 * DAY, bar_length("5m")),
    "15m": Step("15 mins", "7 D", 5 * DAY, bar_length("15m")),
    "30m": Step("30 mins", "28 D", 21 * DAY, bar_length("30m")),
    "1h": Step("1 hour", "28 D", 21 * DAY, bar_length("1h")),
    "4h": Step("4 hours", "28 D", 21 * DAY, bar_length("4h")),
    "1d": Step("1 day", "365 D", 350 * DAY, bar_length("1d")),
    "1w": Step("1 week", "365 D", 350 * DAY, bar_length("1w")),
}
"""Steps by time frame: a few thousand bars at most, within the broker's table of step sizes."""


@dataclass(frozen=True, order=True)
class Span:
    """A half-open span of bar opens.

    Attributes
    ----------
    start, end : int
        Nanoseconds UTC; the end is not part of it.
    """

    start: int
    end: int


def step_of(timeframe: str) -> Step:
    """Return how a time frame is asked for.

    Parameters
    ----------
    timeframe : str
        Bar length.

    Raises
    ------
    UnknownName
        If it is none of ours.
    """
    bar_length(timeframe)
    return STEPS[timeframe]


def without(span: Span, covered: Iterable[Span]) -> list[Span]:
    """Return the parts of a span that no other span covers.

    Parameters
    ----------
    span : Span
        What is wanted.
    covered : iterable of Span
        What is there; in any order, overlapping or not.
    """
    left, at = [], span.start
    for done in sorted(covered):
        if done.start > at and at < span.end:
            left.append(Span(at, min(done.start, span.end)))
        at = max(at, done.end)
    if at < span.end:
        left.append(Span(at, span.end))
    return [part for part in left if part.start < part.end]


def chunks(span: Span, step: Step) -> list[Span]:
    """Cut a span where the grid of requests has its lines.

    Parameters
    ----------
    span : Span
        What is wanted.
    step : Step
        How much one request covers.

    Returns
    -------
    list of Span
        In order of time; a second run over the same time cuts at the same places.
    """
    cut, at = [], span.start
    while at < span.end:
        line = (at - MONDAY) // step.span * step.span + MONDAY + step.span
        cut.append(Span(at, min(line, span.end)))
        at = line
    return cut


@dataclass(frozen=True)
class Wish:
    """What the user asked for, and what is there.

    Attributes
    ----------
    mode : str
        One of `MODES`.
    timeframe : str
        Bar length.
    start, end : int, optional
        First and last bar open asked for, nanoseconds UTC.
    first, last : int, optional
        First and last bar open of the series' file; None where there is none.
    now : int
        The clock, nanoseconds UTC.
    """

    mode: str
    timeframe: str
    start: int | None
    end: int | None
    first: int | None
    last: int | None
    now: int

    @property
    def needs_beginning(self) -> bool:
        """Whether the broker must say where its history begins."""
        return self.mode in {"backfill", "full"} and self.start is None

    def spans(self, beginning: int | None) -> list[Span]:
        """Return the spans of time that are wanted, in the order in which they are asked for.

        Parameters
        ----------
        beginning : int, optional
            Where the broker's history begins, nanoseconds UTC, if that was asked.

        Raises
        ------
        InvalidValue
            If the start lies after the end, or the mode is unknown.
        """
        if self.mode not in MODES:
            raise InvalidValue("mode", self.mode, f"one of {', '.join(MODES)}")
        if self.start is not None and self.end is not None and self.start > self.end:
            raise InvalidValue("start", iso(self.start), f"a date before the end, {iso(self.end)}")
        length = bar_length(self.timeframe)
        closed = self.now - length + 1
        until = closed if self.end is None else min(closed, self.end + 1)
        since = beginning if self.start is None else self.start
        if self.mode == "local":
            return []
        if self.mode == "tail":
            known = None if self.last is None else self.last + length
            return _span(known or since or self._first_reach(until), until)
        if self.mode == "backfill" and self.first is not None:
            return _span(since, min(self.first, until))
        return _span(since, until)

    def _first_reach(self, until: int) -> int:
        return until - FIRST_SPANS * STEPS[self.timeframe].span

    def in_order(self, pieces: list[Span]) -> list[Span]:
        """Return pieces in the order that leaves no hole when the work is cut short.

        Parameters
        ----------
        pieces : list of Span
            Pieces of what `spans` gave.
        """
        return sorted(pieces, reverse=self.mode == "backfill")


def _span(start: int | None, end: int) -> list[Span]:
    return [Span(start, end)] if start is not None and start < end else []
