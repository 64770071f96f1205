"""Which finished runs a workspace has; light enough for the window to ask before its first paint."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path

from ktrdr_app.core.errors import FileMissing
from ktrdr_app.core.paths import Workspace

RESULT_FILE = "result.json"
"""File that a finished backtest's folder holds."""
SOURCES = "sources"
"""Folder within a run that came as a bundle: a workspace with the bars and the model that it was made with."""
SWEEP_FILE = "sweep.json"
"""File that a sweep's folder holds from its first trial on."""
NEWEST = "latest"
"""What may be said for the name of a run, where the newest one is meant."""


def newest_run(workspace: Workspace, *holding: str) -> Path | None:
    """Return the folder of a workspace's newest finished run, or None.

    Parameters
    ----------
    workspace : Workspace
        Whose ``runs`` are looked through; folder names begin with the time of the run.
    *holding : str
        Files that tell a run of a wanted kind from others; by default that of a backtest of one symbol.
    """
    finished = [path.parent for file in holding or (RESULT_FILE,) for path in workspace.runs.glob(f"*/{file}")]
    return max(finished, key=lambda folder: folder.name, default=None)


def named_run(workspace: Workspace, run: Path | str, *holding: str) -> Path:
    """Return the folder below ``runs`` that a name means, there or not.

    Parameters
    ----------
    workspace : Workspace
        Whose runs are meant.
    run : Path or str
        A name, or ``latest`` for the newest run of a wanted kind.
    *holding : str
        As `newest_run` takes it.
    """
    newest = newest_run(workspace, *holding) if str(run) == NEWEST else None
    return newest or workspace.runs / run


def run_folder(workspace: Workspace, run: Path | str, *holding: str) -> Path:
    """Return the folder of a finished backtest.

    Parameters
    ----------
    workspace : Workspace
        Whose runs are meant.
    run : Path or str
        A folder, its path from the workspace, its name below ``runs``, or ``latest`` for the newest one.
    *holding : str
        As `newest_run` takes it.

    Raises
    ------
    FileMissing
        If there is no finished backtest.
    """
    wanted = holding or (RESULT_FILE,)
    for folder in (Path(run), named_run(workspace, run, *wanted), workspace.root / run):
        if any((folder / file).is_file() for file in wanted):
            return folder
    holds = f"a finished backtest's folder, its name below {workspace.relative(workspace.runs)}, or {NEWEST}"
    raise FileMissing(str(Path(run) / wanted[0]), holds)


def home_of(workspace: Workspace, folder: Path) -> Workspace:
    """Return the workspace that a run's bars and model lie in: the run's own, where it came as a bundle.

    Parameters
    ----------
    workspace : Workspace
        The workspace that is open.
    folder : Path
        The run's folder.
    """
    own = folder / SOURCES
    return Workspace(own) if own.is_dir() else workspace


def run_id(*words: str) -> str:
    """Return a name for a new run's folder: the time, what it is, and a few random signs, so that names sort by time.

    Parameters
    ----------
    *words : str
        What tells the run from others: symbol or strategy, time frame.
    """
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{'-'.join(words)}-{uuid.uuid4().hex[:6]}"
