"""``models compare``: in what two models differ."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.text import Text

from ktrdr_app.cli.command import command
from ktrdr_app.cli.options import REQUIRED, Choice
from ktrdr_app.cli.render import Part, words_table
from ktrdr_app.cli.session import Session
from ktrdr_app.core.lazy import load

if TYPE_CHECKING:
    from ktrdr_app.workflows.compare_run import ModelComparison

FIRST = Choice("first", "Model folder.", default=REQUIRED)
SECOND = Choice("second", "Model folder that is held against it.", default=REQUIRED)


def add_to(models: typer.Typer) -> None:
    """Add the command.

    Parameters
    ----------
    models : Typer
        The group ``models``.
    """
    command(models, "compare", FIRST, SECOND)(compare)


def compare(session: Session, given: dict[str, Any]) -> None:
    """Show only what differs between two models: training, settings, fuzzy sets, metrics and contract.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        first, second.
    """
    work = load("ktrdr_app.workflows.compare_run")
    found: ModelComparison = work.compare_models(session.workspace, given["first"], given["second"])
    session.show(found.to_document(), lambda: _told(found))


def _told(found: ModelComparison) -> list[Part]:
    names = [Path(each["path"]).name for each in (found.first, found.second)]
    parts: list[Part] = [Text(said, style="yellow") for said in found.cautions]
    if found.differences:
        rows = [(entry.section, entry.name, *entry.words, entry.change) for entry in found.differences]
        columns = ("Section", "What", *names, "Change")
        parts.append(words_table(f"{names[0]} against {names[1]}", columns, rows, figures=1))
    alike = ", ".join(f"{count} of {section}" for section, count in found.equal.items())
    return [*parts, f"Alike: {alike}." if found.differences else "They do not differ."]
