"""The deleted models, and the way back of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from ktrdr_app import workflows
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.models.dialog import ModelDialog
from ktrdr_app.gui.panels.models.words import say
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.notices import error_text
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.widgets import button, set_tone

if TYPE_CHECKING:
    from ktrdr_app.model_store.deletion import TrashedModel


class TrashDialog(ModelDialog):
    """Lists the deleted models, newest first.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    parent : QWidget
        Window it belongs to.
    """

    wanted = Signal(str)
    """TrashedModel.model of what is to come back."""

    def __init__(self, context: AppContext, parent: QWidget) -> None:
        super().__init__("trashDialog", say("Deleted models"), (640, 380), parent)
        self.words = self.sentence(say("Looking into the trash…"), "muted")
        columns = [
            Column(say("Model"), lambda entry: entry.model),
            Column(say("Deleted (UTC)"), lambda entry: numbers.moment(entry.deleted), lambda entry: entry.deleted),
            Column(say("Was latest"), lambda entry: say("yes") if entry.latest_before == entry.name else ""),
        ]
        self.table = RecordTable(columns, "modelsPanel.trashTable", say("Deleted models"))
        self.table.fit(0)
        self.table.selectionModel().selectionChanged.connect(self._chosen)
        self.table.doubleClicked.connect(self._restore)
        self.body.addWidget(self.table, 1)
        self.restore = button(say("Bring back"), "modelsPanel.restoreButton", role="primary")
        self.restore.setEnabled(False)
        self.restore.clicked.connect(self._restore)
        self.foot(self.restore)
        self._reading = Latest(context.tasks, self)
        self._reading.arrived.connect(self._show)
        self._reading.failed.connect(self._refuse)
        workspace = context.workspace
        self._reading.ask(say("Look into the trash"), lambda *_told: workflows.list_trashed_models(workspace))

    @Slot(object)
    def _show(self, held: list[TrashedModel]) -> None:
        self.table.records.set_records(held)
        self.table.setVisible(bool(held))
        self.words.setText(say("The newest is first.") if held else say("The trash holds no model."))
        if held:
            self.table.selectRow(0)

    @Slot(object)
    def _refuse(self, error: Any) -> None:
        self.table.hide()
        self.words.setText(" ".join(error_text(error)))
        set_tone(self.words, "danger")

    @Slot()
    def _chosen(self, _changed: object = None) -> None:
        self.restore.setEnabled(self.table.selected is not None)

    @Slot()
    def _restore(self, _place: object = None) -> None:
        entry: TrashedModel | None = self.table.selected
        if entry is not None:
            self.wanted.emit(entry.model)
            self.accept()

    def done(self, result: int) -> None:
        """Read nothing any more once it is closed.

        Parameters
        ----------
        result : int
            Qt's answer.
        """
        self._reading.stop()
        super().done(result)
