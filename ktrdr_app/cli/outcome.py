"""Turns whatever becomes of a command into an exit code; light, because the window's short way goes through it too."""

from __future__ import annotations

from collections.abc import Callable

from ktrdr_app.core.errors import Cancelled, KtrdrError
from ktrdr_app.core.lazy import load


def interrupted() -> Cancelled:
    """Return what a command that was broken off from outside ends with."""
    return Cancelled("the command")


def exit_code_of(run: Callable[[], int], as_json: bool) -> int:
    """Run a command, tell what goes wrong, and return the exit code.

    Parameters
    ----------
    run : callable
        The command; returns its own exit code.
    as_json : bool
        Whether stdout takes a JSON document.

    Returns
    -------
    int
        The command's own; else that of the error, 130 for Ctrl-C, and 1 for what nobody expected.
    """
    try:
        return run()
    except KtrdrError as error:
        return int(load("ktrdr_app.cli.failures").report_error(error, as_json))
    except KeyboardInterrupt:
        return int(load("ktrdr_app.cli.failures").report_error(interrupted(), as_json))
    except Exception as error:
        return int(load("ktrdr_app.cli.failures").report_bug(error, as_json))
