"""Runs a piece of Python in a process of its own, or this one on a full disk, for tests of what no call shows."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
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


@contextlib.contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Let this process write no file beyond a size, as a disk that is full (Linux; Python ignores the signal).

    Parameters
    ----------
    size : int
        Bytes.
    """
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
