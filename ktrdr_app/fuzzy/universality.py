"""How alike several symbols use the sets of one input: what one network for all of them can rely on."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import InvalidValue

NO_SET = ""
"""Name of the share of bars that no set claims."""
ALIKE = 0.8
"""Figure from which one network can read an input on every symbol; raw MACD over markets has about 0.5."""


@dataclass(frozen=True)
class Universality:
    """How differently symbols use an input.

    Attributes
    ----------
    figure : float
        1 minus the mean total variation distance between the symbols' shares: 1 if all use the sets alike, 0 if no
        two of them share a set.
    shares : dict of str to dict of str to float
        By symbol: share of its bars that goes to each set, and to `NO_SET`; they add up to 1.
    farthest : tuple of str
        The two symbols that are least alike.
    set_spread : dict of str to float
        Largest minus smallest share of each set over the symbols.
    """

    figure: float
    shares: dict[str, dict[str, float]]
    farthest: tuple[str, str]
    set_spread: dict[str, float]

    @property
    def alike(self) -> bool:
        """Whether one network can read the input on every symbol: `ALIKE` or more."""
        return self.figure >= ALIKE


def universality(sets: Sequence[str], memberships: Mapping[str, NDArray[np.floating]]) -> Universality:
    """Measure how alike symbols use the sets of one input.

    A bar gives each set its membership; where they add up to less than 1 the rest goes to no set, where to more they
    are divided by their sum. A symbol's shares are the mean over its bars, and two symbols differ by half the sum of
    the absolute differences of their shares (total variation distance: Levin and Peres, Markov Chains and Mixing
    Times, 2017, proposition 4.2).

    Parameters
    ----------
    sets : sequence of str
        Names of the sets, in column order.
    memberships : mapping of str to ndarray of float, shape (n_bars, n_sets)
        By symbol; rows with a NaN are left out.

    Raises
    ------
    InvalidValue
        If there are fewer than two symbols, or one has no bar with memberships.

    Examples
    --------
    >>> same = np.array([[1.0, 0.0], [0.0, 0.5]])
    >>> universality(["low", "high"], {"A": same, "B": same}).figure
    1.0
    >>> universality(["low", "high"], {"A": same[:1], "B": same[::-1][:1] * 2}).figure
    0.0
    """
    if len(memberships) < 2:
        raise InvalidValue("symbols", list(memberships), "at least two symbols to compare")
    names = (*sets, NO_SET)
    table = np.array([_shares(symbol, values) for symbol, values in memberships.items()])
    distances = {
        pair: float(np.abs(table[pair[0]] - table[pair[1]]).sum() / 2)
        for pair in itertools.combinations(range(len(table)), 2)
    }
    symbols = list(memberships)
    first, second = max(distances, key=distances.__getitem__)
    return Universality(
        figure=1.0 - sum(distances.values()) / len(distances),
        shares={
            symbol: dict(zip(names, row.tolist(), strict=True)) for symbol, row in zip(symbols, table, strict=True)
        },
        farthest=(symbols[first], symbols[second]),
        set_spread=dict(zip(sets, np.ptp(table[:, :-1], axis=0).tolist(), strict=True)),
    )


def _shares(symbol: str, memberships: NDArray[np.floating]) -> NDArray[np.float64]:
    rows = memberships[~np.isnan(memberships).any(axis=1)].astype(np.float64)
    if not len(rows):
        raise InvalidValue("symbols", symbol, "symbols with at least one bar after the warm-up")
    total = rows.sum(axis=1)
    shares = (rows / np.maximum(total, 1.0)[:, None]).mean(axis=0)
    return np.append(shares, np.maximum(1.0 - total, 0.0).mean())
