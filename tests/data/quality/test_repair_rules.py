"""Rules that hold for every repair on any rows: nothing invented, records that add up, done twice is done once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.data.quality.repairs import HELPS, REPAIRS, repair, words_of
from tests.data.quality.planted import slow_crossed
from tests.data.quality.slow_repairs import SLOW, Row, cells

VALUES = st.sampled_from([1.0, 2.0, 3.0, 0.0, -1.0, np.nan, np.inf])
ROWS = st.lists(st.tuples(st.integers(0, 6), *[VALUES] * 5), min_size=1, max_size=12)
COLUMNS = ["open", "high", "low", "close", "volume"]


def _frame(rows: list[tuple[float, ...]]) -> pd.DataFrame:
    index = pd.DatetimeIndex([int(row[0]) * 3_600_000_000_000 for row in rows], tz="UTC", name="timestamp")
    return pd.DataFrame([row[1:] for row in rows], index=index, columns=COLUMNS, dtype=np.float64)


def _cells(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    return [(str(stamp), *map(repr, row)) for stamp, row in zip(frame.index, frame.to_numpy().tolist(), strict=True)]


@given(rows=ROWS, name=st.sampled_from(sorted(REPAIRS)))
def test_records_add_up_and_a_second_time_does_nothing(rows: list[tuple[float, ...]], name: str) -> None:
    frame = _frame(rows).sort_index(kind="stable")
    fixed, record = REPAIRS[name](frame)
    assert record.dropped == len(frame) - len(fixed)
    assert record.dropped == 0 or record.changed == 0
    assert len(record.examples) == min(record.dropped + record.changed, 5)
    again, nothing = REPAIRS[name](fixed)
    assert _cells(again) == _cells(fixed)
    assert (nothing.dropped, nothing.changed) == (0, 0)


@given(rows=ROWS, name=st.sampled_from([name for name in REPAIRS if name.startswith(("drop", "keep", "sort"))]))
def test_rows_are_dropped_or_kept_but_never_changed(rows: list[tuple[float, ...]], name: str) -> None:
    frame = _frame(rows).sort_index(kind="stable")
    before, after = _cells(frame), _cells(REPAIRS[name](frame)[0])
    left = list(before)
    for cell in after:
        left.remove(cell)
    assert len(left) == len(before) - len(after)


@given(rows=ROWS)
def test_conflicts_leave_the_first_or_the_last_of_each_stamp(rows: list[tuple[float, ...]]) -> None:
    frame = _frame(rows).sort_index(kind="stable")
    first: dict[str, tuple[str, ...]] = {}
    last: dict[str, tuple[str, ...]] = {}
    for cell in _cells(frame):
        first.setdefault(cell[0], cell)
        last[cell[0]] = cell
    assert _cells(REPAIRS["keep_first_of_conflicts"](frame)[0]) == list(first.values())
    assert _cells(REPAIRS["keep_last_of_conflicts"](frame)[0]) == list(last.values())


@given(rows=ROWS)
def test_clipping_mends_every_bar_that_has_four_prices(rows: list[tuple[float, ...]]) -> None:
    frame = _frame(rows).sort_index(kind="stable")
    whole = frame[np.isfinite(frame[COLUMNS[:4]].to_numpy()).all(axis=1)]
    fixed, record = REPAIRS["clip_ohlc"](whole)
    assert record.changed == len(slow_crossed(whole))
    assert slow_crossed(fixed) == []
    assert fixed["open"].tolist() == whole["open"].tolist()
    assert fixed["close"].tolist() == whole["close"].tolist()


@pytest.mark.parametrize("name", sorted(REPAIRS))
def test_asking_by_name_is_the_function_itself(name: str) -> None:
    frame = _frame([(1, 1.0, 0.5, 2.0, 1.0, -1.0), (0, 0.0, 1.0, 1.0, 1.0, 1.0), (1, 1.0, 0.5, 2.0, 1.0, -1.0)])
    by_name, (record,) = repair(frame, [name])
    itself, wanted = REPAIRS[name](frame)
    pd.testing.assert_frame_equal(by_name, itself)
    assert record == wanted
    assert record.name == name


STAMPS = st.one_of(st.none(), st.integers(0, 4), st.integers(0, 300), st.sampled_from([20_000, 20_001, 40_000]))
ANY_ROWS = st.lists(st.tuples(STAMPS, *[VALUES] * 5), min_size=1, max_size=14)


def _unordered(rows: list[Row]) -> pd.DataFrame:
    stamps = [pd.NaT if row[0] is None else pd.Timestamp(row[0] * 3_600_000_000_000, tz="UTC") for row in rows]
    index = pd.DatetimeIndex(stamps, tz="UTC", name="timestamp").as_unit("ns")
    return pd.DataFrame([row[1:] for row in rows], index=index, columns=COLUMNS, dtype=np.float64)


def _rows(frame: pd.DataFrame) -> list[Row]:
    hours = [None if stamp is pd.NaT else stamp.value // 3_600_000_000_000 for stamp in frame.index]
    return [(hour, *values) for hour, values in zip(hours, frame.to_numpy().tolist(), strict=True)]


@pytest.mark.parametrize("name", list(REPAIRS))
@given(rows=ANY_ROWS)
def test_every_repair_against_a_slow_one_on_rows_in_any_order(name: str, rows: list[Row]) -> None:
    before = [(row[0], *map(float, row[1:])) for row in rows]
    fixed, record = REPAIRS[name](_unordered(rows))
    wanted = SLOW[name](before)
    assert [cells(row) for row in _rows(fixed)] == [cells(row) for row in wanted]
    assert record.dropped == len(before) - len(wanted)
    if not record.dropped:
        other = sum(cells(one) != cells(two) for one, two in zip(before, wanted, strict=True))
        assert record.changed >= other


def test_every_repair_has_a_slow_one_and_a_sentence() -> None:
    assert set(SLOW) == set(REPAIRS)
    assert all(words_of(name).endswith(".") for name in REPAIRS)
    assert {name for helping in HELPS.values() for name in helping} == set(REPAIRS)
