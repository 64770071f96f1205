"""The universality meter: how alike the chosen symbols use the sets, which stand apart, what would help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.fuzzy.universality import ALIKE
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.tasks.following import Following
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.notices import error_text
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.widgets import GRID, label, row, set_tone

if TYPE_CHECKING:
    from ktrdr_app.workflows.symbol_use import SetUse, SymbolsUse, Values

    Found = tuple[tuple[str, str], str, SymbolsUse | None]


class SymbolsView(QWidget):
    """Figure, table of sets, and words.

    Parameters
    ----------
    context : AppContext
        Whose tasks do the measuring.
    """

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self._advice: dict[tuple[str, str], str] = {}
        self._measuring = Following(context.tasks, self)
        self._measuring.arrived.connect(self._show)
        self._measuring.failed.connect(self._refused)
        self.meter = QProgressBar()
        self.meter.setObjectName("fuzzyPanel.universalityMeter")
        self.meter.setRange(0, 100)
        self.meter.setTextVisible(False)
        accessibility.name(self.meter, self.tr("Universality"))
        self.meter.setToolTip(self.tr("From {0} one network can read the input on every symbol").format(ALIKE))
        self.figure = label("", "figure")
        self.verdict = label("", wrap=True)
        self.advice = label("", wrap=True)
        set_tone(self.advice, "warning")
        self.table = RecordTable(self._columns(), "fuzzyPanel.symbolsTable", self.tr("Use of each set by the symbols"))
        self.table.fit(0)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, GRID, 0, 0)
        box.setSpacing(GRID)
        box.addLayout(row(label(self.tr("Universality"), "muted"), self.figure, self.meter))
        box.addWidget(self.verdict)
        box.addWidget(self.advice)
        box.addWidget(self.table, 1)
        self._tell(None)

    def _columns(self) -> list[Column]:
        def share(found: tuple[str, float]) -> str:
            return f"{found[0]} {numbers.percent(found[1])}"

        return [
            Column(self.tr("Set"), lambda use: use.key),
            Column(
                self.tr("Least"),
                lambda use: share(use.least),
                lambda use: use.least[1],
                help=self.tr("The symbol that uses the set least: share of its bars, weighted by membership"),
            ),
            Column(self.tr("Most"), lambda use: share(use.most), lambda use: use.most[1]),
            Column(
                self.tr("Spread"),
                lambda use: numbers.percent(use.spread),
                lambda use: use.spread,
                number=True,
                token=lambda use: "warning" if use.spread > 1 - ALIKE else "",
                help=self.tr("Most less least, in percentage points"),
            ),
        ]

    def measure(self, document: FuzzyDocument, values: Values) -> None:
        """Measure the sets as they are now.

        Parameters
        ----------
        document : FuzzyDocument
            The sets.
        values : mapping of str to ndarray of float64
            Values of the current input, by symbol.
        """
        where = (document.strategy, document.current)
        entry, workspace, known = document.fuzzy_input(), self.context.workspace, self._advice.get(where)

        def work(_progress: Progress, cancel: CancelToken) -> Found:
            advice = workflows.scale_advice(workspace, *where) if known is None else known
            return where, advice, workflows.compare_use(entry, values, cancel)

        self._measuring.ask(self.tr("Universality of {0}").format(document.current), work)

    def forget(self) -> None:
        """Forget what was advised: the strategies may say something else by now."""
        self._advice.clear()

    @Slot(object)
    def _show(self, found: Found) -> None:
        where, advice, use = found
        self._advice[where] = advice
        self.advice.setText(advice)
        self.advice.setVisible(bool(advice))
        self._tell(use)

    @Slot(object)
    def _refused(self, error: object) -> None:
        self._tell(None)
        self.verdict.setText(error_text(error)[0])  # type: ignore[arg-type]
        set_tone(self.verdict, "danger")

    def _tell(self, use: SymbolsUse | None) -> None:
        sets: tuple[SetUse, ...] = () if use is None else use.sets
        self.table.records.set_records(sets)
        self.meter.setValue(0 if use is None else round(100 * use.figure))
        self.figure.setText(numbers.decimal(None if use is None else use.figure, 2))
        words, tone = self._verdict(use)
        self.verdict.setText(words)
        set_tone(self.verdict, tone)
        self.meter.setAccessibleDescription(words)

    def _verdict(self, use: SymbolsUse | None) -> tuple[str, str]:
        if use is None:
            return self.tr("Choose two symbols or more to see how alike they use the sets."), ""
        if use.apart:
            return self.tr("⚠ stands apart: {0}").format(", ".join(use.apart)), "warning"
        if use.figure < ALIKE:
            return self.tr("⚠ the symbols use the sets differently"), "warning"
        return self.tr("✓ the symbols use the sets alike; one network can serve them all"), "success"
