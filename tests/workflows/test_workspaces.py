"""What a workspace looks like before it is opened: used or empty, there or gone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ktrdr_app.core.files import write_text
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.workspaces import Recent, is_used, recent_workspaces


@pytest.mark.parametrize(
    ("file", "used"),
    [
        ("data/AAPL_1d.csv", True),
        ("models/s/universal_1d_v1/config.json", True),
        ("configs/strategies/mine.yaml", True),
        ("runs/20260101/result.json", True),
        ("data/README.md", False),
        ("data/.hidden", False),
        ("notes.txt", False),
        (".ktrdr/window.lock", False),
        (".cache/columns/x", False),
    ],
)
def test_what_makes_a_workspace_used(tmp_path: Path, file: str, used: bool) -> None:
    write_text(tmp_path / file, "x")
    assert is_used(Workspace(tmp_path)) is used


def test_a_folder_that_is_not_there_is_not_used(tmp_path: Path) -> None:
    assert not is_used(Workspace(tmp_path / "no"))
    (tmp_path / "data").write_text("a file", encoding="utf-8")
    assert not is_used(Workspace(tmp_path))


def test_recent_ones_keep_their_order_and_the_missing_are_marked(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    folders = (str(tmp_path / "gone"), str(tmp_path / "here"), "/")
    assert recent_workspaces(folders) == (
        Recent(folders[0], "gone", True),
        Recent(folders[1], "here", False),
        Recent("/", "/", False),
    )


@pytest.mark.parametrize(
    "error", [PermissionError(13, "denied"), OSError(116, "Stale file handle"), ValueError("null")]
)
def test_a_recent_one_on_a_disk_that_does_not_answer_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """A network folder that went away must not keep the welcome page from opening."""
    stat = os.stat

    def refuse(path: object, *args: object, **kwargs: object) -> os.stat_result:
        if str(path) == "/net/away":
            raise error
        return stat(path, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "stat", refuse)
    found = recent_workspaces(("/net/away", str(tmp_path), "/x" * 3000, "a\0b"))
    assert [recent.missing for recent in found] == [True, False, True, True]
