"""JSON documents of commands whose use case returns tables or records."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from ktrdr_app.indicators.definition import IndicatorInfo


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


def indicator_document(info: IndicatorInfo) -> dict[str, Any]:
    """Return an entry of the catalogue.

    Parameters
    ----------
    info : IndicatorInfo
        The entry.
    """
    return {
        "name": info.name,
        "category": info.category,
        "description": info.description,
        "unit": info.unit,
        "uses_volume": info.uses_volume,
        "warm_up": info.warm_up(info.parameters()),
        "parameters": info.parameter_table(),
        "outputs": [asdict(output) for output in info.outputs],
        "formula": info.formula,
        "source": info.source,
        "waits_for": info.waits_for,
        "missing_volume": info.missing_volume,
    }
