"""What the terminal shows of a run over several symbols."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from ktrdr_app.cli.render import Part
from ktrdr_app.workflows.grid_tables import failures_table, grid_notes, grid_table
from ktrdr_app.workflows.portfolio_tables import contributions_table, portfolio_metrics, portfolio_notes
from ktrdr_app.workflows.report_tables import Table


def gridded(document: Mapping[str, Any]) -> list[Part]:
    """Return what is shown of one backtest per symbol.

    Parameters
    ----------
    document : mapping
        The document of a grid.
    """
    failed = [failures_table(document)] if document["failed"] else []
    return [
        grid_table(document),
        *failed,
        *grid_notes(document),
        f"Report with a page per symbol: {document['report_file']}",
        f"Figures: {document['grid_file']}",
    ]


def held_together(document: Mapping[str, Any]) -> list[Part]:
    """Return what is shown of a portfolio.

    Parameters
    ----------
    document : mapping
        The document of a portfolio.
    """
    figures = portfolio_metrics(document)
    return [
        Table(figures.caption, figures.columns[:3], tuple(row[:3] for row in figures.rows)),
        contributions_table(document),
        *(Text(note, style="yellow") for note in portfolio_notes(document)),
        f"Report with pictures: {document['report_file']}",
        f"Trades: {document['trades_file']}",
    ]
