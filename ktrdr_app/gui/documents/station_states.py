"""How things stand at each station and why, from what the workspace holds, what runs and what the stations say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.tasks.task import Task

STATION = "station"
"""Dynamic property of a task: object name of the station that started it."""


@dataclass(frozen=True)
class Standing:
    """How things stand at a station.

    Attributes
    ----------
    state : str
        ``empty``, ``ready``, ``running``, ``stale`` or ``error``.
    reason : str
        Why, in one line.
    """

    state: str
    reason: str


class StationStates(QObject):
    """Works out the dots of the rail.

    A station's own ``running`` and ``error`` go first; then what runs for it, what is not saved, and what is there.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    parent : QObject
        Owner.
    """

    changed = Signal(str, str, str)
    """Panel's object name, its state, and why."""

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self.context = context
        self._told: dict[str, str] = {}
        self._shown: dict[str, Standing] = {}
        self._facts: dict[str, Callable[[], Standing]] = {
            "dataPanel": self._data,
            "strategyPanel": self._strategy,
            "fuzzyPanel": self._fuzzy,
            "trainingPanel": self._training,
            "modelsPanel": self._models,
            "backtestPanel": self._backtest,
        }
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.update)
        context.stateChanged.connect(self._hear)
        catalog, tasks = context.catalog, context.tasks
        for listing in (catalog.series, catalog.strategies, catalog.models):
            listing.loaded.connect(self._later)
        for signal in (
            context.strategySelected,
            context.timeframeSelected,
            context.unsaved.changed,
            context.problems.changed,
            tasks.taskAdded,
            tasks.taskRemoved,
        ):
            signal.connect(self._later)
        self._later()

    def standing(self, panel: str) -> Standing:
        """Return how things stand at a station now.

        Parameters
        ----------
        panel : str
            Its object name.
        """
        told = self._told.get(panel, "")
        reason = self.context.state_reason(panel, told)
        if told in ("running", "error"):
            fallback = self.tr("It is running") if told == "running" else self.tr("The last thing tried here failed")
            return Standing(told, reason or fallback)
        title = self._task_of(panel)
        if title:
            return Standing("running", title)
        unsaved = self.context.unsaved.of(panel)
        if unsaved:
            return Standing("stale", self.tr("Not saved yet: {0}").format(", ".join(unsaved)))
        if told == "stale" and reason:
            return Standing(told, reason)
        return self._facts[panel]()

    @Slot(str, str)
    def _hear(self, panel: str, state: str) -> None:
        over = not state and self._told.get(panel) != "error"  # nothing was wrong any more
        if panel in self._facts and not over:
            self._told[panel] = state
            self._show(panel)

    @Slot()
    def _later(self, _changed: object = None) -> None:
        self._soon.start()

    @Slot()
    def update(self) -> None:
        """Work out every dot again."""
        for panel in self._facts:
            self._show(panel)

    def _show(self, panel: str) -> None:
        found = self.standing(panel)
        if self._shown.get(panel) != found:
            self._shown[panel] = found
            self.changed.emit(panel, found.state, found.reason)

    def _task_of(self, panel: str) -> str:
        tasks: tuple[Task, ...] = self.context.tasks.running
        return next((task.title for task in tasks if not task.quiet and task.property(STATION) == panel), "")

    # what is there

    def _data(self) -> Standing:
        series = self.context.catalog.series
        if not series.items:
            words = self.tr("No data yet: import files, or add the sample data")
            return Standing("empty", words if series.known else self.tr("Reading the list…"))
        count = self.tr("1 series") if len(series.items) == 1 else self.tr("{0} series").format(len(series.items))
        return Standing("ready", self._with_problems("dataPanel", count))

    def _strategy(self) -> Standing:
        strategies, chosen = self.context.catalog.strategies.items, self.context.strategy
        if not strategies:
            return Standing("empty", self.tr("There is no strategy in this workspace"))
        if self._fault():
            return Standing("error", self._fault())
        words = self.tr("{0} is chosen").format(chosen) if chosen else self.tr("None is chosen yet")
        return Standing("ready", self._with_problems("strategyPanel", words))

    def _fuzzy(self) -> Standing:
        if not self.context.strategy:
            return Standing("empty", self.tr("Choose a strategy first"))
        return Standing("ready", self._with_problems("fuzzyPanel", self.tr("Everything is saved")))

    def _training(self) -> Standing:
        catalog = self.context.catalog
        if not catalog.series.items:
            return Standing("empty", self.tr("There are no data to learn from"))
        if not catalog.strategies.items:
            return Standing("empty", self.tr("There is no strategy to train"))
        if self._fault():
            return Standing("error", self._fault())
        model = self._newest()
        if model is None:
            return Standing("ready", self.tr("Ready to train: there is no universal model for the choice yet"))
        if self._changed_since(model.created_at):
            words = self.tr("{0} was changed after {1} was trained: train it again")
            return Standing("stale", words.format(self.context.strategy, model.label))
        return Standing("ready", self.tr("{0} is up to date").format(model.label))

    def _models(self) -> Standing:
        models = self.context.catalog.models.items
        if not models:
            return Standing("empty", self.tr("No model yet: train one at station 4"))
        if not any(model.complete for model in models):
            return Standing("error", self.tr("No model here can be used: {0}").format(models[0].problem))
        count = self.tr("1 model") if len(models) == 1 else self.tr("{0} models").format(len(models))
        return Standing("ready", self._with_problems("modelsPanel", count))

    def _backtest(self) -> Standing:
        told = self._told.get("backtestPanel", "")
        if told == "ready":
            reason = self.context.state_reason("backtestPanel", told)
            return Standing("ready", reason or self.tr("The run shown is up to date"))
        if not any(model.complete for model in self.context.catalog.models.items):
            return Standing("empty", self.tr("No backtest yet, and no model to run one with"))
        return Standing("empty", self.tr("No backtest yet: pick a symbol and press Run"))

    def _with_problems(self, panel: str, words: str) -> str:
        count = len(self.context.problems.of(panel))
        if not count:
            return words
        told = self.tr("1 problem") if count == 1 else self.tr("{0} problems").format(count)
        return f"{words}, {told}"

    def _fault(self) -> str:
        """Return why the chosen strategy cannot be used; empty if it can."""
        faulty = {info.name: info.problem for info in self.context.catalog.strategies.items if info.problem}
        chosen = self.context.strategy
        return self.tr("{0} cannot be used: {1}").format(chosen, faulty[chosen]) if chosen in faulty else ""

    def _newest(self) -> Any:
        """Return the newest usable universal model of the choice; None if there is none."""
        made = [
            model
            for model in self.context.catalog.models_of(self.context.strategy)
            if model.complete and model.kind == "universal" and model.timeframe == self.context.timeframe
        ]
        return max(made, key=lambda model: (model.version, str(model.created_at)), default=None)

    def _changed_since(self, created: str) -> bool:
        infos = self.context.catalog.strategies.items
        info = next((each for each in infos if each.name == self.context.strategy), None)
        if info is None or info.shipped or not info.path.is_file():
            return False
        try:
            trained = datetime.fromisoformat(created)
        except ValueError:  # a model of somebody else's making may say anything
            return False
        trained = trained if trained.tzinfo else trained.replace(tzinfo=UTC)
        return datetime.fromtimestamp(info.path.stat().st_mtime, UTC) > trained
