"""``data delete`` and ``data restore``: series into the trash, and out of it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from ktrdr_app.cli import options
from ktrdr_app.cli.command import command
from ktrdr_app.cli.options import Choice
from ktrdr_app.cli.render import Part, words_table
from ktrdr_app.cli.session import Session
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.lazy import load

if TYPE_CHECKING:
    from ktrdr_app.data.trash import TrashedSeries

MAYBE_SYMBOL = Choice("symbol", "Symbol; without it the trash is listed.")
MAYBE_TIMEFRAME = Choice("timeframe", "Bar length: 1m 5m 15m 30m 1h 4h 1d 1w.", metavar="TF")


def add_to(data: typer.Typer) -> None:
    """Add the commands.

    Parameters
    ----------
    data : Typer
        The group ``data``.
    """
    command(data, "delete", options.SYMBOL, options.TIMEFRAME)(delete)
    command(data, "restore", MAYBE_SYMBOL, MAYBE_TIMEFRAME)(restore)


def delete(session: Session, given: dict[str, Any]) -> None:
    """Move a series and the files named after it into the workspace's trash; `data restore` brings it back.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        symbol, timeframe.
    """
    work = load("ktrdr_app.workflows.trash_run")
    entry: TrashedSeries = work.delete_data(work.DeleteRequest(session.workspace, **given))
    back = f"ktrdr-app data restore {entry.symbol} {entry.timeframe} brings it back."
    session.show(entry.to_document(), lambda: [f"{_moved(entry)} into {_folder(entry, session)}. {back}"])


def restore(session: Session, given: dict[str, Any]) -> None:
    """Bring the newest deletion of a series back, or list what the trash holds.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        symbol, timeframe; both or none.

    Raises
    ------
    InvalidValue
        If there is a symbol without a time frame.
    """
    work = load("ktrdr_app.workflows.trash_run")
    if given["symbol"] is None:
        held: list[TrashedSeries] = work.list_trash(session.workspace)
        document = {"trash": [entry.to_document() for entry in held]}
        session.show(document, lambda: _list(held, session))
        return
    if given["timeframe"] is None:
        raise InvalidValue("timeframe", "", "the bar length too, such as 1d")
    entry: TrashedSeries = work.restore_data(work.RestoreRequest(session.workspace, **given))
    session.show(entry.to_document(), lambda: [f"{_moved(entry)} back into the data folder."])


def _moved(entry: TrashedSeries) -> str:
    return f"{entry.symbol} {entry.timeframe} was moved ({', '.join(entry.files)})"


def _folder(entry: TrashedSeries, session: Session) -> str:
    return session.workspace.relative(entry.folder)


def _list(held: Sequence[TrashedSeries], session: Session) -> list[Part]:
    if not held:
        return ["The trash is empty."]
    rows = [(entry.symbol, entry.timeframe, entry.deleted, _folder(entry, session)) for entry in held]
    return [words_table("Deleted series", ("Symbol", "Time frame", "Deleted, UTC", "Folder"), rows)]
