"""CSV series: exact to the last digit, and every fault named with its row."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import (
    DataNotFound,
    EmptyData,
    InvalidValue,
    KtrdrError,
    MalformedBars,
    UnknownName,
    UnsafeName,
)
from ktrdr_app.core.paths import Workspace, shipped
from ktrdr_app.data.csv_source import CSVDataSource, read_bars
from tests.shared_data import shared_path

HEADER = "timestamp,open,high,low,close,volume"
ROW = "2020-01-0{day}T00:00:00Z,10,12,9,11,100"


def _write(folder: Path, *lines: str, name: str = "X_1d.csv") -> CSVDataSource:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return CSVDataSource(folder)


def _rows(*days: int) -> list[str]:
    return [ROW.format(day=day) for day in days]


@pytest.mark.parametrize("name", ["AAPL_1d", "EURUSD_1h", "GOOG_1d"])
def test_every_number_is_the_one_in_the_file(name: str, sample_workspace: Workspace) -> None:
    symbol, timeframe = name.split("_")
    bars = CSVDataSource(sample_workspace.data).load(symbol, timeframe)
    with open(sample_workspace.data / f"{name}.csv", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(bars) == len(rows)
    for column in ("open", "high", "low", "close", "volume"):
        assert bars[column].tolist() == [float(row[column]) for row in rows]
    assert [stamp.strftime("%Y-%m-%dT%H:%M:%SZ") for stamp in bars.index] == [row["timestamp"] for row in rows]
    assert str(bars.index.dtype) == "datetime64[ns, UTC]"
    assert bars.index.name == "timestamp"
    assert (bars.dtypes == np.float64).all()


@given(values=st.lists(st.floats(1e-12, 1e12), min_size=1, max_size=5))
def test_floats_come_back_to_the_last_digit(values: list[float], tmp_path_factory: pytest.TempPathFactory) -> None:
    stamps = pd.date_range("2020-01-01", periods=len(values), freq="D").strftime("%Y-%m-%d")
    lines = [f"{stamp},{v!r},{v!r},{v!r},{v!r},1" for stamp, v in zip(stamps, values, strict=True)]
    source = _write(tmp_path_factory.mktemp("floats"), HEADER, *lines)
    assert source.load("X", "1d")["close"].tolist() == values


@pytest.mark.shared
def test_real_series_of_every_class_load(tmp_path: Path) -> None:
    source = CSVDataSource(shared_path("data/dev"))
    found = source.series()
    assert len(found) == 58
    for info in found:
        if info.rows < 60_000:
            bars = source.load(info.symbol, info.timeframe)
            assert len(bars) == info.rows
            assert bars.index[0] == pd.Timestamp(info.first)
            assert bars.index[-1] == pd.Timestamp(info.last)


def test_the_inventory_counts_without_parsing(sample_workspace: Workspace) -> None:
    found = {(info.symbol, info.timeframe): info for info in CSVDataSource(sample_workspace.data).series()}
    assert list(found) == [("AAPL", "1d"), ("EURUSD", "1h"), ("GOOG", "1d"), ("IBM", "1d"), ("MSFT", "1d")]
    assert found["EURUSD", "1h"].rows == 6225
    assert found["EURUSD", "1h"].first == "2017-01-01T22:00:00Z"
    assert found["AAPL", "1d"].last == "2013-03-01T00:00:00Z"


def test_other_files_and_empty_ones_do_not_upset_the_inventory(tmp_path: Path) -> None:
    source = _write(tmp_path, HEADER, *_rows(1, 2), "", name="A_B_1d.csv")
    _write(tmp_path, "", name="EMPTY_1h.csv")
    _write(tmp_path, "x", name="notes.csv")
    _write(tmp_path, "x", name="X_9d.csv")
    assert [(i.symbol, i.timeframe, i.rows) for i in source.series()] == [("A_B", "1d", 2), ("EMPTY", "1h", 0)]
    assert CSVDataSource(tmp_path / "nowhere").series() == []


def test_a_missing_volume_column_is_missing_volume(tmp_path: Path) -> None:
    source = _write(tmp_path, "timestamp,open,high,low,close", "2020-01-01T00:00:00Z,1,1,1,1")
    assert np.isnan(source.load("X", "1d")["volume"]).all()


def test_empty_volume_cells_stay_missing_and_other_columns_are_left_out(tmp_path: Path) -> None:
    source = _write(tmp_path, HEADER + ",adj", "2020-01-01,10,12,9,11,,5", "2020-01-02,10,12,9,11,7,5")
    bars = source.load("X", "1d")
    assert list(bars.columns) == ["open", "high", "low", "close", "volume"]
    np.testing.assert_array_equal(bars["volume"], [np.nan, 7])


def test_stamps_with_offsets_become_utc(tmp_path: Path) -> None:
    source = _write(tmp_path, HEADER, "2020-01-01T00:00:00+02:00,1,1,1,1,0", "2020-01-02T00:00:00-05:00,1,1,1,1,0")
    assert [s.isoformat() for s in source.load("X", "1d").index] == [
        "2019-12-31T22:00:00+00:00",
        "2020-01-02T05:00:00+00:00",
    ]


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (None, None, [1, 2, 3, 4]),
        ("2020-01-02", None, [2, 3, 4]),
        (None, "2020-01-02", [1, 2]),
        ("2020-01-02T00:00:01", "2020-01-03", [3]),
        ("2020-01-02T01:00+01:00", "2020-01-03T00:00Z", [2, 3]),
    ],
)
def test_ranges_include_their_ends(tmp_path: Path, start: str | None, end: str | None, days: list[int]) -> None:
    source = _write(tmp_path, HEADER, *_rows(1, 2, 3, 4))
    assert source.load("X", "1d", start, end).index.day.tolist() == days


def test_an_end_without_time_includes_that_whole_day(sample_workspace: Workspace) -> None:
    bars = CSVDataSource(sample_workspace.data).load("EURUSD", "1h", "2017-03-01", "2017-03-01")
    assert len(bars) == 24


@pytest.mark.parametrize(
    ("lines", "error", "words"),
    [
        ([], EmptyData, ["not one bar"]),
        ([HEADER], EmptyData, ["not one bar"]),
        (["date;open", "1;2"], MalformedBars, ["header", "date;open"]),
        ([HEADER, "2020-01-01,1,1,1,one,1"], MalformedBars, ["row 2", "close 'one'"]),
        ([HEADER, *_rows(1), "01/02/2020,1,1,1,1,1"], MalformedBars, ["row 3", "01/02/2020"]),
        ([HEADER, *_rows(1), ",1,1,1,1,1"], MalformedBars, ["row 3", "timestamp"]),
        ([HEADER, *_rows(2, 1)], MalformedBars, ["row 2", "2020-01-01", "after 2020-01-02"]),
        ([HEADER, *_rows(1, 1)], MalformedBars, ["row 2"]),
        ([HEADER, "2020-01-01,1,1,,1,1"], MalformedBars, ["row 1", "low nan"]),
        ([HEADER, *_rows(1), "2020-01-02,1,1,-1,1,1"], MalformedBars, ["row 2", "low -1"]),
        ([HEADER, "2020-01-01,1,1,1,inf,1"], MalformedBars, ["row 1", "close inf"]),
        ([HEADER, "2020-01-01,1,1,1,1,-1"], MalformedBars, ["row 1", "volume -1"]),
        ([HEADER, "2020-01-01,1,1,1,1,1,9,9"], MalformedBars, []),
        (["<html><body>Not found</body></html>"], MalformedBars, ["header"]),
    ],
)
def test_faults_are_named_with_their_row(
    tmp_path: Path, lines: list[str], error: type[KtrdrError], words: list[str]
) -> None:
    source = _write(tmp_path, *lines)
    with pytest.raises(error) as caught:
        source.load("X", "1d")
    shown = f"{caught.value.where} {caught.value.message}"
    assert "X_1d.csv" in shown
    for word in words:
        assert word in shown
    assert "\n" not in shown


def test_bytes_that_are_no_text_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "X_1d.csv").write_bytes(bytes(range(128, 256)) * 20)
    with pytest.raises(MalformedBars, match="found"):
        CSVDataSource(tmp_path).load("X", "1d")


def test_a_high_below_the_close_is_kept_and_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    source = _write(tmp_path, HEADER, *_rows(1), "2020-01-02,10,10.9,9,11,1")
    bars = source.load("X", "1d")
    assert bars["high"].iloc[1] == 10.9
    assert "1 bars whose high and low" in caplog.text
    assert "row 2" in caplog.text


def test_unknown_symbols_are_named_with_the_nearest(sample_workspace: Workspace) -> None:
    source = CSVDataSource(sample_workspace.data)
    with pytest.raises(DataNotFound) as caught:
        source.load("APPL", "1d")
    assert caught.value.exit_code == 3
    assert "did you mean AAPL?" in caught.value.hint
    assert "MSFT" in caught.value.hint
    with pytest.raises(DataNotFound, match="AAPL 5m") as other:
        source.load("AAPL", "5m")
    assert "no 5m bars yet" in other.value.hint


@pytest.mark.parametrize("symbol", ["../AAPL", "", ".hidden", "a/b", "x" * 90, "con"])
def test_names_that_would_leave_the_folder_are_refused(symbol: str, sample_workspace: Workspace) -> None:
    with pytest.raises(UnsafeName):
        CSVDataSource(sample_workspace.data).load(symbol, "1d")


def test_unknown_timeframes_and_dates_are_named(sample_workspace: Workspace) -> None:
    source = CSVDataSource(sample_workspace.data)
    with pytest.raises(UnknownName, match="2d"):
        source.load("AAPL", "2d")
    with pytest.raises(InvalidValue, match="yesterday-ish"):
        source.load("AAPL", "1d", start="yesterday-ish")
    with pytest.raises(EmptyData) as caught:
        source.load("AAPL", "1d", start="2031-01-01")
    assert "2013-03-01" in caught.value.hint


def test_reading_alone_does_not_judge_prices(tmp_path: Path) -> None:
    _write(tmp_path, HEADER, "2020-01-01,1,1,-5,1,1")
    assert read_bars(tmp_path / "X_1d.csv")["low"].tolist() == [-5.0]


def test_the_shipped_series_match_what_their_page_says() -> None:
    found = {info.path.stem: info.rows for info in CSVDataSource(shipped("resources") / "sample").series()}
    assert found == {"AAPL_1d": 2015, "IBM_1d": 2015, "MSFT_1d": 2015, "GOOG_1d": 2015, "EURUSD_1h": 6225}
    assert (shipped("resources") / "sample" / "SOURCES.md").is_file()
