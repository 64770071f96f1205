"""The strategy station: a form made from the schema and the YAML beside it, two views of one text."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QSplitter

from ktrdr_app import workflows
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.station import Station
from ktrdr_app.gui.panels.strategy.care import StrategyCare
from ktrdr_app.gui.panels.strategy.drafting import Drafting
from ktrdr_app.gui.panels.strategy.drafts import StrategyDrafts
from ktrdr_app.gui.panels.strategy.form import StrategyForm
from ktrdr_app.gui.panels.strategy.history import History
from ktrdr_app.gui.panels.strategy.keeper import StrategyKeeper
from ktrdr_app.gui.panels.strategy.lower import LowerTabs
from ktrdr_app.gui.panels.strategy.wanted_change import WantedChange
from ktrdr_app.gui.panels.strategy.yaml_edit import YamlEdit
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.ui.icons import icon
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.theme import themeChanged
from ktrdr_app.gui.ui.widgets import button, label, row, set_tone

if TYPE_CHECKING:
    from ktrdr_app.workflows.requests import StrategyInfo
    from ktrdr_app.workflows.strategy_draft import StrategyDraft
    from ktrdr_app.workflows.strategy_fields import FormSection
    from ktrdr_app.workflows.strategy_files import DeletedStrategy, StrategyFile


class StrategyPanel(Station):
    """The second station: what is computed, learnt and decided.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    title: ClassVar[str] = "Strategy"
    object_name: ClassVar[str] = "strategyPanel"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._deleted: DeletedStrategy | None = None
        self._wanted = ""
        self.yaml = YamlEdit()
        self.form = StrategyForm()
        self.below = LowerTabs()
        self.problems = self.below.problems
        self.care = StrategyCare(context, self)
        self.keeper = StrategyKeeper(context, self.yaml, self)
        self.drafting = Drafting(self.yaml, context.tasks, self)
        self.history = History(self.yaml, self)
        self._preparing = Latest(context.tasks, self)
        self._make_heading()
        self._lay_out()
        self._connect()
        self._connect_files()
        self.change = WantedChange(context, self.keeper, self.drafting, self)
        self.drafts = StrategyDrafts(self.keeper, context)

    def _make_heading(self) -> None:
        self.strategy = CalmComboBox("strategyPanel.strategyCombo", self.tr("Strategy"))
        self.strategy.setMinimumContentsLength(22)
        self.new_button = button(self.tr("New"), "strategyPanel.newButton", icon="add")
        self.new_button.setMenu(self.care.new_menu)
        self.save_button = button(self.tr("Save"), "strategyPanel.saveButton", icon="save")
        self.save_button.setToolTip(self.tr("Write the text into this workspace (Ctrl+S)"))
        self.more_button = button(self.tr("More"), "strategyPanel.moreButton")
        self.more_button.setMenu(self.care.more_menu)
        fuzzy = button(self.tr("Edit its fuzzy sets"), "strategyPanel.fuzzyButton", icon="fuzzy")
        train = button(self.tr("Train with it"), "strategyPanel.trainButton", role="primary", icon="training")
        for widget in (self.strategy, self.new_button, *self.history.buttons(), self.save_button, self.more_button):
            self.heading.addWidget(widget)
        self.heading.addStretch(1)
        for made, go in ((fuzzy, self._go_to_fuzzy), (train, self._go_to_training)):
            made.clicked.connect(go)
            self.heading.addWidget(made)

    def _lay_out(self) -> None:
        self._file, self.dirty_mark = label("", "muted"), label("", "muted")
        self.dirty_mark.setObjectName("strategyPanel.dirtyMark")
        self.body.addLayout(row(self._file, self.dirty_mark, 1, spacing=24))
        upper = QSplitter(Qt.Orientation.Horizontal)
        upper.addWidget(self.form)
        upper.addWidget(self.yaml)
        upper.setSizes([640, 520])
        whole = QSplitter(Qt.Orientation.Vertical)
        whole.addWidget(upper)
        whole.addWidget(self.below)
        whole.setSizes([390, 170])
        whole.setStretchFactor(0, 1)
        for split in (upper, whole):
            split.setChildrenCollapsible(False)
        self.body.addWidget(whole, 1)

    def _connect(self) -> None:
        context = self.context
        context.catalog.strategies.loaded.connect(self._show_list)
        context.catalog.strategies.failed.connect(self.show_error)
        context.strategySelected.connect(self._follow_choice)
        self.strategy.currentIndexChanged.connect(self._chosen)
        self._preparing.arrived.connect(self._prepared)
        self._preparing.failed.connect(self.show_error)
        self.drafting.read.connect(self._show_draft)
        self.form.changeWanted.connect(self.drafting.change)
        self.form.drawWanted.connect(self._draw_sets)
        self.below.lineWanted.connect(self.yaml.go_to)
        self.problems.activated.connect(self._go_to_text)
        self.below.mendWanted.connect(self.drafting.change)
        themeChanged.connect(self._recolour)

    def _connect_files(self) -> None:
        self.save_button.clicked.connect(self.save)
        QShortcut(QKeySequence("Ctrl+S"), self, self.save, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.keeper.stateChanged.connect(self._follow_state)
        self.keeper.shown.connect(self._show_other)
        self.keeper.renewed.connect(self._say_renewed)
        self.keeper.changedElsewhere.connect(self._say_changed)
        self.keeper.saved.connect(self._say_saved)
        self.care.made.connect(self._show_made)
        self.care.deleted.connect(self._say_deleted)
        for part in (self.drafting, self.keeper, self.care):
            part.failed.connect(self.notice.show_error)
        self.notice.chosen.connect(self._act)

    def refresh(self) -> None:
        """Read the strategy folder again."""
        self.notice.dismiss()
        self.context.catalog.strategies.refresh()

    def run_main_action(self) -> None:
        """Go on to training with the strategy shown."""
        self._go_to_training()

    @Slot()
    def save(self) -> None:
        """Write the text, with what is typed in a field that has not been left yet."""
        self.form.commit()
        self.drafting.when_written(self.keeper.save)

    # which strategy

    @Slot(object)
    def _show_list(self, items: tuple[StrategyInfo, ...]) -> None:
        names = [info.name for info in items]
        shown = self.keeper.file.name if self.keeper.file is not None else ""
        wishes = (self._wanted, shown, self.context.strategy, *names)
        wanted = next((name for name in wishes if name in names), "")
        self.strategy.blockSignals(True)
        self.strategy.fill([(info.name, info.name) for info in items], wanted)
        self.strategy.blockSignals(False)
        self._recolour()
        faulty = any(info.problem for info in items)
        self.context.stateChanged.emit(self.object_name, "empty" if not items else "stale" if faulty else "ready")
        if not self.form.ready:
            self._preparing.ask(self.tr("Read the grammar"), lambda *_told: workflows.strategy_sections())
        else:
            self._chosen()

    @Slot(object)
    def _prepared(self, sections: tuple[FormSection, ...]) -> None:
        if not self.form.ready:
            self.form.set_sections(sections)
        self._chosen()

    @Slot()
    def _chosen(self, _place: int = 0) -> None:
        name = str(self.strategy.currentData() or "")
        if name and self.form.ready and not self.keeper.open(name):
            self._follow_state()

    @Slot(str)
    def _follow_choice(self, name: str) -> None:
        place = self.strategy.findData(name)
        if place >= 0 and place != self.strategy.currentIndex():
            self.strategy.setCurrentIndex(place)

    def _mark(self, name: str) -> None:
        self.strategy.blockSignals(True)
        self.strategy.setCurrentIndex(self.strategy.findData(name))
        self.strategy.blockSignals(False)

    @Slot(object)
    def _show_other(self, file: StrategyFile) -> None:
        self.notice.dismiss()
        self._wanted = ""
        self.drafting.forget()
        self.form.forget()
        self.below.forget()
        self._mark(file.name)
        self.drafting.where = self.keeper.place()
        self.drafting.look_now()

    def showEvent(self, event: QShowEvent) -> None:
        """Look whether the file is still what it was.

        Parameters
        ----------
        event : QShowEvent
            The station comes into view.
        """
        super().showEvent(event)
        self.window().installEventFilter(self)
        self.keeper.look()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look at the file when the window comes to the front, and keep it open while there is something unsaved.

        Parameters
        ----------
        watched : QObject
            The window.
        event : QEvent
            What happened to it; closing is put off until the question about unsaved text is answered.
        """
        if watched is not self.window():
            return False
        if event.type() == QEvent.Type.Close and not self.keeper.may_close():
            event.ignore()
            self.context.panelRequested.emit(self.object_name)
            return True
        if event.type() == QEvent.Type.WindowActivate and self.isVisible():
            self.keeper.look()
        return False

    # what is shown

    @Slot()
    def _follow_state(self) -> None:
        file, dirty = self.keeper.file, self.keeper.dirty
        self.care.follow(file, self.yaml.text, dirty)
        self.save_button.setEnabled(self.keeper.may_save)
        self.dirty_mark.setText(self.tr("●  unsaved changes") if dirty else "")
        set_tone(self.dirty_mark, "warning" if dirty else "")
        if file is None:
            self._file.setText("")
            return
        origin = self.tr("comes with the program") if file.shipped else self.tr("in this workspace")
        self._file.setText(f"{file.path.name if file.shipped else self.keeper.place()}  ·  {origin}")
        if self.keeper.question is not None:
            self._mark(file.name)

    @Slot(object)
    def _show_draft(self, draft: StrategyDraft) -> None:
        self.yaml.set_problems(draft.problems)
        self.below.show_draft(draft)
        self.form.show_draft(draft)
        self.care.called = str((draft.content or {}).get("name", ""))
        file = self.keeper.file
        if file is None or draft.loaded is None or self.keeper.dirty:
            return
        # a late answer does not undo what was chosen at another station
        if self.isVisible() or not self.context.strategy:
            self.context.select_strategy(file.name)

    @Slot()
    def _say_renewed(self) -> None:
        self.notice.show_text("info", self.tr("The file has changed on disk; its new text is shown."))

    @Slot(str)
    def _say_changed(self, place: str) -> None:
        words = self.tr("Somebody has changed {0} on disk since you opened it.").format(place)
        self.notice.show_text("warning", words, self.tr("Your changes are still here, and in no file yet."))
        self.notice.offer(self.tr("Load the file's text"))
        self._deleted = None

    @Slot(object, bool)
    def _say_saved(self, _file: StrategyFile, copied: bool) -> None:
        words = self.tr("Saved as {0}").format(self.keeper.place())
        if copied:
            words = self.tr("Saved a copy as {0}; the program's own file stays as it is").format(self.keeper.place())
        self.notice.dismiss()
        self.context.notify("success", words)
        self.drafting.where = self.keeper.place()
        self.drafting.look()
        self.context.catalog.strategies.refresh()

    @Slot(object, bool)
    def _show_made(self, file: StrategyFile, adopted: bool) -> None:
        if adopted:
            self.keeper.show_file(file)
        self.context.notify("success", self.tr("{0} is in this workspace").format(file.name))
        self._wanted = file.name
        self.context.catalog.strategies.refresh()

    @Slot(object)
    def _say_deleted(self, deleted: DeletedStrategy) -> None:
        self.keeper.close_file()
        self.context.catalog.strategies.refresh()
        self._deleted = deleted
        self.notice.show_text("info", self.tr("{0} is in the trash.").format(deleted.name))
        self.notice.offer(self.tr("Bring it back"))

    @Slot()
    def _act(self) -> None:
        deleted, self._deleted = self._deleted, None
        self.notice.dismiss()
        if deleted is not None:
            self.care.restore(deleted)
        else:
            self.keeper.load_newest()

    @Slot()
    def _recolour(self, _theme: object = None) -> None:
        faulty = {info.name: info.problem for info in self.context.catalog.strategies.items}
        for place in range(self.strategy.count()):
            name = "danger" if faulty.get(self.strategy.itemData(place)) else "success"
            self.strategy.setItemIcon(place, icon(name, name))
        self.yaml.highlighter.rehighlight()
        self.form.recolour()

    @Slot()
    def _go_to_text(self, _place: object = None) -> None:
        self.yaml.setFocus()

    @Slot()
    def _go_to_training(self) -> None:
        self.context.panelRequested.emit("trainingPanel")

    @Slot()
    def _go_to_fuzzy(self) -> None:
        self.context.panelRequested.emit("fuzzyPanel")

    @Slot(str)
    def _draw_sets(self, name: str) -> None:
        self.context.select_strategy(str(self.strategy.currentData() or ""))
        self.context.fuzzyInputRequested.emit(name)
        self._go_to_fuzzy()
