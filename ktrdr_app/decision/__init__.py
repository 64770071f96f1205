"""From class probabilities to actions: filters in a declared order, each with its verdict on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ktrdr_app.core.lazy import exports

if TYPE_CHECKING:
    from ktrdr_app.decision.actions import Action, Position
    from ktrdr_app.decision.explain import explain_no_trades
    from ktrdr_app.decision.filters import FilterVerdict
    from ktrdr_app.decision.orchestrator import Decision, DecisionOrchestrator
    from ktrdr_app.decision.volume import volume_ratio

_EXPORTS = {
    "Action": "actions",
    "Decision": "orchestrator",
    "DecisionOrchestrator": "orchestrator",
    "FilterVerdict": "filters",
    "Position": "actions",
    "explain_no_trades": "explain",
    "volume_ratio": "volume",
}

__getattr__ = exports(__name__, _EXPORTS)

__all__ = [
    "Action",
    "Decision",
    "DecisionOrchestrator",
    "FilterVerdict",
    "Position",
    "explain_no_trades",
    "volume_ratio",
]
