"""The quality report of one series: every finding, and its coverage month by month."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import DataProblem
from ktrdr_app.data.quality.context import Context
from ktrdr_app.data.quality.coverage import Coverage, coverage
from ktrdr_app.data.quality.findings import SEVERITIES, Finding, moment
from ktrdr_app.data.quality.prices import check_prices
from ktrdr_app.data.quality.raw import RawSeries, read_raw
from ktrdr_app.data.quality.repair_log import RepairEntry, read_log
from ktrdr_app.data.quality.repairs import HELPS
from ktrdr_app.data.quality.stamps import check_stamps
from ktrdr_app.data.quality.steps import check_steps
from ktrdr_app.data.quality.timing import check_timing
from ktrdr_app.data.quality.volume import check_volume
from ktrdr_app.data.symbols import SymbolBook, SymbolSettings

CHECKS = (check_stamps, check_steps, check_timing, check_prices, check_volume)
"""Each takes a context and returns findings; in the order in which they are told."""


@dataclass(frozen=True)
class QualityReport:
    """What is known of the quality of a series.

    Attributes
    ----------
    settings : SymbolSettings
        Symbol, asset class and calendar that it was held against.
    timeframe : str
        Bar length.
    rows, bars : int
        Rows with a readable stamp; those with each stamp once.
    first, last : str
        Opens of the first and last bar, ISO UTC.
    findings : tuple of Finding
        Gravest first.
    coverage : Coverage
        Expected and present bars per month.
    repairs : tuple of RepairEntry
        What was repaired in the file, oldest first.
    """

    settings: SymbolSettings
    timeframe: str
    rows: int
    bars: int
    first: str
    last: str
    findings: tuple[Finding, ...]
    coverage: Coverage
    repairs: tuple[RepairEntry, ...] = ()

    @property
    def verdict(self) -> str:
        """``error``, ``warning`` or ``clean``: the gravest finding, mere information left aside."""
        worst = max((SEVERITIES.index(found.severity) for found in self.findings), default=0)
        return SEVERITIES[worst] if worst else "clean"

    def count(self, code: str) -> int:
        """Return how often a finding was made; 0 where it was not.

        Parameters
        ----------
        code : str
            The finding's short name.
        """
        return sum(found.count for found in self.findings if found.code == code)

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form that ``data check --json`` prints."""
        settings = self.settings
        return {
            "symbol": settings.symbol,
            "timeframe": self.timeframe,
            "asset_class": settings.asset_class,
            "asset_class_reason": settings.reason,
            "calendar": settings.calendar,
            "rows": self.rows,
            "bars": self.bars,
            "first": self.first,
            "last": self.last,
            "verdict": self.verdict,
            "gaps": {"expected": self.count("gaps_expected"), "unexpected": self.count("gaps_unexpected")},
            "expected_bars": int(self.coverage.expected.sum()),
            "missing_bars": int((self.coverage.expected - self.coverage.present).sum()),
            "findings": [found.to_document() | {"repairs": HELPS.get(found.code, ())} for found in self.findings],
            "repairs": [entry.to_document() for entry in self.repairs],
            "coverage": self.coverage.to_document(),
        }


def inspect_file(
    path: Path, symbol: str, timeframe: str, book: SymbolBook | None = None, cancel: CancelToken | None = None
) -> QualityReport:
    """Report on a series file, whatever state it is in.

    Parameters
    ----------
    path : Path
        The file.
    symbol, timeframe : str
        What it should hold.
    book : SymbolBook, optional
        Settings of symbols; inferred without one.
    cancel : CancelToken, optional
        Checked between steps.

    Raises
    ------
    FileMissing, EmptyData, MalformedBars, StorageProblem
        As `ktrdr_app.data.quality.raw.read_raw` raises them.
    """
    report = inspect_series(read_raw(path), symbol, timeframe, book, cancel)
    try:
        return replace(report, repairs=read_log(path))
    except DataProblem as error:
        # The series can be judged without its record, and the user must hear that the record is lost.
        lost = Finding("repair_record", "warning", f"{error.message}; {error.hint}", 1)
        return replace(report, findings=(*report.findings, lost))


def inspect_series(
    rows: RawSeries, symbol: str, timeframe: str, book: SymbolBook | None = None, cancel: CancelToken | None = None
) -> QualityReport:
    """Report on the rows of a series.

    Parameters
    ----------
    rows : RawSeries
        At least one row.
    symbol, timeframe : str
        What they should be.
    book : SymbolBook, optional
        Settings of symbols; inferred without one.
    cancel : CancelToken, optional
        Checked between steps.
    """
    token = cancel or CancelToken()
    settings = (book or SymbolBook()).settings(symbol, rows.stamp)
    context = Context(rows, timeframe, settings.open_hours())
    findings: list[Finding] = []
    for check in CHECKS:
        token.check()
        findings += check(context)
    findings.sort(key=lambda found: -SEVERITIES.index(found.severity))
    bars = context.bars
    first, last = moment(bars.stamp[0]), moment(bars.stamp[-1])
    return QualityReport(
        settings, timeframe, len(rows), len(bars), first, last, tuple(findings), coverage(context)
    )  # fmt: skip
