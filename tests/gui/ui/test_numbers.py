"""Figures are written one way everywhere, and what is not known is a dash."""

from __future__ import annotations

from collections.abc import Callable
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


@pytest.mark.parametrize("value", [-0.0, -1e-9, -0.0004])
@pytest.mark.parametrize("write", [numbers.integer, numbers.decimal, numbers.percent])
def test_a_loss_too_small_to_be_written_has_no_minus(write: Callable[[float], str], value: float) -> None:
    assert MINUS not in write(value)
    assert set(write(value)) <= set(f"0.{THIN}%")


def test_nothing_is_nothing_with_any_sign() -> None:
    assert numbers.significant(-0.0) == "0"
    assert numbers.percent(-1e-9, signed=True) == f"+0.0{THIN}%"


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


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.5", 1.5),
        ("1,5", 1.5),
        ("-0,25", -0.25),
        ("\N{MINUS SIGN}3", -3.0),
        ("2e-3", 0.002),
        ("1,5E2", 150.0),
        (".5", 0.5),
        ("1 234,5", 1234.5),
        ("1\N{NARROW NO-BREAK SPACE}234.5", 1234.5),
        ("1'234.5", 1234.5),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1,234,567", 1234567.0),
        ("1.234.567,8", 1234567.8),
        ("1.234", 1.234),
        ("0,125", 0.125),
    ],
)
@pytest.mark.parametrize("group", ["", ",", "."])
def test_decimals_are_read_in_every_way_that_cannot_be_mistaken(text: str, value: float, group: str) -> None:
    assert numbers.read_decimal(text, group) == value


def test_a_comma_that_could_set_a_thousand_apart_is_not_guessed_at() -> None:
    assert numbers.read_decimal("1,234", ",") is None
    assert numbers.read_decimal("1,234", ".") == 1.234
    assert numbers.read_decimal("12,34", ",") == 12.34


@pytest.mark.parametrize(
    "text", ["", "-", ".", "1,2,3", "1.2.3", "12 34", "1,23.4", "1,234.567,8", "1.5,", "1e400", "abc", "1_000", "--1"]
)
def test_what_is_no_decimal_is_none(text: str) -> None:
    assert numbers.read_decimal(text) is None
    assert numbers.read_decimal(text, ",") is None


@given(st.floats(-1e12, 1e12, allow_nan=False).map(lambda value: round(value, 3)))
def test_what_the_window_writes_is_read_back(value: float) -> None:
    assert numbers.read_decimal(numbers.decimal(value, 3), ",") == pytest.approx(value, abs=1e-3)
    if abs(value) >= 1:
        assert numbers.read_whole(numbers.integer(value)) == round(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1500", 1500), ("1 500", 1500), ("1,500", 1500), ("1.500", 1500), ("-1'000'000", -1_000_000), ("+7", 7)],
)
def test_whole_numbers_may_have_their_thousands_apart(text: str, value: int) -> None:
    assert numbers.read_whole(text) == value


@pytest.mark.parametrize("text", ["", "-", "1,5", "1.5", "1,50", "15,00", "1,500.0", "1,500.500", "1e3", "1 5", "--1"])
def test_what_is_no_whole_number_is_none(text: str) -> None:
    assert numbers.read_whole(text) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1.0423, "1.0423"),
        (192.0, "192"),
        (-0.5, "\N{MINUS SIGN}0.5"),
        (12345.5, "12\N{NARROW NO-BREAK SPACE}345.5"),
        (1234567890.0, "1\N{NARROW NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567\N{NARROW NO-BREAK SPACE}890"),
        (0.00001234567, "1.23457e\N{MINUS SIGN}05"),
        (float("nan"), numbers.NONE),
        (None, numbers.NONE),
    ],
)
def test_significant_digits_without_idle_zeros(value: float | None, text: str) -> None:
    assert numbers.significant(value) == text
