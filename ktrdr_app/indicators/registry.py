"""The catalogue of indicators: what there is, checked parameters, and one indicator on a frame of bars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ValidationError

from ktrdr_app.core.errors import InvalidValue, MalformedBars, UnknownName
from ktrdr_app.data.bars import COLUMNS, PriceArrays
from ktrdr_app.indicators import experimental, momentum, support_resistance, trend, volatility, volume
from ktrdr_app.indicators.definition import IndicatorInfo, OutputInfo, Parameters, entries, indicator

__all__ = [
    "IndicatorInfo",
    "OutputInfo",
    "Parameters",
    "available",
    "compute",
    "get_indicator",
    "indicator",
    "parameters_of",
    "price_arrays",
]

_CATEGORIES = (trend, momentum, volatility, volume, support_resistance, experimental)
"""Modules whose import registers their indicators, in the order of the catalogue."""

_TYPE_WORDS = {"integer": "a whole number", "number": "a number", "string": "a word", "boolean": "true or false"}


def available(*, charts: bool = False) -> tuple[IndicatorInfo, ...]:
    """Return every indicator, category by category.

    Parameters
    ----------
    charts : bool
        Whether to give those as well that repaint and are for charts only.

    Examples
    --------
    >>> [info.name for info in available()][:3]
    ['sma', 'ema', 'rsi']
    """
    order = [module.__name__.rpartition(".")[2] for module in _CATEGORIES]
    shown = (info for info in entries if charts or not info.charts_only)
    return tuple(sorted(shown, key=lambda info: order.index(info.category)))


def get_indicator(name: str, *, where: str = "") -> IndicatorInfo:
    """Return the catalogue's entry of that name.

    Parameters
    ----------
    name : str
        Name of the indicator.
    where : str
        File or option that holds the name, for the message.

    Raises
    ------
    UnknownName
        With the nearest name.
    """
    return entries.get(name, where=where)


def parameters_of(name: str, params: Mapping[str, Any], *, where: str = "") -> Parameters:
    """Return checked parameters, defaults filled in.

    Parameters
    ----------
    name : str
        Name of the indicator.
    params : mapping
        Parameters as written; numbers may be written as text.
    where : str
        File or option that holds them, for the message; the parameter's name by default.

    Raises
    ------
    UnknownName
        For an unknown indicator or parameter, with the nearest one.
    InvalidValue
        For a value that the parameter does not allow, with its bounds.

    Examples
    --------
    >>> parameters_of("rsi", {"period": 21})
    RsiParameters(period=21)
    """
    info = entries.get(name, where=where)
    for key, value in params.items():
        if key not in info.parameters.model_fields:
            raise UnknownName(f"parameter of {name}", key, list(info.parameters.model_fields), where=where or key)
        if isinstance(value, bool):
            raise InvalidValue(f"{name}.{key}", value, _expected(info, key), where=where or key)
    try:
        return info.parameters.model_validate(dict(params))
    except ValidationError as error:
        first = error.errors()[0]
        if not first["loc"]:
            expected = first["msg"].removeprefix("Value error, ")
            raise InvalidValue(name, dict(params), expected, where=where) from error
        key = str(first["loc"][0])
        raise InvalidValue(f"{name}.{key}", first["input"], _expected(info, key), where=where or key) from error


def _expected(info: IndicatorInfo, parameter: str) -> str:
    """Say in words what a parameter allows."""
    row = next(row for row in info.parameter_table() if row["name"] == parameter)
    if row["choices"]:
        return f"one of {', '.join(map(str, row['choices']))}"
    low, high = row["minimum"], row["maximum"]
    bounds = [f"from {low:g}" if low is not None else "", f"to {high:g}" if high is not None else ""]
    return " ".join([_TYPE_WORDS[row["type"]], *filter(None, bounds)])


def price_arrays(bars: pd.DataFrame) -> PriceArrays:
    """Return the columns of a frame, held to what indicator libraries can bear.

    Parameters
    ----------
    bars : DataFrame
        Columns open, high, low, close (finite) and volume (may be NaN); any index, any length.

    Raises
    ------
    MalformedBars
        If a column is missing, or a price is NaN or infinite: it would spoil every later bar.
    """
    missing = [name for name in COLUMNS if name not in bars.columns]
    if missing:
        raise MalformedBars("bars", f"no column {', '.join(missing)}", f"columns {', '.join(COLUMNS)}")
    prices = PriceArrays.of(bars)
    for name in COLUMNS[:4]:
        if np.isfinite(getattr(prices, name).sum()):
            continue
        faulty = ~np.isfinite(getattr(prices, name))
        if faulty.any():
            row = int(np.argmax(faulty))
            place = f"bars, row {row + 1} ({bars.index[row]})"
            raise MalformedBars(place, f"{name} {getattr(prices, name)[row]}", "a finite price in every row")
    return prices


def compute(name: str, bars: pd.DataFrame, **params: Any) -> pd.DataFrame:
    """Return one indicator of a series of bars.

    Parameters
    ----------
    name : str
        Name of the indicator.
    bars : DataFrame, shape (n_bars, 5)
        Columns open, high, low, close, volume.
    **params : Any
        Parameters of the indicator; defaults for those left out.

    Returns
    -------
    DataFrame of float64, shape (n_bars, n_outputs)
        One column per output, the main one first, on the index of the bars; NaN before the warm-up ends.

    Raises
    ------
    UnknownName, InvalidValue
        For a wrong name or parameter.
    MalformedBars
        For a missing column or a price that is not finite.
    """
    info = entries.get(name)
    parameters = parameters_of(name, params)
    lines = info.calculate(price_arrays(bars), parameters)
    columns = {output.name: line for output, line in zip(info.outputs, lines, strict=True)}
    return pd.DataFrame(columns, index=bars.index, copy=False)
