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
"""Fewest rows in each part of a split, and of each symbol in the training part."""


@dataclass(frozen=True)
class Split:
    """Rows of a block by part; purged and embargoed rows are in none.

    Attributes
    ----------
    train, validation, test : ndarray of int
        Row numbers, in the block's order.
    train_end, validation_end : int
        Cut-off instants, nanoseconds UTC: train rows were known, and their labels complete, by ``train_end``.
    purged : int
        Rows left out because their label reaches over a cut.
    validation_start, test_start : int
        Instants after which rows of the later parts became known, nanoseconds UTC: the cuts, or later by the embargo.
    embargoed : int
        Rows left out because they became known within the embargo.
    """

    train: NDArray[np.intp]
    validation: NDArray[np.intp]
    test: NDArray[np.intp]
    train_end: int
    validation_end: int
    purged: int
    validation_start: int
    test_start: int
    embargoed: int


@dataclass(frozen=True)
class Cuts:
    """Instants at which every symbol is cut, nanoseconds UTC.

    Attributes
    ----------
    train_end, validation_end : int
        By when the labels of a part must have ended.
    validation_start, test_start : int
        After when rows of the next part became known: the cuts, or later by the embargo.
    """

    train_end: int
    validation_start: int
    validation_end: int
    test_start: int


def split_by_time(block: FeatureBlock, settings: SplitSettings) -> Split:
    """Split pooled rows by time, at the cuts of their own `cuts_of`.

    Parameters
    ----------
    block : FeatureBlock
        Rows of one or many symbols, in any order.
    settings : SplitSettings
        Shares.

    Raises
    ------
    TooFewRows
        If a part, or a symbol within the training part, has fewer than `LEAST_PART` rows.
    """
    return split_at(block, cuts_of(block, settings))


def cuts_of(block: FeatureBlock, settings: SplitSettings) -> Cuts:
    """Return the instants at which rows are cut.

    They are those by which ``train`` and ``train + validation`` of the distinct close times have passed, over all
    symbols together. López de Prado's embargo (2018, ch. 7) drops training rows that follow a test block within h;
    here no training row follows one, so the same h, the share ``embargo`` of the distinct close times, keeps each
    later part from beginning right after its cut.

    Parameters
    ----------
    block : FeatureBlock
        Rows of one or many symbols, in any order.
    settings : SplitSettings
        Shares.
    """
    instants = distinct(block.close_time)
    train_end, validation_start = _cut(instants, settings.train, settings.embargo)
    validation_end, test_start = _cut(instants, settings.train + settings.validation, settings.embargo)
    return Cuts(train_end, validation_start, validation_end, test_start)


def split_at(block: FeatureBlock, cuts: Cuts) -> Split:
    """Split pooled rows at given instants.

    A row belongs to a part if it became known after the part began and its label ended by the part's end (purging as
    in López de Prado 2018, ch. 7, on time intervals of all symbols at once, never on row positions).

    Parameters
    ----------
    block : FeatureBlock
        Rows of one or many symbols, in any order.
    cuts : Cuts
        Where each of them is cut.

    Raises
    ------
    TooFewRows
        If a part, or a symbol within the training part, has fewer than `LEAST_PART` rows.
    """
    train_end, validation_start = cuts.train_end, cuts.validation_start
    validation_end, test_start = cuts.validation_end, cuts.test_start
    known, ended = block.close_time, block.label_end
    train = np.flatnonzero(ended <= train_end)
    validation = np.flatnonzero((known > validation_start) & (ended <= validation_end))
    test = np.flatnonzero(known > test_start)
    waiting = (known > train_end) & (known <= validation_start) | (known > validation_end) & (known <= test_start)
    _check_parts(block, {"training": train, "validation": validation, "test": test})
    embargoed = int(waiting.sum())
    purged = len(block) - len(train) - len(validation) - len(test) - embargoed
    return Split(train, validation, test, train_end, validation_end, purged, validation_start, test_start, embargoed)


def _check_parts(block: FeatureBlock, parts: dict[str, NDArray[np.intp]]) -> None:
    for name, rows in parts.items():
        if len(rows) < LEAST_PART:
            raise TooFewRows(f"the {name} part", len(rows), LEAST_PART, "after the split, the purge and the embargo")
    counts = np.bincount(block.symbol_id[parts["training"]], minlength=len(block.symbols))
    poorest = int(np.argmin(counts))
    if counts[poorest] < LEAST_PART:
        reason = "its other bars lie after the common training cut, or their labels reach over it"
        raise TooFewRows(f"the training part of {block.symbols[poorest]}", int(counts[poorest]), LEAST_PART, reason)


def _cut(instants: NDArray[np.int64], share: float, embargo: float) -> tuple[int, int]:
    """Return the instant of a cut, and the one by which the embargo after it is over."""
    last = len(instants) - 1
    place = min(last, max(0, round(share * len(instants)) - 1))
    return int(instants[place]), int(instants[min(last, place + round(embargo * len(instants)))])
