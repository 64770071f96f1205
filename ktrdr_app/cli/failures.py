"""What is printed when a command fails, and with which exit code it ends."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any, cast

import typer
from rich.console import Console
from rich.text import Text

from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.files import json_text
from ktrdr_app.core.log import configure
from ktrdr_app.core.paths import user_cache

BUG = 1
USAGE = 2
TYPING_MISTAKE = cast("type[Exception]", typer.BadParameter.__mro__[2])
"""Base of what typer raises for a command line it cannot read; it has no public name in every typer."""


def report_error(error: KtrdrError, as_json: bool) -> int:
    """Print an error of ours and return the exit code.

    Parameters
    ----------
    error : KtrdrError
        What went wrong.
    as_json : bool
        Whether stdout takes a JSON document.
    """
    _report({**error.to_dict(), **error.details()}, as_json, error.lines())
    return error.exit_code


def report_typing_mistake(error: Exception, as_json: bool) -> int:
    """Print what is wrong with the command line and return the exit code.

    Parameters
    ----------
    error : Exception
        What typer raised.
    as_json : bool
        Whether stdout takes a JSON document.
    """
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "ktrdr-app"
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    facts = {"code": "usage", "message": message.splitlines()[0], "hint": f"see {path} --help", "where": path}
    _report(facts, as_json)
    return USAGE


def report_bug(error: BaseException, as_json: bool) -> int:
    """Write the traceback to the log file, print one line that says where, and return the exit code.

    Parameters
    ----------
    error : BaseException
        What nobody expected.
    as_json : bool
        Whether stdout takes a JSON document.
    """
    said = str(error).splitlines()
    message = f"a fault of the program: {type(error).__name__}" + (f": {said[0]}" if said else "")
    place = _logged(error)
    hint = f"please report it with the traceback in {place}"
    _report({"code": "bug", "message": message, "hint": hint, "where": place}, as_json)
    return BUG


def _logged(error: BaseException) -> str:
    """Write the traceback to the log file or, where the disk refuses, to stderr."""
    place: Path | None = user_cache() / "ktrdr-app.log"
    try:
        configure(logging.CRITICAL, place)
    except OSError:
        configure(logging.ERROR)
        place = None
    logging.getLogger("ktrdr_app.cli").error("a command failed: %s", sys.argv[1:], exc_info=error)
    return str(place) if place else "the lines above"


def _report(facts: dict[str, Any], as_json: bool, more: list[str] | None = None) -> None:
    if as_json:
        sys.stdout.write(json_text({"error": facts}))
        sys.stdout.flush()
        return
    console = Console(stderr=True, soft_wrap=True)
    where = f"{facts['where']}: " if facts["where"] and facts["where"] not in facts["message"] else ""
    console.print(Text.assemble(("error: ", "bold red"), f"{where}{facts['message']}"))
    for line in more or []:
        console.print(Text(f"  {line}"))
    if facts["hint"]:
        console.print(Text(f"hint: {facts['hint']}"))
