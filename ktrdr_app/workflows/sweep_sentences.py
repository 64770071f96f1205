"""A sweep in plain words: what was best, what it is worth, and what to do with it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ktrdr_app.workflows.sweep_requests import SweepRequest
from ktrdr_app.workflows.sweep_study import Trial
from ktrdr_app.workflows.sweep_trial import COMPLETE, PRUNED, UNFIT
from ktrdr_app.workflows.wording import number, percent

_EDGE = 0.02
"""Share of a range at either end that counts as its edge."""
_SHARES = ("val_skill", "val_accuracy", "val_balanced_accuracy")


def sentences_of(
    request: SweepRequest, space: Mapping[str, Any], trials: Sequence[Trial], best: Trial | None
) -> Iterator[str]:
    """Yield what a person should know of a sweep.

    Parameters
    ----------
    request : SweepRequest
        What was asked for.
    space : mapping
        What is varied: each path with its range or choices.
    trials : sequence of Trial
        Those that are over.
    best : Trial, optional
        The best of them.
    """
    states = Counter(trial.outcome.state for trial in trials)
    unfit = Counter(trial.outcome.reason for trial in trials if trial.outcome.state == UNFIT)
    if best is None:
        yield "No trial could be judged, so there is no best one."
    else:
        yield _best(request.objective, trials, best)
    yield (
        f"{states[COMPLETE]} of {len(trials)} trials were judged, {states[PRUNED]} were given up early, "
        f"{states[UNFIT]} had settings that do not fit."
    )
    if unfit:
        yield f"What did not fit most often: {unfit.most_common(1)[0][0]}."
    if best is not None:
        yield from _edges(space, best)
        if any(path.startswith("labels.") for path in space):
            yield "Trials with other labels answer other questions: each is measured against its own class shares."
        yield (
            "Chosen as the best of many on validation bars, this figure flatters: judge it on test bars and unseen "
            "symbols. The deflated Sharpe ratio of its backtests counts these trials."
        )


def shown(objective: str, value: float | None) -> str:
    """Return a trial's value as people read it.

    Parameters
    ----------
    objective : str
        What it is.
    value : float or None
        The value.
    """
    return percent(value, 2) if objective in _SHARES else number(value, 3)


def _best(objective: str, trials: Sequence[Trial], best: Trial) -> str:
    said = f"Best is trial {best.number}: {objective} {shown(objective, best.value)}"
    first = trials[0]
    if best.number and first.number == 0 and first.value is not None:
        return f"{said}, where trial 0 has {shown(objective, first.value)}."
    return f"{said}."


def _edges(space: Mapping[str, Any], best: Trial) -> Iterator[str]:
    for path, facts in space.items():
        if "low" not in facts:
            continue
        value = best.values[path]
        place = _place(facts, value)
        near = "low" if place <= _EDGE else "high" if place >= 1 - _EDGE else ""
        if near and value != 0:  # below nothing there is mostly nothing
            yield f"The best {path} lies at the {near} end of its range ({value:g}): a wider one may hold a better."


def _place(facts: Mapping[str, Any], value: float) -> float:
    """Return where a value lies in its range, from 0 to 1, as values are drawn: evenly, or evenly in logarithms."""
    low, high, at = facts["low"], facts["high"], value
    if facts.get("log"):
        low, high, at = math.log(low), math.log(high), math.log(value)
    return float((at - low) / (high - low))
