"""``serve``: what it hands to the API, what it tells, and what it says where the API is not installed."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from ktrdr_app.api.operations import KEEPING
from ktrdr_app.cli.commands import serve
from ktrdr_app.core.lazy import load
from tests.cli.commands.conftest import Run, error_of

SERVING = "ktrdr_app.api.serving"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return what the API is asked to serve; it says where, and ends."""
    heard: list[Any] = []

    def end_at_once(request: Any, announce: Callable[[Any], None]) -> None:
        heard.append(request)
        announce(SimpleNamespace(url="http://127.0.0.1:8732", token="made-up" if request.host == "0.0.0.0" else None))

    monkeypatch.setattr(f"{SERVING}.serve", end_at_once)
    monkeypatch.delenv(serve.TOKEN_VARIABLE, raising=False)
    return heard


def test_by_default_this_machine_alone(run: Run, asked: list[Any], tmp_path: Any) -> None:
    ended = run("serve", "--workspace", str(tmp_path), json=True)
    assert ended.code == 0
    assert ended.document == {"url": "http://127.0.0.1:8732", "docs": "http://127.0.0.1:8732/docs", "token": None}
    (request,) = asked
    assert (request.host, request.port, request.jobs, request.token) == ("127.0.0.1", 8732, 2, "")
    assert request.workspace.root == tmp_path
    assert (request.keep, request.keep_days) == (KEEPING.most, KEEPING.days) == (1000, 90)


def test_options_and_the_variable(run: Run, asked: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(serve.TOKEN_VARIABLE, "my own token here")
    run("serve", "--host", "0.0.0.0", "--port", "0", "--jobs", "5", "--keep", "20", "--keep-days", "7")
    (request,) = asked
    assert (request.keep, request.keep_days) == (20, 7)
    assert (request.host, request.port, request.jobs, request.token) == ("0.0.0.0", 0, 5, "my own token here")


def test_people_are_told_where_and_the_token_that_was_made_up(run: Run, asked: list[Any]) -> None:
    said = run("serve").out
    assert "http://127.0.0.1:8732/docs" in said
    assert "Token" not in said
    assert "Token: made-up" in run("serve", "--host", "0.0.0.0").out


@pytest.mark.parametrize("part", serve.PARTS)
def test_without_the_extra_it_says_how_to_get_it(run: Run, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    def missing(name: str) -> ModuleType:
        raise ModuleNotFoundError(f"No module named {part!r}", name=part)

    monkeypatch.setattr(serve, "load", missing)
    error = error_of(run("serve", json=True), 2, "environment_problem")
    assert part in error["message"]
    assert error["hint"] == "pip install 'ktrdr-app[api]'"


def test_a_fault_of_ours_is_not_taken_for_a_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "load", lambda name: load("ktrdr_app.api.nosuch"))
    with pytest.raises(ModuleNotFoundError, match="nosuch"):
        serve._module()


@pytest.mark.parametrize("words", [("--port", "x"), ("--jobs", "few"), ("--token", "secret")])
def test_what_is_mistyped(run: Run, words: tuple[str, str]) -> None:
    error_of(run("serve", *words, json=True), 2, "usage")


def test_what_cannot_be_is_refused_by_the_api_itself(run: Run, tmp_path: Any) -> None:
    error = error_of(run("serve", "--workspace", str(tmp_path), "--port", "70000", json=True), 2, "invalid_value")
    assert error["message"] == "port is 70000"
    assert list(tmp_path.iterdir()) == []
