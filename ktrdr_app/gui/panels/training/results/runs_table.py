"""Every training of the workspace as a table: rows are ticked to be compared, and starred to be found again."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHeaderView

from ktrdr_app.gui.panels.training.results.words import say
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.table import Column, RecordModel, RecordTable
from ktrdr_app.workflows.training_runs import FINISHED, INTERRUPTED, TrainingRun

Index = QModelIndex | QPersistentModelIndex

TICK, STAR = 0, 1
_ROW, _NARROW, _WIDEST = 26, 36, 180


class RunsModel(RecordModel):
    """The trainings, those that are ticked among them.

    Parameters
    ----------
    columns : sequence of Column
        From left to right; the first is the tick's.
    """

    tickedChanged = Signal()

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__(columns)
        self._ticked: set[str] = set()

    @property
    def ticked(self) -> tuple[TrainingRun, ...]:
        """The ticked trainings, in the order shown."""
        return tuple(run for run in self.records if run.key in self._ticked)

    def set_records(self, records: Sequence[TrainingRun]) -> None:
        """Show other trainings; those that are still there stay ticked.

        Parameters
        ----------
        records : sequence of TrainingRun
            All trainings.
        """
        super().set_records(records)
        self._ticked &= {run.key for run in records}
        self.tickedChanged.emit()

    def toggle(self, row: int) -> None:
        """Tick a row, or take its tick away.

        Parameters
        ----------
        row : int
            Which row.
        """
        self._ticked ^= {self.records[row].key}
        place = self.index(row, TICK)
        self.dataChanged.emit(place, place)
        self.tickedChanged.emit()

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return what can be done with a cell: the first of a row can be ticked.

        Parameters
        ----------
        index : QModelIndex
            Which cell.
        """
        own = super().flags(index)
        return own | Qt.ItemFlag.ItemIsUserCheckable if index.column() == TICK else own

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object | None:
        """Return what Qt asks about a cell.

        Parameters
        ----------
        index : QModelIndex
            Which cell.
        role : int
            As `RecordModel` knows them, and the tick.
        """
        if index.isValid() and index.column() == TICK:
            run = self.records[index.row()]
            if role == Qt.ItemDataRole.CheckStateRole:
                return Qt.CheckState.Checked if run.key in self._ticked else Qt.CheckState.Unchecked
            if role == Qt.ItemDataRole.AccessibleTextRole:
                return run.label
        return super().data(index, role)

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tick a training, or take its tick away.

        Parameters
        ----------
        index : QModelIndex
            Which cell.
        value : object
            Qt's check state.
        role : int
            Only the tick can be set.
        """
        if role != Qt.ItemDataRole.CheckStateRole or index.column() != TICK:
            return False
        wanted = Qt.CheckState(value) is Qt.CheckState.Checked
        if wanted is not (self.records[index.row()].key in self._ticked):
            self.toggle(index.row())
        return True


class RunsTable(RecordTable):
    """The table; Space ticks the row, Enter shows its results."""

    chosenChanged = Signal()
    """Another row is selected, or none."""
    showWanted = Signal()
    """The results of the selected row are wanted."""
    starWanted = Signal()
    """The star of the selected row was clicked."""

    def __init__(self) -> None:
        columns = _columns()
        self.runs = RunsModel(columns)
        super().__init__(columns, "trainingPanel.runsTable", say("Trainings of this workspace"), self.runs)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(30)
        header.setMaximumSectionSize(_WIDEST)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        for narrow in (TICK, STAR):
            header.setSectionResizeMode(narrow, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(narrow, _NARROW)
        self.verticalHeader().setDefaultSectionSize(_ROW)
        self.setMinimumHeight(110)
        self.selectionModel().selectionChanged.connect(self._tell)
        self.doubleClicked.connect(self._show)
        self.clicked.connect(self._click)

    def show_runs(self, runs: Sequence[TrainingRun], chosen: str = "") -> None:
        """Show other trainings; the selected one stays selected if it is still there.

        Parameters
        ----------
        runs : sequence of TrainingRun
            The newest first.
        chosen : str
            Key of the one to select instead.
        """
        before = self.selected
        wanted = chosen or (before.key if before is not None else "")
        self.runs.set_records(runs)
        self.select(lambda run: run.key == wanted)
        if self.selected is None and runs:
            self.selectRow(0)
        self.chosenChanged.emit()

    @Slot()
    def _tell(self, _chosen: object = None, _before: object = None) -> None:
        self.chosenChanged.emit()

    @Slot(QModelIndex)
    def _show(self, index: QModelIndex) -> None:
        if index.column() not in (TICK, STAR):
            self.showWanted.emit()

    @Slot(QModelIndex)
    def _click(self, index: QModelIndex) -> None:
        if index.column() == STAR:
            self.starWanted.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tick with Space, show with Enter.

        Parameters
        ----------
        event : QKeyEvent
            The key.
        """
        rows = self.selectionModel().selectedRows()
        if event.key() == Qt.Key.Key_Space and rows:
            self.runs.toggle(rows[0].row())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and rows:
            self.showWanted.emit()
        else:
            super().keyPressEvent(event)


def _columns() -> list[Column]:
    return [
        Column("", lambda _run: "", lambda run: run.key, help=say("Tick trainings to compare them"), tip=_label),
        Column("★", _star, lambda run: not run.star, help=say("Click to star a training"), tip=_star_tip),
        Column(say("Name"), _label, token=_state_token, tip=_name_tip),
        Column(say("Strategy"), lambda run: run.strategy_name, tip=lambda run: f"{run.strategy_name} {run.timeframe}"),
        Column(say("Symbols"), lambda run: ", ".join(run.symbols)),
        Column(
            say("Epochs"),
            lambda run: numbers.integer(run.epochs),
            lambda run: run.epochs or 0,
            number=True,
            tip=lambda run: say("Best epoch: {0}").format(numbers.integer(run.best_epoch)),
        ),
        _figure(say("Skill"), "skill", say("Test skill: 1 − NLL / NLL of the class shares"), signed=True),
        _figure(say("Test"), "test_accuracy", say("Accuracy on the test rows")),
        _figure(say("Val."), "val_accuracy", say("Accuracy on the validation rows, of the best epoch")),
        _figure(say("NLL"), "val_loss", say("Loss on the validation rows, of the best epoch, in nats"), 3),
        Column(
            say("When"),
            lambda run: numbers.moment(run.when, time=False) if run.when else numbers.NONE,
            lambda run: run.when,
            tip=lambda run: numbers.moment(run.when) if run.when else numbers.NONE,
        ),
    ]


def _figure(title: str, name: str, told: str, places: int = 0, *, signed: bool = False) -> Column:
    def text(run: TrainingRun) -> str:
        value = run.figures.get(name)
        return numbers.decimal(value, places) if places else numbers.percent(value, signed=signed)

    def key(run: TrainingRun) -> float:
        return run.figures.get(name, float("-inf"))

    return Column(title, text, key, number=True, help=told, token=_skill_token if signed else None)


def _label(run: TrainingRun) -> str:
    if run.state == INTERRUPTED and not run.name:
        return say("interrupted")
    if run.state == INTERRUPTED:
        return say("{0} · interrupted").format(run.label)
    return say("{0} · stopped").format(run.label) if run.stopped else run.label


def _star(run: TrainingRun) -> str:
    return "★" if run.star else "☆"


def _star_tip(run: TrainingRun) -> str:
    return say("Starred") if run.star else say("Not starred")


def _name_tip(run: TrainingRun) -> str:
    earlier = say("earlier: {0}").format(", ".join(run.earlier)) if run.earlier else ""
    return ". ".join(part for part in (f"{run.key}: {state_words(run)}", earlier, run.problem, run.note) if part)


def state_words(run: TrainingRun) -> str:
    """Return where a training stands: what is kept of it, and whether it can go on.

    Parameters
    ----------
    run : TrainingRun
        Which one.
    """
    if run.state not in (FINISHED, INTERRUPTED):
        return say("cannot be used")
    said = say("finished") if run.state == FINISHED else say("interrupted, no model of it is saved")
    if run.stopped:
        words = say("stopped after epoch {0}, best epoch {1} is kept")
        said = words.format(numbers.integer(run.epochs), numbers.integer(run.best_epoch))
    if run.resumable:
        said += say(", can be resumed from epoch {0}").format(numbers.integer(run.kept_epochs))
    return said


def _state_token(run: TrainingRun) -> str:
    if run.problem or run.state not in (FINISHED, INTERRUPTED):
        return "danger"
    return "warning" if run.resumable or run.state == INTERRUPTED else ""


def _skill_token(run: TrainingRun) -> str:
    skill = run.figures.get("skill")
    return "" if skill is None else "success" if skill > 0 else "warning"
