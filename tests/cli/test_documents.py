"""JSON documents made of tables and records."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pandas as pd

from ktrdr_app.cli.documents import indicator_document, rows_document
from ktrdr_app.core.files import json_text
from ktrdr_app.indicators import available


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


def test_every_indicator_can_be_told_as_json():
    for info in available():
        document = json.loads(json_text(indicator_document(info)))
        assert document["name"] == info.name
        assert len(document["outputs"]) == len(info.outputs)
        assert document["unit"] == document["outputs"][0]["unit"]
        assert document["uses_volume"] == (document["category"] == "volume")
        assert document["warm_up"] >= 0
        for entry in document["parameters"]:
            assert {"name", "type", "default", "minimum", "maximum", "description"} <= set(entry)
