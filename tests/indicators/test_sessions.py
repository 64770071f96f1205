"""Where sessions begin: UTC days and New York's 17:00, over changes of the clock, weekends and odd indexes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.errors import MalformedBars
from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.indicators import compute
from ktrdr_app.indicators.sessions import session_clock, session_starts
from tests.indicators.bars import walk
from tests.reference.indicators_volume import clock


def prices_at(index: pd.DatetimeIndex) -> PriceArrays:
    """Return bars with these opens."""
    return PriceArrays.of(walk(len(index)).set_axis(index, axis=0))


def hours(first: str, count: int) -> pd.DatetimeIndex:
    """Return hourly opens."""
    return pd.date_range(first, periods=count, freq="h", tz="UTC", unit="ns")


def test_utc_sessions_begin_at_midnight() -> None:
    assert session_starts(prices_at(hours("2024-01-01 22:00", 60)), "utc").tolist() == [0, 2, 26, 50]


@pytest.mark.parametrize(
    ("first", "starts"),
    [
        ("2024-03-08 00:00", ["2024-03-08 22:00", "2024-03-09 22:00", "2024-03-10 21:00", "2024-03-11 21:00"]),
        ("2024-11-01 00:00", ["2024-11-01 21:00", "2024-11-02 21:00", "2024-11-03 22:00", "2024-11-04 22:00"]),
    ],
)
def test_new_york_sessions_follow_summer_time(first: str, starts: list[str]) -> None:
    index = hours(first, 96)
    found = index[session_starts(prices_at(index), "new_york")]
    assert [f"{stamp:%Y-%m-%d %H:%M}" for stamp in found[1:]] == starts
    assert found[0] == index[0]


@pytest.mark.parametrize("session", ["utc", "new_york"])
@pytest.mark.parametrize("first", ["2023-10-28", "2024-03-08", "1969-12-30"])
def test_clock_agrees_with_zoneinfo(session: str, first: str) -> None:
    index = pd.date_range(first, periods=1500, freq="7min", tz="UTC", unit="ns")
    ours = pd.DatetimeIndex(session_clock(prices_at(index), session))  # type: ignore[arg-type]
    assert list(ours.to_pydatetime()) == clock(index, session)


def test_days_without_bars_are_no_sessions() -> None:
    friday, monday = hours("2024-01-05 10:00", 5), hours("2024-01-08 10:00", 5)
    assert session_starts(prices_at(friday.append(monday)), "utc").tolist() == [0, 5]


def test_daily_bars_are_a_session_each() -> None:
    index = pd.date_range("2024-03-01", periods=40, freq="D", tz="UTC", unit="ns")
    for session in ("utc", "new_york"):
        assert session_starts(prices_at(index), session).tolist() == list(range(40))  # type: ignore[arg-type]


@pytest.mark.parametrize("unit", ["s", "us"])
def test_naive_times_are_utc_whatever_their_unit(unit: str) -> None:
    index = hours("2024-01-01 22:00", 60)
    naive = index.tz_localize(None).as_unit(unit)
    for session in ("utc", "new_york"):
        expected = session_starts(prices_at(index), session)  # type: ignore[arg-type]
        np.testing.assert_array_equal(session_starts(prices_at(naive), session), expected)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["vwap", "pivot_points", "volume_surprise"])
def test_bars_without_times_are_refused_where_times_matter(name: str) -> None:
    plain = walk(30).reset_index(drop=True)
    with pytest.raises(MalformedBars) as caught:
        compute(name, plain)
    assert "DatetimeIndex" in caught.value.hint
    assert compute("vwap", plain, anchor="rolling").shape == (30, 1)
