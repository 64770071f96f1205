"""``data check`` and ``data align``: the truth about series, and about joining them."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

import typer

from ktrdr_app.cli import options
from ktrdr_app.cli.command import command
from ktrdr_app.cli.options import Choice
from ktrdr_app.cli.render import Part, words_table
from ktrdr_app.cli.session import Session
from ktrdr_app.core.lazy import load
from ktrdr_app.workflows.report_tables import Cell, Table
from ktrdr_app.workflows.wording import percent

if TYPE_CHECKING:
    from ktrdr_app.data.alignment import AlignmentReport
    from ktrdr_app.data.quality.findings import Finding
    from ktrdr_app.data.quality.inspect import QualityReport

SYMBOLS = Choice("symbols", "Symbols to join.", default=options.REQUIRED, metavar="S1,S2,..", read=options.names)
MODE = Choice("mode", "How they are joined.", "--mode", str, "own", "own|intersection|union")
_MARKS = {"error": "bad", "warning": "bad", "info": ""}
_STRIP = " ░▒▓█"
"""Shares of the expected bars: none, up to a half, up to 95 %, nearly all, all."""
_STEPS = (0.0, 0.5, 0.95, 0.9999)
_YEAR = 12


def add_to(data: typer.Typer) -> None:
    """Add the commands.

    Parameters
    ----------
    data : Typer
        The group ``data``.
    """
    command(data, "check", options.SYMBOL, options.TIMEFRAME)(check)
    command(data, "align", SYMBOLS, options.TIMEFRAME, MODE)(align)


def check(session: Session, given: dict[str, Any]) -> None:
    """Report the quality of a series: gaps, duplicates, bad prices, volume, time zone.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        symbol, timeframe.
    """
    work = load("ktrdr_app.workflows.inspect_data")
    with session.running("the check") as (progress, cancel):
        report = work.check_data(work.DataCheckRequest(session.workspace, **given), progress, cancel)
    session.show(report.to_document(), lambda: quality(report))


def align(session: Session, given: dict[str, Any]) -> None:
    """Report what joining several series keeps and loses of each, and why.

    Parameters
    ----------
    session : Session
        Workspace and output.
    given : dict
        symbols, timeframe, mode.
    """
    work = load("ktrdr_app.workflows.inspect_data")
    with session.running("the alignment") as (progress, cancel):
        report = work.align_data(work.AlignRequest(session.workspace, **given), progress, cancel)
    session.show(report.to_document(), lambda: alignment(report))


def quality(report: QualityReport) -> list[Part]:
    """Return what is shown of a quality report.

    Parameters
    ----------
    report : QualityReport
        The report.
    """
    settings = report.settings
    facts = [
        ("Bars", f"{report.bars:,} from {report.first} to {report.last}"),
        ("Asset class", f"{settings.asset_class} ({settings.reason})"),
        ("Calendar", settings.calendar),
        ("Verdict", report.verdict),
    ]
    rows = tuple(_finding_row(found) for found in report.findings)
    columns = ("Severity", "Finding", "What", "First")
    caption = f"{settings.symbol} {report.timeframe}"
    return [
        words_table(caption, ("Fact", "Value"), facts),
        Table("Findings", columns, rows, words=4) if rows else "Nothing was found.",
        *_repairs(report),
        words_table(
            "Share of expected bars, by year; one sign a month", ("Year", "Months", "Share"), _strip(report), 1
        ),
    ]


def _repairs(report: QualityReport) -> list[Part]:
    """Return the repairs that were done, and those that would mend a finding."""
    states, helps = load("ktrdr_app.data.quality.repair_log").STATES, load("ktrdr_app.data.quality.repairs").HELPS
    parts: list[Part] = []
    rows = [
        (entry.when, done.name, states[entry.state], f"{done.dropped:,}", f"{done.changed:,}")
        for entry in report.repairs
        for done in entry.repairs
    ]
    if rows:
        parts.append(words_table("Repairs", ("When", "Repair", "State", "Dropped", "Changed"), rows, figures=2))
    known = [f"--repair {' or '.join(helps[found.code])}" for found in report.findings if found.code in helps]
    if known:
        parts.append(f"ktrdr-app data repair can help: {', '.join(dict.fromkeys(known))}.")
    return parts


def _finding_row(found: Finding) -> tuple[Cell, ...]:
    first = found.examples[0] if found.examples else None
    place = f"line {first.line} {first.timestamp} {first.detail}" if first else ""
    return Cell(found.severity, _MARKS[found.severity]), Cell(found.code), Cell(found.message), Cell(place)


def _strip(report: QualityReport) -> list[tuple[str, str, str]]:
    """Return a row per year: a sign per month, dots before the first and after the last."""
    covered = report.coverage
    first = int(covered.first[5:7]) - 1
    signs = "·" * first + "".join(_sign(share) for share in covered.share.tolist())
    rows = []
    for place in range(0, len(signs), _YEAR):
        begin, end = max(place - first, 0), place + _YEAR - first
        due, there = int(covered.expected[begin:end].sum()), int(covered.present[begin:end].sum())
        year = int(covered.first[:4]) + place // _YEAR
        line = signs[place : place + _YEAR].ljust(_YEAR, "·")
        rows.append((str(year), f"|{line}|", percent(there / due) if due else "none due"))
    return rows


def _sign(share: float) -> str:
    return "·" if isnan(share) else _STRIP[sum(share > step for step in _STEPS)]


def alignment(report: AlignmentReport) -> list[Part]:
    """Return what is shown of an alignment.

    Parameters
    ----------
    report : AlignmentReport
        The report.
    """
    rows = [
        (
            entry.symbol,
            "; ".join(entry.reasons),
            f"{entry.bars:,}",
            f"{entry.kept:,}",
            f"{entry.lost:,}",
            f"{entry.carried:,}",
        )
        for entry in report.symbols
    ]
    columns = ("Symbol", "Why", "Bars", "Kept", "Lost", "Carried rows")
    caption = f"{report.mode} of {len(rows)} symbols, {report.timeframe}: {report.rows:,} rows"
    return [words_table(caption, columns, rows, figures=4), *report.sentences]
