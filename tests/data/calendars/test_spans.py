"""Stretches of time against plain sets of whole numbers, and at the size of real nanoseconds."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.data.calendars.spans import Spans, among, distinct
from tests.data.calendars.clocks import DAY, HOUR, ns

EMPTY = Spans(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
WHOLE = np.iinfo(np.int64)


def spans(*pairs: tuple[int, int]) -> Spans:
    """Return stretches from pairs of ends."""
    return Spans(
        np.array([first for first, _ in pairs], dtype=np.int64), np.array([last for _, last in pairs], dtype=np.int64)
    )


def pairs(found: Spans) -> list[tuple[int, int]]:
    """Return stretches as pairs of ends."""
    return list(zip(found.opens.tolist(), found.closes.tolist(), strict=True))


def inside(found: Spans) -> set[int]:
    """Return every whole number that the stretches hold."""
    return {moment for first, last in pairs(found) for moment in range(first, last)}


def _disjoint(edges: list[int], touching: bool) -> Spans:
    """Return stretches between rising numbers, each beginning where the one before ends or farther on."""
    ends = sorted(edges)
    return spans(*(list(pairwise(ends)) if touching else list(zip(ends[::2], ends[1::2], strict=False))))


SPANS = st.builds(_disjoint, st.lists(st.integers(-60, 60), unique=True, max_size=14), st.booleans())


@given(kept=SPANS, cut=SPANS)
def test_cutting_out_is_the_difference_of_sets(kept: Spans, cut: Spans) -> None:
    left = kept.without(cut)
    assert inside(left) == inside(kept) - inside(cut)
    assert all(first < last for first, last in pairs(left))
    assert all(last <= first for (_, last), (first, _) in pairwise(pairs(left)))
    assert inside(left.without(cut)) == inside(left)


def test_cutting_keeps_the_seams_of_what_is_cut() -> None:
    assert pairs(spans((0, 10), (10, 20)).without(EMPTY)) == [(0, 10), (10, 20)]
    assert pairs(spans((0, 10)).without(spans((3, 5)))) == [(0, 3), (5, 10)]
    assert pairs(spans((0, 10)).without(spans((10, 12)))) == [(0, 10)]
    assert pairs(spans((0, 10)).without(spans((-5, 30)))) == []
    assert pairs(EMPTY.without(spans((1, 2)))) == pairs(EMPTY.without(EMPTY)) == []


@given(found=SPANS, moments=st.lists(st.integers(-70, 70)), length=st.integers(1, 40))
def test_holding_and_meeting_whatever_the_order(found: Spans, moments: list[int], length: int) -> None:
    some, held = np.array(moments, dtype=np.int64), inside(found)
    assert found.hold(some).tolist() == [moment in held for moment in moments]
    assert found.meet(some, length).tolist() == [bool(held & set(range(at, at + length))) for at in moments]


@given(found=SPANS, length=st.integers(1, 50), phase=st.integers(-100, 100))
def test_slots_are_the_steps_of_the_grid_that_meet_a_stretch(found: Spans, length: int, phase: int) -> None:
    slots = found.slots(length, phase)
    assert slots.tolist() == sorted({(moment - phase) // length * length + phase for moment in inside(found)})
    assert slots.dtype == np.int64


@given(found=SPANS, length=st.integers(1, 50))
def test_every_stretch_is_counted_from_its_own_start(found: Spans, length: int) -> None:
    slots = found.slots_from_opens(length).tolist()
    assert slots == [at for first, last in pairs(found) for at in range(first, last, length)]


def test_two_sessions_in_one_bar_of_the_grid_have_one_bar() -> None:
    morning, afternoon = (1, 3), (5, 7)
    assert spans(morning, afternoon).slots(8, 0).tolist() == [0]
    assert spans(morning, afternoon).slots_from_opens(8).tolist() == [1, 5]


def test_a_stretch_holds_its_first_nanosecond_and_not_its_last() -> None:
    first, last = ns("2024-03-08 14:30"), ns("2024-03-08 21:00")
    around = np.array([first - 1, first, last - 1, last])
    found = spans((first, last))
    assert found.hold(around).tolist() == [False, True, True, False]
    assert found.meet(np.array([first - HOUR, first - HOUR + 1, last]), HOUR).tolist() == [False, True, False]


def test_hours_of_a_session_as_a_clock_counts_them() -> None:
    day = dt.datetime(2024, 3, 8, 14, 30, tzinfo=dt.UTC)
    session = spans((ns("2024-03-08 14:30"), ns("2024-03-08 21:00")))
    own = [day + step * dt.timedelta(hours=1) for step in range(7)]
    assert session.slots_from_opens(HOUR).tolist() == [int(t.timestamp()) * 10**9 for t in own]
    on_the_hour = [moment - dt.timedelta(minutes=30) for moment in own]
    assert session.slots(HOUR, 0).tolist() == [int(t.timestamp()) * 10**9 for t in on_the_hour]


def test_stretches_before_1970_are_on_the_same_grid() -> None:
    found = spans((-3 * DAY - 1, -2 * DAY + 1))
    assert found.slots(DAY, 0).tolist() == [-4 * DAY, -3 * DAY, -2 * DAY]
    assert found.slots(DAY, 4 * DAY).tolist() == found.slots(DAY, 0).tolist()


@pytest.mark.parametrize("length", [1, HOUR])
def test_nothing_meets_no_stretch_and_no_moment_is_asked_of_any(length: int) -> None:
    assert EMPTY.meet(np.array([0, 5]), length).tolist() == [False, False]
    assert spans((0, 5)).meet(np.zeros(0, dtype=np.int64), length).shape == (0,)
    assert EMPTY.slots(length, 3).size == EMPTY.slots_from_opens(length).size == 0


@given(st.lists(st.integers(WHOLE.min, WHOLE.max), max_size=30), st.lists(st.integers(WHOLE.min, WHOLE.max)))
def test_sets_of_stamps_of_any_size(stamps: list[int], others: list[int]) -> None:
    once = distinct(np.array(stamps + stamps[::2], dtype=np.int64))
    assert once.tolist() == sorted(set(stamps))
    asked = np.array(stamps + others, dtype=np.int64)
    assert among(asked, once).tolist() == [stamp in set(stamps) for stamp in stamps + others]


def test_asking_for_stamps_leaves_the_arrays_as_they_were() -> None:
    stamps = np.array([5, 3, 5, 1], dtype=np.int64)
    distinct(stamps)
    among(stamps, np.array([3], dtype=np.int64))
    assert stamps.tolist() == [5, 3, 5, 1]
