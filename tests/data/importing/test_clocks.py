"""Stamps to moments: every reading held against Python's own clocks, every doubt told or asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from ktrdr_app.core.errors import MalformedBars, UnknownName
from ktrdr_app.data.importing.clocks import Timed, read_times
from ktrdr_app.data.importing.options import ImportOptions
from ktrdr_app.data.importing.stamps import Stamps
from ktrdr_app.data.importing.text_column import TextColumn

UTC = dt.UTC
HOUR = dt.timedelta(hours=1)
FIRST_LINE = 2


def read(*columns: Sequence[str], around: Sequence[str] = (), **said: str) -> Timed:
    """Return the moments of columns of text whose first row is the file's second line."""
    line = np.arange(FIRST_LINE, FIRST_LINE + len(columns[0]))
    options = ImportOptions(**said)  # type: ignore[arg-type]
    return read_times(tuple(TextColumn.of(column) for column in columns), line, options, around, "X.csv")


def ns(moment: dt.datetime) -> int:
    """Return whole seconds of an aware moment as nanoseconds."""
    return int(moment.timestamp()) * 1_000_000_000


def hours(start: str, count: int, zone: str = "UTC") -> list[dt.datetime]:
    """Return hourly moments in a zone, counted in UTC."""
    first = dt.datetime.fromisoformat(start).replace(tzinfo=UTC)
    return [(first + step * HOUR).astimezone(ZoneInfo(zone)) for step in range(count)]


def told(timed: Timed) -> dict[str, tuple[int, ...]]:
    """Return the lines of each finding by its code."""
    return {entry.code: entry.rows for entry in timed.findings}


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kolkata"])
@pytest.mark.parametrize("newest_first", [False, True])
def test_a_year_of_hours_on_a_wall_comes_back_whole(zone: str, newest_first: bool) -> None:
    moments = hours("2021-01-01", 8760, zone)[:: -1 if newest_first else 1]
    timed = read([f"{moment:%Y-%m-%d %H:%M}" for moment in moments], timezone=zone)
    assert timed.utc.tolist() == [ns(moment) for moment in moments]
    assert not timed.unusable.any()
    assert (timed.zone, timed.findings, timed.questions) == (zone, (), ())


def test_only_the_naive_rows_are_moved_by_the_clock_that_is_given() -> None:
    timed = read(["2021-07-01T10:00:00Z", "2021-07-01 13:00", "2021-07-01T14:00:00+02:00"], timezone="Europe/Berlin")
    assert timed.utc.tolist() == [ns(dt.datetime(2021, 7, 1, hour, tzinfo=UTC)) for hour in (10, 11, 12)]
    assert timed.zone == "Europe/Berlin"


def test_the_hour_that_is_left_out_names_its_lines_and_keeps_its_neighbours() -> None:
    cells = ["2021-03-14 01:30", "2021-03-14 02:00", "2021-03-14 02:30", "2021-03-14 03:00"]
    timed = read(cells, timezone="America/New_York")
    assert timed.unusable.tolist() == [False, True, True, False]
    assert told(timed) == {"dst_missing_hour": (3, 4)}
    kept = [dt.datetime(2021, 3, 14, *clock, tzinfo=ZoneInfo("America/New_York")) for clock in ((1, 30), (3, 0))]
    assert timed.utc[~timed.unusable].tolist() == [ns(moment) for moment in kept]


def test_the_hour_that_comes_twice_but_stands_once_is_its_first_pass() -> None:
    zone = ZoneInfo("Europe/Berlin")
    timed = read(["2021-10-31 01:30", "2021-10-31 02:30", "2021-10-31 03:30"], timezone="Europe/Berlin")
    wanted = [dt.datetime(2021, 10, 31, hour, 30, tzinfo=zone, fold=0) for hour in (1, 2, 3)]
    assert timed.utc.tolist() == [ns(moment) for moment in wanted]
    assert told(timed) == {"dst_repeated_hour": (3,)}
    assert not timed.unusable.any()


@pytest.mark.parametrize(
    ("around", "offset"),
    [
        (["Time (UTC)"], 0.0),
        (["gmt time"], 0.0),
        (["times are GMT+2"], 2.0),
        (["UTC -05:00"], -5.0),
        (["UTC+0530"], 5.5),
        (["Exported in UTC+02", "Time (UTC+02)"], 2.0),
    ],
)
def test_a_clock_in_the_words_around_the_rows_is_taken_off(around: list[str], offset: float) -> None:
    timed = read(["2021-07-01 10:00", "2021-07-01 11:30"], around=around)
    zone = dt.timezone(dt.timedelta(hours=offset))
    assert timed.utc.tolist() == [ns(dt.datetime(2021, 7, 1, *at, tzinfo=zone)) for at in ((10, 0), (11, 30))]
    assert list(told(timed)) == ["naive_as_utc"]


@pytest.mark.parametrize("around", [["UTC+1", "UTC+2"], ["UTC or GMT+2"], ["utcoffset", "Greenwich"], []])
def test_words_that_name_no_clock_or_two_leave_it_to_the_user(around: list[str]) -> None:
    timed = read(["2021-07-01 10:00", "2021-07-01 11:00"], around=around)
    (question,) = timed.questions
    assert (question.key, question.flag, timed.zone) == ("timezone", "--timezone", "")
    assert "2021-07-01 10:00" in question.message


def test_what_the_user_says_counts_more_than_what_the_file_says() -> None:
    timed = read(["2021-07-01 10:00"], around=["Time (UTC)"], timezone="Asia/Tokyo")
    assert timed.utc.tolist() == [ns(dt.datetime(2021, 7, 1, 10, tzinfo=ZoneInfo("Asia/Tokyo")))]
    assert timed.findings == ()


def test_a_clock_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownName, match="Europe/Berlln"):
        read(["2021-07-01 10:00"], timezone="Europe/Berlln")


def _forex_hours(zone: str) -> list[str]:
    """Return three forex weeks on a wall, from Sunday to Friday 17:00 in New York."""
    new_york = [moment.astimezone(ZoneInfo("America/New_York")) for moment in hours("2021-02-01", 500)]
    open_ = [t for t in new_york if not (t.weekday() == 5 or (t.weekday() == 4 and t.hour >= 17))]
    open_ = [t for t in open_ if not (t.weekday() == 6 and t.hour < 17)]
    return [f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" for moment in open_]


def test_weekends_of_the_forex_market_speak_for_utc_and_for_no_other_clock() -> None:
    cells = _forex_hours("UTC")
    timed = read(cells)
    assert timed.utc.tolist() == [ns(dt.datetime.fromisoformat(cell).replace(tzinfo=UTC)) for cell in cells]
    assert list(told(timed)) == ["naive_as_utc"]
    athens = read(_forex_hours("Europe/Athens"))
    assert {"Europe/Athens", "America/New_York+7"} & set(athens.questions[0].options[:2])
    assert athens.questions[0].options[0] != "UTC"
    assert "Europe/Athens" in athens.questions[0].message


def test_days_have_no_clock_and_are_not_moved_by_one() -> None:
    days = ["2021-03-01", "2021-03-02", "2021-03-05"]
    wanted = [ns(dt.datetime.fromisoformat(day).replace(tzinfo=UTC)) for day in days]
    for said in ({}, {"timezone": "Asia/Tokyo"}):
        timed = read(days, **said)
        assert timed.utc.tolist() == wanted
        assert (timed.zone, timed.questions) == ("none (dates only)", ())


def test_days_that_begin_at_midnight_on_their_own_clock_are_those_days() -> None:
    berlin = [dt.datetime(2021, 3, day, tzinfo=ZoneInfo("Europe/Berlin")) for day in (26, 27, 28, 29, 30)]
    timed = read([moment.isoformat() for moment in berlin])
    assert timed.utc.tolist() == [ns(moment.replace(tzinfo=UTC)) for moment in berlin]
    assert list(told(timed)) == ["days_kept"]
    later = [moment + HOUR for moment in berlin]
    moved = read([moment.isoformat() for moment in [*berlin[:-1], later[-1]]])
    assert moved.utc.tolist() == [ns(moment) for moment in [*berlin[:-1], later[-1]]]
    assert (moved.zone, moved.findings) == ("offsets in the stamps", ())


def test_a_stamp_without_offset_is_utc_only_where_that_puts_it_in_order() -> None:
    cells = [moment.isoformat() for moment in hours("2021-03-01", 8, "Etc/GMT-2")]
    cells[3] = "2021-03-01 03:00"
    timed = read(cells)
    assert timed.utc.tolist() == [ns(moment) for moment in hours("2021-03-01", 8)]
    assert told(timed) == {"naive_among_offsets": (5,)}
    cells[3] = "2021-03-01 05:00"
    assert [question.key for question in read(cells).questions] == ["timezone"]


@pytest.mark.parametrize(("bad", "refused"), [(2, False), (3, True)])
def test_more_than_half_of_the_rows_need_a_stamp(bad: int, refused: bool) -> None:
    cells = ["2021-03-01T00:00:00Z", *["soon"] * bad, "2021-03-01T01:00:00Z"]
    if refused:
        with pytest.raises(MalformedBars, match="'soon'") as raised:
            read(cells)
        assert raised.value.where == "X.csv, line 3"
        return
    timed = read(cells)
    assert timed.unusable.tolist() == [False, True, True, False]
    assert told(timed) == {"bad_stamp": (3, 4)}


def test_one_broken_date_among_many_does_not_hide_their_order() -> None:
    days = [dt.datetime(2021, month, 28, tzinfo=UTC) for month in range(1, 13)]
    cells = [*(f"{day:%d/%m/%Y}" for day in days), "05/31/2021"]
    timed = read(cells)
    assert timed.utc[:-1].tolist() == [ns(day) for day in days]
    assert told(timed) == {"bad_stamp": (14,)}


def test_dates_of_two_orders_are_refused_until_the_user_says_which() -> None:
    cells = ["28/01/2021", "01/29/2021", "30/01/2021", "01/31/2021", "02/02/2021"]
    with pytest.raises(MalformedBars, match="day first") as raised:
        read(cells)
    assert "--date-order" in raised.value.hint
    timed = read(cells, date_order="dmy")
    assert timed.unusable.tolist() == [False, True, False, True, False]


@pytest.mark.parametrize("order", ["%d/%m/%Y", "%m/%d/%Y"])
def test_the_order_without_holes_is_taken_from_days_that_both_orders_allow(order: str) -> None:
    first = dt.datetime(2021, 3, 1, tzinfo=UTC)
    days = [first + step * dt.timedelta(days=1) for step in range(12)]
    timed = read([day.strftime(order) for day in days])
    assert timed.utc.tolist() == [ns(day) for day in days]
    assert list(told(timed)) == ["date_order_inferred"]


def test_an_order_that_nothing_settles_is_asked_with_the_date_as_written() -> None:
    timed = read(["03/02/2021", "07/06/2021", "11/10/2021"])
    (question,) = timed.questions
    assert (question.key, question.options) == ("date_order", ("dmy", "mdy"))
    assert "'03/02/2021'" in question.message


EXCEL_ZERO = dt.datetime(1899, 12, 30, tzinfo=UTC)
QUARTERS = [dt.datetime(2021, 3, 1 + step // 4, 6 * (step % 4), tzinfo=UTC) for step in range(12)]
TWO_COLUMNS = {
    "a day number and its fraction": [(str((t - EXCEL_ZERO).days), f"{t.hour / 24:.2f}") for t in QUARTERS],
    "a day number and a bare fraction": [(str((t - EXCEL_ZERO).days), f",{25 * t.hour // 6:02d}") for t in QUARTERS],
    "a day number and a clock": [(str((t - EXCEL_ZERO).days), f"{t:%H:%M}") for t in QUARTERS],
    "a date and the whole stamp": [(f"{t:%Y-%m-%d}", f"{t:%Y-%m-%d %H:%M}") for t in QUARTERS],
    "a date and seconds since 1970": [(f"{t:%Y-%m-%d}", str(int(t.timestamp()))) for t in QUARTERS],
    "a midnight and a clock": [(f"{t:%d.%m.%Y} 00:00:00.000", f"{t:%H:%M}") for t in QUARTERS],
    "a clock with Excel's first day": [(f"{t:%Y-%m-%d}", f"1899-12-31 {t:%H:%M}") for t in QUARTERS],
    "hours without leading zeros": [(f"{t:%Y%m%d}", str(t.hour)) for t in QUARTERS],
}


@pytest.mark.parametrize("name", TWO_COLUMNS)
def test_two_columns_as_spreadsheets_leave_them(name: str) -> None:
    dates, times = zip(*TWO_COLUMNS[name], strict=True)
    timed = read(dates, times, timezone="UTC")
    assert timed.utc.tolist() == [ns(moment) for moment in QUARTERS]
    assert not timed.unusable.any()


def test_moments_that_the_file_stores_as_such_are_taken_as_they_are() -> None:
    wall = np.array([ns(moment) for moment in hours("2021-03-01", 4)])
    offset = np.array([0, 0, 3_600_000_000_000, 0])
    missing = np.array([False, True, False, False])
    stamps = Stamps(wall, offset, ~missing, missing, "moments with a time zone")
    timed = read_times(stamps, np.arange(1, 5), ImportOptions(), (), "X.parquet")
    assert timed.utc[~timed.unusable].tolist() == (wall - offset)[~missing].tolist()
    assert told(timed) == {"bad_stamp": (2,)}
    assert timed.form == "moments with a time zone"
    with pytest.raises(MalformedBars) as raised:
        read_times(stamps.select(missing), np.array([2]), ImportOptions(), (), "X.parquet")
    assert raised.value.where == "X.parquet, line 2"
