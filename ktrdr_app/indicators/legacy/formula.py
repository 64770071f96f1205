"""What a formula of the original looks like, and the pieces that several of them share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from ktrdr_app.core.errors import InvalidValue, UnknownName
from ktrdr_app.core.registry import Registry
from ktrdr_app.data.bars import COLUMNS

Line: TypeAlias = "pd.Series[float]"
Settings = Mapping[str, Any]
Function = Callable[[pd.DataFrame, str, Settings], dict[str, Line]]


@dataclass(frozen=True)
class LegacyFormula:
    """One indicator class of the original.

    Attributes
    ----------
    type : str
        Name of the class as its registry knows it (``RSI``).
    defaults : mapping
        Every parameter with its default.
    function : callable
        Takes bars, the YAML's ``name`` and all parameters; returns columns under the original's names, in its order.
    """

    type: str
    defaults: Settings
    function: Function

    def columns(self, bars: pd.DataFrame, name: str, params: Settings) -> dict[str, Line]:
        """Return the columns that the original appended to its frame.

        Parameters
        ----------
        bars : DataFrame, shape (n_bars, 5)
            Columns open, high, low, close, volume.
        name : str
            The YAML's ``name``; some column names begin with it.
        params : mapping
            Parameters that are not left at their defaults.

        Returns
        -------
        dict of str to Series of float64
            In the original's order; NaN where it had NaN.

        Raises
        ------
        UnknownName
            For a parameter that the class does not have; the original failed to build it.
        InvalidValue
            For a parameter of the wrong kind.
        """
        for key, value in params.items():
            if key not in self.defaults:
                raise UnknownName(f"parameter of the original's {self.type}", key, list(self.defaults), where=name)
            if not self._accepts(key, value):
                raise InvalidValue(f"{name}.{key}", value, f"a value such as {self.defaults[key]!r}", where=name)
        return self.function(bars, name, {**self.defaults, **params})

    def _accepts(self, key: str, value: Any) -> bool:
        default = self.defaults[key]
        if isinstance(default, (str, bool)):
            return type(value) is type(default) and (key != "source" or value in COLUMNS)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        least = 0 if self.type == "VWAP" else 1  # a VWAP of 0 bars runs from the first bar on
        return value > 0 if isinstance(default, float) else isinstance(value, int) and value >= least


FORMULAS: Registry[LegacyFormula] = Registry("indicator of the original")
"""The original's 29 classes. The catalogue does not list them: their defects are kept on purpose."""


def formula(type_name: str, **defaults: Any) -> Callable[[Function], Function]:
    """Register a formula of the original.

    Parameters
    ----------
    type_name : str
        Name of its class.
    **defaults : Any
        Its parameters.
    """

    def register(function: Function) -> Function:
        FORMULAS.add(type_name, LegacyFormula(type_name, defaults, function))
        return function

    return register


def smoothed(line: Line, span: int) -> Line:
    """Return the exponential mean that begins with the first value (``adjust=False``).

    Parameters
    ----------
    line : Series of float64
        A line.
    span : int
        alpha = 2 / (span + 1).
    """
    return line.ewm(span=span, adjust=False).mean()


def true_range(bars: pd.DataFrame) -> Line:
    """Return max(high - low, abs(high - close[t-1]), abs(low - close[t-1])); the first bar has its own range.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    """
    before = bars["close"].shift(1)
    spans = [bars["high"] - bars["low"], (bars["high"] - before).abs(), (bars["low"] - before).abs()]
    return pd.concat(spans, axis=1).max(axis=1)


def windows(line: Line, length: int, reduce: Callable[[Any], Any]) -> Line:
    """Return a figure of each bar's last ``length`` values, NaN until there are so many.

    Parameters
    ----------
    line : Series of float64
        A line.
    length : int
        Values per window.
    reduce : callable
        Takes an array of shape (n_windows, length), the newest value last, and returns one number per row.
    """
    out = np.full(len(line), np.nan)
    if len(line) >= length:
        out[length - 1 :] = reduce(np.lib.stride_tricks.sliding_window_view(line.to_numpy(), length))
    return pd.Series(out, index=line.index)
