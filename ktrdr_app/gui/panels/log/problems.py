"""Lists every known problem of the workspace, over all stations, each with a way there."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.problem_book import WEIGHTS, KnownProblem
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.actions import STATIONS, translated
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.widgets import GRID, button, column, label

_SIGNS = {"danger": "✖", "warning": "▲"}
_TITLES = {key: title for key, title, _icon in STATIONS}


class ProblemList(QWidget):
    """The problems; Enter, a double click or *Go there* leads to the station of one.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self.setObjectName("problemList")
        columns: list[Column] = [
            Column(
                self.tr("Weight"),
                lambda problem: _SIGNS[problem.weight],
                lambda problem: WEIGHTS.index(problem.weight),
                token=lambda problem: problem.weight,
                tip=lambda problem: problem.weight,
            ),
            Column(self.tr("Station"), lambda problem: translated(_TITLES[problem.panel])),
            Column(self.tr("About"), lambda problem: problem.subject),
            Column(self.tr("Problem"), lambda problem: problem.text),
        ]
        self.table = RecordTable(columns, "problemList.table", self.tr("Problems"))
        self.table.fit(3)
        self.table.setMinimumHeight(48)
        self.none = label(self.tr("✓ No known problems in data, strategies, fuzzy sets or models."), "muted")
        self.go = button(self.tr("Go there"), "problemList.goButton")
        accessibility.name(self.go, self.tr("Go to the problem"), self.tr("Shows the station where it can be mended"))
        beside = column(self.go, 1)
        box = QHBoxLayout(self)
        box.setContentsMargins(GRID, GRID // 2, GRID, GRID)
        box.setSpacing(GRID)
        box.addWidget(self.none, 1, Qt.AlignmentFlag.AlignTop)
        box.addWidget(self.table, 1)
        box.addLayout(beside)
        self.go.clicked.connect(self.go_there)
        self.table.doubleClicked.connect(self._double_clicked)
        context.problems.changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        problems = self.context.problems.problems
        self.table.records.set_records(problems)
        self.table.setVisible(bool(problems))
        self.none.setVisible(not problems)
        self.go.setVisible(bool(problems))
        if problems and self.table.selected is None:
            self.table.selectRow(0)

    @Slot()
    def go_there(self) -> None:
        """Show the station of the chosen problem, and select what the problem is about."""
        problem: KnownProblem | None = self.table.selected
        if problem is None:
            return
        self.context.panelRequested.emit(problem.panel)
        if problem.show is not None:
            problem.show()

    @Slot(QModelIndex)
    def _double_clicked(self, _index: QModelIndex) -> None:
        self.go_there()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter go to the chosen problem.

        Parameters
        ----------
        event : QKeyEvent
            The key.
        """
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.go_there()
        else:
            super().keyPressEvent(event)
