"""Makes a command of a function: a session, and the options that the command lists."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import typer

from ktrdr_app.cli.options import JSON, WORKSPACE, Choice
from ktrdr_app.cli.session import Session

Body = Callable[[Session, dict[str, Any]], None]


def group(app: typer.Typer, name: str, words: str) -> typer.Typer:
    """Add a group of commands and return it.

    Parameters
    ----------
    app : Typer
        Where it is added.
    name : str
        Word that is typed.
    words : str
        One line for people.
    """
    added = typer.Typer(help=words, add_completion=False)
    app.add_typer(added, name=name)
    return added


def command(app: typer.Typer, name: str, *choices: Choice) -> Callable[[Body], Body]:
    """Register a function under a name; its first doc line is the help.

    Parameters
    ----------
    app : Typer
        Where the command is added.
    name : str
        Word that is typed.
    *choices : Choice
        Options and arguments; ``--workspace`` and ``--json`` are added to all.
    """

    def register(function: Body) -> Body:
        def call(context: typer.Context, **typed: Any) -> None:
            given = {choice.name: choice.value(typed[choice.name]) for choice in (*choices, WORKSPACE, JSON)}
            inner = {choice.name: given.pop(choice.name) for choice in (WORKSPACE, JSON)}
            function(Session.of(context.find_root().obj, inner), given)

        take_choices(call, (*choices, WORKSPACE, JSON))
        app.command(name, help=(function.__doc__ or "").partition("\n")[0])(call)
        return function

    return register


def take_choices(function: Callable[..., None], choices: tuple[Choice, ...]) -> None:
    """Give a function of a context and keywords the signature that typer reads.

    Parameters
    ----------
    function : callable
        Takes ``context`` and keywords.
    choices : tuple of Choice
        The keywords.
    """
    context = inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    parameters = [context, *(choice.parameter() for choice in choices)]
    function.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    setattr(function, "__signature__", inspect.Signature(parameters))  # noqa: B010
