"""One fault planted at a known place in a clean series is found there, and nothing else is found."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.quality.planted import clean, codes, lines_of, only, report

MARKETS = {
    "coin hours": ("24/7", "1h", "2024-01-08", "2024-06-03"),
    "currency hours over a change of clocks": ("forex", "1h", "2024-01-08", "2024-06-03"),
    "share half hours with an early close": ("XNYS", "30m", "2023-10-02", "2024-02-05"),
    "share days": ("XNYS", "1d", "2021-01-04", "2024-01-02"),
}
EXPECTED = ("gaps_expected",)
Planted = tuple[pd.DataFrame, list[int]]
"""The series, and the rows (0 first) that the finding must name."""


def _set(frame: pd.DataFrame, row: int, **cells: float) -> Planted:
    for name, value in cells.items():
        frame.iloc[row, frame.columns.get_loc(name)] = value
    return frame, [row]


def _insert(frame: pd.DataFrame, row: int, **cells: float) -> Planted:
    again = frame.iloc[[row]].assign(**cells)
    return pd.concat([frame.iloc[: row + 1], again, frame.iloc[row + 1 :]]), [row + 1]


def _missing(frame: pd.DataFrame, row: int) -> Planted:
    return frame.drop(frame.index[row]), [row - 1]


def _crossed(frame: pd.DataFrame, row: int) -> Planted:
    bar = frame.iloc[row]
    return _set(frame, row, high=max(bar["open"], bar["close"]) - 0.0001)


def _conflict(frame: pd.DataFrame, row: int) -> Planted:
    bar = frame.iloc[row]
    return _insert(frame, row, close=(bar["high"] + bar["low"]) / 2)


def _nothing(frame: pd.DataFrame, row: int) -> Planted:
    return _set(frame, row, open=0.0, high=0.0, low=0.0, close=0.0)


def _spike(frame: pd.DataFrame, row: int) -> Planted:
    return _set(frame, row, high=frame["high"].iloc[row] * 1.25)


def _dip(frame: pd.DataFrame, row: int) -> Planted:
    return _set(frame, row, low=frame["low"].iloc[row] * 0.7)


def _still(frame: pd.DataFrame, row: int) -> Planted:
    for one in range(row, row + 9):
        _set(frame, one, **dict.fromkeys(("open", "high", "low", "close"), frame["close"].iloc[row - 1]))
    return frame, [row]


def _split(frame: pd.DataFrame, row: int) -> Planted:
    frame.iloc[row:, :4] /= 4.0
    return frame, [row]


def _disorder(frame: pd.DataFrame, row: int) -> Planted:
    order = [*range(row), row + 1, row, *range(row + 2, len(frame))]
    return frame.iloc[order], [row + 1]


FAULTS: dict[str, Callable[[pd.DataFrame, int], Planted]] = {
    "gaps_unexpected": _missing,
    "duplicates": _insert,
    "conflicting_duplicates": _conflict,
    "ohlc_violations": _crossed,
    "nonpositive_prices": _nothing,
    "missing_prices": lambda frame, row: _set(frame, row, low=np.nan),
    "infinite_prices": lambda frame, row: _set(frame, row, high=np.inf),
    "spikes": _spike,
    "flat_runs": _still,
    "zero_volume": lambda frame, row: _set(frame, row, volume=0.0),
    "missing_volume": lambda frame, row: _set(frame, row, volume=np.nan),
    "negative_volume": lambda frame, row: _set(frame, row, volume=-1.0),
    "suspected_splits": _split,
    "unsorted": _disorder,
}


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize("code", FAULTS)
@settings(max_examples=4)
@given(share=st.floats(0.1, 0.9), seed=st.integers(0, 10_000))
def test_a_fault_is_found_where_it_is_and_nothing_else(code: str, market: str, share: float, seed: int) -> None:
    calendar, timeframe, start, end = MARKETS[market]
    frame = clean(calendar, timeframe, start, end, seed)
    planted, rows = FAULTS[code](frame, int(share * len(frame)))
    found = report(planted, calendar, timeframe)
    assert codes(found, *EXPECTED) == {code}
    told = only(found, code)
    assert told.count == len(rows)
    assert lines_of(told) == [row + 2 for row in rows]


@settings(max_examples=4)
@given(seed=st.integers(0, 10_000))
def test_a_dip_is_a_spike_too(seed: int) -> None:
    planted, rows = _dip(clean(seed=seed), 700)
    assert codes(report(planted)) == {"spikes"}
    assert lines_of(only(report(planted), "spikes")) == [rows[0] + 2]


@pytest.mark.parametrize("market", MARKETS)
@settings(max_examples=4)
@given(seed=st.integers(0, 10_000))
def test_a_clean_series_is_clean_whatever_the_walk(market: str, seed: int) -> None:
    calendar, timeframe, start, end = MARKETS[market]
    found = report(clean(calendar, timeframe, start, end, seed), calendar, timeframe)
    assert codes(found, *EXPECTED) == set()
    assert found.verdict == "clean"


@pytest.mark.parametrize("factor", [1000.0, 0.001])
@settings(max_examples=4)
@given(share=st.floats(0.3, 0.7), seed=st.integers(0, 10_000))
def test_another_unit_of_volume_is_found_to_the_period(factor: float, share: float, seed: int) -> None:
    frame = clean("24/7", "1h", "2024-01-08", "2024-09-02", seed)
    row = int(share * len(frame))
    frame.iloc[row:, 4] *= factor
    found = report(frame)
    assert codes(found) == {"volume_scale_breaks"}
    (example,) = only(found, "volume_scale_breaks").examples
    assert abs(pd.Timestamp(example.timestamp) - frame.index[row]) <= pd.Timedelta(weeks=1)


@pytest.mark.parametrize(
    ("calendar", "hours"),
    [("XNYS", 5), ("XNYS", -4), ("XNYS", 9), ("forex", 2), ("forex", -5), ("forex", 1), ("forex", -1)],
)
@settings(max_examples=4)
@given(seed=st.integers(0, 10_000))
def test_stamps_in_another_zone_are_found(calendar: str, hours: int, seed: int) -> None:
    frame = clean(calendar, "1h" if calendar == "forex" else "30m", "2024-01-08", "2024-06-03", seed)
    found = report(
        frame.set_axis(frame.index + pd.Timedelta(hours=hours)), calendar, "1h" if calendar == "forex" else "30m"
    )
    zone = only(found, "wrong_time_zone")
    assert f"{-hours:+d} h in winter and {-hours:+d} h in summer" in zone.message
    assert codes(found) <= {
        "wrong_time_zone", "closed_market", "extended_hours", "gaps_expected", "gaps_unexpected", "weekly_closure",
    }  # fmt: skip


@settings(max_examples=4)
@given(share=st.floats(0.2, 0.8), seed=st.integers(0, 10_000))
def test_two_time_frames_in_one_file_are_found(share: float, seed: int) -> None:
    hours = clean(seed=seed)
    row = int(share * len(hours))
    fine = clean("24/7", "5m", "2024-01-08", "2024-03-04", seed)
    cut = hours.index[row]
    mixed = pd.concat(
        [hours[hours.index < cut], fine[(fine.index >= cut) & (fine.index < cut + pd.Timedelta(hours=20))]]
    )
    told = only(report(mixed), "mixed_timeframes")
    assert told.count == 20 * 12 - 1
    assert told.examples[0].timestamp == f"{cut:%Y-%m-%dT%H:%M:%SZ}"


@settings(max_examples=4)
@given(rows=st.integers(1, 5), seed=st.integers(0, 10_000))
def test_dates_read_as_1970_are_stray(rows: int, seed: int) -> None:
    frame = clean(seed=seed)
    index = frame.index.to_list()
    index[:rows] = [pd.Timestamp(hour * 3600, unit="s", tz="UTC") for hour in range(rows)]
    found = report(frame.set_axis(pd.DatetimeIndex(index, name="timestamp")))
    assert codes(found) == {"stray_stamps"}
    assert only(found, "stray_stamps").count == rows


@settings(max_examples=4)
@given(seed=st.integers(0, 10_000))
def test_a_clock_without_summer_time_is_found(seed: int) -> None:
    """HistData and the like: New York's winter time all year, so that the summer is an hour late."""
    frame = clean("forex", "1h", "2023-01-09", "2024-01-08", seed)
    local = frame.index.tz_convert("America/New_York")
    late = np.array([bool(stamp.dst()) for stamp in local])
    index = frame.index + pd.to_timedelta(np.where(late, 1, 0), unit="h")
    kept = ~index.duplicated()
    zone = only(report(frame[kept].set_axis(index[kept]), "forex"), "wrong_time_zone")
    assert "+0 h in winter and -1 h in summer" in zone.message
