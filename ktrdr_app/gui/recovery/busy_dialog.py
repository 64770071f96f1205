"""Says that another window works on the workspace, who that is, and offers what can be done."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QVBoxLayout

from ktrdr_app.core.errors import WorkspaceBusy
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.ui.widgets import GRID, button, label, row


class BusyDialog(QDialog):
    """The question; it decides nothing itself.

    Parameters
    ----------
    busy : WorkspaceBusy
        What was found.
    workspace : Workspace
        Which is asked about; an answer that concerns it carries it.
    """

    readOnlyChosen = Signal(object)
    otherChosen = Signal()
    takeOverChosen = Signal(object)

    def __init__(self, busy: WorkspaceBusy, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self.setObjectName("busyDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Workspace in use — KTRDR Desktop"))
        self.setMinimumWidth(600)
        box = QVBoxLayout(self)
        box.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        box.setSpacing(GRID + GRID // 2)
        box.addWidget(label(self.tr("Another window works on this workspace"), "title"))
        box.addWidget(label(busy.where, wrap=True))
        self.holder = label(self.tr("Held by {0}.").format(busy.holder), wrap=True)
        self.holder.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        box.addWidget(self.holder)
        box.addWidget(label(self._advice(busy.stale), "muted", wrap=True))
        box.addSpacing(GRID)
        self.read_only = button(self.tr("Open read-only"), "busyDialog.readOnlyButton", role="primary")
        self.other = button(self.tr("Open another workspace"), "busyDialog.otherButton")
        self.take_over = button(self.tr("Take it over"), "busyDialog.takeOverButton")
        self.take_over.setVisible(busy.stale)
        cancel = button(self.tr("Cancel"), "busyDialog.cancelButton")
        self.read_only.clicked.connect(self._choose_read_only)
        self.other.clicked.connect(self.otherChosen)
        self.take_over.clicked.connect(self._choose_take_over)
        for each in (self.read_only, self.other, self.take_over):
            each.clicked.connect(self.accept)
        cancel.clicked.connect(self.reject)
        box.addLayout(row(1, cancel, self.take_over, self.other, self.read_only))
        self.read_only.setFocus()

    @Slot()
    def _choose_read_only(self) -> None:
        self.readOnlyChosen.emit(self.workspace)

    @Slot()
    def _choose_take_over(self) -> None:
        self.takeOverChosen.emit(self.workspace)

    def _advice(self, stale: bool) -> str:
        if stale:
            return self.tr(
                "Only a note says so, and it comes from another machine. If no window is open there any more, the note "
                "is out of date and you can take the workspace over. If one is, each would overwrite the other's work."
            )
        return self.tr(
            "Read-only, everything can be looked at and nothing is written. The commands of the terminal work as ever."
        )
