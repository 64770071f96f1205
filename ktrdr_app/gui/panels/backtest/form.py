"""What to judge: strategy, symbol, bar length, model; and which model the resolver would load for it."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import InvalidValue, KtrdrError
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.backtest.versus import Versus
from ktrdr_app.gui.tasks.task import Task, TaskError
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.widgets import label, row, set_tone
from ktrdr_app.model_store.layout import KINDS
from ktrdr_app.workflows.model_requests import ResolveRequest
from ktrdr_app.workflows.requests import BacktestRequest

UNSEEN = "✦"
ANY_STEP = 3


@dataclass(frozen=True)
class Answer:
    """What the resolver says of the choices in the form.

    Attributes
    ----------
    asked : tuple of str
        Strategy, symbol, bar length and model that it was asked for.
    strategy_name : str
        The strategy's own name, under which models are kept.
    document : dict
        As ``models resolve --json`` prints it.
    """

    asked: tuple[str, str, str, str]
    strategy_name: str
    document: Mapping[str, Any]


class ResolutionBadge(QLabel):
    """One line: the model that a run would use or did use; its tool tip is the resolver's whole trace."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("backtestPanel.resolutionBadge")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAccessibleName(self.tr("Model that serves"))
        self.say("", "")

    def say(self, text: str, tone: str, trace: Sequence[Mapping[str, Any]] = ()) -> None:
        """Show a line.

        Parameters
        ----------
        text : str
            The line.
        tone : str
            ``success``, ``warning``, ``danger`` or nothing.
        trace : sequence of mapping
            Entries of the resolver's trace.
        """
        self.setText(text)
        lines = [f"{entry['step']}  {entry['pattern']}: {entry['result']} – {entry['reason']}" for entry in trace]
        words = "<br>".join(html.escape(line) for line in lines)
        self.setToolTip(f"<p style='white-space:pre'>{words}</p>" if lines else "")
        self.setAccessibleDescription("; ".join([text, *lines]))
        set_tone(self, tone)

    def show_model(self, model: Mapping[str, Any], warning: str = "") -> None:
        """Show a model that was chosen.

        Parameters
        ----------
        model : mapping
            ``path``, ``kind`` and ``step``, ``look_ahead``, and the ``trace`` if there is one.
        warning : str
            What must be said beside any result of it.
        """
        name, step = str(model["path"]).rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1], model["step"]
        trace = model.get("trace") or ()
        if step == ANY_STEP:
            words = warning or self.tr("it was made for something else")
            self.say(self.tr("⚠ {0}, step 3 (any model): {1}").format(name, words), "warning", trace)
        elif warning:
            self.say(self.tr("⚠ {0}, step {1}: {2}").format(name, step, warning), "warning", trace)
        elif model.get("look_ahead"):
            said = self.tr("⚠ {0}, {1}: a model of the original, whose features look ahead")
            self.say(said.format(name, model["kind"]), "warning", trace)
        elif isinstance(step, int):
            self.say(self.tr("✔ {0}, {1}, step {2}").format(name, model["kind"], step), "success", trace)
        else:
            self.say(self.tr("✔ {0}, {1}, chosen by hand").format(name, model["kind"]), "success", trace)


class BacktestForm(QObject):
    """The choices of the station and the badge that follows them.

    Parameters
    ----------
    context : AppContext
        Whose lists it offers.
    parent : QObject
        Owner.
    """

    changed = Signal()

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self.context = context
        self.strategy = CalmComboBox("backtestPanel.strategyCombo", self.tr("Strategy"))
        self.symbol = CalmComboBox("backtestPanel.symbolCombo", self.tr("Symbol to trade"))
        self.timeframe = CalmComboBox("backtestPanel.timeframeCombo", self.tr("Bar length"))
        self.model = CalmComboBox("backtestPanel.modelCombo", self.tr("Model"))
        for combo, letters in ((self.strategy, 14), (self.symbol, 8), (self.timeframe, 3), (self.model, 16)):
            combo.setMinimumContentsLength(letters)
        self.symbol.setToolTip(
            self.tr("{0} marks symbols that the model has never seen: the better test").format(UNSEEN)
        )
        self.badge = ResolutionBadge()
        self.versus = Versus(context, self)
        self.unseen_only = QCheckBox(UNSEEN)
        self.unseen_only.setObjectName("backtestPanel.unseenBox")
        self.unseen_only.setToolTip(self.tr("Offers only symbols that the model has never seen"))
        accessibility.name(self.unseen_only, self.tr("Only symbols that the model has never seen"))
        self.answer: Answer | None = None
        self._seen: frozenset[str] = frozenset()
        self._asking: Task | None = None
        self._chosen_by_hand = False
        self._filling = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._ask)
        self._connect()

    def lines(self) -> QVBoxLayout:
        """Return the form's two lines: the choices, and the badge."""
        captions = (self.tr("Strategy"), self.tr("Symbol"), self.tr("Bars"), self.tr("Model"))
        fields = (self.strategy, self.symbol, self.timeframe, self.model)
        choices: QHBoxLayout = row()
        for words, field in zip(captions, fields, strict=True):
            choices.addWidget(label(words, "muted"))
            choices.addWidget(field)
            if field is self.symbol:
                choices.addWidget(self.unseen_only)
        choices.addStretch(1)
        below = self.versus.line()
        below.addWidget(self.badge, 1)
        box = QVBoxLayout()
        box.setSpacing(4)
        box.addLayout(choices)
        box.addLayout(below)
        return box

    def _connect(self) -> None:
        catalog = self.context.catalog
        catalog.strategies.loaded.connect(self._offer_strategies)
        catalog.series.loaded.connect(self._offer_timeframes)
        catalog.models.loaded.connect(self._offer_models)
        self.context.strategySelected.connect(self._offer_strategies)
        self.context.timeframeSelected.connect(self._offer_timeframes)
        self.strategy.currentIndexChanged.connect(self._strategy_chosen)
        self.timeframe.currentIndexChanged.connect(self._timeframe_chosen)
        self.symbol.currentIndexChanged.connect(self._symbol_chosen)
        self.model.currentIndexChanged.connect(self._ask_soon)
        self.unseen_only.toggled.connect(self._filter_symbols)

    @property
    def asked(self) -> tuple[str, str, str, str]:
        """Strategy, symbol, bar length and model as chosen; empty where there is nothing to choose."""
        combos = (self.strategy, self.symbol, self.timeframe, self.model)
        strategy, symbol, timeframe, model = (str(combo.currentData() or "") for combo in combos)
        return strategy, symbol, timeframe, model

    def request(self) -> BacktestRequest:
        """Return what the form asks for.

        Raises
        ------
        InvalidValue
            If there is no strategy or no data to choose.
        """
        strategy, symbol, timeframe, model = self.asked
        if not strategy:
            raise InvalidValue("strategy", "", "a strategy; there is none in this workspace", where="Backtest")
        if not symbol:
            raise InvalidValue("symbol", "", "data first: add some at station 1", where="Backtest")
        return BacktestRequest(self.context.workspace, strategy, symbol, timeframe, model=model or "auto")

    # the lists

    @Slot()
    def _offer_strategies(self, _changed: object = None) -> None:
        entries: list[tuple[str, object]] = [
            (f"⚠ {info.name}" if info.problem else info.name, info.name)
            for info in self.context.catalog.strategies.items
        ]
        self.strategy.fill(entries, self.context.strategy or self.strategy.currentData())

    @Slot()
    def _offer_timeframes(self, _changed: object = None) -> None:
        lengths = [entry.timeframe for entry in self.context.catalog.series.items]
        wanted = self.context.timeframe or self.timeframe.currentData() or max(lengths, key=lengths.count, default="")
        self.timeframe.fill([(name, name) for name in self.context.catalog.timeframes], wanted)
        self._offer_symbols()

    def _offer_symbols(self) -> None:
        there = self.context.catalog.symbols(self.timeframe.currentData() or "")
        if self.unseen_only.isChecked() and not self._seen.issuperset(there):
            there = tuple(symbol for symbol in there if symbol not in self._seen)
        marks = {symbol: f"  {UNSEEN}" if self._seen and symbol not in self._seen else "" for symbol in there}
        unseen = next((symbol for symbol in there if marks[symbol]), None)
        entries: list[tuple[str, object]] = [(f"{symbol}{marks[symbol]}", symbol) for symbol in there]
        wanted = self.symbol.currentData()
        if wanted not in there or (unseen is not None and not self._chosen_by_hand):
            wanted = unseen
        self._filling = True
        self.symbol.fill(entries, wanted)
        self._filling = False

    @Slot()
    def _filter_symbols(self) -> None:
        self._offer_symbols()
        self._ask_soon()

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols that are offered, in their order."""
        return tuple(str(self.symbol.itemData(place)) for place in range(self.symbol.count()))

    @Slot()
    def _offer_models(self, _changed: object = None) -> None:
        self._fill_models()
        self._ask_soon()

    def _fill_models(self) -> None:
        strategy, _, timeframe, _ = self.asked
        answer = self.answer
        name = answer.strategy_name if answer is not None and answer.asked[0] == strategy else strategy
        entries: list[tuple[str, object]] = [
            (self.tr("automatic"), "auto"),
            (self.tr("universal only"), "universal"),
            (self.tr("legacy only"), "legacy"),
        ]
        entries += [
            (info.label if info.complete else f"⚠ {info.label}", str(info.path))
            for info in self.context.catalog.models.items
            if info.strategy_name == name and info.timeframe == timeframe
        ]
        self.model.fill(entries, self.model.currentData())
        self.versus.fill(entries[3:])

    @Slot()
    def _strategy_chosen(self) -> None:
        self.context.select_strategy(self.strategy.currentData() or "")
        self._offer_models()

    @Slot()
    def _symbol_chosen(self) -> None:
        self._chosen_by_hand = self._chosen_by_hand or not self._filling
        self._ask_soon()

    @Slot()
    def _timeframe_chosen(self) -> None:
        self._offer_symbols()
        self._offer_models()
        self.context.select_timeframe(self.timeframe.currentData() or "")

    # the resolver

    @Slot()
    def _ask_soon(self) -> None:
        self._soon.start()
        self.changed.emit()

    @Slot()
    def _ask(self) -> None:
        asked, workspace = self.asked, self.context.workspace
        strategy, symbol, timeframe, model = asked
        if not strategy or not symbol or self._asking is not None:
            return
        only = model in KINDS

        def work(_progress: Progress, _cancel: CancelToken) -> Answer:
            name = workflows.validate_strategy(workspace, strategy).strategy.name
            request = ResolveRequest(
                workspace, name, timeframe, symbol, model if only else None, allow_any=not only, pins=not only
            )
            return Answer(asked, name, workflows.resolve_model(request).to_document())

        self._asking = Task(self.tr("Ask for the model"), work, quiet=True)
        self._asking.succeeded.connect(self._answered)
        self._asking.failed.connect(self._refused)
        self._asking.finished.connect(self._asked_once)
        self.context.submit(self._asking)

    @Slot()
    def _asked_once(self) -> None:
        self._asking = None
        if self.answer is None or self.answer.asked != self.asked:
            self._soon.start()

    @Slot(object)
    def _answered(self, answer: Answer) -> None:
        self.answer = answer
        if answer.asked != self.asked:
            return
        if answer.strategy_name != answer.asked[0]:  # the file is called otherwise than the strategy in it
            self._fill_models()
        chosen, trace = self._chosen(answer), answer.document["trace"]
        model = answer.asked[3]
        if chosen is None or (model in KINDS and chosen["kind"] != model):
            self._seen = frozenset()
            self.badge.say(self.tr("✖ no model serves: train one at station 4"), "danger", trace)
        else:
            self._seen = self._symbols_of(str(chosen["path"]))
            self.badge.show_model({**chosen, "trace": trace}, str(answer.document.get("warning") or ""))
        self._offer_symbols()

    def _chosen(self, answer: Answer) -> Mapping[str, Any] | None:
        """Return the model in question: the one chosen by hand, or the resolver's."""
        by_hand = answer.asked[3]
        for info in self.context.catalog.models.items:
            if str(info.path) == by_hand:
                facts = {"kind": info.kind, "version": info.version, "look_ahead": info.look_ahead}
                return {"path": by_hand, "step": "path", **facts}
        chosen: Mapping[str, Any] | None = answer.document["chosen"]
        return chosen

    def _symbols_of(self, path: str) -> frozenset[str]:
        for info in self.context.catalog.models.items:
            if str(info.path) == path:
                return frozenset(info.training_symbols)
        return frozenset()

    @Slot(object)
    def _refused(self, error: KtrdrError | TaskError) -> None:
        self.answer = Answer(self.asked, self.asked[0], {"chosen": None, "trace": ()})
        self.badge.say(f"✖ {error.message}", "danger")
