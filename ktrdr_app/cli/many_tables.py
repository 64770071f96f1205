"""What the terminal shows of a run over several symbols."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ktrdr_app.cli.render import Part
from ktrdr_app.workflows.grid_tables import failures_table, grid_notes, grid_table


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
