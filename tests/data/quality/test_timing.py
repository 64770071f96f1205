"""Planted faults against the calendar: gaps, closed markets, wrong time zones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.data.quality.timing import missing_by_gap
from tests.data.calendars.clocks import forex_may_rest
from tests.data.quality.planted import clean, codes, context, only, report, slow_gaps

CASES = [("24/7", "1h"), ("forex", "1h"), ("XNYS", "1h"), ("forex", "15m"), ("XNYS", "30m"), ("24/7", "1d")]


@pytest.mark.parametrize(("calendar", "timeframe"), CASES)
def test_a_complete_series_has_only_expected_gaps(calendar: str, timeframe: str) -> None:
    frame = clean(calendar, timeframe)
    found = report(frame, calendar, timeframe)
    assert codes(found, "gaps_expected", "sunday_bars") == set()
    closed = int((np.diff(frame.index.asi8) > np.diff(frame.index.asi8).min()).sum())
    assert found.count("gaps_expected") == closed
    assert (found.coverage.expected == found.coverage.present).all()


@pytest.mark.parametrize(("calendar", "timeframe"), [case for case in CASES if case != ("XNYS", "1h")])
def test_gaps_against_a_walk_from_bar_to_bar(calendar: str, timeframe: str) -> None:
    frame = clean(calendar, timeframe, "2024-02-26", "2024-03-18" if timeframe != "1d" else "2024-08-18")
    random = np.random.default_rng(4)
    keep = random.random(len(frame)) > 0.1
    keep[[0, -1]] = True
    frame = frame[keep]
    found = report(frame, calendar, timeframe)
    expected, unexpected, missing = slow_gaps(frame, calendar, timeframe)
    assert found.count("gaps_expected") == expected
    assert found.count("gaps_unexpected") == unexpected
    assert found.to_document()["missing_bars"] == missing
    assert unexpected > 3


def test_the_largest_gap_comes_first() -> None:
    frame = clean("forex")
    gone = [*range(10, 12), *range(200, 250), *range(400, 403)]
    found = only(report(frame.drop(frame.index[gone]), "forex"), "gaps_unexpected")
    assert found.count == 3
    assert [int(example.detail.rsplit(", ", 1)[1].split()[0]) for example in found.examples] == [50, 3, 2]
    assert "55 bars missing in all" in found.message
    assert found.severity == "warning"


def test_missing_bars_are_told_by_the_bar_before_them() -> None:
    frame = clean()
    rows, missing = missing_by_gap(context(frame.drop(frame.index[[100, 101, 300]])))
    assert rows.tolist() == [99, 297]
    assert missing.tolist() == [2, 1]


def test_hourly_shares_on_the_hour_are_complete_too() -> None:
    own = clean("XNYS", "1h")
    frame = own.set_axis(own.index - pd.Timedelta(minutes=30))
    found = report(frame, "XNYS")
    assert codes(found) == {"gaps_expected"}
    assert found.count("gaps_expected") == len({stamp.date() for stamp in frame.index}) - 1


def test_days_of_utc_with_and_without_sundays_are_both_complete() -> None:
    weekdays = clean("forex", "1d")
    assert codes(report(weekdays, "forex", "1d")) == {"gaps_expected"}
    sundays = clean("24/7", "1d")
    sundays = sundays[sundays.index.day_of_week != 5]
    found = report(sundays, "forex", "1d")
    assert codes(found) == {"gaps_expected", "sunday_bars"}
    assert only(found, "sunday_bars").count == 8
    assert "mixed" not in found.verdict


def test_bars_on_a_closed_day_are_told() -> None:
    frame = clean("24/7", "1d", "2023-12-20", "2024-02-01")
    found = report(frame, "XNYS", "1d")
    closed = only(found, "closed_market")
    weekend = sum(stamp.day_of_week >= 5 for stamp in frame.index)
    holidays = 3
    assert closed.count == weekend + holidays
    assert closed.severity == "warning"
    assert "extended_hours" not in codes(found)


def test_extended_hours_are_information_and_nights_are_not() -> None:
    index = pd.date_range("2024-01-08", "2024-01-13", freq="15min", tz="UTC", inclusive="left").tz_convert(
        "America/New_York"
    )
    hour = index.hour
    extended = ((hour >= 4) & (hour < 20) & (index.day_of_week < 5)) & ~(
        ((hour > 9) | ((hour == 9) & (index.minute >= 30))) & (hour < 16)
    )
    night = ~((hour >= 4) & (hour < 20) & (index.day_of_week < 5))
    base = clean("24/7", "15m", "2024-01-08", "2024-01-13")
    found = report(base, "XNYS", "15m")
    assert only(found, "extended_hours").count == int(extended.sum())
    assert only(found, "extended_hours").severity == "info"
    assert only(found, "closed_market").count == int(night.sum())


@pytest.mark.parametrize("hours", [-9, -5, -1, 3, 10])
def test_shares_in_another_time_zone_are_found_with_the_way_back(hours: int) -> None:
    frame = clean("XNYS", "15m", "2024-01-08", "2024-02-20")
    moved = frame.set_axis(frame.index + pd.Timedelta(hours=hours))
    found = report(moved, "XNYS", "15m")
    assert f"{-hours:+d} h in winter" in only(found, "wrong_time_zone").message
    assert only(found, "wrong_time_zone").severity == "error"
    outside = found.count("closed_market") or found.count("extended_hours")
    assert only(found, "wrong_time_zone").count == outside


def test_extended_hours_as_such_are_no_wrong_zone() -> None:
    whole_day = clean("24/7", "15m", "2024-01-08", "2024-02-20")
    local = whole_day.index.tz_convert("America/New_York")
    frame = whole_day[(local.hour >= 4) & (local.hour < 20) & (local.day_of_week < 5)]
    found = report(frame, "XNYS", "15m")
    assert found.count("extended_hours") > 0.5 * len(frame)
    assert "wrong_time_zone" not in codes(found)


def test_local_stamps_taken_for_utc_differ_in_summer_and_winter() -> None:
    frame = clean("XNYS", "30m", "2023-01-09", "2023-12-20")
    tokyo = frame.index.tz_convert("America/New_York").tz_localize(None) + pd.Timedelta(hours=12)
    found = report(frame.set_axis(tokyo.tz_localize("UTC")), "XNYS", "30m")
    message = only(found, "wrong_time_zone").message
    assert "-7 h in winter" in message
    assert "-8 h in summer" in message


def test_forex_in_a_brokers_clock_is_found() -> None:
    frame = clean("forex", "1h", "2024-04-08", "2024-06-24")
    found = report(frame.set_axis(frame.index + pd.Timedelta(hours=7)), "forex")
    assert "-7 h in summer" in only(found, "wrong_time_zone").message


def test_a_market_that_never_closes_has_no_wrong_zone() -> None:
    frame = clean()
    found = report(frame.set_axis(frame.index + pd.Timedelta(hours=7)))
    assert codes(found) == set()


def test_scattered_bars_in_closed_hours_are_no_wrong_zone() -> None:
    frame = clean("forex", "1h")
    saturdays = clean("24/7", "1h")
    saturdays = saturdays[(saturdays.index.day_of_week == 5) & (saturdays.index.hour < 8)]
    found = report(pd.concat([frame, saturdays]).sort_index(), "forex")
    assert only(found, "closed_market").count == len(saturdays)
    assert "wrong_time_zone" not in codes(found)


def test_a_source_that_rests_every_weekend_is_recognised() -> None:
    frame = clean()
    week = frame[frame.index.day_of_week < 5]
    found = report(week)
    closure = only(found, "weekly_closure")
    assert closure.count == only(found, "gaps_unexpected").count == 7
    assert "Sat 00:00 to Mon 00:00 UTC" in closure.message
    assert "symbols.yaml" in closure.message


def test_a_rest_over_the_turn_of_the_week_is_one_stretch() -> None:
    frame = clean(end="2024-04-08")
    hours = frame.index.day_of_week * 24 + frame.index.hour
    found = report(frame[(hours >= 5) & (hours < 160)])
    assert "Sun 16:00 to Mon 05:00 UTC" in only(found, "weekly_closure").message


def test_a_daily_pause_is_recognised_and_a_few_holes_are_not() -> None:
    frame = clean()
    paused = report(frame[frame.index.hour != 21])
    assert only(paused, "weekly_closure").count == only(paused, "gaps_unexpected").count
    assert "Mon 21:00 to Mon 22:00, Tue 21:00 to Tue 22:00" in only(paused, "weekly_closure").message
    assert only(paused, "weekly_closure").message.endswith("symbols.yaml")
    holes = report(frame.drop(frame.index[[50, 51, 300, 700]]))
    assert codes(holes) == {"gaps_unexpected"}


def test_bars_of_christmas_may_be_missing_and_may_be_there() -> None:
    frame = clean("forex", "1h", "2019-12-02", "2020-02-03")
    assert codes(report(frame, "forex")) == {"gaps_expected"}
    resting = np.array([forex_may_rest(stamp) for stamp in frame.index.asi8.tolist()])
    shut = report(frame[~resting], "forex")
    assert codes(shut) == {"gaps_expected"}
    assert "2 of them over Christmas or New Year" in only(shut, "gaps_expected").message
    assert shut.to_document()["missing_bars"] == 0
    assert shut.to_document()["expected_bars"] == len(frame) - resting.sum()
    half = frame[~resting | (frame.index.hour < 12)]
    assert codes(report(half, "forex")) == {"gaps_expected"}


def test_a_bar_beside_the_holiday_is_missed_all_the_same() -> None:
    frame = clean("forex", "1h", "2019-12-02", "2020-02-03")
    resting = np.array([forex_may_rest(stamp) for stamp in frame.index.asi8.tolist()])
    last = int(np.flatnonzero(resting)[0]) - 1
    kept = ~resting
    kept[[last, last + 200]] = False
    gaps = only(report(frame[kept], "forex"), "gaps_unexpected")
    assert gaps.count == 2
    assert "2 bars missing in all" in gaps.message
    assert gaps.examples[0].timestamp == "2019-12-24T15:00:00Z"


def test_maintenance_of_a_coin_exchange_is_no_holiday() -> None:
    frame = clean("24/7", "1h", "2019-12-02", "2020-02-03")
    resting = np.array([forex_may_rest(stamp) for stamp in frame.index.asi8.tolist()])
    found = report(frame[~resting])
    assert found.count("gaps_unexpected") == 2
    assert found.to_document()["missing_bars"] == resting.sum()


def test_hours_that_a_source_kept_for_a_season_are_told() -> None:
    frame = clean("forex", "1h", "2022-01-03", "2024-01-01")
    nights = (frame.index.hour < 6) & (frame.index >= "2022-06-06") & (frame.index < "2022-12-05")
    closure = only(report(frame[~nights], "forex"), "weekly_closure")
    days = {stamp.date() for stamp in frame.index[nights] if stamp.day_of_week != 6}
    assert closure.count == len(days) == 130
    assert "Mon 00:00 to Mon 06:00, Tue 00:00 to Tue 06:00" in closure.message
