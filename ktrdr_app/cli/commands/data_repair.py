"""``data repair``: named repairs of a series, each done only when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from ktrdr_app.cli.command import command
from ktrdr_app.cli.options import Choice
from ktrdr_app.cli.render import Part, words_table
from ktrdr_app.cli.session import Session
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.lazy import load

if TYPE_CHECKING:
    from ktrdr_app.workflows.repair_run import RepairResult

SYMBOL = Choice("symbol", "Symbol.")
TIMEFRAME = Choice("timeframe", "Bar length: 1m 5m 15m 30m 1h 4h 1d 1w.", metavar="TF")
REPAIR = Choice("repairs", "A repair to do; repeatable, done in this order.", "--repair", list[str], [], "NAME", tuple)
DRY_RUN = Choice("dry_run", "Show what would be done, and write nothing.", "--dry-run", bool, False)
LIST = Choice("only_list", "List the repairs that there are.", "--list", bool, False)


def add_to(data: typer.Typer) -> None:
    """Add the command.

    Parameters
    ----------
    data : Typer
        The group ``data``.
    """
    command(data, "repair", SYMBOL, TIMEFRAME, REPAIR, DRY_RUN, LIST)(repair)


def repair(session: Session, given: dict[str, Any]) -> None:
    """Repair a series by named rules, record it with the file and keep the original; nothing is done unasked.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        symbol, timeframe, repairs, dry_run, only_list.
    """
    work = load("ktrdr_app.workflows.repair_run")
    if given.pop("only_list"):
        known = work.list_repairs()
        session.show({"repairs": known}, lambda: [_known(known)])
        return
    for name in ("symbol", "timeframe"):
        if given[name] is None:
            raise InvalidValue(name, "nothing", f"the {name} of a series, or --list")
    with session.running("the repair") as (progress, cancel):
        result = work.repair_data(work.RepairRequest(session.workspace, **given), progress, cancel)
    session.show(result.to_document(), lambda: repaired(result))


def _known(known: list[dict[str, Any]]) -> Part:
    rows = [(entry["name"], entry["does"], ", ".join(entry["mends"])) for entry in known]
    return words_table("Repairs", ("Name", "What it does", "Mends"), rows)


def repaired(result: RepairResult) -> list[Part]:
    """Return what is shown of repairs.

    Parameters
    ----------
    result : RepairResult
        What was done.
    """
    document = result.to_document()
    rows = [
        (done.name, done.rule, ", ".join(done.examples), f"{done.dropped:,}", f"{done.changed:,}")
        for done in result.entry.repairs
    ]
    caption = f"{result.symbol} {result.timeframe}: {document['rows_before']:,} rows, then {document['rows_after']:,}"
    table = words_table(caption, ("Repair", "Rule", "First rows", "Dropped", "Changed"), rows, figures=2)
    if result.written:
        return [table, f"The file as it was: {document['original']}", f"Record: {document['record']}"]
    found = any(done.dropped or done.changed for done in result.entry.repairs)
    return [table, "Nothing was written; that is what would be done." if found else "There is nothing to repair."]
