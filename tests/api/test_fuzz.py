"""Whatever is asked, no answer is a fault of ours: hypothesis draws requests from the server's own description."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ktrdr_app.core.paths import Workspace
from tests.api.conftest import HOME, Face
from tests.workflows.quick import NAME, TEXT, with_strategy

RIGHT = {"strategy_name": NAME, "timeframe": "1d", "symbol": "NOSUCH", "text": TEXT}
WORDS = (*(NAME, "AAPL", "IBM", "1d", "1h", "auto", "2010-01-01"), *("", "..", "../x", "a/b", "\0", "\u20ac", "x" * 70))
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(WORDS),
    st.text(max_size=20),
)
ANY = st.recursive(ODD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner))


def routes(description: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return method, path and description of every route, but for those whose answer has no end."""
    found = [(method, path, op) for path, ops in description["paths"].items() for method, op in ops.items()]
    return [(method.upper(), path, operation) for method, path, operation in found]


def fields_of(description: dict[str, Any], operation: dict[str, Any]) -> list[str]:
    """Return the fields that the body of a route may have."""
    if "requestBody" not in operation:
        return []
    name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return list(description["components"]["schemas"][name]["properties"])


@st.composite
def requests(draw: st.DrawFn, description: dict[str, Any]) -> dict[str, Any]:
    """Draw a request: mostly the right fields, with right and odd values, now and then something else altogether."""
    method, path, operation = draw(st.sampled_from(routes(description)))
    path = re.sub(r"\{\w+\}", lambda _: quote(draw(st.sampled_from(WORDS)), safe=""), path)
    named = [entry["name"] for entry in operation.get("parameters", []) if entry["in"] == "query"]
    params = {name: str(draw(ODD)) for name in named if draw(st.booleans())}
    fields = [name for name in fields_of(description, operation) if draw(st.booleans())]
    body = {name: RIGHT[name] if name in RIGHT and draw(st.booleans()) else draw(ANY) for name in fields}
    return {"method": method, "path": path, "params": params, "json": draw(st.just(body) | ANY)}


@pytest.fixture
def described(face_of: Callable[..., Face], sample_workspace: Workspace) -> Face:
    return face_of(with_strategy(sample_workspace))


def test_no_request_is_a_fault_of_ours(described: Face) -> None:
    description = described.get("!/openapi.json").json()
    answered: set[int] = set()

    async def ask(request: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(described.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, follow_redirects=True) as client:
            path = request.pop("path")
            return await client.request(url=HOME + path, **request)

    @settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
    @given(requests(description))
    def check(request: dict[str, Any]) -> None:
        answer = asyncio.run(ask(dict(request)))
        answered.add(answer.status_code)
        assert answer.status_code < 500, (request, answer.text)
        if answer.status_code >= 400:
            assert {"code", "message", "hint", "where"} <= set(answer.json()["error"])

    check()
    assert {200, 404, 422} <= answered
