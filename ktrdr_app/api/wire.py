"""The server's end of a connection: answers leave at once, what is no HTTP is refused in the one shape of failures."""

from __future__ import annotations

import asyncio
import socket

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from ktrdr_app.api.answers import json_bytes
from ktrdr_app.api.failures import SEE_DOCS


class Wire(H11Protocol):
    """uvicorn's reader of requests, which by itself answers broken ones in plain text, and the second one late."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection.

        An answer is two pieces, head and body. Unless told otherwise the system keeps the second back until the client
        has confirmed the first, which takes it 40 ms on a connection that it uses again. asyncio tells the system so
        only for sockets that name their protocol, and a listening socket of Python's own making does not.

        Parameters
        ----------
        transport : Transport
            The connection.
        """
        line = transport.get_extra_info("socket")
        if line is not None:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be read as a request, and close the connection.

        Parameters
        ----------
        msg : str
            What uvicorn says of it.
        """
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):  # else an answer is on its way already
            facts = {"code": "usage", "message": msg.rstrip("."), "hint": SEE_DOCS, "where": "request"}
            body = json_bytes({"error": facts})
            length = str(len(body)).encode()
            headers = [(b"content-type", b"application/json"), (b"content-length", length), (b"connection", b"close")]
            for event in (
                h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
                h11.Data(data=body),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
