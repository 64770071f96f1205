"""The threshold at which no class is rare, found by labelling again."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.labels.decided import CLASS_NAMES, HOLD
from ktrdr_app.labels.labelers import class_counts, decide
from ktrdr_app.strategy.schema import LabelSettings

RARE = 0.05
"""Share below which a class is nearly absent."""

_TARGET = 1 / 3
_NEAR = 0.005
_MOST_STEPS = 20
_LARGEST_ATR = 1000.0


@dataclass(frozen=True)
class Suggestion:
    """Another threshold and what it would give.

    Attributes
    ----------
    threshold : float
        In the settings' unit, three digits.
    unit : str
        ``fraction`` or ``atr``.
    balance : dict of str to float
        Share of each class among all labels at that threshold.
    """

    threshold: float
    unit: str
    balance: dict[str, float]

    def document(self) -> dict[str, object]:
        """Return it as JSON types."""
        return {"threshold": self.threshold, "threshold_unit": self.unit, "balance": self.balance}


def suggest(series: Sequence[PriceArrays], settings: LabelSettings) -> Suggestion | None:
    """Return the threshold at which a third of all labels are HOLD, if that leaves no class rare.

    HOLD grows with the threshold, so it is bracketed by doubling or halving and found by bisection; how the rest
    falls to BUY and SELL is the market's choice. Of the thresholds tried, the one whose shares are nearest to a third
    each (sum of the differences) is rounded to three digits and measured again.

    Parameters
    ----------
    series : sequence of PriceArrays
        Bars of each symbol.
    settings : LabelSettings
        What is labelled now.

    Returns
    -------
    Suggestion or None
        None where every threshold leaves a class below `RARE`, as in a market that only rises.
    """
    limit = _LARGEST_ATR if settings.threshold_unit == "atr" else _largest_fraction(settings)
    tried: dict[float, NDArray[np.float64]] = {}

    def hold(threshold: float) -> float:
        tried[threshold] = _shares(series, settings, threshold)
        return float(tried[threshold][HOLD])

    low, high = _bracket(hold, settings.threshold, limit)
    for _ in range(_MOST_STEPS):
        middle = math.sqrt(low * high)
        share = hold(middle)
        if abs(share - _TARGET) < _NEAR:
            break
        low, high = (low, middle) if share > _TARGET else (middle, high)
    nearest = min(tried, key=lambda threshold: float(np.abs(tried[threshold] - _TARGET).sum()))
    rounded = float(f"{nearest:.3g}")
    shares = _shares(series, settings, rounded)
    if shares.min() < RARE:
        return None
    return Suggestion(rounded, settings.threshold_unit, dict(zip(CLASS_NAMES, shares.tolist(), strict=True)))


def _largest_fraction(settings: LabelSettings) -> float:
    return 0.99 / max(1.0, settings.take_profit, settings.stop_loss)


def _bracket(hold: Callable[[float], float], start: float, limit: float) -> tuple[float, float]:
    """Return two thresholds, the lower with too little HOLD and the higher with too much, as far as there are such."""
    low = high = start
    if hold(start) > _TARGET:
        for _ in range(_MOST_STEPS):
            low, high = low / 2.0, low
            if hold(low) <= _TARGET:
                break
    else:
        for _ in range(_MOST_STEPS):
            low, high = high, min(2.0 * high, limit)
            if high == limit or hold(high) > _TARGET:
                break
    return low, high


def _shares(series: Sequence[PriceArrays], settings: LabelSettings, threshold: float) -> NDArray[np.float64]:
    moved = settings.model_copy(update={"threshold": threshold})
    counts = sum((class_counts(decide(prices, moved).label) for prices in series), np.zeros(len(CLASS_NAMES)))
    return counts / max(1.0, float(counts.sum()))
