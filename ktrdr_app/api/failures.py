"""One shape for every failure, the command line's, with the HTTP status that fits."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from ktrdr_app.api.answers import Answer
from ktrdr_app.core.errors import (
    BodyTooLarge,
    EnvironmentProblem,
    ForeignRequest,
    KtrdrError,
    ModelRejected,
    NotFinished,
    QueueFull,
    ResultMissing,
    StorageProblem,
    TokenWanted,
)
from ktrdr_app.core.words import cut

SEE_DOCS = "see /docs for what each route takes"
NOT_FOUND_EXIT = 3
RETRY_SECONDS = "5"
MOST_PROBLEMS = 20
"""Problems of one request that are listed; the others are counted."""

STATUS: tuple[tuple[type[KtrdrError], HTTPStatus], ...] = (
    (TokenWanted, HTTPStatus.UNAUTHORIZED),
    (ForeignRequest, HTTPStatus.FORBIDDEN),
    (BodyTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (QueueFull, HTTPStatus.TOO_MANY_REQUESTS),
    (NotFinished, HTTPStatus.CONFLICT),
    (ResultMissing, HTTPStatus.CONFLICT),
    (ModelRejected, HTTPStatus.CONFLICT),
    (StorageProblem, HTTPStatus.INSUFFICIENT_STORAGE),
    (EnvironmentProblem, HTTPStatus.SERVICE_UNAVAILABLE),
)
"""Status of an error by its class; others are 404 where a command would end with 3, else 422."""


class ErrorFacts(BaseModel):
    """What every error says; some add lists, such as ``problems``."""

    model_config = ConfigDict(extra="allow")

    code: str
    message: str
    hint: str
    where: str


class ErrorDocument(BaseModel):
    """The body of every answer that is no success."""

    error: ErrorFacts


DESCRIBED: dict[int | str, dict[str, Any]] = {
    int(status): {"model": ErrorDocument, "description": words}
    for status, words in (
        (HTTPStatus.UNAUTHORIZED, "The token is missing."),
        (HTTPStatus.FORBIDDEN, "The request comes from another site."),
        (HTTPStatus.NOT_FOUND, "What was asked for is not there."),
        (HTTPStatus.CONFLICT, "It has no result, or a model that must not be used."),
        (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large."),
        (HTTPStatus.UNPROCESSABLE_ENTITY, "The request cannot be carried out as it was put."),
        (HTTPStatus.TOO_MANY_REQUESTS, "The queue is full."),
        (HTTPStatus.SERVICE_UNAVAILABLE, "A library or a part of the system is missing."),
        (HTTPStatus.INSUFFICIENT_STORAGE, "The disk refuses."),
    )
}
"""The failures of every route, for its description."""


def status_of(error: KtrdrError) -> int:
    """Return the HTTP status of an error.

    Parameters
    ----------
    error : KtrdrError
        Any of ours.
    """
    for kind, status in STATUS:
        if isinstance(error, kind):
            return int(status)
    missing = error.exit_code == NOT_FOUND_EXIT
    return int(HTTPStatus.NOT_FOUND if missing else HTTPStatus.UNPROCESSABLE_ENTITY)


def facts_of(error: KtrdrError) -> dict[str, Any]:
    """Return what an error's document holds.

    Parameters
    ----------
    error : KtrdrError
        Any of ours.
    """
    return {**error.to_dict(), **error.details()}


def bug_facts(error: Exception, where: str) -> dict[str, Any]:
    """Return what the document of a fault of the program holds; the traceback is for the log alone.

    Parameters
    ----------
    error : Exception
        What nobody expected.
    where : str
        Route or operation.
    """
    message = f"a fault of the program: {type(error).__name__}"
    return {"code": "bug", "message": message, "hint": "the server's log has the traceback", "where": where}


def answer_of(error: KtrdrError) -> Answer:
    """Return the answer that an error gives.

    Parameters
    ----------
    error : KtrdrError
        Any of ours.
    """
    headers = {}
    if isinstance(error, TokenWanted):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, QueueFull):
        headers["Retry-After"] = RETRY_SECONDS
    return Answer({"error": facts_of(error)}, status_of(error), headers)


def add_handlers(app: FastAPI) -> None:
    """Let an application answer every failure in the one shape.

    Parameters
    ----------
    app : FastAPI
        The application.
    """
    app.add_exception_handler(KtrdrError, _ours)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)


async def _ours(_request: Request, error: Exception) -> Answer:
    assert isinstance(error, KtrdrError)
    return answer_of(error)


async def _malformed(_request: Request, error: Exception) -> Answer:
    """Answer a request that does not follow its route's description; no more of it is repeated than a line holds."""
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    problems = [_problem(fault) for fault in faults[:MOST_PROBLEMS]]
    first, more = problems[0], f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    message = f"{first['where']}: {first['message']}{more}"
    facts = {"code": "usage", "message": message, "hint": SEE_DOCS, "where": first["where"], "problems": problems}
    return Answer({"error": facts}, HTTPStatus.UNPROCESSABLE_ENTITY)


def _problem(fault: Mapping[str, Any]) -> dict[str, str]:
    """Return one fault of a request as it is told; of text that is no JSON, what is wrong with it and where."""
    if fault["type"] == "json_invalid":
        message = f"no JSON: {fault['ctx']['error']}"
        place = int(fault["loc"][-1])
        return {"where": "body", "message": f"{message}, at character {place}" if place else message}
    return {
        "where": cut(".".join(str(part) for part in fault["loc"])),
        "message": cut(str(fault["msg"]).removeprefix("Value error, ")),
    }


async def _http(request: Request, error: Exception) -> Answer:
    """Answer what the framework refuses: no such route, another method, a body that is no text."""
    assert isinstance(error, HTTPException)
    path = cut(request.url.path)
    facts = {"code": "usage", "message": f"{request.method} {path}: {error.detail}", "hint": SEE_DOCS, "where": path}
    unreadable = error.status_code == HTTPStatus.BAD_REQUEST
    status = HTTPStatus.UNPROCESSABLE_ENTITY if unreadable else error.status_code
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    if "allow" in headers:
        headers["allow"] = ", ".join(sorted({*headers["allow"].split(", "), *_methods(request)}))
    return Answer({"error": facts}, status, headers)


def _methods(request: Request) -> set[str]:
    """Return every method that a path has; the framework tells those of the first route that it came upon."""
    paths, asked = request.app.openapi()["paths"], request.url.path
    alike = [operations for template, operations in paths.items() if compile_path(template)[0].match(asked)]
    fitting = [paths[asked]] if asked in paths else alike
    return {method.upper() for operations in fitting for method in operations}


async def _bug(request: Request, error: Exception) -> Answer:
    return Answer({"error": bug_facts(error, request.url.path)}, HTTPStatus.INTERNAL_SERVER_ERROR)
