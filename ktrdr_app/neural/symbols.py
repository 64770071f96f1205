"""A learned vector per symbol, and one for symbols that are unknown: columns behind the scaled features.

A row carries a 1 in its symbol's column, or in the last one where the symbol is not known, so the first layer's
weights on these columns are the vectors (an embedding of that layer's width, Guo and Berkhahn 2016, equation 3).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core import seeds

UNKNOWN = -1
"""Code of a symbol that the model has no vector for."""

HIDDEN_SHARE = 0.15
"""Share of training rows shown as unknown, so that the unknown vector is learnt from all symbols."""


def symbol_columns(symbols: Sequence[str]) -> int:
    """Return how many columns the vectors of these symbols take; none for no symbols.

    Parameters
    ----------
    symbols : sequence of str
        Symbols with a vector of their own.
    """
    return len(symbols) + 1 if symbols else 0


def with_symbols(scaled: NDArray[np.float32], codes: NDArray[np.int16], columns: int) -> NDArray[np.float32]:
    """Return rows with their symbols' columns behind the features.

    Parameters
    ----------
    scaled : ndarray of float32, shape (n_rows, n_features)
        Scaled features.
    codes : ndarray of int, shape (n_rows,)
        Position of each row's symbol among those with a vector, or `UNKNOWN`.
    columns : int
        As `symbol_columns` returns it; 0 returns the rows as they are.

    Returns
    -------
    ndarray of float32, shape (n_rows, n_features + columns)
        C-contiguous.
    """
    if columns == 0:
        return scaled
    rows, features = scaled.shape
    out = np.zeros((rows, features + columns), dtype=np.float32)
    out[:, :features] = scaled
    out[np.arange(rows), np.where(codes == UNKNOWN, columns - 1, codes) + features] = 1.0
    return out


def partly_hidden(codes: NDArray[np.int16], seed: int) -> NDArray[np.int16]:
    """Return the codes with a share of the rows shown as unknown, the same ones in every epoch.

    Parameters
    ----------
    codes : ndarray of int16, shape (n_rows,)
        Symbols of the training rows.
    seed : int
        The run's seed.
    """
    hidden = seeds.generator(seed, "hidden symbols").random(len(codes)) < HIDDEN_SHARE
    return np.where(hidden, np.int16(UNKNOWN), codes)
