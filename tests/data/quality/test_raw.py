"""Files in any state are read, row by row, with the line that each row stands on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.errors import EmptyData, FileMissing, MalformedBars
from ktrdr_app.data.quality.raw import RawSeries, read_raw
from tests.data.quality.planted import clean, write

HEADER = "timestamp,open,high,low,close,volume\n"


def _file(tmp_path: Path, text: str, header: str = HEADER) -> Path:
    path = tmp_path / "EURUSD_1h.csv"
    path.write_text(header + text, encoding="utf-8")
    return path


def test_a_clean_file_is_read_to_the_last_digit(tmp_path: Path) -> None:
    frame = clean()
    series = read_raw(write(tmp_path / "BTCUSDT_1h.csv", frame))
    pd.testing.assert_frame_equal(series.frame(), frame, check_freq=False)
    assert series.line.tolist() == list(range(2, len(frame) + 2))
    assert (series.disordered, series.unreadable, series.not_numbers) == ((), (), ())
    assert series.where == "BTCUSDT_1h.csv"


def test_rows_are_put_in_order_and_keep_their_lines(tmp_path: Path) -> None:
    text = (
        "2024-01-01T02:00:00Z,1,1,1,1,1\n"
        "2024-01-01T00:00:00Z,2,2,2,2,2\n"
        "2024-01-01T01:00:00Z,3,3,3,3,3\n"
        "2024-01-01T00:00:00Z,4,4,4,4,4\n"
    )
    series = read_raw(_file(tmp_path, text))
    assert series.line.tolist() == [3, 5, 4, 2]
    assert series.prices[:, 0].tolist() == [2, 4, 3, 1]
    assert series.disordered == (3, 5)


def test_stamps_that_are_no_date_are_told_with_their_line(tmp_path: Path) -> None:
    text = (
        "2024-01-01T00:00:00Z,1,1,1,1,1\n"
        "yesterday,1,1,1,1,1\n"
        "\n"
        "2024-13-45,1,1,1,1,1\n"
        "9999-01-01,1,1,1,1,1\n"
        "2024-01-01T03:00:00Z,1,1,1,1,1\n"
    )
    series = read_raw(_file(tmp_path, text))
    assert series.unreadable == ((3, "yesterday"), (5, "2024-13-45"), (6, "9999-01-01"))
    assert series.line.tolist() == [2, 7]


def test_cells_that_are_no_numbers_are_told_and_left_empty(tmp_path: Path) -> None:
    text = "2024-01-01T00:00:00Z,1,-,1,1,many\n2024-01-01T01:00:00Z,1,1,,1,5\n"
    series = read_raw(_file(tmp_path, text))
    assert series.not_numbers == ((2, "high '-'"), (2, "volume 'many'"))
    assert np.isnan(series.prices).tolist() == [[False, True, False, False], [False, False, True, False]]
    assert np.isnan(series.volume).tolist() == [True, False]


@pytest.mark.parametrize(
    "header",
    [
        ",open,high,low,close,volume\n",
        "Date,Open,High,Low,Close,Volume\n",
        "whatever, OPEN , HIGH , LOW , CLOSE , VOLUME \n",
        "DATETIME,open,high,low,close,volume\n",
    ],
)
def test_the_stamps_may_have_another_heading(header: str, tmp_path: Path) -> None:
    series = read_raw(_file(tmp_path, "2024-01-01 05:00:00+00:00,1,2,0.5,1.5,7\n", header))
    assert series.frame().index[0] == pd.Timestamp("2024-01-01 05:00", tz="UTC")
    assert series.frame().iloc[0].tolist() == [1, 2, 0.5, 1.5, 7]


def test_offsets_are_turned_to_utc_and_naive_stamps_are_utc(tmp_path: Path) -> None:
    text = "2024-01-01T02:00:00+02:00,1,1,1,1,1\n2024-01-01T01:00:00,1,1,1,1,1\n2024-01-01T02:00:00Z,1,1,1,1,1\n"
    assert read_raw(_file(tmp_path, text)).frame().index.hour.tolist() == [0, 1, 2]


def test_a_file_without_volume_has_none(tmp_path: Path) -> None:
    series = read_raw(_file(tmp_path, "2024-01-01,1,1,1,1\n", "timestamp,open,high,low,close\n"))
    assert np.isnan(series.volume).all()


@pytest.mark.parametrize(
    ("content", "error", "word"),
    [
        (b"", EmptyData, "not one bar"),
        (HEADER.encode(), EmptyData, "not one bar"),
        (HEADER.encode() + b"soon,1,1,1,1,1\n", EmptyData, "not one bar"),
        (b"timestamp,open,high,low,volume\n2024-01-01,1,1,1,1\n", MalformedBars, "columns timestamp, open"),
        (b"timestamp,open,high,low,Close,close\n2024-01-01,1,1,1,1,1\n", MalformedBars, "columns"),
        (b"<!doctype html><html>429 Too Many Requests</html>\n", MalformedBars, "429"),
        (bytes(range(256)) * 8, MalformedBars, "no table"),
        (HEADER.encode() + b"2024-01-01,1,1,1,1,1,9,9\n2024-01-02,1,1,1,1,1,9\n", MalformedBars, "no table"),
        (b"a,b\n1,2\n1,2,3,4,5\n", MalformedBars, "no table"),
    ],
)
def test_what_is_no_series_is_refused_by_name(
    content: bytes, error: type[Exception], word: str, tmp_path: Path
) -> None:
    path = tmp_path / "EURUSD_1h.csv"
    path.write_bytes(content)
    with pytest.raises(error, match=word) as caught:
        read_raw(path)
    assert "EURUSD_1h.csv" in caught.value.where  # type: ignore[attr-defined]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        read_raw(tmp_path / "EURUSD_1h.csv")


def test_frames_and_series_are_two_views_of_the_same_rows() -> None:
    frame = clean().drop(columns="volume").iloc[::-1]
    series = RawSeries.of(frame, "mine")
    assert len(series) == len(frame)
    assert series.where == "mine"
    assert len(series.disordered) == len(frame) - 1
    pd.testing.assert_frame_equal(series.frame()[["open", "high", "low", "close"]], frame[::-1], check_freq=False)
    some = series.take(np.array([0, 2]))
    assert (len(some), some.stamp[1]) == (2, series.stamp[2])
