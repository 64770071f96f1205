"""Which model would be loaded for a symbol and bar length, with every step that was tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.widgets import Card, label, row, set_tone
from ktrdr_app.workflows.requests import ResolveRequest

if TYPE_CHECKING:
    from ktrdr_app.model_store.resolver import Resolution, TraceEntry

_TOKENS = {"chosen": "success", "rejected": "danger", "skipped": "text_muted", "absent": "text_muted"}


class ResolverCard(Card):
    """The resolver's trace for what its three choices say.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    failed = Signal(object)

    def __init__(self, context: AppContext) -> None:
        super().__init__("Which model would be loaded?")
        self.heading.setText(self.tr("Which model would be loaded?"))
        self.context = context
        self._asked = 0
        self.strategy = CalmComboBox("modelsPanel.strategyCombo", self.tr("Strategy"))
        self.symbol = CalmComboBox("modelsPanel.symbolCombo", self.tr("Symbol"))
        self.timeframe = CalmComboBox("modelsPanel.timeframeCombo", self.tr("Bar length"))
        self.strategy.setMinimumContentsLength(20)
        self.answer = label("", "heading", wrap=True)
        self.answer.setObjectName("modelsPanel.resolution")
        columns = [
            Column(self.tr("Step"), lambda entry: str(entry.step), lambda entry: entry.step),
            Column(self.tr("Looked for"), lambda entry: entry.pattern),
            Column(self.tr("Result"), lambda entry: entry.result, token=_token),
            Column(self.tr("Why"), lambda entry: entry.reason),
        ]
        self.trace = RecordTable(columns, "modelsPanel.resolutionTrace", self.tr("Steps of the resolver"))
        self.trace.fit(3)
        self.trace.setMinimumHeight(110)
        self.body.addLayout(
            row(
                label(self.tr("For"), "muted"),
                self.strategy,
                label(self.tr("on"), "muted"),
                self.symbol,
                self.timeframe,
                1,
            )
        )
        self.body.addWidget(self.answer)
        self.body.addWidget(self.trace, 1)
        for combo in (self.strategy, self.symbol, self.timeframe):
            combo.currentIndexChanged.connect(self.ask)
        context.catalog.strategies.loaded.connect(self._offer)
        context.catalog.series.loaded.connect(self._offer)
        context.catalog.models.loaded.connect(self._offer)

    def ask_for(self, strategy: str, timeframe: str) -> None:
        """Choose a strategy and bar length, and ask.

        Parameters
        ----------
        strategy, timeframe : str
            Those of the model selected.
        """
        for combo, wanted in ((self.strategy, strategy), (self.timeframe, timeframe)):
            place = combo.findData(wanted)
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
        request = ResolveRequest(self.context.workspace, strategy, timeframe, self.symbol.currentData())

        def work(_progress: Progress, _cancel: CancelToken) -> tuple[int, Resolution]:
            return asked, workflows.resolve_model(request)

        task = Task(self.tr("Ask the resolver"), work, quiet=True)
        task.succeeded.connect(self._show)
        task.failed.connect(self.failed)
        self.context.submit(task)

    @Slot()
    def _offer(self, _changed: object = None) -> None:
        catalog = self.context.catalog
        names = dict.fromkeys(model.strategy_name for model in catalog.models.items)
        names |= dict.fromkeys(info.name for info in catalog.strategies.items)
        lengths = dict.fromkeys(catalog.timeframes) | dict.fromkeys(model.timeframe for model in catalog.models.items)
        self.strategy.fill([(name, name) for name in names], self.strategy.currentData() or self.context.strategy)
        self.timeframe.fill([(name, name) for name in lengths], self.timeframe.currentData() or self.context.timeframe)
        symbols = dict.fromkeys(entry.symbol for entry in catalog.series.items)
        entries: list[tuple[str, object]] = [(self.tr("no symbol"), None), *((name, name) for name in symbols)]
        self.symbol.fill(entries, self.symbol.currentData())
        self.ask()

    @Slot(object)
    def _show(self, answered: tuple[int, Resolution]) -> None:
        asked, resolution = answered
        if asked != self._asked:
            return
        self.trace.records.set_records(resolution.trace)
        chosen = resolution.chosen
        if chosen is None:
            self._say(self.tr("None: train one, or choose another bar length."), "warning")
        elif resolution.warning:
            self._say(self.tr("{0} — not made for this: {1}").format(chosen.path.name, resolution.warning), "warning")
        elif chosen.look_ahead:
            said = self.tr("{0} ({1}, step {2}): a model of the original, whose features look ahead")
            self._say(said.format(chosen.path.name, chosen.kind, chosen.step), "warning")
        else:
            self._say(self.tr("{0} ({1}, step {2})").format(chosen.path.name, chosen.kind, chosen.step), "success")

    def _say(self, text: str, tone: str) -> None:
        self.answer.setText(text)
        set_tone(self.answer, tone)


def _token(entry: TraceEntry) -> str:
    return _TOKENS.get(entry.result, "")
