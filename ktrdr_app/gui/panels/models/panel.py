"""The models station: what was learnt, how good it is, which model serves, and everything that is done with models."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ktrdr_app import workflows
from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.models import care
from ktrdr_app.gui.panels.models.action_bar import ActionBar, allow
from ktrdr_app.gui.panels.models.changes import Changes, Done
from ktrdr_app.gui.panels.models.comparing import CompareDialog
from ktrdr_app.gui.panels.models.deletion import DeleteDialog
from ktrdr_app.gui.panels.models.details import ModelDetails
from ktrdr_app.gui.panels.models.files import ModelFiles
from ktrdr_app.gui.panels.models.filters import FilterBar
from ktrdr_app.gui.panels.models.migrating import MigrateDialog
from ktrdr_app.gui.panels.models.model_tree import ModelTreeView
from ktrdr_app.gui.panels.models.resolver import ResolverCard
from ktrdr_app.gui.panels.models.trash import TrashDialog
from ktrdr_app.gui.panels.models.verifying import VerifyDialog, outcome
from ktrdr_app.gui.panels.models.words import is_copy
from ktrdr_app.gui.panels.station import Station
from ktrdr_app.gui.tasks.task import TaskError
from ktrdr_app.gui.ui.notices import error_text
from ktrdr_app.gui.ui.widgets import GRID, EmptyState, button, label, splitter
from ktrdr_app.model_store import layout

if TYPE_CHECKING:
    from ktrdr_app.model_store.registry import ModelInfo
    from ktrdr_app.model_store.verify import Verification

LIST, EMPTY, LOADING, FAILED = range(4)


class ModelsPanel(Station):
    """The fifth station: what has been learnt.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    title: ClassVar[str] = "Models"
    object_name: ClassVar[str] = "modelsPanel"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.filters = FilterBar()
        self.tree = ModelTreeView()
        self.bar = ActionBar()
        self.details = ModelDetails(context)
        self.resolver = ResolverCard(context)
        self.changes = Changes(context, self.notice, self)
        self.files = ModelFiles(self)
        self._fill_heading()
        self._pages = QStackedWidget()
        self._pages.addWidget(self._make_list())
        self._pages.addWidget(self._make_empty())
        self._pages.addWidget(EmptyState("models", self.tr("Reading the list…"), ""))
        self._pages.addWidget(self._make_failed())
        self._pages.setCurrentIndex(LOADING)
        self.body.addWidget(self._pages, 1)
        self._connect()
        self._allow()

    def _fill_heading(self) -> None:
        self._count = label("", "muted")
        self.trash_button = button(self.tr("Trash…"), "modelsPanel.trashButton")
        self.import_button = button(self.tr("Import…"), "modelsPanel.importButton", icon="add")
        self.migrate_button = button(self.tr("Migrate…"), "modelsPanel.migrateButton", icon="copy")
        self.folder_button = button(self.tr("Folder"), "modelsPanel.folderButton", icon="folder")
        self.heading.addSpacing(GRID)
        self.heading.addWidget(self._count)
        self.heading.addStretch(1)
        self.heading.addWidget(self.filters, 3)
        for made in (self.folder_button, self.trash_button, self.import_button, self.migrate_button):
            self.heading.addWidget(made)

    def _make_list(self) -> QWidget:
        upper = QWidget()
        box = QVBoxLayout(upper)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        self.tree.setMinimumHeight(120)
        box.addWidget(self.tree, 1)
        box.addWidget(self.bar)
        self.split = splitter(Qt.Orientation.Vertical, (upper, 3), (self.resolver, 2))
        self.split.setSizes([280, 220])
        page = QWidget()
        sides = QHBoxLayout(page)
        sides.setContentsMargins(0, 0, 0, 0)
        sides.setSpacing(GRID + GRID // 2)
        sides.addWidget(self.split, 3)
        sides.addWidget(self.details, 2)
        return page

    def _make_empty(self) -> QWidget:
        self.empty = EmptyState(
            "models",
            self.tr("No model yet"),
            self.tr(
                "Train one at station 4; it takes seconds on the sample data. Models of the original KTRDR are used "
                "where they lie: put its models folder into {0}."
            ).format(self.context.workspace.models),
        )
        go = button(self.tr("Go to training"), "modelsPanel.trainButton", role="primary", icon="training")
        go.clicked.connect(self._go_to_training)
        take = button(self.tr("Import a model…"), "modelsPanel.emptyImportButton", icon="add")
        take.clicked.connect(self.files.ask_import)
        back = button(self.tr("Deleted models…"), "modelsPanel.emptyTrashButton")
        back.clicked.connect(self._open_trash)
        for made in (go, take, back):
            self.empty.offer(made)
        return self.empty

    def _make_failed(self) -> QWidget:
        self.failed = EmptyState("danger", self.tr("The models cannot be read"), "")
        again = button(self.tr("Try again"), "modelsPanel.retryButton", role="primary", icon="refresh")
        again.clicked.connect(self.refresh)
        self.failed.offer(again)
        return self.failed

    def _connect(self) -> None:
        models = self.context.catalog.models
        models.loaded.connect(self._show)
        models.failed.connect(self._listing_failed)
        self.filters.changed.connect(self._filter)
        self.tree.chosenChanged.connect(self._choose)
        self.tree.deleteRequested.connect(self._ask_delete)
        self.resolver.failed.connect(self.show_error)
        self.details.remarksWanted.connect(self._remark)
        self.changes.failed.connect(self.show_error)
        self.changes.done.connect(self._changed)
        self.changes.busyChanged.connect(self._allow)
        self.files.exportChosen.connect(self._export)
        self.files.importChosen.connect(self._import)
        for made, slot in (
            (self.bar.pin, self._pin),
            (self.bar.rollback, self._roll_back),
            (self.bar.verify, self._verify),
            (self.bar.compare, self._compare),
            (self.bar.export, self._ask_export),
            (self.bar.delete, self._ask_delete),
            (self.folder_button, self._open_folder),
            (self.trash_button, self._open_trash),
            (self.import_button, self.files.ask_import),
            (self.migrate_button, self._open_migration),
        ):
            made.clicked.connect(slot)

    @property
    def models(self) -> tuple[ModelInfo, ...]:
        """Every model of the workspace."""
        return self.tree.models.models

    @property
    def chosen(self) -> ModelInfo | None:
        """The model that is selected."""
        return self.tree.chosen

    def refresh(self) -> None:
        """Read the models folder again."""
        self.notice.dismiss()
        self.context.catalog.models.refresh()
        self.resolver.ask()

    def run_main_action(self) -> None:
        """Ask the resolver again."""
        self.resolver.ask()

    @Slot(object)
    def _show(self, models: tuple[ModelInfo, ...]) -> None:
        self.tree.models.set_models(models)
        self._pages.setCurrentIndex(LIST if models else EMPTY)
        for widget in (self.filters, self.folder_button, self.trash_button, self.import_button, self.migrate_button):
            widget.setVisible(bool(models))
        self._say_count()
        self.context.stateChanged.emit(self.object_name, _state(models))

    @Slot(object)
    def _listing_failed(self, error: KtrdrError | TaskError) -> None:
        self.show_error(error)
        if not self.models:
            self.failed.text.setText(". ".join(part for part in error_text(error) if part))
            self._pages.setCurrentIndex(FAILED)

    @Slot()
    def _filter(self) -> None:
        self.tree.models.set_filter(self.filters.accepts)
        self._say_count()

    def _say_count(self) -> None:
        every, shown = len(self.models), self.tree.models.shown
        words = self.tr("1 model") if every == 1 else self.tr("{0} models").format(every)
        if shown != every:
            words = self.tr("{0} of {1} models").format(shown, every)
        self._count.setText(words if every else "")

    @Slot()
    def _choose(self) -> None:
        model = self.chosen
        self._allow()
        self.details.setVisible(model is not None)
        if model is None:
            return
        self.details.show_model(model)
        self.resolver.ask_for(model.strategy_name, model.timeframe, model.symbol)

    @Slot()
    def _allow(self, _busy: bool = False) -> None:
        busy = self.changes.busy
        self.bar.show_for(self.chosen, self.models, busy)
        waiting = self.tr("A change is being made") if busy else ""
        originals = any(model.kind == layout.LEGACY and not is_copy(model) for model in self.models)
        none = "" if originals else self.tr("There is no model of the original outside the archive")
        allow(
            self.migrate_button,
            self.tr("Migrate models of the original"),
            self.tr("Shows first what would be copied into the archive; it can be undone"),
            waiting or none,
        )
        allow(self.import_button, self.tr("Import a model"), self.tr("Takes a model from a zip file"), waiting)
        allow(
            self.trash_button, self.tr("Deleted models"), self.tr("Lists deleted models and brings them back"), waiting
        )
        nothing = "" if self.chosen else self.tr("Choose a model first")
        allow(self.folder_button, self.tr("Folder of the model"), self.tr("Opens it in the file manager"), nothing)

    @Slot(object)
    def _changed(self, done: Done) -> None:
        if done.path is not None:
            self.tree.choose(done.path)

    @Slot()
    def _pin(self) -> None:
        model = self.chosen
        if model is None:
            return
        made = care.unpin if model.pinned else care.pin
        self.changes.make(self.tr("Pin or unpin a model"), made(self.context.workspace, model.path))

    @Slot()
    def _roll_back(self) -> None:
        model = self.chosen
        if model is None:
            return
        name = layout.FolderName(model.symbol, model.timeframe, model.version)
        work = care.roll_back(self.context.workspace, model.strategy_name, name)
        self.changes.make(self.tr("Roll back the latest model"), work)

    @Slot()
    def _verify(self) -> None:
        model = self.chosen
        if model is None:
            return
        verify = partial(workflows.verify_model, self.context.workspace, model.path)
        self.details.about.say_checks("info", self.tr("verifying…"))
        self.bar.verify.setEnabled(False)
        task = self.start(self.tr("Verify a model"), lambda *_told: verify(), self._verified)
        task.finished.connect(self._allow)

    @Slot(object)
    def _verified(self, found: Verification) -> None:
        self.details.show_checks(found)
        tone, words = outcome(found)
        self.context.notify(tone, f"{found.path.name}: {words}")
        VerifyDialog(found, self.window()).open()

    @Slot()
    def _compare(self) -> None:
        model = self.chosen
        if model is not None:
            CompareDialog(self.context, self.models, model, self.window()).open()

    @Slot()
    def _ask_export(self) -> None:
        model = self.chosen
        if model is not None:
            self.files.ask_export(model)

    @Slot(object, object)
    def _export(self, path: Any, file: Any) -> None:
        self.changes.make(self.tr("Export a model"), care.export(self.context.workspace, path, file))

    @Slot(object)
    def _import(self, file: Any) -> None:
        self.changes.make(self.tr("Import a model"), care.take_in(self.context.workspace, file))

    @Slot()
    def _ask_delete(self) -> None:
        model = self.chosen
        if model is None or self.changes.busy:
            return
        work = care.delete(self.context.workspace, model.path)
        dialog = DeleteDialog(self.context, model, self.window())
        dialog.accepted.connect(partial(self.changes.make, self.tr("Move a model to the trash"), work))
        dialog.open()

    @Slot()
    def _open_trash(self) -> None:
        dialog = TrashDialog(self.context, self.window())
        dialog.wanted.connect(self._restore)
        dialog.open()

    @Slot(str)
    def _restore(self, model: str) -> None:
        self.changes.make(self.tr("Bring a model back"), care.restore(self.context.workspace, model))

    @Slot()
    def _open_migration(self) -> None:
        strategies = [name for name, _held in self.tree.models.groups]
        MigrateDialog(self.context, self.changes, strategies, self.window()).open()

    @Slot(object, str, object)
    def _remark(self, model: Any, note: str, tags: Any) -> None:
        work = care.remark(self.context.workspace, model.path, note, tags, (model.note, model.tags))
        self.changes.make(self.tr("Write note and tags"), work)

    @Slot()
    def _open_folder(self) -> None:
        model = self.chosen
        if model is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(model.path)))

    @Slot()
    def _go_to_training(self) -> None:
        self.context.panelRequested.emit("trainingPanel")


def _state(models: tuple[ModelInfo, ...]) -> str:
    if not models:
        return "empty"
    return "ready" if any(model.complete for model in models) else "error"
