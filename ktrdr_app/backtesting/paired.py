"""Two accounts beside each other: the difference of their monthly returns, and whether it is more than chance."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ktrdr_app.backtesting.curve import NO_VARIATION
from ktrdr_app.backtesting.periods import Curve, monthly_returns
from ktrdr_app.neural.bootstrap import COVERAGE, REPEATS, StationaryBootstrap, block_length, interval

LEAST_MONTHS = 12
"""Fewest months in common from which a difference is judged."""


@dataclass(frozen=True)
class PairedMonths:
    """Monthly returns of two accounts over the months that they share.

    Attributes
    ----------
    months : tuple of str
        ``YYYY-MM``, rising.
    first, second : tuple of float
        Returns of each month, fractions.
    mean_difference : float, optional
        Mean of first - second, fraction per month; None without a month.
    low, high : float, optional
        Percentile interval of the mean difference; None for fewer than `LEAST_MONTHS` months.
    months_ahead : int
        Months in which the first earned more.
    coverage : float
        Share of the replicates that the interval holds.
    block_months : float, optional
        Mean block length; None without an interval.
    repeats, seed : int
        Of the bootstrap.
    """

    months: tuple[str, ...]
    first: tuple[float, ...]
    second: tuple[float, ...]
    mean_difference: float | None
    low: float | None
    high: float | None
    months_ahead: int
    coverage: float
    block_months: float | None
    repeats: int
    seed: int

    @property
    def verdict(self) -> str:
        """Whether the difference is more than chance: ``first``, ``second``, ``open``, ``same`` or ``too_few``."""
        if self.low is None or self.high is None:
            return "too_few"
        if self.low == self.high == 0:
            return "same"
        if self.low > 0:
            return "first"
        return "second" if self.high < 0 else "open"

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, with the verdict."""
        return {**asdict(self), "verdict": self.verdict}


def paired_months(first: Curve, second: Curve, seed: int, repeats: int = REPEATS) -> PairedMonths:
    """Compare two accounts month by month, over the time that both cover.

    Both are cut to the time from the later first bar to the earlier last one, so that a month that the data cut short
    is the same month for both. Pairing takes out what the market did to both alike; the interval of the mean
    difference is that of a stationary block bootstrap over months (Politis and Romano 1994), the block length
    automatic (Politis and White 2004).

    Parameters
    ----------
    first, second : Curve
        Equity by bar; time frames and capitals may differ.
    seed : int
        Recorded with the result.
    repeats : int
        Replicates.
    """
    start = max(int(first.stamps[0]), int(second.stamps[0]))
    end = min(int(first.stamps[-1]), int(second.stamps[-1]))
    own, other = (_months(curve, start, end) for curve in (first, second))
    months = tuple(sorted(own.keys() & other.keys()))
    ours, theirs = np.array([own[name] for name in months]), np.array([other[name] for name in months])
    difference = ours - theirs
    low = high = block = None
    if len(months) >= LEAST_MONTHS:
        block = block_length(difference)
        if float(np.ptp(difference)) <= NO_VARIATION:
            low = high = float(difference.mean())
        else:
            drawn = StationaryBootstrap(len(months), block, repeats, seed).sums(difference[:, np.newaxis])
            low, high = interval(drawn[:, 0] / len(months))
    return PairedMonths(
        months=months,
        first=tuple(ours.tolist()),
        second=tuple(theirs.tolist()),
        mean_difference=float(difference.mean()) if len(months) else None,
        low=low,
        high=high,
        months_ahead=int((difference > 0).sum()),
        coverage=COVERAGE,
        block_months=block,
        repeats=repeats,
        seed=seed,
    )


def _months(curve: Curve, start: int, end: int) -> dict[str, float]:
    """Return the months of a stretch of time; none where it has no bar."""
    within = (curve.stamps >= start) & (curve.stamps <= end)
    return monthly_returns(curve.between(start, end)) if within.any() else {}
