"""Chronological splits: cut at instants common to all symbols, purged by every label's horizon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import TooFewRows
from ktrdr_app.data.calendars.spans import distinct
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.strategy.schema import SplitSettings

LEAST_PART = 30
"""Fewest rows in each part of a split."""


@dataclass(frozen=True)
class Split:
    """Rows of a block by part; purged rows are in none.

    Attributes
    ----------
    train, validation, test : ndarray of int
        Row numbers, in the block's order.
    train_end, validation_end : int
        Cut-off instants, nanoseconds UTC: train rows were known, and their labels complete, by ``train_end``.
    purged : int
        Rows left out because their label reaches over a cut.
    """

    train: NDArray[np.intp]
    validation: NDArray[np.intp]
    test: NDArray[np.intp]
    train_end: int
    validation_end: int
    purged: int


def split_by_time(block: FeatureBlock, settings: SplitSettings) -> Split:
    """Split pooled rows by time.

    The cuts are the instants by which ``train`` and ``train + validation`` of the distinct close times have
    passed, over all symbols together; each symbol is cut at the same instants. A row belongs to a part if it
    became known after the part began and its label ended by the part's end (purging as in López de Prado 2018,
    ch. 7, on time intervals of all symbols at once, never on row positions).

    Parameters
    ----------
    block : FeatureBlock
        Rows of one or many symbols, in any order.
    settings : SplitSettings
        Shares.

    Raises
    ------
    TooFewRows
        If a part has fewer than `LEAST_PART` rows, or the training part lacks a symbol.
    """
    instants = distinct(block.close_time)
    train_end = _cut(instants, settings.train)
    validation_end = _cut(instants, settings.train + settings.validation)
    known, ended = block.close_time, block.label_end
    train = np.flatnonzero(ended <= train_end)
    validation = np.flatnonzero((known > train_end) & (ended <= validation_end))
    test = np.flatnonzero(known > validation_end)
    for name, rows in (("training", train), ("validation", validation), ("test", test)):
        if len(rows) < LEAST_PART:
            raise TooFewRows(f"the {name} part", len(rows), LEAST_PART, "after the split and the purge")
    absent = sorted(set(range(len(block.symbols))) - set(np.unique(block.symbol_id[train]).tolist()))
    if absent:
        reason = "all its bars lie after the common training cut"
        raise TooFewRows(f"the training part of {block.symbols[absent[0]]}", 0, 1, reason)
    purged = len(block) - len(train) - len(validation) - len(test)
    return Split(train, validation, test, train_end, validation_end, purged)


def _cut(instants: NDArray[np.int64], share: float) -> int:
    return int(instants[min(len(instants) - 1, max(0, round(share * len(instants)) - 1))])
