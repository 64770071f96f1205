"""Draw the pictures of the documentation anew: every panel, in every theme and size, on the demo's workspace.

.venv/bin/python installer/pictures.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
PICTURES = REPO / "docs" / "images" / "panels"
SIZES = (("1280x800", "1"), ("1440x900", "1"), ("1440x900", "2"))
"""Size of the window, and device pixels per pixel."""
SEED = "1"
"""With it the demo's model trades often enough to be looked at; with the default seed it buys once."""


def command(*words: str) -> None:
    """Run a command of the program, and end if it fails.

    Parameters
    ----------
    *words : str
        What follows ``ktrdr-app``.
    """
    subprocess.run([sys.executable, "-m", "ktrdr_app", *words], cwd=REPO, check=True)


def main() -> None:
    """Make the demo's workspace and draw everything in it."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = str(Path(folder) / "demo")
        command("demo", "--no-window", "--seed", SEED, "--workspace", workspace)
        drawn = ("screenshot", "--workspace", workspace, "--out")
        for size, scale in SIZES:
            command(*drawn, str(PICTURES), "--all", "--kind", "webp", "--size", size, "--scale", scale)
        command(*drawn, str(PICTURES.parent / "window.png"), "window")


if __name__ == "__main__":
    main()
