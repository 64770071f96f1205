"""Who may ask: this machine alone unless a token is demanded, no page of another site, no endless body.

A browser sends requests for any page that its user visits. So a server without a token checks that ``Host`` is an
address of this machine (a name that was rebound to it is not) and every server refuses a foreign ``Origin``.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ktrdr_app.api.failures import answer_of
from ktrdr_app.core.errors import BodyTooLarge, ForeignRequest, KtrdrError, TokenWanted

LARGEST_BODY = 1 << 20
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True)
class Access:
    """Who may ask a server.

    Attributes
    ----------
    token : str or None
        Secret that every request must carry; None where the machine's own users are trusted.
    hosts : tuple of str
        Names that ``Host`` may say where there is no token.
    """

    token: str | None = None
    hosts: tuple[str, ...] = LOOPBACK_NAMES


def is_loopback(host: str) -> bool:
    """Return whether an address reaches this machine alone.

    Parameters
    ----------
    host : str
        Address or name; a name other than ``localhost`` counts as reachable from elsewhere.
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Guard:
    """Looks at a request before any route does.

    Parameters
    ----------
    app : ASGIApp
        What is guarded.
    access : Access
        Who may ask.
    """

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it.

        Parameters
        ----------
        scope, receive, send
            As ASGI gives them.
        """
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            self._check(_headers(scope["headers"]))
            body = await _whole_body(receive)
        except KtrdrError as error:
            await answer_of(error)(scope, receive, send)
            return
        if body is not None:  # a client that went while it sent gets no answer, and nothing is done for it
            await self._app(scope, _replay(body, receive), send)

    def _check(self, headers: dict[str, str]) -> None:
        host = headers.get("host", "")
        if self._access.token is None and _without_port(host) not in self._access.hosts:
            raise ForeignRequest("Host", host)
        origin = headers.get("origin")
        if origin is not None and origin.partition("://")[2] != host:
            raise ForeignRequest("Origin", origin)
        if self._access.token is not None:
            scheme, _, given = headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not hmac.compare_digest(given.encode(), self._access.token.encode()):
                raise TokenWanted
        if headers.get("content-length", "0").isdecimal() and int(headers.get("content-length", "0")) > LARGEST_BODY:
            raise BodyTooLarge(LARGEST_BODY)


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in pairs}


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name.lower() if colon and port.isdecimal() else host.lower()


async def _whole_body(receive: Receive) -> bytes | None:
    """Return the body, None if the client went before its end; the length that a request claims need not be true."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LARGEST_BODY:
            raise BodyTooLarge(LARGEST_BODY)
    return body


def _replay(body: bytes, receive: Receive) -> Receive:
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return left.pop() if left else await receive()

    return again
