"""First and last rows of a file, as bars in UTC and as the text has them, with the curve of the closes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import methodcaller

import pandas as pd
from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTabWidget, QVBoxLayout, QWidget

from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.importing.preview import EDGE, ImportPreview, RawTable, Span
from ktrdr_app.gui.panels.data.importing.choices import role_words
from ktrdr_app.gui.panels.data.importing.sparkline import Sparkline
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.widgets import GRID, label

GAP = "⋮"
_MOST_PLACES = 8
_ROW = 26
_PRICES = ("open", "high", "low", "close")


@dataclass(frozen=True)
class Line:
    """One line of a table.

    Attributes
    ----------
    cells : tuple of str
        Its texts.
    """

    cells: tuple[str, ...]

    def cell(self, place: int) -> str:
        """Return one text; empty where the line is shorter.

        Parameters
        ----------
        place : int
            Which one.
        """
        return self.cells[place] if place < len(self.cells) else ""


class FittedTable(RecordTable):
    """A table whose columns fill its width, or keep their own where that is not enough.

    Parameters
    ----------
    object_name : str
        Qt object name.
    accessible_name : str
        What a screen reader calls it.
    """

    def __init__(self, object_name: str, accessible_name: str) -> None:
        super().__init__([], object_name, accessible_name)
        self.setSortingEnabled(False)
        self.verticalHeader().setDefaultSectionSize(_ROW)
        self.setMinimumHeight(_ROW * 5)
        self.setMaximumHeight(_ROW * (2 * EDGE + 1) + 6 * GRID)

    def show_lines(self, titles: Sequence[str], lines: Sequence[Line], numbers_from: int) -> None:
        """Show other columns and lines.

        Parameters
        ----------
        titles : sequence of str
            Headings.
        lines : sequence of Line
            From top to bottom.
        numbers_from : int
            First column whose texts stand at the right.
        """
        self.records.columns = tuple(
            Column(title, methodcaller("cell", place), number=place >= numbers_from)
            for place, title in enumerate(titles)
        )
        self.records.set_records(lines)
        self._fit()

    def sizeHint(self) -> QSize:
        """Return the size at which every line is seen."""
        return QSize(super().sizeHint().width(), self.maximumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns to the new width.

        Parameters
        ----------
        event : QResizeEvent
            Old and new size.
        """
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        places = range(header.count())
        wanted = [max(self.sizeHintForColumn(place), header.sectionSizeHint(place)) for place in places]
        spare = max(0, self.viewport().width() - sum(wanted)) // max(1, len(wanted))
        for place, width in enumerate(wanted):
            header.resizeSection(place, width + spare)


class PreviewView(QWidget):
    """What would be imported."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("importDialog.preview")
        self.summary = label("", "heading", wrap=True)
        self.curve = Sparkline()
        self.bars = FittedTable("importDialog.bars", self.tr("First and last bars, in UTC"))
        self.rows = FittedTable("importDialog.rows", self.tr("First and last rows of the file"))
        self.tabs = QTabWidget()
        self.tabs.setObjectName("importDialog.tabs")
        self.tabs.addTab(self.bars, self.tr("As bars"))
        self.tabs.addTab(self.rows, self.tr("Rows in the file"))
        for part in (self.tabs, self.tabs.tabBar()):
            accessibility.name(part, self.tr("Preview"), self.tr("as bars, or as the file has them"))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        box.addWidget(self.summary)
        box.addWidget(self.curve)
        self._forced = False
        box.addWidget(self.tabs, 100)
        box.addStretch(1)

    def show_preview(self, seen: ImportPreview) -> None:
        """Show a file.

        Parameters
        ----------
        seen : ImportPreview
            What was read.
        """
        daily = bool(seen.timeframe) and NANOSECONDS[seen.timeframe] >= NANOSECONDS["1d"]
        self._show_tab(seen.span is not None and seen.span.bars > 0)
        clock_open = any(question.key == "timezone" for question in seen.questions)
        self._show_span(seen.span, daily, clock_open)
        self._show_rows(seen.raw, {place: role for role, place in seen.columns.items()})

    def _show_tab(self, has_bars: bool) -> None:
        """Turn to the rows where there are no bars, and back again once there are."""
        if not has_bars or self._forced:
            self.tabs.setCurrentWidget(self.bars if has_bars else self.rows)
        self._forced = not has_bars

    def _show_span(self, span: Span | None, daily: bool, clock_open: bool) -> None:
        if span is None or not span.bars:
            self.summary.setText(self.tr("No bars can be read yet"))
            self.curve.show_values(pd.Series(dtype=float).to_numpy())
            self.bars.records.set_records([])
            return
        whole = pd.concat([span.first, span.last])
        ends = [numbers.moment(stamp.to_pydatetime(), time=not daily) for stamp in (whole.index[0], whole.index[-1])]
        words = (
            self.tr("{0} bars, {1} to {2} on the file's own clock")
            if clock_open
            else self.tr("{0} bars, {1} to {2} UTC")
        )
        self.summary.setText(words.format(numbers.integer(span.bars), *ends))
        self.curve.show_values(span.closes)
        places = max(_places(value) for value in whole[list(_PRICES)].to_numpy().ravel().tolist())
        first, last = _as_lines(span.first, places, daily), _as_lines(span.last, places, daily)
        gap = [Line((GAP,) * 6)] if span.bars > len(whole) else []
        opens = self.tr("Bar opens (file's clock)") if clock_open else self.tr("Bar opens (UTC)")
        titles = (opens, *map(role_words, (*_PRICES, "volume")))
        self.bars.show_lines(titles, [*first, *gap, *last], 1)

    def _show_rows(self, raw: RawTable, roles: dict[int, str]) -> None:
        titles = [self.tr("Line")]
        for place, name in enumerate(raw.names):
            heading = name or str(place + 1)
            role = roles.get(place, "")
            titles.append(f"{heading} → {role}" if role and role != heading.lower() else heading)
        first = [Line((numbers.integer(number), *cells)) for number, cells in raw.first]
        last = [Line((numbers.integer(number), *cells)) for number, cells in raw.last]
        gap = [Line((GAP,) * len(titles))] if raw.rows > len(first) + len(last) else []
        self.rows.show_lines(titles, [*first, *gap, *last], len(titles))


def _as_lines(bars: pd.DataFrame, places: int, daily: bool) -> list[Line]:
    lines = []
    for stamp, *prices, volume in bars.reset_index().itertuples(index=False):
        figures = [numbers.decimal(price, places) for price in prices]
        amount = numbers.decimal(volume, min(_places(volume), 4)) if volume == volume else numbers.NONE
        lines.append(Line((numbers.moment(stamp.to_pydatetime(), time=not daily), *figures, amount)))
    return lines


def _places(value: float) -> int:
    return next((places for places in range(_MOST_PLACES) if round(value, places) == value), _MOST_PLACES)
