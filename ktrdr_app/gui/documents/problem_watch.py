"""Tells the problem book what the lists of the workspace know: strategies and models that cannot be used."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Slot

from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.problem_book import KnownProblem
from ktrdr_app.gui.tasks.task import TaskError


class ProblemWatch(QObject):
    """Follows the lists.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    parent : QObject
        Owner.
    """

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self.context = context
        catalog = context.catalog
        catalog.strategies.loaded.connect(self._strategies)
        catalog.models.loaded.connect(self._models)
        catalog.series.loaded.connect(self._series)
        catalog.series.failed.connect(self._no_series)

    @Slot(object)
    def _strategies(self, items: tuple[Any, ...]) -> None:
        faulty = [info for info in items if info.problem]
        self.context.problems.tell(
            "strategies", tuple(KnownProblem("strategyPanel", "danger", info.name, info.problem) for info in faulty)
        )

    @Slot(object)
    def _models(self, items: tuple[Any, ...]) -> None:
        told = [
            KnownProblem("modelsPanel", "danger", f"{model.strategy_name}/{model.label}", model.problem)
            for model in items
            if not model.complete
        ]
        self.context.problems.tell("models", tuple(told))

    @Slot(object)
    def _series(self, _items: tuple[Any, ...]) -> None:
        self.context.problems.tell("series", ())

    @Slot(object)
    def _no_series(self, error: KtrdrError | TaskError) -> None:
        found = KnownProblem("dataPanel", "danger", self.tr("Data folder"), error.message)
        self.context.problems.tell("series", (found,))
