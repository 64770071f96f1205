"""Takes the names of this machine's folders out of what leaves it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from html import escape
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from ktrdr_app.core.paths import Workspace

FILES = ("trades_file", "equity_file", "decisions_file", "report_file")


def without_places(document: Mapping[str, Any], workspace: Workspace) -> dict[str, Any]:
    """Return a run's document as another machine may read it: paths from the workspace on, or names alone.

    Parameters
    ----------
    document : mapping
        The ``backtest`` document.
    workspace : Workspace
        The workspace that it was made in.
    """
    found: dict[str, Any] = {**document, "command": _command(str(document["command"]), workspace)}
    for key in FILES:
        found[key] = None if document[key] is None else Path(str(document[key])).name
    if document["model"] is not None:
        model = dict(document["model"])
        model["path"] = shortened(str(model["path"]), workspace)
        model["trace"] = [{**entry, "path": _maybe(entry.get("path"), workspace)} for entry in model["trace"]]
        found["model"] = model
    found["request"] = {**document["request"]}
    if "model" in found["request"]:
        found["request"]["model"] = shortened(str(found["request"]["model"]), workspace)
    return found


def page_without_places(page: str, document: Mapping[str, Any], workspace: Workspace) -> str:
    """Return a run's report with the same paths shortened as `without_places` shortens them.

    Parameters
    ----------
    page : str
        The HTML.
    document : mapping
        The run's document, as it is here.
    workspace : Workspace
        The workspace that it was made in.
    """
    words = [*_words(document), *(f"{root}{sign}" for root in _roots(workspace) for sign in "/\\")]
    for word in sorted(words, key=len, reverse=True):
        page = page.replace(escape(word), escape(shortened(word, workspace)))
    return page


def shortened(text: str, workspace: Workspace) -> str:
    """Return a path as it reads from the workspace on; one that lies elsewhere as its name, other text as it is.

    Parameters
    ----------
    text : str
        A path, or anything else.
    workspace : Workspace
        Where it may lie.
    """
    for root in _roots(workspace):
        if text.startswith((f"{root}/", f"{root}\\")):
            return text[len(root) + 1 :].replace("\\", "/")
    for kind in (PurePosixPath, PureWindowsPath):
        if kind(text).is_absolute():
            return kind(text).name
    return text


def _roots(workspace: Workspace) -> tuple[str, ...]:
    return tuple(dict.fromkeys((str(workspace.root.resolve()), str(workspace.root.absolute()))))


def _maybe(path: object, workspace: Workspace) -> str | None:
    return None if path is None else shortened(str(path), workspace)


def _command(command: str, workspace: Workspace) -> str:
    return shlex.join(shortened(word, workspace) for word in shlex.split(command))


def _words(document: Mapping[str, Any]) -> list[str]:
    """Return the texts of a document that may be paths: those of its model and the words of its command."""
    model = document["model"] or {"path": "", "trace": ()}
    paths = [model["path"], *(entry.get("path") for entry in model["trace"]), *shlex.split(str(document["command"]))]
    return [str(path) for path in paths if path and not str(path).startswith("-")]
