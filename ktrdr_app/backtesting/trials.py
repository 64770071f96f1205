"""How many tries a result was chosen from, and how far they lie apart: what a Sharpe ratio is deflated by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ktrdr_app.backtesting.sharpe import independent_trials

LEAST_MONTHS = 12
"""Fewest months in common from which the correlation of two tries is taken."""


@dataclass(frozen=True)
class Try:
    """One run of a strategy.

    Attributes
    ----------
    sharpe : float
        Per bar, not annualised.
    months : mapping of str to float
        Return by ``YYYY-MM``; empty where it is not known.
    """

    sharpe: float
    months: Mapping[str, float]


@dataclass(frozen=True)
class Trials:
    """Tries that a result may have been chosen from, itself included.

    Attributes
    ----------
    count : int
        Different tries, 1 or more.
    effective : float
        As many independent tries are as good, 1 to ``count``.
    correlation : float, optional
        Mean correlation of their monthly returns over all pairs; a pair with fewer than `LEAST_MONTHS` months in
        common counts as uncorrelated. None for one try.
    variance : float, optional
        Sample variance (ddof 1) of their Sharpe ratios per bar; None for one try.
    """

    count: int
    effective: float
    correlation: float | None
    variance: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)


def trials_of(tries: Sequence[Try], stopped: int = 0) -> Trials:
    """Count tries, and what they are worth as independent ones.

    Parameters
    ----------
    tries : sequence of Try
        One or more.
    stopped : int
        Further tries that were given up before they had a Sharpe ratio: they are taken to be as alike, and to lie as
        far apart, as those that have one.
    """
    count = len(tries) + stopped
    if len(tries) < 2:
        return Trials(count, float(count), None, None)
    correlation = _mean_correlation(tries)
    variance = float(np.var([each.sharpe for each in tries], ddof=1))
    return Trials(count, independent_trials(count, correlation), correlation, variance)


def _mean_correlation(tries: Sequence[Try]) -> float:
    """Return the mean over all pairs of the correlation over the months that the two share."""
    names = sorted({name for each in tries for name in each.months})
    table = np.array([[each.months.get(name, np.nan) for name in names] for each in tries]).reshape(len(tries), -1)
    there = np.isfinite(table)
    known, values = there.astype(np.float64), np.where(there, table, 0.0)
    shared = known @ known.T
    count = np.maximum(shared, 1.0)
    sums, squares, products = values @ known.T, values**2 @ known.T, values @ values.T
    spread = squares / count - (sums / count) ** 2
    together = products / count - sums / count * sums.T / count
    scale = np.sqrt(np.maximum(spread, 0.0) * np.maximum(spread.T, 0.0))
    correlation = np.zeros_like(together)
    np.divide(together, scale, out=correlation, where=(shared >= LEAST_MONTHS) & (scale > 1e-24))
    pairs = correlation[np.triu_indices(len(tries), 1)]
    return float(np.clip(pairs, -1.0, 1.0).mean())
