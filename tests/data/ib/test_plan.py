"""Spans and requests: cover all, overlap nowhere, stay within the broker's table."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import InvalidValue, UnknownName
from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.ib.plan import DAY, MONDAY, STEPS, Span, Wish, chunks, step_of, without

HOUR = NANOSECONDS["1h"]
SMALL = st.integers(-50, 50)
SPANS = st.builds(lambda start, length: Span(start, start + length), SMALL, st.integers(0, 30))


@given(span=SPANS, covered=st.lists(SPANS, max_size=6))
def test_without_leaves_each_uncovered_point_once(span: Span, covered: list[Span]) -> None:
    left = without(span, covered)
    points = [point for part in left for point in range(part.start, part.end)]
    taken = {point for part in covered for point in range(part.start, part.end)}
    assert points == [point for point in range(span.start, span.end) if point not in taken]
    assert all(part.start < part.end for part in left)


@given(
    start=st.integers(0, 30_000),
    length=st.integers(1, 3_000),
    shift=st.integers(0, DAY),
    timeframe=st.sampled_from(list(STEPS)),
)
def test_chunks_cover_a_span_and_no_more(start: int, length: int, shift: int, timeframe: str) -> None:
    span, step = Span(start * DAY + shift, (start + length) * DAY), STEPS[timeframe]
    if span.start >= span.end:
        return
    cut = chunks(span, step)
    assert (cut[0].start, cut[-1].end) == (span.start, span.end)
    assert [one.end for one in cut[:-1]] == [one.start for one in cut[1:]]
    assert all(0 < one.end - one.start <= step.span for one in cut)
    assert len(cut) <= (span.end - span.start) // step.span + 2


@given(start=st.integers(0, 10_000), later=st.integers(0, 400), timeframe=st.sampled_from(list(STEPS)))
def test_a_later_start_cuts_at_the_same_lines(start: int, later: int, timeframe: str) -> None:
    step, end = STEPS[timeframe], (start + 500) * DAY
    whole = {one.end for one in chunks(Span(start * DAY, end), step)}
    assert {one.end for one in chunks(Span((start + later) * DAY, end), step)} <= whole


def test_weeks_are_never_cut() -> None:
    assert dt.datetime.fromtimestamp(MONDAY / 1e9, dt.UTC).weekday() == 0
    assert STEPS["1w"].span % (7 * DAY) == 0
    assert STEPS["1d"].span % DAY == 0


@pytest.mark.parametrize("timeframe", list(STEPS))
def test_a_request_reaches_a_day_further_than_it_must(timeframe: str) -> None:
    step = STEPS[timeframe]
    amount, unit = step.duration.split()
    reach = int(amount) * (DAY if unit == "D" else 10**9)
    if timeframe == "1m":
        assert (reach, step.beyond) == (step.span, 0), "seconds are exact, and a minute is never cut at a minute"
    else:
        assert unit == "D", "days are counted by sessions"
        assert reach >= step.span + step.beyond + DAY
        assert int(amount) <= 365, "longer ones must be years"
    assert step.span / NANOSECONDS[timeframe] <= 2_000, "a few thousand bars at most"


def test_every_time_frame_has_a_step_and_no_other() -> None:
    assert list(STEPS) == list(NANOSECONDS)
    assert step_of("1h") is STEPS["1h"]
    with pytest.raises(UnknownName):
        step_of("7m")


def wish(mode: str, **given: int | None) -> Wish:
    facts = {"start": None, "end": None, "first": None, "last": None, "now": 1000 * HOUR} | given
    return Wish(mode, "1h", **facts)


@pytest.mark.parametrize(
    ("mode", "given", "expected"),
    [
        ("local", {"start": 0}, []),
        ("tail", {"first": 10, "last": 900}, [(901, 999)]),
        ("tail", {"first": 10, "last": 900, "start": 950}, [(901, 999)]),
        ("tail", {"first": 10, "last": 999}, []),
        ("tail", {"start": 500}, [(500, 999)]),
        ("backfill", {"first": 300, "last": 900, "start": 100}, [(100, 300)]),
        ("backfill", {"first": 300, "last": 900, "start": 400}, []),
        ("backfill", {"start": 400}, [(400, 999)]),
        ("full", {"first": 300, "last": 900, "start": 100}, [(100, 999)]),
    ],
)
def test_modes_want_what_they_say(mode: str, given: dict[str, int], expected: list[tuple[int, int]]) -> None:
    spans = wish(mode, **{name: hours * HOUR for name, hours in given.items()}).spans(None)
    found = [(span.start // HOUR, span.end // HOUR) for span in spans]
    assert found == expected


def test_the_last_bar_wanted_is_the_last_that_has_closed() -> None:
    end = wish("tail", start=0).spans(None)[0].end
    opens = [hour * HOUR for hour in range(1002) if hour * HOUR < end]
    assert opens[-1] + HOUR == 1000 * HOUR


def test_the_end_belongs_to_the_range() -> None:
    assert wish("full", start=0, end=5 * HOUR).spans(None) == [Span(0, 5 * HOUR + 1)]
    assert wish("tail", first=0, last=9 * HOUR, end=5 * HOUR).spans(None) == []


def test_a_first_tail_goes_back_a_while_and_others_from_where_history_begins() -> None:
    later = 100_000 * HOUR
    first = wish("tail", now=later).spans(None)[0]
    assert first.end - first.start == 10 * STEPS["1h"].span
    for mode in ("backfill", "full"):
        assert wish(mode).needs_beginning
        assert not wish(mode, start=0).needs_beginning
        assert wish(mode).spans(7 * HOUR)[0].start == 7 * HOUR
    assert not wish("tail").needs_beginning


def test_backfill_goes_from_new_to_old_and_others_from_old_to_new() -> None:
    pieces = [Span(5, 6), Span(1, 2), Span(3, 4)]
    assert wish("backfill", first=9, last=9).in_order(pieces) == [Span(5, 6), Span(3, 4), Span(1, 2)]
    for mode in ("tail", "full"):
        assert wish(mode).in_order(pieces) == [Span(1, 2), Span(3, 4), Span(5, 6)]


def test_unknown_modes_and_turned_ranges_are_refused() -> None:
    with pytest.raises(InvalidValue, match="mode"):
        wish("sideways").spans(None)
    with pytest.raises(InvalidValue, match="1970-01-01T02:00:00Z"):
        wish("full", start=2 * HOUR, end=HOUR).spans(None)
