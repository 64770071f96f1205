"""How the features of a model's training rows are distributed, symbol by symbol: what others are compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.features.psi import TENTHS, bin_numbers, quantile_edges
from ktrdr_app.fuzzy.activity import FAINT

MEASURED_ROWS = 50_000
"""Most training rows that are counted, spread evenly over all: tenths are as sure with these as with millions."""
_MOST_EDGES = 2 * (TENTHS - 1)


@dataclass(frozen=True)
class Distribution:
    """Counts of training rows, before scaling.

    Attributes
    ----------
    symbols : tuple of str
        Training symbols.
    rows : ndarray of int64, shape (n_symbols,)
        Rows of each that were counted.
    names : tuple of str
        Features, in column order.
    edges : tuple of ndarray of float32
        Bins of each feature over the rows of all symbols, as `psi.quantile_edges` returns them.
    counts : tuple of ndarray of int64, shape (n_symbols, n_edges + 1)
        Rows of each symbol in each bin, by feature.
    inputs : dict of str to tuple of str
        Memberships of each fuzzy input on the bar itself.
    faint : dict of str to ndarray of int64, shape (n_symbols,)
        Rows of each symbol that the sets of an input hardly describe: memberships that add up to less than
        `ktrdr_app.fuzzy.activity.FAINT`.
    """

    symbols: tuple[str, ...]
    rows: NDArray[np.int64]
    names: tuple[str, ...]
    edges: tuple[NDArray[np.float32], ...]
    counts: tuple[NDArray[np.int64], ...]
    inputs: dict[str, tuple[str, ...]]
    faint: dict[str, NDArray[np.int64]]

    @classmethod
    def of(
        cls,
        values: NDArray[np.float32],
        symbol_id: NDArray[np.int16],
        rows: NDArray[np.intp],
        symbols: Sequence[str],
        names: Sequence[str],
        inputs: Mapping[str, Sequence[str]],
    ) -> Self:
        """Count training rows.

        Parameters
        ----------
        values : ndarray of float32, shape (n, n_features)
            Features before scaling, finite.
        symbol_id : ndarray of int16, shape (n,)
            Position of each row's symbol in ``symbols``.
        rows : ndarray of int
            Numbers of the training rows, at least one.
        symbols, names : sequence of str
            Training symbols; features in column order.
        inputs : mapping of str to sequence of str
            Memberships of each fuzzy input, as in ``names``.
        """
        if len(rows) > MEASURED_ROWS:
            rows = rows[np.linspace(0, len(rows) - 1, MEASURED_ROWS).astype(np.intp)]
        owner = symbol_id[rows].astype(np.intp)
        edges, counts = [], []
        for column in range(len(names)):
            chosen = values[rows, column]
            edges.append(quantile_edges(chosen))
            bins = len(edges[-1]) + 1
            place = owner * bins + bin_numbers(chosen, edges[-1])
            counts.append(np.bincount(place, minlength=len(symbols) * bins).reshape(len(symbols), bins))
        places = {name: number for number, name in enumerate(names)}
        faint = {}
        for name, members in inputs.items():
            sets = values[rows[:, np.newaxis], [places[member] for member in members]]
            faint[name] = np.bincount(owner[faint_rows(sets)], minlength=len(symbols))
        return cls(
            symbols=tuple(symbols),
            rows=np.bincount(owner, minlength=len(symbols)),
            names=tuple(names),
            edges=tuple(edges),
            counts=tuple(counts),
            inputs={name: tuple(members) for name, members in inputs.items()},
            faint=faint,
        )

    def columns_of(self, fuzzy_input: str) -> list[int]:
        """Return the columns of an input's memberships.

        Parameters
        ----------
        fuzzy_input : str
            One of ``inputs``.
        """
        return [self.names.index(name) for name in self.inputs[fuzzy_input]]

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form; edges are written as short as their float32 allows."""
        return {
            "symbols": list(self.symbols),
            "rows": self.rows.tolist(),
            "features": [
                {"name": name, "edges": [float(str(edge)) for edge in edges], "counts": counts.tolist()}
                for name, edges, counts in zip(self.names, self.edges, self.counts, strict=True)
            ],
            "inputs": [
                {"name": name, "memberships": list(members), "faint": self.faint[name].tolist()}
                for name, members in self.inputs.items()
            ],
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any], where: str) -> Self:
        """Read the JSON form.

        Parameters
        ----------
        document : mapping
            What `to_document` returned.
        where : str
            File it came from, for messages.

        Raises
        ------
        ModelRejected
            If it is not what `to_document` makes.
        """
        try:
            features, inputs = document["features"], document["inputs"]
            with np.errstate(over="ignore"):  # an edge that no float32 holds is told as one that is not finite
                edges = tuple(np.asarray(entry["edges"], np.float64).astype(np.float32) for entry in features)
            found = cls(
                symbols=tuple(document["symbols"]),
                rows=_counts(document["rows"]),
                names=tuple(entry["name"] for entry in features),
                edges=edges,
                counts=tuple(_counts(entry["counts"]) for entry in features),
                inputs={entry["name"]: tuple(entry["memberships"]) for entry in inputs},
                faint={entry["name"]: _counts(entry["faint"]) for entry in inputs},
            )
            fault = found._fault()
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ModelRejected(where, f"the reference is not readable ({error})") from error
        if fault:
            raise ModelRejected(where, f"the reference does not fit together: {fault}")
        return found

    def _fault(self) -> str:
        """Return what does not fit together; empty if all does."""
        if not self.symbols or not all(isinstance(word, str) for word in (*self.symbols, *self.names)):
            return "its names are no words"
        if self.rows.shape != (len(self.symbols),) or self.rows.min() < 0 or self.rows.sum() < 1:
            return "rows of its symbols"
        for name, edges, counts in zip(self.names, self.edges, self.counts, strict=True):
            if edges.ndim != 1 or not 1 <= len(edges) <= _MOST_EDGES or not np.isfinite(edges).all():
                return f"edges of {name}"
            if (np.diff(edges) <= 0).any() or counts.shape != (len(self.symbols), len(edges) + 1):
                return f"bins of {name}"
            if counts.min() < 0 or (counts.sum(axis=1) != self.rows).any():
                return f"counts of {name}"
        for name, members in self.inputs.items():
            faint = self.faint[name]
            if not set(members) <= set(self.names) or faint.shape != self.rows.shape:
                return f"memberships of {name}"
            if faint.min() < 0 or (faint > self.rows).any():
                return f"faint rows of {name}"
        return ""


def faint_rows(memberships: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which rows the sets of an input hardly describe.

    Parameters
    ----------
    memberships : ndarray of float32, shape (n_rows, n_sets)
        All memberships of one fuzzy input, before scaling.
    """
    return np.asarray(memberships.sum(axis=1, dtype=np.float64) < FAINT)


def _counts(values: Any) -> NDArray[np.int64]:
    counts = np.asarray(values)
    if counts.dtype.kind != "i":
        raise ValueError("counts that are no whole numbers")
    return counts.astype(np.int64)
