"""Writes the page of a run over several symbols: one HTML file without scripts or network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ktrdr_app import __version__
from ktrdr_app.core.files import write_text
from ktrdr_app.core.lazy import load
from ktrdr_app.workflows.report_tables import Table, settings_table


@dataclass(frozen=True)
class ManyReport:
    """What the page shows.

    Attributes
    ----------
    title, kicker : str
        Heading, and the line above it.
    command : str
        What makes the run again.
    tiles : sequence of tuple of str
        Name, figure and comparison of the numbers that are read first.
    tables : sequence of Table
        In order.
    sentences, warnings, conventions : sequence of str
        What happened, what to be careful with, how things were counted.
    pictures : sequence of tuple of str
        SVG markup and caption.
    links : sequence of tuple of str
        Name and target of pages beside this one.
    settings : mapping
        Nested settings of the run.
    """

    title: str
    kicker: str
    command: str
    tiles: Sequence[tuple[str, str, str]]
    tables: Sequence[Table]
    sentences: Sequence[str] = ()
    warnings: Sequence[str] = ()
    conventions: Sequence[str] = ()
    pictures: Sequence[tuple[str, str]] = ()
    links: Sequence[tuple[str, str]] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


def write_many_report(report: ManyReport, path: Path) -> None:
    """Write the page.

    Parameters
    ----------
    report : ManyReport
        What it shows; every text in it is escaped.
    path : Path
        HTML file to write.

    Raises
    ------
    StorageProblem
        If the disk refuses.
    """
    shown = {
        **vars(report),
        "version": __version__,
        "settings": settings_table(report.settings) if report.settings else None,
    }
    # Jinja and pandas come with it; the terminal's tables of the same runs need neither.
    page = load("ktrdr_app.workflows.report").report_templates().get_template("many.html.j2")
    write_text(path, str(page.render(shown)))
