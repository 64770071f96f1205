"""The quick reader against the careful one: the same bits, or the same error."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.paths import shipped
from ktrdr_app.data import quick_parse
from ktrdr_app.data.csv_source import read_bars
from ktrdr_app.data.quick_parse import parse_bars
from tests.shared_data import shared_path

HEADER = "timestamp,open,high,low,close,volume\n"
ROW = "2020-01-01T00:00:00Z,1,2,0.5,1.5,7\n"

FILES = {
    "usual": (HEADER + ROW + ROW.replace("01-01", "01-02"), True),
    "days": (HEADER + "2020-01-01,1,2,0.5,1.5,7\n2020-01-02,1,2,0.5,1.5,\n", True),
    "naive": (HEADER + "2020-01-01 05:00:00,1,2,0.5,1.5,7\n", True),
    "fractions": (HEADER + "2020-01-01T05:00:00.123456789Z,1,2,0.5,1.5,7\n2020-01-01T06:00Z,1,2,0.5,1.5,7\n", True),
    "one offset": (HEADER + "2020-01-01T05:00:00-05:00,1,2,0.5,1.5,7\n", True),
    "two offsets": (HEADER + "2020-01-01T05:00:00-05:00,1,2,0.5,1.5,7\n2020-08-01T05:00:00-04:00,1,2,1,1,7\n", False),
    "with and without": (HEADER + ROW + "2020-01-02T00:00:00,1,2,0.5,1.5,7\n", False),
    "no volume": ("timestamp,open,high,low,close\n2020-01-01,1,2,0.5,1.5\n", True),
    "no volume at all": (HEADER + "2020-01-01,1,2,0.5,1.5,\n", True),
    "more columns": ("timestamp,close,open,note,high,low,volume\n2020-01-01,1,2,x,5,1.5,3\n", True),
    "empty lines": (HEADER + ROW + "\n\n" + ROW.replace("01-01", "01-02"), True),
    "crlf": ((HEADER + ROW).replace("\n", "\r\n"), True),
    "compact dates": (HEADER + "20200101,1,2,0.5,1.5,7\n", False),
    "quoted": (HEADER + '"2020-01-01",1,2,0.5,1.5,7\n', False),
    "stamp in the middle": ("open,timestamp,high,low,close\n1,2020-01-01,2,0.5,1.5\n", False),
    "byte order mark": ("\ufeff" + HEADER + ROW, False),
    "infinite": (HEADER + "2020-01-01,inf,2,-inf,nan,7\n", True),
    "empty": ("", False),
    "header alone": (HEADER, False),
    "no close": (HEADER.replace("close", "last") + ROW, False),
    "no header": (ROW, False),
    "word for a price": (HEADER + ROW + "2020-01-02T00:00:00Z,1,2,many,1.5,7\n", False),
    "word for a stamp": (HEADER + ROW + "later,1,2,1,1.5,7\n", False),
    "no stamp": (HEADER + ROW + ",1,2,1,1.5,7\n", False),
    "no such day": (HEADER + "2020-02-30T00:00:00Z,1,2,1,1.5,7\n", False),
    "too many cells": (HEADER + ROW + "2020-01-02T00:00:00Z,1,2,1,1.5,7,8,9\n", False),
    "day before month": (HEADER + "2020-01-01,1,2,1,1.5,7\n13/01/2020,1,2,1,1.5,7\n", False),
}


def outcome(read: object, path: Path) -> pd.DataFrame | dict[str, str]:
    try:
        return read(path)  # type: ignore[operator, no-any-return]
    except KtrdrError as error:
        return error.to_dict()


def same(path: Path) -> None:
    """Hold both readers to the same frame or the same error."""
    careful, quick = outcome(read_bars, path), outcome(parse_bars, path)
    if isinstance(careful, pd.DataFrame) and isinstance(quick, pd.DataFrame):
        pd.testing.assert_frame_equal(quick, careful, check_exact=True, check_freq=True)
        assert quick.index.dtype == careful.index.dtype
        assert quick.to_numpy().tobytes() == careful.to_numpy().tobytes()
    else:
        assert quick == careful


@pytest.mark.parametrize("name", FILES)
def test_both_readers_agree(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "X_1h.csv"
    path.write_bytes(FILES[name][0].encode())
    same(path)
    called = []
    monkeypatch.setattr(quick_parse, "read_bars", lambda file: called.append(file) or read_bars(file))
    outcome(parse_bars, path)
    assert (called == []) == FILES[name][1], "who read it"


@pytest.mark.parametrize("name", ["AAPL_1d", "EURUSD_1h", "GOOG_1d", "IBM_1d", "MSFT_1d"])
def test_the_sample_series_are_the_same(name: str) -> None:
    same(shipped("resources") / "sample" / f"{name}.csv")


@pytest.mark.shared
@pytest.mark.parametrize("folder", ["dev", "dirty", "legacy_raw"])
def test_real_and_dirty_files_are_the_same(folder: str) -> None:
    files = [path for path in sorted(shared_path(f"data/{folder}").rglob("*.csv")) if path.stat().st_size < 3_000_000]
    assert files
    for path in files:
        same(path)


def test_a_file_that_is_not_there_is_the_careful_readers_error(tmp_path: Path) -> None:
    same(tmp_path / "X_1h.csv")


@given(
    places=st.lists(st.tuples(st.integers(0, 400), st.sampled_from(b'0129-:TZ .,+"\n\rexnNa\xff')), max_size=3),
    rows=st.integers(1, 6),
)
def test_whatever_a_few_bytes_become_both_agree(
    places: list[tuple[int, int]], rows: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stamps = pd.date_range("2020-01-01", periods=rows, freq="h").strftime("%Y-%m-%dT%H:%M:%SZ")
    text = bytearray((HEADER + "".join(f"{stamp},1.25,2.5,0.5,1.5,7\n" for stamp in stamps)).encode())
    for place, byte in places:
        text[place % len(text)] = byte
    path = tmp_path_factory.mktemp("bytes") / "X_1h.csv"
    path.write_bytes(text)
    same(path)
