"""Repairing a series: each repair is ticked by its own name, its outcome is counted first, and the original is kept."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QDialog, QVBoxLayout, QWidget

from ktrdr_app import workflows
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.data.series_row import Key, say
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.notices import error_text
from ktrdr_app.gui.ui.widgets import GRID, button, label, row, set_tone
from ktrdr_app.workflows.repair_run import RepairRequest, RepairResult


class RepairDialog(QDialog):
    """The repairs there are, those that would help here first; nothing is ticked by itself.

    Parameters
    ----------
    key : (str, str)
        Symbol and time frame.
    repairs : list of dict
        As `workflows.list_repairs` returns them.
    found : collection of str
        Codes of what the quality check found.
    parent : QWidget
        Window it belongs to.
    """

    wished = Signal(object)
    """Tuple of the names that are ticked, after every change."""

    def __init__(self, key: Key, repairs: list[dict[str, Any]], found: Collection[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("dataPanel.repairDialog")
        self.setWindowTitle(say("Repair a series"))
        self.boxes: dict[str, QCheckBox] = {}
        box = QVBoxLayout(self)
        box.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        box.setSpacing(GRID)
        box.addWidget(label(say("Repair {0} {1}").format(*key), "title"))
        box.addWidget(
            label(say("Only what you tick is done. The file as it is now is kept, and so is a record."), "muted")
        )
        helpful = [entry for entry in repairs if set(entry["mends"]) & set(found)]
        others = [entry for entry in repairs if entry not in helpful]
        for heading, entries in ((say("For what was found"), helpful), (say("Others"), others)):
            if entries:
                box.addSpacing(GRID)
                box.addWidget(label(heading, "heading"))
                for entry in entries:
                    box.addWidget(self._tick_box(entry))
        self.outcome = label(say("Nothing is ticked."), wrap=True)
        self.outcome.setMinimumWidth(620)
        self.outcome.setMinimumHeight(3 * self.outcome.fontMetrics().lineSpacing())
        self.outcome.setAlignment(Qt.AlignmentFlag.AlignTop)
        box.addSpacing(GRID)
        box.addWidget(self.outcome)
        close = button(say("Close"), "dataPanel.closeRepairButton")
        self.repair = button(say("Repair"), "dataPanel.confirmRepairButton", role="primary")
        self.repair.setEnabled(False)
        close.clicked.connect(self.reject)
        self.repair.clicked.connect(self.accept)
        box.addLayout(row(1, close, self.repair))

    def _tick_box(self, entry: dict[str, Any]) -> QCheckBox:
        made = QCheckBox(entry["does"])
        made.setObjectName(f"dataPanel.repair.{entry['name']}")
        made.setToolTip(entry["name"])
        accessibility.name(made, entry["does"], say("Repair {0}").format(entry["name"]))
        made.toggled.connect(self._toggled)
        self.boxes[entry["name"]] = made
        return made

    @property
    def ticked(self) -> tuple[str, ...]:
        """Names of the ticked repairs, in the order in which they are sensibly done."""
        order = [entry["name"] for entry in workflows.list_repairs()]
        return tuple(name for name in order if self.boxes[name].isChecked())

    @Slot()
    def _toggled(self) -> None:
        self.repair.setEnabled(False)
        self.say_outcome(say("Counting…") if self.ticked else say("Nothing is ticked."), "")
        self.wished.emit(self.ticked)

    def say_outcome(self, words: str, tone: str) -> None:
        """Show what the ticked repairs would do.

        Parameters
        ----------
        words : str
            In words.
        tone : str
            As `set_tone` takes it.
        """
        self.outcome.setText(words)
        set_tone(self.outcome, tone)


class Repairing(QObject):
    """The tasks behind it.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    parent : QWidget
        The station.
    """

    failed = Signal(object)
    """KtrdrError or TaskError of a repair; those of counting are shown in the dialog."""

    def __init__(self, context: AppContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._station = parent
        self._key: Key = ("", "")
        self.dialog: RepairDialog | None = None
        self._counting = Latest(context.tasks, self, delay_ms=150)
        self._counting.arrived.connect(self._counted)
        self._counting.failed.connect(self._refused)

    def ask(self, key: Key, found: Collection[str]) -> None:
        """Offer the repairs of a series.

        Parameters
        ----------
        key : (str, str)
            Symbol and time frame.
        found : collection of str
            Codes of what the quality check found.
        """
        self._key = key
        self.dialog = RepairDialog(key, workflows.list_repairs(), found, self._station.window())
        self.dialog.wished.connect(self._count)
        self.dialog.accepted.connect(self._repair)
        self.dialog.finished.connect(self._closed)
        self.dialog.open()

    def _request(self, names: tuple[str, ...], *, dry_run: bool) -> RepairRequest:
        return RepairRequest(self._context.workspace, *self._key, names, dry_run)

    @Slot(object)
    def _count(self, names: tuple[str, ...]) -> None:
        if names:
            work = partial(workflows.repair_data, self._request(names, dry_run=True))
            self._counting.ask(say("Count what repairs would do"), work)
        else:
            self._counting.stop()

    @Slot(object)
    def _counted(self, result: RepairResult) -> None:
        if self.dialog is None:
            return
        done = [entry for entry in result.entry.repairs if entry.dropped or entry.changed]
        words = "\n".join(
            say("{0}: {1} rows dropped, {2} changed").format(
                entry.name, numbers.integer(entry.dropped), numbers.integer(entry.changed)
            )
            for entry in done
        )
        self.dialog.say_outcome(words or say("Nothing would change: there are no such rows."), "")
        self.dialog.repair.setEnabled(bool(done))

    @Slot(object)
    def _refused(self, error: Any) -> None:
        if self.dialog is not None:
            self.dialog.say_outcome(" ".join(error_text(error)), "danger")

    @Slot()
    def _closed(self) -> None:
        self._counting.stop()
        self.dialog = None

    @Slot()
    def _repair(self) -> None:
        names = self.dialog.ticked if self.dialog is not None else ()
        task = Task(say("Repair a series"), partial(workflows.repair_data, self._request(names, dry_run=False)))
        task.succeeded.connect(self._repaired)
        task.failed.connect(self.failed)
        self._context.submit(task)

    @Slot(object)
    def _repaired(self, result: RepairResult) -> None:
        dropped = sum(entry.dropped for entry in result.entry.repairs)
        changed = sum(entry.changed for entry in result.entry.repairs)
        words = say("{0} {1}: {2} rows dropped, {3} changed; the original is kept")
        self._context.notify(
            "success",
            words.format(result.symbol, result.timeframe, numbers.integer(dropped), numbers.integer(changed)),
        )
        self._context.dataChanged.emit()
