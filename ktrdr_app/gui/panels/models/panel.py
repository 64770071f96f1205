"""Lists the saved models and shows, for any symbol and bar length, which one would be loaded and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.models.details import ModelDetails
from ktrdr_app.gui.panels.models.resolver import ResolverCard
from ktrdr_app.gui.panels.station import Station
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.icons import icon
from ktrdr_app.gui.ui.theme import themeChanged
from ktrdr_app.gui.ui.widgets import GRID, EmptyState, button, label

if TYPE_CHECKING:
    from ktrdr_app.model_store.registry import ModelInfo

_ROLE = Qt.ItemDataRole.UserRole


class ModelsPanel(Station):
    """The fifth station: what has been learnt.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    title: ClassVar[str] = "Models"
    object_name: ClassVar[str] = "modelsPanel"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._count = label("", "muted")
        self._open = button(self.tr("Open its folder"), "modelsPanel.folderButton", icon="folder")
        self._open.clicked.connect(self._open_folder)
        self._open.setEnabled(False)
        self.heading.addSpacing(2 * GRID)
        self.heading.addWidget(self._count)
        self.heading.addStretch(1)
        self.heading.addWidget(self._open)
        self._items: list[QTreeWidgetItem] = []
        self.tree = self._make_tree()
        self.empty = EmptyState(
            "models", self.tr("No model yet"), self.tr("Train one at station 4; it takes seconds on the sample data.")
        )
        go = button(self.tr("Go to training"), "modelsPanel.trainButton", role="primary", icon="training")
        go.clicked.connect(self._go_to_training)
        self.empty.offer(go)
        self.details = ModelDetails()
        self.resolver = ResolverCard(context)
        left = QVBoxLayout()
        left.setSpacing(GRID + GRID // 2)
        left.addWidget(self.tree, 3)
        left.addWidget(self.empty, 3)
        left.addWidget(self.resolver, 2)
        split = QHBoxLayout()
        split.setSpacing(GRID + GRID // 2)
        split.addLayout(left, 1)
        split.addWidget(self.details)
        self.body.addLayout(split, 1)
        context.catalog.models.loaded.connect(self._show)
        context.catalog.models.failed.connect(self.show_error)
        self.resolver.failed.connect(self.show_error)
        themeChanged.connect(self._recolour)

    def _make_tree(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setObjectName("modelsPanel.modelTree")
        accessibility.name(tree, self.tr("Saved models"))
        tree.setHeaderLabels(
            [
                self.tr("Model"),
                self.tr("Kind"),
                self.tr("Test accuracy"),
                self.tr("Skill"),
                self.tr("Learnt from"),
                self.tr("Made (UTC)"),
            ]
        )
        for column in (2, 3):
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            tree.headerItem().setTextAlignment(column, right)
        tree.setUniformRowHeights(True)
        tree.setRootIsDecorated(True)
        header = tree.header()
        header.setStretchLastSection(False)
        for column in range(tree.columnCount()):
            stretch = column == 4
            mode = QHeaderView.ResizeMode.Stretch if stretch else QHeaderView.ResizeMode.ResizeToContents
            header.setSectionResizeMode(column, mode)
        header.setMinimumSectionSize(72)
        tree.currentItemChanged.connect(self._choose)
        return tree

    def refresh(self) -> None:
        """Read the models folder again."""
        self.notice.dismiss()
        self.context.catalog.models.refresh()
        self.resolver.ask()

    def run_main_action(self) -> None:
        """Ask the resolver again."""
        self.resolver.ask()

    @Slot(object)
    def _show(self, models: tuple[ModelInfo, ...]) -> None:
        before = self._selected()
        wanted = before.path if before else None
        self._items.clear()
        self.tree.clear()
        groups: dict[str, QTreeWidgetItem] = {}
        chosen: QTreeWidgetItem | None = None
        for model in models:
            if model.strategy_name not in groups:
                groups[model.strategy_name] = QTreeWidgetItem(self.tree, [model.strategy_name])
                groups[model.strategy_name].setFlags(Qt.ItemFlag.ItemIsEnabled)
                groups[model.strategy_name].setFirstColumnSpanned(True)
            item = self._item(groups[model.strategy_name], model)
            self._items.append(item)
            if chosen is None or model.path == wanted:
                chosen = item
        self.tree.expandAll()
        self._recolour()
        if chosen is not None:
            self.tree.setCurrentItem(chosen)
        self.tree.setVisible(bool(models))
        self.empty.setVisible(not models)
        self.details.setVisible(bool(models))
        self._open.setVisible(bool(models))
        words = self.tr("1 model") if len(models) == 1 else self.tr("{0} models").format(len(models))
        self._count.setText(words if models else "")
        self.context.stateChanged.emit(self.object_name, _state(models))

    def _item(self, group: QTreeWidgetItem, model: ModelInfo) -> QTreeWidgetItem:
        universal = model.kind == "universal"
        item = QTreeWidgetItem(
            group,
            [
                model.label,
                self.tr("universal") if universal else self.tr("legacy"),
                numbers.percent(model.test_accuracy),
                numbers.percent(model.skill, signed=True),
                ", ".join(model.training_symbols) if model.complete else model.problem,
                numbers.moment(model.created_at),
            ],
        )
        item.setData(0, _ROLE, model)
        for column in (2, 3):
            item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if model.problem:
            item.setToolTip(0, model.problem)
        return item

    def _selected(self) -> ModelInfo | None:
        item = self.tree.currentItem()
        model: Any = item.data(0, _ROLE) if item is not None else None
        return model

    @Slot()
    def _choose(self) -> None:
        model = self._selected()
        self._open.setEnabled(model is not None)
        if model is None:
            return
        self.details.show_model(model)
        self.resolver.ask_for(model.strategy_name, model.timeframe)

    @Slot()
    def _open_folder(self) -> None:
        model = self._selected()
        if model is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(model.path)))

    @Slot()
    def _go_to_training(self) -> None:
        self.context.panelRequested.emit("trainingPanel")

    @Slot()
    def _recolour(self, _theme: object = None) -> None:
        good, bad = icon("models", "info"), icon("danger", "danger")
        for item in self._items:
            item.setIcon(0, good if item.data(0, _ROLE).complete else bad)


def _state(models: tuple[ModelInfo, ...]) -> str:
    if not models:
        return "empty"
    return "ready" if any(model.complete for model in models) else "error"
