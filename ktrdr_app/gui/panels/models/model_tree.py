"""The view of the models: chosen by arrows or mouse, the choice outlasts filters and new readings."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView

from ktrdr_app.gui.panels.models.tree_model import ModelTree
from ktrdr_app.gui.panels.models.words import say
from ktrdr_app.gui.ui import accessibility

if TYPE_CHECKING:
    from ktrdr_app.model_store.registry import ModelInfo

_WIDEST = ("[U] universal_1h_v88", "latest · looks ahead", "100.0 %", "+100.0 %", "", "2024-12-12", "baseline, best")
"""What each column must have room for; the empty one takes the rest."""
_INDENT, _ICON, _MARGIN = 14, 22, 24


class ModelTreeView(QTreeView):
    """The models of the workspace.

    Keys: the arrows choose and fold, Delete asks to delete.
    """

    chosenChanged = Signal()
    deleteRequested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("modelsPanel.modelTree")
        accessibility.name(
            self,
            say("Saved models"),
            say(
                "By strategy. U is universal, L legacy, an exclamation mark cannot be used. Delete moves to the trash."
            ),
        )
        self.models = ModelTree(self)
        self.setModel(self.models)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setAllColumnsShowFocus(True)
        self.setIndentation(_INDENT)
        self.setSortingEnabled(True)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._kept: Path | None = None
        self._folded: set[str] = set()
        header = self.header()
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(48)
        for column, widest in enumerate(_WIDEST):
            wide = max(
                self.fontMetrics().horizontalAdvance(text) for text in (widest, self.models.columns[column].title)
            )
            self.setColumnWidth(column, wide + (_MARGIN if column else _MARGIN + _INDENT + _ICON))
            if not widest:
                header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.models.modelReset.connect(self._choose_again)
        self.collapsed.connect(self._fold)
        self.expanded.connect(self._unfold)
        self.selectionModel().currentRowChanged.connect(self._moved)

    @property
    def chosen(self) -> ModelInfo | None:
        """The model that is selected."""
        return self.models.model_at(self.currentIndex())

    def choose(self, path: Path) -> None:
        """Select a model: at once if it is shown, else when it is.

        Parameters
        ----------
        path : Path
            Its folder.
        """
        self._kept = path
        index = self.models.index_of(path)
        if index.isValid():
            self.setCurrentIndex(index)

    @Slot()
    def _choose_again(self) -> None:
        """Keep the selected model and the folded strategies through filters, sorting and new readings."""
        folded, self._folded = self._folded, set()
        self.expandAll()
        for group, (name, _held) in enumerate(self.models.groups):
            self.setFirstColumnSpanned(group, QModelIndex(), True)
            if name in folded:
                self.collapse(self.models.index(group, 0))
        self._folded = folded
        wanted = self.models.index_of(self._kept)
        first = self.models.index(0, 0, self.models.index(0, 0))
        self.selectionModel().blockSignals(True)
        self.setCurrentIndex(wanted if wanted.isValid() else first)
        self.selectionModel().blockSignals(False)
        self.viewport().update()
        self.chosenChanged.emit()

    @Slot(QModelIndex)
    def _fold(self, index: QModelIndex) -> None:
        self._folded.add(str(self.models.data(index)))

    @Slot(QModelIndex)
    def _unfold(self, index: QModelIndex) -> None:
        self._folded.discard(str(self.models.data(index)))

    @Slot(QModelIndex, QModelIndex)
    def _moved(self, current: QModelIndex, _before: QModelIndex) -> None:
        model = self.models.model_at(current)
        if model is not None:
            self._kept = model.path
        self.chosenChanged.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Carry out the keys named in the class.

        Parameters
        ----------
        event : QKeyEvent
            The key.
        """
        if event.key() == Qt.Key.Key_Delete and self.chosen is not None:
            self.deleteRequested.emit()
        else:
            super().keyPressEvent(event)
