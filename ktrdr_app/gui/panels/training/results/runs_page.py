"""All trainings so far: look one up again, name it, star it, note what it was for, compare some, let one go."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.results.compare_view import CompareView
from ktrdr_app.gui.panels.training.results.runs_table import RunsTable, state_words
from ktrdr_app.gui.panels.training.results.words import say
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.tasks.task import Task, TaskError
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.notices import Notice
from ktrdr_app.gui.ui.widgets import GRID, EmptyState, button, label, row
from ktrdr_app.workflows.training_notes import LONGEST_NAME
from ktrdr_app.workflows.training_runs import FINISHED, TrainingRun

MOST = 8
"""Most trainings that are compared at once: as many colours as stay apart."""


@dataclass(frozen=True)
class RunChange:
    """What a change of a training did.

    Attributes
    ----------
    words : str
        What the notice says; empty for nothing.
    undo : callable, optional
        The work that takes it back.
    key : str
        Training that is selected then; empty for the one that is.
    """

    words: str = ""
    undo: Callable[[Progress, CancelToken], RunChange] | None = None
    key: str = ""


Change = Callable[[Progress, CancelToken], RunChange]


class RunsPage(QWidget):
    """The table with what can be done with the selected and the ticked trainings.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    showWanted = Signal(object)
    """Path of a model whose results are wanted."""
    resumeWanted = Signal(str)
    """Name of a run that is to go on."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._undo: Change | None = None
        self._task: Task | None = None
        self._wanted = ""
        self.notice = Notice()
        self.table = RunsTable()
        self.name, self.note = self._field(say("Name"), "runName"), self._field(say("Note"), "runNote")
        self.name.setMaxLength(LONGEST_NAME)
        self.star = button(say("Star"), "trainingPanel.runStar")
        self.show_button = button(say("Show results"), "trainingPanel.runShow")
        self.compare = button(say("Compare"), "trainingPanel.runCompare")
        self.resume = button(say("Resume"), "trainingPanel.runResume", icon="play")
        self.delete = button(say("Move to trash"), "trainingPanel.runDelete")
        self.state = label("", "muted", wrap=True)
        self.state.setObjectName("trainingPanel.runState")
        self._lay_out()
        self._connect()
        self._allow()

    def _field(self, words: str, name: str) -> QLineEdit:
        made = QLineEdit()
        made.setObjectName(f"trainingPanel.{name}")
        made.setPlaceholderText(words)
        accessibility.name(made, words, say("Enter keeps it"))
        return made

    def _lay_out(self) -> None:
        listed = QWidget()
        box = QVBoxLayout(listed)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        box.addWidget(self.table, 1)
        box.addWidget(self.state)
        words = row(label(say("Name"), "muted"), self.name, label(say("Note"), "muted"), self.note)
        words.setStretchFactor(self.note, 2)
        words.setStretchFactor(self.name, 1)
        box.addLayout(words)
        box.addLayout(row(self.show_button, self.resume, self.compare, self.star, 1, self.delete))
        self.pages = QStackedWidget()
        self.pages.addWidget(
            EmptyState(
                "training",
                say("No training yet"),
                say("Tick symbols at the left and press Train. Every training is kept here, to be compared with."),
            )
        )
        self.pages.addWidget(listed)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, GRID, 0, 0)
        outer.setSpacing(GRID)
        outer.addWidget(self.notice)
        outer.addWidget(self.pages, 1)

    def _connect(self) -> None:
        self._listing = Latest(self._context.tasks, self)
        self._listing.arrived.connect(self._show_runs)
        self._listing.failed.connect(self._refuse)
        self._context.catalog.models.loaded.connect(self.refresh)
        self.table.chosenChanged.connect(self._choose)
        self.table.runs.tickedChanged.connect(self._allow)
        self.table.showWanted.connect(self.show_chosen)
        self.table.starWanted.connect(self.toggle_star)
        self.name.editingFinished.connect(self._keep_name)
        self.note.editingFinished.connect(self._keep_note)
        self.star.clicked.connect(self.toggle_star)
        self.show_button.clicked.connect(self.show_chosen)
        self.compare.clicked.connect(self.open_comparison)
        self.resume.clicked.connect(self.resume_chosen)
        self.delete.clicked.connect(self.delete_chosen)
        self.notice.chosen.connect(self.undo)

    @property
    def chosen(self) -> TrainingRun | None:
        """The training of the selected row."""
        found: TrainingRun | None = self.table.selected
        return found

    def choose(self, path: Path) -> None:
        """Select the training of a model, now or once it is listed.

        Parameters
        ----------
        path : Path
            The model's folder.
        """
        self._wanted = self._context.workspace.relative(path)
        self.table.select(lambda run: run.key == self._wanted)

    @Slot()
    def refresh(self, _models: object = None) -> None:
        """Read the list of trainings again."""
        workspace = self._context.workspace

        def work(_progress: Progress, _cancel: CancelToken) -> list[TrainingRun]:
            return workflows.list_trainings(workspace)

        self._listing.ask(say("List the trainings"), work)

    @Slot(object)
    def _show_runs(self, runs: list[TrainingRun]) -> None:
        self.table.show_runs(runs, self._wanted)
        self._wanted = ""
        self.pages.setCurrentIndex(1 if runs else 0)

    @Slot()
    def _choose(self) -> None:
        run = self.chosen
        for field, text in ((self.name, run.name if run else ""), (self.note, run.note if run else "")):
            if not (field.hasFocus() and field.isModified()):
                field.setText(text)
        self.name.setPlaceholderText(run.path.name if run else say("Name"))
        self.state.setText(f"{run.label}: {state_words(run)}" if run else "")
        self._allow()

    @Slot()
    def _allow(self) -> None:
        run, ticked, busy = self.chosen, self.table.runs.ticked, self._task is not None
        for widget in (self.name, self.note, self.star, self.delete):
            widget.setEnabled(run is not None and not busy)
        self.star.setText(say("Take the star away") if run is not None and run.star else say("Star"))
        usable = run is not None and run.state == FINISHED
        self.show_button.setEnabled(usable)
        self.show_button.setToolTip("" if usable or run is None else say("It became no model that could be shown"))
        self.resume.setEnabled(run is not None and bool(run.resumable) and not busy)
        self.resume.setToolTip(say("Goes on where it was stopped") if self.resume.isEnabled() else "")
        self.compare.setText(say("Compare {0}").format(len(ticked)) if ticked else say("Compare"))
        self.compare.setEnabled(2 <= len(ticked) <= MOST)
        self.compare.setToolTip(say("Tick two to {0} trainings").format(MOST))

    @Slot()
    def show_chosen(self) -> None:
        """Ask for the results of the selected training."""
        run = self.chosen
        if run is not None and run.state == FINISHED:
            self.showWanted.emit(Path(run.path))

    @Slot()
    def resume_chosen(self) -> None:
        """Ask for the selected training to go on from where it was stopped or left by a crash."""
        run = self.chosen
        if run is not None and run.resumable:
            self.resumeWanted.emit(run.resumable)

    @Slot()
    def open_comparison(self) -> CompareView | None:
        """Open the ticked trainings beside each other, and return the dialog."""
        ticked = self.table.runs.ticked
        if not 2 <= len(ticked) <= MOST:
            return None
        dialog = CompareView(self._context, ticked, self.window())
        dialog.open()
        return dialog

    @Slot()
    def toggle_star(self) -> None:
        """Star the selected training, or take its star away."""
        run = self.chosen
        if run is not None:
            self._say(run, star=not run.star)

    @Slot()
    def _keep_name(self) -> None:
        run, text = self.chosen, self.name.text().strip()
        if run is not None and text != run.name and self.name.isModified():
            self.name.setModified(False)
            self._say(run, name=text)

    @Slot()
    def _keep_note(self) -> None:
        run, text = self.chosen, self.note.text().strip()
        if run is not None and text != run.note and self.note.isModified():
            self.note.setModified(False)
            self._say(run, note=text)

    def _say(
        self, run: TrainingRun, name: str | None = None, star: bool | None = None, note: str | None = None
    ) -> None:
        workspace, key = self._context.workspace, run.key

        def work(_progress: Progress, _cancel: CancelToken) -> RunChange:
            workflows.say_of_training(workspace, key, name=name, star=star, note=note)
            return RunChange(key=key)

        self._make(say("Remark on a training"), work)

    @Slot()
    def delete_chosen(self) -> None:
        """Move the selected training into the trash; the notice brings it back."""
        run = self.chosen
        if run is None:
            return
        workspace, key, name = self._context.workspace, run.key, run.label

        def work(_progress: Progress, _cancel: CancelToken) -> RunChange:
            gone = workflows.delete_training(workspace, key)

            def back(_progress: Progress, _cancel: CancelToken) -> RunChange:
                for one in (key, *gone.also):
                    workflows.restore_training(workspace, one)
                return RunChange(say("{0} is back").format(name), None, key)

            words = (
                say("{0} is in the trash, with all that was kept of it") if gone.also else say("{0} is in the trash")
            )
            return RunChange(words.format(name), back)

        self._make(say("Move a training to the trash"), work)

    @Slot()
    def undo(self) -> None:
        """Take the last change back."""
        if self._undo is not None:
            self._make(say("Bring a training back"), self._undo)

    def _make(self, title: str, change: Change) -> None:
        if self._task is not None:
            return
        task = self._task = Task(title, change, quiet=True)
        task.succeeded.connect(self._changed)
        task.failed.connect(self._refuse)
        task.finished.connect(self._over)
        self._allow()
        self._context.submit(task)

    @Slot(object)
    def _changed(self, done: RunChange) -> None:
        self._wanted = done.key
        if done.words:
            self._undo = done.undo
            self.notice.show_text("success", done.words, "")
            if done.undo is not None:
                self.notice.offer(say("Undo"))
        self._context.modelsChanged.emit()
        self.refresh()

    @Slot(object)
    def _refuse(self, error: KtrdrError | TaskError) -> None:
        self._undo = None
        self.notice.show_error(error)

    @Slot()
    def _over(self) -> None:
        self._task = None
        self._allow()
