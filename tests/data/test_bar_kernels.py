"""The quick look at long series agrees with the slow one, row by row."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.core.errors import MalformedBars
from ktrdr_app.data.bar_kernels import all_plain
from ktrdr_app.data.bars import LONG, check_bars

numbers = st.sampled_from([-1.0, 0.0, 0.5, 1.0, 2.0, math.nan, math.inf])
rows = st.lists(st.tuples(numbers, numbers, numbers, numbers, numbers), min_size=1, max_size=4)


def frozen(stamps: list[int], table: list[tuple[float, ...]]) -> list[np.ndarray]:
    columns = [np.array(stamps), *(np.array(column) for column in zip(*table, strict=True))]
    for column in columns:
        column.flags.writeable = False
    return columns


@given(rows, st.lists(st.integers(0, 5), min_size=4, max_size=4))
@settings(max_examples=300)
def test_against_the_rules_told_row_by_row(table: list[tuple[float, ...]], times: list[int]) -> None:
    stamps = times[: len(table)]
    expected = sorted(set(stamps)) == stamps and all(
        all(math.isfinite(price) and price > 0 for price in (opened, high, low, close))
        and low <= min(opened, close)
        and high >= max(opened, close)
        and not volume < 0
        for opened, high, low, close, volume in table
    )
    assert all_plain(*frozen(stamps, table)) is expected


def long_series() -> pd.DataFrame:
    bars = LONG + 10
    index = pd.date_range("2000-01-01", periods=bars, freq="1min", tz="UTC", unit="ns", name="timestamp")
    columns = {"open": 2.0, "high": 3.0, "low": 1.0, "close": 2.5, "volume": np.nan}
    return pd.DataFrame(columns, index, dtype=np.float64)


def test_a_long_plain_series_passes_quietly(caplog: pytest.LogCaptureFixture) -> None:
    check_bars(long_series(), "bars")
    assert not caplog.messages


@pytest.mark.parametrize(
    ("column", "value", "words"), [("close", np.nan, "close nan"), ("low", 0.0, "low 0"), ("volume", -1.0, "volume -1")]
)
def test_a_fault_far_down_a_long_series_is_named_by_its_row(column: str, value: float, words: str) -> None:
    bars = long_series()
    bars.iloc[LONG + 5, bars.columns.get_loc(column)] = value
    with pytest.raises(MalformedBars, match=words) as caught:
        check_bars(bars, "bars")
    assert f"row {LONG + 6} " in caught.value.where


def test_a_stamp_that_comes_twice_far_down_a_long_series_is_named_by_its_row() -> None:
    bars = long_series()
    stamps = bars.index.to_numpy().copy()
    stamps[LONG + 5] = stamps[LONG + 4]
    bars.index = pd.DatetimeIndex(stamps, tz="UTC", name="timestamp")
    with pytest.raises(MalformedBars, match=" after ") as caught:
        check_bars(bars, "bars")
    assert caught.value.where == f"bars, row {LONG + 6}"


def test_closed_bars_of_a_long_series_are_allowed_where_they_are_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    bars = long_series()
    bars.iloc[7, :4] = np.nan
    check_bars(bars, "bars", closed=True)
    with pytest.raises(MalformedBars):
        check_bars(bars, "bars")
    bars.iloc[9, 1] = 2.2
    check_bars(bars, "bars", closed=True)
    assert any("row 10 " in message for message in caplog.messages)
