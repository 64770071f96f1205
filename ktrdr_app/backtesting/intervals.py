"""How far Sharpe ratio and growth would scatter on other data of the same kind: stationary block bootstrap."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.backtesting.curve import NO_VARIATION
from ktrdr_app.backtesting.metrics import annual_growth
from ktrdr_app.backtesting.periods import PERIODS, Curve
from ktrdr_app.neural.bootstrap import COVERAGE, REPEATS, StationaryBootstrap, block_length, interval

MOST_SLOTS = 2_000
"""Time slots that are resampled, at most; a longer series is resampled by days, weeks or months."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Slots:
    """Returns gathered by the stretches of time that are drawn together.

    Attributes
    ----------
    clock : str
        ``bar``, ``day``, ``week`` or ``month``: one slot.
    sums : ndarray of float64, shape (n_slots, 4)
        Σ r, Σ r², number of returns, and log growth of each slot.
    """

    clock: str
    sums: Array


def slots_of(curve: Curve) -> Slots | None:
    """Gather the returns of a curve by the shortest period that gives `MOST_SLOTS` slots or fewer.

    Parameters
    ----------
    curve : Curve
        Equity by bar.

    Returns
    -------
    Slots or None
        None for fewer than two returns, or once nothing was left.
    """
    returns = curve.returns
    if returns is None or len(returns) < 2 or curve.values[-1] <= 0:
        return None
    ends, clock = np.arange(len(returns)), "bar"
    for name in PERIODS:
        if len(ends) <= MOST_SLOTS:
            break
        ends, clock = curve.last_rows(name) - 1, name
    ends = ends[ends >= 0]  # a period of the first bar alone has no return
    starts = np.append(0, ends[:-1] + 1)
    growth = np.diff(np.log(np.append(curve.start, curve.values[ends + 1])))
    columns = (
        np.add.reduceat(returns, starts),
        np.add.reduceat(returns * returns, starts),
        np.diff(np.append(0, ends + 1)),
        growth,
    )
    return Slots(clock, np.column_stack(columns).astype(np.float64))


def growth_intervals(curve: Curve, seed: int, repeats: int = REPEATS) -> dict[str, Any] | None:
    """Return percentile intervals of Sharpe ratio and annualised return.

    Blocks of neighbouring slots are drawn with replacement around the circle of time, their lengths geometric (Politis
    and Romano 1994) with the automatic mean of Politis and White (2004; corrected 2009) for the slots' returns. Every
    replicate has as many slots as the data. The figures are those of `performance_metrics`, annualised alike.

    Parameters
    ----------
    curve : Curve
        Equity by bar.
    seed : int
        Recorded with the result; the same seed gives the same intervals.
    repeats : int
        Replicates.

    Returns
    -------
    dict or None
        ``sharpe_ratio`` and ``annualized_return``, each ``{estimate, low, high}`` or None; ``coverage`` (share of the
        replicates between the ends), ``repeats``, ``seed``, ``clock`` (what one slot is), ``slots``, ``block_slots``.
        None where there are fewer than two returns, or the account was lost.
    """
    slots = slots_of(curve)
    if slots is None:
        return None
    block = block_length(slots.sums[:, 0])
    drawn = StationaryBootstrap(len(slots.sums), block, repeats, seed).sums(slots.sums)
    return {
        "sharpe_ratio": _sharpe(curve, drawn),
        "annualized_return": _growth(curve, drawn),
        "coverage": COVERAGE,
        "repeats": repeats,
        "seed": seed,
        "clock": slots.clock,
        "slots": len(slots.sums),
        "block_slots": block,
    }


def _sharpe(curve: Curve, drawn: Array) -> dict[str, float] | None:
    moments = curve.sums.returns
    if moments is None or moments.sharpe is None or curve.per_year <= 0:
        return None
    first, second, count = drawn[:, 0], drawn[:, 1], drawn[:, 2]
    mean = first / count
    spread = np.sqrt(np.maximum(second - first * mean, 0.0) / np.maximum(count - 1, 1.0))
    replicates = np.zeros(len(drawn))
    np.divide(mean, spread, out=replicates, where=spread > NO_VARIATION)
    root = math.sqrt(curve.per_year)
    low, high = interval(replicates * root)
    return {"estimate": moments.sharpe * root, "low": low, "high": high}


def _growth(curve: Curve, drawn: Array) -> dict[str, float] | None:
    if curve.years <= 0:
        return None
    low, high = (annual_growth(math.exp(end), curve.years) for end in interval(np.minimum(drawn[:, 3], 700.0)))
    estimate = annual_growth(float(curve.values[-1]) / curve.start, curve.years)
    if low is None or high is None or estimate is None:
        return None
    return {"estimate": estimate, "low": low, "high": high}
