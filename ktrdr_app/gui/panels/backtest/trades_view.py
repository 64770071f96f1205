"""The trades below the charts: a table, steps to the next and previous one, and winners or losers alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QItemSelection, QModelIndex, QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from ktrdr_app.gui.panels.backtest.tables import trades_table
from ktrdr_app.gui.panels.backtest.view_model import TradeRow
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.widgets import GRID, button, column, label, row

Accept = Callable[[TradeRow], bool]


def won(trade: TradeRow) -> bool:
    """Say whether a trade earned something after its costs.

    Parameters
    ----------
    trade : TradeRow
        Which.
    """
    return trade.net > 0


def lost(trade: TradeRow) -> bool:
    """Say whether a trade earned nothing.

    Parameters
    ----------
    trade : TradeRow
        Which.
    """
    return not won(trade)


class TradesView(QWidget):
    """Closed trades with their filter.

    Keys in it: ``[`` and ``]`` go to the previous and next trade shown, with Shift to losing ones alone.
    """

    trade_chosen = Signal(int)
    """Number of the trade that was clicked, or stepped to."""
    filtered = Signal(object)
    """frozenset of the numbers of the trades that the filter leaves, or None where it leaves all."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("backtestPanel.tradesView")
        self._following = False
        self._here: int | None = None
        self._all: tuple[TradeRow, ...] = ()
        self.table = trades_table()
        self.filter = CalmComboBox("backtestPanel.tradeFilter", self.tr("Which trades are shown"))
        self.filter.fill([(self.tr("All trades"), None), (self.tr("Winners"), won), (self.tr("Losers"), lost)], None)
        self.back = _step_button(
            "◀", "previousTrade", self.tr("Previous trade"), self.tr("With Shift the losing one ([)")
        )
        self.forth = _step_button("▶", "nextTrade", self.tr("Next trade"), self.tr("With Shift the losing one (])"))
        self.count = label("", "muted")
        self.count.setObjectName("backtestPanel.tradeCount")
        beside = column(self.filter, spacing=GRID // 2)
        beside.addLayout(row(self.back, self.forth, spacing=GRID // 2))
        beside.addWidget(self.count)
        beside.addStretch(1)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        box.addLayout(beside)
        box.addWidget(self.table, 1)
        self.filter.currentIndexChanged.connect(self._filter)
        self.back.clicked.connect(self._step_back)
        self.forth.clicked.connect(self._step_forth)
        self.table.selectionModel().selectionChanged.connect(self._selected)
        self.table.clicked.connect(self._clicked)
        self.table.installEventFilter(self)
        self._say()

    def set_trades(self, trades: Sequence[TradeRow]) -> None:
        """Show other trades, none of them chosen; the filter stays.

        Parameters
        ----------
        trades : sequence of TradeRow
            In order of entry.
        """
        self._all, self._here = tuple(trades), None
        self.table.records.set_records(self._all)
        self._say()

    @property
    def left(self) -> frozenset[int] | None:
        """Numbers of the trades that the filter leaves; None where it leaves all."""
        if self.filter.currentData() is None:
            return None
        return frozenset(trade.number for trade in self.table.records.records)

    def select(self, number: int) -> None:
        """Select a trade without telling anybody; a filter that hides it is taken off.

        Parameters
        ----------
        number : int
            From 0, in order of entry.
        """
        if 0 <= number < len(self._all) and all(trade.number != number for trade in self.table.records.records):
            self.filter.setCurrentIndex(0)
        self._here = number
        self._mark()

    def _mark(self) -> None:
        """Select the trade at hand where it is shown, without telling anybody."""
        self._following = True
        self.table.select(lambda trade: trade.number == self._here)
        self._following = False
        self.table.scrollTo(self.table.currentIndex())

    def step(self, step: int, *, losing_only: bool = False) -> None:
        """Go to the next or previous trade, in order of entry, among those that are shown.

        Parameters
        ----------
        step : int
            1 or -1.
        losing_only : bool
            Whether winners are passed over.
        """
        shown = sorted(trade.number for trade in self.table.records.records if not losing_only or lost(trade))
        here = self._here
        ahead = [number for number in shown if here is None or (number - here) * step > 0]
        if ahead:
            self.table.select(lambda trade: trade.number == (ahead[0] if step > 0 else ahead[-1]))
            self.table.scrollTo(self.table.currentIndex())

    @Slot()
    def _step_back(self) -> None:
        self.step(-1, losing_only=_shift())

    @Slot()
    def _step_forth(self) -> None:
        self.step(1, losing_only=_shift())

    @Slot()
    def _filter(self) -> None:
        accept: Accept | None = self.filter.currentData()
        self.table.records.set_filter(accept)
        self._mark()
        self._say()
        self.filtered.emit(self.left)

    def _say(self) -> None:
        shown, there = len(self.table.records.records), len(self._all)
        if shown == there:
            self.count.setText(self.tr("1 trade") if there == 1 else self.tr("{0} trades").format(there))
        else:
            self.count.setText(self.tr("{0} of {1} trades").format(shown, there))
        for made in (self.back, self.forth):
            made.setEnabled(shown > 0)

    @Slot(QItemSelection, QItemSelection)
    def _selected(self, _chosen: QItemSelection, _dropped: QItemSelection) -> None:
        if not self._following:
            self._clicked()

    @Slot(QModelIndex)
    def _clicked(self, _index: object = None) -> None:
        trade = self.table.selected
        if trade is not None:
            self._here = trade.number
            self.trade_chosen.emit(trade.number)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the bracket keys before the table searches its rows for them.

        Parameters
        ----------
        watched : QObject
            The table.
        event : QEvent
            What happens to it.
        """
        if watched is self.table and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            losing = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if event.key() in (Qt.Key.Key_BracketRight, Qt.Key.Key_BraceRight):
                self.step(1, losing_only=losing)
                return True
            if event.key() in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BraceLeft):
                self.step(-1, losing_only=losing)
                return True
        return False


def _step_button(sign: str, part: str, name: str, about: str) -> QPushButton:
    made = button(sign, f"backtestPanel.{part}")
    made.setFixedHeight(24)
    made.setToolTip(f"{name}. {about}")
    accessibility.name(made, name, about)
    return made


def _shift() -> bool:
    return bool(QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier)
