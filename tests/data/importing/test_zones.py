"""Wall clocks to UTC against the standard library, through both changes of the year."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.data.importing.zones import COMMON, Clock, clock_named, to_utc, zone_names

HOUR = 3_600_000_000_000
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kolkata"]


def wall(*moments: str) -> np.ndarray:
    """Return wall-clock nanoseconds."""
    return np.array(moments, dtype="datetime64[ns]").astype(np.int64)


@given(moment=st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2035, 1, 1)), zone=st.sampled_from(ZONES))  # noqa: DTZ001
def test_a_moment_is_the_one_of_the_standard_library(moment: dt.datetime, zone: str) -> None:
    local = moment.replace(microsecond=0)
    aware = local.replace(tzinfo=ZoneInfo(zone))
    back = aware.astimezone(dt.UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    found = to_utc(wall(local.isoformat()), Clock(zone, zone), False)
    assert bool(found.missing[0]) is (back != local)
    if back == local:
        assert found.utc[0] == int(aware.timestamp()) * 10**9


@pytest.mark.parametrize("newest_first", [False, True])
def test_the_hour_that_comes_twice(newest_first: bool) -> None:
    local = wall("2020-10-25T01:00", "2020-10-25T02:00", "2020-10-25T02:00", "2020-10-25T03:00")
    local = local[::-1] if newest_first else local
    found = to_utc(local, clock_named("Europe/Berlin"), newest_first)
    assert np.abs(np.diff(found.utc)).tolist() == [HOUR] * 3
    assert not found.single.any()


def test_the_hour_that_comes_twice_but_stands_once_is_told() -> None:
    found = to_utc(wall("2020-10-25T01:00", "2020-10-25T02:00"), clock_named("Europe/Berlin"), False)
    assert found.single.tolist() == [False, True]
    assert np.diff(found.utc).tolist() == [HOUR]


def test_the_hour_that_is_left_out_is_told() -> None:
    found = to_utc(
        wall("2020-03-29T01:00", "2020-03-29T02:00", "2020-03-29T03:00"), clock_named("Europe/Berlin"), False
    )
    assert found.missing.tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("name", "zone", "ahead"),
    [
        ("UTC", None, 0),
        ("utc", None, 0),
        ("+02:00", None, 2 * HOUR),
        ("-0530", None, -11 * HOUR // 2),
        ("europe/berlin", "Europe/Berlin", 0),
        ("America/New_York+7", "America/New_York", 7 * HOUR),
        ("EST", "EST", 0),
    ],
)
def test_names_of_clocks(name: str, zone: str | None, ahead: int) -> None:
    found = clock_named(name)
    assert (found.zone, found.ahead) == (zone, ahead)


@pytest.mark.parametrize("name", ["Mars/Base", "", "Berlin", "America/New_York+x", "+25:00"])
def test_a_clock_that_is_not_there(name: str) -> None:
    with pytest.raises(UnknownName):
        clock_named(name)


def test_every_clock_that_is_offered_can_be_given() -> None:
    assert [clock_named(name).name for name in COMMON] == list(COMMON)


def test_a_server_seven_hours_ahead_of_new_york_opens_at_midnight() -> None:
    for day in ("2021-01-04", "2021-03-22", "2021-07-05"):
        found = to_utc(wall(f"{day}T00:00"), clock_named("America/New_York+7"), False)
        moment = dt.datetime.fromtimestamp(found.utc[0] / 1e9, ZoneInfo("America/New_York"))
        assert (moment.weekday(), moment.hour) == (6, 17)


def test_the_names_are_those_of_the_system_and_read_once() -> None:
    assert zone_names() == zoneinfo.available_timezones()
    assert zone_names() is zone_names()
