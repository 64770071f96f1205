"""``/strategies``: which are there, and whether one is valid."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter

from ktrdr_app import workflows
from ktrdr_app.api import names
from ktrdr_app.api.answers import Answer
from ktrdr_app.api.bodies import StrategyBody
from ktrdr_app.api.documents import Strategies, ValidStrategy, described
from ktrdr_app.api.service import Here
from ktrdr_app.api.strict_json import StrictRoute

router = APIRouter(prefix="/strategies", tags=["strategies"], route_class=StrictRoute)


@router.get("/", responses=described(Strategies))
def strategies(here: Here) -> Answer:
    """List the workspace's own and the shipped strategies."""
    return Answer({"strategies": [asdict(info) for info in workflows.list_strategies(here.workspace)]})


@router.post("/validate", responses=described(ValidStrategy))
def validate(here: Here, body: StrategyBody) -> Answer:
    """Check a strategy; if it is not valid, the error lists every problem with line and column."""
    if body.text is not None:
        loaded = workflows.check_strategy(body.text, "text")
    else:
        loaded = workflows.validate_strategy(here.workspace, names.strategy_name(str(body.name)))
    return Answer({"valid": True, "name": loaded.strategy.name, "where": loaded.where})
