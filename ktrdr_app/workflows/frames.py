"""Plain rows and arrays out of pandas objects, for tables and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

Floats = NDArray[np.float64]


def records(frame: pd.DataFrame, most: int) -> list[Mapping[str, Any]]:
    """Return the first rows as one mapping each.

    Parameters
    ----------
    frame : DataFrame
        Any table.
    most : int
        How many rows at most.
    """
    return [{str(key): value for key, value in row.items()} for row in frame.head(most).to_dict("records")]


def rows_document(frame: pd.DataFrame, out: Path | None) -> dict[str, Any]:
    """Return a table by time: where it was written or, if nowhere, all its values.

    Parameters
    ----------
    frame : DataFrame
        Indexed by UTC bar opens.
    out : Path or None
        File that holds it.

    Returns
    -------
    dict
        ``rows``, ``columns``, ``first``, ``last``, ``out``, and without ``out`` the lists ``timestamp`` and
        ``values`` (by column; NaN is null).
    """
    instants = np.asarray(frame.index, dtype="datetime64[s]")
    stamps = [f"{text}Z" for text in np.datetime_as_string(instants, unit="s")]
    columns = [str(name) for name in frame.columns]
    document: dict[str, Any] = {"rows": len(frame), "columns": columns, "out": None if out is None else str(out)}
    document |= {"first": stamps[0] if stamps else None, "last": stamps[-1] if stamps else None}
    if out is None:
        values = {name: frame.iloc[:, place].tolist() for place, name in enumerate(columns)}
        document |= {"timestamp": stamps, "values": values}
    return document


def floats(series: pd.Series[float]) -> Floats:
    """Return the values of a series as plain floats.

    Parameters
    ----------
    series : Series
        Numbers.
    """
    return np.asarray(series, dtype=np.float64)


def nanoseconds(index: pd.Index) -> Floats:
    """Return instants as nanoseconds since 1970 in UTC, as floats (exact to 256 ns until 2262).

    Parameters
    ----------
    index : DatetimeIndex
        Instants.
    """
    return np.asarray(index, dtype="datetime64[ns]").astype(np.int64).astype(np.float64)


def instant(moment: object) -> float:
    """Return one instant as nanoseconds since 1970 in UTC.

    Parameters
    ----------
    moment : object
        A UTC timestamp, or its ISO text.
    """
    return float(np.datetime64(str(moment).replace("+00:00", "").removesuffix("Z"), "ns").astype(np.int64))
