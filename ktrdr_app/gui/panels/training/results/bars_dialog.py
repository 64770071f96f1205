"""The very bars of one cell of the confusion matrix, one after the other, on the chart of their symbol."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.results.bars_chart import BarsChart
from ktrdr_app.gui.panels.training.results.words import say
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.tasks.task import TaskError
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.notices import error_text
from ktrdr_app.gui.ui.widgets import GRID, button, label, row, set_tone
from ktrdr_app.workflows.report_figures import CLASSES
from ktrdr_app.workflows.training_results import SymbolFigures

if TYPE_CHECKING:
    from ktrdr_app.workflows.cell_bars import JudgedBars


class BarsDialog(QDialog):
    """Shows the bars of a cell; ``[`` and ``]`` go to the previous and the next one.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    path : Path
        The model's folder.
    symbols : sequence of SymbolFigures
        Symbols that may be shown, with their counts; the first with bars in the cell is.
    cell : (int, int)
        Label and answer: BUY 0, HOLD 1, SELL 2.
    parent : QWidget
        Window it belongs to.
    """

    def __init__(
        self,
        context: AppContext,
        path: Path,
        symbols: Sequence[SymbolFigures],
        cell: tuple[int, int],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("trainingPanel.barsDialog")
        self._workspace, self._path, self._cell = context.workspace, path, cell
        self._judged: JudgedBars | None = None
        self.bars: NDArray[np.intp] = np.empty(0, dtype=np.intp)
        self.number = 0
        title = say("Bars that are {0} and were answered {1}").format(CLASSES[cell[0]], CLASSES[cell[1]])
        self.setWindowTitle(title)
        self.resize(960, 560)
        self.symbol = CalmComboBox("trainingPanel.barsSymbol", say("Symbol whose bars are shown"))
        self.chart = BarsChart()
        self.place, self.words = label("", "heading"), label("", "muted", wrap=True)
        self.previous = button(say("Previous"), "trainingPanel.barsPrevious")
        self.next = button(say("Next"), "trainingPanel.barsNext")
        self.previous.setToolTip(say("Key: ["))
        self.next.setToolTip(say("Key: ]"))
        self.close_button = button(say("Close"), "trainingPanel.barsClose")
        self._lay_out(title)
        self.previous.clicked.connect(self.step_back)
        self.next.clicked.connect(self.step_on)
        self.close_button.clicked.connect(self.reject)
        self._asking = Latest(context.tasks, self)
        self._asking.arrived.connect(self._show)
        self._asking.failed.connect(self._refuse)
        self._offer(symbols)
        self.symbol.currentIndexChanged.connect(self._ask)
        self._ask()

    def _lay_out(self, title: str) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        box.setSpacing(GRID + GRID // 2)
        box.addLayout(row(label(title, "title"), 1, self.symbol))
        box.addWidget(self.chart, 1)
        box.addWidget(self.place)
        box.addWidget(self.words)
        box.addLayout(row(self.previous, self.next, 1, self.close_button))

    def _offer(self, symbols: Sequence[SymbolFigures]) -> None:
        of, answered = self._cell
        counts = [(found.symbol, found.confusion[of][answered] if found.confusion else 0) for found in symbols]
        entries: list[tuple[str, object]] = [
            (say("{0}: {1} bars").format(name, numbers.integer(count)), name) for name, count in counts
        ]
        wanted = next((name for name, count in counts if count), counts[0][0] if counts else None)
        self.symbol.setMinimumContentsLength(18)
        self.symbol.fill(entries, wanted)

    @property
    def judged(self) -> JudgedBars | None:
        """The test rows of the symbol that is shown, once they are there."""
        return self._judged

    @Slot()
    def _ask(self, _changed: object = None) -> None:
        symbol = self.symbol.currentData()
        if symbol is None:
            return
        workspace, path = self._workspace, self._path

        def work(progress: Progress, cancel: CancelToken) -> JudgedBars:
            return workflows.judged_bars(workspace, path, symbol, progress, cancel)

        self._judged, self.bars = None, np.empty(0, dtype=np.intp)
        self._allow()
        self._tell(say("Asking the model about the test bars of {0}…").format(symbol), "", "")
        self._asking.ask(say("Find the bars of a cell"), work)

    @Slot(object)
    def _show(self, judged: JudgedBars) -> None:
        self._judged = judged
        self.bars = self.chart.show_bars(judged, *self._cell)
        self._allow()
        if len(self.bars):
            self.go_to(0)
        else:
            self._tell(say("No bar of {0} is in this cell").format(judged.symbol), judged.caution, "warning")

    @Slot(object)
    def _refuse(self, error: KtrdrError | TaskError) -> None:
        self._tell(say("The bars cannot be shown"), ". ".join(filter(None, error_text(error))), "danger")

    def go_to(self, number: int) -> None:
        """Show one of the bars.

        Parameters
        ----------
        number : int
            Its place among them, from 0.
        """
        judged = self._judged
        if judged is None or not 0 <= number < len(self.bars):
            return
        self.number = number
        self.chart.choose(int(self.bars[number]))
        where = say("{0} {1}, {2}: bar {3} of {4}").format(
            judged.symbol,
            judged.timeframe,
            self.chart.time_of(int(self.bars[number])),
            numbers.integer(number + 1),
            numbers.integer(len(self.bars)),
        )
        shares = judged.probabilities[judged.cell(*self._cell)[number]]
        stated = " · ".join(f"{name} {numbers.percent(float(p))}" for name, p in zip(CLASSES, shares, strict=True))
        said = say("The model stated {0}.").format(stated)
        caution = say("Careful: {0}.").format(judged.caution) if judged.caution else ""
        self._tell(where, f"{said} {caution}".strip(), "warning" if caution else "")
        self._allow()
        accessibility.announce(self, f"{where}. {said}")

    @Slot()
    def step_on(self) -> None:
        """Go to the next bar of the cell."""
        self.go_to(self.number + 1)

    @Slot()
    def step_back(self) -> None:
        """Go to the previous bar of the cell."""
        self.go_to(self.number - 1)

    def _allow(self) -> None:
        self.previous.setEnabled(self.number > 0 and bool(len(self.bars)))
        self.next.setEnabled(self.number + 1 < len(self.bars))

    def _tell(self, place: str, words: str, tone: str) -> None:
        self.place.setText(place)
        self.words.setText(words)
        set_tone(self.words, tone)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step with ``[`` and ``]``.

        Parameters
        ----------
        event : QKeyEvent
            The key.
        """
        if event.key() == Qt.Key.Key_BracketRight:
            self.step_on()
        elif event.key() == Qt.Key.Key_BracketLeft:
            self.step_back()
        else:
            super().keyPressEvent(event)

    def done(self, result: int) -> None:
        """Ask nothing any more once it is closed.

        Parameters
        ----------
        result : int
            Qt's answer.
        """
        self._asking.stop()
        super().done(result)
