"""Why a run made no trade, from the trails of its decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ktrdr_app.decision.actions import Action
from ktrdr_app.decision.orchestrator import Decision


def explain_no_trades(decisions: Sequence[Decision], bars: int | None = None) -> str:
    """Say what became of the model's signals, each counted under the first filter that refused it.

    Parameters
    ----------
    decisions : sequence of Decision
        All decisions of a run, or those alone in which the model did not say HOLD.
    bars : int, optional
        Bars that were decided on; as many as decisions by default.

    Returns
    -------
    str
        One line, for example ``812 signals below confidence 0.60; the highest was 0.57``.
    """
    decided = len(decisions) if bars is None else bars
    if decided == 0:
        return "there were no bars to decide on"
    signals = [decision for decision in decisions if decision.raw is not Action.HOLD]
    if not signals:
        return f"the model said HOLD on all {_count(decided, 'bar')}"
    refused: dict[str, list[Decision]] = {}
    for decision in signals:
        if decision.refusal is not None:
            refused.setdefault(decision.refusal.name, []).append(decision)
    parts = [_SENTENCES[name](refused[name]) for name in _SENTENCES if name in refused]
    passed = len(signals) - sum(map(len, refused.values()))
    if passed:
        parts.append(f"{_count(passed, 'signal')} passed every filter")
    return "; ".join(parts)


def _confidence(refused: list[Decision]) -> str:
    highest = max(decision.confidence for decision in refused)
    return f"{_count(len(refused), 'signal')} below confidence {_limit(refused):.2f}; the highest was {highest:.2f}"


def _separation(refused: list[Decision]) -> str:
    return f"{_count(len(refused), 'signal')} less than {_limit(refused):g} bars after the one before"


def _hours(refused: list[Decision]) -> str:
    return f"{_count(len(refused), 'signal')} less than {_limit(refused):g} hours after the one before"


def _volume(refused: list[Decision]) -> str:
    return f"{_count(len(refused), 'signal')} on bars with less than {_limit(refused):.2f} times the usual volume"


def _position(refused: list[Decision]) -> str:
    reasons = Counter(decision.refusal.reason for decision in refused if decision.refusal is not None)
    listed = ", ".join(f"{count:,} {reason}" for reason, count in sorted(reasons.items()))
    return f"{_count(len(refused), 'signal')} that the position does not allow ({listed})"


def _cooldown(refused: list[Decision]) -> str:
    return f"{_count(len(refused), 'signal')} less than {_limit(refused):g} bars after a position's end"


def _drift(refused: list[Decision]) -> str:
    return f"{_count(len(refused), 'signal')} on bars unlike the training rows (distance above {_limit(refused):g})"


_SENTENCES = {
    "confidence": _confidence,
    "position": _position,
    "separation": _separation,
    "hours": _hours,
    "volume": _volume,
    "cooldown": _cooldown,
    "drift": _drift,
}


def _limit(refused: list[Decision]) -> float:
    verdict = refused[0].refusal
    return verdict.limit if verdict is not None else float("nan")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
