"""The lock of a workspace, held by real processes: who is named, what a kill leaves, what another host's note means."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ktrdr_app.core.errors import StorageProblem, WorkspaceBusy
from ktrdr_app.core.files import write_text
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.workspace_lock import NOTE_FILE, Holder, WorkspaceLock, holder_noted
from tests.core.children import REPO, environment

HOLD = """
import sys
from pathlib import Path
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.workspace_lock import WorkspaceLock
lock = WorkspaceLock(Workspace(Path(sys.argv[1])))
lock.acquire()
print("held", flush=True)
sys.stdin.readline()
lock.release()
"""

Hold = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "w")


@pytest.fixture
def hold(workspace: Workspace) -> Iterator[Hold]:
    """Return a function that lets another process hold the workspace."""
    begun: list[subprocess.Popen[str]] = []

    def begin() -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(workspace.root)],
            cwd=REPO,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        begun.append(child)
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        return child

    yield begin
    for child in begun:
        child.kill()
        child.communicate(timeout=60)


def test_who_holds_it_is_named_to_the_second_one_and_let_in_after_the_first(workspace: Workspace, hold: Hold) -> None:
    child = hold()
    lock = WorkspaceLock(workspace)
    with pytest.raises(WorkspaceBusy) as caught:
        lock.acquire()
    assert caught.value.holder.startswith(f"process {child.pid} on {socket.gethostname()}, since 20")
    assert caught.value.holder.endswith(" UTC")
    assert not caught.value.stale
    assert not lock.held
    with pytest.raises(WorkspaceBusy):
        lock.acquire(take_over=True)
    child.communicate("done\n", timeout=60)
    lock.acquire()
    assert lock.held
    assert lock.abandoned is None, "it ended well"
    lock.release()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is a thing of POSIX")
def test_a_killed_process_leaves_no_lock_but_a_note_that_it_did_not_end_well(workspace: Workspace, hold: Hold) -> None:
    child = hold()
    os.kill(child.pid, signal.SIGKILL)
    child.wait(timeout=60)
    lock = WorkspaceLock(workspace)
    lock.acquire()
    assert lock.abandoned is not None
    assert (lock.abandoned.pid, lock.abandoned.host) == (child.pid, socket.gethostname())
    lock.release()
    again = WorkspaceLock(workspace)
    again.acquire()
    assert again.abandoned is None, "it is told once"
    again.release()


def test_two_windows_of_one_process_exclude_each_other_too(workspace: Workspace) -> None:
    first, second = WorkspaceLock(workspace), WorkspaceLock(workspace)
    first.acquire()
    first.acquire()
    with pytest.raises(WorkspaceBusy, match=f"process {os.getpid()}"):
        second.acquire()
    second.release()
    assert first.held
    first.release()
    first.release()
    second.acquire()
    second.release()


def test_the_note_of_another_machine_holds_until_the_user_says_otherwise(workspace: Workspace) -> None:
    note = {"host": "no-such-host", "pid": 12, "since": "2026-01-02T03:04:05Z"}
    write_text(workspace.hidden / NOTE_FILE, json.dumps(note))
    lock = WorkspaceLock(workspace)
    with pytest.raises(WorkspaceBusy, match="process 12 on no-such-host, since 2026-01-02 03:04:05 UTC") as caught:
        lock.acquire()
    assert caught.value.stale
    lock.acquire(take_over=True)
    assert lock.held
    ours = holder_noted(workspace)
    assert ours is not None
    assert ours.pid == os.getpid()
    lock.release()
    assert holder_noted(workspace) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"host": "x"}', '{"host": "x", "pid": "many", "since": 1}'])
def test_a_torn_note_names_nobody_and_can_be_passed_over(workspace: Workspace, content: str) -> None:
    write_text(workspace.hidden / NOTE_FILE, content)
    lock = WorkspaceLock(workspace)
    with pytest.raises(WorkspaceBusy, match="a window that left no note"):
        lock.acquire()
    lock.acquire(take_over=True)
    lock.release()


def test_a_place_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with pytest.raises(StorageProblem):
        WorkspaceLock(Workspace(tmp_path / "file")).acquire()


@pytest.mark.parametrize(
    "content",
    [
        "[" * 50_000,
        '{"host": "x", "pid": Infinity, "since": ""}',
        '{"host": "x", "pid": NaN, "since": ""}',
        '{"host": "x", "pid": 1' + "0" * 5000 + "}",
    ],
)
def test_a_hostile_note_names_nobody(workspace: Workspace, content: str) -> None:
    write_text(workspace.hidden / NOTE_FILE, content)
    assert holder_noted(workspace) == Holder()
