"""The page before a run: the split on its axis, the class balance, and the rows that each combination costs."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from ktrdr_app.gui.panels.training.balance_plot import BalancePlot, threshold_words
from ktrdr_app.gui.panels.training.form import WEIGHTED
from ktrdr_app.gui.panels.training.planner import Planner
from ktrdr_app.gui.panels.training.split_axis import SplitAxis
from ktrdr_app.gui.panels.training.words import say
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.widgets import GRID, EmptyState, button, label, row
from ktrdr_app.workflows.plan_records import CombinationPlan, TrainingPlan


class PlanPage(QWidget):
    """What a training would take, kept up with the form.

    Parameters
    ----------
    planner : Planner
        Whose plan is shown.
    """

    combinationWanted = Signal(str)  # noqa: N815 - Qt signals are named as Qt names them
    """A row of the table was chosen."""
    thresholdWanted = Signal(float)  # noqa: N815
    """The suggested threshold is to be used."""

    def __init__(self, planner: Planner) -> None:
        super().__init__()
        self._planner = planner
        self.split = SplitAxis()
        self.balance = BalancePlot()
        self.split_words = label("", "muted", wrap=True)
        self.balance_words = label("", "muted", wrap=True)
        self.use = button(self.tr("Use the better threshold"), "trainingPanel.useThresholdButton")
        self.use.clicked.connect(self._use)
        self.combinations = self._make_table()
        self._pages = QStackedWidget()
        self._pages.addWidget(
            EmptyState(
                "training",
                self.tr("Nothing to plan yet"),
                self.tr(
                    "Tick symbols at the left. Before anything is trained, this page shows which rows are learnt from, "
                    "which are kept for judging, and how often each class occurs."
                ),
            )
        )
        self._pages.addWidget(self._make_plan())
        box = QVBoxLayout(self)
        box.setContentsMargins(0, GRID, 0, 0)
        box.addWidget(self._pages)
        planner.changed.connect(self._follow)
        self._follow()

    def _make_table(self) -> RecordTable:
        columns = [
            Column(self.tr("Combination"), self._name),
            Column(self.tr("Training rows"), _kept, lambda entry: entry.total, number=True),
            Column(self.tr("Left out"), _lost, lambda entry: sum(entry.lost.values()), number=True),
            Column(self.tr("By symbol"), _by_symbol),
            Column(self.tr("Why"), lambda entry: _why(entry, self._is_chosen(entry))),
        ]
        table = RecordTable(columns, "trainingPanel.combinationTable", self.tr("Rows that each combination takes"))
        table.setToolTip(self.tr("Enter or a double click chooses a combination"))
        table.activated.connect(self._choose)
        table.fit(4)
        return table

    def _make_plan(self) -> QScrollArea:
        inside = QWidget()
        box = QVBoxLayout(inside)
        box.setContentsMargins(0, 0, GRID, 0)
        box.setSpacing(GRID)
        for part in (
            label(self.tr("Split"), "heading"),
            self.split,
            self.split_words,
            label(self.tr("Class balance"), "heading"),
            self.balance,
        ):
            box.addWidget(part)
        line = row(self.balance_words, self.use)
        line.setStretch(0, 1)
        box.addLayout(line)
        box.addWidget(label(self.tr("Rows by combination"), "heading"))
        box.addWidget(self.combinations)
        box.addStretch(1)
        area = QScrollArea()
        area.setObjectName("trainingPanel.planArea")
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        accessibility.name(area, self.tr("Plan of the training"))
        area.setWidget(inside)
        return area

    @Slot()
    def _follow(self) -> None:
        plan = self._planner.plan
        self._pages.setCurrentIndex(0 if plan is None else 1)
        self._pages.setEnabled(not self._planner.busy or plan is None)
        self.split.show_plan(plan)
        self.balance.show_plan(plan)
        self.combinations.records.set_records(plan.combinations if plan else ())
        self.combinations.setFixedHeight(
            self.combinations.horizontalHeader().height()
            + self.combinations.verticalHeader().defaultSectionSize() * max(1, len(plan.combinations if plan else ()))
            + 4
        )
        self.split_words.setText("" if plan is None else split_words(plan))
        self.balance_words.setText("" if plan is None else balance_words(plan))
        suggestion = plan.suggestion if plan else None
        self.use.setVisible(suggestion is not None)
        if suggestion is not None:
            self.use.setText(self.tr("Use {0}").format(threshold_words(suggestion.threshold, suggestion.unit)))
            self.use.setToolTip(self.tr("Puts the threshold into the strategy's text; you save it there"))

    @Slot()
    def _use(self) -> None:
        plan = self._planner.plan
        if plan is not None and plan.suggestion is not None:
            self.thresholdWanted.emit(plan.suggestion.threshold)

    @Slot()
    def _choose(self, _index: object = None) -> None:
        chosen = self.combinations.selected
        if chosen is not None and (chosen.problem is None or chosen.name == WEIGHTED):  # its weights are given then
            self.combinationWanted.emit(chosen.name)

    def _is_chosen(self, entry: CombinationPlan) -> bool:
        plan = self._planner.plan
        return plan is not None and entry.name == plan.combination

    def _name(self, entry: CombinationPlan) -> str:
        return f"● {entry.name}" if self._is_chosen(entry) else entry.name


def split_words(plan: TrainingPlan) -> str:
    """Return the split in a sentence.

    Parameters
    ----------
    plan : TrainingPlan
        The plan.
    """
    if plan.split is None:
        return plan.problem.message if plan.problem is not None else say("No symbol has rows that can be used.")
    split, rows = plan.split, plan.split["rows"]
    words = say(
        "{0} rows to learn from until {1}, {2} to stop and calibrate by until {3}, {4} to test on. "
        "{5} are purged at the cuts, as their labels reach over them."
    )
    return words.format(
        numbers.integer(rows["train"]),
        numbers.moment(split["train_end"], time=False),
        numbers.integer(rows["validation"]),
        numbers.moment(split["validation_end"], time=False),
        numbers.integer(rows["test"]),
        numbers.integer(split["purged_rows"]),
    )


def balance_words(plan: TrainingPlan) -> str:
    """Return what the labels are, and what a better threshold would give.

    Parameters
    ----------
    plan : TrainingPlan
        The plan.
    """
    said = [say("Labels at a threshold of {0}.").format(threshold_words(plan.threshold, plan.threshold_unit))]
    if plan.suggestion is not None:
        shares = ", ".join(f"{name} {numbers.percent(share, 0)}" for name, share in plan.suggestion.balance.items())
        better = threshold_words(plan.suggestion.threshold, plan.suggestion.unit)
        said.append(say("A class is nearly absent; {0} would give {1} on all symbols together.").format(better, shares))
    return " ".join((*said, *plan.notes))


def _kept(entry: CombinationPlan) -> str:
    return numbers.integer(entry.total) if entry.problem is None else numbers.NONE


def _lost(entry: CombinationPlan) -> str:
    return numbers.integer(sum(entry.lost.values())) if entry.problem is None else numbers.NONE


def _by_symbol(entry: CombinationPlan) -> str:
    lines = [f"{symbol} {numbers.integer(rows)}" for symbol, rows in entry.kept.items()]
    weights = [f" (× {numbers.significant(entry.weights[symbol])})" if entry.weights else "" for symbol in entry.kept]
    return "  ".join(line + weight for line, weight in zip(lines, weights, strict=True))


def _why(entry: CombinationPlan, chosen: bool) -> str:
    if entry.problem is None:
        return entry.reason
    if entry.name == WEIGHTED and not chosen:
        return say("choose it to give each symbol a weight")
    return f"{entry.problem.message}: {entry.problem.hint}"
