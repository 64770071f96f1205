"""Puts the rows of several symbols together; features, labels and owners always move as one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core import seeds
from ktrdr_app.core.errors import InvalidValue, TooFewRows
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.training.split import LEAST_PART
from ktrdr_app.training.store import RowStore

COMBINATIONS = ("concatenate", "interleave", "balanced", "weighted")
"""Ways of putting symbols together."""


def pool(blocks: Sequence[FeatureBlock]) -> FeatureBlock:
    """Stack the rows of several symbols, symbol after symbol.

    Parameters
    ----------
    blocks : sequence of FeatureBlock
        One block a symbol, all of one contract.

    Returns
    -------
    FeatureBlock
        Of its own memory, or of a mapped temporary file beyond `ktrdr_app.training.store.IN_MEMORY` bytes.

    Raises
    ------
    InvalidValue
        If there is no block.
    ModelRejected
        If their contracts differ.
    StorageProblem
        If a block that is too large for memory does not fit onto the disk.
    """
    with RowStore() as store:
        for block in blocks:
            store.append(block)
        return store.pooled()


def parted(block: FeatureBlock) -> tuple[FeatureBlock, ...]:
    """Take a pooled block apart, one block a symbol; their features stay where they lie.

    Parameters
    ----------
    block : FeatureBlock
        As `pool` returns it: symbol after symbol.
    """
    ends = np.cumsum(np.bincount(block.symbol_id, minlength=len(block.symbols)))
    parts = (slice(begin, end) for begin, end in zip([0, *ends[:-1]], ends, strict=True))
    return tuple(
        FeatureBlock(
            contract=block.contract,
            symbols=(symbol,),
            values=block.values[part],
            label=block.label[part],
            symbol_id=np.zeros(part.stop - part.start, dtype=np.int16),
            close_time=block.close_time[part],
            label_end=block.label_end[part],
        )
        for symbol, part in zip(block.symbols, parts, strict=True)
    )


def combine_multi_symbol_data(
    block: FeatureBlock,
    train: NDArray[np.intp],
    combination: str,
    seed: int,
    weights: Mapping[str, float] | None = None,
) -> NDArray[np.intp]:
    """Choose and order the training rows of a pooled block.

    Only training rows are drawn from, so that validation and test stay as they are.

    Parameters
    ----------
    block : FeatureBlock
        Pooled rows.
    train : ndarray of int
        Row numbers of the training part.
    combination : str
        ``concatenate``: symbol after symbol, each in order of time. ``interleave``: all by close time, ties by
        symbol. ``balanced``: as many rows of each symbol as the smallest has, drawn once without replacement.
        ``weighted``: as ``balanced``, in proportion to ``weights`` and as many rows as they allow.
    seed : int
        The run's seed.
    weights : mapping of str to float, optional
        Weight above 0 of every symbol; needed by ``weighted`` only.

    Returns
    -------
    ndarray of int
        Row numbers of the block, in training order (the trainer shuffles anew in every epoch).

    Raises
    ------
    InvalidValue
        For another combination, or weights that do not fit the symbols.
    TooFewRows
        If the weights leave a symbol without rows, or too few rows in all.
    """
    check_weights(block.symbols, combination, weights)
    by_symbol = [train[block.symbol_id[train] == number] for number in range(len(block.symbols))]
    if combination in ("balanced", "weighted"):
        given = weights or dict.fromkeys(block.symbols, 1.0)
        shares = np.array([given[symbol] for symbol in block.symbols], dtype=np.float64)
        counts = np.floor(shares * min(len(rows) / share for rows, share in zip(by_symbol, shares, strict=True)) + 1e-9)
        _check_counts(block.symbols, counts)
        by_symbol = [
            _drawn(rows, int(count), seed, symbol)
            for rows, count, symbol in zip(by_symbol, counts, block.symbols, strict=True)
        ]
    rows = np.concatenate(by_symbol)
    if combination == "interleave":
        return rows[np.lexsort((block.symbol_id[rows], block.close_time[rows]))]
    return rows


def check_weights(symbols: Sequence[str], combination: str, weights: Mapping[str, float] | None) -> None:
    """Hold a combination and its weights to the symbols.

    Parameters
    ----------
    symbols : sequence of str
        What is trained on.
    combination : str
        One of `COMBINATIONS`.
    weights : mapping of str to float, optional
        Weight above 0 of every symbol; needed by ``weighted`` only.

    Raises
    ------
    InvalidValue
        For another combination, or weights that do not fit it or the symbols.
    """
    if combination not in COMBINATIONS:
        raise InvalidValue("combination", combination, " or ".join(COMBINATIONS))
    if weights is not None and combination != "weighted":
        raise InvalidValue("weights", dict(weights), "no weights, or combination weighted")
    given = dict(weights or {})
    if combination == "weighted" and (
        set(given) != set(symbols) or any(not 0 < value < math.inf for value in given.values())
    ):
        raise InvalidValue("weights", given, f"a finite weight above 0 for each of {', '.join(symbols)}")


def _check_counts(symbols: tuple[str, ...], counts: NDArray[np.float64]) -> None:
    reason = "with the rows that the symbols have, in these proportions"
    for symbol, count in zip(symbols, counts, strict=True):
        if count < 1:
            raise TooFewRows(f"the training part of {symbol}", int(count), 1, reason)
    if counts.sum() < LEAST_PART:
        raise TooFewRows("the training part", int(counts.sum()), LEAST_PART, reason)


def _drawn(rows: NDArray[np.intp], count: int, seed: int, symbol: str) -> NDArray[np.intp]:
    """Draw rows without replacement, the same ones however many symbols take part, and keep their order."""
    chosen = seeds.generator(seed, f"rows of {symbol}").permutation(len(rows))[:count]
    return rows[np.sort(chosen)]
