"""A migration in another process, which is killed unprepared before one of its steps that touch the disk."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.migrate_run import migrate_models, undo_migration
from ktrdr_app.workflows.model_requests import MigrateRequest, UndoMigrationRequest

STEPS = ("open", "os.", "shutil.")


def migrate_and_die(root: str, moment: int, counted: str = "", undo: bool = False) -> None:
    """Migrate, or undo it, and die at the given step; write how many there were where it came to its end."""
    seen = [0]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(STEPS) and arguments and root in str(arguments[0]):
            seen[0] += 1
            if seen[0] == moment:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    if undo:
        undo_migration(UndoMigrationRequest(Workspace(Path(root))))
    else:
        migrate_models(MigrateRequest(Workspace(Path(root))))
    if counted:
        Path(counted).write_text(str(seen[0]))
