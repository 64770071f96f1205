"""Figures are written one way everywhere, and what is not known is a dash."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.numbers import NONE

pytestmark = pytest.mark.gui
THIN = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("write", [numbers.integer, numbers.decimal, numbers.percent, numbers.seconds])
def test_what_is_not_known_is_a_dash(write: object, value: float | None) -> None:
    assert write(value) == NONE  # type: ignore[operator]


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (999, "999"), (12345, f"12{THIN}345"), (-1234567, f"{MINUS}1{THIN}234{THIN}567")]
)
def test_whole_numbers(value: float, text: str) -> None:
    assert numbers.integer(value) == text


@pytest.mark.parametrize(
    ("value", "places", "text"), [(1.23456, 3, "1.235"), (-0.5, 2, f"{MINUS}0.50"), (12345.678, 1, f"12{THIN}345.7")]
)
def test_decimals(value: float, places: int, text: str) -> None:
    assert numbers.decimal(value, places) == text


@pytest.mark.parametrize(
    ("value", "signed", "text"),
    [
        (0.1234, False, f"12.3{THIN}%"),
        (0.1234, True, f"+12.3{THIN}%"),
        (-0.05, True, f"{MINUS}5.0{THIN}%"),
        (0.0, True, f"+0.0{THIN}%"),
        (12.5, False, f"1{THIN}250.0{THIN}%"),
    ],
)
def test_percent_takes_fractions(value: float, signed: bool, text: str) -> None:
    assert numbers.percent(value, signed=signed) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.4213, f"0.42{THIN}s"), (12.4, f"12{THIN}s"), (59.6, f"1{THIN}min 0{THIN}s"), (185, f"3{THIN}min 5{THIN}s")],
)
def test_measured_times(value: float, text: str) -> None:
    assert numbers.seconds(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "estimating the time left"),
        (0.3, "nearly done"),
        (7.2, "about 7 seconds left"),
        (12, "about 10 seconds left"),
        (58, "about 60 seconds left"),
        (61, "about a minute left"),
        (150, "about 2 minutes left"),
        (3600, "about an hour left"),
        (7300, "about 2 hours left"),
    ],
)
def test_time_left_in_words(value: float | None, text: str) -> None:
    assert numbers.remaining(value) == text


@given(st.floats(0, 1e6))
def test_time_left_never_fails(value: float) -> None:
    assert numbers.remaining(value)


def test_moments_are_utc() -> None:
    east = datetime(2013, 1, 4, 17, 0, tzinfo=timezone(timedelta(hours=2)))
    assert numbers.moment(east) == "2013-01-04 15:00"
    assert numbers.moment("2013-01-04T17:00:00+02:00") == "2013-01-04 15:00"
    assert numbers.moment(datetime(2013, 1, 4, tzinfo=UTC), time=False) == "2013-01-04"


def test_moments_without_zone_and_nonsense_are_left_alone() -> None:
    assert numbers.moment("2013-01-04 15:00:00") == "2013-01-04 15:00"
    assert numbers.moment("not a date") == "not a date"
    assert numbers.moment(None) == NONE
    assert numbers.moment("") == NONE
