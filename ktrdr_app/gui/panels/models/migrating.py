"""Migration of the original's models: what would be done first, then with progress and a way to stop it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QProgressBar, QWidget

from ktrdr_app.core.progress import ProgressEvent, SymbolDone
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.models import care
from ktrdr_app.gui.panels.models.changes import Changes, Done
from ktrdr_app.gui.panels.models.dialog import ModelDialog
from ktrdr_app.gui.panels.models.words import say
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.tasks.task import Task, TaskState
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.notices import error_text
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.widgets import button, label, row, set_tone
from ktrdr_app.model_store.migration_plan import ALREADY, CONFLICT, COPY, DAMAGED, MIGRATED, OWN

_WORDS = {
    COPY: ("+ would be copied", "info"),
    MIGRATED: ("✔ copied and verified", "success"),
    ALREADY: ("= is there already", "text_muted"),
    OWN: ("– made by this program", "text_muted"),
    DAMAGED: ("✖ cannot be used", "danger"),
    CONFLICT: ("! name is taken", "warning"),
}
"""Words and colour of what is done with a folder."""

Step = Mapping[str, Any]


class MigrateDialog(ModelDialog):
    """Shows what a migration would do, and does it.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    changes : Changes
        Makes the change, and undoes it.
    strategies : sequence of str
        Strategies that have models.
    parent : QWidget
        Window it belongs to.
    """

    def __init__(self, context: AppContext, changes: Changes, strategies: Sequence[str], parent: QWidget) -> None:
        super().__init__("migrateDialog", say("Migrate models of the original"), (860, 500), parent)
        self._context, self._changes = context, changes
        self._task: Task | None = None
        self.sentence(
            say(
                "Each gets a copy with checksums in the archive, which must predict what it predicts. No original is "
                "moved, changed or deleted."
            ),
            "muted",
        )
        self.strategy = CalmComboBox("modelsPanel.migrateStrategy", say("Strategy that is migrated"))
        self.strategy.setMinimumContentsLength(28)
        every: tuple[str, object] = (say("All strategies"), None)
        self.strategy.fill([every, *((name, name) for name in strategies)], None)
        self.strategy.currentIndexChanged.connect(self._plan)
        self.body.addLayout(row(label(say("Strategy"), "muted"), self.strategy, 1))
        self.outcome = self.sentence()
        self.table = self._make_table()
        self.body.addWidget(self.table, 1)
        self.bar = QProgressBar()
        self.bar.setAccessibleName(say("Progress of the migration"))
        self.bar.setTextVisible(False)
        self.bar.hide()
        self.body.addWidget(self.bar)
        self.stop = button(say("Stop"), "modelsPanel.stopMigrationButton", icon="stop")
        self.stop.hide()
        self.start = button(say("Migrate"), "modelsPanel.confirmMigrateButton", role="primary")
        self.start.clicked.connect(self._migrate)
        self.foot(self.stop, self.start)
        self._planning = Latest(context.tasks, self)
        self._planning.arrived.connect(self._planned)
        self._planning.failed.connect(self._refuse)
        self._plan()

    def _make_table(self) -> RecordTable:
        columns = [
            Column(say("Folder"), lambda step: f"{step['strategy_name']}/{Path(step['source']).name}"),
            Column(
                say("Result"), lambda step: say(_WORDS[step["action"]][0]), token=lambda step: _WORDS[step["action"]][1]
            ),
            Column(say("Where or why"), self._where),
            Column(say("Differs by"), _difference, lambda step: step["largest_difference"], number=True),
        ]
        table = RecordTable(columns, "modelsPanel.migrationTable", say("Models of the original and their copies"))
        table.fit(2)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        return table

    def _where(self, step: Step) -> str:
        return step["reason"] or self._context.workspace.relative(Path(step["target"]))

    @Slot()
    def _plan(self, _changed: object = None) -> None:
        self.start.setEnabled(False)
        self._say(say("Looking at the folders…"), "")
        plan = care.plan_migration(self._context.workspace, self.strategy.currentData())
        self._planning.ask(say("Plan a migration"), plan)

    @Slot(object)
    def _planned(self, report: Mapping[str, Any]) -> None:
        copies = report["counts"].get(COPY, 0)
        self.table.records.set_records(report["steps"])
        self.start.setEnabled(bool(copies))
        if not report["steps"]:
            self._say(
                say("There is no model of the original here: put its models folder into the workspace."), "warning"
            )
        elif copies:
            self._say(
                say("Nothing is written yet. {0} of {1} folders would be copied.").format(copies, len(report["steps"])),
                "",
            )
        else:
            self._say(say("There is nothing to copy: each folder says why."), "")

    @Slot(object)
    def _refuse(self, error: Any) -> None:
        self.table.records.set_records(())
        self._say(" ".join(error_text(error)), "danger")

    @Slot()
    def _migrate(self) -> None:
        task = self._changes.make(
            say("Migrate models"), care.migrate(self._context.workspace, self.strategy.currentData())
        )
        if task is None:
            self._say(say("Another change is being made; try again when it is done."), "warning")
            return
        self._task = task
        task.progressed.connect(self._progress)
        task.finished.connect(self._over)
        self.stop.clicked.connect(task.cancel)
        self._running(True)
        self._say(say("Copying…"), "info")

    def _running(self, runs: bool) -> None:
        self.bar.setVisible(runs)
        self.bar.setRange(0, 0)
        self.stop.setVisible(runs)
        self.start.setVisible(not runs)
        self.strategy.setEnabled(not runs)

    @Slot(object)
    def _progress(self, events: tuple[ProgressEvent, ...]) -> None:
        for event in events:
            if isinstance(event, SymbolDone):
                self.bar.setRange(0, event.total)
                self.bar.setValue(event.done)
                self._say(say("{0} is done, {1} of {2}").format(event.symbol, event.done, event.total), "info")

    @Slot()
    def _over(self) -> None:
        outcome = self._task.outcome if self._task is not None else None
        self._task = None
        self._running(False)
        if outcome is None:
            return
        if outcome.state is TaskState.SUCCEEDED and isinstance(outcome.value, Done) and outcome.value.report:
            self.table.records.set_records(outcome.value.report["steps"])
            self.start.setEnabled(False)
            self._say(f"{outcome.value.text}. {outcome.value.hint}", "success")
        elif outcome.state is TaskState.CANCELLED:
            self._plan()
        elif outcome.error is not None:
            self._say(" ".join(error_text(outcome.error)), "danger")

    def _say(self, words: str, tone: str) -> None:
        self.outcome.setText(words)
        set_tone(self.outcome, tone)

    def done(self, result: int) -> None:
        """Plan nothing any more once it is closed; a migration that runs goes on in the task list.

        Parameters
        ----------
        result : int
            Qt's answer.
        """
        self._planning.stop()
        super().done(result)


def _difference(step: Step) -> str:
    return f"{step['largest_difference']:.1e}" if step["rows"] else ""
