"""A look at a file before it is imported: its rows as written, its bars, its columns, what is there already."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import MalformedBars
from ktrdr_app.data.importing.options import ImportOptions
from ktrdr_app.data.importing.preview import (
    CURVE_POINTS,
    EDGE,
    ImportPreview,
    RawTable,
    look_at_file,
    places_by_heading,
    places_in,
    places_of,
    thinned,
    whole_mapping,
)
from ktrdr_app.data.importing.save import write_series
from tests.data.importing.vendors import VENDORS, series


def look(path: Path, target: Path | None = None, **said: object) -> ImportPreview:
    return look_at_file(path, ImportOptions(**said), target or path.parent / "nowhere")  # type: ignore[arg-type]


@pytest.fixture
def mt4(tmp_path: Path) -> Path:
    """Return a MetaTrader 4 file of 60 hourly bars, without headings."""
    path = tmp_path / "EURUSD60.csv"
    path.write_text(VENDORS["metatrader 4"].text(series(60)))
    return path


def test_the_edges_are_the_rows_of_the_file(mt4: Path) -> None:
    rows = list(csv.reader(io.StringIO(mt4.read_text())))
    raw = look(mt4).raw
    assert [number for number, _ in (*raw.first, *raw.last)] == [1, 2, 3, 4, 5, 56, 57, 58, 59, 60]
    assert [list(cells) for _, cells in raw.first] == rows[:EDGE]
    assert [list(cells) for _, cells in raw.last] == rows[-EDGE:]
    assert raw.rows == 60
    assert raw.delimiter == ","


@pytest.mark.parametrize("count", [1, 4, 5, 7, 10, 11])
def test_no_row_and_no_bar_is_at_both_edges(tmp_path: Path, count: int) -> None:
    path = tmp_path / "XYZ_1h.csv"
    path.write_text(VENDORS["yahoo"].text(series(count, "1D")))
    seen = look(path, timeframe="1d")
    assert seen.span is not None
    assert len(seen.raw.first) + len(seen.raw.last) == min(count, 2 * EDGE)
    assert len(seen.span.first) + len(seen.span.last) == min(count, 2 * EDGE)
    assert seen.span.bars == count


def test_open_questions_stand_in_the_preview(mt4: Path) -> None:
    seen = look(mt4)
    assert [question.key for question in seen.questions] == ["timezone"]
    assert not seen.ready
    assert look(mt4, timezone="UTC").ready


def test_a_finding_brings_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "XYZ_1d.csv"
    lines = VENDORS["yahoo"].text(series(60, "1D")).splitlines()
    lines[10] = lines[10].rpartition(",")[0] + ",abc"
    lines[20] = "2021-99-99" + lines[20][10:]
    path.write_text("\n".join(lines) + "\n")
    seen = look(path)
    told = {row: finding.code for finding in seen.findings for row in finding.rows}
    assert told[21] == "bad_stamp"
    assert seen.examples[21] == lines[20]
    assert all(seen.examples[row] == lines[row - 1] for row in seen.examples)


def test_a_broken_row_is_shown_although_it_is_no_row_of_the_table(tmp_path: Path) -> None:
    path = tmp_path / "XYZ_1d.csv"
    lines = VENDORS["yahoo"].text(series(60, "1D")).splitlines()
    lines.insert(7, "broken,row")
    path.write_text("\n".join(lines) + "\n")
    assert look(path).examples[8] == "broken,row"


def test_what_is_there_is_compared_bar_by_bar(tmp_path: Path) -> None:
    bars = series(60, "1D")
    there = bars.iloc[20:50].copy()
    there.iloc[3:5, 4] += 1.0
    (tmp_path / "data").mkdir()
    write_series(tmp_path / "data" / "XYZ_1d.csv", there)
    path = tmp_path / "XYZ.csv"
    path.write_text(VENDORS["yahoo"].text(bars))
    seen = look(path, tmp_path / "data")
    assert seen.conflict is not None
    assert (seen.conflict.rows, seen.conflict.new, seen.conflict.same, seen.conflict.other) == (30, 30, 28, 2)
    assert (seen.conflict.first, seen.conflict.last) == (there.index[0], there.index[-1])
    assert [question.key for question in seen.questions] == ["on_conflict"]
    assert look(path, tmp_path / "data", on_conflict="append").ready


def test_a_series_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "XYZ_1d.csv").write_text("timestamp,open\nnonsense\n")
    path = tmp_path / "XYZ.csv"
    path.write_text(VENDORS["yahoo"].text(series(60, "1D")))
    seen = look(path, tmp_path)
    assert seen.conflict is not None
    assert seen.conflict.problem
    assert seen.conflict.rows == 0


def test_a_missing_column_leaves_the_rows_to_look_at(tmp_path: Path) -> None:
    path = tmp_path / "XYZ_1d.csv"
    lines = [line.split(",") for line in VENDORS["yahoo"].text(series(60, "1D")).splitlines()]
    lines[0] = ["Date", "Open", "High", "Low", "What", *lines[0][5:]]
    lines[0][5] = "Other"
    path.write_text("\n".join(map(",".join, lines)) + "\n")
    seen = look(path)
    assert isinstance(seen.problem, MalformedBars)
    assert "close" in seen.problem.message
    assert seen.raw.names[:5] == ("Date", "Open", "High", "Low", "What")
    assert seen.columns == {"date": 0, "open": 1, "high": 2, "low": 3, "volume": 6}
    cured = look(path, columns={"close": "5"})
    assert cured.problem is None
    assert cured.columns["close"] == 4


def test_a_web_page_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "XYZ_1d.csv"
    path.write_text("<!DOCTYPE html><html><body>Sign in</body></html>")
    with pytest.raises(MalformedBars, match="web page"):
        look(path)


@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=3 * CURVE_POINTS))
def test_thinning_keeps_the_ends_of_the_range_and_the_order(values: list[float]) -> None:
    closes = np.array(values)
    kept = thinned(closes)
    assert len(kept) <= CURVE_POINTS
    assert (kept.min(), kept.max()) == (closes.min(), closes.max())
    places = iter(values)
    assert all(value in places for value in dict.fromkeys(kept.tolist()) if values.count(value) == 1)


RAW = RawTable(("", "", "", "", "", ""), (), (), 0, ",", "ascii", "", ())
HEADED = RawTable(("Date", "Time", "O", "H", "L", "C"), (), (), 0, ",", "ascii", "", ())
DETECTED = {"date": 0, "time": 1, "open": 2, "high": 3, "low": 4, "close": 5}


@pytest.mark.parametrize(
    ("raw", "chosen", "expected"),
    [
        (HEADED, {}, {}),
        (HEADED, {"close": 2}, {"close": "3"}),
        (HEADED, {"time": 2}, {"date": "1", "time": "3"}),
        (RAW, {"open": 5}, {"date": "1", "time": "2", "open": "6", "high": "4", "low": "5", "close": "6"}),
    ],
)
def test_a_chosen_column_brings_what_it_needs(raw: RawTable, chosen: dict[str, int], expected: dict[str, str]) -> None:
    assert whole_mapping(raw, DETECTED, chosen) == expected


def test_columns_are_found_by_what_a_detection_calls_them() -> None:
    named = {"timestamp": "Date + Time", "open": "O", "close": "C"}
    assert places_of(named, HEADED.names) == {"date": 0, "time": 1, "open": 2, "close": 5}
    assert places_of({"timestamp": "1", "open": "2"}, RAW.names) == {"date": 0, "open": 1}
    assert places_by_heading(("unix", "date", "open", "last", "what")) == {"date": 0, "open": 2, "close": 3}
    assert places_in("timestamp=1,open=2,volume=6") == {"date": 0, "open": 1, "volume": 5}


def stored(folder: Path, frame: pd.DataFrame, name: str = "XYZ_1d.parquet") -> Path:
    """Return a Parquet file of a frame."""
    path = folder / name
    frame.to_parquet(path)
    return path


def test_the_edges_of_a_parquet_file_are_its_rows_with_their_index(tmp_path: Path) -> None:
    bars = series(60, "1D")
    seen = look(stored(tmp_path, bars))
    flat = bars.reset_index()
    rows = [tuple(map(str, row)) for row in zip(*(flat[name].tolist() for name in flat), strict=True)]
    assert seen.raw.names == ("timestamp", "open", "high", "low", "close", "volume")
    assert seen.raw.first == tuple(zip(range(1, 6), rows[:EDGE], strict=True))
    assert seen.raw.last == tuple(zip(range(56, 61), rows[-EDGE:], strict=True))
    assert (seen.raw.rows, seen.raw.delimiter, seen.raw.encoding, seen.raw.preface) == (60, "", "parquet", ())
    assert seen.ready
    assert seen.span is not None
    pd.testing.assert_frame_equal(seen.span.first, bars.head(EDGE), check_freq=False)
    pd.testing.assert_frame_equal(seen.span.last, bars.tail(EDGE), check_freq=False)
    assert seen.columns == {"date": 0, "open": 1, "high": 2, "low": 3, "close": 4, "volume": 5}


@pytest.mark.parametrize("count", [1, 5, 6, 10, 11])
def test_no_row_of_a_parquet_file_is_at_both_edges(tmp_path: Path, count: int) -> None:
    raw = look(stored(tmp_path, series(count, "1D"))).raw
    numbers = [number for number, _ in (*raw.first, *raw.last)]
    assert numbers == sorted({*range(1, min(count, EDGE) + 1), *range(max(count - EDGE, EDGE, 0) + 1, count + 1)})


def test_findings_of_a_parquet_file_bring_its_rows_as_they_are_stored(tmp_path: Path) -> None:
    frame = series(60, "1D").reset_index()
    frame["close"] = frame["close"].astype(object)
    frame.loc[7, "close"] = "n/a?"
    frame.loc[20, "timestamp"] = pd.NaT
    frame.loc[30, ["open", "volume"]] = None
    path = stored(tmp_path, frame.astype({"close": "string"}))
    seen = look(path, asset_class="crypto")
    lines = {row: entry.code for entry in seen.findings for row in entry.rows}
    assert lines == {8: "bad_number", 21: "bad_stamp", 31: "missing_price"}
    for number, text in seen.examples.items():
        cells = ["" if pd.isna(value) else str(value) for value in frame.iloc[number - 1].tolist()]
        assert text == ", ".join(cells)
    assert set(seen.examples) == set(lines)
    assert (seen.raw.rows, seen.span and seen.span.bars) == (60, 57)


def test_a_parquet_file_is_compared_with_what_is_there_and_asked_about(tmp_path: Path) -> None:
    bars = series(60, "1D")
    (tmp_path / "data").mkdir()
    write_series(tmp_path / "data" / "XYZ_1d.csv", bars.iloc[:25])
    path = stored(tmp_path, bars.assign(close=bars["close"].where(bars.index != bars.index[3], bars["open"])))
    seen = look(path, tmp_path / "data")
    assert seen.conflict is not None
    assert (seen.conflict.new, seen.conflict.same, seen.conflict.other) == (35, 24, 1)
    assert [question.key for question in seen.questions] == ["on_conflict"]


def test_naive_moments_of_a_parquet_file_are_asked_for_and_columns_can_be_chosen(tmp_path: Path) -> None:
    bars = series(60)
    frame = bars.tz_convert("Asia/Tokyo").tz_localize(None).rename(columns={"close": "end"})
    path = stored(tmp_path, frame, "XYZ.parquet")
    lost = look(path)
    assert isinstance(lost.problem, MalformedBars)
    assert lost.raw.names[4] == "end"
    asked = look(path, columns=whole_mapping(lost.raw, lost.columns, {"close": 4}))
    assert [question.key for question in asked.questions] == ["timezone"]
    seen = look(path, columns={"close": "end"}, timezone="Asia/Tokyo")
    assert seen.ready
    assert seen.span is not None
    pd.testing.assert_frame_equal(seen.span.last, bars.tail(EDGE), check_freq=False)
