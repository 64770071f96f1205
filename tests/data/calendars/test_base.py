"""What all calendars share: ranges, grids, time frames; and the market that never closes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.calendars.base import SpanCalendar
from ktrdr_app.data.calendars.continuous import Continuous
from ktrdr_app.data.calendars.forex import ForexWeek
from ktrdr_app.data.calendars.sessions import ExchangeSessions
from tests.data.calendars.clocks import DAY, HOUR, iso, minutes, ns

CALENDARS = (Continuous(), ForexWeek(), ExchangeSessions("XNYS"))


def test_a_market_that_never_closes_is_always_open() -> None:
    moments = minutes("2024-02-28", "2024-03-02", step=7)
    assert Continuous().is_open(moments).all()
    assert Continuous().bars_per_year("1h") == 24 * 365.25
    assert Continuous().bars_per_year("1d") == 365.25


@pytest.mark.parametrize("timeframe", ["1m", "5m", "15m", "30m", "1h", "4h", "1d"])
def test_it_has_every_bar(timeframe: str) -> None:
    start, end, length = ns("2024-02-28"), ns("2024-03-02"), NANOSECONDS[timeframe]
    assert Continuous().expected_opens(start, end, timeframe).tolist() == list(range(start, end, length))


def test_its_weeks_begin_on_monday_and_its_bars_are_known_when_they_are_over() -> None:
    weeks = Continuous().expected_opens(ns("2024-01-01"), ns("2024-01-20"), "1w")
    assert iso(weeks) == ["2024-01-01 00:00", "2024-01-08 00:00", "2024-01-15 00:00"]
    for timeframe in ("1h", "1d", "1w"):
        assert (Continuous().session_close(weeks, timeframe) == weeks + NANOSECONDS[timeframe]).all()


@pytest.mark.parametrize("calendar", CALENDARS, ids=lambda calendar: calendar.name)
@pytest.mark.parametrize("timeframe", list(NANOSECONDS))
def test_a_range_is_the_sum_of_its_parts(calendar: SpanCalendar, timeframe: str) -> None:
    cuts = [ns("2024-02-20 03:17"), ns("2024-03-08 20:30"), ns("2024-03-11 13:31"), ns("2024-04-20")]
    whole = calendar.expected_opens(cuts[0], cuts[-1], timeframe)
    parts = [calendar.expected_opens(*ends, timeframe) for ends in pairwise(cuts)]
    assert whole.tolist() == np.concatenate(parts).tolist()
    assert (np.diff(whole) > 0).all()
    assert whole.dtype == np.int64


@pytest.mark.parametrize("calendar", CALENDARS, ids=lambda calendar: calendar.name)
def test_bars_within_the_day_begin_while_it_is_open(calendar: SpanCalendar) -> None:
    opens = calendar.expected_opens(ns("2024-02-20"), ns("2024-04-20"), "5m")
    assert calendar.is_open(opens).all()
    assert not calendar.is_open(np.setdiff1d(minutes("2024-02-20", "2024-04-20", 5), opens)).any()


@pytest.mark.parametrize("calendar", CALENDARS, ids=lambda calendar: calendar.name)
def test_no_bar_is_known_before_it_begins_or_after_its_length(calendar: SpanCalendar) -> None:
    opens = np.arange(ns("2024-01-01"), ns("2024-04-01"), 7 * HOUR, dtype=np.int64)
    for timeframe, length in NANOSECONDS.items():
        closes = calendar.session_close(opens, timeframe)
        assert ((closes > opens) & (closes <= opens + length)).all()
        assert calendar.session_close(opens[:0], timeframe).size == 0


@pytest.mark.parametrize("calendar", CALENDARS, ids=lambda calendar: calendar.name)
def test_names_words_and_unknown_time_frames(calendar: SpanCalendar) -> None:
    assert calendar.name
    assert "open" in calendar.words
    with pytest.raises(UnknownName):
        calendar.expected_opens(0, DAY, "2h")
