"""Asks where a picture of the charts goes, and writes it."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.gui.charts.export import save_picture
from ktrdr_app.gui.charts.figures import chart_words as _t
from ktrdr_app.gui.charts.pane_stack import PaneStack

_ODD = re.compile(r"[^\w.-]+")


class PictureFiles(QObject):
    """Saves the panes that are shown.

    Parameters
    ----------
    stack : PaneStack
        The panes.
    parent : QWidget
        The charts.
    """

    saved = Signal(object)
    """Path of the file that was written."""
    failed = Signal(object)
    """KtrdrError that says why none was."""

    def __init__(self, stack: PaneStack, parent: QWidget) -> None:
        super().__init__(parent)
        self._stack = stack
        self._charts = parent
        self.title = ""
        self.words = ""

    @Slot()
    def ask(self) -> None:
        """Ask for a file; SVG and PNG are offered."""
        chooser = QFileDialog(self._charts.window(), _t("Save a picture of the chart"))
        chooser.setObjectName("charts.saveDialog")
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setNameFilters([_t("Lines and letters (*.svg)"), _t("Pixels (*.png)")])
        chooser.setDefaultSuffix("svg")
        chooser.filterSelected.connect(self._suffix)
        chooser.selectFile(f"{_ODD.sub('_', self.title).strip('_') or 'chart'}.svg")
        chooser.fileSelected.connect(self._chosen)
        chooser.open()

    @Slot(str)
    def _suffix(self, kind: str) -> None:
        chooser = self.sender()
        if isinstance(chooser, QFileDialog):
            chooser.setDefaultSuffix("png" if "png" in kind else "svg")

    @Slot(str)
    def _chosen(self, file: str) -> None:
        self.write(Path(file))

    def write(self, path: Path) -> None:
        """Write the picture and tell how that went.

        Parameters
        ----------
        path : Path
            PNG where it ends so, else SVG.
        """
        try:
            save_picture(self._stack, path, self.title, self.words)
        except KtrdrError as error:
            self.failed.emit(error)
        else:
            self.saved.emit(path)
