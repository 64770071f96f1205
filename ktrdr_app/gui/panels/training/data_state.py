"""The state of a series in the symbol list: how many bars from when until when, and what is known of their quality."""

from __future__ import annotations

from typing import Protocol

from ktrdr_app.data.quality.figures import QualityFigures
from ktrdr_app.gui.panels.training.words import say
from ktrdr_app.gui.ui import numbers
from ktrdr_app.workflows.data_inventory import InventoryEntry

_SIGNS = {"clean": "success", "warning": "warning", "error": "danger", "unreadable": "danger"}


class Listed(Protocol):
    """A series as the catalogue lists it."""

    @property
    def symbol(self) -> str:
        """Its symbol."""
        ...

    @property
    def rows(self) -> int:
        """Its bars."""
        ...

    @property
    def first(self) -> str:
        """Stamp of its first bar."""
        ...

    @property
    def last(self) -> str:
        """Stamp of its last bar."""
        ...


def series_line(series: Listed) -> str:
    """Return the line of a series: symbol, bars, first and last year.

    Parameters
    ----------
    series : Listed
        What the catalogue knows.
    """
    bars = say("{0}   {1} bars").format(series.symbol, numbers.integer(series.rows))
    first, last = (numbers.moment(stamp, time=False)[:4] for stamp in (series.first, series.last))
    return f"{bars}   {first} – {last}" if series.first and series.last else bars


def data_state(entry: InventoryEntry | None) -> tuple[str, str]:
    """Return sign and words for the quality of a series; the sign names an icon and its colour.

    Parameters
    ----------
    entry : InventoryEntry or None
        What the inventory knows; None before it is read.
    """
    if entry is None:
        return "", ""
    until = say("last bar {0}").format(numbers.moment(entry.series.last))
    if entry.quality is None:
        return "", say("{0}; its quality has not been looked at: the data station does that").format(until)
    return _SIGNS[entry.quality.verdict], f"{until}; {_quality_words(entry.quality)}"


def _quality_words(quality: QualityFigures) -> str:
    there = say("{0} of the bars that are due").format(numbers.percent(quality.share))
    gaps = say("no unexpected gap")
    if quality.gaps_unexpected:
        gaps = say("{0} unexpected gaps").format(numbers.integer(quality.gaps_unexpected))
    return "; ".join(part for part in (there, gaps, quality.worst) if part)
