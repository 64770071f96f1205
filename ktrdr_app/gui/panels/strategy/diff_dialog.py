"""A strategy beside the one that a model was trained with: the settings that differ, and both texts in rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QDialog, QHeaderView, QTabWidget, QVBoxLayout, QWidget

from ktrdr_app import workflows
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.notices import error_text
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.widgets import GRID, button, label, row, set_tone

if TYPE_CHECKING:
    from ktrdr_app.model_store.registry import ModelInfo
    from ktrdr_app.workflows.strategy_diff import StrategyComparison

_TOKENS = {"≠": "warning", "−": "danger", "+": "success"}


class DiffDialog(QDialog):
    """Compares a text with a model's strategy.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    models : sequence of ModelInfo
        Models trained with this strategy.
    text, where : str
        The YAML, and what messages call it.
    parent : QWidget
        Window it belongs to.
    """

    def __init__(
        self, context: AppContext, models: Sequence[ModelInfo], text: str, where: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("strategyPanel.diffDialog")
        self.setWindowTitle(self.tr("Compare with a model"))
        self.resize(960, 600)
        self._workspace, self._text, self._where = context.workspace, text, where
        self.model = CalmComboBox("strategyPanel.diffModel", self.tr("Model trained with this strategy"))
        self.model.setMinimumContentsLength(34)
        entries: list[tuple[str, object]] = [
            (f"{model.label}  ·  {numbers.moment(model.created_at, time=False)}", str(model.path)) for model in models
        ]
        newest = max(models, key=lambda model: (model.created_at, model.version))
        self.model.fill(entries, str(newest.path))
        self.model.currentIndexChanged.connect(self._ask)
        self.verdict = label("", "heading", wrap=True)
        self.note = label("", "muted", wrap=True)
        self.settings = self._make_settings()
        self.rows = self._make_rows()
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.addTab(self.settings, self.tr("Settings that differ"))
        tabs.addTab(self.rows, self.tr("Both texts"))
        for widget in (tabs, tabs.tabBar()):
            accessibility.name(widget, self.tr("Settings or texts"))
        self.tabs = tabs
        close = button(self.tr("Close"), "strategyPanel.diffDialog.close")
        close.clicked.connect(self.reject)
        box = QVBoxLayout(self)
        box.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        box.setSpacing(GRID + GRID // 2)
        box.addWidget(label(self.tr("What has changed since a model was trained"), "title"))
        box.addLayout(row(label(self.tr("Model"), "muted"), self.model, 1))
        for words in (self.verdict, self.note):
            box.addWidget(words)
        box.addWidget(tabs, 1)
        box.addLayout(row(1, close))
        self._comparing = Latest(context.tasks, self)
        self._comparing.arrived.connect(self._show)
        self._comparing.failed.connect(self._refuse)
        self._ask()

    def _make_settings(self) -> RecordTable:
        columns = [
            Column(self.tr("Setting"), lambda entry: entry.name),
            Column(self.tr("In the model"), lambda entry: entry.words[0]),
            Column("", _mark, token=lambda entry: _TOKENS[_mark(entry)]),
            Column(self.tr("In the text now"), lambda entry: entry.words[1]),
        ]
        table = RecordTable(columns, "strategyPanel.diffSettings", self.tr("Settings that differ"))
        table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        return table

    def _make_rows(self) -> RecordTable:
        columns = [
            Column(self.tr("The model's strategy, every default said"), lambda line: line.before, token=_colour),
            Column("", lambda line: line.mark, token=_colour),
            Column(self.tr("This text, every default said"), lambda line: line.now, token=_colour),
        ]
        table = RecordTable(columns, "strategyPanel.diffRows", self.tr("Both texts beside each other"))
        table.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        table.setSortingEnabled(False)
        table.verticalHeader().setDefaultSectionSize(24)
        table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        return table

    @Slot()
    def _ask(self, _changed: object = None) -> None:
        path = self.model.currentData()
        if path is None:
            return
        compare = partial(workflows.compare_strategy, self._workspace, self._text, self._where, path)
        self._say(self.tr("Comparing…"), "")
        self._comparing.ask(self.tr("Compare a strategy with a model"), lambda *_told: compare())

    @Slot(object)
    def _show(self, found: StrategyComparison) -> None:
        self.settings.records.set_records(found.differences)
        self.rows.records.set_records(found.rows)
        count = len(found.differences)
        if count:
            words = self.tr("1 setting differs") if count == 1 else self.tr("{0} settings differ").format(count)
            self._say(self.tr("{0}, {1} are alike.").format(words, found.equal), "warning")
        else:
            self._say(self.tr("✓ Nothing differs: the model was trained with just these settings."), "success")
        self.note.setText(found.note or self.tr("The model keeps its own settings, whatever is changed here."))

    @Slot(object)
    def _refuse(self, error: Any) -> None:
        self.settings.records.set_records(())
        self.rows.records.set_records(())
        self.note.setText("")
        self._say(" ".join(error_text(error)), "danger")

    def _say(self, words: str, tone: str) -> None:
        self.verdict.setText(words)
        set_tone(self.verdict, tone)

    def done(self, result: int) -> None:
        """Compare nothing any more once it is closed.

        Parameters
        ----------
        result : int
            Qt's answer.
        """
        self._comparing.stop()
        super().done(result)


def _mark(entry: Any) -> str:
    if entry.first is None:
        return "+"
    return "−" if entry.second is None else "≠"


def _colour(line: Any) -> str:
    return _TOKENS.get(line.mark, "")
