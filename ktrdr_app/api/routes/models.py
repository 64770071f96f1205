"""``/models``: which are there, and which one would be loaded."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from ktrdr_app import workflows
from ktrdr_app.api.answers import Answer
from ktrdr_app.api.bodies import Name
from ktrdr_app.api.documents import Models, ResolvedModel, described
from ktrdr_app.api.service import Here
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.workflows.model_requests import ResolveRequest

router = APIRouter(prefix="/models", tags=["models"])


@router.get("", responses=described(Models))
def models(here: Here) -> Answer:
    """List every model, the unusable ones with the reason."""
    return Answer({"models": [info.to_document() for info in workflows.list_models(here.workspace)]})


@router.get("/resolve", responses=described(ResolvedModel))
def resolve(
    here: Here,
    timeframe: Annotated[Name, Query(description="Bar length.")],
    strategy_name: Annotated[Name | None, Query(description="The strategy's name.")] = None,
    strategy: Annotated[Name | None, Query(description="The same, as the command line calls it.")] = None,
    symbol: Annotated[Name | None, Query(description="Symbol whose own model may serve.")] = None,
    prefer: Annotated[
        Literal["universal", "legacy"] | None, Query(description="Looked for first; the settings say by default.")
    ] = None,
    allow_any: Annotated[bool, Query(description="Whether another symbol's model may serve.")] = True,
) -> Answer:
    """Say which model would be loaded, and all that was looked at; ``chosen`` is null if none serves."""
    name = strategy_name or strategy
    if name is None:
        raise InvalidValue("strategy_name", None, "the strategy's name", where="query.strategy_name")
    request = ResolveRequest(here.workspace, name, timeframe, symbol, prefer, allow_any)
    return Answer(workflows.resolve_model(request).to_document())
