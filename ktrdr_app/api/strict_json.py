"""Bodies are JSON as RFC 8259 has it: no key twice, no NaN, nothing that two readers would read differently."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, NoReturn

from fastapi import Request, Response
from fastapi.routing import APIRoute

from ktrdr_app.core.words import shown


class StrictRequest(Request):
    """A request whose body is read strictly."""

    async def json(self) -> Any:
        """Return what the body holds.

        Raises
        ------
        JSONDecodeError
            If it is no JSON, or says one thing twice.
        """
        return read_json(await self.body())


class StrictRoute(APIRoute):
    """A route that reads its body strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        handler: Callable[[Request], Awaitable[Response]] = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handler(StrictRequest(request.scope, request.receive))

        return strict


def read_json(body: bytes) -> Any:
    """Return what a body holds.

    Parameters
    ----------
    body : bytes
        UTF-8 text.

    Raises
    ------
    JSONDecodeError
        If it is no JSON, or says one thing twice; the only error there is.
    """
    try:
        return json.loads(body, object_pairs_hook=_each_once, parse_constant=_no_number)
    except json.JSONDecodeError:
        raise
    except UnicodeDecodeError as error:
        raise _refused("It is not UTF-8", error.start) from error
    except RecursionError as error:
        raise _refused("It is nested too deep") from error
    except ValueError as error:
        raise _refused("It holds a number of too many digits") from error


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _refused(f"The key {shown(key)} is there twice")
        found[key] = value
    return found


def _no_number(word: str) -> NoReturn:
    raise _refused(f"{word} is no number of JSON")


def _refused(reason: str, place: int = 0) -> json.JSONDecodeError:
    return json.JSONDecodeError(reason, "", place)
