"""Which model would be loaded for a symbol and bar length, with every step that was tried, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.models.words import say
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.widgets import GRID, Card, label, row, set_tone
from ktrdr_app.model_store.layout import KINDS
from ktrdr_app.workflows.model_requests import ResolveRequest

if TYPE_CHECKING:
    from ktrdr_app.model_store.resolver import Resolution, TraceEntry

_TOKENS = {"chosen": "success", "rejected": "danger", "skipped": "text_muted", "absent": "text_muted"}
_SIGNS = {"chosen": "✔", "rejected": "✖", "skipped": "–", "absent": "○"}


class ResolverCard(Card):
    """The resolver's trace for what its choices say.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    failed = Signal(object)

    def __init__(self, context: AppContext) -> None:
        super().__init__(say("Which model would be loaded?"))
        self.context = context
        self._asked = 0
        self.strategy = CalmComboBox("modelsPanel.strategyCombo", say("Strategy"))
        self.symbol = CalmComboBox("modelsPanel.symbolCombo", say("Symbol"))
        self.timeframe = CalmComboBox("modelsPanel.timeframeCombo", say("Bar length"))
        self.prefer = CalmComboBox("modelsPanel.preferCombo", say("Kind that goes first"))
        self.any = QCheckBox(say("any model"))
        self.any.setObjectName("modelsPanel.anyBox")
        self.any.setChecked(True)
        about = say("Whether a model that was made for something else may serve, with a warning")
        self.any.setToolTip(about)
        accessibility.name(self.any, say("Any model may serve"), about)
        self.strategy.setMinimumContentsLength(3)
        for combo, wide in ((self.symbol, 118), (self.timeframe, 70), (self.prefer, 146)):
            combo.setFixedWidth(wide)
        self._let_type_symbols()
        kinds: list[tuple[str, object]] = [
            (say("as settings say"), None),
            *((say("{0} first").format(each), each) for each in KINDS),
        ]
        self.prefer.fill(kinds, None)
        self.answer = label("", "heading", wrap=True)
        self.answer.setObjectName("modelsPanel.resolution")
        self.trace = self._make_trace()
        choices = row(label(say("For"), "muted"), self.strategy, label(say("on"), "muted"), self.symbol)
        for widget in (self.timeframe, self.prefer, self.any):
            choices.addWidget(widget)
        choices.setStretchFactor(self.strategy, 1)
        self.body.setSpacing(GRID // 2)
        self.body.addLayout(choices)
        self.body.addWidget(self.answer)
        self.body.addWidget(self.trace, 1)
        for combo in (self.strategy, self.symbol, self.timeframe, self.prefer):
            combo.currentIndexChanged.connect(self.ask)
        self.any.toggled.connect(self.ask)
        context.catalog.strategies.loaded.connect(self._offer)
        context.catalog.series.loaded.connect(self._offer)
        context.catalog.models.loaded.connect(self._offer)

    def _let_type_symbols(self) -> None:
        """Let a symbol be typed that neither data nor models know: the resolver answers for any."""
        self.symbol.setEditable(True)
        self.symbol.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.symbol.setToolTip(say("Choose a symbol, or type any"))
        typed = self.symbol.lineEdit()
        if typed is not None:
            typed.editingFinished.connect(self._take_typed)

    def _make_trace(self) -> RecordTable:
        columns = [
            Column(say("Step"), lambda entry: str(entry.step), lambda entry: entry.step),
            Column(say("Looked for"), lambda entry: entry.pattern),
            Column(say("Result"), lambda entry: f"{_SIGNS.get(entry.result, '')} {entry.result}", token=_token),
            Column(say("Why"), lambda entry: entry.reason),
            Column(
                say("Path"),
                lambda entry: self.context.workspace.relative(entry.path),
                tip=lambda entry: str(entry.path),
            ),
        ]
        table = RecordTable(columns, "modelsPanel.resolutionTrace", say("Steps of the resolver"))
        header = table.horizontalHeader()
        header.setSectionResizeMode(header.ResizeMode.Interactive)
        header.setMinimumSectionSize(44)
        for column, wide in ((0, 48), (1, 150), (2, 92), (4, 220)):
            table.setColumnWidth(column, wide)
        header.setSectionResizeMode(3, header.ResizeMode.Stretch)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.verticalHeader().setDefaultSectionSize(26)
        table.setMinimumHeight(96)
        return table

    def ask_for(self, strategy: str, timeframe: str, symbol: str | None = None) -> None:
        """Choose what a model was made for, and ask.

        Parameters
        ----------
        strategy, timeframe : str
            Those of the model selected.
        symbol : str, optional
            Symbol of a legacy model; without it the symbol that is chosen stays.
        """
        wishes = ((self.strategy, strategy), (self.timeframe, timeframe), (self.symbol, symbol))
        for combo, wanted in wishes:
            place = -1 if wanted is None else combo.findData(wanted)
            if place >= 0:
                combo.setCurrentIndex(place)

    @Slot()
    def ask(self, *_changed: object) -> None:
        """Ask the resolver about what is chosen."""
        strategy, timeframe = self.strategy.currentData(), self.timeframe.currentData()
        if not strategy or not timeframe:
            return
        self._asked += 1
        asked = self._asked
        symbol, prefer = self.symbol.currentData(), self.prefer.currentData()
        request = ResolveRequest(
            self.context.workspace, strategy, timeframe, symbol, prefer=prefer, allow_any=self.any.isChecked()
        )

        def work(_progress: Progress, _cancel: CancelToken) -> tuple[int, Resolution]:
            return asked, workflows.resolve_model(request)

        task = Task(say("Ask the resolver"), work, quiet=True)
        task.succeeded.connect(self._show)
        task.failed.connect(self.failed)
        self.context.submit(task)

    @Slot()
    def _take_typed(self) -> None:
        typed = self.symbol.currentText().strip()
        if typed == self.symbol.itemText(self.symbol.currentIndex()):
            return
        if not typed:
            self.symbol.setCurrentIndex(0)
            return
        if self.symbol.findText(typed, Qt.MatchFlag.MatchFixedString | Qt.MatchFlag.MatchCaseSensitive) < 0:
            self.symbol.addItem(typed, typed)
        self.symbol.setCurrentIndex(
            self.symbol.findText(typed, Qt.MatchFlag.MatchFixedString | Qt.MatchFlag.MatchCaseSensitive)
        )

    @Slot()
    def _offer(self, _changed: object = None) -> None:
        catalog = self.context.catalog
        models = catalog.models.items
        names = dict.fromkeys(model.strategy_name for model in models)
        names |= dict.fromkeys(info.name for info in catalog.strategies.items)
        there = dict.fromkeys(catalog.timeframes) | dict.fromkeys(model.timeframe for model in models)
        lengths = there | dict.fromkeys(NANOSECONDS)
        self.strategy.fill([(name, name) for name in names], self.strategy.currentData() or self.context.strategy)
        self.timeframe.fill([(name, name) for name in lengths], self.timeframe.currentData() or self.context.timeframe)
        symbols = {entry.symbol for entry in catalog.series.items} | {model.symbol for model in models if model.symbol}
        symbols |= {symbol for model in models for symbol in model.training_symbols}
        chosen = self.symbol.currentData()
        symbols |= {chosen} if chosen else set()
        entries: list[tuple[str, object]] = [(say("no symbol"), None), *((name, name) for name in sorted(symbols))]
        self.symbol.fill(entries, chosen)
        self.ask()

    @Slot(object)
    def _show(self, answered: tuple[int, Resolution]) -> None:
        asked, resolution = answered
        if asked != self._asked:
            return
        self.trace.records.set_records(resolution.trace)
        chosen = resolution.chosen
        if chosen is None:
            self._say(say("None: train one, or choose another bar length."), "warning")
        elif resolution.warning:
            self._say(say("{0} — not made for this: {1}").format(chosen.path.name, resolution.warning), "warning")
        elif chosen.look_ahead:
            said = say("{0} ({1}, step {2}): a model of the original, whose features look ahead")
            self._say(said.format(chosen.path.name, chosen.kind, chosen.step), "warning")
        else:
            self._say(say("{0} ({1}, step {2})").format(chosen.path.name, chosen.kind, chosen.step), "success")

    def _say(self, text: str, tone: str) -> None:
        self.answer.setText(text)
        set_tone(self.answer, tone)
        accessibility.name(self.trace, say("Steps of the resolver"), text)


def _token(entry: TraceEntry) -> str:
    return _TOKENS.get(entry.result, "")
