"""Some trainings beside each other: their curves in one plot, and below it only what differs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QCheckBox, QDialog, QHeaderView, QVBoxLayout, QWidget

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.charts.curves import CurvePlot, CurveSpec
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.results.words import say
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.tasks.task import TaskError
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.notices import error_text
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.widgets import GRID, button, label, row, set_tone, splitter
from ktrdr_app.workflows.training_compare import ComparedLine, TrainingComparison
from ktrdr_app.workflows.training_runs import FINISHED, TrainingCurves, TrainingRun
from ktrdr_app.workflows.wording import typographic

_DASHES = ("solid", "dash", "dot")


class CompareView(QDialog):
    """The overlay and the differences; interrupted trainings have curves only.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    runs : sequence of TrainingRun
        Two or more.
    parent : QWidget
        Window it belongs to.
    """

    def __init__(self, context: AppContext, runs: Sequence[TrainingRun], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("trainingPanel.compareTrainings")
        self._runs, self._workspace = tuple(runs), context.workspace
        self._curves: tuple[TrainingCurves, ...] = ()
        self._found: TrainingComparison | None = None
        title = say("Compare {0} trainings").format(len(runs))
        self.setWindowTitle(title)
        self.resize(1000, 640)
        self.kind = self._make_kind()
        self.plot = self._make_plot()
        self.only = QCheckBox(say("Only what differs"))
        self.only.setObjectName("trainingPanel.compareOnly")
        self.only.setChecked(True)
        self.words = label(say("Comparing…"), "muted", wrap=True)
        self.table = self._make_table()
        self.close_button = button(say("Close"), "trainingPanel.compareClose")
        self._lay_out(title)
        self.close_button.clicked.connect(self.reject)
        self.kind.currentIndexChanged.connect(self._draw)
        self.only.toggled.connect(self._fill)
        self._drawing, self._comparing = Latest(context.tasks, self), Latest(context.tasks, self)
        self._drawing.arrived.connect(self._take_curves)
        self._comparing.arrived.connect(self._take_comparison)
        for asking in (self._drawing, self._comparing):
            asking.failed.connect(self._refuse)
        self._ask()

    def _make_kind(self) -> CalmComboBox:
        made = CalmComboBox("trainingPanel.compareKind", say("What the curves show"))
        made.setMinimumContentsLength(24)
        kinds: list[tuple[str, object]] = [
            (say("Loss on validation rows"), "val_loss"),
            (say("Loss on training rows"), "train_loss"),
            (say("Accuracy on validation rows"), "val_accuracy"),
            (say("Accuracy on training rows"), "train_accuracy"),
        ]
        made.fill(kinds, "val_loss")
        return made

    def _make_plot(self) -> CurvePlot:
        specs = [
            CurveSpec(run.key, run.label, f"series_{place % 8 + 1}", _DASHES[place % len(_DASHES)])
            for place, run in enumerate(self._runs)
        ]
        made = CurvePlot(say("Trainings"), say("epoch"), say("figure"), specs)
        made.setObjectName("trainingPanel.comparePlot")
        made.setMinimumHeight(180)
        return made

    def _make_table(self) -> RecordTable:
        columns = [
            Column(say("Section"), lambda line: say(line.section)),
            Column(say("What"), lambda line: line.name),
            *(Column(run.label, _words_at(place)) for place, run in enumerate(self._finished)),
        ]
        made = RecordTable(columns, "trainingPanel.compareTable", say("What differs between the trainings"))
        header = made.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Interactive)
        made.setColumnWidth(1, 230)
        return made

    def _lay_out(self, title: str) -> None:
        lower = QWidget()
        below = QVBoxLayout(lower)
        below.setContentsMargins(0, 0, 0, 0)
        line = row(self.only, self.words)
        line.setStretchFactor(self.words, 1)
        below.addLayout(line)
        below.addWidget(self.table, 1)
        split = splitter(Qt.Orientation.Vertical, (self.plot, 2), (lower, 3))
        box = QVBoxLayout(self)
        box.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        box.setSpacing(GRID + GRID // 2)
        box.addLayout(row(label(title, "title"), 1, self.kind))
        box.addWidget(split, 1)
        box.addLayout(row(1, self.close_button))

    @property
    def _finished(self) -> tuple[TrainingRun, ...]:
        return tuple(run for run in self._runs if run.state == FINISHED)

    def _ask(self) -> None:
        workspace, every = self._workspace, [run.key for run in self._runs]
        models = [run.key for run in self._finished]

        def curves(_progress: Progress, _cancel: CancelToken) -> tuple[TrainingCurves, ...]:
            return workflows.training_curves(workspace, every)

        def comparison(_progress: Progress, _cancel: CancelToken) -> TrainingComparison:
            return workflows.compare_trainings(workspace, models)

        self._drawing.ask(say("Read the curves of trainings"), curves)
        if len(models) > 1:
            self._comparing.ask(say("Compare trainings"), comparison)
        else:
            self._tell(say("Fewer than two of them became models: there are curves to compare, but no figures."), "")

    @Slot(object)
    def _take_curves(self, curves: tuple[TrainingCurves, ...]) -> None:
        self._curves = curves
        self._draw()

    @Slot()
    def _draw(self, _changed: object = None) -> None:
        self.plot.clear()
        kind = str(self.kind.currentData())
        for each in self._curves:
            for epoch, value in enumerate(each.curves[kind], start=1):
                self.plot.append(each.key, epoch, value)
        self.plot.setAccessibleName(self.kind.currentText())

    @Slot(object)
    def _take_comparison(self, found: TrainingComparison) -> None:
        self._found = found
        alike = len(found.lines) - len(found.differing)
        said = say("{0} things differ, {1} are alike.").format(len(found.differing), alike)
        self._tell(" ".join([said, *found.cautions]), "warning" if found.cautions else "")
        self._fill()

    @Slot()
    def _fill(self, _checked: object = None) -> None:
        if self._found is not None:
            lines = self._found.differing if self.only.isChecked() else self._found.lines
            self.table.records.set_records(lines)

    @Slot(object)
    def _refuse(self, error: KtrdrError | TaskError) -> None:
        self._tell(". ".join(part for part in error_text(error) if part), "danger")

    def _tell(self, words: str, tone: str) -> None:
        self.words.setText(words)
        set_tone(self.words, tone)
        accessibility.announce(self, words)

    def done(self, result: int) -> None:
        """Ask nothing any more once it is closed.

        Parameters
        ----------
        result : int
            Qt's answer.
        """
        self._drawing.stop()
        self._comparing.stop()
        super().done(result)


def _words_at(place: int) -> Callable[[ComparedLine], str]:
    def text(line: ComparedLine) -> str:
        return typographic(line.words[place])

    return text
