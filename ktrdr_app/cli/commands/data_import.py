"""``data import``: a vendor's file into the workspace."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer
from rich.text import Text

from ktrdr_app.cli.command import command
from ktrdr_app.cli.options import REQUIRED, Choice
from ktrdr_app.cli.render import Part, words_table
from ktrdr_app.cli.session import Session
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.lazy import load


def columns(text: str) -> dict[str, str]:
    """Return the columns of ``timestamp=Datum,open=2``.

    Parameters
    ----------
    text : str
        As it was typed.

    Raises
    ------
    InvalidValue
        If it is not of that form.
    """
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    if not pairs or any(not equals or not role.strip() or not name.strip() for role, equals, name in pairs):
        raise InvalidValue("columns", text, "roles and columns, such as timestamp=Date,close=5")
    return {role.strip().lower(): name.strip() for role, _, name in pairs}


FILE = Choice("file", "CSV or other delimited text, packed or not, or Parquet.", kind=Path, default=REQUIRED)
OPTIONS = (
    Choice("symbol", "Name of the series; else from the file.", "--symbol", metavar="S"),
    Choice("timeframe", "Bar length; else from the rows.", "--timeframe", metavar="TF"),
    Choice("timezone", "Clock of stamps without an offset.", "--timezone", metavar="ZONE"),
    Choice("asset_class", "Market.", "--asset-class", metavar="forex|stock|crypto|index|metal"),
    Choice("columns", "Which column holds what.", "--columns", metavar="k=v,..", read=columns),
    Choice("on_conflict", "What happens to a series that is there.", "--on-conflict", metavar="append|replace|skip"),
    Choice("date_order", "Order of day and month.", "--date-order", metavar="dmy|mdy|ymd"),
    Choice("decimal", "Decimal mark.", "--decimal", metavar=". or ,"),
    Choice("dry_run", "Show what would be written, and write nothing.", "--dry-run", bool, False),
)


def add_to(data: typer.Typer) -> None:
    """Add the command to the group ``data``.

    Parameters
    ----------
    data : Typer
        The group.
    """
    command(data, "import", FILE, *OPTIONS)(import_file)


def import_file(session: Session, given: dict[str, Any]) -> None:
    """Import a vendor's file; what cannot be told from it is asked, and every changed row is told.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        file, symbol, timeframe, timezone, asset_class, columns, on_conflict, date_order, decimal, dry_run.
    """
    use_case = load("ktrdr_app.workflows.import_run")
    given["columns"] = given["columns"] or {}
    with session.running("the import") as (progress, cancel):
        result = use_case.import_data(use_case.ImportRequest(session.workspace, **given), progress, cancel)
    session.show(result.document, lambda: imported(result.document))


def imported(document: Mapping[str, Any]) -> list[Part]:
    """Return what is shown of an import.

    Parameters
    ----------
    document : mapping
        The ``data import`` document.
    """
    found = document["detected"]
    facts = [
        ("Bars", f"{document['rows_written']:,} of {document['rows_read']:,} rows"),
        ("First bar", document["first"]),
        ("Last bar", document["last"]),
        ("Stamps", f"{found['timestamp_format']}, time zone {found['timezone']}"),
        ("Market", document["asset_class"]),
        ("Columns", ", ".join(f"{role} = {name}" for role, name in found["columns"].items())),
        ("Text", f"{found['encoding']}, delimiter {found['delimiter']!r}, decimal mark {found['decimal']!r}"),
    ]
    parts: list[Part] = [words_table(f"{document['symbol']} {document['timeframe']}", ("What", "Found"), facts)]
    parts += [Text(f"Note: {entry['message']}{_rows(entry)}.", style="yellow") for entry in document["warnings"]]
    return [*parts, f"{'Would be written' if document['dry_run'] else 'Series'}: {document['path']}"]


def _rows(entry: Mapping[str, Any]) -> str:
    if not entry["rows"]:
        return ""
    more = ", .." if entry["count"] > len(entry["rows"]) else ""
    return f" (lines {', '.join(map(str, entry['rows']))}{more})"
