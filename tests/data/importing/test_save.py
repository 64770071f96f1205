"""Canonical files: the fewest digits that give each number back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.data.csv_source import read_bars
from ktrdr_app.data.importing.save import HEADER, canonical, merged_with, overlap, write_series
from tests.data.importing.vendors import series


@given(values=st.lists(st.floats(1e-12, 1e15), min_size=1, max_size=10))
def test_every_number_comes_back(values: list[float], tmp_path_factory: pytest.TempPathFactory) -> None:
    bars = series(len(values))
    bars["close"], bars["volume"] = values, values
    path = tmp_path_factory.mktemp("save") / "X_1h.csv"
    write_series(path, bars)
    pd.testing.assert_frame_equal(read_bars(path), bars, check_exact=True, check_freq=False)


def test_the_form_is_the_one_that_is_promised() -> None:
    bars = series(2)
    bars["volume"] = [np.nan, 7.0]
    bars["open"] = [1.1, 100.0]
    lines = canonical(bars).decode().split("\n")
    assert lines[0] == HEADER
    assert lines[1].startswith("2021-03-01T00:00:00Z,1.1,")
    assert lines[1].endswith(",")
    assert lines[2].startswith("2021-03-01T01:00:00Z,100.0,")
    assert lines[2].endswith(",7")
    assert lines[3:] == [""]


def test_fractions_of_a_second_are_kept() -> None:
    bars = series(2)
    bars.index = bars.index + pd.Timedelta(milliseconds=250)
    assert "2021-03-01T00:00:00.250000000Z" in canonical(bars).decode()


def test_merging_counts_what_it_keeps(tmp_path: Path) -> None:
    write_series(tmp_path / "X_1h.csv", series(10))
    new = series(12)
    new.loc[new.index[3], "high"] += 1.0
    whole, told = merged_with(tmp_path / "X_1h.csv", new)
    assert len(whole) == 12 + (series(10).index[-1] not in new.index)
    assert told[0].code == "appended"
    assert "kept_existing" in [entry.code for entry in told]


@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from([1.0, 2.0, float("nan")])), max_size=15), st.data())
def test_an_overlap_counts_bar_by_bar(there: list[tuple[int, float]], data: st.DataObject) -> None:
    old = dict(there)
    new = dict(
        data.draw(st.lists(st.tuples(st.integers(0, 20), st.sampled_from([1.0, 2.0, float("nan")])), max_size=15))
    )

    def frame(bars: dict[int, float]) -> pd.DataFrame:
        hours = sorted(bars)
        index = pd.to_datetime([3600 * hour for hour in hours], unit="s", utc=True)
        prices = {name: np.ones(len(hours)) for name in ("open", "high", "low", "close")}
        return pd.DataFrame({**prices, "volume": [bars[hour] for hour in hours]}, index=index)

    met = overlap(frame(old), frame(new))
    assert met.new.tolist() == [hour not in old for hour in sorted(new)]
    both = [hour for hour in new if hour in old]
    same = [hour for hour in both if old[hour] == new[hour] or (old[hour] != old[hour] and new[hour] != new[hour])]
    assert (met.same, met.other) == (len(same), len(both) - len(same))
