"""A change that another station asks for: made in the strategy's text once that is shown, and saved by the user."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.strategy.drafting import Drafting
from ktrdr_app.gui.panels.strategy.keeper import StrategyKeeper
from ktrdr_app.workflows.strategy_fields import DraftChange


class WantedChange(QObject):
    """Waits for the strategy that a change is about.

    Parameters
    ----------
    context : AppContext
        Whose ``strategyChangeRequested`` is listened to.
    keeper : StrategyKeeper
        Says which strategy is shown.
    drafting : Drafting
        Makes the change.
    parent : QObject
        Owner.
    """

    def __init__(self, context: AppContext, keeper: StrategyKeeper, drafting: Drafting, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._keeper, self._drafting = context, keeper, drafting
        self._waiting: tuple[str, DraftChange] | None = None
        context.strategyChangeRequested.connect(self._ask)
        keeper.shown.connect(self._make)

    @Slot(str, object)
    def _ask(self, name: str, change: DraftChange) -> None:
        self._waiting = (name, change)
        self._context.select_strategy(name)
        self._make()

    @Slot(object)
    def _make(self, _file: object = None) -> None:
        shown = self._keeper.file.name if self._keeper.file is not None else ""
        if self._waiting is None or self._waiting[0] != shown:
            return
        change, self._waiting = self._waiting[1], None
        self._drafting.change(change)
        words = self.tr("{0} is now {1} in the text of {2}; save it to use it")
        self._context.notify("info", words.format(".".join(change.path), change.value, shown))
