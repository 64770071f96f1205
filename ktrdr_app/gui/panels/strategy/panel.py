"""Shows the strategy files: their text, and every problem with its line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QCoreApplication, Qt, Slot
from PySide6.QtGui import QFontDatabase, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPlainTextEdit, QVBoxLayout

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Problem, StrategyProblem
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.station import Station
from ktrdr_app.gui.panels.strategy.highlighter import YamlHighlighter
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.icons import icon
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.theme import themeChanged
from ktrdr_app.gui.ui.widgets import GRID, Card, button, label, set_tone

if TYPE_CHECKING:
    from ktrdr_app.workflows.requests import StrategyInfo


@dataclass(frozen=True)
class StrategyText:
    """A strategy file as it was read and judged.

    Attributes
    ----------
    name : str
        File stem.
    text : str
        The YAML.
    problems : tuple of Problem
        All that is wrong with it.
    """

    name: str
    text: str
    problems: tuple[Problem, ...]


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
        self.heading.addStretch(1)
        use = button(self.tr("Edit its fuzzy sets"), "strategyPanel.fuzzyButton", icon="fuzzy")
        use.clicked.connect(self._go_to_fuzzy)
        train = button(self.tr("Train with it"), "strategyPanel.trainButton", role="primary", icon="training")
        train.clicked.connect(self._go_to_training)
        self.heading.addWidget(use)
        self.heading.addWidget(train)
        self.list = QListWidget()
        self.list.setObjectName("strategyPanel.list")
        self.list.setFixedWidth(264)
        accessibility.name(self.list, self.tr("Strategies"))
        self.list.currentItemChanged.connect(self._choose)
        split = QHBoxLayout()
        split.setSpacing(GRID + GRID // 2)
        split.addWidget(self.list)
        split.addLayout(self._make_text(), 1)
        self.body.addLayout(split, 1)
        context.catalog.strategies.loaded.connect(self._show_list)
        context.catalog.strategies.failed.connect(self.show_error)
        context.strategySelected.connect(self._mark_current)
        themeChanged.connect(self._recolour)

    def _make_text(self) -> QVBoxLayout:
        self._description = label("", "", wrap=True)
        self._file = label("", "muted")
        head = Card()
        head.body.addWidget(self._description)
        head.body.addWidget(self._file)
        self.yaml = QPlainTextEdit()
        self.yaml.setObjectName("strategyPanel.yamlEdit")
        self.yaml.setReadOnly(True)
        self.yaml.document().setDocumentMargin(GRID)
        self.yaml.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.yaml.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.yaml.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        accessibility.name(self.yaml, self.tr("Strategy text (YAML)"))
        self._highlighter = YamlHighlighter(self.yaml.document())
        self._verdict = label("", "heading")
        columns = [
            Column(
                self.tr("Line"), lambda problem: str(problem.line or "–"), lambda problem: problem.line, number=True
            ),
            Column(self.tr("Field"), lambda problem: problem.path),
            Column(self.tr("Found"), lambda problem: problem.found),
            Column(self.tr("Expected"), _expected),
        ]
        self.problems = RecordTable(columns, "strategyPanel.problems", self.tr("Problems of the strategy"))
        self.problems.fit(3)
        self.problems.setFixedHeight(150)
        self.problems.selectionModel().selectionChanged.connect(self._go_to_line)
        box = QVBoxLayout()
        box.setSpacing(GRID)
        box.addWidget(head)
        box.addWidget(self.yaml, 1)
        box.addWidget(self._verdict)
        box.addWidget(self.problems)
        return box

    def refresh(self) -> None:
        """Read the strategy folder again."""
        self.notice.dismiss()
        self.context.catalog.strategies.refresh()

    def run_main_action(self) -> None:
        """Go on to training with the strategy shown."""
        self._go_to_training()

    @Slot(object)
    def _show_list(self, items: tuple[StrategyInfo, ...]) -> None:
        wanted = self.context.strategy or (items[0].name if items else "")
        self.list.blockSignals(True)
        self.list.clear()
        for info in items:
            item = QListWidgetItem(info.name)
            item.setData(Qt.ItemDataRole.UserRole, info)
            item.setToolTip(info.problem or info.description)
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, info.problem or self.tr("no problem"))
            self.list.addItem(item)
        self.list.blockSignals(False)
        self._recolour()
        for row in range(self.list.count()):
            if self.list.item(row).text() == wanted:
                self.list.setCurrentRow(row)
        faulty = any(info.problem for info in items)
        self.context.stateChanged.emit(self.object_name, "empty" if not items else "stale" if faulty else "ready")

    @Slot()
    def _choose(self) -> None:
        item = self.list.currentItem()
        if item is None:
            return
        info: StrategyInfo = item.data(Qt.ItemDataRole.UserRole)
        origin = self.tr("comes with the program") if info.shipped else self.tr("in this workspace")
        self._description.setText(info.description or self.tr("No description."))
        self._file.setText(f"{self.context.workspace.relative(info.path)}  ·  {origin}")
        self._read(info)
        if not info.problem:
            self.context.select_strategy(info.name)

    def _read(self, info: StrategyInfo) -> None:
        workspace = self.context.workspace

        def work(_progress: Progress, _cancel: CancelToken) -> StrategyText:
            text = info.path.read_text(encoding="utf-8", errors="replace")
            try:
                workflows.validate_strategy(workspace, info.name)
            except StrategyProblem as error:
                return StrategyText(info.name, text, error.problems)
            return StrategyText(info.name, text, ())

        self.start(self.tr("Read a strategy"), work, self._show_text, quiet=True)

    @Slot(object)
    def _show_text(self, read: StrategyText) -> None:
        item = self.list.currentItem()
        if item is None or item.text() != read.name:
            return
        self.yaml.setPlainText(read.text)
        self._highlighter.mark(frozenset(problem.line for problem in read.problems))
        self.problems.records.set_records(read.problems)
        self.problems.setVisible(bool(read.problems))
        count = len(read.problems)
        words = self.tr("1 problem") if count == 1 else self.tr("{0} problems").format(count)
        self._verdict.setText(words if count else self.tr("✓ No problems: the strategy can be trained"))
        set_tone(self._verdict, "danger" if count else "success")

    @Slot()
    def _go_to_line(self) -> None:
        problem: Problem | None = self.problems.selected
        if problem is None or not problem.line:
            return
        block = self.yaml.document().findBlockByNumber(problem.line - 1)
        cursor = QTextCursor(block)
        cursor.select(QTextCursor.SelectionType.LineUnderCursor)
        self.yaml.setTextCursor(cursor)
        self.yaml.centerCursor()

    @Slot(str)
    def _mark_current(self, name: str) -> None:
        for row in range(self.list.count()):
            if self.list.item(row).text() == name and self.list.currentRow() != row:
                self.list.setCurrentRow(row)

    @Slot()
    def _recolour(self, _theme: object = None) -> None:
        for row in range(self.list.count()):
            faulty = bool(self.list.item(row).data(Qt.ItemDataRole.UserRole).problem)
            self.list.item(row).setIcon(icon("danger", "danger") if faulty else icon("success", "success"))
        self._highlighter.rehighlight()

    @Slot()
    def _go_to_training(self) -> None:
        self.context.panelRequested.emit("trainingPanel")

    @Slot()
    def _go_to_fuzzy(self) -> None:
        self.context.panelRequested.emit("fuzzyPanel")


def _expected(problem: Problem) -> str:
    words = QCoreApplication.translate("StrategyPanel", "{0}; did you mean {1}?")
    return words.format(problem.expected, repr(problem.suggestion)) if problem.suggestion else problem.expected
