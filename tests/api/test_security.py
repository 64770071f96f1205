"""Who may ask: no page of another site, nobody without the token, no endless body."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from ktrdr_app.api import security
from ktrdr_app.api.security import LARGEST_BODY, Access, Guard, is_loopback
from ktrdr_app.core.paths import Workspace
from tests.api.conftest import Face, fault

TOKEN = "a-token-of-nineteen"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.5", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_which_addresses_are_this_machine_alone(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


class TestHost:
    @pytest.mark.parametrize("host", ["127.0.0.1:8732", "localhost", "LocalHost:1", "[::1]:8732", "127.0.0.1"])
    def test_names_of_this_machine(self, face: Face, host: str) -> None:
        assert face.get("/models", headers={"host": host}).status_code == 200

    @pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8732", "localhost:80@evil.example", ""])
    def test_a_name_that_was_rebound_to_it(self, face: Face, host: str) -> None:
        error = fault(face.get("/models", headers={"host": host}), 403, "foreign_request")
        assert error["where"] == "Host"

    def test_with_a_token_it_does_not_matter(self, face_of: Callable[..., Face], sample_workspace: Workspace) -> None:
        headers = {"host": "trader.example", "authorization": f"Bearer {TOKEN}"}
        assert face_of(sample_workspace, Access(TOKEN)).get("/models", headers=headers).status_code == 200


class TestOrigin:
    def test_the_servers_own_pages(self, face: Face) -> None:
        answer = face.get("/models", headers={"origin": "http://127.0.0.1:8732"})
        assert answer.status_code == 200
        assert not [name for name in answer.headers if name.startswith("access-control")]

    @pytest.mark.parametrize(
        "origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "http://127.0.0.1", "127.0.0.1:8732", ""]
    )
    def test_another_sites(self, face: Face, origin: str) -> None:
        for method in ("GET", "POST", "DELETE", "OPTIONS"):
            error = fault(face.ask(method, "/models", headers={"origin": origin}), 403, "foreign_request")
            assert error["where"] == "Origin"

    def test_another_sites_even_with_the_token(self, face_of: Callable[..., Face], sample_workspace: Workspace) -> None:
        headers = {"origin": "http://evil.example", "authorization": f"Bearer {TOKEN}"}
        answer = face_of(sample_workspace, Access(TOKEN)).get("/models", headers=headers)
        fault(answer, 403, "foreign_request")


class TestToken:
    @pytest.fixture
    def locked(self, face_of: Callable[..., Face], sample_workspace: Workspace) -> Face:
        return face_of(sample_workspace, Access(TOKEN))

    @pytest.mark.parametrize("path", ["/models", "/nosuch", "!/docs", "!/openapi.json", "!/", "/operations"])
    @pytest.mark.parametrize(
        "given",
        [
            None,
            "",
            TOKEN,
            "Bearer",
            "Bearer ",
            f"Basic {TOKEN}",
            f"Bearer {TOKEN}x",
            f"Bearer {TOKEN[:-1]}",
            "Bearer é",
        ],
    )
    def test_without_it_nothing_is_told(self, locked: Face, path: str, given: str | None) -> None:
        headers = {} if given is None else {"authorization": given.encode("latin-1")}
        answer = locked.get(path, headers=headers)  # type: ignore[arg-type]
        fault(answer, 401, "token_wanted")
        assert answer.headers["www-authenticate"] == "Bearer"
        assert TOKEN not in answer.text

    @pytest.mark.parametrize("path", ["/models", "!/docs", "!/openapi.json"])
    @pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
    def test_with_it_all_is(self, locked: Face, path: str, scheme: str) -> None:
        assert locked.get(path, headers={"authorization": f"{scheme} {TOKEN}"}).status_code == 200


class TestBody:
    def test_one_that_says_it_is_too_long(self, face: Face) -> None:
        answer = face.post("/strategies/validate", {"text": "x" * LARGEST_BODY})
        fault(answer, 413, "body_too_large")

    def test_one_that_does_not_say_how_long_it_is(self, face: Face) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(20):
                yield b"x" * (LARGEST_BODY // 10)

        fault(face.ask("POST", "/strategies/validate", content=pieces()), 413, "body_too_large")

    def test_one_in_pieces_arrives_whole(self, face: Face) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            for part in (b'{"name": ', b'"neuro_mean_', b'reversion"}'):
                yield part

        headers = {"content-type": "application/json"}
        answer = face.ask("POST", "/strategies/validate", content=pieces(), headers=headers)
        assert answer.json()["valid"] is True

    @pytest.mark.parametrize("length", ["-1", "x", "9" * 30, "1e9", ""])
    def test_an_odd_length_is_no_fault_of_ours(self, face: Face, length: str) -> None:
        headers = {"content-length": length, "content-type": "application/json"}
        answer = face.ask("POST", "/strategies/validate", content=b"{}", headers=headers)
        assert answer.status_code in (413, 422)


def test_what_is_no_request_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.append(scope["type"])

    asyncio.run(Guard(app, Access())({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert heard == ["lifespan"]


def test_a_client_that_goes_while_it_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    messages = [{"type": "http.request", "body": b"abc", "more_body": True}, {"type": "http.disconnect"}]

    async def receive() -> Any:
        return messages.pop(0)

    assert asyncio.run(security._whole_body(receive)) is None


def test_nothing_is_done_for_a_client_that_went_while_it_sent() -> None:
    heard: list[Any] = []
    messages = [{"type": "http.request", "body": b"{}", "more_body": True}, {"type": "http.disconnect"}]

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        heard.append(message)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.append("the app")

    scope = {"type": "http", "headers": [(b"host", b"127.0.0.1:8732")]}
    asyncio.run(Guard(app, Access())(scope, receive, send))
    assert heard == []
