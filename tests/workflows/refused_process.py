"""A process whose disk refuses: no file may grow, or no folder may be changed; the fork server loads this once."""

from __future__ import annotations

import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from ktrdr_app import workflows
from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.model_requests import MigrateRequest, UndoMigrationRequest
from tests.model_store.builders import STRATEGY, save

NEWEST = f"{STRATEGY}/universal_1h_v2"
ZIP = "came.zip"
NOBODY = 65_534

Action = Callable[[Workspace], object]

ACTIONS: dict[str, Action] = {
    "save": lambda workspace: save(workspace.models),
    "save one symbol's": lambda workspace: save(workspace.models, symbol="IBM"),
    "migrate": lambda workspace: workflows.migrate_models(MigrateRequest(workspace)),
    "undo": lambda workspace: workflows.undo_migration(UndoMigrationRequest(workspace, "archived")),
    "export": lambda workspace: workflows.export_model(workspace, NEWEST, workspace.root / "out.zip"),
    "import": lambda workspace: workflows.import_model(workspace, workspace.root / ZIP),
    "annotate": lambda workspace: workflows.annotate_model(workspace, NEWEST, "a note " * 20),
    "pin": lambda workspace: workflows.pin_model(workspace, NEWEST),
    "delete": lambda workspace: workflows.delete_model(workspace, NEWEST),
    "roll back": lambda workspace: workflows.roll_back(workspace, STRATEGY, "1h", 1),
}
WRITING = tuple(name for name in ACTIONS if name != "roll back")
"""What writes files; a roll-back makes a link."""


def act_where_no_file_grows(root: str, _: str, action: str, told: Connection, most: int) -> None:
    """Act while no file may be larger than so many bytes, as the system itself sees to."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    told.send(_outcome(Workspace(Path(root)), action))


def act_where_nothing_may_change(root: str, scratch: str, action: str, told: Connection, _: int) -> None:
    """Act as one to whom the folders are read-only: root, to whom none is, becomes nobody."""
    if os.getuid() == 0:
        _warm_up(scratch)
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    told.send(_outcome(Workspace(Path(root)), action))


def _warm_up(scratch: str) -> None:
    """Import whatever is imported late, while the libraries can still be read."""
    workspace = Workspace(Path(scratch))
    save(workspace.models)
    save(workspace.models)
    workflows.migrate_models(MigrateRequest(workspace))
    for action in ("annotate", "pin", "export", "roll back", "delete"):
        ACTIONS[action](workspace)
    workflows.import_model(workspace, workspace.root / "out.zip")


def _outcome(workspace: Workspace, action: str) -> tuple[str, str, str]:
    """Return code, message and hint of the error, or nothing where there was none."""
    try:
        ACTIONS[action](workspace)
    except KtrdrError as error:
        return error.code, error.message, error.hint
    return "", "", ""
