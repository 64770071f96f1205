"""The first code that runs: opens the window at once if that is all that is wanted, else hands on to the commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ktrdr_app.cli.outcome import exit_code_of
from ktrdr_app.cli.screen import gui_module, has_display
from ktrdr_app.core.lazy import load
from ktrdr_app.core.paths import is_folder

OPTION = "--workspace"
COMPLETING = "_KTRDR_APP_COMPLETE"
"""Variable by which a shell asks for the words that could come next; there are none on the command line then."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code.

    The commands' modules take half a second to import, and the window needs none of them.

    Parameters
    ----------
    argv : sequence of str, optional
        Words after the program's name; those of the process by default.

    Returns
    -------
    int
        As `ktrdr_app.cli.main.main` counts.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    wanted, place = window_only(words)
    if not wanted or COMPLETING in os.environ or not has_display(sys.platform, os.environ):
        return int(load("ktrdr_app.cli.main").main(words))
    return exit_code_of(lambda: int(gui_module("app").run(place)), as_json=False)


def window_only(words: Sequence[str]) -> tuple[bool, Path | None]:
    """Say whether a command line only opens the window, and on which workspace.

    Parameters
    ----------
    words : sequence of str
        Words after the program's name.

    Returns
    -------
    tuple of bool and Path
        The folder is None where none was given. False for a folder that is not there: the commands word that error.
    """
    match list(words):
        case []:
            return True, None
        case [option, folder] if option == OPTION and not folder.startswith("-"):
            place = Path(folder)
        case [joined] if joined.startswith(f"{OPTION}="):
            place = Path(joined.removeprefix(f"{OPTION}="))
        case _:
            return False, None
    return is_folder(place), place
