"""Runs the whole command line inside this process, so that a test costs no start of Python."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ktrdr_app.cli.main import main
from ktrdr_app.core.paths import Workspace
from tests.cli.conftest import Ended

Run = Callable[..., Ended]


@pytest.fixture
def workspace(sample_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a workspace of its own with the sample data, which is the current folder."""
    monkeypatch.chdir(sample_workspace.root)
    return sample_workspace.root


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Return ``run("data", "list", json=True)``: the command line of ``ktrdr-app`` in the current folder."""
    logger = logging.getLogger("ktrdr_app")
    before, level = list(logger.handlers), logger.level

    def run_words(*words: str, json: bool = False) -> Ended:
        capsys.readouterr()
        code = main([*words, *(["--json"] if json else [])])
        return Ended(code, *capsys.readouterr())

    yield run_words
    logger.handlers[:] = before
    logger.setLevel(level)


def error_of(ended: Ended, exit_code: int, code: str) -> dict[str, Any]:
    """Return the one error document on stdout, and fail unless it has its shape, its code and its exit code."""
    assert list(ended.document) == ["error"], ended.out
    error = ended.document["error"]
    assert (ended.code, error["code"]) == (exit_code, code), error
    assert {"message", "hint", "where"} <= set(error)
    assert error["message"]
    assert ended.err == ""
    return dict(error)


def files_of(root: Path) -> dict[str, bytes]:
    """Return every file of a folder but the caches, with its bytes: what a command may not touch unasked."""
    found = (path for path in sorted(root.rglob("*")) if path.is_file())
    return {name: path.read_bytes() for path in found if ".cache" not in (name := path.relative_to(root).as_posix())}


def table_rows(text: str) -> dict[str, list[str]]:
    """Return the cells of a printed table by the first of its row; columns are at least two spaces apart."""
    lines = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in text.splitlines()]
    return {line[0]: line[1:] for line in lines if len(line) > 1}
