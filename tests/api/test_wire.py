"""What is no HTTP, sent to a real server: the one shape of failures, and the server stays as it is."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ktrdr_app.api.app import create_app
from ktrdr_app.api.jobs import Jobs
from ktrdr_app.api.operations import FILE, OperationStore
from ktrdr_app.api.security import Access
from ktrdr_app.api.service import Service
from ktrdr_app.api.wire import Wire
from ktrdr_app.core.paths import Workspace
from tests.api.conftest import Face
from tests.api.threads import served
from tests.workflows.quick import NAME, with_strategy

HEAD = b"Host: 127.0.0.1\r\nConnection: close\r\n"
START = b"POST /api/v1/strategies/validate HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
CHUNKED = START + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def address(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """Return where a server listens, in a thread of this process."""
    workspace = with_strategy(Workspace(tmp_path))
    jobs = Jobs(OperationStore(workspace.runs / FILE), 1)
    with served(create_app(Service(workspace, jobs), Access()), http=Wire, ws="none") as place:
        yield place
    jobs.close()


def answered(address: tuple[str, int], *pieces: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send pieces, and return status, headers and body of the first answer."""
    with socket.create_connection(address, timeout=30) as line:
        for piece in pieces:
            line.sendall(piece)
        with line.makefile("rb") as stream:
            status = int(stream.readline().split()[1])
            headers = {}
            while (text := stream.readline().decode("latin-1").strip()) != "":
                name, _, value = text.partition(": ")
                headers[name.lower()] = value
            return status, headers, stream.read(int(headers.get("content-length", 0)))


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"hello\r\n\r\n",
        b"GET /api/v1/symbols HTTP/1.1\r\n\r\n",
        b"GET /api/v1/symbols HTTP/1.1\r\n" + HEAD + b"Host: evil.example\r\n\r\n",
        b"GET /api/v1/sym bols HTTP/1.1\r\n" + HEAD + b"\r\n",
        b"GET /api/v1/symbols HTTP/1.1\r\n" + HEAD + b"no colon\r\n\r\n",
        b"POST /api/v1/backtests/ HTTP/1.1\r\n" + HEAD + b"Content-Length: -1\r\n\r\n",
        b"POST /api/v1/backtests/ HTTP/1.1\r\n" + HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"POST /api/v1/backtests/ HTTP/1.1\r\n" + HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        CHUNKED + b"zz\r\n",
    ],
    ids=lambda sent: sent[:30].decode("latin-1"),
)
def test_what_is_no_request_gets_the_one_shape(address: tuple[str, int], sent: bytes) -> None:
    status, headers, body = answered(address, sent)
    assert (status, headers["content-type"], headers["connection"]) == (400, "application/json", "close")
    error = json.loads(body)["error"]
    assert (error["code"], error["where"]) == ("usage", "request")
    assert "Invalid HTTP request" in error["message"]
    assert error["hint"]


def test_after_all_that_it_answers_as_ever(address: tuple[str, int]) -> None:
    status, _, body = answered(address, b"GET /api/v1/operations HTTP/1.1\r\n" + HEAD + b"\r\n")
    assert (status, json.loads(body)) == (200, {"operations": [], "total": 0})


def test_a_body_in_single_bytes_arrives(address: tuple[str, int]) -> None:
    body = json.dumps({"name": NAME}).encode()
    pieces = [b"1\r\n" + bytes([byte]) + b"\r\n" for byte in body]
    status, _, told = answered(address, CHUNKED, *pieces, b"0\r\n\r\n")
    assert (status, json.loads(told)["valid"]) == (200, True)


def test_an_answer_that_is_on_its_way_is_not_broken_into(address: tuple[str, int]) -> None:
    first = b"GET /api/v1/operations HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    status, _, body = answered(address, first + b"no request at all\r\n\r\n")
    assert (status, json.loads(body)["total"]) == (200, 0)


def test_after_an_answer_a_broken_rest_of_the_request_ends_the_connection(
    address: tuple[str, int], caplog: pytest.LogCaptureFixture
) -> None:
    foreign = CHUNKED.replace(b"127.0.0.1", b"evil.example")
    with socket.create_connection(address, timeout=30) as line, line.makefile("rb") as answer:
        line.sendall(foreign + b"1")
        assert answer.readline().split()[1] == b"403"
        line.sendall(b"zz\r\n")
        assert answer.read().count(b"HTTP/1.1") == 0
    assert "Fatal error" not in caplog.text


def test_an_answers_body_does_not_wait_until_its_head_is_confirmed(face: Face) -> None:
    held_back: list[bool] = []

    class Noted(Wire):
        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            line = transport.get_extra_info("socket")
            held_back.append(not line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    with served(face.app, http=Noted, ws="none") as address:
        assert answered(address, b"GET /api/v1/operations HTTP/1.1\r\n" + HEAD + b"\r\n")[0] == 200
    assert held_back == [False]
