"""Adding bars to a file: a merge by hand is the reference, and no byte of an old line changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import MalformedBars, StorageProblem
from ktrdr_app.data.csv_source import CSVDataSource
from ktrdr_app.data.ib import series_file
from ktrdr_app.data.ib.series_file import SeriesFile
from tests.conftest import make_bars

ALL = make_bars(60)
HEADER = "timestamp,open,high,low,close,volume"


def line(bars: pd.DataFrame, row: int) -> str:
    """Return a line as a program of someone else may have written it."""
    stamp = bars.index[row].strftime("%Y-%m-%d %H:%M:%S+00:00")
    return ",".join([stamp, *(f"{bars[name].iloc[row]:.6f}0" for name in ("open", "high", "low", "close")), "7.00"])


def ours(bar: pd.Series) -> str:
    """Return a line as we write it: every digit that counts, whole numbers without a point."""
    numbers = [repr(float(bar[name])).removesuffix(".0") for name in ("open", "high", "low", "close", "volume")]
    return ",".join([bar.name.strftime("%Y-%m-%dT%H:%M:%SZ"), *numbers])  # type: ignore[union-attr]


@given(
    there=st.sets(st.integers(0, 59), max_size=30),
    batches=st.lists(st.sets(st.integers(0, 59), max_size=30), min_size=1, max_size=4),
)
def test_any_merge_is_the_one_done_by_hand(
    there: set[int], batches: list[set[int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("merge") / "X_1h.csv"
    by_hand = {row: line(ALL, row) for row in there}
    if there:
        path.write_text("\n".join([HEADER, *(by_hand[row] for row in sorted(there))]) + "\n")
    file = SeriesFile(path)
    for batch in batches:
        added = file.add(ALL.iloc[sorted(batch)])
        assert added == len(batch - set(by_hand))
        fresh = {row: ALL.iloc[row] for row in batch - set(by_hand)}
        by_hand |= {row: ours(bar) for row, bar in fresh.items()}
        assert file.stamps.tolist() == [ALL.index[row].value for row in sorted(by_hand)]
    if by_hand:
        assert path.read_text() == "\n".join([HEADER, *(by_hand[row] for row in sorted(by_hand))]) + "\n"
        assert file.ends == (file.stamps[0], file.stamps[-1])
    else:
        assert not path.exists()
        assert file.ends == (None, None)


def test_what_was_written_is_read_back_to_the_last_bit(tmp_path: Path) -> None:
    bars = ALL.assign(volume=[np.nan, 0.25, *ALL["volume"].iloc[2:]])
    SeriesFile(tmp_path / "X_1h.csv").add(bars)
    pd.testing.assert_frame_equal(CSVDataSource(tmp_path).load("X", "1h"), bars, check_exact=True, check_freq=False)


@pytest.mark.parametrize("ending", ["\r\n", "\n\n", "\n"])
def test_other_line_ends_empty_lines_and_no_last_end_are_no_trouble(tmp_path: Path, ending: str) -> None:
    path = tmp_path / "X_1h.csv"
    path.write_bytes(ending.join([HEADER, line(ALL, 3), line(ALL, 7)]).encode())
    SeriesFile(path).add(ALL.iloc[[5, 9]])
    lines = path.read_text().splitlines()
    assert [lines[1], lines[3]] == [line(ALL, 3), line(ALL, 7)]
    assert CSVDataSource(tmp_path).load("X", "1h").index.tolist() == ALL.index[[3, 5, 7, 9]].tolist()


def test_columns_in_another_order_and_strange_ones_keep_their_places(tmp_path: Path) -> None:
    path = tmp_path / "X_1h.csv"
    path.write_text('close,"timestamp",note,open,low,high\n5,2020-01-01T00:00:00Z,mine,5,4,6\n')
    SeriesFile(path).add(ALL.iloc[[1]])
    written = path.read_text().splitlines()
    assert written[1] == "5,2020-01-01T00:00:00Z,mine,5,4,6"
    close, stamp, note, opened, low, high = written[2].split(",")
    assert (stamp, note) == ("2020-01-01T01:00:00Z", "")
    bar = ALL.iloc[1]
    assert [float(one) for one in (close, opened, low, high)] == [bar["close"], bar["open"], bar["low"], bar["high"]]


def test_a_file_that_changed_meanwhile_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "X_1h.csv"
    file = SeriesFile(path)
    file.add(ALL.iloc[:5])
    path.write_text("\n".join([HEADER, line(ALL, 2), line(ALL, 40)]) + "\n")
    assert file.add(ALL.iloc[1:4]) == 2
    assert CSVDataSource(tmp_path).load("X", "1h").index.tolist() == ALL.index[[1, 2, 3, 40]].tolist()


def test_bars_that_are_there_are_not_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = SeriesFile(tmp_path / "X_1h.csv")
    file.add(ALL)

    def refuse(path: Path, content: bytes) -> None:
        raise AssertionError("nothing is to be written")

    monkeypatch.setattr(series_file, "write_bytes", refuse)
    assert file.add(ALL.iloc[10:20] * 1.5) == 0


def test_a_disk_that_refuses_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = SeriesFile(tmp_path / "X_1h.csv")
    file.add(ALL.iloc[:5])
    before = file.path.read_bytes()

    def full(path: Path, content: bytes) -> None:
        raise StorageProblem(str(path), "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(series_file, "write_bytes", full)
        with pytest.raises(StorageProblem):
            file.add(ALL.iloc[5:9])
    assert file.path.read_bytes() == before
    assert len(file.stamps) == 5
    assert file.add(ALL.iloc[5:9]) == 4


def test_a_file_out_of_order_is_refused(tmp_path: Path) -> None:
    (tmp_path / "X_1h.csv").write_text("\n".join([HEADER, line(ALL, 7), line(ALL, 3)]) + "\n")
    with pytest.raises(MalformedBars, match="after"):
        SeriesFile(tmp_path / "X_1h.csv")
