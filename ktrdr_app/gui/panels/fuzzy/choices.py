"""The line of choices above the editor: strategy, fuzzy input, bar length, symbols."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.fuzzy.symbol_menu import SymbolMenu
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.widgets import label, row

_FIRST_SYMBOLS = 3


class FuzzyChoices(QObject):
    """What the editor shows, chosen from the window's lists.

    Parameters
    ----------
    context : AppContext
        Whose lists it offers.
    parent : QObject
        Owner.
    """

    strategyChosen = Signal(str)
    inputChosen = Signal(str)
    seriesChosen = Signal()
    """Other symbols or another bar length."""

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self.context = context
        self._offering = False
        self.strategy = CalmComboBox("fuzzyPanel.strategyCombo", self.tr("Strategy"))
        self.indicator = CalmComboBox("fuzzyPanel.indicatorCombo", self.tr("Fuzzy input"))
        self.timeframe = CalmComboBox("fuzzyPanel.timeframeCombo", self.tr("Bar length"))
        for combo, letters in ((self.strategy, 16), (self.indicator, 10), (self.timeframe, 3)):
            combo.setMinimumContentsLength(letters)
        self.symbols = SymbolMenu("fuzzyPanel.symbolMenu")
        context.catalog.strategies.loaded.connect(self._offer_strategies)
        context.catalog.series.loaded.connect(self._offer_timeframes)
        context.strategySelected.connect(self._offer_strategies)
        context.timeframeSelected.connect(self._offer_timeframes)
        self.strategy.currentIndexChanged.connect(self._strategy_chosen)
        self.indicator.currentIndexChanged.connect(self._input_chosen)
        self.timeframe.currentIndexChanged.connect(self._timeframe_chosen)
        self.symbols.changed.connect(self.seriesChosen)

    def line(self) -> QHBoxLayout:
        """Return the choices side by side."""
        line = row()
        for words, field in (
            (self.tr("Strategy"), self.strategy),
            (self.tr("Input"), self.indicator),
            (self.tr("Bars"), self.timeframe),
            (self.tr("Symbols"), self.symbols),
        ):
            line.addWidget(label(words, "muted"))
            line.addWidget(field)
        line.addStretch(1)
        return line

    @property
    def chosen_strategy(self) -> str:
        """Name of the strategy; empty if there is none."""
        return str(self.strategy.currentData() or "")

    @property
    def series(self) -> tuple[tuple[str, ...], str]:
        """Symbols and bar length."""
        return self.symbols.chosen, str(self.timeframe.currentData() or "")

    def offer_inputs(self, names: Sequence[str], current: str) -> None:
        """Offer a strategy's inputs; nothing is signalled.

        Parameters
        ----------
        names : sequence of str
            The inputs.
        current : str
            The one that is shown.
        """
        self._offering = True
        self.indicator.fill([(name, name) for name in names], current)
        self._offering = False

    @Slot()
    def _offer_strategies(self, _changed: object = None) -> None:
        # a faulty one stays the window's choice, as at the other stations: without it here, another would be chosen
        entries: list[tuple[str, object]] = [
            (f"⚠ {info.name}" if info.problem else info.name, info.name)
            for info in self.context.catalog.strategies.items
            if not info.problem or info.name == self.context.strategy
        ]
        self.strategy.fill(entries, self.context.strategy or self.strategy.currentData())

    @Slot()
    def _offer_timeframes(self, _changed: object = None) -> None:
        lengths = [entry.timeframe for entry in self.context.catalog.series.items]
        richest = max(lengths, key=lengths.count, default="")
        wanted = self.context.timeframe or self.timeframe.currentData() or richest
        self.timeframe.fill([(name, name) for name in self.context.catalog.timeframes], wanted)
        self._offer_symbols()

    def _offer_symbols(self) -> None:
        there = self.context.catalog.symbols(str(self.timeframe.currentData() or ""))
        self.symbols.offer(there, self.symbols.chosen or there[:_FIRST_SYMBOLS])

    @Slot()
    def _strategy_chosen(self) -> None:
        if self.chosen_strategy:
            self.context.select_strategy(self.chosen_strategy)
            self.strategyChosen.emit(self.chosen_strategy)

    @Slot()
    def _input_chosen(self) -> None:
        if self.indicator.currentData() and not self._offering:
            self.inputChosen.emit(str(self.indicator.currentData()))

    @Slot()
    def _timeframe_chosen(self) -> None:
        self._offer_symbols()
        self.seriesChosen.emit()
        self.context.select_timeframe(str(self.timeframe.currentData() or ""))
