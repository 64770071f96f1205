"""Puts the rows of several symbols together; features, labels and owners always move as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core import seeds
from ktrdr_app.core.errors import InvalidValue, ModelRejected
from ktrdr_app.features.contract import FeatureBlock

COMBINATIONS = ("concatenate", "interleave", "balanced", "weighted")
"""Ways of putting symbols together."""


def pool(blocks: Sequence[FeatureBlock]) -> FeatureBlock:
    """Stack the rows of several symbols, symbol after symbol.

    Parameters
    ----------
    blocks : sequence of FeatureBlock
        One block a symbol, all of one contract.

    Raises
    ------
    ModelRejected
        If their contracts differ.
    """
    first = blocks[0]
    for block in blocks[1:]:
        if block.contract != first.contract:
            names = ", ".join(block.symbols)
            raise ModelRejected(names, "its features differ from those of the other symbols")
    owner = np.concatenate([np.full(len(block), number, dtype=np.int16) for number, block in enumerate(blocks)])
    return FeatureBlock(
        contract=first.contract,
        symbols=tuple(block.symbols[0] for block in blocks),
        values=np.concatenate([block.values for block in blocks]),
        label=np.concatenate([block.label for block in blocks]),
        symbol_id=owner,
        close_time=np.concatenate([block.close_time for block in blocks]),
        label_end=np.concatenate([block.label_end for block in blocks]),
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
    """
    if combination not in COMBINATIONS:
        raise InvalidValue("combination", combination, " or ".join(COMBINATIONS))
    if weights is not None and combination != "weighted":
        raise InvalidValue("weights", dict(weights), "no weights, or combination weighted")
    by_symbol = [train[block.symbol_id[train] == number] for number in range(len(block.symbols))]
    if combination in ("balanced", "weighted"):
        shares = _shares(block.symbols, weights) if combination == "weighted" else np.ones(len(by_symbol))
        counts = np.floor(shares * min(len(rows) / share for rows, share in zip(by_symbol, shares, strict=True)) + 1e-9)
        by_symbol = [
            _drawn(rows, int(count), seed, symbol)
            for rows, count, symbol in zip(by_symbol, counts, block.symbols, strict=True)
        ]
    rows = np.concatenate(by_symbol)
    if combination == "interleave":
        return rows[np.lexsort((block.symbol_id[rows], block.close_time[rows]))]
    return rows


def _shares(symbols: tuple[str, ...], weights: Mapping[str, float] | None) -> NDArray[np.float64]:
    given = dict(weights or {})
    if set(given) != set(symbols) or any(not value > 0 for value in given.values()):
        raise InvalidValue("weights", given, f"a weight above 0 for each of {', '.join(symbols)}")
    return np.array([given[symbol] for symbol in symbols], dtype=np.float64)


def _drawn(rows: NDArray[np.intp], count: int, seed: int, symbol: str) -> NDArray[np.intp]:
    """Draw rows without replacement, the same ones however many symbols take part, and keep their order."""
    chosen = seeds.generator(seed, f"rows of {symbol}").permutation(len(rows))[:count]
    return rows[np.sort(chosen)]
