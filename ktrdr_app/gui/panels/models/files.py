"""Zip files of models, out of the workspace and in: the two file dialogs, neither of which blocks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from ktrdr_app.gui.panels.models.words import say

if TYPE_CHECKING:
    from ktrdr_app.model_store.registry import ModelInfo


class ModelFiles(QObject):
    """Asks where a zip goes, or which one comes in.

    Parameters
    ----------
    parent : QWidget
        The station.
    """

    exportChosen = Signal(object, object)  # noqa: N815 - Qt signals are named as Qt names them
    """Folder of the model, and the zip's path."""
    importChosen = Signal(object)  # noqa: N815 - Qt signals are named as Qt names them
    """The zip's path."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._station = parent
        self._model: ModelInfo | None = None

    def ask_export(self, model: ModelInfo) -> None:
        """Ask where a model's zip is written.

        Parameters
        ----------
        model : ModelInfo
            Which one.
        """
        self._model = model
        chooser = self._dialog(say("Export a model"), "modelsPanel.exportDialog")
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        # a file that is there is refused by the export itself, with its reason
        chooser.setOption(QFileDialog.Option.DontConfirmOverwrite)
        chooser.setDefaultSuffix("zip")
        chooser.selectFile(f"{model.strategy_name}_{model.path.name}.zip")
        chooser.fileSelected.connect(self._export_to)
        chooser.open()

    @Slot()
    def ask_import(self) -> None:
        """Ask which zip comes in."""
        chooser = self._dialog(say("Import a model"), "modelsPanel.importDialog")
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.fileSelected.connect(self._import_from)
        chooser.open()

    def _dialog(self, title: str, name: str) -> QFileDialog:
        chooser = QFileDialog(self._station.window(), title)
        chooser.setObjectName(name)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.setNameFilters([say("Models (*.zip)"), say("All files (*)")])
        return chooser

    @Slot(str)
    def _export_to(self, file: str) -> None:
        if self._model is not None:
            self.exportChosen.emit(self._model.path, Path(file))

    @Slot(str)
    def _import_from(self, file: str) -> None:
        self.importChosen.emit(Path(file))
