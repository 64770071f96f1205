"""Repairs do what their name says, record it, and leave their input alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.data.bars import check_bars
from ktrdr_app.data.quality.repairs import REPAIRS, repair
from tests.data.quality.planted import clean, codes, report, slow_crossed


@pytest.fixture
def faulty() -> pd.DataFrame:
    """Return 60 bars with every fault that a repair knows."""
    frame = clean().iloc[:60].copy()
    frame.iloc[5, 3] = -2.0
    frame.iloc[6, 2] = 0.0
    frame.iloc[10, 0] = np.nan
    frame.iloc[11, 1] = np.inf
    frame.iloc[20, 1] = frame.iloc[20, 2] - 1.0
    frame.iloc[21, 0] = frame.iloc[21, 1] + 0.5
    frame.iloc[30, 4] = -7.0
    again = frame.iloc[[40]]
    other = frame.iloc[[41]].assign(close=frame.iloc[41, 3] + 0.001)
    return pd.concat([frame, again, other])


def test_no_repair_changes_its_input_or_clean_bars(faulty: pd.DataFrame) -> None:
    before = faulty.copy()
    for name, function in REPAIRS.items():
        function(faulty)
        pd.testing.assert_frame_equal(faulty, before)
        same, record = function(clean())
        pd.testing.assert_frame_equal(same, clean())
        assert (record.name, record.dropped, record.changed, record.examples) == (name, 0, 0, ())
        assert record.rule


def test_sorting(faulty: pd.DataFrame) -> None:
    fixed, record = REPAIRS["sort_rows"](faulty)
    assert fixed.index.is_monotonic_increasing
    assert len(fixed) == len(faulty)
    assert (record.dropped, record.changed) == (0, 21)
    conflict = fixed.loc[fixed.index == faulty.index[41], "close"]
    assert conflict.tolist() == [faulty["close"].iloc[41], faulty["close"].iloc[61]]


def test_equal_rows_go_and_contradicting_ones_stay(faulty: pd.DataFrame) -> None:
    fixed, record = REPAIRS["drop_duplicates"](faulty.sort_index(kind="stable"))
    assert (record.dropped, record.examples) == (1, ("2024-01-09T16:00:00Z",))
    assert len(fixed) == 61
    assert fixed.index.duplicated().sum() == 1


@pytest.mark.parametrize(("name", "row"), [("keep_first_of_conflicts", 41), ("keep_last_of_conflicts", 61)])
def test_of_contradicting_rows_the_one_asked_for_is_kept(name: str, row: int, faulty: pd.DataFrame) -> None:
    fixed, record = REPAIRS[name](faulty.sort_index(kind="stable"))
    assert not fixed.index.has_duplicates
    assert fixed.loc[faulty.index[41], "close"] == faulty["close"].iloc[row]
    assert record.dropped == 2


def test_rows_without_prices_go(faulty: pd.DataFrame) -> None:
    fixed, record = REPAIRS["drop_missing"](faulty)
    assert record.dropped == 2
    assert faulty.index[10] not in fixed.index
    assert faulty.index[11] not in fixed.index
    assert np.isfinite(fixed[["open", "high", "low", "close"]]).all(axis=None)


def test_rows_with_prices_of_zero_or_less_go(faulty: pd.DataFrame) -> None:
    fixed, record = REPAIRS["drop_nonpositive"](faulty)
    assert record.dropped == 2
    assert record.examples == ("2024-01-08T05:00:00Z", "2024-01-08T06:00:00Z")
    assert not (fixed[["open", "high", "low", "close"]] <= 0).any(axis=None)


def test_ranges_are_widened_to_hold_open_and_close(faulty: pd.DataFrame) -> None:
    usable = faulty.drop(faulty.index[[5, 6, 10, 11]])
    fixed, record = REPAIRS["clip_ohlc"](usable)
    wrong = slow_crossed(usable)
    assert record.changed == len(wrong) == 2
    assert slow_crossed(fixed) == []
    for row in wrong:
        four = usable.iloc[row, :4].tolist()
        assert fixed.iloc[row, :4].tolist() == [four[0], max(four), min(four), four[3]]
    rest = [row for row in range(len(usable)) if row not in wrong]
    pd.testing.assert_frame_equal(fixed.iloc[rest], usable.iloc[rest])


def test_bad_volume_becomes_absent(faulty: pd.DataFrame) -> None:
    faulty.iloc[31, 4] = np.inf
    fixed, record = REPAIRS["blank_bad_volume"](faulty)
    assert record.changed == 2
    assert np.flatnonzero(fixed["volume"].isna()).tolist() == [30, 31]


def test_all_of_them_make_a_series_that_the_loader_takes(faulty: pd.DataFrame) -> None:
    names = [name for name in REPAIRS if name != "drop_crossed"]
    fixed, records = repair(faulty, names)
    check_bars(fixed, "repaired")
    assert [record.name for record in records] == names
    assert sum(record.dropped for record in records) == len(faulty) - len(fixed) == 6
    assert codes(report(fixed), "gaps_unexpected", "missing_volume") == set()
    documents = [record.to_document() for record in records]
    assert documents[1]["name"] == "sort_rows"
    assert set(documents[0]) == {"name", "dropped", "changed", "rule", "examples"}


def test_nothing_is_done_that_was_not_asked_for(faulty: pd.DataFrame) -> None:
    same, records = repair(faulty, [])
    pd.testing.assert_frame_equal(same, faulty)
    assert records == ()
    fixed, records = repair(faulty, ["drop_nonpositive"])
    assert len(records) == 1
    assert fixed["high"].isin([np.inf]).any()


def test_an_unknown_repair_is_refused_before_any_is_done(faulty: pd.DataFrame) -> None:
    with pytest.raises(UnknownName) as caught:
        repair(faulty, ["sort_rows", "clip_olhc"])
    assert "clip_ohlc" in caught.value.hint
