"""The cluster in the lower dock: its address, its workers as they are now, and a switch that sends long work there."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QStackedLayout, QVBoxLayout, QWidget

from ktrdr_app.core.cluster_checks import check_address
from ktrdr_app.core.errors import InvalidValue, KtrdrError
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.cluster.watching import CONNECTING, OFF, ClusterWatching
from ktrdr_app.gui.panels.cluster.words import (
    cluster_words,
    first_steps,
    memory_words,
    state_tip,
    state_token,
    state_words,
    work_words,
)
from ktrdr_app.gui.tasks.task import TaskError
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.icons import set_icon
from ktrdr_app.gui.ui.notices import error_text
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.widgets import GRID, button, label, row, set_tone
from ktrdr_app.workflows.cluster_seen import LOST, STATES, WorkerSeen

WIDTH = 400
"""Pixels of what stands left of the table."""
EXAMPLE = "tcp://10.0.0.5:8786"


class ClusterPanel(QWidget):
    """Address, workers, and where long work goes.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    counted = Signal(int)
    """So many workers are there; -1 while nobody looks."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self.setObjectName("clusterPanel")
        self.watching = ClusterWatching(context.tasks, self)
        self.address = QLineEdit()
        self.address.setObjectName("clusterPanel.addressEdit")
        self.address.setPlaceholderText(EXAMPLE)
        self.address.setClearButtonEnabled(True)
        accessibility.name(
            self.address, self.tr("Address of the Dask scheduler"), self.tr("Such as {0}").format(EXAMPLE)
        )
        self.go = button(self.tr("Connect"), "clusterPanel.connectButton", icon="play")
        self.status = label("", "muted", wrap=True)
        self.status.setObjectName("clusterPanel.status")
        self.use = QCheckBox(self.tr("Send trainings, certificates and grids there"))
        self.use.setObjectName("clusterPanel.useCheck")
        self.table = self._make_table()
        self.none = label("", "muted", wrap=True)
        self.none.setObjectName("clusterPanel.empty")
        self.none.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._lay_out()
        self.address.textEdited.connect(self._typed)
        self.address.returnPressed.connect(self._connect)
        self.go.clicked.connect(self._press)
        self.use.toggled.connect(self._use)
        self.watching.changed.connect(self._show)
        self.watching.workersLost.connect(self._tell_lost)
        self.watching.schedulerLost.connect(self._tell_gone)
        context.tasks.clusterChanged.connect(self._take_address)
        context.tasks.longRunsChanged.connect(self._show)
        self._take_address(context.tasks.cluster)

    def _make_table(self) -> RecordTable:
        columns: list[Column] = [
            Column(
                self.tr("State"),
                state_words,
                lambda worker: STATES.index(worker.state),
                token=state_token,
                tip=state_tip,
            ),
            Column(self.tr("Worker"), lambda worker: worker.name, tip=lambda worker: worker.address),
            Column(
                self.tr("Threads"),
                lambda worker: numbers.integer(worker.threads),
                lambda worker: worker.threads,
                number=True,
                help=self.tr("Pieces of work that it does at a time"),
            ),
            Column(self.tr("CPU"), _cpu, lambda worker: worker.cpu, number=True, help=self.tr("Of one core")),
            Column(self.tr("Memory"), memory_words, lambda worker: worker.memory, number=True),
            Column(self.tr("Works on"), work_words, tip=lambda worker: "\n".join(worker.work)),
        ]
        table = RecordTable(columns, "clusterPanel.workerTable", self.tr("Workers of the cluster"))
        table.fit(5)
        table.verticalHeader().setDefaultSectionSize(24)
        return table

    def _lay_out(self) -> None:
        line = row(self.address, self.go)
        line.setStretchFactor(self.address, 1)
        left = QWidget()
        left.setFixedWidth(WIDTH)
        inner = QVBoxLayout(left)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(GRID // 2)
        inner.addLayout(line)
        inner.addWidget(self.status)
        inner.addStretch(1)
        inner.addWidget(self.use)
        right = QWidget()
        self._pages = QStackedLayout(right)
        self._pages.addWidget(self.none)
        self._pages.addWidget(self.table)
        box = QHBoxLayout(self)
        box.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        box.setSpacing(2 * GRID)
        box.addWidget(left)
        box.addWidget(right, 1)

    # what the user does

    @Slot()
    def _press(self) -> None:
        if self.watching.state == OFF:
            self._connect()
        else:
            self.watching.disconnect_from()

    @Slot()
    def _connect(self) -> None:
        """Remember the address, and look at the cluster there."""
        address = self.address.text().strip()
        try:
            check_address(address)
        except InvalidValue as error:
            self._say(error, "danger")
            self.address.setFocus()
            return
        self.address.setModified(False)
        self.context.tasks.choose_cluster(address)
        self.watching.connect_to(address)

    @Slot(str)
    def _typed(self, _text: str) -> None:
        if self.watching.state == OFF:
            self.watching.error = None
            self._show()

    @Slot(bool)
    def _use(self, wanted: bool) -> None:
        if wanted != (self.context.tasks.long_runs == "cluster"):
            self.context.tasks.choose_long_runs("cluster" if wanted else "auto")

    @Slot(str)
    def _take_address(self, address: str) -> None:
        """Show the address that is remembered; another window may have changed it."""
        if self.watching.state == OFF and not self.address.isModified():
            self.address.setText(address)
        self._show()

    # what is seen

    @Slot()
    def _show(self, _changed: object = None) -> None:
        watching, seen = self.watching, self.watching.seen
        self.go.setText(self.tr("Connect") if watching.state == OFF else self.tr("Disconnect"))
        set_icon(self.go, "play" if watching.state == OFF else "stop")
        self._show_choice()
        self._show_table()
        if watching.error is not None:
            self._say(watching.error, "danger")
        elif seen is not None and seen.problem is not None:
            self._say(seen.problem, "danger" if seen.unreachable else "warning")
        elif seen is not None:
            self._tell(cluster_words(seen), "success" if seen.present else "warning")
        elif watching.state == CONNECTING:
            self._tell(self.tr("Connecting…"))
        else:
            self._tell(
                self.tr("Not connected. Other machines can share long work: give their Dask scheduler's address.")
            )
        self.counted.emit(-1 if seen is None else len(seen.present))

    def _show_choice(self) -> None:
        tasks = self.context.tasks
        self.use.setEnabled(bool(tasks.cluster))
        tip = self.tr("Connect once, so that the address is known")
        if tasks.cluster:
            tip = self.tr("Their work is shared out by {0}; results are the same").format(tasks.cluster)
        self.use.setToolTip(tip)
        self.use.setChecked(tasks.long_runs == "cluster")

    def _show_table(self) -> None:
        """Show the workers; rows, order and choice stay where the same ones are there as before."""
        seen = self.watching.seen
        workers = () if seen is None else seen.workers
        now = {worker.address: worker for worker in workers}
        if set(now) == {worker.address for worker in self.table.records.records}:
            self.table.records.renew(lambda worker: now[worker.address])
        else:
            chosen = self.table.selected
            self.table.records.set_records(workers)
            if chosen is not None:
                self.table.select(lambda worker: worker.address == chosen.address)
        self._pages.setCurrentWidget(self.table if workers else self.none)
        self.none.setText(first_steps(seen))

    def _say(self, error: KtrdrError | TaskError, tone: str) -> None:
        line, hint = error_text(error)
        self._tell("; ".join(filter(None, (line, hint))), tone)

    def _tell(self, text: str, tone: str = "") -> None:
        """Show a line; a screen reader says it, too, unless it only counts anew, as it may do every second."""
        counts = tone == self.status.property("tone") == "success"
        if text != self.status.text():
            self.status.setText(text)
            self.status.setToolTip(text)
            if not counts:
                accessibility.announce(self.status, text)
        set_tone(self.status, tone)

    @Slot(object)
    def _tell_lost(self, names: tuple[str, ...]) -> None:
        words = (
            self.tr("The cluster lost a worker: {0}") if len(names) == 1 else self.tr("The cluster lost workers: {0}")
        )
        details = self.tr("What it worked on is done again by another one; look at its log, and at its memory")
        self.context.notify("warning", words.format(", ".join(names)), details)

    @Slot(object)
    def _tell_gone(self, error: KtrdrError) -> None:
        line, hint = error_text(error)
        self.context.notify("danger", line, hint)


def _cpu(worker: WorkerSeen) -> str:
    return "–" if worker.state == LOST else numbers.percent(worker.cpu / 100, 0)
