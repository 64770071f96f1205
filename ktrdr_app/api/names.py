"""Names that come over the network: none of them leads out of the workspace."""

from __future__ import annotations

from ktrdr_app.core.errors import InvalidValue, UnsafeName
from ktrdr_app.core.paths import Workspace, safe_name

CHOICES = ("auto", "universal", "legacy")


def strategy_name(given: str) -> str:
    """Return a strategy's name; unlike on the command line it cannot be the path of a file.

    Parameters
    ----------
    given : str
        As it was sent.

    Raises
    ------
    UnsafeName, InvalidValue
        If it is a path or a file's name.
    """
    safe_name(given, "strategy")
    if given.lower().endswith((".yaml", ".yml")):
        raise InvalidValue("strategy_name", given, "the name of a strategy, not of its file")
    return given


def model_choice(workspace: Workspace, given: str) -> str:
    """Return ``auto``, ``universal``, ``legacy``, or the path of a model folder of the workspace.

    Parameters
    ----------
    workspace : Workspace
        Whose models may be used.
    given : str
        As it was sent: a word, ``STRATEGY/MODEL``, or a path that ``GET /models`` told.

    Raises
    ------
    UnsafeName
        If it leads anywhere else.
    """
    if given in CHOICES:
        return given
    if "\0" in given:
        raise UnsafeName("model", given)
    store = workspace.models.resolve()
    path = (store / given).resolve()
    if not path.is_relative_to(store) or path == store:
        raise UnsafeName("model", given)
    for part in path.relative_to(store).parts:
        safe_name(part, "model")
    return str(path)


def run_path(workspace: Workspace, given: str) -> str:
    """Return the folder of an interrupted training of the workspace.

    Parameters
    ----------
    workspace : Workspace
        Whose runs may be gone on with.
    given : str
        Name of the run.

    Raises
    ------
    UnsafeName
        If it is no name.
    """
    return str(workspace.runs / safe_name(given, "run"))
