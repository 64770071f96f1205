"""The application as a whole: its own pages bring all that they show, and leave the routes as they are."""

from __future__ import annotations

import re

import pytest

from tests.api.conftest import HOME, Face


@pytest.mark.parametrize("page", ["!/docs", "!/redoc"])
def test_the_pages_load_nothing_from_elsewhere(face: Face, page: str) -> None:
    answer = face.get(page)
    assert answer.status_code == 200
    loaded = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert loaded
    assert [address for address in loaded if not address.startswith("/")] == []
    assert re.findall(r"https?://[^'\"\s]+", answer.text) == []


@pytest.mark.parametrize("page", ["!/docs", "!/redoc"])
def test_what_the_pages_load_is_there(face: Face, page: str) -> None:
    text = face.get(page).text
    for address in re.findall(r'(?:src|href)="([^"]+)"', text):
        answer = face.get(f"!{address}")
        assert answer.status_code == 200, address
        assert len(answer.content) > 1000, address
    assert "/openapi.json" in text


def test_the_pages_files_are_no_routes_of_the_description(face: Face) -> None:
    paths = face.get("!/openapi.json").json()["paths"]
    assert paths
    assert [path for path in paths if not path.startswith("/api/v1/")] == []


def test_no_path_leads_out_of_the_pages_files(face: Face) -> None:
    for path in ("/static-offline-docs/../../../pyproject.toml", "/static-offline-docs/%2e%2e/core.py"):
        answer = face.get(f"!{path}")
        assert answer.status_code == 404, path
        assert "import" not in answer.text


def test_another_site_gets_the_pages_files_no_more_than_the_routes(face: Face) -> None:
    page = "!/static-offline-docs/swagger-ui.css"
    assert face.get(page, headers={"origin": "http://evil.example"}).status_code == 403
    assert face.get(page, headers={"host": "evil.example"}).status_code == 403
    assert face.get(page, headers={"origin": HOME}).status_code == 200
