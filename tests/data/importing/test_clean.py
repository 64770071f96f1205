"""Rows that no series can hold, their order and their repeats, against slow loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.data.importing.clean import Rows, drop_unusable, merge_repeats, put_in_order


def rows(utc: list[int], close: list[float] | None = None, volume: list[float] | None = None) -> Rows:
    """Return rows on consecutive lines from 2 on."""
    values = np.array(close if close is not None else [1.0] * len(utc))
    prices = np.column_stack([values] * 4)
    volumes = np.array(volume if volume is not None else [1.0] * len(utc))
    return Rows(np.arange(2, len(utc) + 2), np.array(utc, dtype=np.int64), prices, volumes)


@given(entries=st.lists(st.tuples(st.integers(0, 8), st.sampled_from([1.0, 2.0])), min_size=1, max_size=20))
def test_of_each_stamp_the_last_row_of_the_file_stays(entries: list[tuple[int, float]]) -> None:
    utc, close = [time for time, _ in entries], [value for _, value in entries]
    ordered, _ = put_in_order(rows(utc, close))
    found, told = merge_repeats(ordered)
    last = dict(entries)
    assert found.utc.tolist() == sorted(last)
    assert found.prices[:, 3].tolist() == [last[time] for time in sorted(last)]
    dropped = {entry.code: entry.count for entry in told}
    repeats = [(time, value) for place, (time, value) in enumerate(entries) if time in utc[place + 1 :]]
    assert dropped.get("duplicate_identical", 0) == sum(value == last[time] for time, value in repeats)
    assert dropped.get("duplicate_conflicting", 0) == sum(value != last[time] for time, value in repeats)


@pytest.mark.parametrize(
    ("utc", "codes", "lines"),
    [
        ([1, 2, 3], [], []),
        ([3, 2, 1], ["newest_first"], []),
        ([1, 3, 2], ["unsorted"], [4]),
        ([1, 1, 2], [], []),
        ([2, 1, 4, 3], ["unsorted"], [3, 5]),
    ],
)
def test_order(utc: list[int], codes: list[str], lines: list[int]) -> None:
    found, told = put_in_order(rows(utc))
    assert found.utc.tolist() == sorted(utc)
    assert [entry.code for entry in told] == codes
    assert [line for entry in told for line in entry.rows] == lines


@pytest.mark.parametrize(
    ("price", "code"),
    [(np.nan, "missing_price"), (np.inf, "not_finite"), (0.0, "non_positive"), (-1.0, "non_positive")],
)
def test_a_price_that_no_series_holds_drops_its_row(price: float, code: str) -> None:
    found, told = drop_unusable(rows([1, 2, 3], [1.0, price, 1.0]), np.zeros(3, dtype=bool))
    assert found.line.tolist() == [2, 4]
    assert [(entry.code, entry.rows, entry.count) for entry in told] == [(code, (3,), 1)]


def test_unreadable_text_drops_its_row_once() -> None:
    found, told = drop_unusable(rows([1, 2], [np.nan, 1.0]), np.array([True, False]))
    assert len(found) == 1
    assert [entry.code for entry in told] == ["bad_number"]


@pytest.mark.parametrize("volume", [-1.0, np.inf])
def test_a_volume_that_cannot_be_is_emptied_and_told(volume: float) -> None:
    found, told = drop_unusable(rows([1, 2], volume=[volume, 5.0]), np.zeros(2, dtype=bool))
    assert np.isnan(found.volume[0])
    assert found.volume[1] == 5.0
    assert [(entry.code, entry.rows) for entry in told] == [("bad_volume", (2,))]


def test_missing_volumes_are_equal_when_rows_are_compared() -> None:
    _, told = merge_repeats(rows([1, 1], volume=[np.nan, np.nan]))
    assert [entry.code for entry in told] == ["duplicate_identical"]
