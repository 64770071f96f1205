"""The few figures of a quality report that a list shows, kept on disk for as long as the file does not change."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from ktrdr_app import __version__
from ktrdr_app.core.errors import KtrdrError, StorageProblem
from ktrdr_app.core.files import write_json
from ktrdr_app.data.column_cache import Note, read_note
from ktrdr_app.data.quality.inspect import QualityReport

logger = logging.getLogger(__name__)

FORMAT = 1
"""Number of this layout; figures with another one are passed over."""


@dataclass(frozen=True)
class QualityFigures:
    """What a list says of the quality of a series.

    Attributes
    ----------
    symbol, timeframe : str
        The series.
    asset_class, calendar : str
        What it was held against.
    verdict : str
        ``clean``, ``warning`` or ``error``; ``unreadable`` where the file is no series.
    bars : int
        Bars, each stamp once.
    expected, present : int
        Bars that the calendar expects between the first and the last one, and those that are there.
    gaps_expected, gaps_unexpected : int
        Gaps while the market was closed, and while it was open.
    worst : str
        The gravest finding in words; empty where nothing but information was found.
    """

    symbol: str
    timeframe: str
    asset_class: str
    calendar: str
    verdict: str
    bars: int
    expected: int
    present: int
    gaps_expected: int
    gaps_unexpected: int
    worst: str

    @property
    def share(self) -> float:
        """Present over expected bars, 0 to 1; NaN where none is expected."""
        return self.present / self.expected if self.expected else float("nan")

    @classmethod
    def of(cls, report: QualityReport) -> Self:
        """Return the figures of a report.

        Parameters
        ----------
        report : QualityReport
            The whole report.
        """
        settings, covered = report.settings, report.coverage
        grave = [found.message for found in report.findings if found.severity != "info"]
        return cls(
            settings.symbol,
            report.timeframe,
            settings.asset_class,
            settings.calendar,
            report.verdict,
            report.bars,
            int(covered.expected.sum()),
            int(covered.present.sum()),
            report.count("gaps_expected"),
            report.count("gaps_unexpected"),
            grave[0] if grave else "",
        )

    @classmethod
    def unreadable(cls, symbol: str, timeframe: str, error: KtrdrError) -> Self:
        """Return the figures of a file that is no series.

        Parameters
        ----------
        symbol, timeframe : str
            What the file's name says.
        error : KtrdrError
            Why it cannot be read.
        """
        return cls(symbol, timeframe, "", "", "unreadable", 0, 0, 0, 0, 0, f"{error.where}: {error.message}")

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form, the share added."""
        return {**asdict(self), "share": self.share}


class FigureCache:
    """Figures of the series of a workspace, one small JSON each.

    They hold for one content of the file, one entry of ``symbols.yaml`` and one version of the program.

    Parameters
    ----------
    folder : Path
        ``.cache/quality`` of the workspace. If it cannot be written, figures are counted anew each time.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, source: Path, given: Mapping[str, Any]) -> QualityFigures | None:
        """Return the figures of a file if they are known and still hold.

        Parameters
        ----------
        source : Path
            The series' file.
        given : mapping
            The symbol's entry in ``symbols.yaml``.

        Raises
        ------
        StorageProblem
            If the series cannot be read.
        """
        document = read_note(self._path(source))
        note = document.get("note")
        known = Note.of_document(note) if isinstance(note, dict) else None
        if known is None or self._key(given) != document.get("key"):
            return None
        try:
            valid = known.renewed(source)
            figures = QualityFigures(**document["figures"])
        except OSError as error:
            raise StorageProblem(str(source), error.strerror or str(error)) from error
        except (KeyError, TypeError) as error:
            logger.warning("the figures of %s are passed over: %s", source.name, error)
            return None
        if valid is not None and valid is not known:
            self._write(source, valid, given, figures)
        return figures if valid else None

    def keep(self, source: Path, note: Note, given: Mapping[str, Any], figures: QualityFigures) -> None:
        """Keep the figures of a file, unless it changed while they were counted.

        Parameters
        ----------
        source : Path
            The series' file.
        note : Note
            What the file was before it was read.
        given : mapping
            The symbol's entry in ``symbols.yaml``.
        figures : QualityFigures
            Its figures.
        """
        if note.renewed(source) is not None:
            self._write(source, note, given, figures)

    def _write(self, source: Path, note: Note, given: Mapping[str, Any], figures: QualityFigures) -> None:
        document = {"key": self._key(given), "note": asdict(note), "figures": asdict(figures)}
        try:
            write_json(self._path(source), document)
        except StorageProblem as error:
            logger.warning("the figures of %s are not kept: %s (%s)", source.name, error.message, error.where)

    def _key(self, given: Mapping[str, Any]) -> dict[str, Any]:
        market = {name: str(given[name]) for name in ("asset_class", "calendar") if name in given}
        return {"format": FORMAT, "program": __version__, **market}

    def _path(self, source: Path) -> Path:
        return self.folder / f"{source.stem}.json"
