"""Real processes that look after models at once, and real processes that are killed while they do."""

from __future__ import annotations

import os
import random
import signal
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import pytest

from ktrdr_app.core.paths import Workspace
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.archive import export_model
from ktrdr_app.model_store.deletion import delete_model, restore_model, trashed_models
from ktrdr_app.model_store.load import load_model
from ktrdr_app.model_store.notes import read_notes
from ktrdr_app.model_store.registry import list_models
from ktrdr_app.model_store.resolver import resolve
from ktrdr_app.model_store.rollback import roll_back
from tests.model_store.builders import STRATEGY, save
from tests.model_store.processes import act_and_die, roll_to_and_fro, save_many

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL and the fork server are of POSIX systems")

MOMENTS = 8
MOST_STEPS = 60


def killed(fork_server: ForkServerContext, root: Path, steps: int, *action: Any) -> bool:
    """Return whether the process was killed before it was done."""
    child = fork_server.Process(target=act_and_die, args=(str(root), steps, *action))
    child.start()
    child.join(120)
    assert child.exitcode in (0, -signal.SIGKILL)
    return child.exitcode != 0


def check_store(workspace: Workspace) -> set[int]:
    """Check that all is whole and ``_latest`` itself resolves; return the versions that are there."""
    found = list_models(workspace.models)
    assert [info.problem for info in found] == [""] * len(found)
    assert all(load_model(info.path).info.complete for info in found)
    target = layout.read_pointer(workspace.models / STRATEGY, "universal_1h")
    assert target.target is not None, target.problem
    assert resolve(workspace.models, STRATEGY, "1h").chosen is not None
    assert read_notes(workspace.models / STRATEGY).problem == ""
    return {info.version for info in found}


def moments(seed: int) -> list[int]:
    drawn = random.Random(seed)
    return [0, *(drawn.randrange(MOST_STEPS) for _ in range(MOMENTS))]


def test_two_processes_that_roll_back_and_one_that_saves_agree(fork_server: ForkServerContext, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for _ in range(2):
        save(workspace.models)
    barrier = fork_server.Barrier(3)
    roll = {"target": roll_to_and_fro, "args": (str(workspace.models), barrier, 15)}
    children = [fork_server.Process(**roll), fork_server.Process(**roll)]
    children.append(fork_server.Process(target=save_many, args=(str(workspace.models), barrier, 2)))
    for child in children:
        child.start()
    for child in children:
        child.join(120)
    assert [child.exitcode for child in children] == [0, 0, 0]
    assert check_store(workspace) == {1, 2, 3, 4}


def test_killed_while_rolling_back(fork_server: ForkServerContext, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for _ in range(3):
        save(workspace.models)
    deaths = 0
    for moment in moments(1):
        roll_back(workspace.models, STRATEGY, "1h", 3)
        deaths += killed(fork_server, tmp_path, moment, "roll_back", 1)
        assert check_store(workspace) == {1, 2, 3}
        target = layout.read_pointer(workspace.models / STRATEGY, "universal_1h").target
        assert target is not None
        assert target.name in ("universal_1h_v1", "universal_1h_v3")
    assert deaths


def test_killed_while_deleting_and_restoring(fork_server: ForkServerContext, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for _ in range(3):
        save(workspace.models)
    deaths = 0
    for moment in moments(2):
        deaths += killed(fork_server, tmp_path, moment, "delete", "universal_1h_v3")
        assert check_store(workspace) in ({1, 2, 3}, {1, 2})
        if trashed_models(workspace):
            deaths += killed(fork_server, tmp_path, moment // 2, "restore")
            assert check_store(workspace) in ({1, 2, 3}, {1, 2})
        if trashed_models(workspace):
            restore_model(workspace)
        assert check_store(workspace) == {1, 2, 3}, "nothing is ever lost"
        roll_back(workspace.models, STRATEGY, "1h", 3)
    assert deaths >= 2
    delete_model(workspace, workspace.models / STRATEGY / "universal_1h_v3")
    assert save(workspace.models).name == "universal_1h_v4"


def test_killed_while_importing_and_pinning(fork_server: ForkServerContext, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "here")
    save(workspace.models)
    export_model(workspace.models / STRATEGY / "universal_1h_v1", tmp_path / "m.zip")
    seen = {1}
    deaths = 0
    for moment in moments(3):
        deaths += killed(fork_server, tmp_path / "here", moment, "import", str(tmp_path / "m.zip"))
        now = check_store(workspace)
        assert now >= seen
        seen = now
        deaths += killed(fork_server, tmp_path / "here", moment // 4, "pin", "universal_1h_v1")
        check_store(workspace)
    assert deaths >= 2
