"""Station 3: choose an input, see its sets over real values, move them, undo, save."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.documents.fuzzy_drafts import FuzzyDrafts
from ktrdr_app.gui.panels.fuzzy.choices import FuzzyChoices
from ktrdr_app.gui.panels.fuzzy.comparing import Comparison
from ktrdr_app.gui.panels.fuzzy.consequence import ConsequencePane
from ktrdr_app.gui.panels.fuzzy.edit_bar import EditBar
from ktrdr_app.gui.panels.fuzzy.editing import SetEditing
from ktrdr_app.gui.panels.fuzzy.examination import Examination
from ktrdr_app.gui.panels.fuzzy.history import History
from ktrdr_app.gui.panels.fuzzy.plot import FuzzyPlot
from ktrdr_app.gui.panels.fuzzy.set_table import SetTable
from ktrdr_app.gui.panels.fuzzy.shelf import Shelf
from ktrdr_app.gui.panels.station import Station
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui.panel_actions import tool_button
from ktrdr_app.gui.ui.widgets import GRID, button, row
from ktrdr_app.strategy.schema import FuzzySet
from ktrdr_app.workflows.requests import FuzzyView, FuzzyViewRequest

if TYPE_CHECKING:
    from ktrdr_app.workflows.model_sets import ModelSets

Written = dict[str, dict[str, FuzzySet]]


class FuzzyPanel(Station):
    """The third station: the fuzzy sets.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    examined = Signal(object)
    """list of SetProblem, whenever the sets at hand were checked."""

    title: ClassVar[str] = "Fuzzy sets"
    object_name: ClassVar[str] = "fuzzyPanel"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._shelf = Shelf(self)
        self._documents = self._shelf.documents
        self.document: FuzzyDocument | None = None
        self._values: dict[str, Any] = {}
        self._loading: Task | None = None
        self._wanted: tuple[str, str, tuple[str, ...], str] | None = None
        self._wish = ("", "")  # strategy and input that another station wants to be shown
        self.choices = FuzzyChoices(context, self)
        self._make_bar()
        self._make_editor()
        self._connect()
        self._follow_document()

    def _make_bar(self) -> None:
        self.history = History(self)
        self.undo_action, self.redo_action = self.history.undo_action, self.history.redo_action
        self.save_button = button(self.tr("Save"), "fuzzyPanel.saveButton", role="primary", icon="save")
        self.save_button.setToolTip(self.tr("Write the sets into this workspace's strategy (Ctrl+S)"))
        save = QAction(self.tr("Save"), self)
        save.setShortcut(QKeySequence.StandardKey.Save)
        save.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        save.triggered.connect(self.save)
        self.addAction(save)
        self.heading.addStretch(1)
        self.heading.addLayout(row(tool_button(self.undo_action), tool_button(self.redo_action), self.save_button))
        self.body.addLayout(self.choices.line())

    def _make_editor(self) -> None:
        self.plot = FuzzyPlot()
        self.plot.setObjectName("fuzzyPanel.plot")
        self.plot.setMinimumHeight(26 * GRID)
        self.table = SetTable("fuzzyPanel.setTable")
        self.examination = Examination(self.table, self)
        self.problems = self.examination.problems
        self.editing = SetEditing(self, self.plot, self.table)
        self.bar = EditBar(self.plot, self)
        self.comparison = Comparison(self.plot, self)
        self.body.addLayout(self.bar.line(self.editing.presets, self.comparison.combo, self.comparison.reset_button))
        self.body.addWidget(self.comparison.banner)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.plot)
        self.splitter.addWidget(self._table_with_tools())
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 0)
        self.splitter.setSizes([520, 160])
        self.consequence = ConsequencePane(self.context, self.choices)
        self.heading.addWidget(self.consequence.toggle)
        self.body.addWidget(self.consequence.beside(self.splitter), 1)

    def _table_with_tools(self) -> QWidget:
        held = QWidget()
        box = QVBoxLayout(held)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID // 2)
        line = row(*self.editing.tools, spacing=GRID // 2)
        line.addSpacing(GRID)
        line.addWidget(self.problems, 1)
        box.addLayout(line)
        box.addWidget(self.table, 1)
        return held

    def _connect(self) -> None:
        self._shelf.made.connect(self._made)
        self._shelf.ready.connect(self._opened)
        self.choices.strategyChosen.connect(self._shelf.ask)
        self.choices.inputChosen.connect(self._input_chosen)
        self.choices.seriesChosen.connect(self._load_values)
        self.context.dataChanged.connect(self._data_changed)
        self.context.strategySaved.connect(self._strategy_saved)
        self.context.fuzzyInputRequested.connect(self._show_input)
        self.plot.selected.connect(self.table.choose)
        self.table.chosen.connect(self.plot.select)
        self.table.sets.rejected.connect(self.examination.refuse)
        self.examination.examined.connect(self.examined)
        self.save_button.clicked.connect(self.save)
        self.editing.failed.connect(self.examination.refuse)
        self.context.catalog.models.loaded.connect(self._load_models)

    def refresh(self) -> None:
        """Read strategies and data again."""
        self.notice.dismiss()
        self.context.catalog.refresh()
        for name in tuple(self._documents):
            self._strategy_saved(name)

    @Slot()
    def run_main_action(self) -> None:
        """Save the sets."""
        self.save()

    # what is chosen

    @Slot(str)
    def _strategy_saved(self, name: str) -> None:
        """Read a strategy anew that another station may have written, unless its sets are being edited here."""
        self._shelf.look_again(name, self.document)

    @Slot(object)
    def _made(self, document: FuzzyDocument) -> None:
        document.setChanged.connect(self._on_set)
        document.setsChanged.connect(self._on_list)
        document.currentChanged.connect(self._on_current)
        document.dirtyChanged.connect(self._follow_document)
        document.undo_stack.indexChanged.connect(self._follow_document)
        FuzzyDrafts(document, self.context)

    @Slot(object)
    def _opened(self, document: FuzzyDocument) -> None:
        if self.choices.chosen_strategy == document.strategy:
            self._open(document)

    def _open(self, document: FuzzyDocument) -> None:
        self.document = document
        self.plot.set_document(document)
        self.table.sets.set_document(document)
        self.editing.document = self.examination.document = self.history.document = document
        self.comparison.set_document(document)
        self._load_models()
        self.consequence.set_document(document)
        self.choices.offer_inputs(document.inputs, document.current)
        self._follow_document()
        self._on_current(document.current)
        self._grant_wish()

    @Slot(str)
    def _show_input(self, name: str) -> None:
        """Turn to an input of the strategy at hand, whose sets may still have to be read."""
        self._wish = (self.context.strategy, name)
        self._grant_wish()

    def _grant_wish(self) -> None:
        document, (strategy, name) = self.document, self._wish
        if document is None or document.strategy != strategy:
            return
        if name in document.inputs:
            self._wish = ("", "")
            document.show(name)
        else:  # it stays wished for: saving brings it
            words = self.tr("{0} is not among the saved inputs of {1} yet.").format(name, strategy)
            self.notice.show_text("info", words, self.tr("Save the strategy at its station first."))

    @Slot(str)
    def _input_chosen(self, name: str) -> None:
        if self.document is not None:
            self.document.show(name)

    @Slot(str)
    def _on_current(self, name: str) -> None:
        """Follow the document, which an undo step may have turned to another input."""
        if self.document is not None:
            self.choices.offer_inputs(self.document.inputs, name)
        self.table.choose(next(iter(self.table.sets.keys), ""))
        self.notice.dismiss()
        self._values = {}
        self._load_values()

    # the values under the sets

    @Slot()
    def _load_values(self) -> None:
        document = self.document
        if document is None:
            return
        wanted = (document.strategy, document.current, *self.choices.series)
        if not wanted[2]:
            self._wanted = wanted
            self._show_values({})
            return
        if wanted == self._wanted and self._values:
            return
        self._wanted = wanted
        if self._loading is not None:
            self._loading.cancel()
        request = FuzzyViewRequest(self.context.workspace, *wanted)

        def work(progress: Progress, cancel: CancelToken) -> tuple[object, FuzzyView]:
            return wanted, workflows.load_fuzzy_view(request, progress, cancel)

        self._loading = self.start(
            self.tr("Values of {0}").format(document.current), work, self._values_loaded, quiet=True
        )

    @Slot()
    def _data_changed(self) -> None:
        self._wanted = None  # the same symbols may hold other bars now
        self._load_values()

    @Slot(object)
    def _values_loaded(self, loaded: tuple[object, FuzzyView]) -> None:
        wanted, view = loaded
        if wanted == self._wanted:
            self._show_values(view.values)

    def _show_values(self, values: dict[str, Any]) -> None:
        self._values = values
        self.plot.set_values(values)
        self.bar.set_values(values)
        self.editing.set_values(values)
        self.consequence.set_values(values)
        self.table.numbers.step = self.plot.step
        self.examination.set_values(values)
        self.context.stateChanged.emit(self.object_name, "stale" if self._dirty else "ready")

    # what was changed

    @property
    def _dirty(self) -> bool:
        return self.document is not None and self.document.dirty

    @Slot(str, str)
    def _on_set(self, _name: str, _key: str) -> None:
        self.examination.follow()

    @Slot(str)
    def _on_list(self, _name: str) -> None:
        self.examination.follow()
        self.table.choose(self.plot.layer.selected)

    # the models of the strategy

    @Slot()
    def _load_models(self, _listed: object = None) -> None:
        if self.document is None:
            return
        workspace, name = self.context.workspace, self.document.strategy

        def work(progress: Progress, cancel: CancelToken) -> tuple[str, list[ModelSets]]:
            return name, workflows.list_model_sets(workspace, name, progress, cancel)

        self.start(self.tr("Sets of the models of {0}").format(name), work, self._models_loaded, quiet=True)

    @Slot(object)
    def _models_loaded(self, loaded: tuple[str, list[ModelSets]]) -> None:
        name, models = loaded
        if self.document is not None and name == self.document.strategy:
            self.comparison.set_models(models)

    @Slot()
    def _follow_document(self, _changed: object = None) -> None:
        document = self.document
        self.history.follow()
        self.save_button.setEnabled(self._dirty)
        unsaved = [f"{held.strategy}/{name}" for held in self._documents.values() for name in held.unsaved()]
        self.context.unsaved.tell(self.object_name, tuple(unsaved))
        if document is not None:
            self.context.stateChanged.emit(self.object_name, "stale" if self._dirty else "ready")

    @Slot()
    def save(self) -> None:
        """Write every changed input into the workspace's copy of the strategy."""
        document = self.document
        if document is None or not document.dirty:
            return
        workspace, name, unsaved = self.context.workspace, document.strategy, document.unsaved()
        saved = {fuzzy_input: document.saved_sets(fuzzy_input) for fuzzy_input in unsaved}

        def work(_progress: Progress, _cancel: CancelToken) -> tuple[str, Written, str]:
            path = workspace.relative(workflows.save_edited_sets(workspace, name, unsaved, saved))
            return name, unsaved, path

        self.save_button.setEnabled(False)
        task = self.start(self.tr("Save {0}").format(name), work, self._saved, quiet=True)
        task.finished.connect(self._follow_document)

    @Slot(object)
    def _saved(self, saved: tuple[str, Written, str]) -> None:
        name, written, path = saved
        self._documents[name].mark_saved(written)
        self.context.unsaved.written()
        self.comparison.saved_changed()
        self.context.notify("success", self.tr("Saved the sets of {0}").format(", ".join(written)), path)
        self.context.catalog.strategies.refresh()
