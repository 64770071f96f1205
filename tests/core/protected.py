"""A workspace that is protected for the length of a block, which must leave every byte of it as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.protection import protect, unprotect


def _tree(workspace: Workspace) -> dict[str, bytes | None]:
    paths = (path for path in workspace.root.rglob("*") if not path.is_relative_to(workspace.cache))
    return {
        path.relative_to(workspace.root).as_posix(): path.read_bytes() if path.is_file() else None for path in paths
    }


@contextmanager
def only_looked_at(workspace: Workspace) -> Iterator[None]:
    """Protect a workspace, and check that nothing but its cache has changed in the end."""
    before = _tree(workspace)
    protect(workspace)
    try:
        yield
    finally:
        unprotect(workspace)
    assert _tree(workspace) == before
