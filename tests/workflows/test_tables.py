"""Tables as files: the bytes are those that pandas writes, cell by cell, for whatever a column holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ktrdr_app.core.errors import InvalidValue, StorageProblem
from ktrdr_app.workflows import tables
from ktrdr_app.workflows.tables import csv_parts, iso_stamps, write_csv, write_table
from tests.conftest import make_bars

ISO = "%Y-%m-%dT%H:%M:%SZ"


def by_pandas(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False, lineterminator="\n").encode()


def by_columns(frame: pd.DataFrame) -> bytes:
    return b"".join(csv_parts(frame))


def columns(rows: int) -> st.SearchStrategy[object]:
    numbers = [np.float64, np.float32, np.float16, np.int64, np.int8, np.uint64, np.bool_]
    texts = st.text(st.sampled_from("ab ,;\"'\n\r\té·0\\"), max_size=6)
    missing = st.one_of(texts, st.none())
    return st.one_of(
        *(arrays.arrays(dtype, rows) for dtype in numbers),
        arrays.arrays(np.float64, rows, elements=st.floats(1e-6, 1e18)),
        arrays.arrays(np.float64, rows, elements=st.integers(-(10**17), 10**17).map(float)),
        arrays.arrays(np.float32, rows, elements=st.floats(0, 1, width=32)),
        st.lists(missing, min_size=rows, max_size=rows).map(lambda words: pd.array(words, dtype="str")),
        st.lists(missing, min_size=rows, max_size=rows).map(lambda words: np.array(words, dtype=object)),
        st.lists(st.integers(-9, 9) | st.none(), min_size=rows, max_size=rows).map(lambda n: pd.array(n, "Int64")),
        st.lists(st.datetimes(pd.Timestamp(1800, 1, 1), pd.Timestamp(2200, 1, 1)), min_size=rows, max_size=rows).map(
            lambda moments: pd.DatetimeIndex(moments, tz="UTC")
        ),
    )


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    rows = draw(st.integers(0, 12))
    names = draw(st.lists(st.text('ab,"\n ', max_size=3), max_size=4, unique=True))
    return pd.DataFrame({name: draw(columns(rows)) for name in names}, index=range(rows))


@given(frames())
@settings(max_examples=200)
def test_any_frame_has_the_bytes_of_pandas(frame: pd.DataFrame) -> None:
    assert by_columns(frame) == by_pandas(frame)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_floats_of_every_size_and_sign(dtype: type[np.floating]) -> None:
    draw = np.random.default_rng(5)
    values = 10.0 ** draw.uniform(-30, 30, 30_000) * draw.choice([-1.0, 1.0], 30_000)
    # The powers of ten at which one way of writing gives way to another, with their neighbours.
    powers = np.array([10.0**power for power in range(-12, 20)], dtype=dtype)
    edges = [powers, np.nextafter(powers, dtype(0)), np.nextafter(powers, dtype(np.inf)), powers - dtype(0.5)]
    strange = [np.array([0.0, -0.0, np.nan, np.inf, -np.inf, np.finfo(dtype).max, np.finfo(dtype).smallest_subnormal])]
    column = np.concatenate([values, *edges, *strange]).astype(dtype)
    shares = draw.random(len(column)).astype(dtype)
    frame = pd.DataFrame({"number": column, "share": shares, "price": np.round(shares * dtype(2000), 2)})
    assert by_columns(frame) == by_pandas(frame)


def test_pieces_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "ROWS", 7)
    frame = make_bars(30).assign(word=["a,b", "", 'say "so"', "plain", "two\nlines"] * 6, seen=[True, False] * 15)
    assert by_columns(frame) == by_pandas(frame)
    assert len(list(csv_parts(frame))) == 1 + 5


def test_texts_that_lie_in_several_places() -> None:
    frame = pd.concat(
        [pd.DataFrame({"word": ["a", "b,"], "n": [1, 2]}), pd.DataFrame({"word": ["c", None], "n": [3, 4]})]
    )
    assert by_columns(frame) == by_pandas(frame)


@pytest.mark.parametrize("frame", [pd.DataFrame(), pd.DataFrame({"a": []}), pd.DataFrame({"a": ["", "x"]})])
def test_frames_of_nothing_or_one_column(frame: pd.DataFrame) -> None:
    assert by_columns(frame) == by_pandas(frame)


def test_names_may_come_twice() -> None:
    frame = pd.DataFrame(np.arange(6.0).reshape(2, 3) / 7, columns=["a", "b", "a"])
    assert by_columns(frame) == by_pandas(frame)


@given(
    st.lists(st.integers(-(9 * 10**18), 9 * 10**18) | st.none(), max_size=8),
    st.sampled_from([None, "UTC", "America/New_York"]),
    st.sampled_from(["ns", "us", "s"]),
)
def test_stamps_are_those_of_strftime(moments: list[int | None], zone: str | None, unit: str) -> None:
    index = pd.DatetimeIndex([pd.NaT if moment is None else pd.Timestamp(moment) for moment in moments])
    index = index.as_unit(unit) if zone is None else index.as_unit(unit).tz_localize("UTC").tz_convert(zone)
    expected = pd.Series(index.strftime(ISO), dtype="str")
    pd.testing.assert_series_equal(pd.Series(iso_stamps(index)), expected)


def test_tables_begin_with_bar_opens_and_keep_every_digit(tmp_path: Path) -> None:
    bars = make_bars(30)
    write_table(bars, tmp_path / "deep" / "bars.csv")
    text = (tmp_path / "deep" / "bars.csv").read_bytes()
    assert text.startswith(b"timestamp,open,high,low,close,volume\n2020-01-01T00:00:00Z,")
    assert text == by_pandas(bars.reset_index().assign(timestamp=bars.index.strftime(ISO)))
    back = pd.read_csv(tmp_path / "deep" / "bars.csv")
    np.testing.assert_array_equal(back["close"], bars["close"])
    assert list(bars.columns) == ["open", "high", "low", "close", "volume"]


def test_frames_are_written_whole(tmp_path: Path) -> None:
    frame = pd.DataFrame({"name": ["é", "b"], "value": [0.1, np.nan]})
    write_csv(frame, tmp_path / "frame.csv")
    assert (tmp_path / "frame.csv").read_text(encoding="utf-8") == "name,value\né,0.1\nb,\n"
    assert [path.name for path in tmp_path.iterdir()] == ["frame.csv"]


@pytest.mark.parametrize("name", ["bars.xlsx", "bars", "bars.CSV.tmp"])
def test_other_suffixes_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidValue):
        write_table(make_bars(3), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_parquet_holds_what_csv_holds(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "bars.parquet"
    write_table(make_bars(5), path)
    back = pd.read_parquet(path)
    assert back.columns[0] == "timestamp"
    assert by_pandas(back) == by_columns(make_bars(5).reset_index().assign(timestamp=iso_stamps(make_bars(5).index)))
    with pytest.raises(StorageProblem):
        write_table(make_bars(5), path / "below.parquet")
