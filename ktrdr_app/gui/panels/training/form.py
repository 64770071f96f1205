"""What to train on: strategy, symbols, how they are put together, epochs, seed."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QAbstractSpinBox, QFormLayout, QHBoxLayout, QLabel, QListWidget, QListWidgetItem

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import BadInput
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.data_state import data_state, series_line
from ktrdr_app.gui.panels.training.weights_edit import WeightsEdit
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.icons import icon
from ktrdr_app.gui.ui.inputs import CalmComboBox, CalmSpinBox
from ktrdr_app.gui.ui.widgets import GRID, Card, button, label, row
from ktrdr_app.workflows.data_inventory import InventoryEntry
from ktrdr_app.workflows.plan_records import TrainingPlan
from ktrdr_app.workflows.requests import TrainRequest

COMBINATIONS = ("concatenate", "interleave", "balanced", "weighted")
WEIGHTED = COMBINATIONS[-1]
_LIST, _LIST_LEAST = 120, 80
"""Pixels that the list of symbols is given at least, and where weights stand below it."""


class TrainingForm(Card):
    """The form at the left of the training station.

    Parameters
    ----------
    context : AppContext
        Whose lists it offers.
    """

    changed = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__(self.tr("Train a universal model"))
        self.context = context
        self._wanted: frozenset[str] = frozenset()
        self.setFixedWidth(336)
        by_strategy = self.tr("as the strategy says")
        self.strategy = CalmComboBox("trainingPanel.strategyCombo", self.tr("Strategy"))
        self.timeframe = CalmComboBox("trainingPanel.timeframeCombo", self.tr("Bar length"))
        self.combination = CalmComboBox("trainingPanel.combinationCombo", self.tr("How symbols are put together"))
        self.combination.fill([(by_strategy, None), *((name, name) for name in COMBINATIONS)], None)
        self.weights = WeightsEdit()
        self._of_strategy = ""  # its own way of putting symbols together, once a plan has told it
        self.epochs = CalmSpinBox("trainingPanel.epochsSpin", self.tr("Most epochs"), 0, 10_000, by_strategy)
        self.seed = CalmSpinBox("trainingPanel.seedSpin", self.tr("Seed"), 0, 2_147_483_647)
        self.symbols = QListWidget()
        self.symbols.setObjectName("trainingPanel.symbolList")
        self.symbols.setMinimumHeight(_LIST)
        self.symbols.setIconSize(QSize(14, 14))
        self.symbols.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        accessibility.name(self.symbols, self.tr("Symbols to learn from"), self.tr("Space ticks a symbol"))
        self._count = label("", "muted")
        every = button(self.tr("All"), "trainingPanel.allButton", role="quiet")
        none = button(self.tr("None"), "trainingPanel.noneButton", role="quiet")
        accessibility.name(every, self.tr("Tick all symbols"))
        accessibility.name(none, self.tr("Tick no symbol"))
        every.clicked.connect(self.tick_all)
        none.clicked.connect(self._tick_none)
        self._states: dict[tuple[str, str], InventoryEntry] = {}
        self._reading = Latest(context.tasks, self)
        self._reading.arrived.connect(self._take_states)
        self._lay_out(row(label(self.tr("Symbols"), "muted"), self._count, 1, every, none))
        self._connect()

    def _lay_out(self, symbol_line: QHBoxLayout) -> None:
        top, below = QFormLayout(), QFormLayout()
        for form in (top, below):
            form.setHorizontalSpacing(GRID + GRID // 2)
            form.setVerticalSpacing(GRID)
            form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        top.addRow(self.strategy)
        top.addRow(self._caption(self.tr("Bar length")), self.timeframe)
        below.addRow(self._caption(self.tr("Combination")), self.combination)
        below.addRow(self.weights)
        below.addRow(self._caption(self.tr("Most epochs")), self.epochs)
        below.addRow(self._caption(self.tr("Seed")), self.seed)
        self.body.addLayout(top)
        self.body.addLayout(symbol_line)
        self.body.addWidget(self.symbols, 1)
        self.body.addLayout(below)

    def _caption(self, text: str) -> QLabel:
        made = label(text, "muted")
        made.setMinimumSize(88, 30)
        return made

    def _connect(self) -> None:
        catalog = self.context.catalog
        catalog.strategies.loaded.connect(self._offer_strategies)
        catalog.series.loaded.connect(self._offer_timeframes)
        catalog.series.loaded.connect(self._read_states)
        self.context.strategySelected.connect(self._offer_strategies)
        self.context.timeframeSelected.connect(self._offer_timeframes)
        self.strategy.currentIndexChanged.connect(self._strategy_chosen)
        self.timeframe.currentIndexChanged.connect(self._timeframe_chosen)
        self.symbols.itemChanged.connect(self._ticked)
        self.symbols.itemActivated.connect(self._toggle)
        self.combination.currentIndexChanged.connect(self._combine)
        self.weights.changed.connect(self.changed)
        self._offer_weights()
        for field in (self.epochs, self.seed):
            field.valueChanged.connect(self.changed)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The ticked symbols, in the list's order."""
        items = [self.symbols.item(place) for place in range(self.symbols.count())]
        return tuple(
            item.data(Qt.ItemDataRole.UserRole) for item in items if item.checkState() is Qt.CheckState.Checked
        )

    @property
    def weighted(self) -> bool:
        """Whether symbols are put together by their weights: by choice, or as the strategy says."""
        return (self.combination.currentData() or self._of_strategy) == WEIGHTED

    def follow_plan(self, plan: TrainingPlan | None, planned: TrainRequest | None) -> None:
        """Learn from a plan how the strategy puts symbols together, which it alone can tell.

        Parameters
        ----------
        plan : TrainingPlan or None
            The newest one; None tells nothing.
        planned : TrainRequest or None
            What it is a plan of; that of another strategy, or of a combination that was chosen, tells nothing either.
        """
        if plan is None or planned is None:
            return
        if planned.combination is not None or planned.strategy != self.strategy.currentData():
            return
        before, self._of_strategy = self.weighted, plan.combination
        if self.weighted is not before:
            self._combine()

    def tick(self, symbols: frozenset[str]) -> None:
        """Tick these symbols and no others; those that are not listed yet once they are.

        Parameters
        ----------
        symbols : frozenset of str
            Which ones.
        """
        self._wanted = symbols
        self.symbols.blockSignals(True)
        for place in range(self.symbols.count()):
            item = self.symbols.item(place)
            ticked = item.data(Qt.ItemDataRole.UserRole) in symbols
            item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        self.symbols.blockSignals(False)
        self.symbols.viewport().update()
        self._ticked()

    def commit(self) -> None:
        """Take what is typed in a field that has not been left yet: a key can start a training from within it."""
        for field in self.findChildren(QAbstractSpinBox):
            field.interpretText()

    def request(self) -> TrainRequest:
        """Return what the form asks for.

        Raises
        ------
        BadInput
            If no symbol is ticked, a weight is not above 0, or there is no strategy or bar length to choose.
        """
        folder = self.context.workspace.relative(self.context.workspace.strategies)
        if not self.strategy.currentData():
            message, hint = self.tr("there is no strategy"), self.tr("put one into {0}").format(folder)
            raise BadInput(message, hint=hint, where="strategy")
        if not self.timeframe.currentData():
            message, hint = self.tr("there are no data to learn from"), self.tr("add data at station 1")
            raise BadInput(message, hint=hint, where="data")
        if not self.chosen:
            message, hint = self.tr("no symbol is ticked"), self.tr("tick at least one symbol in the list")
            raise BadInput(message, hint=hint, where="symbol")
        return TrainRequest(
            workspace=self.context.workspace,
            strategy=self.strategy.currentData(),
            symbols=self.chosen,
            timeframe=self.timeframe.currentData(),
            combination=self.combination.currentData(),
            weights=self.weights.weights if self.weighted else None,
            epochs=self.epochs.value() or None,
            seed=self.seed.value(),
        )

    @Slot()
    def _offer_strategies(self, _changed: object = None) -> None:
        entries: list[tuple[str, object]] = [
            (f"⚠ {info.name}" if info.problem else info.name, info.name)
            for info in self.context.catalog.strategies.items
        ]
        self.strategy.fill(entries, self.context.strategy or self.strategy.currentData())

    @Slot()
    def _combine(self, _place: int = 0) -> None:
        self._offer_weights()
        self.changed.emit()

    def _offer_weights(self) -> None:
        self.weights.show_symbols(self.chosen)
        shown = self.weighted and bool(self.chosen)
        self.weights.setVisible(shown)
        self.symbols.setMinimumHeight(_LIST_LEAST if shown else _LIST)

    @Slot()
    def _offer_timeframes(self, _changed: object = None) -> None:
        names = self.context.catalog.timeframes
        wanted = self.context.timeframe or self.timeframe.currentData() or _richest(self.context)
        self.timeframe.fill([(name, name) for name in names], wanted)
        self._offer_symbols()

    @Slot()
    def _strategy_chosen(self) -> None:
        self._of_strategy = ""
        self._offer_weights()
        self.context.select_strategy(self.strategy.currentData() or "")
        self.changed.emit()

    @Slot()
    def _timeframe_chosen(self) -> None:
        self._offer_symbols()
        self.context.select_timeframe(self.timeframe.currentData() or "")

    def _offer_symbols(self) -> None:
        self.symbols.blockSignals(True)
        self.symbols.clear()
        for entry in self.context.catalog.series.items:
            if entry.timeframe != self.timeframe.currentData():
                continue
            item = QListWidgetItem(series_line(entry))
            item.setData(Qt.ItemDataRole.UserRole, entry.symbol)
            self._say_state(item)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if entry.symbol in self._wanted else Qt.CheckState.Unchecked)
            self.symbols.addItem(item)
        self.symbols.blockSignals(False)
        self._ticked()

    @Slot()
    def _ticked(self) -> None:
        listed = {self.symbols.item(place).data(Qt.ItemDataRole.UserRole) for place in range(self.symbols.count())}
        self._wanted = (self._wanted - listed) | frozenset(self.chosen)
        self._count.setText(self.tr("{0} of {1} ticked").format(len(self.chosen), self.symbols.count()))
        self._offer_weights()
        self.changed.emit()

    @Slot(QListWidgetItem)
    def _toggle(self, item: QListWidgetItem) -> None:
        ticked = item.checkState() is Qt.CheckState.Checked
        item.setCheckState(Qt.CheckState.Unchecked if ticked else Qt.CheckState.Checked)

    @Slot()
    def _read_states(self, _items: object = None) -> None:
        """Read what is known of the quality of the series; no file is parsed for it."""
        workspace = self.context.workspace

        def work(progress: Progress, cancel: CancelToken) -> tuple[InventoryEntry, ...]:
            return workflows.list_inventory(workspace, progress, cancel)

        self._reading.ask(self.tr("Read the state of the data"), work)

    @Slot(object)
    def _take_states(self, entries: tuple[InventoryEntry, ...]) -> None:
        self._states = {(entry.symbol, entry.timeframe): entry for entry in entries}
        self.symbols.blockSignals(True)
        for place in range(self.symbols.count()):
            self._say_state(self.symbols.item(place))
        self.symbols.blockSignals(False)

    def _say_state(self, item: QListWidgetItem) -> None:
        key = (item.data(Qt.ItemDataRole.UserRole), str(self.timeframe.currentData() or ""))
        sign, words = data_state(self._states.get(key))
        item.setIcon(icon(sign, sign) if sign else QIcon())
        item.setToolTip(words)

    def leave_out(self, symbol: str) -> None:
        """Take the tick off one symbol.

        Parameters
        ----------
        symbol : str
            Which one.
        """
        self.tick(frozenset(self.chosen) - {symbol})

    @Slot()
    def tick_all(self) -> None:
        """Tick every symbol that is listed."""
        self.tick(
            frozenset(self.symbols.item(place).data(Qt.ItemDataRole.UserRole) for place in range(self.symbols.count()))
        )

    @Slot()
    def _tick_none(self) -> None:
        self.tick(frozenset())


def _richest(context: AppContext) -> str:
    """Return the bar length that most series have: several symbols are what a universal model needs."""
    lengths = [entry.timeframe for entry in context.catalog.series.items]
    return max(lengths, key=lengths.count, default="")
