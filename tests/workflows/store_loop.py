"""What a process does in a store until it is killed; the fork server loads this once, with torch."""

from __future__ import annotations

import random
from multiprocessing.connection import Connection
from pathlib import Path

from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.paths import Workspace
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.rollback import roll_back
from ktrdr_app.workflows.migrate_run import migrate_models, undo_migration
from ktrdr_app.workflows.model_requests import MigrateRequest, UndoMigrationRequest
from tests.model_store.builders import STRATEGY, save

READY = "ready"


def work_until_killed(root: str, seed: int, told: Connection) -> None:
    """Save, roll back, migrate and undo in an order of the seed's, and tell what came to its end."""
    drawn, workspace = random.Random(seed), Workspace(Path(root))
    told.send((READY, ""))
    while True:
        action = drawn.choice(ACTIONS)
        try:
            told.send((action.__name__, action(workspace, drawn)))
        except KtrdrError as error:
            told.send((error.code, error.message))


def save_universal(workspace: Workspace, _: random.Random) -> str:
    return save(workspace.models).name


def save_own(workspace: Workspace, _: random.Random) -> str:
    return save(workspace.models, symbol="IBM").name


def roll_somewhere(workspace: Workspace, drawn: random.Random) -> str:
    symbol = drawn.choice((None, "IBM", "MSFT"))
    there = layout.versions(workspace.models / STRATEGY, layout.stem_of(symbol, "1h"))
    version = int(drawn.choice(there).name.rpartition("_v")[2])
    return roll_back(workspace.models, STRATEGY, "1h", version, symbol).after


def migrate(workspace: Workspace, _: random.Random) -> str:
    return str(migrate_models(MigrateRequest(workspace))["counts"])


def undo(workspace: Workspace, _: random.Random) -> str:
    return str(len(undo_migration(UndoMigrationRequest(workspace))["undone"]))


ACTIONS = (save_universal, save_own, roll_somewhere, migrate, undo)
