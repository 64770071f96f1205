"""How a finding is worded and counted, and what its examples show."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ktrdr_app.core.files import json_text
from ktrdr_app.data.quality.findings import SEVERITIES, SHOWN, about_lines, finding, moment, shown_prices
from ktrdr_app.data.quality.raw import RawSeries
from tests.data.quality.planted import clean


@pytest.fixture
def series() -> RawSeries:
    """Return 200 rows."""
    return RawSeries.of(clean().iloc[:200])


def test_no_row_is_no_finding(series: RawSeries) -> None:
    assert finding("code", "error", "words", series, np.zeros(200, dtype=np.bool_)) == []
    assert finding("code", "error", "words", series, np.zeros(0, dtype=np.intp)) == []
    assert about_lines("code", "error", "words", "row", []) == []


def test_flags_and_row_numbers_mean_the_same(series: RawSeries) -> None:
    flags = np.zeros(200, dtype=np.bool_)
    flags[[3, 17, 90]] = True
    by_flags = finding("code", "warning", "odd", series, flags)
    by_rows = finding("code", "warning", "odd", series, np.array([3, 17, 90]))
    assert by_flags == by_rows
    (found,) = by_flags
    assert (found.code, found.severity, found.count) == ("code", "warning", 3)
    assert found.message == "3 bars (1.50%): odd"
    assert [example.line for example in found.examples] == [5, 19, 92]


def test_examples_are_the_first_in_the_order_given(series: RawSeries) -> None:
    (found,) = finding("code", "info", "words", series, np.array([90, 3, 17, 1, 2, 4, 5]), noun="gap")
    assert [example.line for example in found.examples] == [92, 5, 19, 3, 4]
    assert (found.count, len(found.examples)) == (7, SHOWN)
    assert found.message == "7 gaps: words"


def test_an_example_says_when_and_what(series: RawSeries) -> None:
    (found,) = finding("code", "info", "words", series, np.array([2]))
    (example,) = found.examples
    assert example.timestamp == "2024-01-08T02:00:00Z"
    values = [float(part.split()[1]) for part in example.detail.split(", ")]
    assert values == pytest.approx(series.prices[2].tolist(), rel=1e-9)
    assert example.detail == shown_prices(series, 2)
    (named,) = finding("code", "info", "words", series, np.array([2]), lambda rows, row: f"{row} of {len(rows)}")
    assert named.examples[0].detail == "2 of 200"


def test_one_is_singular(series: RawSeries) -> None:
    assert finding("c", "info", "w", series, np.array([1]))[0].message == "1 bar (0.50%): w"
    assert about_lines("c", "error", "w", "cell", [(4, "x")])[0].message == "1 cell: w"


def test_lines_that_are_no_rows(series: RawSeries) -> None:
    (found,) = about_lines("c", "error", "no date", "row", [(line, f"text {line}") for line in range(3, 12)])
    assert (found.count, found.message) == (9, "9 rows: no date")
    assert [(example.line, example.timestamp, example.detail) for example in found.examples][:2] == [
        (3, "", "text 3"),
        (4, "", "text 4"),
    ]


def test_moments_are_iso_in_utc() -> None:
    assert moment(0) == "1970-01-01T00:00:00Z"
    assert moment(1_720_013_400_000_000_000) == "2024-07-03T13:30:00Z"


def test_findings_are_documents(series: RawSeries) -> None:
    (found,) = finding("c", "error", "w", series, np.array([1]))
    document = json.loads(json_text(found.to_document()))
    assert set(document) == {"code", "severity", "message", "count", "examples"}
    assert document["examples"][0]["line"] == 3
    assert document["severity"] in SEVERITIES
    assert SEVERITIES[0] == "info"
    assert SEVERITIES[-1] == "error"
