"""Coverage of the chosen series, and of the ticked ones beside it: the strip, its legend, what is under the mouse."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from PySide6.QtCore import QRectF, QSize, Slot
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import DataProblem
from ktrdr_app.core.progress import Progress
from ktrdr_app.data.quality.coverage import CoverageMap
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.data.coverage_picture import ALL, CLOSED, MOST, NONE, SOME, palette
from ktrdr_app.gui.panels.data.coverage_strip import CoverageStrip
from ktrdr_app.gui.panels.data.series_row import Key, say
from ktrdr_app.gui.panels.data.strip_picture import MOST_ROWS
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.ui.theme import color, themeChanged, tokens
from ktrdr_app.gui.ui.widgets import GRID, label, row
from ktrdr_app.workflows.series_view import SeriesViewRequest


class CoverageLegend(QWidget):
    """What the colours of the strip mean."""

    def __init__(self) -> None:
        super().__init__()
        self._entries = (
            (ALL, say("all bars")),
            (MOST, say("nearly all")),
            (SOME, say("some missing")),
            (NONE, say("hole")),
            (CLOSED, say("market closed")),
        )
        themeChanged.connect(self._on_theme)

    def sizeHint(self) -> QSize:
        """Return the room that the words need."""
        return QSize(self._width_of(self._entries), self.fontMetrics().height() + 2)

    def shown(self) -> tuple[tuple[int, str], ...]:
        """Return the shades that there is room for, with their words; the plainest are left out first."""
        entries: tuple[tuple[int, str], ...] = self._entries
        for dropped in (MOST, ALL, CLOSED):
            if self._width_of(entries) > self.width():
                entries = tuple(entry for entry in entries if entry[0] != dropped)
        return entries

    def _width_of(self, entries: tuple[tuple[int, str], ...]) -> int:
        return sum(self.fontMetrics().horizontalAdvance(words) + 30 for _, words in entries)

    def minimumSizeHint(self) -> QSize:
        """Return the least room: entries are left out where there is too little."""
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, _event: object) -> None:
        """Draw swatches and words.

        Parameters
        ----------
        _event : QPaintEvent
            All is drawn.
        """
        painter, metrics = QPainter(self), self.fontMetrics()
        colours = palette(tokens())
        shown = self.shown()
        x = self.width() - self._width_of(shown) + 8.0
        for shade, words in shown:
            painter.fillRect(QRectF(x, self.height() / 2 - 5, 10, 10), int(colours[shade]))
            painter.setPen(color("text_muted"))
            painter.drawText(round(x) + 16, (self.height() + metrics.ascent() - metrics.descent()) // 2, words)
            x += metrics.horizontalAdvance(words) + 30

    @Slot(object)
    def _on_theme(self, _theme: object) -> None:
        self.update()


class CoverageCard(QWidget):
    """The strip with its heading.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._own: CoverageMap | None = None
        self._others: dict[Key, CoverageMap] = {}
        self._ticked: tuple[Key, ...] = ()
        self.strip = CoverageStrip()
        self.strip.told.connect(self._tell)
        self._told = label("", "muted")
        self._told.setMinimumWidth(40)
        self.reading = Latest(context.tasks, self)
        self.reading.arrived.connect(self._take)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID // 2)
        heading = row(label(say("Coverage"), "heading"), self._told)
        heading.addWidget(CoverageLegend(), 1)
        box.addLayout(heading)
        box.addWidget(self.strip)

    def show_own(self, covered: CoverageMap | None) -> None:
        """Show the chosen series in the first row.

        Parameters
        ----------
        covered : CoverageMap or None
            None while it is being read.
        """
        self._own = covered
        self._arrange(keep_range=False)

    def show_ticked(self, keys: Sequence[Key]) -> None:
        """Show the ticked series below the chosen one.

        Parameters
        ----------
        keys : sequence of (str, str)
            Symbol and time frame of each.
        """
        self._ticked = tuple(keys)
        lacking = tuple(key for key in self._ticked[:MOST_ROWS] if key not in self._others)
        self._arrange(keep_range=True)
        if not lacking:
            self.reading.stop()
            return
        workspace = self._context.workspace

        def work(progress: Progress, cancel: CancelToken) -> tuple[CoverageMap, ...]:
            found = []
            for key in lacking:
                with suppress(DataProblem):  # the alignment says what is wrong with it
                    found.append(workflows.map_coverage(SeriesViewRequest(workspace, *key), progress, cancel))
            return tuple(found)

        self.reading.ask(say("Read the coverage"), work)

    def forget(self) -> None:
        """Drop what was read: files or calendars have changed."""
        self._others = {}
        self.show_ticked(self._ticked)

    @Slot(object)
    def _take(self, found: tuple[CoverageMap, ...]) -> None:
        self._others |= {(each.symbol, each.timeframe): each for each in found}
        self._arrange(keep_range=True)

    def _arrange(self, *, keep_range: bool) -> None:
        others = [self._others[key] for key in self._ticked if key in self._others]
        own = [self._own] if self._own is not None else []
        names = {(each.symbol, each.timeframe) for each in own}
        shown = [*own, *(each for each in others if (each.symbol, each.timeframe) not in names)]
        self.strip.set_maps(shown, keep_range=keep_range)
        more = len(own) + len(self._ticked) - MOST_ROWS
        self._tell("" if more <= 0 else say("the first {0} of the ticked series").format(MOST_ROWS - len(own)))

    @Slot(str)
    def _tell(self, text: str) -> None:
        self._told.setText(text)
