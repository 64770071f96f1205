"""What joining the ticked series keeps and loses, by the mode that is chosen; counted in the background."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.progress import Progress
from ktrdr_app.data.alignment import AlignmentReport
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.data.series_row import Key, say
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.tasks.task import TaskError
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.notices import error_text
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.widgets import GRID, button, label, row, set_tone
from ktrdr_app.workflows.inspect_data import AlignRequest

DELAY_MS = 150
"""How long ticking must rest before the joining is counted."""


class AlignmentCard(QWidget):
    """Mode, sentence and table of the alignment.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    cleared = Signal()
    """All ticks are to be taken away."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._keys: tuple[Key, ...] = ()
        self.report: AlignmentReport | None = None
        self.mode = CalmComboBox("dataPanel.alignmentMode", say("How the ticked series are joined"))
        self.mode.setMinimumContentsLength(22)
        modes: list[tuple[str, object]] = [
            (say("own: each on its own bars"), "own"),
            (say("intersection: bars that all have"), "intersection"),
            (say("union: bars that any has"), "union"),
        ]
        self.mode.fill(modes, "own")
        self.mode.currentIndexChanged.connect(self._ask)
        self._total = label("", "muted")
        self.sentence = label("", wrap=True)
        clear = button(say("Untick all"), "dataPanel.untickButton", role="quiet")
        clear.clicked.connect(self.cleared)
        self.table = self._make_table()
        self.counting = Latest(context.tasks, self, DELAY_MS)
        self.counting.arrived.connect(self._show)
        self.counting.failed.connect(self._refuse)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID // 2)
        box.addLayout(row(label(say("Alignment"), "heading"), self._total, 1, clear, self.mode))
        box.addWidget(self.sentence)
        box.addWidget(self.table, 1)

    def _make_table(self) -> RecordTable:
        columns = [
            Column(say("Symbol"), lambda entry: entry.symbol),
            Column(say("Bars"), lambda entry: numbers.integer(entry.bars), lambda entry: entry.bars, number=True),
            Column(say("Kept"), lambda entry: numbers.integer(entry.kept), lambda entry: entry.kept, number=True),
            Column(
                say("Lost"),
                lambda entry: numbers.integer(entry.lost),
                lambda entry: entry.lost,
                number=True,
                token=lambda entry: "warning" if entry.lost else "",
            ),
            Column(
                say("Carried"),
                lambda entry: numbers.integer(entry.carried),
                lambda entry: entry.carried,
                number=True,
                help=say("Rows without a bar of its own: what was last known stands there, never a price"),
            ),
            Column(say("Why"), lambda entry: "; ".join(entry.reasons), tip=lambda entry: ";\n".join(entry.reasons)),
        ]
        table = RecordTable(columns, "dataPanel.alignmentTable", say("Rows kept and lost per symbol"))
        table.fit(5)
        table.verticalHeader().setDefaultSectionSize(26)
        table.setMinimumHeight(86)
        return table

    def show_ticked(self, keys: Sequence[Key]) -> None:
        """Join these series.

        Parameters
        ----------
        keys : sequence of (str, str)
            Symbol and time frame of each, in the order they were ticked.
        """
        self._keys = tuple(keys)
        self._ask()

    @property
    def joined(self) -> tuple[tuple[str, ...], str]:
        """Symbols that are joined, and their bar length: the one that most of the ticked series have."""
        counts = Counter(timeframe for _, timeframe in self._keys)
        timeframe = max(counts, key=lambda name: counts[name], default="")
        return tuple(symbol for symbol, length in self._keys if length == timeframe), timeframe

    @Slot()
    def _ask(self, _changed: object = None) -> None:
        symbols, timeframe = self.joined
        if not symbols:
            self.counting.stop()
            self.report = None
            self.table.records.set_records(())
            return
        request = AlignRequest(self._context.workspace, symbols, timeframe, self.mode.currentData())

        def work(progress: Progress, cancel: CancelToken) -> AlignmentReport:
            return workflows.align_data(request, progress, cancel)

        self._total.setText(say("counting…"))
        self.counting.ask(say("Align series"), work)

    @Slot(object)
    def _show(self, report: AlignmentReport) -> None:
        self.report = report
        self.table.records.set_records(report.symbols)
        symbols = len(report.symbols)
        words = say("{0} symbols, {1}, {2} rows") if symbols > 1 else say("{0} symbol, {1}, {2} rows")
        self._total.setText(words.format(symbols, report.timeframe, numbers.integer(report.rows)))
        left_out = sorted({length for _, length in self._keys if length != report.timeframe})
        said = list(report.sentences)
        if left_out:
            said.append(
                say("Only bars of one length can be joined: those of {0} are left out.").format(", ".join(left_out))
            )
        elif symbols == 1:
            said.append(say("Tick more series to see what joining them costs."))
        self._say(" ".join(said), "warning" if left_out or not report.rows else "")

    @Slot(object)
    def _refuse(self, error: KtrdrError | TaskError) -> None:
        self.report = None
        self.table.records.set_records(())
        self._total.setText("")
        text, hint = error_text(error)
        self._say(f"{text}. {hint}", "danger")

    def _say(self, text: str, tone: str) -> None:
        self.sentence.setText(text)
        set_tone(self.sentence, tone)
        accessibility.name(self.table, say("Rows kept and lost per symbol"), text)
