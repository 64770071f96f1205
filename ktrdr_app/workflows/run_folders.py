"""Which finished runs a workspace has; light enough for the window to ask before its first paint."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path

from ktrdr_app.core.paths import Workspace

RESULT_FILE = "result.json"
"""File that a finished backtest's folder holds."""
SWEEP_FILE = "sweep.json"
"""File that a sweep's folder holds from its first trial on."""


def newest_run(workspace: Workspace) -> Path | None:
    """Return the folder of the newest finished backtest of a workspace, or None.

    Parameters
    ----------
    workspace : Workspace
        Whose ``runs`` are looked through; folder names begin with the time of the run.
    """
    finished = [path.parent for path in workspace.runs.glob(f"*/{RESULT_FILE}")]
    return max(finished, key=lambda folder: folder.name, default=None)


def run_id(*words: str) -> str:
    """Return a name for a new run's folder: the time, what it is, and a few random signs, so that names sort by time.

    Parameters
    ----------
    *words : str
        What tells the run from others: symbol or strategy, time frame.
    """
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{'-'.join(words)}-{uuid.uuid4().hex[:6]}"
