"""One thing that was noticed in a series: how grave, how often, where first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from ktrdr_app.data.quality.raw import PRICES, Flags, RawSeries, Rows

SEVERITIES = ("info", "warning", "error")
"""Mildest first: worth knowing, may mislead a model, wrong."""
SHOWN = 5
"""Rows that a finding lists; its count tells how many there are."""


@dataclass(frozen=True)
class Example:
    """One row that a finding means.

    Attributes
    ----------
    line : int
        Line of the file, the header being line 1; 0 where no line is meant.
    timestamp : str
        Bar open, ISO UTC; empty where it cannot be read.
    detail : str
        What stands there.
    """

    line: int
    timestamp: str
    detail: str


@dataclass(frozen=True)
class Finding:
    """One kind of thing that was noticed.

    Attributes
    ----------
    code : str
        Short name for programs.
    severity : str
        One of `SEVERITIES`.
    message : str
        One sentence for people.
    count : int
        Rows (for gaps: gaps) that are meant.
    examples : tuple of Example
        The first of them.
    """

    code: str
    severity: str
    message: str
    count: int
    examples: tuple[Example, ...] = ()

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)


def moment(stamp: int) -> str:
    """Return a stamp as ISO UTC.

    Parameters
    ----------
    stamp : int
        Nanoseconds since 1970 UTC.
    """
    return pd.Timestamp(stamp, tz="UTC").strftime("%Y-%m-%dT%H:%M:%SZ")


def shown_prices(series: RawSeries, row: int) -> str:
    """Return the four prices of a row as text.

    Parameters
    ----------
    series : RawSeries
        The rows.
    row : int
        Which one.
    """
    return ", ".join(f"{name} {value:.10g}" for name, value in zip(PRICES, series.prices[row], strict=True))


def finding(
    code: str,
    severity: str,
    words: str,
    series: RawSeries,
    rows: Rows | Flags,
    detail: Callable[[RawSeries, int], str] = shown_prices,
    noun: str = "bar",
) -> list[Finding]:
    """Return a finding about some rows, or none where there are no such rows.

    Parameters
    ----------
    code, severity : str
        As in `Finding`.
    words : str
        What is the matter with them; number and share of the rows are put before it.
    series : RawSeries
        The rows that were looked at.
    rows : ndarray of int or bool
        Those that are meant.
    detail : callable
        Words for one row, from the series and its number.
    noun : str
        What is counted; the share is told of bars only.
    """
    chosen = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
    if not chosen.size:
        return []
    examples = tuple(
        Example(int(series.line[row]), moment(series.stamp[row]), detail(series, int(row))) for row in chosen[:SHOWN]
    )
    share = f" ({percent(chosen.size / len(series))})" if noun == "bar" else ""
    return [Finding(code, severity, f"{counted(chosen.size, noun)}{share}: {words}", int(chosen.size), examples)]


def about_lines(code: str, severity: str, words: str, noun: str, lines: Sequence[tuple[int, str]]) -> list[Finding]:
    """Return a finding about lines of the file that are no rows, or none where there are no such lines.

    Parameters
    ----------
    code, severity : str
        As in `Finding`.
    words : str
        What is the matter with them.
    noun : str
        What is counted.
    lines : sequence of (int, str)
        Line of the file, and what stands there.
    """
    if not lines:
        return []
    examples = tuple(Example(line, "", text) for line, text in lines[:SHOWN])
    return [Finding(code, severity, f"{counted(len(lines), noun)}: {words}", len(lines), examples)]


def counted(number: int, noun: str) -> str:
    """Return a number with what it counts: ``1 bar``, ``1,200 bars``.

    Parameters
    ----------
    number : int
        How many.
    noun : str
        Word in the singular.
    """
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def percent(share: float) -> str:
    """Return a share in percent; small ones with two decimals.

    Parameters
    ----------
    share : float
        0 to 1.
    """
    return f"{share:.2%}" if 0 < share < 0.1 else f"{share:.0%}"
