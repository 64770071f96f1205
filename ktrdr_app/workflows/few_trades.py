"""Why a run has hardly a trade: which class the model leans to, and how that stands to the threshold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ktrdr_app.decision.actions import Action
from ktrdr_app.workflows.wording import number, percent

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEANS = 0.9
"""Share of the bars from which a class is said to lead nearly always."""
PER_YEAR = 0.5
"""Positions a year up to which a run has hardly a trade."""


def leaning_of(probabilities: NDArray[np.float64], threshold: float) -> dict[str, Any]:
    """Return how a model's probabilities stand to each other and to the threshold.

    Parameters
    ----------
    probabilities : ndarray of float64, shape (n_bars, 3)
        BUY, HOLD, SELL.
    threshold : float
        Least confidence of a signal.

    Returns
    -------
    dict
        ``threshold``; by class ``leads`` (share of the bars on which it is the most probable), ``median`` and
        ``highest`` probability.
    """
    leads = np.bincount(probabilities.argmax(axis=1), minlength=len(Action)) / len(probabilities)
    middle, highest = np.median(probabilities, axis=0), probabilities.max(axis=0)
    return {
        "threshold": threshold,
        "leads": {action.name: float(leads[action]) for action in Action},
        "median": {action.name: float(middle[action]) for action in Action},
        "highest": {action.name: float(highest[action]) for action in Action},
    }


def few_trades_note(document: Mapping[str, Any]) -> str:
    """Return why a run that traded has hardly a trade; empty where it has some, or where no class leads throughout.

    Parameters
    ----------
    document : mapping
        The ``backtest`` document.
    """
    leaning, metrics = document.get("leaning"), document.get("metrics") or {}
    positions = int(metrics.get("total_trades") or 0) + bool(document.get("open_trade"))
    years = ((document.get("statistics") or {}).get("annualisation") or {}).get("years") or 0.0
    if not leaning or not positions or positions > max(1.0, PER_YEAR * years):
        return ""
    leader = max(leaning["leads"], key=leaning["leads"].__getitem__)
    if leader == Action.HOLD.name or leaning["leads"][leader] < LEANS:
        return ""
    median, threshold = leaning["median"][leader], leaning["threshold"]
    other = Action.SELL.name if leader == Action.BUY.name else Action.BUY.name
    counted = "1 position" if positions == 1 else f"{positions:,} positions"
    stands = "above" if median > threshold else "around"
    highest = leaning["highest"][other]
    leads, other_leads = (percent(leaning["leads"][name], 0) for name in (leader, other))
    return (
        f"{counted} in {number(years, 1)} years: the model leans {leader} on {leads} of the bars. Its usual {leader} "
        f"probability of {number(median)} is {stands} the confidence threshold of {number(threshold)}, so it enters "
        f"once and stays; {other} leads on {other_leads} of the bars and reaches {number(highest)} at most. With a "
        f"threshold above {number(median)} it would act on stronger signals alone."
    )
