"""Planted faults of stamps: repeated, contradicting, out of order, stray, of another time frame."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.data.quality.raw import RawSeries
from ktrdr_app.data.quality.stamps import repeated_rows
from tests.data.quality.planted import clean, codes, lines_of, only, report


def test_a_clean_series_has_no_finding() -> None:
    found = report(clean())
    assert (codes(found), found.verdict) == (set(), "clean")


def test_equal_and_contradicting_rows_are_told_apart() -> None:
    frame = clean()
    again = frame.iloc[[5, 9, 9]]
    other = frame.iloc[[20, 21]].assign(close=lambda rows: rows["close"] + 0.001)
    found = report(pd.concat([frame, again, other]).sort_index(kind="stable"))
    assert (only(found, "duplicates").count, only(found, "duplicates").severity) == (3, "warning")
    assert (only(found, "conflicting_duplicates").count, only(found, "conflicting_duplicates").severity) == (2, "error")
    assert (found.rows, found.bars, found.verdict) == (len(frame) + 5, len(frame), "error")
    assert codes(found) == {"duplicates", "conflicting_duplicates"}


def test_the_lines_are_those_of_the_file() -> None:
    frame = clean()
    found = report(pd.concat([frame, frame.iloc[[3]]]))
    assert lines_of(only(found, "duplicates")) == [len(frame) + 2]
    assert lines_of(only(found, "unsorted")) == [len(frame) + 2]
    assert only(found, "duplicates").message.startswith("1 row:")


def test_repeats_against_a_slow_search() -> None:
    random = np.random.default_rng(7)
    index = pd.DatetimeIndex(np.sort(random.integers(0, 40, 200)) * 3_600_000_000_000, tz="UTC")
    values = random.integers(1, 3, (200, 5)).astype(np.float64)
    values[random.random((200, 5)) < 0.2] = np.nan
    series = RawSeries.of(pd.DataFrame(values, index=index, columns=["open", "high", "low", "close", "volume"]))
    same, different = repeated_rows(series)
    first: dict[int, list[float]] = {}
    for row, stamp in enumerate(series.stamp.tolist()):
        cells = [*series.prices[row], series.volume[row]]
        if stamp not in first:
            first[stamp] = cells
            assert not same[row]
            assert not different[row]
            continue
        equal = all(a == b or (a != a and b != b) for a, b in zip(cells, first[stamp], strict=True))
        assert same[row] == equal
        assert different[row] == (not equal)
    assert same.any()
    assert different.any()


def test_rows_out_of_order_are_counted() -> None:
    frame = clean().iloc[:200]
    order = np.random.default_rng(2).permutation(200)
    found = report(frame.iloc[order])
    assert only(found, "unsorted").count == sum(a > b for a, b in itertools.pairwise(order))
    assert codes(found) == {"unsorted"}


def test_stray_stamps_are_told_and_left_out_of_everything_else() -> None:
    frame = clean()
    index = frame.index.to_list()
    index[0], index[-1] = pd.Timestamp("1970-01-01", tz="UTC"), pd.Timestamp("2099-01-01", tz="UTC")
    found = report(frame.set_axis(pd.DatetimeIndex(index)))
    assert only(found, "stray_stamps").count == 2
    assert [example.timestamp[:4] for example in only(found, "stray_stamps").examples] == ["1970", "2099"]
    assert codes(found) == {"stray_stamps"}
    assert (found.first[:4], found.last[:4]) == ("2024", "2024")
    assert found.coverage.expected.size == 3


def test_a_long_hole_in_the_middle_is_a_gap_and_no_stray_bar() -> None:
    frame = pd.concat([clean(end="2024-01-20"), clean(start="2029-01-08", end="2029-01-20")])
    found = report(frame)
    assert codes(found) == {"gaps_unexpected"}


@pytest.mark.parametrize(("holds", "said"), [("5m", "5m apart"), ("1d", "1d apart"), ("15m", "15m apart")])
def test_a_series_of_another_time_frame(holds: str, said: str) -> None:
    frame = clean(timeframe=holds, end="2024-03-01")
    found = report(frame, timeframe="1h")
    assert said in only(found, "wrong_timeframe").message
    assert only(found, "wrong_timeframe").count == len(frame) - 1
    assert found.verdict == "error"


def test_two_time_frames_in_one_file() -> None:
    frame = pd.concat([clean(end="2024-01-28"), clean(timeframe="1d", start="2024-01-28", end="2024-03-01")])
    found = report(frame)
    assert only(found, "mixed_timeframes").count == 32
    assert only(found, "mixed_timeframes").examples[0].timestamp == "2024-01-28T00:00:00Z"
    finer = pd.concat([clean(end="2024-01-28"), clean(timeframe="5m", start="2024-01-28", end="2024-01-29")])
    assert only(report(finer), "mixed_timeframes").count == 287
    assert "mixed_timeframes" not in codes(report(clean()))


def test_bars_that_begin_too_early_are_told() -> None:
    frame = clean()
    moved = frame.index.to_list()
    moved[50] -= pd.Timedelta(minutes=15)
    moved[80] -= pd.Timedelta(minutes=15)
    found = report(frame.set_axis(pd.DatetimeIndex(moved)))
    assert only(found, "overlapping_bars").count == 2
    assert lines_of(only(found, "overlapping_bars")) == [51, 81]
    assert "mixed_timeframes" not in codes(found)


def test_a_series_of_one_or_two_bars_is_no_trouble() -> None:
    for rows in (1, 2, 3):
        found = report(clean().iloc[:rows])
        assert (found.bars, found.verdict) == (rows, "clean")
