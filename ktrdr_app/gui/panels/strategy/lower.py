"""Below form and text: the problems with line and mend, and the features that the network gets, each with why."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from ktrdr_app.core.errors import Problem
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.widgets import GRID, button, label, row, set_tone

if TYPE_CHECKING:
    from ktrdr_app.workflows.strategy_draft import StrategyDraft
    from ktrdr_app.workflows.strategy_features import FeatureReason


class LowerTabs(QTabWidget):
    """Problems and features of the text at hand."""

    lineWanted = Signal(int)
    """1-based line of a problem that was chosen."""
    mendWanted = Signal(object)
    """Problem whose suggestion is to be taken."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("strategyPanel.lower")
        self.setDocumentMode(True)
        for widget in (self, self.tabBar()):
            accessibility.name(widget, self.tr("Problems or features"))
        self.verdict = label("", "heading")
        self.mend = button(self.tr("Write what was meant"), "strategyPanel.mendButton")
        self.mend.clicked.connect(self._mend)
        self.mend.hide()
        self.problems = self._make_problems()
        self.features = self._make_features()
        self.summary = label("", "muted", wrap=True)
        self.addTab(_page(row(self.verdict, 1, self.mend), self.problems), self.tr("Problems"))
        self.addTab(_page(row(self.summary), self.features), self.tr("Features"))

    def _make_problems(self) -> RecordTable:
        columns = [
            Column(self.tr("Line"), _line, lambda problem: problem.line, number=True),
            Column(self.tr("Field"), lambda problem: problem.path),
            Column(self.tr("Found"), lambda problem: problem.found),
            Column(self.tr("Expected"), self._expected),
        ]
        table = RecordTable(columns, "strategyPanel.problems", self.tr("Problems of the strategy"))
        table.fit(3)
        table.selectionModel().selectionChanged.connect(self._chosen)
        table.clicked.connect(self._chosen)
        return table

    def _make_features(self) -> RecordTable:
        columns = [
            Column(self.tr("Used"), self._used, lambda entry: not entry.used, token=_tone),
            Column(self.tr("Feature"), lambda entry: entry.name, token=_tone),
            Column(self.tr("Group"), lambda entry: entry.group, token=_tone),
            Column(self.tr("Made of"), lambda entry: entry.source, token=_tone),
            Column(self.tr("Why, or why not"), lambda entry: entry.reason, token=_tone),
        ]
        table = RecordTable(columns, "strategyPanel.features", self.tr("Features that the network gets"))
        table.fit(3)
        return table

    def _expected(self, problem: Problem) -> str:
        if not problem.suggestion:
            return problem.expected
        return self.tr("did you mean {0}? {1}").format(repr(problem.suggestion), problem.expected)

    def _used(self, entry: FeatureReason) -> str:
        return "✓" if entry.used else self.tr("✕ left out")

    def show_draft(self, draft: StrategyDraft) -> None:
        """Show what is wrong with a text, or what it feeds to the network.

        Parameters
        ----------
        draft : StrategyDraft
            The text as it was read.
        """
        count = len(draft.problems)
        self.problems.records.set_records(draft.problems)
        self.problems.setVisible(bool(count))
        words = self.tr("1 problem") if count == 1 else self.tr("{0} problems").format(count)
        self.verdict.setText(words if count else self.tr("✓ No problems: the strategy can be trained"))
        set_tone(self.verdict, "danger" if count else "success")
        self.setTabText(0, self.tr("Problems ({0})").format(count) if count else self.tr("Problems"))
        self._chosen()
        if draft.loaded is not None:
            self._show_features(draft)
        else:
            self.summary.setText(
                self.tr("These are of the last text without problems. Mend the problems to see them anew.")
            )

    def _show_features(self, draft: StrategyDraft) -> None:
        used = sum(entry.used for entry in draft.features)
        left = len(draft.features) - used
        self.features.records.set_records(draft.features)
        self.setTabText(1, self.tr("Features ({0})").format(used))
        words = self.tr("{0} features in the network's order; {1} more that the settings leave out stand below them.")
        self.summary.setText(words.format(numbers.integer(used), numbers.integer(left)))

    def forget(self) -> None:
        """Show nothing: another file is being read."""
        self.features.records.set_records(())
        self.problems.records.set_records(())
        self.setTabText(1, self.tr("Features"))

    @Slot()
    def _chosen(self, _changed: object = None, _before: object = None) -> None:
        problem: Problem | None = self.problems.selected
        self.mend.setVisible(problem is not None and bool(problem.suggestion))
        if problem is not None:
            self.mend.setText(self.tr("Write {0} instead").format(problem.suggestion))
            if problem.line:
                self.lineWanted.emit(problem.line)

    @Slot()
    def _mend(self) -> None:
        problem: Problem | None = self.problems.selected
        if problem is not None:
            self.mendWanted.emit(problem)


def _page(head: QHBoxLayout, table: RecordTable) -> QWidget:
    page = QWidget()
    box = QVBoxLayout(page)
    box.setContentsMargins(0, GRID // 2, 0, 0)
    box.setSpacing(GRID // 2)
    box.addLayout(head)
    box.addWidget(table, 1)
    box.addStretch(0)
    return page


def _line(problem: Problem) -> str:
    return str(problem.line or numbers.NONE)


def _tone(entry: FeatureReason) -> str:
    return "" if entry.used else "text_muted"
