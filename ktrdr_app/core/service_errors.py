"""Errors of the HTTP API: requests that it does not take, and operations that are not there or not over."""

from __future__ import annotations

from ktrdr_app.core.error_base import KtrdrError
from ktrdr_app.core.words import shown


class ServiceProblem(KtrdrError):
    """A request that the HTTP API does not take as it was sent."""

    code = "service_problem"
    exit_code = 2


class OperationNotFound(ServiceProblem):
    """No operation of that kind has that id.

    Parameters
    ----------
    operation : str
        Id that was asked for.
    kind : str
        ``training``, ``backtest`` or ``operation``.
    """

    code = "operation_not_found"
    exit_code = 3

    def __init__(self, operation: str, kind: str) -> None:
        super().__init__(
            f"there is no {kind} {shown(operation)}", hint="GET /api/v1/operations lists them", where="operation"
        )


class NotFinished(ServiceProblem):
    """An operation that has no result yet.

    Parameters
    ----------
    operation : str
        Its id.
    status : str
        Where it stands.
    """

    code = "not_finished"

    def __init__(self, operation: str, status: str) -> None:
        hint = f"follow GET /api/v1/operations/{operation}/events, or ask again"
        super().__init__(f"it has no result yet, it is {status}", hint=hint, where=operation)


class ResultMissing(ServiceProblem):
    """An operation that is over and has no result.

    Parameters
    ----------
    operation : str
        Its id.
    status : str
        How it ended.
    reason : str
        Why.
    """

    code = "result_missing"

    def __init__(self, operation: str, status: str, reason: str) -> None:
        hint = f"GET /api/v1/operations/{operation} tells more"
        super().__init__(f"it has no result, it is {status}: {reason}", hint=hint, where=operation)


class BrokenOff(ServiceProblem):
    """An operation that was waiting or running when its server ended.

    Parameters
    ----------
    operation : str
        Its id.
    """

    code = "broken_off"

    def __init__(self, operation: str) -> None:
        hint = "start it again; a training whose notes name a checkpoint goes on from there with resume"
        super().__init__("the server ended before it was done", hint=hint, where=operation)


class QueueFull(ServiceProblem):
    """More operations wait than the queue holds.

    Parameters
    ----------
    waiting : int
        Operations that wait.
    """

    code = "queue_full"

    def __init__(self, waiting: int) -> None:
        hint = "wait until some are done, or cancel some: DELETE /api/v1/operations/ID"
        super().__init__(f"{waiting} operations wait already", hint=hint, where="operations")


class TokenWanted(ServiceProblem):
    """A request without the token that the server demands."""

    code = "token_wanted"

    def __init__(self) -> None:
        super().__init__(
            "this server demands a token",
            hint="send the header `Authorization: Bearer TOKEN`; the server told it when it started",
            where="Authorization",
        )


class ForeignRequest(ServiceProblem):
    """A request that a page of another site may have made a browser send.

    Parameters
    ----------
    header : str
        ``Host`` or ``Origin``.
    found : str
        What it says.
    """

    code = "foreign_request"

    def __init__(self, header: str, found: str) -> None:
        super().__init__(
            f"{header} is {shown(found)}, which is not this server",
            hint="call it by the address that it told when it started",
            where=header,
        )


class BodyTooLarge(ServiceProblem):
    """A request whose body is longer than any of ours needs to be.

    Parameters
    ----------
    most : int
        Bytes that are taken.
    """

    code = "body_too_large"

    def __init__(self, most: int) -> None:
        super().__init__(f"the body has more than {most} bytes", hint="send less", where="body")
