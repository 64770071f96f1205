"""Writing tables: CSV, byte for byte as pandas writes it but by columns instead of cell by cell, and Parquet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.files import write_bytes, write_parts
from ktrdr_app.data.bars import nanoseconds

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROWS = 1 << 16
"""Rows that are turned into text at a time."""
SECOND = 1_000_000_000
"""Nanoseconds."""
SAME_DIGITS = {np.dtype(np.float64): (1e-4, 1e10), np.dtype(np.float32): (1e-3, 1e5)}
"""Sizes, the second not included, that Arrow writes as NumPy does: both the fewest digits, without an exponent."""
UNUSUAL = '[",\\x00-\\x1f]'
"""Characters for which the csv module is asked whether a text needs quotes."""


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table whose index are bar opens, as CSV or, by suffix, Parquet.

    Parameters
    ----------
    table : DataFrame
        Index ``timestamp`` in UTC; it becomes the first column, ISO in UTC.
    path : Path
        Ends in ``.csv`` or ``.parquet``.

    Raises
    ------
    InvalidValue
        For another suffix.
    StorageProblem
        If the disk refuses.
    """
    if path.suffix not in (".csv", ".parquet"):
        raise InvalidValue("out", path.name, "a file name that ends in .csv or .parquet")
    stamped = table.copy(deep=False)
    stamped.insert(0, "timestamp", iso_stamps(table.index))
    if path.suffix == ".csv":
        write_csv(stamped, path)
        return
    write_bytes(path, stamped.to_parquet(index=False) or b"")


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    r"""Write a frame without its index as UTF-8 CSV: the bytes of ``to_csv(index=False, lineterminator="\n")``.

    Parameters
    ----------
    frame : DataFrame
        Any columns; those of floats, whole numbers, truth values and text are quick.
    path : Path
        CSV file.

    Raises
    ------
    StorageProblem
        If the disk refuses.
    """
    write_parts(path, csv_parts(frame))


def csv_parts(frame: pd.DataFrame) -> Iterator[bytes | memoryview]:
    """Yield a frame as CSV, piece after piece, as `write_csv` writes it.

    Parameters
    ----------
    frame : DataFrame
        Any columns.
    """
    quick = len(frame.columns) > 1 and all(_is_quick(dtype) for dtype in frame.dtypes)
    head = frame.iloc[:0] if quick else frame
    yield head.to_csv(index=False, lineterminator="\n").encode()
    for begin in range(0, len(frame) if quick else 0, ROWS):
        piece = frame.iloc[begin : begin + ROWS]
        fields = [_text(piece.iloc[:, place]) for place in range(piece.shape[1])]
        fields[-1] = _joined(fields[-1], "\n")
        lines = _joined(*fields, by=",")
        _, ends, content = lines.buffers()
        yield memoryview(content)[: int(np.frombuffer(ends, dtype=np.int64)[len(lines)])]


def iso_stamps(index: pd.Index) -> pd.Index:
    """Return moments as text ``YYYY-MM-DDThh:mm:ssZ``, missing ones missing.

    Parameters
    ----------
    index : DatetimeIndex
        In UTC, or naive, of any unit.
    """
    moments = pd.DatetimeIndex(index).tz_localize(None)
    seconds = pa.array(nanoseconds(moments) // SECOND, mask=np.asarray(moments.isna()))
    spaced = seconds.cast(pa.timestamp("s")).cast(pa.large_string())
    text = _joined(pc.replace_substring(spaced, " ", "T", max_replacements=1), "Z")
    stamps: pd.Index = pd.Index(pd.array(pc.if_else(seconds.is_valid(), text, None), dtype="str"))
    return stamps


def _is_quick(dtype: Any) -> bool:
    return bool(dtype == "str" or (isinstance(dtype, np.dtype) and (dtype in SAME_DIGITS or dtype.kind in "iub")))


def _text(column: pd.Series[Any]) -> pa.Array:
    """Return a column's fields, those that are missing as nulls."""
    if not isinstance(column.dtype, np.dtype):
        text = pa.array(column, type=pa.large_string(), from_pandas=True)
        # A column that was joined of others lies in several places.
        return _quoted(text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text)
    values = column.to_numpy()
    if column.dtype.kind == "f":
        return _numbers(values)
    if column.dtype.kind == "b":
        return pc.if_else(pa.array(values), *(pa.scalar(word, pa.large_string()) for word in ("True", "False")))
    return pa.array(values).cast(pa.large_string())


def _numbers(values: NDArray[np.floating]) -> pa.Array:
    least, most = SAME_DIGITS[values.dtype]
    size = np.abs(values)
    whole = (values == np.floor(values)) & (size < most)
    others = ~(whole | ((size >= least) & (size < most)))
    text = pa.array(values).cast(pa.large_string())
    text = pc.if_else(pa.array(whole), _joined(text, ".0"), text)
    if not others.any():
        return text
    rest = values[others]
    return pc.replace_with_mask(text, pa.array(others), pa.array(rest.astype(str), pa.large_string(), np.isnan(rest)))


def _joined(*texts: pa.Array | str, by: str = "") -> pa.Array:
    """Join texts row by row; missing ones are empty."""
    parts = [pa.scalar(text, pa.large_string()) if isinstance(text, str) else text for text in (*texts, by)]
    return pc.binary_join_element_wise(*parts, null_handling="replace")


def _quoted(text: pa.Array) -> pa.Array:
    unusual = pc.fill_null(pc.match_substring_regex(text, UNUSUAL), False)
    if not pc.any(unusual).as_py():
        return text
    lines: list[str] = []
    # A field before each, since an empty one alone in its row would be quoted.
    writer = csv.writer(SimpleNamespace(write=lines.append), lineterminator="\n")
    writer.writerows(("", word) for word in text.filter(unusual).to_pylist())
    fields = [line[1:-1] for line in lines]
    return pc.replace_with_mask(text, unusual, pa.array(fields, pa.large_string()))
