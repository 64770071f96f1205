"""Plain rows and arrays out of pandas objects."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.files import json_text
from ktrdr_app.workflows.frames import floats, instant, nanoseconds, records, rows_document


def test_records_are_the_first_rows_by_column():
    frame = pd.DataFrame({"a": [1, 2, 3], 7: ["x", "y", "z"]})
    assert records(frame, 2) == [{"a": 1, "7": "x"}, {"a": 2, "7": "y"}]
    assert records(frame, 99)[-1] == {"a": 3, "7": "z"}
    assert records(frame.head(0), 5) == []


def test_floats_take_any_number():
    found = floats(pd.Series([1, 2, 3], dtype="int16"))
    assert found.dtype == np.float64
    assert found.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_an_index_of_any_unit_gives_nanoseconds(unit):
    index = pd.date_range("2020-01-01", periods=3, freq="h", tz="UTC").as_unit(unit)
    began = datetime(2020, 1, 1, tzinfo=UTC).timestamp() * 1e9
    assert nanoseconds(index).tolist() == [began, began + 3.6e12, began + 7.2e12]


@pytest.mark.parametrize(
    "moment",
    [
        "2020-03-01T12:30:00Z",
        "2020-03-01 12:30:00+00:00",
        "2020-03-01T12:30",
        pd.Timestamp("2020-03-01T12:30", tz="UTC"),
        datetime(2020, 3, 1, 12, 30, tzinfo=UTC),
    ],
)
def test_an_instant_in_any_spelling(moment):
    assert instant(moment) == datetime(2020, 3, 1, 12, 30, tzinfo=UTC).timestamp() * 1e9


def test_an_instant_is_the_same_as_in_its_index():
    index = pd.date_range("2011-05-06T07:08:09", periods=2, freq="min", tz="UTC")
    assert [instant(moment) for moment in index] == nanoseconds(index).tolist()


def table() -> pd.DataFrame:
    index = pd.DatetimeIndex(["2020-01-01T00:00", "2020-01-01T01:00"], tz="UTC", name="timestamp")
    return pd.DataFrame({"a": [math.nan, 1.5], "b": ["x", ""]}, index=index)


def test_without_a_file_all_values_are_given_by_column():
    document = json.loads(json_text(rows_document(table(), None)))
    assert document["timestamp"] == ["2020-01-01T00:00:00Z", "2020-01-01T01:00:00Z"]
    assert document["values"] == {"a": [None, 1.5], "b": ["x", ""]}
    assert (document["rows"], document["columns"], document["out"]) == (2, ["a", "b"], None)
    assert (document["first"], document["last"]) == ("2020-01-01T00:00:00Z", "2020-01-01T01:00:00Z")


def test_with_a_file_only_its_name_is_given():
    document = rows_document(table(), Path("rsi.csv"))
    assert document["out"] == "rsi.csv"
    assert not {"values", "timestamp"} & set(document)


def test_an_empty_table_has_no_first_row():
    document = rows_document(table().head(0), None)
    assert (document["rows"], document["first"], document["last"]) == (0, None, None)
