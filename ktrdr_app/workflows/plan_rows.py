"""Where the rows of a training fall: its split, and what each way of putting symbols together takes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import InvalidValue, KtrdrError, OneClass, TooFewRows
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.strategy.schema import TrainingSettings
from ktrdr_app.training.checks import check_classes
from ktrdr_app.training.combine import COMBINATIONS, combine_multi_symbol_data
from ktrdr_app.training.split import Cuts, Split, cuts_of, split_at
from ktrdr_app.workflows.plan_records import PARTS, CombinationPlan, Stretch, SymbolPlan
from ktrdr_app.workflows.requests import TrainRequest


@dataclass(frozen=True)
class PlacedRows:
    """What comes of the rows of all usable symbols.

    Attributes
    ----------
    symbols : dict of str to SymbolPlan
        With the parts that their rows fall into.
    combinations : tuple of CombinationPlan
        All there are; empty where there is no split.
    split : Split or None
        The split, if there are rows enough.
    problem : KtrdrError or None
        Why there is none.
    """

    symbols: Mapping[str, SymbolPlan]
    combinations: tuple[CombinationPlan, ...] = ()
    split: Split | None = None
    problem: KtrdrError | None = None


def place_rows(
    symbols: Mapping[str, SymbolPlan], block: FeatureBlock, settings: TrainingSettings, request: TrainRequest
) -> PlacedRows:
    """Split rows and combine them in every way.

    Parameters
    ----------
    symbols : mapping of str to SymbolPlan
        What is known of each symbol; those without rows stay as they are.
    block : FeatureBlock
        Rows of all usable symbols; their features are not looked at.
    settings : TrainingSettings
        Split and combination, every override applied.
    request : TrainRequest
        Seed and weights.
    """
    cuts = cuts_of(block, settings.split)
    try:
        split = split_at(block, cuts)
    except TooFewRows as error:
        return PlacedRows(symbols, problem=error.with_traceback(None))
    taken = {name: _combined(name, request, block, split) for name in COMBINATIONS}
    found = {**symbols, **_placed(symbols, block, split, cuts)}
    rows = taken[settings.combination][1]
    return PlacedRows(_one_sided(found, block, rows), tuple(entry for entry, _ in taken.values()), split)


def pooled_rows(blocks: list[FeatureBlock]) -> FeatureBlock:
    """Stack rows without features, symbol after symbol, as `training.store.RowStore.pooled` does those with.

    Parameters
    ----------
    blocks : list of FeatureBlock
        One a symbol; at least one.
    """
    return FeatureBlock(
        contract=blocks[0].contract,
        symbols=tuple(block.symbols[0] for block in blocks),
        values=blocks[0].values,
        label=np.concatenate([block.label for block in blocks]),
        symbol_id=np.concatenate([np.full(len(block), place, np.int16) for place, block in enumerate(blocks)]),
        close_time=np.concatenate([block.close_time for block in blocks]),
        label_end=np.concatenate([block.label_end for block in blocks]),
    )


def _placed(symbols: Mapping[str, SymbolPlan], block: FeatureBlock, split: Split, cuts: Cuts) -> dict[str, SymbolPlan]:
    """Return the symbols with the parts that their rows fall into."""
    found, known = {}, block.close_time
    waiting = (known > cuts.train_end) & (known <= cuts.validation_start)
    waiting |= (known > cuts.validation_end) & (known <= cuts.test_start)
    for number, symbol in enumerate(block.symbols):
        own = block.symbol_id == number
        parts = {name: _stretch(block, getattr(split, name), number) for name in PARTS}
        embargoed = int((waiting & own).sum())
        purged = int(own.sum()) - embargoed - sum(part.rows for part in parts.values())
        found[symbol] = replace(symbols[symbol], parts=parts, purged=purged, embargoed=embargoed)
    return found


def _stretch(block: FeatureBlock, rows: NDArray[np.intp], number: int) -> Stretch:
    own = block.close_time[rows[block.symbol_id[rows] == number]]
    return Stretch(len(own), int(own[0]), int(own[-1])) if len(own) else Stretch(0)


def _combined(
    name: str, request: TrainRequest, block: FeatureBlock, split: Split
) -> tuple[CombinationPlan, NDArray[np.intp]]:
    """Return what a combination would learn from, and the numbers of those rows; none where it cannot be used."""
    there = np.bincount(block.symbol_id[split.train], minlength=len(block.symbols))
    weights = request.weights if name == "weighted" else None
    try:
        rows = combine_multi_symbol_data(block, split.train, name, request.seed, weights)
    except (InvalidValue, TooFewRows) as error:
        return CombinationPlan(name, problem=error.with_traceback(None)), np.zeros(0, dtype=np.intp)
    taken = np.bincount(block.symbol_id[rows], minlength=len(block.symbols))
    kept = dict(zip(block.symbols, taken.tolist(), strict=True))
    lost = dict(zip(block.symbols, (there - taken).tolist(), strict=True))
    return CombinationPlan(name, kept, lost, _reason(name, kept, lost), weights=dict(weights or {})), rows


def _reason(name: str, kept: Mapping[str, int], lost: Mapping[str, int]) -> str:
    if not any(lost.values()):
        return ""
    limit = min(lost, key=lambda symbol: (lost[symbol], kept[symbol]))
    if name == "balanced":
        return f"{limit} has the fewest training rows, {kept[limit]:,}; every symbol gives as many"
    return f"the weights are kept as far as the {kept[limit]:,} training rows of {limit} allow"


def _one_sided(symbols: Mapping[str, SymbolPlan], block: FeatureBlock, rows: NDArray[np.intp]) -> dict[str, SymbolPlan]:
    """Return the symbols; those whose training rows all have one label have that as their problem."""
    found = dict(symbols)
    for number, symbol in enumerate(block.symbols):
        try:
            check_classes(block, rows[block.symbol_id[rows] == number])
        except OneClass as error:
            found[symbol] = replace(found[symbol], problem=error.with_traceback(None))
    return found
