"""The figures of one part of the split, pooled and by symbol, with intervals from one resampling of its time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.data.calendars.spans import distinct
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.neural.bootstrap import StationaryBootstrap, block_length, interval
from ktrdr_app.neural.metrics import (
    CELLS,
    ClassificationMetrics,
    cells,
    class_probabilities_nll,
    classification_metrics,
    resampled_figures,
)
from ktrdr_app.neural.reliability import ReliabilityBin, reliability

SPANNED = 0.95
"""Share of labels that a block is at least as long as; the rest look over gaps of their own symbol."""


def time_slots(known: NDArray[np.int64], ended: NDArray[np.int64]) -> tuple[int, NDArray[np.intp], float]:
    """Return how many moments rows became known at, which one each row did, and how many a label spans.

    Parameters
    ----------
    known, ended : ndarray of int64, shape (n_rows,)
        Close time and end of the label of each row, nanoseconds UTC, whatever the symbol.

    Returns
    -------
    slots : int
        Distinct close times.
    slot : ndarray of int, shape (n_rows,)
        Place of each row's among them.
    spanned : float
        Slots that `SPANNED` of the labels look ahead at most.
    """
    instants = distinct(known)
    slot = np.searchsorted(instants, known)
    ahead = np.searchsorted(instants, ended, side="right") - 1 - slot
    return len(instants), slot, float(np.quantile(ahead, SPANNED))


@dataclass(frozen=True)
class PartJudge:
    """Labelled rows of one part with their probabilities.

    Attributes
    ----------
    symbols : tuple of str
        Symbols that ``owner`` counts.
    y : ndarray of int8, shape (n_rows,)
        Labels 0 to 2.
    owner : ndarray of int16, shape (n_rows,)
        Symbol of each row.
    slot : ndarray of int, shape (n_rows,)
        Place of each row's close time among those of all rows, whatever the symbol.
    p : ndarray of float64, shape (n_rows, 3)
        Probabilities.
    prior : ndarray of float64, shape (3,)
        Class frequencies of the training rows.
    resample : StationaryBootstrap
        Replicates of the part's time, the same for every symbol.
    """

    symbols: tuple[str, ...]
    y: NDArray[np.int8]
    owner: NDArray[np.int16]
    slot: NDArray[np.intp]
    p: NDArray[np.float64]
    prior: NDArray[np.float64]
    resample: StationaryBootstrap

    @classmethod
    def of(
        cls,
        block: FeatureBlock,
        rows: NDArray[np.intp],
        p: NDArray[np.float64],
        prior: NDArray[np.float64],
        seed: int,
    ) -> Self:
        """Take the rows of a part.

        A block of the bootstrap is as long as Politis and White's rule has it for the gain of the model's NLL over the
        prior's, and never shorter than the labels look ahead, as rows closer than that share bars.

        Parameters
        ----------
        block : FeatureBlock
            Labels, owners and times.
        rows : ndarray of int
            Rows of the part.
        p : ndarray of float64, shape (n_rows, 3)
            Their probabilities.
        prior : ndarray of float64, shape (3,)
            Class frequencies of the training rows.
        seed : int
            The run's seed.
        """
        y = block.label[rows]
        slots, slot, spanned = time_slots(block.close_time[rows], block.label_end[rows])
        gain = class_probabilities_nll(np.broadcast_to(prior, p.shape), y) - class_probabilities_nll(p, y)
        series = np.bincount(slot, weights=gain, minlength=slots)
        resample = StationaryBootstrap(slots, block_length(series, least=spanned), seed=seed)
        return cls(block.symbols, y, block.symbol_id[rows], slot, p, prior, resample)

    def figures(self) -> ClassificationMetrics:
        """Return the pooled figures without intervals."""
        return classification_metrics(self.p, self.y, self.prior)

    def with_interval(self) -> ClassificationMetrics:
        """Return the pooled figures with intervals."""
        return replace(self.figures(), intervals=self._intervals())

    def by_symbol(self) -> dict[str, ClassificationMetrics]:
        """Return each symbol's figures without intervals."""
        return {name: part.figures() for name, part in self._parted()}

    def by_symbol_with_intervals(self) -> dict[str, ClassificationMetrics]:
        """Return each symbol's figures with intervals."""
        return {name: part.with_interval() for name, part in self._parted()}

    def reliability(self) -> dict[str, list[ReliabilityBin]]:
        """Return each symbol's reliability by confidence."""
        return {name: reliability(part.p, part.y) for name, part in self._parted()}

    def _parted(self) -> list[tuple[str, PartJudge]]:
        found = ((name, self.owner == number) for number, name in enumerate(self.symbols))
        return [(name, self._only(own)) for name, own in found if own.any()]

    def _only(self, rows: NDArray[np.bool_]) -> PartJudge:
        return replace(self, y=self.y[rows], owner=self.owner[rows], slot=self.slot[rows], p=self.p[rows])

    def _intervals(self) -> dict[str, tuple[float, float]]:
        """Return each figure's interval; replicates without a row of these, as of a short history, are left out."""
        sums = self.resample.sums(self._by_slot())
        sums = sums[sums[:, :CELLS].sum(axis=1) > 0.5]
        replicates = resampled_figures(sums, int(np.argmax(self.prior)))
        return {name: interval(values) for name, values in replicates.items()}

    def _by_slot(self) -> NDArray[np.float64]:
        """Add up, in each time slot, the cells of the confusion matrix and both losses."""
        slots = self.resample.slots
        table = np.empty((slots, CELLS + 2))
        place = self.slot * CELLS + cells(self.p, self.y)
        table[:, :CELLS] = np.bincount(place, minlength=slots * CELLS).reshape(slots, CELLS)
        prior = np.broadcast_to(self.prior, self.p.shape)
        for column, p in enumerate((self.p, prior), start=CELLS):
            table[:, column] = np.bincount(self.slot, weights=class_probabilities_nll(p, self.y), minlength=slots)
        return table
