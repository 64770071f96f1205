"""What the strip says, word for word, for daily and hourly series."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.data.calendars.choose import calendar_named
from ktrdr_app.data.quality.context import Context
from ktrdr_app.data.quality.coverage import CoverageMap, coverage_map
from ktrdr_app.data.quality.raw import RawSeries
from tests.conftest import make_bars

pytestmark = pytest.mark.gui


def hourly(*lost: slice) -> CoverageMap:
    keep = np.ones(2000, dtype=bool)
    for part in lost:
        keep[part] = False
    frame = make_bars(2000, start="2024-01-01")[keep]
    return coverage_map(Context(RawSeries.of(frame), "1h", calendar_named("24/7")), "BTCUSD")


def daily(*lost: str) -> CoverageMap:
    days = pd.bdate_range("2024-03-04", "2024-03-22", tz="UTC").as_unit("ns")
    frame = make_bars(len(days)).set_axis(days)
    frame = frame.drop([pd.Timestamp(day, tz="UTC") for day in lost])
    return coverage_map(Context(RawSeries.of(frame), "1d", calendar_named("XNYS")), "AAPL")


def plain(text: str) -> str:
    return text.replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_a_complete_series_has_no_hole() -> None:
    from ktrdr_app.gui.panels.data.coverage_words import series_words

    assert plain(series_words(hourly())) == "100.0 % of 2 000 expected bars, no hole"
    assert plain(series_words(daily())) == "100.0 % of 15 expected bars, no hole"


def test_one_missing_hour_is_told_with_its_time() -> None:
    from ktrdr_app.gui.panels.data.coverage_words import hole_words, series_words

    found = hourly(slice(50, 51))
    assert hole_words(found, 0) == "1 bar missing, 2024-01-03 02:00 UTC"
    assert plain(series_words(found)) == (
        "99.95 % of 2 000 expected bars, 1 hole, the largest: 1 bar missing, 2024-01-03 02:00 UTC"
    )


def test_days_are_told_without_an_hour() -> None:
    from ktrdr_app.gui.panels.data.coverage_words import hole_words

    found = daily("2024-03-07", "2024-03-08", "2024-03-11", "2024-03-20")
    assert hole_words(found, 0) == "3 bars missing, 2024-03-07 to 2024-03-11 UTC"
    assert hole_words(found, 1) == "1 bar missing, 2024-03-20 UTC"


def test_the_largest_hole_is_the_one_with_most_bars() -> None:
    from ktrdr_app.gui.panels.data.coverage_words import series_words

    assert "2 holes, the largest: 5 bars missing" in plain(series_words(hourly(slice(10, 12), slice(100, 105))))


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2024-01-03 02:00", "2024-01-03 03:00", "BTCUSD 2024-01-03 02:00 to 2024-01-03 03:00: 1 of 1 bars missing"),
        ("2024-01-03 01:00", "2024-01-03 04:00", "BTCUSD 2024-01-03 01:00 to 2024-01-03 04:00: 1 of 3 bars missing"),
        ("2024-01-05 00:00", "2024-01-05 00:20", "BTCUSD 2024-01-05 00:00 to 2024-01-05 00:20: the bar is there"),
        ("2024-01-05 00:00", "2024-01-05 05:00", "BTCUSD 2024-01-05 00:00 to 2024-01-05 05:00: all 5 bars are there"),
        ("2023-12-01 00:00", "2023-12-02 00:00", "BTCUSD 2023-12-01 00:00: outside the series"),
        ("2025-01-01 00:00", "2025-01-02 00:00", "BTCUSD 2025-01-01 00:00: outside the series"),
    ],
)
def test_slots_are_told(first: str, last: str, words: str) -> None:
    from ktrdr_app.gui.panels.data.coverage_words import slot_words

    start, end = (pd.Timestamp(moment, tz="UTC").value for moment in (first, last))
    assert plain(slot_words(hourly(slice(50, 51)), start, end)) == words


def test_a_weekend_is_told_as_closed() -> None:
    from ktrdr_app.gui.panels.data.coverage_words import slot_words

    start, end = (pd.Timestamp(day, tz="UTC").value for day in ("2024-03-09", "2024-03-10"))
    assert slot_words(daily(), start, end) == "AAPL 2024-03-09: market closed"
