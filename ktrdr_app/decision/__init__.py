"""From class probabilities to actions: filters in a declared order, each with its verdict on record."""

from ktrdr_app.decision.actions import Action, Position
from ktrdr_app.decision.explain import explain_no_trades
from ktrdr_app.decision.filters import FilterVerdict
from ktrdr_app.decision.orchestrator import Decision, DecisionOrchestrator
from ktrdr_app.decision.volume import volume_ratio

__all__ = [
    "Action",
    "Decision",
    "DecisionOrchestrator",
    "FilterVerdict",
    "Position",
    "explain_no_trades",
    "volume_ratio",
]
