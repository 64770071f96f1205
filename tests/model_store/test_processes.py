"""Real processes that save at once, and real processes that are killed while they save."""

from __future__ import annotations

import os
import random
import signal
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from ktrdr_app.model_store.layout import read_pointer
from ktrdr_app.model_store.load import load_model
from ktrdr_app.model_store.registry import list_models
from ktrdr_app.model_store.resolver import resolve
from tests.model_store.builders import STRATEGY, save
from tests.model_store.processes import save_and_die, save_many

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL and the fork server are of POSIX systems")

LAST_STEPS = 14
DRAWN = 14
MOST_STEPS = 500


def numbers(models: Path) -> list[int]:
    return sorted(info.version for info in list_models(models))


@pytest.mark.parametrize("rivals", [2, 4])
def test_processes_that_save_at_once_get_different_versions(
    fork_server: ForkServerContext, tmp_path: Path, rivals: int
) -> None:
    barrier, each = fork_server.Barrier(rivals), 3
    children = [fork_server.Process(target=save_many, args=(str(tmp_path), barrier, each)) for _ in range(rivals)]
    for child in children:
        child.start()
    for child in children:
        child.join(120)
    assert [child.exitcode for child in children] == [0] * rivals
    found = numbers(tmp_path)
    assert len(found) == len(set(found)) == rivals * each
    assert all(info.complete for info in list_models(tmp_path))
    pointer = read_pointer(tmp_path / STRATEGY, "universal_1h")
    assert pointer.target == tmp_path / STRATEGY / f"universal_1h_v{max(found)}"
    assert not list((tmp_path / STRATEGY).glob(".*.part"))


def killed(fork_server: ForkServerContext, models: Path, steps: int) -> bool:
    """Return whether the process was killed before it was done."""
    child = fork_server.Process(target=save_and_die, args=(str(models), steps, {}))
    child.start()
    child.join(120)
    assert child.exitcode in (0, -signal.SIGKILL)
    return child.exitcode != 0


def test_a_killed_process_never_leaves_a_model_that_cannot_be_loaded(
    fork_server: ForkServerContext, tmp_path: Path
) -> None:
    save(tmp_path / "models")
    low, high = 0, MOST_STEPS  # how many steps a whole save has: bisected, in a store of its own
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if killed(fork_server, tmp_path / "trial", middle) else (low, middle)
    assert 20 < low < MOST_STEPS, "the steps of a save are seen"
    drawn = random.Random(20240607)
    moments = [0, *(drawn.randrange(low) for _ in range(DRAWN)), *range(low - LAST_STEPS, low)]
    seen = [1]
    deaths = 0
    for moment in moments:
        deaths += killed(fork_server, tmp_path / "models", moment)
        found = list_models(tmp_path / "models")
        assert [info.problem for info in found] == [""] * len(found)
        seen += [info.version for info in found if info.version not in seen]
        resolution = resolve(tmp_path / "models", STRATEGY, "1h")
        assert resolution.chosen is not None
        assert [entry.result for entry in resolution.trace] == ["chosen"], "_latest itself resolves"
        assert load_model(resolution.chosen.path).info.complete
    assert deaths >= len(moments) - 2
    assert all(load_model(info.path).info.complete for info in list_models(tmp_path / "models"))
    assert seen == sorted(seen)
    assert save(tmp_path / "models").name == f"universal_1h_v{max(numbers(tmp_path / 'models'))}"
    assert max(numbers(tmp_path / "models")) > max(seen)
