"""The question before a model goes into the trash, with what the resolver would answer without it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from ktrdr_app import workflows
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.models.dialog import ModelDialog
from ktrdr_app.gui.panels.models.words import say
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.ui.notices import error_text
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.widgets import button, set_tone

if TYPE_CHECKING:
    from ktrdr_app.model_store.deletion import Change
    from ktrdr_app.model_store.registry import ModelInfo
    from ktrdr_app.model_store.resolver import Resolution


class DeleteDialog(ModelDialog):
    """Asks whether a model is to go; Escape keeps it.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    model : ModelInfo
        Which one.
    parent : QWidget
        Window it belongs to.
    """

    def __init__(self, context: AppContext, model: ModelInfo, parent: QWidget) -> None:
        title = say("Move {0} to the trash?").format(model.label)
        super().__init__("deleteDialog", title, (820, 400), parent)
        self.sentence(say("It can be brought back from there, and its number is never used again."), "muted")
        self.outcome = self.sentence(say("Asking the resolver what would change…"))
        self.table = self._make_table()
        self.body.addWidget(self.table, 1)
        self.confirm = button(say("Move to trash"), "modelsPanel.confirmDeleteButton", role="primary")
        self.confirm.clicked.connect(self.accept)
        self.close_button.setText(say("Keep it"))
        self.foot(self.confirm)
        self._asking = Latest(context.tasks, self)
        self._asking.arrived.connect(self._show)
        self._asking.failed.connect(self._refuse)
        workspace, path = context.workspace, model.path
        self._asking.ask(say("Ask what would change"), lambda *_told: workflows.preview_deletion(workspace, path))

    def _make_table(self) -> RecordTable:
        columns = [
            Column(say("Asked for"), _asked),
            Column(say("Now"), lambda change: _served(change.before)),
            Column(say("Then"), lambda change: _served(change.after), token=_token),
            Column(say("Why"), lambda change: change.to_document()["reason"]),
        ]
        table = RecordTable(columns, "modelsPanel.deletionTable", say("Requests that would be answered differently"))
        table.fit(3)
        return table

    @Slot(object)
    def _show(self, changes: list[Change]) -> None:
        self.table.records.set_records(changes)
        self.table.setVisible(bool(changes))
        lost = sum(change.after.chosen is None for change in changes)
        if not changes:
            self._say(
                say("Nothing would change: no request for its strategy and bar length is answered with it."), "success"
            )
        elif lost:
            words = say("Requests that would be answered differently: {0}, of these by no model: {1}.")
            self._say(words.format(len(changes), lost), "danger")
        else:
            self._say(say("Requests that another model would answer: {0}.").format(len(changes)), "warning")

    @Slot(object)
    def _refuse(self, error: Any) -> None:
        self.table.hide()
        self._say(" ".join(error_text(error)), "danger")

    def _say(self, words: str, tone: str) -> None:
        self.outcome.setText(words)
        set_tone(self.outcome, tone)

    def done(self, result: int) -> None:
        """Ask nothing any more once it is answered.

        Parameters
        ----------
        result : int
            Qt's answer.
        """
        self._asking.stop()
        super().done(result)


def _asked(change: Change) -> str:
    return f"{change.timeframe}, {change.symbol or say('no symbol')}"


def _served(resolution: Resolution) -> str:
    chosen = resolution.chosen
    return say("no model") if chosen is None else f"{_below(chosen.path)} ({say('step')} {chosen.step})"


def _below(path: Path) -> str:
    return f"{path.parent.name}/{path.name}" if path.parent.name == "legacy" else path.name


def _token(change: Change) -> str:
    if change.after.chosen is None:
        return "danger"
    return "warning" if change.after.warning else ""
