"""What other processes do in the tests of concurrency; the fork server loads it once, with torch and the kernels."""

from __future__ import annotations

import os
import signal
import sys
from multiprocessing.synchronize import Barrier
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ktrdr_app.core.paths import Workspace
from ktrdr_app.model_store.archive import import_model
from ktrdr_app.model_store.deletion import delete_model, restore_model
from ktrdr_app.model_store.notes import pin
from ktrdr_app.model_store.rollback import roll_back
from tests.model_store.builders import STRATEGY, save

STEPS = ("open", "os.", "shutil.")

with TemporaryDirectory() as _folder:
    save(Path(_folder))  # the compiled kernels too are loaded once, and not in each process


def save_many(models: str, barrier: Barrier, count: int) -> None:
    """Save models as fast as possible, from the moment that the others are ready too."""
    barrier.wait(timeout=120)
    for _ in range(count):
        save(Path(models))


def roll_to_and_fro(models: str, barrier: Barrier, count: int) -> None:
    """Let ``_latest`` name one version and then the other, over and over."""
    barrier.wait(timeout=120)
    for turn in range(count):
        roll_back(Path(models), STRATEGY, "1h", 1 + turn % 2)


def die_at(models: str, steps: int) -> None:
    """Let this process be killed, unprepared, before one of the steps that touch the disk."""
    left = [steps]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(STEPS) and arguments and models in str(arguments[0]):
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def act_and_die(root: str, steps: int, action: str, *words: Any) -> None:
    """Roll back, delete, restore, import or pin in a workspace, and be killed meanwhile."""
    workspace = Workspace(Path(root))
    actions = {
        "roll_back": lambda version: roll_back(workspace.models, STRATEGY, "1h", version),
        "delete": lambda name: delete_model(workspace, workspace.models / STRATEGY / name),
        "restore": lambda: restore_model(workspace),
        "import": lambda file: import_model(Path(file), workspace.models),
        "pin": lambda name: pin(workspace.models / STRATEGY / name, workspace.models),
    }
    die_at(root, steps)
    actions[action](*words)


def save_and_die(models: str, steps: int, changes: dict[str, Any]) -> None:
    """Save a model and kill the process, unprepared, before one of the steps that touch the disk."""
    die_at(models, steps)
    save(Path(models), **changes)
