"""Two hundred processes that save, roll back, migrate and undo at once, each killed at a random moment."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import threading
from collections import Counter
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

import pytest

from ktrdr_app.core.paths import Workspace
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.load import load_model
from ktrdr_app.model_store.migration_plan import checksums_of
from ktrdr_app.model_store.registry import list_models
from ktrdr_app.model_store.resolver import resolve
from ktrdr_app.model_store.rollback import roll_back
from tests.model_store.builders import STRATEGY, link_latest, save, write_original
from tests.workflows.store_loop import READY, save_own, save_universal, work_until_killed

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL and the fork server are of POSIX systems")

KILLS = 200
RIVALS = 10
LONGEST_LIFE = 0.2
"""Seconds from the moment that a process begins."""
KEPT = 3

Told = list[tuple[str, str]]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Return a workspace with a universal model, one of our own for a symbol, and two versions of the original's."""
    made = Workspace(tmp_path)
    save(made.models)
    save(made.models, symbol="IBM")
    for version in (1, 2):
        link_latest(write_original(made.models, version=version))
    return made


def originals(workspace: Workspace) -> dict[str, dict[str, str]]:
    folders = layout.versions(workspace.models / STRATEGY, "MSFT_1h")
    return {folder.name: checksums_of(folder)[0] for folder in folders}


def started(fork_server: ForkServerContext, workspace: Workspace, seed: int) -> tuple[ForkServerProcess, Connection]:
    told, telling = fork_server.Pipe(duplex=False)
    child = fork_server.Process(target=work_until_killed, args=(str(workspace.root), seed, telling), daemon=True)
    child.start()
    telling.close()
    return child, told


def killed(fork_server: ForkServerContext, workspace: Workspace, drawn: random.Random) -> Told:
    """Let rivals work at once, kill each at a moment of its own, and return what they told before."""
    rivals = [started(fork_server, workspace, drawn.randrange(1 << 30)) for _ in range(RIVALS)]
    clocks = []
    for child, told in rivals:
        assert told.recv() == (READY, "")
        clocks.append(threading.Timer(drawn.uniform(0, LONGEST_LIFE), os.kill, (child.pid, signal.SIGKILL)))
        clocks[-1].start()
    for clock in clocks:
        clock.join()
    heard: Told = []
    for child, told in rivals:
        child.join(60)
        assert child.exitcode == -signal.SIGKILL
        with contextlib.suppress(EOFError):
            while True:
                heard.append(told.recv())
        told.close()
    return heard


def check_store(workspace: Workspace) -> set[str]:
    """Check that all that is listed is whole and loads, and that no ``_latest`` leads nowhere; return the names."""
    found = list_models(workspace.models)
    assert [info.problem for info in found] == [""] * len(found)
    for info in found:
        load_model(info.path)
    strategy = workspace.models / STRATEGY
    for stem in ("universal_1h", "IBM_1h", "MSFT_1h"):
        pointer = layout.read_pointer(strategy, stem)
        assert pointer.target is not None, (stem, pointer.problem)
    archived = layout.read_pointer(strategy / layout.ARCHIVE, "MSFT_1h")
    assert archived.problem == ""
    for symbol, prefer in ((None, "universal"), ("IBM", "legacy"), ("MSFT", "legacy")):
        resolution = resolve(workspace.models, STRATEGY, "1h", symbol, prefer)
        assert [entry.result for entry in resolution.trace] == ["chosen"], "the _latest itself resolves"
    return {info.label for info in found}


def thin_out(workspace: Workspace) -> None:
    """Take away all but the newest models that we saved, so that every look at the store costs the same."""
    strategy = workspace.models / STRATEGY
    for stem in ("universal_1h", "IBM_1h"):
        named = layout.read_pointer(strategy, stem).target
        for folder in layout.versions(strategy, stem)[KEPT:]:
            if folder != named:
                shutil.rmtree(folder)


@pytest.mark.timeout(900)  # it waits for hundreds of processes, whoever else uses the machine
def test_killed_at_two_hundred_random_moments_nothing_is_half_there_and_nothing_blocks(
    fork_server: ForkServerContext, workspace: Workspace
) -> None:
    before, drawn = originals(workspace), random.Random(20261126)
    ended: Counter[str] = Counter()
    saved: list[str] = []
    for _ in range(KILLS // RIVALS):
        heard = killed(fork_server, workspace, drawn)
        there = check_store(workspace)
        names = [name for action, name in heard if action in (save_universal.__name__, save_own.__name__)]
        assert there >= set(names), "what was saved is there"
        saved += names
        ended.update(action for action, _ in heard)
        back = roll_back(workspace.models, STRATEGY, "1h", 1, "MSFT")  # no lock is left behind
        assert back.after == "MSFT_1h_v1"
        thin_out(workspace)
    assert len(saved) == len(set(saved)), "no number is used twice"
    assert originals(workspace) == before
    strategy = workspace.models / STRATEGY
    assert list(strategy.glob(".*.part")), "some died in the middle of a save"
    assert list((strategy / layout.ARCHIVE).glob(".*.part")), "some died in the middle of a migration"
    assert ended.total(), "some came to the end of what they did"
