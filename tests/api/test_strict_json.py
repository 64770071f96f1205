"""Bodies: what is JSON is read as every reader reads it, and what two readers would read differently is refused."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.api.strict_json import read_json
from tests.api.conftest import PREFIX, Face, fault

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(VALUES)
def test_what_is_json_is_read_as_by_python(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=2)):
        assert read_json(text.encode("utf-8", "surrogatepass" if "\\ud" in ascii(value) else "strict")) == value


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"a": 1, "a": 2}', "The key 'a' is there twice"),
        (b'{"a": 1, "\\u0061": 1}', "The key 'a' is there twice"),
        (b'{"x": [{"b": {}, "b": {}}]}', "The key 'b' is there twice"),
        (b'{"a": NaN}', "NaN is no number of JSON"),
        (b"[Infinity]", "Infinity is no number of JSON"),
        (b"-Infinity", "-Infinity is no number of JSON"),
        (b"[" * 100_000, "It is nested too deep"),
        (b'{"a":' * 100_000, "It is nested too deep"),
        (b"9" * 5000, "It holds a number of too many digits"),
        (b'"\xff"', "It is not UTF-8"),
        (b"{", "Expecting property name enclosed in double quotes"),
        (b"", "Expecting value"),
        (b"{} {}", "Extra data"),
        (b"'a'", "Expecting value"),
    ],
)
def test_what_is_no_json_is_one_error(body: bytes, reason: str) -> None:
    with pytest.raises(json.JSONDecodeError) as caught:
        read_json(body)
    assert caught.value.msg == reason


@given(st.binary(max_size=40))
def test_no_other_error_comes_of_any_bytes(body: bytes) -> None:
    with suppress(json.JSONDecodeError):
        read_json(body)


WITH_BODY = ("/trainings/start", "/backtests/", "/strategies/validate")


def test_the_routes_with_a_body_are_those_that_are_tried_here(face: Face) -> None:
    paths = face.get("!/openapi.json").json()["paths"]
    taking = {path for path, methods in paths.items() if any("requestBody" in each for each in methods.values())}
    assert taking == {f"{PREFIX}{path}" for path in WITH_BODY}


@pytest.mark.parametrize("path", WITH_BODY)
@pytest.mark.parametrize(
    ("body", "reason"),
    [(b'{"name": "x", "name": "y"}', "is there twice"), (b'{"name": NaN}', "no number"), (b'{"name"', "character 7")],
)
def test_every_route_with_a_body_reads_it_so(face: Face, path: str, body: bytes, reason: str) -> None:
    error = fault(face.ask("POST", path, content=body, headers={"content-type": "application/json"}), 422, "usage")
    assert reason in error["message"]
    assert error["where"] == "body"


def test_a_key_that_is_long_is_not_sent_back_whole(face: Face) -> None:
    body = b'{"' + b"k" * 100_000 + b'": 1, "' + b"k" * 100_000 + b'": 1}'
    answer = face.ask("POST", "/backtests/", content=body, headers={"content-type": "application/json"})
    fault(answer, 422, "usage")
    assert len(answer.content) < 2000
