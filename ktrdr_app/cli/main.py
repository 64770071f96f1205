"""The entry point: reads the command line, runs one command, and turns every outcome into an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Any

import typer

from ktrdr_app import __version__
from ktrdr_app.cli.command import take_choices
from ktrdr_app.cli.commands import (
    backtest,
    bundle,
    certify,
    data,
    demo,
    fuzzy,
    indicators,
    machine,
    models,
    series,
    serve,
    strategies,
    sweep,
    train,
    why,
    window,
)
from ktrdr_app.cli.failures import TYPING_MISTAKE, report_typing_mistake
from ktrdr_app.cli.options import JSON, WORKSPACE, Choice
from ktrdr_app.cli.outcome import exit_code_of, interrupted
from ktrdr_app.cli.session import Session
from ktrdr_app.core.errors import Cancelled
from ktrdr_app.core.log import configure

VERSION = Choice("version", "Print the version.", "--version", bool, False)
ABOUT = "Train, edit and judge neuro-fuzzy trading models. Without a command, the window opens on the workspace."
GROUPS = (
    demo,
    machine,
    data,
    indicators,
    fuzzy,
    series,
    train,
    sweep,
    certify,
    backtest,
    why,
    bundle,
    models,
    strategies,
    serve,
    window,
)


def build() -> typer.Typer:
    """Return the application with all its commands."""
    app = typer.Typer(help=ABOUT, pretty_exceptions_enable=False)

    def root(context: typer.Context, **typed: Any) -> None:
        outer = {choice.name: choice.value(typed[choice.name]) for choice in (WORKSPACE, JSON)}
        context.obj = outer
        if typed["version"]:
            sys.stdout.write(f"ktrdr-app {__version__}\n")
            raise typer.Exit
        if context.invoked_subcommand is None:
            window.open_window(Session.of(outer, outer))

    take_choices(root, (WORKSPACE, JSON, VERSION))
    app.callback(invoke_without_command=True)(root)
    for module in GROUPS:
        module.add_to(app)
    return app


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        Words after the program's name; those of the process by default.

    Returns
    -------
    int
        0 done, 1 a bug, 2 bad input, 3 not found, 4 model rejected, 130 cancelled.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    as_json = "--json" in words
    _speak_utf8(as_json)
    configure()
    return exit_code_of(lambda: _run(words, as_json), as_json)


def _run(words: list[str], as_json: bool) -> int:
    try:
        code = typer.main.get_command(build()).main(args=words, prog_name="ktrdr-app", standalone_mode=False)
    except TYPING_MISTAKE as error:
        return report_typing_mistake(error, as_json)
    except typer.Abort as error:
        raise interrupted() from error
    if code == Cancelled.exit_code:
        raise interrupted()
    return int(code or 0)


def _speak_utf8(as_json: bool) -> None:
    """Let JSON be UTF-8 on every system, and let no odd character end a command elsewhere."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            if as_json and stream is sys.stdout:
                stream.reconfigure(encoding="utf-8")
            else:
                stream.reconfigure(errors="replace")
