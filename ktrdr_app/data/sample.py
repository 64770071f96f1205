"""The real series that come with the program, for the demo and the first ten minutes."""

from __future__ import annotations

from pathlib import Path

from ktrdr_app.core.files import write_bytes
from ktrdr_app.core.paths import Workspace, shipped

TRAINING_SYMBOLS = ("AAPL", "IBM", "MSFT")
"""Symbols the demo learns from."""
UNSEEN_SYMBOL = "GOOG"
"""Symbol the demo judges on, never trained on."""
TIMEFRAME = "1d"
"""Time frame of the demo."""


def install_sample(workspace: Workspace) -> list[Path]:
    """Copy the sample series, their sources and licences into a workspace's data folder.

    Parameters
    ----------
    workspace : Workspace
        Where they go; files that are there already are kept as they are.

    Returns
    -------
    list of Path
        The files that were written.
    """
    written = []
    for source in sorted((shipped("resources") / "sample").iterdir()):
        target = workspace.data / source.name
        if not target.exists():
            write_bytes(target, source.read_bytes())
            written.append(target)
    return written
