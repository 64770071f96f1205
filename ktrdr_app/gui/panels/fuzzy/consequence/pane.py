"""The editor's side pane: membership on the price, a model's equity, universality; only the tab in view works."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QPushButton, QSplitter, QTabWidget, QVBoxLayout, QWidget

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.panels.fuzzy.choices import FuzzyChoices
from ktrdr_app.gui.panels.fuzzy.consequence.live_view import LiveView
from ktrdr_app.gui.panels.fuzzy.consequence.strips import MembershipStrips
from ktrdr_app.gui.panels.fuzzy.consequence.symbols_view import SymbolsView
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.notices import error_text
from ktrdr_app.gui.ui.widgets import GRID, button, label, set_tone
from ktrdr_app.workflows.requests import SeriesRequest

if TYPE_CHECKING:
    from ktrdr_app.workflows.input_series import InputSeries

LEAST_WIDTH = 400
"""Pixels."""


class ConsequencePane(QWidget):
    """What follows from the sets as they are now.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    choices : FuzzyChoices
        Says which symbols and bars are looked at.
    """

    def __init__(self, context: AppContext, choices: FuzzyChoices) -> None:
        super().__init__()
        self.context, self.choices = context, choices
        self.document: FuzzyDocument | None = None
        self._values: dict[str, NDArray[np.float64]] = {}
        self._asked: tuple[str, str, str] | None = None
        self._series: InputSeries | None = None
        self._loading = Latest(context.tasks, self)
        self.setMinimumWidth(LEAST_WIDTH)
        self.symbol = CalmComboBox("fuzzyPanel.previewSymbolCombo", self.tr("Symbol whose bars are shown"))
        self.symbol.setMinimumContentsLength(6)
        self.strips = MembershipStrips()
        self.fault = label("", wrap=True)
        set_tone(self.fault, "danger")
        self.live = LiveView(context)
        self.universality = SymbolsView(context)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("fuzzyPanel.consequenceTabs")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setUsesScrollButtons(False)
        for part in (self.tabs, self.tabs.tabBar()):
            accessibility.name(part, self.tr("What follows from the sets"))
        self.tabs.setCornerWidget(self.symbol)
        for page, words, tip in (
            (self._price_page(), self.tr("Price"), self.tr("Membership in each set, bar by bar, under the price")),
            (self.live, self.tr("Consequence"), self.tr("What a trained model would do with these sets")),
            (self.universality, self.tr("Symbols"), self.tr("How alike the chosen symbols use the sets")),
        ):
            self.tabs.setTabToolTip(self.tabs.addTab(page, words), tip)
        box = QVBoxLayout(self)
        box.setContentsMargins(GRID, 0, 0, 0)
        box.addWidget(self.tabs)
        self.toggle = self._toggle()
        self._connect()

    def _price_page(self) -> QWidget:
        page = QWidget()
        box = QVBoxLayout(page)
        box.setContentsMargins(0, GRID, 0, 0)
        box.addWidget(self.fault)
        box.addWidget(self.strips, 1)
        self.fault.hide()
        return page

    def _toggle(self) -> QPushButton:
        made = button(self.tr("Hide consequence"), "fuzzyPanel.consequenceToggle", role="quiet")
        made.setToolTip(self.tr("Show or hide what follows from the sets: price, a model's equity, symbols"))
        made.clicked.connect(self._show_or_hide)
        return made

    @Slot()
    def _show_or_hide(self) -> None:
        hidden = not self.isHidden()
        self.setHidden(hidden)
        self.toggle.setText(self.tr("Show consequence") if hidden else self.tr("Hide consequence"))

    def _connect(self) -> None:
        self._loading.arrived.connect(self._take_series)
        self._loading.failed.connect(self._no_series)
        self.tabs.currentChanged.connect(self._refresh)
        self.symbol.currentIndexChanged.connect(self._refresh)
        self.choices.seriesChosen.connect(self._offer_symbols)
        catalog = self.context.catalog
        catalog.series.loaded.connect(self._offer_symbols)
        catalog.strategies.loaded.connect(self._strategies_changed)
        self.context.dataChanged.connect(self._data_changed)

    def beside(self, editor: QWidget) -> QSplitter:
        """Return an editor with this pane at its right; the line between them can be moved.

        Parameters
        ----------
        editor : QWidget
            The editor.
        """
        sides = QSplitter(Qt.Orientation.Horizontal)
        sides.setChildrenCollapsible(False)
        for place, (widget, weight) in enumerate(((editor, 3), (self, 2))):
            sides.addWidget(widget)
            sides.setStretchFactor(place, weight)
        sides.setSizes([760, 410])
        return sides

    # what is looked at

    @property
    def timeframe(self) -> str:
        """Bar length at hand."""
        return self.choices.series[1]

    @property
    def chosen_symbol(self) -> str:
        """Symbol whose bars are shown; empty if there is none."""
        return str(self.symbol.currentData() or "")

    def set_document(self, document: FuzzyDocument) -> None:
        """Follow another document.

        Parameters
        ----------
        document : FuzzyDocument
            The sets.
        """
        if self.document is not None:
            self.document.setChanged.disconnect(self._on_set)
            self.document.setsChanged.disconnect(self._refresh)
            self.document.currentChanged.disconnect(self._on_current)
        self.document = document
        document.setChanged.connect(self._on_set)
        document.setsChanged.connect(self._refresh)
        document.currentChanged.connect(self._on_current)
        self._refresh()

    def set_values(self, values: Mapping[str, NDArray[np.float64]]) -> None:
        """Take the values of the current input, by which symbols are compared.

        Parameters
        ----------
        values : mapping of str to ndarray of float64
            By symbol, after the warm-up.
        """
        self._values = dict(values)
        self._refresh()

    @Slot()
    def _offer_symbols(self, _changed: object = None) -> None:
        there = self.context.catalog.symbols(self.timeframe)
        chosen = self.choices.series[0]
        wanted = self.chosen_symbol or next(iter(chosen), "")
        self.symbol.blockSignals(True)
        self.symbol.fill([(name, name) for name in there], wanted)
        self.symbol.blockSignals(False)
        self._refresh()

    @Slot()
    def _data_changed(self) -> None:
        self._asked = None
        self.live.forget()
        self._refresh()

    @Slot()
    def _strategies_changed(self, _changed: object = None) -> None:
        self._asked = None
        self.universality.forget()
        if self.isVisible() and self.tabs.currentWidget() is self.live:
            self.live.reopen()
        else:
            self.live.leave()
            self._refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed while the pane was out of sight.

        Parameters
        ----------
        event : QShowEvent
            Passed on.
        """
        super().showEvent(event)
        self._refresh()

    @Slot()
    def _on_current(self, _name: str = "") -> None:
        self._values = {}
        self._refresh()

    @Slot(str, str)
    def _on_set(self, name: str, key: str) -> None:
        document = self.document
        if document is None or not self.isVisible():
            return
        page = self.tabs.currentWidget()
        if page is self.live:
            self.live.show_sets()
        elif page is self.universality:
            self.universality.measure(document, self._values)
        elif name == self.strips.name == document.current and tuple(self.strips.memberships) == tuple(document.sets()):
            self.strips.show_set(key, document.sets()[key])
        else:
            self._refresh()

    @Slot()
    def _refresh(self, _changed: object = None) -> None:
        """Show everything anew in the tab in view, from what is at hand or has to be read."""
        document, symbol = self.document, self.chosen_symbol
        if document is None or not self.isVisible():
            return
        page = self.tabs.currentWidget()
        if page is self.universality:
            self.universality.measure(document, self._values)
        elif page is self.live and symbol:
            self.live.show_document(document, symbol, self.timeframe, self.choices.series[0])
        elif page is not self.live:
            self._show_strips(document, symbol)

    def _show_strips(self, document: FuzzyDocument, symbol: str) -> None:
        wanted = (document.strategy, symbol, self.timeframe)
        if not symbol or wanted == self._asked:
            if not self._loading.busy:
                self.strips.show_series(self._series if symbol else None, document.current, document.sets())
            return
        self._asked = wanted
        request = SeriesRequest(self.context.workspace, *wanted)

        def work(progress: Progress, cancel: CancelToken) -> InputSeries:
            return workflows.load_inputs(request, progress, cancel)

        self._loading.ask(self.tr("Bars of {0}").format(symbol), work)

    @Slot(object)
    def _take_series(self, series: InputSeries) -> None:
        self._series = series
        self.fault.hide()
        if self.document is not None:
            self.strips.show_series(series, self.document.current, self.document.sets())

    @Slot(object)
    def _no_series(self, error: object) -> None:
        self._asked = self._series = None
        self.strips.show_series(None, "", {})
        self.fault.setText("; ".join(error_text(error)))  # type: ignore[arg-type]
        self.fault.show()
