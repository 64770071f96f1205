"""The filters between a model's signal and an action; a new one is a function added to `FILTERS`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from ktrdr_app.decision.actions import Action, Position
from ktrdr_app.strategy.schema import DecisionSettings


@dataclass(frozen=True)
class Candidate:
    """A BUY or SELL of the model before the filters.

    Attributes
    ----------
    action : Action
        BUY or SELL.
    confidence : float
        The model's probability of it, 0 to 1.
    bars_since : int or None
        Bars since the last signal that was acted on; None before the first.
    volume_ratio : float
        Volume over its usual amount; NaN where that is unknown.
    position : Position
        Position at the bar's close.
    allow_short : bool
        Whether SELL while flat may open a short position.
    hours_since : float or None
        Hours between the opens of this bar and of that of the last signal that was acted on; None where not known.
    bars_since_exit : int or None
        Bars since the last position's end; None before the first.
    dissimilarity : float
        Distance of the bar's features from the training rows, in mean distances of these; NaN where not known.
    """

    action: Action
    confidence: float
    bars_since: int | None
    volume_ratio: float
    position: Position
    allow_short: bool
    hours_since: float | None = None
    bars_since_exit: int | None = None
    dissimilarity: float = math.nan

    @property
    def opens(self) -> bool:
        """Whether it would open a position from flat."""
        return self.position is Position.FLAT and (self.action is Action.BUY or self.allow_short)


@dataclass(frozen=True)
class FilterVerdict:
    """What one filter said of one signal.

    Attributes
    ----------
    name : str
        Name of the filter, as `FILTERS` lists them.
    passed : bool
        Whether the signal may go on.
    reason : str
        Why, in plain words.
    limit : float
        The setting it was held against; NaN where there is none.
    """

    name: str
    passed: bool
    reason: str
    limit: float = math.nan


Filter = Callable[[Candidate, DecisionSettings], FilterVerdict | None]


def confidence(signal: Candidate, settings: DecisionSettings) -> FilterVerdict:
    """Refuse a signal whose probability is below the threshold.

    Parameters
    ----------
    signal : Candidate
        The signal.
    settings : DecisionSettings
        Gives ``confidence_threshold``, for the mode at hand.
    """
    limit = settings.confidence_threshold
    passed = signal.confidence >= limit
    relation = "is at least" if passed else "is below"
    return FilterVerdict("confidence", passed, f"confidence {signal.confidence:.2f} {relation} {limit:.2f}", limit)


def separation(signal: Candidate, settings: DecisionSettings) -> FilterVerdict:
    """Refuse a signal that follows the last acted-on one too soon; exits are held to it as well.

    Parameters
    ----------
    signal : Candidate
        The signal.
    settings : DecisionSettings
        Gives ``min_signal_separation``, in bars.
    """
    limit = settings.min_signal_separation
    if signal.bars_since is None:
        return FilterVerdict("separation", True, "no signal was acted on before", limit)
    passed = signal.bars_since >= limit
    reason = f"{signal.bars_since} bars after the last signal, {limit} are asked for"
    return FilterVerdict("separation", passed, reason, limit)


def hours(signal: Candidate, settings: DecisionSettings) -> FilterVerdict | None:
    """Refuse a signal that follows the last acted-on one too soon by the clock, weekends counted.

    Parameters
    ----------
    signal : Candidate
        The signal.
    settings : DecisionSettings
        Gives ``min_separation_hours``.
    """
    limit = settings.min_separation_hours
    if limit == 0 or signal.hours_since is None:
        return None
    passed = signal.hours_since >= limit
    reason = f"{signal.hours_since:g} hours after the last signal, {limit:g} are asked for"
    return FilterVerdict("hours", passed, reason, limit)


def volume(signal: Candidate, settings: DecisionSettings) -> FilterVerdict | None:
    """Refuse a signal on a quiet bar, if the strategy asks for it; without volume, say so and let it pass.

    Parameters
    ----------
    signal : Candidate
        The signal.
    settings : DecisionSettings
        Gives ``volume_filter`` and ``min_volume_ratio``.
    """
    if not settings.volume_filter:
        return None
    limit = settings.min_volume_ratio
    if math.isnan(signal.volume_ratio):
        return FilterVerdict("volume", True, "usual volume is not known, the filter was not applied", limit)
    passed = signal.volume_ratio >= limit
    relation = "is at least" if passed else "is below"
    reason = f"volume {signal.volume_ratio:.2f} times the usual {relation} {limit:.2f}"
    return FilterVerdict("volume", passed, reason, limit)


def position(signal: Candidate, settings: DecisionSettings) -> FilterVerdict | None:
    """Refuse what the position makes meaningless: BUY while long, SELL while short or, long only, while flat.

    Parameters
    ----------
    signal : Candidate
        The signal.
    settings : DecisionSettings
        Gives ``position_awareness``.
    """
    if not settings.position_awareness:
        return None
    refused = {(Action.BUY, Position.LONG), (Action.SELL, Position.SHORT)}
    if not signal.allow_short:
        refused.add((Action.SELL, Position.FLAT))
    passed = (signal.action, signal.position) not in refused
    return FilterVerdict("position", passed, f"{signal.action.name} while {signal.position.name.lower()}")


def cooldown(signal: Candidate, settings: DecisionSettings) -> FilterVerdict | None:
    """Refuse to open a position too soon after the last one ended.

    Parameters
    ----------
    signal : Candidate
        The signal.
    settings : DecisionSettings
        Gives ``cooldown_bars``.
    """
    limit = settings.cooldown_bars
    if limit == 0 or not signal.opens:
        return None
    if signal.bars_since_exit is None:
        return FilterVerdict("cooldown", True, "no position ended before", limit)
    passed = signal.bars_since_exit >= limit
    reason = f"{signal.bars_since_exit} bars after the last position's end, {limit} are asked for"
    return FilterVerdict("cooldown", passed, reason, limit)


def size(signal: Candidate, settings: DecisionSettings) -> FilterVerdict | None:
    """Say how large a position may become; the engine shrinks larger orders, and notes it.

    Parameters
    ----------
    signal : Candidate
        The signal.
    settings : DecisionSettings
        Gives ``max_position_size``.
    """
    limit = settings.max_position_size
    if limit == 1 or not (signal.opens or signal.allow_short):
        return None
    return FilterVerdict("size", True, f"at most {limit:.0%} of the cash", limit)


def drift(signal: Candidate, settings: DecisionSettings) -> FilterVerdict | None:
    """Refuse a signal on a bar unlike those that the model learnt from.

    Parameters
    ----------
    signal : Candidate
        The signal.
    settings : DecisionSettings
        Gives ``max_dissimilarity``.
    """
    limit = settings.max_dissimilarity
    if limit is None:
        return None
    if math.isnan(signal.dissimilarity):
        return FilterVerdict("drift", True, "distance from the training rows is not known, not applied", limit)
    passed = signal.dissimilarity <= limit
    relation = "is at most" if passed else "is above"
    return FilterVerdict("drift", passed, f"dissimilarity {signal.dissimilarity:.2f} {relation} {limit:.2f}", limit)


FILTERS: tuple[Filter, ...] = (confidence, position, separation, hours, volume, cooldown, size, drift)
"""All filters, in the order in which the first refusal is named. A filter that returns None is switched off."""


def verdicts_of(signal: Candidate, settings: DecisionSettings) -> tuple[FilterVerdict, ...]:
    """Return what every filter that is switched on says of a signal, in declared order.

    Parameters
    ----------
    signal : Candidate
        The signal.
    settings : DecisionSettings
        The strategy's ``decision`` section.
    """
    verdicts = (judge(signal, settings) for judge in FILTERS)
    return tuple(verdict for verdict in verdicts if verdict is not None)
