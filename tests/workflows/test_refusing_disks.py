"""Disks that are full and folders that are read-only, by the system's own refusal: told, and nothing is half there."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.model_store.load import load_model
from ktrdr_app.model_store.registry import list_models
from ktrdr_app.model_store.resolver import resolve
from ktrdr_app.workflows.model_requests import MigrateRequest
from tests.model_store.builders import STRATEGY, link_latest, save, write_original
from tests.workflows.refused_process import (
    ACTIONS,
    NEWEST,
    WRITING,
    ZIP,
    act_where_no_file_grows,
    act_where_nothing_may_change,
)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits of file sizes and users are of POSIX systems")

Child = Callable[..., None]
Ask = Callable[[Child, Workspace, str, int], tuple[str, str, str]]


@pytest.fixture
def ask(fork_server: ForkServerContext, tmp_path: Path) -> Ask:
    """Return what runs an action in a process of its own and says what became of it."""

    def run(child: Child, workspace: Workspace, action: str, most: int) -> tuple[str, str, str]:
        told, telling = fork_server.Pipe(duplex=False)
        scratch = tmp_path / f"scratch-{len(list(tmp_path.iterdir()))}"
        process = fork_server.Process(target=child, args=(str(workspace.root), str(scratch), action, telling, most))
        process.start()
        telling.close()
        outcome: tuple[str, str, str] = told.recv()
        process.join(60)
        return outcome

    return run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace with models of ours, an original, a migrated copy of another and a zip to come in."""
    workspace = Workspace(tmp_path_factory.mktemp("made"))
    write_original(workspace.models, strategy="archived")
    workflows.migrate_models(MigrateRequest(workspace))
    for _ in range(2):
        save(workspace.models)
    link_latest(write_original(workspace.models))
    workflows.export_model(workspace, NEWEST, workspace.root / ZIP)
    return workspace.root


@pytest.fixture
def workspace(made: Path) -> Iterator[Workspace]:
    """Return a copy of it that nobody but its owner may change, where every user may look."""
    root = Path(tempfile.mkdtemp())
    shutil.copytree(made, root, symlinks=True, dirs_exist_ok=True)
    root.chmod(0o755)
    yield Workspace(root)
    for folder in (root, *(path for path in root.rglob("*") if path.is_dir() and not path.is_symlink())):
        folder.chmod(0o755)
    shutil.rmtree(root)


def tree(workspace: Workspace) -> dict[str, str]:
    """Return all that a user or a reader can see: files with their sums, links with their targets."""
    found = {}
    for path in sorted(workspace.root.rglob("*")):
        name = path.relative_to(workspace.root)
        if ".versions" in name.parts or (path.is_dir() and not path.is_symlink()):
            continue
        found[str(name)] = str(path.readlink()) if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def check_whole(workspace: Workspace) -> None:
    found = list_models(workspace.models)
    assert [info.problem for info in found] == [""] * len(found)
    for info in found:
        load_model(info.path)
    assert [entry.result for entry in resolve(workspace.models, STRATEGY, "1h").trace] == ["chosen"]


@pytest.mark.parametrize("most", [0, 700, 2_500])
@pytest.mark.parametrize("action", WRITING)
def test_a_disk_that_takes_no_more_is_told_and_leaves_all_as_it_was(
    ask: Ask, workspace: Workspace, action: str, most: int
) -> None:
    before = tree(workspace)
    code, message, hint = ask(act_where_no_file_grows, workspace, action, most)
    if code:
        assert (code, hint) == ("storage_problem", "check free space and permissions")
        assert "File too large" in message
        left = tree(workspace)
        reports = {name for name in left.keys() - before.keys() if name.startswith("runs/")}
        assert {name: left[name] for name in left if name not in reports} == before
    assert code or most, "nothing can be written without a byte"
    check_whole(workspace)
    if code:
        assert ask(act_where_no_file_grows, workspace, action, 1 << 30) == ("", "", ""), "it works once there is room"
        assert tree(workspace) != before
        check_whole(workspace)


@pytest.mark.parametrize("action", ACTIONS)
def test_folders_that_are_read_only_are_told_and_left_as_they_were(ask: Ask, workspace: Workspace, action: str) -> None:
    for path in workspace.root.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o555)
    workspace.root.chmod(0o555)
    before = tree(workspace)
    code, message, hint = ask(act_where_nothing_may_change, workspace, action, 0)
    assert (code, hint) == ("storage_problem", "check free space and permissions")
    assert "Permission denied" in message
    assert tree(workspace) == before
    check_whole(workspace)
