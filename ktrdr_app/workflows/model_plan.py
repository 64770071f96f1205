"""The plan of the features that a saved model was trained on; needs no torch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ktrdr_app.core.errors import ModelRejected, StrategyProblem
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.strategy.load import from_document


def model_plan(
    path: Path, strategy_document: Mapping[str, Any], contract_digest: str, feature_names: tuple[str, ...]
) -> FeaturePlan:
    """Return the plan of a model of ours, whatever the strategy's file says by now.

    Parameters
    ----------
    path : Path
        The model's folder, for messages.
    strategy_document : mapping
        The strategy it was trained by.
    contract_digest : str
        Hash of its feature contract.
    feature_names : tuple of str
        Its features, in order.

    Raises
    ------
    ModelRejected
        If this program would compute other features than it was trained on, or none.
    """
    try:
        plan = FeaturePlan.of(from_document(dict(strategy_document), f"{path.name}/config.json"))
    except StrategyProblem as error:
        raise ModelRejected(str(path), f"its features cannot be built here ({error.message})") from error
    if plan.contract.digest != contract_digest or plan.contract.names != feature_names:
        raise ModelRejected(str(path), "its feature contract is not what this program would compute")
    return plan
