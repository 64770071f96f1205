"""Columns of stamps: every moment that Python writes by a pattern is read as that moment."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.data.importing.stamps import (
    date_texts,
    is_epoch,
    is_stamp,
    open_orders,
    read_epochs,
    read_stamps,
    times_of_day,
)
from ktrdr_app.data.importing.text_column import TextColumn

UTC = dt.UTC
EPOCH = dt.datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.lists(
    st.datetimes(dt.datetime.fromisoformat("1971-01-01"), dt.datetime.fromisoformat("2068-01-01")).map(
        lambda t: t.replace(microsecond=0, tzinfo=UTC)
    ),
    min_size=1,
    max_size=6,
)
PATTERNS = {
    "%Y-%m-%d %H:%M:%S": "ymd",
    "%Y-%m-%dT%H:%M:%SZ": "ymd",
    "%d.%m.%Y %H:%M:%S": "dmy",
    "%m/%d/%Y %I:%M:%S %p": "mdy",
    "%d/%m/%y %H:%M:%S": "dmy",
    "%Y%m%d%H%M%S": "ymd",
    "%Y%m%d %H%M%S": "ymd",
    "%d-%b-%Y %H:%M:%S": "ymd",
    "%b %d, %Y %H:%M:%S": "ymd",
    "%H:%M:%S %d/%m/%Y": "dmy",
    "%a, %d %b %Y %H:%M:%S GMT": "ymd",
}


def nanoseconds(moment: dt.datetime) -> int:
    """Return exact nanoseconds since 1970."""
    past = moment - EPOCH
    return (past.days * 86_400 + past.seconds) * 1_000_000_000 + past.microseconds * 1000


@pytest.mark.parametrize(("pattern", "order"), PATTERNS.items())
@given(moments=MOMENTS)
def test_what_python_writes_is_read(pattern: str, order: str, moments: list[dt.datetime]) -> None:
    cells = TextColumn.of([moment.strftime(pattern) for moment in moments])
    stamps = read_stamps(*date_texts(cells), order)
    assert not stamps.unreadable.any()
    assert (stamps.wall - stamps.offset).tolist() == [nanoseconds(moment) for moment in moments]


@given(moments=MOMENTS, hours=st.integers(-12, 14))
def test_offsets_are_taken_off(moments: list[dt.datetime], hours: int) -> None:
    zone = dt.timezone(dt.timedelta(hours=hours))
    stamps = read_stamps(*date_texts(TextColumn.of([moment.astimezone(zone).isoformat() for moment in moments])), "ymd")
    assert stamps.told.all()
    assert (stamps.wall - stamps.offset).tolist() == [nanoseconds(moment) for moment in moments]


@pytest.mark.parametrize(("digits", "unit"), [(0, "s"), (3, "ms"), (6, "us"), (9, "ns")])
@given(moments=MOMENTS)
def test_numbers_since_1970(digits: int, unit: str, moments: list[dt.datetime]) -> None:
    late = [moment for moment in moments if moment.year >= 1974] or [dt.datetime(2020, 1, 1, tzinfo=UTC)]
    whole = [nanoseconds(moment) // 10 ** (9 - digits) for moment in late]
    for cells in ([str(n) for n in whole], [f"{n}.0" for n in whole], [f"{Decimal(n):.18e}" for n in whole]):
        stamps = read_epochs(TextColumn.of(cells))
        assert stamps is not None
        assert stamps.form == f"epoch {unit}"
        assert stamps.wall.tolist() == [nanoseconds(moment) for moment in late]


@given(moments=MOMENTS)
def test_days_of_excel(moments: list[dt.datetime]) -> None:
    cells = [repr((moment - dt.datetime(1899, 12, 30, tzinfo=UTC)) / dt.timedelta(days=1)) for moment in moments]
    stamps = read_epochs(TextColumn.of(cells))
    assert stamps is not None
    assert stamps.wall.tolist() == [nanoseconds(moment) for moment in moments]
    assert not stamps.told.any()


def test_a_fraction_of_a_second_is_kept_to_the_last_digit() -> None:
    stamps = read_epochs(TextColumn.of(["1517443200.123456789", "1517443200,5", "1517443200"]))
    assert stamps is not None
    assert (stamps.wall % 1_000_000_000).tolist() == [123_456_789, 500_000_000, 0]


@pytest.mark.parametrize(
    ("dates", "orders"),
    [
        (["13/02/2018", "01/02/2018"], ("dmy",)),
        (["02/13/2018", "02/01/2018"], ("mdy",)),
        (["03/02/2018"], ("dmy", "mdy")),
        (["03.02.2018"], ("dmy",)),
        (["02/02/2018"], ("dmy",)),
        (["2018-02-03", "20180203"], ("ymd",)),
        (["13/02/2018", "02/13/2018"], ()),
        (["18-02-03"], ("dmy", "ymd")),
        (["99/12/31"], ("ymd",)),
    ],
)
def test_orders_that_dates_leave_open(dates: list[str], orders: tuple[str, ...]) -> None:
    assert open_orders(dates) == orders


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (["0", "100", "2300"], ["0000", "0100", "2300"]),
        (["0", "93000", "230000"], ["000000", "093000", "230000"]),
        (["0", "9", "23"], ["0000", "0900", "2300"]),
        (["09:30", "10:00"], ["09:30", "10:00"]),
    ],
)
def test_leading_zeros_of_times_come_back(cells: list[str], wanted: list[str]) -> None:
    assert times_of_day(TextColumn.of(cells)).texts() == wanted


@pytest.mark.parametrize("cell", ["1517443200", "1517443200000", "1.5174432E9", "1517443200.5"])
def test_a_number_since_1970_is_known(cell: str) -> None:
    assert is_epoch(cell)
    assert is_stamp(cell)


@pytest.mark.parametrize("cell", ["12345678", "20180201000000", "2018020100", "1.25", "-1517443200", "", "١٥١٧٤٤٣٢٠٠"])
def test_other_digits_are_no_number_since_1970(cell: str) -> None:
    assert not is_epoch(cell)


def test_rows_that_cannot_be_read_are_marked() -> None:
    stamps = read_stamps(*date_texts(TextColumn.of(["2020-01-01 00:00", "soon", "2020-02-30 00:00", ""])), "ymd")
    assert stamps.unreadable.tolist() == [False, True, True, True]
    assert stamps.select(np.array([True, False, False, False])).wall.tolist() == [1_577_836_800_000_000_000]


@pytest.mark.parametrize(("cells", "dates_only"), [(["2020-01-01", "2020-01-02"], True), (["2020-01-01 05:00"], False)])
def test_dates_alone_are_known(cells: list[str], dates_only: bool) -> None:
    assert read_stamps(*date_texts(TextColumn.of(cells)), "ymd").dates_only is dates_only
