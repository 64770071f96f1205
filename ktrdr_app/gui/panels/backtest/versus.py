"""What a run is held against: another model, also in a folder of the original's, buy and hold, random trades."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout

from ktrdr_app.gui.charts.view import LinkedCharts
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.widgets import label, row

NOBODY, ASK = "", "…"


class Versus(QObject):
    """The choices of the second line of the form.

    Parameters
    ----------
    context : AppContext
        Whose workspace the folder dialog begins in.
    parent : QObject
        Owner.
    """

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._models: Sequence[tuple[str, object]] = ()
        self._folders: list[str] = []
        self._before: str = NOBODY
        self.combo = CalmComboBox("backtestPanel.versusCombo", self.tr("Other model that the run is held against"))
        self.combo.setMinimumContentsLength(16)
        self.combo.setToolTip(self.tr("Backtests this model too, on the same bars and with the same money"))
        self.hold = self._box(self.tr("buy && hold"), "holdBox", self.tr("Draws buy and hold beside the account (B)"))
        about = self.tr("Draws what 200 runs with as many trades at random times brought: the middle 50 % and 90 %")
        self.random = self._box(self.tr("random"), "randomBox", about)
        self.combo.activated.connect(self._chosen)
        self.fill(())

    def _box(self, words: str, part: str, about: str) -> QCheckBox:
        made = QCheckBox(words)
        made.setObjectName(f"backtestPanel.{part}")
        made.setChecked(True)
        made.setToolTip(about)
        accessibility.name(made, words.replace("&&", "&"), about)
        return made

    def follow(self, charts: LinkedCharts) -> None:
        """Let the boxes show and hide what charts draw; the key B there moves the box.

        Parameters
        ----------
        charts : LinkedCharts
            The charts.
        """
        self.hold.toggled.connect(charts.show_benchmark)
        self.random.toggled.connect(charts.show_luck)
        charts.benchmarkShown.connect(self.hold.setChecked)

    def line(self) -> QHBoxLayout:
        """Return the choices side by side."""
        made: QHBoxLayout = row(label(self.tr("Versus"), "muted"), self.combo, self.hold, self.random)
        return made

    @property
    def rival(self) -> str:
        """The other model, as a backtest takes it; empty for none."""
        found = str(self.combo.currentData() or NOBODY)
        return NOBODY if found == ASK else found

    def fill(self, models: Sequence[tuple[str, object]]) -> None:
        """Offer other models; the choice stays where it is still there.

        Parameters
        ----------
        models : sequence of tuple of str and str
            What each is called, and its folder.
        """
        self._models = tuple(models)
        offered = {folder for _, folder in self._models}
        entries: list[tuple[str, object]] = [
            (self.tr("no other model"), NOBODY),
            (self.tr("the symbol's own (legacy)"), "legacy"),
            (self.tr("the universal one"), "universal"),
            *self._models,
            *((_last_part(folder), folder) for folder in self._folders if folder not in offered),
            (self.tr("a folder…"), ASK),
        ]
        self.combo.fill(entries, self._before)

    def choose_folder(self, folder: str) -> None:
        """Take a model from a folder, also one of the original's that lies outside the workspace.

        Parameters
        ----------
        folder : str
            The folder.
        """
        if folder not in self._folders:
            self._folders.append(folder)
        self._before = folder
        self.fill(self._models)

    @Slot(int)
    def _chosen(self, _place: int) -> None:
        found = str(self.combo.currentData() or NOBODY)
        if found != ASK:
            self._before = found
            return
        self.combo.setCurrentIndex(max(0, self.combo.findData(self._before)))  # it may be gone
        chooser = QFileDialog(self.combo.window(), self.tr("Folder of a model"), str(self._context.workspace.models))
        chooser.setObjectName("backtestPanel.versusDialog")
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.setOption(QFileDialog.Option.ShowDirsOnly)
        chooser.fileSelected.connect(self.choose_folder)
        chooser.open()


def _last_part(folder: str) -> str:
    return folder.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] or folder
