"""Which finished runs a workspace has; light enough for the window to ask before its first paint."""

from __future__ import annotations

from pathlib import Path

from ktrdr_app.core.paths import Workspace

RESULT_FILE = "result.json"
"""File that a finished backtest's folder holds."""


def newest_run(workspace: Workspace) -> Path | None:
    """Return the folder of the newest finished backtest of a workspace, or None.

    Parameters
    ----------
    workspace : Workspace
        Whose ``runs`` are looked through; folder names begin with the time of the run.
    """
    finished = [path.parent for path in workspace.runs.glob(f"*/{RESULT_FILE}")]
    return max(finished, key=lambda folder: folder.name, default=None)
