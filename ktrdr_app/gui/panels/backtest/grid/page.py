"""The page of many symbols: one backtest for each, as small multiples that can be sorted and opened."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.gui.panels.backtest.form import BacktestForm
from ktrdr_app.gui.panels.backtest.grid.card import SIZE, GridCard
from ktrdr_app.gui.panels.backtest.grid.view_model import ORDERS, SHOWN, GridView
from ktrdr_app.gui.panels.backtest.run_place import RunPlace
from ktrdr_app.gui.tasks.errand import Errand
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.widgets import GRID, button, label, row
from ktrdr_app.workflows.many_requests import GridRequest
from ktrdr_app.workflows.wording import typographic


class GridPage(QWidget):
    """Small multiples of the form's strategy and model on every symbol that the form offers.

    Parameters
    ----------
    place : RunPlace
        Runs the backtests.
    form : BacktestForm
        Says what is run, and on which symbols: with its ✦ ticked, on unseen ones alone.
    """

    run_chosen = Signal(object)
    """Folder of the run of the symbol that was clicked."""

    def __init__(self, place: RunPlace, form: BacktestForm) -> None:
        super().__init__()
        self._runs_in, self._form = place, form
        self.view: GridView | None = None
        self.cards: list[GridCard] = []
        self.start = button(self.tr("Run on all symbols"), "backtestPanel.gridButton", icon="play")
        self.start.setToolTip(self.tr("Backtests every symbol that the form offers, each with an account of its own"))
        self.order = CalmComboBox("backtestPanel.gridOrder", self.tr("What the symbols are sorted by"))
        self.order.fill(
            [
                (self.tr("highest return"), "return"),
                (self.tr("gain over buy and hold"), "gain"),
                (self.tr("Sharpe ratio"), "sharpe"),
                (self.tr("smallest drawdown"), "drawdown"),
                (self.tr("most trades"), "trades"),
                (self.tr("unseen first"), "unseen"),
                (self.tr("name"), "symbol"),
            ],
            "return",
        )
        self.words = label("", wrap=True)
        self.words.setObjectName("backtestPanel.gridWords")
        self._ground = QWidget()
        self._layout = QGridLayout(self._ground)
        self._layout.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(GRID)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setWidget(self._ground)
        self.area.viewport().installEventFilter(self)
        accessibility.name(self.area, self.tr("One account for each symbol"))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, GRID, 0, 0)
        box.setSpacing(GRID)
        box.addLayout(row(self.start, label(self.tr("Sorted by"), "muted"), self.order, 1))
        box.addWidget(self.words)
        box.addWidget(self.area, 1)
        self.start.clicked.connect(self.run)
        self.order.currentIndexChanged.connect(self._arrange)
        self.words.setText(
            self.tr("Press Run on all symbols: each gets a small account here, and a click on it opens its run.")
        )

    @Slot()
    def run(self) -> None:
        """Backtest every symbol that the form offers."""
        if self._runs_in.running:
            return
        try:
            each = self._form.request()
        except InvalidValue as error:
            self._runs_in.show_error(error)
            return
        request = GridRequest(each, self._form.symbols)
        words = self.tr("Backtest {0} on {1} symbols").format(each.strategy, len(request.symbols))
        self._runs_in.submit_run(Task(words, Errand("backtest_grid", request, SHOWN)), self.show_grid)

    @Slot(object)
    def show_grid(self, view: GridView) -> None:
        """Show a finished grid.

        Parameters
        ----------
        view : GridView
            As `grid_view` makes it.
        """
        self.view = view
        self._runs_in.say_ready()
        words = self.tr("{0} could not be run: {1}.")
        failed = [words.format(symbol, why.rstrip(".")) for symbol, why in view.failed.items()]
        self.words.setText(typographic(" ".join([*view.sentences, *failed])))
        for card in self.cards:
            card.deleteLater()
        self.cards = [GridCard(cell) for cell in view.cells]
        for card in self.cards:
            card.clicked.connect(partial(self._open, card))
        self._arrange()

    def _open(self, card: GridCard, _checked: bool = False) -> None:
        self.run_chosen.emit(card.cell.folder)

    @Slot()
    def _arrange(self, _place: object = None) -> None:
        key = ORDERS[str(self.order.currentData() or "return")]
        self.cards.sort(key=lambda card: key(card.cell))
        across = max(1, (self.area.viewport().width() + GRID) // (SIZE.width() + GRID))
        size = self._size_of_cards(across)
        for place, card in enumerate(self.cards):
            card.setFixedSize(size)
            self._layout.addWidget(card, place // across, place % across)
        for before, after in zip(self.cards, self.cards[1:], strict=False):
            QWidget.setTabOrder(before, after)

    def _size_of_cards(self, across: int) -> QSize:
        """Return the size at which the cards fill the page, up to twice the least one."""
        room, columns = self.area.viewport().size(), min(across, max(len(self.cards), 1))
        rows = max(-(-len(self.cards) // across), 1)
        wide = (room.width() - (columns - 1) * GRID) // columns
        high = (room.height() - (rows - 1) * GRID) // rows
        return SIZE.expandedTo(QSize(wide, high)).boundedTo(SIZE * 2)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Put as many cards side by side as fit, also where a scroll bar has come and taken its room.

        Parameters
        ----------
        watched : QObject
            The viewport.
        event : QEvent
            What happens to it.
        """
        if watched is self.area.viewport() and event.type() == QEvent.Type.Resize:
            self._arrange()
        return False
