"""Stamps in every form, clock and order: the moments that come out are those that were written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from ktrdr_app.core.errors import MalformedBars
from tests.data.importing.variants import BARS, HEADER, Case, Style, asked, attempt, check_accepted, forex

TWO = "Date,Time," + HEADER.partition(",")[2]
DAYS_FROM_1900 = 25569
AWARE = (
    *("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%SZ", "%Y-%m-%d %H:%M:%S UTC", "%Y-%m-%d %H:%M:%S GMT", "%Y-%m-%dT%H:%MZ"),
    *("%Y-%m-%dT%H:%M:%S.000Z", "%Y-%m-%dT%H:%M:%S.000000+00:00", "%Y-%m-%dT%H:%M:%S+0000", "%Y-%m-%dT%H:%M:%S+00"),
    *("%Y-%m-%dT%H:%M:%S.000000000Z", "%Y%m%dT%H%M%SZ", "%Y/%m/%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S+00:00[UTC]"),
    *("%a %b %d %Y %H:%M:%S GMT+0000", "%a, %d %b %Y %H:%M:%S GMT"),
)
NAIVE = (
    *(
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M:%S",
        "%Y.%m.%d %H:%M",
        "%Y/%m/%d %H:%M",
        "%Y-%m-%d, %H:%M",
    ),
    *("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S.000", "%d.%m.%Y, %H:%M Uhr", "%d. %B %Y %H:%M", "%d.%m.%y %H:%M"),
    *("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d-%m-%Y %H:%M", "%m-%d-%Y %H:%M", "%d/%m/%y %H:%M", "%y-%m-%d %H:%M"),
    *("%d-%b-%Y %H:%M", "%d %b %Y %H:%M", "%b %d %Y %H:%M", "%b %d, %Y %H:%M", "%d%b%Y %H:%M", "%d-%B-%Y %H:%M:%S"),
    *("%Y-%b-%d %H:%M", "%Y %b %d %H:%M", "%A, %d %B %Y %H:%M", "%H:%M %d/%m/%Y", "%H:%M:%S %Y-%m-%d"),
    *("%Y%m%d %H%M%S", "%Y%m%d%H%M%S", "%Y%m%d%H%M", "%Y%m%d%H", "%Y%m%d %H:%M:%S", "%Y%m%d-%H%M%S", "%Y%m%d-%H:%M:%S"),
    *("%Y-%m-%d_%H:%M:%S", "%Y-%m-%d-%H-%M-%S", "%Y-%m-%d %H.%M", "%Y-%m-%d %Hh%M", "%Y-%m-%d;%H:%M", "%m/%d/%Y-%H:%M"),
    *("%m/%d/%Y %I:%M %p", "%m/%d/%Y %I:%M:%S %p", "%d/%m/%Y %I:%M:%S %p", "%Y-%m-%d %I-%p", "%Y-%m-%d %I:%M%p"),
)
PAIRS = (
    *("%Y-%m-%d|%H:%M", "%d.%m.%Y|%H:%M:%S", "%m/%d/%Y|%I:%M %p", "%Y%m%d|%H%M", "%Y%m%d|%H%M%S", "%d/%m/%y|%H:%M"),
    *("%Y-%m-%d|%H:%M:%S+00:00", "%Y-%m-%d|%H:%M:%S.000", "%d-%b-%y|%H:%M", "%Y-%m-%d|%H", "%Y.%m.%d|%H:%M:%SZ"),
)


def seconds(moment: pd.Timestamp) -> int:
    """Return whole seconds since 1970."""
    return moment.value // 1_000_000_000


def american(moment: pd.Timestamp) -> str:
    """Return a stamp as American spreadsheets write it, without leading zeros."""
    return f"{moment.month}/{moment.day}/{moment.year} {(moment.hour - 1) % 12 + 1}:{moment:%M %p}"


WRITERS: dict[str, Callable[[pd.Timestamp], str]] = {
    "seconds": lambda t: str(seconds(t)),
    "milliseconds": lambda t: str(seconds(t) * 10**3),
    "microseconds": lambda t: str(seconds(t) * 10**6),
    "nanoseconds": lambda t: str(seconds(t) * 10**9),
    "seconds with a fraction": lambda t: f"{seconds(t)}.000000",
    "milliseconds with a fraction": lambda t: f"{seconds(t)}000.0",
    "seconds with a decimal comma": lambda t: f"{seconds(t)},000",
    "scientific seconds": lambda t: f"{seconds(t):.9e}",
    "scientific milliseconds": lambda t: f"{seconds(t) * 1000:.12E}",
    "Excel's day numbers": lambda t: repr(t.timestamp() / 86400 + DAYS_FROM_1900),
    "Excel's day numbers, five decimals": lambda t: f"{t.timestamp() / 86400 + DAYS_FROM_1900:.5f}",
    "Excel's day numbers, four decimals": lambda t: f"{t.timestamp() / 86400 + DAYS_FROM_1900:.4f}",
    "Excel's day numbers, decimal comma": lambda t: f"{t.timestamp() / 86400 + DAYS_FROM_1900:.8f}".replace(".", ","),
    "no leading zeros": american,
    "no leading zeros, 24 hours": lambda t: f"{t.month}/{t.day}/{t.year} {t.hour}:{t:%M}",
    "a.m. and p.m.": lambda t: f"{t:%Y-%m-%d} {(t.hour - 1) % 12 + 1}:{t:%M} {'a.m.' if t.hour < 12 else 'p.m.'}",
    "24:00 of the day before": lambda t: (
        f"{t - pd.Timedelta(days=1):%Y-%m-%d} 24:00" if t.hour == 0 else f"{t:%Y-%m-%d %H:%M}"
    ),
}
TWO_COLUMNS: dict[str, Callable[[pd.Timestamp], str]] = {
    **{pair: (lambda t, pair=pair: t.strftime(pair)) for pair in PAIRS},
    "dates with a midnight": lambda t: f"{t:%Y-%m-%d} 00:00:00|{t:%H:%M}",
    "times with Excel's first day": lambda t: f"{t:%Y-%m-%d}|1899-12-30 {t:%H:%M:%S}",
    "times that are whole stamps": lambda t: f"{t:%Y-%m-%d}|{t:%Y-%m-%d %H:%M:%S}",
    "day numbers and fractions of a day": lambda t: f"{seconds(t) // 86400 + DAYS_FROM_1900}|{t.hour / 24:.10f}",
    "day numbers and times": lambda t: f"{seconds(t) // 86400 + DAYS_FROM_1900}|{t:%H:%M}",
    "times without leading zeros": lambda t: f"{t:%Y%m%d}|{int(t.strftime('%H%M%S'))}",
}


@pytest.mark.parametrize("stamp", AWARE)
def test_stamps_that_tell_their_offset(stamp: str, tmp_path: Path) -> None:
    report = check_accepted(Case(Style(stamp, delimiter=";").text()), tmp_path)
    assert report.findings == ()


@pytest.mark.parametrize("stamp", NAIVE)
def test_stamps_without_an_offset(stamp: str, tmp_path: Path) -> None:
    text = Style(stamp, delimiter="|").text()
    report = check_accepted(Case(text), tmp_path)
    assert "naive_as_utc" in {found.code for found in report.findings}
    local = Style(stamp, delimiter="|", zone="America/New_York").text()
    check_accepted(Case(local, options={"timezone": "America/New_York"}), tmp_path / "local")


@pytest.mark.parametrize("name", WRITERS)
def test_numbers_and_odd_stamps(name: str, tmp_path: Path) -> None:
    check_accepted(Case(Style(WRITERS[name], delimiter=";").text()), tmp_path)


@pytest.mark.parametrize("head", [TWO, ""])
@pytest.mark.parametrize("name", TWO_COLUMNS)
def test_date_and_time_in_two_columns(name: str, head: str, tmp_path: Path) -> None:
    if not head and name not in PAIRS:
        pytest.skip("without headings these are asked for")
    check_accepted(Case(Style(TWO_COLUMNS[name], delimiter="|", head=head).text()), tmp_path)


@pytest.mark.parametrize("head", ["Time,Date,", "Timestamp,Date,"])
def test_the_time_of_day_may_stand_first_and_be_called_a_stamp(head: str, tmp_path: Path) -> None:
    check_accepted(Case(Style("%H:%M,%Y-%m-%d", head=head + HEADER.partition(",")[2]).text()), tmp_path)


@pytest.mark.parametrize(
    ("stamp", "zone"),
    [
        *[("%Y-%m-%dT%H:%M:%S%z", zone) for zone in ("Europe/Athens", "America/New_York", "Asia/Kolkata")],
        *[("%d.%m.%Y %H:%M:%S.000 GMT%z", zone) for zone in ("Europe/Berlin", "Asia/Tokyo")],
        *[
            ("%Y-%m-%d %H:%M EST", "Etc/GMT+5"),
            ("%Y-%m-%d %H:%M PST", "Etc/GMT+8"),
            ("%Y-%m-%d %H:%M CET", "Etc/GMT-1"),
        ],
    ],
)
@pytest.mark.parametrize("start", ["2018-02-01", "2020-10-20", "2020-03-02"])
def test_offsets_fixed_and_changing(stamp: str, zone: str, start: str, tmp_path: Path) -> None:
    bars = forex(start=start)
    check_accepted(Case(Style(stamp, zone=zone).text(bars), bars=bars), tmp_path)


@pytest.mark.parametrize(
    ("head", "zone"),
    [
        *[("Time (UTC)," + HEADER.partition(",")[2], "UTC"), ("Time (UTC+2)," + HEADER.partition(",")[2], "Etc/GMT-2")],
        *[("Times are GMT+2\n" + HEADER, "Etc/GMT-2"), ("All times in UTC-05:00\n" + HEADER, "Etc/GMT+5")],
    ],
)
def test_a_clock_that_the_file_names_is_taken(head: str, zone: str, tmp_path: Path) -> None:
    check_accepted(Case(Style("%Y-%m-%d %H:%M", zone=zone, head=head).text()), tmp_path)


@pytest.mark.parametrize(
    "style",
    [
        Style("%Y-%m-%d %H:%M", zone="Europe/Berlin"),
        Style("%d.%m.%Y %H:%M", zone="America/New_York"),
        Style("%Y-%m-%d %H:%M", zone="America/New_York", head="Time (EST)," + HEADER.partition(",")[2]),
        Style("%Y-%m-%d %H:%M IST", zone="Asia/Kolkata"),
        Style("%Y-%m-%d %H:%M", zone="Europe/Berlin", head="Times are GMT+2 or UTC\n" + HEADER),
    ],
)
def test_a_clock_that_nothing_tells_is_asked_for_and_the_answer_settles_it(style: Style, tmp_path: Path) -> None:
    case = Case(style.text())
    assert asked(case, tmp_path) == ["timezone"]
    check_accepted(Case(case.content, options={"timezone": style.zone}), tmp_path)


@pytest.mark.parametrize(("order", "stamp"), [("dmy", "%d/%m/%Y"), ("mdy", "%m/%d/%Y"), ("ymd", "%y-%m-%d")])
def test_the_order_of_a_date_is_asked_for_where_every_reading_fits(order: str, stamp: str, tmp_path: Path) -> None:
    moments = pd.DatetimeIndex(["2001-02-03", "2001-06-07", "2001-10-11"], tz="UTC", name="timestamp").as_unit("ns")
    bars = BARS.iloc[:3].set_axis(moments)
    text = Style(stamp).text(bars)
    assert "date_order" in asked(Case(text, options={"timeframe": "1d"}), tmp_path)
    report = attempt(Case(text), tmp_path, date_order=order, timeframe="1d")
    assert report.bars.index.equals(moments)


@pytest.mark.parametrize("stamp", ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"])
def test_the_order_that_leaves_no_holes_is_taken_and_told(stamp: str, tmp_path: Path) -> None:
    bars = forex(rows=150)
    report = check_accepted(Case(Style(stamp).text(bars), bars=bars), tmp_path)
    assert "date_order_inferred" in {found.code for found in report.findings}


@pytest.mark.parametrize(
    "write",
    [
        lambda t: "-5",
        lambda t: f"{seconds(t) // 60}",
        lambda t: f"{seconds(t) // 86400}",
        lambda t: f"{t.timestamp() / 86400 + 719529:.8f}",
        lambda t: f"{t.timestamp() / 86400 + 2440587.5:.8f}",
        lambda t: f"{t:%Y-W%W-%w}",
        lambda t: "soon",
        lambda t: "",
    ],
)
def test_a_column_that_is_no_stamp_is_refused(write: Callable[[pd.Timestamp], str], tmp_path: Path) -> None:
    with pytest.raises(MalformedBars):
        attempt(Case(Style(write).text()), tmp_path)


@pytest.mark.parametrize("stamp", ["%Y-%m-%d", "%d.%m.%Y", "15174%d000"])
def test_stamps_that_do_not_tell_the_bars_apart_are_refused(stamp: str, tmp_path: Path) -> None:
    with pytest.raises(MalformedBars, match="with the stamp of another row"):
        attempt(Case(Style(stamp).text()), tmp_path)


@pytest.mark.parametrize(
    "stamp", ["0001-01-01", "9999-12-31", "2018-02-30", "2018-02-03T25:00:00Z", "n/a", "", "2018-13-01"]
)
def test_a_row_with_a_stamp_that_cannot_be_is_dropped_and_told(stamp: str, tmp_path: Path) -> None:
    rows = Style().rows()
    rows.insert(9, f"{stamp},1,2,1,2,3")
    report = check_accepted(Case(Style().text(rows=rows), {"bad_stamp": 1}), tmp_path)
    assert report.findings[0].rows == (11,)


def test_the_spring_hour_that_a_zone_leaves_out_is_dropped_and_told(tmp_path: Path) -> None:
    bars = forex(start="2018-03-23")
    stamps = bars.index.tz_convert("Europe/Berlin").tz_localize(None)
    rows = Style("%Y-%m-%d %H:%M", zone="Europe/Berlin").rows(bars)
    place = int((stamps < "2018-03-25 02:00").sum())
    rows.insert(place, "2018-03-25 02:30,1.2,1.3,1.1,1.2,5")
    case = Case(Style().text(rows=rows), {"dst_missing_hour": 1}, bars, {"timezone": "Europe/Berlin"})
    check_accepted(case, tmp_path)
