"""All fuzzy sets of a strategy evaluated over whole series, written straight into the columns of a block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import InvalidValue, UnknownName
from ktrdr_app.fuzzy.inputs import FuzzySets, fuzzy_inputs_of, membership_names
from ktrdr_app.fuzzy.kernels import evaluate_sets, into_rows, readable, table_row

_ROWS = 4096
"""Rows of a block in row order that are evaluated by column, in the second-level cache, before they are written."""


class FuzzyEngine:
    """Evaluates the sets of every fuzzy input; columns are called by `membership_names`, in declared order.

    Parameters
    ----------
    fuzzy_sets : mapping of str to FuzzyInput or mapping
        Fuzzy inputs by name, as a strategy declares them or as plain dicts (`fuzzy_inputs_of`).

    Raises
    ------
    InvalidValue
        If a plain dict makes no set, or two sets would have the same column name.
    """

    def __init__(self, fuzzy_sets: FuzzySets) -> None:
        entries = fuzzy_inputs_of(fuzzy_sets)
        self.inputs: tuple[str, ...] = tuple(entries)
        self._keys = {name: tuple(entry.sets) for name, entry in entries.items()}
        self._tables = [
            np.array([table_row(s.type, s.parameters, s.shoulder) for s in entry.sets.values()])
            for entry in entries.values()
        ]
        self.names: tuple[str, ...] = tuple(
            column for name, entry in entries.items() for column in membership_names(name, entry)
        )
        for name in self.names:
            if self.names.count(name) > 1:
                raise InvalidValue("fuzzy_sets", name, "names whose input_set columns differ from each other")

    def evaluate_into(self, values: Mapping[str, NDArray[np.float64]], out: NDArray[np.float32]) -> None:
        """Write every membership into a block that is already there.

        Parameters
        ----------
        values : mapping of str to ndarray of float64, shape (n,)
            One array per fuzzy input, those of longer bars already joined; NaN gives NaN. Others are ignored.
        out : ndarray of float32, shape (n, n_names)
            Written in place, one column per entry of ``names``; may be columns of a larger block.

        Raises
        ------
        UnknownName
            If an input is missing.
        InvalidValue
            If shapes or the type of ``out`` do not fit.
        """
        if out.dtype != np.float32 or out.ndim != 2 or out.shape[1] != len(self.names):
            expected = f"a float32 array with {len(self.names)} columns"
            raise InvalidValue("out", f"{out.dtype} {out.shape}", expected)
        columns = [self._column(values, name, len(out)) for name in self.inputs]
        if out.T.flags.c_contiguous:
            self._write(columns, out)
            return
        space = np.empty(min(len(out), _ROWS) * len(self.names), np.float32)
        for begin in range(0, len(out), _ROWS):
            part = out[begin : begin + _ROWS]
            ready = space[: part.size].reshape(len(self.names), len(part)).T
            self._write([column[begin : begin + _ROWS] for column in columns], ready)
            into_rows(ready.T, part)

    def evaluate_one(
        self, fuzzy_input: str, key: str, values: NDArray[np.float64], out: NDArray[np.floating[Any]]
    ) -> None:
        """Write the memberships in one set: all that a moved vertex changes.

        Parameters
        ----------
        fuzzy_input, key : str
            Input and set.
        values : ndarray of float64, shape (n,)
            The input, on the rows of ``out``.
        out : ndarray of float32 or float64, shape (n,)
            Written in place; may be a column of a block, `names` tells which.

        Raises
        ------
        UnknownName
            If there is no such input or set.
        InvalidValue
            If the shapes differ.
        """
        if fuzzy_input not in self._keys:
            raise UnknownName("fuzzy input", fuzzy_input, list(self._keys))
        keys = self._keys[fuzzy_input]
        if key not in keys:
            raise UnknownName(f"set of {fuzzy_input}", key, keys)
        if out.ndim != 1 or np.shape(values) != out.shape:
            raise InvalidValue("out", out.shape, f"one number for each of {np.size(values)} values")
        place = keys.index(key)
        table = self._tables[self.inputs.index(fuzzy_input)][place : place + 1]
        evaluate_sets(readable(values), table, out[:, None], 0)

    def _column(self, values: Mapping[str, NDArray[np.float64]], name: str, rows: int) -> NDArray[np.float64]:
        if name not in values:
            raise UnknownName("column of fuzzy input values", name, [str(key) for key in values])
        column = readable(values[name])
        if column.shape != (rows,):
            raise InvalidValue(f"values of {name}", column.shape, f"one value for each of {rows} rows")
        return column

    def _write(self, columns: Sequence[NDArray[np.float64]], out: NDArray[np.float32]) -> None:
        first = 0
        for column, table in zip(columns, self._tables, strict=True):
            evaluate_sets(column, table, out, first)
            first += len(table)

    def evaluate_batch(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return every membership of a frame of inputs.

        Parameters
        ----------
        values : DataFrame of float64, shape (n, at least n_inputs)
            One column per fuzzy input; NaN gives NaN. Other columns are ignored.

        Returns
        -------
        DataFrame of float32, shape (n, n_names)
            The columns of ``names``, on the same index.

        Raises
        ------
        UnknownName
            If an input is missing.
        """
        out = np.empty((len(self.names), len(values)), np.float32).T
        self.evaluate_into({str(name): values[name].to_numpy() for name in values.columns}, out)
        return pd.DataFrame(out, index=values.index, columns=list(self.names), copy=False)
