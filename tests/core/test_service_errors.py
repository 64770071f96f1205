"""Errors of the HTTP API: each says what was found and what to do, with a code and an exit code of its own."""

from __future__ import annotations

import pickle

import pytest

from ktrdr_app.core.errors import (
    BodyTooLarge,
    BrokenOff,
    ForeignRequest,
    KtrdrError,
    NotFinished,
    OperationNotFound,
    QueueFull,
    ResultMissing,
    ServiceProblem,
    TokenWanted,
)

SAMPLES = (
    (ServiceProblem("odd"), "service_problem", 2, "odd", ""),
    (OperationNotFound("ab12", "training"), "operation_not_found", 3, "no training 'ab12'", "GET /api/v1/operations"),
    (NotFinished("ab12", "running"), "not_finished", 2, "it is running", "/operations/ab12/events"),
    (ResultMissing("ab12", "failed", "no bars"), "result_missing", 2, "it is failed: no bars", "/operations/ab12"),
    (BrokenOff("ab12"), "broken_off", 2, "the server ended before it was done", "resume"),
    (QueueFull(100), "queue_full", 2, "100 operations wait already", "DELETE"),
    (TokenWanted(), "token_wanted", 2, "demands a token", "Authorization: Bearer"),
    (ForeignRequest("Host", "evil.example"), "foreign_request", 2, "Host is 'evil.example'", "address"),
    (BodyTooLarge(1024), "body_too_large", 2, "more than 1024 bytes", "send less"),
)


@pytest.mark.parametrize(("error", "code", "exit_code", "message", "hint"), SAMPLES, ids=lambda value: str(value)[:30])
def test_each_says_what_and_what_to_do(error: KtrdrError, code: str, exit_code: int, message: str, hint: str) -> None:
    assert (error.code, error.exit_code) == (code, exit_code)
    assert message in error.message
    assert hint in error.hint
    assert isinstance(error, ServiceProblem)
    assert pickle.loads(pickle.dumps(error)).to_dict() == error.to_dict()


def test_all_of_them_are_here() -> None:
    assert {type(sample[0]) for sample in SAMPLES} == {ServiceProblem, *ServiceProblem.__subclasses__()}
