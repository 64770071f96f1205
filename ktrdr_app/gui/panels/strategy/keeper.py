"""The file behind the text: opened, held against the disk, saved, and never left unsaved without a question."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import KtrdrError, StrategyChanged
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.strategy.dialogs import Question
from ktrdr_app.gui.panels.strategy.yaml_edit import YamlEdit, as_shown
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.tasks.task import Task, TaskError

if TYPE_CHECKING:
    from ktrdr_app.workflows.strategy_files import StrategyFile

SAVE, DISCARD, OVERWRITE, LOAD = "save", "discard", "overwrite", "load"


class StrategyKeeper(QObject):
    """Holds the file that is shown, and the text that may differ from it.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    edit : YamlEdit
        The text.
    panel : QWidget
        The station, over which questions are asked.
    """

    shown = Signal(object)
    """StrategyFile: another file is shown."""
    renewed = Signal()
    """The same file has a new text, which somebody else wrote."""
    changedElsewhere = Signal(str)
    """Place of the file: somebody else wrote it, and the text here has changes that are not saved."""
    saved = Signal(object, bool)
    """StrategyFile, and whether it is a copy of a shipped one."""
    failed = Signal(object)
    """KtrdrError or TaskError."""
    stateChanged = Signal()
    """What is shown, or whether it is saved, may be another."""

    def __init__(self, context: AppContext, edit: YamlEdit, panel: QWidget) -> None:
        super().__init__(panel)
        self.context, self._edit, self._panel = context, edit, panel
        self.file: StrategyFile | None = None
        self.question: Question | None = None
        self._next, self._closing = "", False
        self._saving, self._clean = False, ""
        self._newest: StrategyFile | None = None
        self._opening = Latest(context.tasks, self)
        self._opening.arrived.connect(self._opened)
        self._opening.failed.connect(self.failed)
        edit.edited.connect(self.stateChanged)

    @property
    def dirty(self) -> bool:
        """Whether the text is another than the one that was opened or saved."""
        return self.file is not None and self._edit.text != self._clean

    @property
    def text(self) -> str:
        """The text as it is now."""
        return self._edit.text

    @property
    def may_save(self) -> bool:
        """Whether there is anything to save, and it is not being saved."""
        return self.dirty and not self._saving

    def place(self) -> str:
        """Return the path of the file as the user reads it."""
        return "" if self.file is None else self.context.workspace.relative(self.file.path)

    def open(self, name: str) -> bool:
        """Open a strategy, after a question if there is anything unsaved; say whether nothing was.

        Parameters
        ----------
        name : str
            File stem.
        """
        if self.file is not None and name != self.file.name and self.dirty:
            self._next, self._closing = name, False
            self._ask_leave(self.tr("Save the changes of {0} first?").format(self.file.name))
            return False
        self._read(name)
        return True

    def may_close(self) -> bool:
        """Return whether nothing is unsaved; else ask, and close the window once that is answered."""
        if self.dirty:
            self._closing = True
            name = "" if self.file is None else self.file.name
            self._ask_leave(self.tr("Save the changes of {0} before the window closes?").format(name))
        return not self.dirty

    @Slot()
    def look(self) -> None:
        """Look whether somebody else has written the file."""
        if self.file is not None and not self._opening.busy and not self._saving:
            self._read(self.file.name)

    def show_file(self, file: StrategyFile) -> None:
        """Show a file whose text may be thrown over the one at hand.

        Parameters
        ----------
        file : StrategyFile
            What comes.
        """
        other = self.file is None or self.file.name != file.name
        self.file, self._newest = file, None
        self._clean = as_shown(file.text)
        if other:
            self._edit.show_text(file.text)
            self.shown.emit(file)
        else:
            self._edit.replace_text(file.text)
        self.stateChanged.emit()

    def restore(self, text: str, digest: str) -> None:
        """Put an unsaved text back, as a step that can be undone.

        Parameters
        ----------
        text : str
            The text.
        digest : str
            Of the file that it was made from; if the file is another by now, that is told as a change of somebody else.
        """
        self._edit.replace_text(text)
        if self.file is not None and self.file.digest != digest:
            self.file = replace(self.file, digest=digest)
            self.look()
        self.stateChanged.emit()

    def close_file(self) -> None:
        """Show no file: it is gone."""
        self.file = None
        self._edit.show_text("")
        self.stateChanged.emit()

    @Slot()
    def load_newest(self) -> None:
        """Take what somebody else wrote in the place of the unsaved text; undo brings that back."""
        if self._newest is not None:
            self.show_file(self._newest)

    @Slot()
    def save(self) -> None:
        """Write the text; that of a shipped strategy becomes a file of the workspace."""
        if self.may_save:
            self._save(overwrite=False)

    def _read(self, name: str) -> None:
        workspace = self.context.workspace

        def work(_progress: Progress, _cancel: CancelToken) -> StrategyFile:
            return workflows.open_strategy(workspace, name)

        self._opening.ask(self.tr("Read a strategy"), work)

    @Slot(object)
    def _opened(self, file: StrategyFile) -> None:
        before = self.file
        if before is None or file.name != before.name:
            self.show_file(file)
            return
        if file.digest == before.digest:
            self.file = file
            self.stateChanged.emit()
            return
        if not self.dirty or as_shown(file.text) == self._edit.text:
            self.show_file(file)
            self.renewed.emit()
        else:
            self._newest = file
            self.changedElsewhere.emit(self.context.workspace.relative(file.path))
        self.context.strategySaved.emit(file.name)

    def _save(self, *, overwrite: bool) -> None:
        workspace, file, text = self.context.workspace, self.file, self._edit.text
        if file is None:
            return

        def work(_progress: Progress, _cancel: CancelToken) -> StrategyFile:
            return workflows.save_strategy(workspace, file, text, overwrite=overwrite)

        self._saving = True
        task = Task(self.tr("Save {0}").format(file.name), work, quiet=True)
        task.succeeded.connect(self._written)
        task.failed.connect(self._not_written)
        self.context.submit(task)
        self.stateChanged.emit()

    @Slot(object)
    def _written(self, file: StrategyFile) -> None:
        copied = self.file is not None and self.file.shipped
        self._saving, self.file, self._clean = False, file, as_shown(file.text)
        self.saved.emit(file, copied)
        self.context.strategySaved.emit(file.name)
        self.stateChanged.emit()
        self._go_on()

    @Slot(object)
    def _not_written(self, error: KtrdrError | TaskError) -> None:
        self._saving = False
        self.stateChanged.emit()
        if not isinstance(error, StrategyChanged):
            self._next, self._closing = "", False
            self.failed.emit(error)
            return
        answers = {LOAD: self.tr("Load the file's text"), OVERWRITE: self.tr("Save over it")}
        said = self.tr("Somebody has written it since you opened it. What you have typed can be undone back to.")
        self._ask("conflictDialog", self.tr("{0} has changed on disk").format(error.where), said, answers)

    def _go_on(self) -> None:
        """Do what had to wait until the text was saved or given up."""
        name, closing = self._next, self._closing
        self._next, self._closing = "", False
        if closing:
            self._panel.window().close()
        elif name:
            self._read(name)

    def _ask_leave(self, title: str) -> None:
        answers = {DISCARD: self.tr("Discard them"), SAVE: self.tr("Save them")}
        self._ask("leaveDialog", title, self.tr("The text has changes that are in no file yet."), answers)

    def _ask(self, name: str, title: str, text: str, answers: dict[str, str]) -> None:
        if self.question is not None:
            self.question.raise_()
            return
        self.question = Question(name, title, text, answers, self._panel.window())
        self.question.answered.connect(self._answered)
        self.question.rejected.connect(self._stay)
        self.question.open()

    @Slot()
    def _stay(self) -> None:
        self.question, self._next, self._closing = None, "", False
        self.stateChanged.emit()

    @Slot(str)
    def _answered(self, answer: str) -> None:
        self.question = None
        if answer in (SAVE, OVERWRITE):
            self._save(overwrite=answer == OVERWRITE)
        elif answer == DISCARD and self.file is not None:
            self._edit.replace_text(self._clean)
            self._go_on()
        elif answer == LOAD and self.file is not None:
            self._next, self._closing = "", False
            self._take_disk(self.file.name)

    def _take_disk(self, name: str) -> None:
        workspace = self.context.workspace
        task = Task(self.tr("Read a strategy"), lambda *_told: workflows.open_strategy(workspace, name), quiet=True)
        task.succeeded.connect(self._take)
        task.failed.connect(self.failed)
        self.context.submit(task)

    @Slot(object)
    def _take(self, file: StrategyFile) -> None:
        self.show_file(file)
        self.context.strategySaved.emit(file.name)
