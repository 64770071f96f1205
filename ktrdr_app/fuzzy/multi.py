"""Fuzzy sets over several time frames of one market, joined by closing times: nothing is seen before it has ended."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.core.timeframes import NANOSECONDS, bar_length
from ktrdr_app.data.bars import close_times
from ktrdr_app.data.resample import Stamps, as_of_close, longer_than, taken
from ktrdr_app.fuzzy.engine import FuzzyEngine
from ktrdr_app.fuzzy.inputs import FuzzySets, fuzzy_inputs_of, stem


class MultiTimeframeFuzzyEngine:
    """Evaluates fuzzy inputs of the bars' own and of longer time frames on the bars.

    Parameters
    ----------
    fuzzy_sets : mapping of str to FuzzyInput or mapping
        Fuzzy inputs by name; those with a ``timeframe`` read longer bars.
    timeframe : str
        Length of the bars on which memberships are wanted.

    Attributes
    ----------
    names : tuple of str
        Columns, in declared order: ``{input}_{set}``, and ``{input}_{set}_{timeframe}`` for longer bars.
    timeframes : tuple of str
        The longer time frames in use, shortest first.

    Raises
    ------
    InvalidValue, UnknownName
        For sets that `FuzzyEngine` refuses, or a time frame that is not longer than the bars.

    Examples
    --------
    >>> low = {"low": {"type": "triangular", "parameters": [0, 10, 40], "shoulder": "left"}}
    >>> MultiTimeframeFuzzyEngine({"rsi": low, "rsi_4h": {"timeframe": "4h", "sets": low}}, "1h").names
    ('rsi_low', 'rsi_low_4h')
    """

    def __init__(self, fuzzy_sets: FuzzySets, timeframe: str) -> None:
        entries = fuzzy_inputs_of(fuzzy_sets)
        bar_length(timeframe)
        self.timeframe = timeframe
        self._frames = {name: entry.timeframe or timeframe for name, entry in entries.items()}
        for name, entry in entries.items():
            if entry.timeframe:
                longer_than(entry.timeframe, timeframe, where=f"fuzzy_sets.{name}.timeframe")
        self._engine = FuzzyEngine(entries)
        self.names: tuple[str, ...] = self._engine.names
        used = set(self._frames.values()) - {timeframe}
        self.timeframes: tuple[str, ...] = tuple(name for name in NANOSECONDS if name in used)

    def evaluate_into(
        self,
        values: Mapping[str, NDArray[np.float64]],
        known: Mapping[str, Stamps],
        out: NDArray[np.float32],
    ) -> None:
        """Write every membership into a block that is already there.

        Parameters
        ----------
        values : mapping of str to ndarray of float64
            One array per fuzzy input, on the bars of its own time frame.
        known : mapping of str to ndarray of int64
            When each bar of each time frame is known, rising, nanoseconds UTC; the bars' own included.
        out : ndarray of float32, shape (n_bars, n_names)
            Written in place; NaN where an input is NaN or no longer bar is known yet.

        Raises
        ------
        UnknownName
            If an input or a time frame is missing.
        InvalidValue
            If shapes or the type of ``out`` do not fit.
        """
        for needed in (self.timeframe, *self.timeframes):
            if needed not in known:
                raise UnknownName("time frame of fuzzy input values", needed, list(known))
        places = {longer: as_of_close(known[self.timeframe], known[longer]) for longer in self.timeframes}
        joined = {
            name: taken(column, places[self._frames[name]]) if self._frames.get(name) in places else column
            for name, column in values.items()
        }
        self._engine.evaluate_into(joined, out)

    def evaluate_batch(self, values: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
        """Return every membership on the bars.

        Parameters
        ----------
        values : mapping of str to DataFrame of float64
            By time frame: a column per fuzzy input, under its name with or without the time frame (``rsi_4h`` or
            ``rsi``), indexed by the opens of that time frame's bars. The bars' own frame may have no column, but
            must be there: its index is the result's. A longer bar counts as known at its open plus its length.

        Returns
        -------
        DataFrame of float32, shape (n_bars, n_names)
            On the index of the bars' own frame; NaN where no longer bar has ended yet.

        Raises
        ------
        UnknownName
            If a time frame or an input is missing.
        """
        for needed in (self.timeframe, *self.timeframes):
            if needed not in values:
                raise UnknownName("time frame of fuzzy input values", needed, list(values))
        known = {name: close_times(values[name].index, name) for name in (self.timeframe, *self.timeframes)}
        columns = {name: self._column(name, values[frame]) for name, frame in self._frames.items()}
        index = values[self.timeframe].index
        out = np.empty((len(self.names), len(index)), np.float32).T
        self.evaluate_into(columns, known, out)
        return pd.DataFrame(out, index=index, columns=list(self.names), copy=False)

    def _column(self, name: str, frame: pd.DataFrame) -> NDArray[np.float64]:
        short = stem(name, self._frames[name])
        key = name if name in frame.columns else short
        if key not in frame.columns:
            raise UnknownName(f"column of {self._frames[name]} values", name, [str(column) for column in frame.columns])
        return frame[key].to_numpy(dtype=np.float64)
