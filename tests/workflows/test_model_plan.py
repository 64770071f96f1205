"""The plan of a saved model: its own papers', and refused where this program would compute something else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.workflows.model_plan import model_plan
from tests.features.strategies import probe

PATH = Path("models/probe/universal_1d_v1")
PLAN = FeaturePlan.of(probe())


def of(**changes: Any) -> FeaturePlan:
    given = {
        "strategy_document": PLAN.strategy.document(),
        "contract_digest": PLAN.contract.digest,
        "feature_names": PLAN.contract.names,
    }
    return model_plan(PATH, **(given | changes))


def test_it_is_the_plan_of_the_strategy_that_it_was_trained_by() -> None:
    assert of().contract == PLAN.contract
    assert of().sources == PLAN.sources


@pytest.mark.parametrize("change", [{"contract_digest": "ab" * 32}, {"feature_names": PLAN.contract.names[::-1]}])
def test_another_contract_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ModelRejected, match="not what this program would compute") as caught:
        of(**change)
    assert caught.value.where == str(PATH)


def test_a_strategy_that_is_none_is_refused_with_its_reason() -> None:
    document = PLAN.strategy.document()
    document["indicators"]["rsi"]["name"] = "no_such_indicator"
    with pytest.raises(ModelRejected, match="cannot be built here"):
        of(strategy_document=document)
