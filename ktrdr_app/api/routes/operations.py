"""``/operations``: all that waits, runs or is over; stop one, or follow it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Query
from starlette.responses import Response, StreamingResponse

from ktrdr_app.api.answers import Answer
from ktrdr_app.api.bodies import Id
from ktrdr_app.api.documents import Kind, OperationBrief, OperationDocument, OperationList, Status, described
from ktrdr_app.api.events import ENDED, LAST, Event, Feed
from ktrdr_app.api.operations import Operation
from ktrdr_app.api.service import Here

router = APIRouter(prefix="/operations", tags=["operations"])

STREAM = "text/event-stream"
LARGEST_OFFSET = 2**53 - 1


@router.get("", responses=described(OperationList))
def operations(
    here: Here,
    status: Annotated[Status | None, Query(description="Only those that stand so.")] = None,
    kind: Annotated[Kind | None, Query(alias="operation_type", description="Only those of this kind.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="Most of them on a page.")] = 100,
    offset: Annotated[int, Query(ge=0, le=LARGEST_OFFSET, description="How many stand before the page.")] = 0,
) -> Answer:
    """List operations, newest first, without their results."""
    found, total = here.jobs.store.listed(status, kind, limit, offset)
    return Answer({"operations": [operation.brief() for operation in found], "total": total})


@router.get("/{operation_id}", responses=described(OperationDocument))
def operation(here: Here, operation_id: Id) -> Answer:
    """Say where an operation stands, with its result once it is completed."""
    return Answer(here.jobs.store.get(operation_id).to_document())


@router.delete("/{operation_id}", responses=described(OperationBrief))
def cancel(here: Here, operation_id: Id) -> Answer:
    """Stop an operation; answers within a second with how it then stands. One that is over stays as it is."""
    return Answer(here.jobs.cancel(operation_id).brief())


@router.get(
    "/{operation_id}/events",
    response_class=Response,
    responses={
        HTTPStatus.OK: {"description": "Server-sent events; the last one is `ended`.", "content": {STREAM: {}}},
        HTTPStatus.NO_CONTENT: {"description": "It is over and the client has heard so."},
    },
)
def events(
    here: Here,
    operation_id: Id,
    last_event_id: Annotated[int | None, Header(ge=0, le=LAST, description="Number of the last event heard.")] = None,
) -> Response:
    """Follow an operation; who comes back with ``Last-Event-ID`` gets what came after it, the end in any case."""
    feed = here.jobs.feed(operation_id)
    found = here.jobs.store.get(operation_id)
    if feed is not None:
        return StreamingResponse(_lines(feed, last_event_id or 0), media_type=STREAM, headers=_UNBUFFERED)
    if last_event_id == LAST:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return Response(_end_of(found), media_type=STREAM, headers=_UNBUFFERED)


_UNBUFFERED = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def _lines(feed: Feed, after: int) -> AsyncIterator[bytes]:
    async for event in feed.follow(after):
        yield b": \n\n" if event is None else event.wire()


def _end_of(operation: Operation) -> bytes:
    return Event(LAST, ENDED, operation.brief()).wire()
