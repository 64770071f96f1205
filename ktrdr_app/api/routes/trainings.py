"""``/trainings``: start one, see how it goes, and how good the model is."""

from __future__ import annotations

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter

from ktrdr_app import workflows
from ktrdr_app.api.answers import Answer
from ktrdr_app.api.bodies import Id, TrainingBody
from ktrdr_app.api.documents import Performance, TrainingDocument, described
from ktrdr_app.api.operations import TRAINING, Operation
from ktrdr_app.api.outcomes import result_of
from ktrdr_app.api.service import Here
from ktrdr_app.api.strict_json import StrictRoute
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress

router = APIRouter(prefix="/trainings", tags=["trainings"], route_class=StrictRoute)

PERFORMANCE = (
    "model_path",
    "training_symbols",
    "epochs_trained",
    "best_epoch",
    "metrics",
    "per_symbol_validation",
    "class_balance",
    "history",
)
"""What of a training's document tells how good its model is."""


@router.post("/start", status_code=HTTPStatus.ACCEPTED, responses=described(TrainingDocument, HTTPStatus.ACCEPTED))
def start(here: Here, body: TrainingBody) -> Answer:
    """Put a training into the queue; it goes on when the client is gone."""
    request = body.to_request(here.workspace)
    workflows.check_training(request)

    def work(progress: Progress, cancel: CancelToken) -> dict[str, Any]:
        result = workflows.train(request, progress, cancel)
        return result.document | {"history": [asdict(epoch) for epoch in result.history]}

    title = f"training of {request.strategy} on {', '.join(request.symbols)} {request.timeframe}"
    operation = here.jobs.submit(TRAINING, title, body.model_dump(exclude_none=True), work)
    return Answer(_told(operation), HTTPStatus.ACCEPTED)


@router.get("/{task_id}", responses=described(TrainingDocument))
def training(here: Here, task_id: Id) -> Answer:
    """Say where a training stands, with its result once it is completed."""
    return Answer(_told(here.jobs.store.get(task_id, TRAINING)))


@router.get("/{task_id}/performance", responses=described(Performance))
def performance(here: Here, task_id: Id) -> Answer:
    """Say how good the trained model is, beside what needs no model."""
    operation = here.jobs.store.get(task_id, TRAINING)
    result = result_of(operation)
    facts = {name: result[name] for name in PERFORMANCE}
    return Answer({"task_id": operation.id, "status": operation.status, **facts})


def _told(operation: Operation) -> dict[str, Any]:
    return {"task_id": operation.id, **operation.to_document()}
