"""Everything that happens to strategy files from the station: new, copied, renamed, deleted and back, compared."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.strategy.dialogs import NameDialog, Question
from ktrdr_app.gui.panels.strategy.diff_dialog import DiffDialog
from ktrdr_app.gui.tasks.task import Task, Work

if TYPE_CHECKING:
    from ktrdr_app.workflows.strategy_files import DeletedStrategy, StrategyFile

MINIMAL = "minimal"


class StrategyCare(QObject):
    """Asks and does; the panel is told what came of it.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    panel : QWidget
        The station, over which questions are asked.
    """

    made = Signal(object, bool)
    """StrategyFile that is new, renamed or back, and should be shown; whether it holds the editor's own text."""
    deleted = Signal(object)
    """DeletedStrategy."""
    failed = Signal(object)
    """KtrdrError or TaskError."""

    def __init__(self, context: AppContext, panel: QWidget) -> None:
        super().__init__(panel)
        self.context, self._panel = context, panel
        self.file: StrategyFile | None = None
        self.text = self.called = ""
        self.new_menu, self.more_menu = QMenu(panel), QMenu(panel)
        self.new_menu.setObjectName("strategyPanel.newMenu")
        self.more_menu.setObjectName("strategyPanel.moreMenu")
        self.new_menu.aboutToShow.connect(self.offer_templates)
        self.save_as = self._action(self.tr("Save &as…"), "saveAsAction", self.ask_save_as)
        self.duplicate = self._action(self.tr("&Duplicate…"), "duplicateAction", self.ask_duplicate)
        self.rename = self._action(self.tr("&Rename…"), "renameAction", self.ask_rename)
        self.compare = self._action(self.tr("&Compare with a model…"), "compareAction", self.ask_compare)
        self.more_menu.addSeparator()
        self.delete = self._action(self.tr("Move to the &trash…"), "deleteAction", self.ask_delete)
        self.more_menu.setToolTipsVisible(True)

    def _action(self, words: str, name: str, act: Any) -> QAction:
        made = QAction(words, self)
        made.setObjectName(f"strategyPanel.{name}")
        made.triggered.connect(act)
        self.more_menu.addAction(made)
        return made

    def follow(self, file: StrategyFile | None, text: str, dirty: bool) -> None:
        """Take note of what is shown, and offer what can be done with it.

        Parameters
        ----------
        file : StrategyFile or None
            The file that is shown.
        text : str
            The editor's text.
        dirty : bool
            Whether that has changes which are not saved.
        """
        self.file, self.text = file, text
        for action in (self.save_as, self.duplicate, self.compare):
            action.setEnabled(file is not None)
        reason = ""
        if file is not None and file.shipped:
            reason = self.tr("It comes with the program: duplicate it, and change the copy")
        elif dirty:
            reason = self.tr("There are unsaved changes: save them first")
        self.rename.setEnabled(file is not None and not reason)
        self.rename.setToolTip(reason)
        self.delete.setEnabled(file is not None and not reason)
        self.delete.setToolTip(self.tr("It comes with the program and stays") if file and file.shipped else reason)

    @Slot()
    def offer_templates(self) -> None:
        """Fill the menu of templates."""
        self.new_menu.clear()
        for name in workflows.template_names():
            words = self.tr("Minimal strategy") if name == MINIMAL else name
            action = self.new_menu.addAction(words)
            action.setData(name)
            action.triggered.connect(self._from_template)
            if name == MINIMAL:
                self.new_menu.addSection(self.tr("From a strategy of the program"))

    @Slot()
    def _from_template(self) -> None:
        sender = self.sender()
        if isinstance(sender, QAction):
            self.ask_new(str(sender.data()))

    def ask_new(self, template: str) -> NameDialog:
        """Ask for the name of a new strategy.

        Parameters
        ----------
        template : str
            ``minimal`` or a shipped strategy.
        """
        text = workflows.template_text(template)
        wish = "new_strategy" if template == MINIMAL else f"my_{template}"
        return self._ask_name(self.tr("New strategy"), wish, text, self.tr("Make it"))

    @Slot()
    def ask_save_as(self) -> NameDialog | None:
        """Ask under which name the editor's text is kept."""
        if self.file is None:
            return None
        wish = f"{self.file.name}_2"
        return self._ask_name(self.tr("Save the text as"), wish, self.text, self.tr("Save"), adopt=True)

    @Slot()
    def ask_duplicate(self) -> NameDialog | None:
        """Ask what a copy of the file is called."""
        if self.file is None:
            return None
        title = self.tr("Duplicate {0}").format(self.file.name)
        return self._ask_name(title, f"{self.file.name}_copy", self.file.text, self.tr("Duplicate"))

    @Slot()
    def ask_rename(self) -> NameDialog | None:
        """Ask for another name."""
        if self.file is None:
            return None
        said = self.tr("Its name: in the text changes too. Models that were trained with it stay under the old name.")
        title = self.tr("Rename {0}").format(self.file.name)
        dialog = NameDialog(title, said, self.file.name, self.tr("Rename"), self._panel.window())
        dialog.named.connect(self._rename)
        dialog.open()
        return dialog

    def _ask_name(self, title: str, wish: str, text: str, words: str, *, adopt: bool = False) -> NameDialog:
        said = self.tr("The file goes into this workspace; its models get the same name.")
        wish = workflows.free_name(self.context.workspace, wish)
        dialog = NameDialog(title, said, wish, words, self._panel.window())
        dialog.named.connect(partial(self._create, text, adopt))
        dialog.open()
        return dialog

    def _create(self, text: str, adopt: bool, name: str) -> None:
        workspace = self.context.workspace

        def work(_progress: Progress, _cancel: CancelToken) -> tuple[StrategyFile, bool]:
            return workflows.create_strategy(workspace, name, text), adopt

        self._start(self.tr("Make {0}").format(name), work, self._made)

    @Slot(str)
    def _rename(self, name: str) -> None:
        workspace, file = self.context.workspace, self.file
        if file is None or name == file.name:
            return

        def work(_progress: Progress, _cancel: CancelToken) -> tuple[StrategyFile, bool]:
            return workflows.rename_strategy(workspace, file, name), True

        self._start(self.tr("Rename {0}").format(file.name), work, self._made)

    @Slot()
    def ask_delete(self) -> Question | None:
        """Ask whether the file is to go."""
        if self.file is None:
            return None
        said = self.tr("It can be brought back. Models that were trained with it keep their own copy of its settings.")
        title = self.tr("Move {0} to the trash?").format(self.file.name)
        dialog = Question("deleteDialog", title, said, {"delete": self.tr("Move to the trash")}, self._panel.window())
        dialog.answered.connect(self._delete)
        dialog.open()
        return dialog

    @Slot(str)
    def _delete(self, _answer: str) -> None:
        workspace, file = self.context.workspace, self.file
        if file is None:
            return

        def work(_progress: Progress, _cancel: CancelToken) -> DeletedStrategy:
            return workflows.delete_strategy(workspace, file)

        self._start(self.tr("Delete {0}").format(file.name), work, self._gone)

    def restore(self, deleted: DeletedStrategy) -> None:
        """Bring a strategy back.

        Parameters
        ----------
        deleted : DeletedStrategy
            What `deleted` told.
        """
        workspace = self.context.workspace

        def work(_progress: Progress, _cancel: CancelToken) -> tuple[StrategyFile, bool]:
            return workflows.restore_strategy(workspace, deleted), False

        self._start(self.tr("Bring {0} back").format(deleted.name), work, self._made)

    @Slot()
    def ask_compare(self) -> DiffDialog | None:
        """Compare the text with a model of the strategy, if there is one."""
        if self.file is None:
            return None
        named = (self.file.name, self.called)
        models = [each for each in self.context.catalog.models.items if each.complete and each.strategy_name in named]
        if not models:
            words = self.tr("No model has been trained with {0} yet: there is nothing to compare it with.")
            self.context.notify("info", words.format(self.file.name))
            return None
        where = self.context.workspace.relative(self.file.path)
        dialog = DiffDialog(self.context, models, self.text, where, self._panel.window())
        dialog.open()
        return dialog

    @Slot(object)
    def _made(self, made: tuple[StrategyFile, bool]) -> None:
        self.made.emit(*made)
        self.context.strategySaved.emit(made[0].name)

    @Slot(object)
    def _gone(self, deleted: DeletedStrategy) -> None:
        self.deleted.emit(deleted)

    def _start(self, title: str, work: Work, succeeded: Any) -> None:
        task = Task(title, work, quiet=True)
        task.succeeded.connect(succeeded)
        task.failed.connect(self.failed)
        self.context.submit(task)
