"""The results of a training by symbol: the table, and below it the confusion and calibration of the chosen row."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.results.bars_dialog import BarsDialog
from ktrdr_app.gui.panels.training.results.calibration import CalibrationPlot
from ktrdr_app.gui.panels.training.results.confusion import ConfusionMatrix
from ktrdr_app.gui.panels.training.results.per_symbol_table import SymbolTable
from ktrdr_app.gui.panels.training.results.words import name_of, say
from ktrdr_app.gui.ui.widgets import GRID, label, row, splitter
from ktrdr_app.workflows.training_results import ALL, TrainingResults


class ResultsView(QWidget):
    """Master and details: choose a symbol, see where it errs, click a cell, see the bars.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    symbolChosen = Signal(str)
    """Name of the symbol whose figures are shown; `ALL` for all together."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._results: TrainingResults | None = None
        self.symbol = ALL
        self.table = SymbolTable()
        self.table.setMinimumHeight(112)
        self.confusion = ConfusionMatrix()
        self.calibration = CalibrationPlot()
        self.about = label("", "muted", wrap=True)
        lower = QWidget()
        box = QVBoxLayout(lower)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID // 2)
        box.addWidget(self.about)
        pictures = row(self.confusion, self.calibration, spacing=GRID + GRID // 2)
        for picture in (self.confusion, self.calibration):
            pictures.setStretchFactor(picture, 1)
        box.addLayout(pictures, 1)
        split = splitter(Qt.Orientation.Vertical, (self.table, 2), (lower, 3))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, GRID, 0, 0)
        outer.addWidget(split)
        self.table.symbolChosen.connect(self._choose)
        self.confusion.cellChosen.connect(self.open_bars)
        self.clear()

    def show_results(self, results: TrainingResults) -> None:
        """Show the figures of a training.

        Parameters
        ----------
        results : TrainingResults
            The training.
        """
        self._results = results
        self.table.show_results(results)

    def clear(self) -> None:
        """Show nothing."""
        self._results, self.symbol = None, ALL
        self.table.clear()
        self.confusion.clear()
        self.calibration.clear()
        self.about.setText(say("Once a model is trained, its test figures stand here, symbol by symbol."))

    @Slot(str)
    def _choose(self, symbol: str) -> None:
        if self._results is None:
            return
        self.symbol = symbol
        found = self._results.figures_of(symbol)
        self.confusion.show_figures(found)
        self.calibration.show_figures(found)
        why = say("Careful: {0}.").format("; ".join(found.warnings)) if found.warnings else ""
        how = say("Click a cell to see its bars.") if found.confusion else say("This model counts no cells.")
        self.about.setText(f"{name_of(found)}: {why} {how}".replace("  ", " "))
        self.symbolChosen.emit(symbol)

    @Slot(int, int)
    def open_bars(self, label_: int, answer: int) -> BarsDialog | None:
        """Open the bars of a cell, and return the dialog; None where nothing is shown.

        Parameters
        ----------
        label_, answer : int
            The cell: BUY 0, HOLD 1, SELL 2.
        """
        results = self._results
        if results is None:
            return None
        own = [found for found in results.symbols if self.symbol in (ALL, found.symbol)]
        dialog = BarsDialog(self._context, results.path, own, (label_, answer), self.window())
        dialog.open()
        return dialog
