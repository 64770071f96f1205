"""What other processes do in the tests of concurrency; the fork server loads it once, with torch."""

from __future__ import annotations

import os
import signal
import sys
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from tests.model_store.builders import save

STEPS = ("open", "os.", "shutil.")


def save_many(models: str, barrier: Barrier, count: int) -> None:
    """Save models as fast as possible, from the moment that the others are ready too."""
    barrier.wait(timeout=120)
    for _ in range(count):
        save(Path(models))


def save_and_die(models: str, steps: int, changes: dict[str, Any]) -> None:
    """Save a model and kill the process, unprepared, before one of the steps that touch the disk."""
    left = [steps]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(STEPS) and arguments and models in str(arguments[0]):
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    save(Path(models), **changes)
