"""One date or time of day from text, against Python's own calendar."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.data.importing.calendar_text import DAY, is_dotted, parts_of, read_date, read_offset, read_time

HOUR = 3_600_000_000_000
DATES = st.dates(dt.date(1700, 1, 1), dt.date(2250, 12, 31))


def nanoseconds(date: dt.date) -> int:
    """Return a date's midnight by counting days."""
    return (date - dt.date(1970, 1, 1)).days * DAY


@given(date=DATES)
def test_a_date_is_read_in_every_spelling(date: dt.date) -> None:
    wanted = nanoseconds(date)
    assert read_date(date.isoformat(), "dmy") == wanted
    assert read_date(f"{date:%Y.%m.%d}", "mdy") == wanted
    assert read_date(f"{date:%Y/%m/%d}", "mdy") == wanted
    assert read_date(f"{date:%Y%m%d}", "dmy") == wanted
    assert read_date(f"{date:%d/%m/%Y}", "dmy") == wanted
    assert read_date(f"{date:%m/%d/%Y}", "mdy") == wanted
    assert read_date(f"{date.day}.{date.month}.{date.year}", "dmy") == wanted
    assert read_date(f"{date:%d-%b-%Y}", "dmy") == wanted
    assert read_date(f"{date:%b %d, %Y}", "dmy") == wanted
    assert read_date(f"{date:%d %B %Y}", "mdy") == wanted


@given(date=st.dates(dt.date(1970, 1, 1), dt.date(2069, 12, 31)))
def test_two_digit_years_lie_between_1970_and_2069(date: dt.date) -> None:
    assert read_date(f"{date:%d.%m.%y}", "dmy") == nanoseconds(date)
    assert read_date(f"{date:%m/%d/%y}", "mdy") == nanoseconds(date)
    assert read_date(f"{date:%y-%m-%d}", "ymd") == nanoseconds(date)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2021-02-30",
        "2021-13-01",
        "2021-00-10",
        "31/02/2021",
        "1500-01-01",
        "9999-12-31",
        "2021-1",
        "Foo 3, 2021",
        "3-Xyz-2021",
        "2021/01-02",
        "yesterday",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_date(text, "dmy") is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3. März 2021", 3),
        ("03-Mrz-2021", 3),
        ("5 Mai 2021", 5),
        ("7-Okt-2021", 7),
        ("24 Dez 2021", 24),
    ],
)
def test_german_months_are_known(text: str, day: int) -> None:
    found = read_date(text.replace(". ", " "), "dmy")
    assert found is not None
    assert (dt.date(1970, 1, 1) + dt.timedelta(days=found // DAY)).day == day


@given(moment=st.times())
def test_a_time_of_day_is_read_in_every_spelling(moment: dt.time) -> None:
    seconds = (moment.hour * 60 + moment.minute) * 60 + moment.second
    assert read_time(f"{moment:%H:%M:%S}") == (seconds * 10**9, None)
    assert read_time(f"{moment:%H:%M:%S.%f}") == (seconds * 10**9 + moment.microsecond * 1000, None)
    assert read_time(f"{moment:%H%M%S}") == (seconds * 10**9, None)
    minutes = (moment.hour * 60 + moment.minute) * 60 * 10**9
    assert read_time(f"{moment:%H:%M}") == (minutes, None)
    assert read_time(f"{moment:%I:%M %p}") == (minutes, None)
    assert read_time(f"{moment:%I-%p}") == (moment.hour * HOUR, None)
    assert read_time(f"{moment:%H:%M}Z") == (minutes, 0)
    assert read_time(f"{moment:%H:%M}-05:00") == (minutes, -5 * HOUR)
    assert read_time(f"{moment:%H:%M} GMT+0530") == (minutes, 11 * HOUR // 2)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", (0, None)),
        ("24:00", (24 * HOUR, None)),
        ("9:05", (9 * HOUR + 5 * HOUR // 60, None)),
        ("12:00 AM", (0, None)),
        ("12:00 PM", (12 * HOUR, None)),
        ("09:00 EST", (9 * HOUR, -5 * HOUR)),
        ("09:00 CEST", (9 * HOUR, 2 * HOUR)),
        ("09:00 UTC", (9 * HOUR, 0)),
        ("25:00", None),
        ("24:01", None),
        ("12:60", None),
        ("13:00 PM", None),
        ("0:00 AM", None),
        ("noon", None),
        ("09:00 XYZ", (9 * HOUR, None)),
        ("09:00+99:00", None),
    ],
)
def test_odd_times_of_day(text: str, wanted: tuple[int, int | None] | None) -> None:
    assert read_time(text) == wanted


@pytest.mark.parametrize(
    ("text", "hours"),
    [("+02:00", 2.0), ("-0330", -3.5), ("+1", 1.0), ("UTC+3", 3.0), ("GMT-5", -5.0), ("+16:00", None), ("2", None)],
)
def test_offsets(text: str, hours: float | None) -> None:
    assert read_offset(text) == (None if hours is None else int(hours * HOUR))


@pytest.mark.parametrize(
    ("text", "parts", "dotted"),
    [
        ("05/02/2018", (5, 2), False),
        ("5.2.18", (5, 2), True),
        ("2018-02-05", None, False),
        ("20180205", None, False),
        ("05/02.2018", None, False),
    ],
)
def test_dates_that_end_in_their_year(text: str, parts: tuple[int, int] | None, dotted: bool) -> None:
    assert parts_of(text) == parts
    assert is_dotted(text) is dotted
