"""The window, and pictures of its panels: the only commands that need Qt, imported when they run."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import typer

from ktrdr_app.cli import options
from ktrdr_app.cli.command import command
from ktrdr_app.cli.screen import gui_module, has_display
from ktrdr_app.cli.session import Session
from ktrdr_app.core.errors import EnvironmentProblem


def add_to(app: typer.Typer) -> None:
    """Add the command.

    Parameters
    ----------
    app : Typer
        The application.
    """
    sized = (options.THEME, options.SIZE, options.SCALE, options.PICTURE_KIND)
    command(app, "screenshot", options.PANEL, options.PICTURE_OUT, options.EVERY_PANEL, *sized)(screenshot)


def screenshot(session: Session, given: dict[str, Any]) -> None:
    """Draw a panel of the workspace into a picture, or all of them into a folder; needs no display.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        panel, out, all, theme, size, scale, kind.
    """
    module, out, size = gui_module("screenshot"), given["out"], given["size"]
    document = {"path": str(out), "width": size[0], "height": size[1], "scale": given["scale"]}
    if given["all"]:
        written = module.screenshot_all(session.workspace, out, size, given["scale"], given["kind"])
        document |= {"pictures": [str(file) for file in written]}
        session.show(document, lambda: [f"Written: {len(written)} pictures in {out}"])
        return
    module.screenshot(given["panel"], session.workspace, out, given["theme"], size, given["scale"])
    session.show(document | {"panel": given["panel"], "theme": given["theme"]}, lambda: [f"Written: {out}"])


def open_window(session: Session) -> None:
    """Open the window on the workspace and end with its exit code.

    Parameters
    ----------
    session : Session
        Workspace.

    Raises
    ------
    EnvironmentProblem
        If there is no display, or Qt is not installed.
    """
    if not has_display(sys.platform, os.environ):
        hint = "see ktrdr-app --help for what works without one, such as ktrdr-app screenshot"
        raise EnvironmentProblem("display", "there is none to open a window on", hint)
    run = gui_module("app").run
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    raise typer.Exit(run(session.workspace))
