"""Date ranges: both ends included, whole days, offsets."""

from __future__ import annotations

import datetime as dt

import pytest

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.data.ranges import iso, time_bounds


def _ns(*when: int, plus: int = 0) -> int:
    return int(dt.datetime(*when, tzinfo=dt.UTC).timestamp()) * 10**9 + plus  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, None, (None, None)),
        ("", "", (None, None)),
        ("2020-01-31", None, (_ns(2020, 1, 31), None)),
        (None, "2020-01-31", (None, _ns(2020, 2, 1, plus=-1))),
        (None, "2020-01", (None, _ns(2020, 1, 2, plus=-1))),
        ("2020-01-31T14:00Z", "2020-01-31T15:00Z", (_ns(2020, 1, 31, 14), _ns(2020, 1, 31, 15))),
        ("2020-01-31T14:00+02:00", None, (_ns(2020, 1, 31, 12), None)),
        ("2020-01-31 14:00:00.000000001", None, (_ns(2020, 1, 31, 14, plus=1), None)),
        ("2020-01-31 14:00:00 +00:00", "2020-01-31t14z", (_ns(2020, 1, 31, 14), _ns(2020, 1, 31, 14))),
        (" 2020-1-3 ", " 2020 ", (_ns(2020, 1, 3), _ns(2020, 1, 2, plus=-1))),
        ("20200131", "20200131", (_ns(2020, 1, 31), _ns(2020, 2, 1, plus=-1))),
        (None, "2262-04-11", (None, 2**63 - 1)),
    ],
)
def test_bounds(start: str | None, end: str | None, expected: tuple[int | None, int | None]) -> None:
    assert time_bounds(start, end) == expected


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        ("soon", None, "start"),
        (None, "2020-13-01", "end"),
        ("0001-01-01", None, "start"),
        ("2262-04-12", None, "start"),
        (None, "NaT", "end"),
        ("-1", None, "start"),
        ("1e9", None, "start"),
        (None, "today", "end"),
        ("now", None, "start"),
        ("01/02/2020", None, "start"),
        ("\u0662\u0660\u0662\u0660-\u0660\u0661-\u0660\u0661", None, "start"),
        ("2020-01-01T00:00+99:00", None, "start"),
        ("2020-01-01\0", None, "start"),
    ],
)
def test_what_is_no_date_is_refused(start: str | None, end: str | None, field: str) -> None:
    with pytest.raises(InvalidValue, match=field):
        time_bounds(start, end)


def test_stamps_are_written_as_files_have_them() -> None:
    assert iso(_ns(2020, 2, 29, 23, 59, 58)) == "2020-02-29T23:59:58Z"
