"""Runs a piece of Python in a process of its own, for tests of what outlives or differs between processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]


def run_python(code: str, *arguments: object, **variables: str | None) -> subprocess.CompletedProcess[str]:
    """Run code in the repository and return what it printed.

    Parameters
    ----------
    code : str
        Python text.
    *arguments : object
        Its ``sys.argv[1:]``.
    **variables : str or None
        Environment variables to set, or to take away.
    """
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=REPO,
        env=environment(**variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def environment(**variables: str | None) -> dict[str, str]:
    """Return this process's environment with some variables set or taken away.

    Parameters
    ----------
    **variables : str or None
        Value, or None to take it away.
    """
    changed = {**os.environ, "PYTHONPATH": str(REPO), **variables}
    return {name: value for name, value in changed.items() if value is not None}


def printed(code: str, *arguments: object, **variables: str | None) -> str:
    """Run code that must end well and return what it printed, stripped.

    Parameters
    ----------
    code : str
        Python text.
    *arguments : object
        Its ``sys.argv[1:]``.
    **variables : str or None
        Environment variables to set, or to take away.
    """
    done = run_python(code, *arguments, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
