"""Models as a tree of two levels, strategy and model; filtered and sorted by arranging lists, never by a proxy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, Qt, Slot
from PySide6.QtGui import QColor, QIcon

from ktrdr_app.gui.panels.models.words import badge, say, states, summary, tone
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.icons import icon
from ktrdr_app.gui.ui.table import Column, Index
from ktrdr_app.gui.ui.theme import themeChanged, tokens

if TYPE_CHECKING:
    from ktrdr_app.model_store.registry import ModelInfo

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_LOWEST = float("-inf")

ModelInfos = Sequence["ModelInfo"]


def columns() -> tuple[Column, ...]:
    """Return the columns of the tree, left to right."""
    return (
        Column(
            say("Model"),
            lambda model: f"{badge(model)} {model.path.name}",
            lambda model: (model.symbol or "", model.timeframe, model.version, model.label),
            tip=summary,
            help=say("[U] universal, [L] legacy, [C] archived copy of a legacy one, [!] cannot be used"),
        ),
        Column(say("State"), lambda model: " · ".join(states(model)), token=tone, tip=summary),
        Column(
            say("Test acc."),
            lambda model: numbers.percent(model.test_accuracy),
            lambda model: _LOWEST if model.test_accuracy is None else model.test_accuracy,
            number=True,
            help=say("Share of its test bars that it names rightly; the card at the right shows the baselines"),
        ),
        Column(
            say("Skill"),
            lambda model: numbers.percent(model.skill, signed=True),
            lambda model: _LOWEST if model.skill is None else model.skill,
            number=True,
            token=lambda model: "" if model.skill is None else "success" if model.skill > 0 else "warning",
            help=say("1 − NLL / NLL of the class shares: above 0 the model knows something"),
        ),
        Column(
            say("Symbols"),
            lambda model: ", ".join(model.training_symbols) if model.complete else model.problem,
            lambda model: (-len(model.training_symbols), model.training_symbols),
            help=say("Symbols that it learnt from, or why it cannot be used"),
        ),
        Column(
            say("Made (UTC)"),
            lambda model: numbers.moment(model.created_at, time=False),
            lambda model: model.created_at,
            tip=lambda model: numbers.moment(model.created_at),
        ),
        Column(
            say("Tags, note"),
            lambda model: " — ".join(part for part in (", ".join(model.tags), first_line(model.note)) if part),
            tip=lambda model: "\n".join(part for part in (", ".join(model.tags), model.note) if part),
        ),
    )


def first_line(text: str) -> str:
    """Return the first line of a text.

    Parameters
    ----------
    text : str
        Any text.
    """
    return text.partition("\n")[0]


class ModelTree(QAbstractItemModel):
    """The models that are shown, below their strategies.

    Parameters
    ----------
    parent : QObject, optional
        Owner in the Qt tree.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = columns()
        self.models: tuple[ModelInfo, ...] = ()
        self.groups: list[tuple[str, list[ModelInfo]]] = []
        self._accept: Callable[[ModelInfo], bool] | None = None
        self._order = (-1, Qt.SortOrder.AscendingOrder)
        self._icons: dict[str, QIcon] = {}
        themeChanged.connect(self._recolour)

    def set_models(self, models: ModelInfos) -> None:
        """Show other models; filter and order stay.

        Parameters
        ----------
        models : sequence of ModelInfo
            All of them, by strategy.
        """
        self.models = tuple(models)
        self._arrange()

    def set_filter(self, accept: Callable[[ModelInfo], bool] | None) -> None:
        """Show only the models that a function accepts.

        Parameters
        ----------
        accept : callable or None
            ModelInfo to bool; None shows all.
        """
        self._accept = accept
        self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order the models of each strategy by a column; -1 restores the order in which they were given.

        Parameters
        ----------
        column : int
            Which one.
        order : Qt.SortOrder
            Ascending or descending.
        """
        self._order = (column, order)
        self._arrange()

    def _arrange(self) -> None:
        self.beginResetModel()
        groups: dict[str, list[ModelInfo]] = {}
        for model in self.models:
            if self._accept is None or self._accept(model):
                groups.setdefault(model.strategy_name, []).append(model)
        column, order = self._order
        if 0 <= column < len(self.columns):
            chosen = self.columns[column]
            for held in groups.values():
                held.sort(key=chosen.key or chosen.text, reverse=order is Qt.SortOrder.DescendingOrder)
        self.groups = list(groups.items())
        self.endResetModel()

    @property
    def shown(self) -> int:
        """How many models pass the filter."""
        return sum(len(held) for _, held in self.groups)

    def model_at(self, index: Index) -> ModelInfo | None:
        """Return the model of a row; None for a strategy's.

        Parameters
        ----------
        index : QModelIndex
            Any cell of the row.
        """
        if not index.isValid() or index.internalId() == 0:
            return None
        return self.groups[index.internalId() - 1][1][index.row()]

    def index_of(self, path: Path | None) -> QModelIndex:
        """Return the row of a model, or an invalid index if it is not shown.

        Parameters
        ----------
        path : Path or None
            Its folder.
        """
        for group, (_, held) in enumerate(self.groups):
            for row, model in enumerate(held):
                if model.path == path:
                    return self.createIndex(row, 0, group + 1)
        return QModelIndex()

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008 - Qt's default
        """Return a cell.

        Parameters
        ----------
        row, column : int
            Place below the parent.
        parent : QModelIndex
            A strategy; invalid for the strategies themselves.
        """
        if not (0 <= row < self.rowCount(parent) and 0 <= column < len(self.columns)):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        """Return the strategy of a model's row.

        Parameters
        ----------
        index : QModelIndex
            Any cell.
        """
        if not index.isValid() or index.internalId() == 0:
            return QModelIndex()
        return self.createIndex(index.internalId() - 1, 0, 0)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return how many strategies there are, or how many models a strategy has.

        Parameters
        ----------
        parent : QModelIndex
            A strategy, or invalid.
        """
        if not parent.isValid():
            return len(self.groups)
        below = parent.internalId() == 0 and parent.column() == 0
        return len(self.groups[parent.row()][1]) if below else 0

    def columnCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of columns.

        Parameters
        ----------
        _parent : QModelIndex
            All rows have the same.
        """
        return len(self.columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object | None:
        """Return what Qt asks about a header.

        Parameters
        ----------
        section : int
            Column.
        orientation : Qt.Orientation
            There are no headers at the side.
        role : int
            Text, alignment or tool tip.
        """
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.help or None
        return (_RIGHT if column.number else _LEFT) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object | None:
        """Return what Qt asks about a cell.

        Parameters
        ----------
        index : QModelIndex
            Which cell.
        role : int
            Text, tool tip, alignment, colour, icon, or what a screen reader says.
        """
        if not index.isValid():
            return None
        model = self.model_at(index)
        if model is None:
            text = role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
            return self.groups[index.row()][0] if text and index.column() == 0 else None
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(model)
        if role == Qt.ItemDataRole.ToolTipRole:
            return (column.tip or column.text)(model)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return summary(model) if index.column() == 0 else column.text(model)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.number else _LEFT
        if role == Qt.ItemDataRole.ForegroundRole and column.token is not None:
            token = column.token(model)
            return QColor(getattr(tokens(), token)) if token else None
        return self._sign(model) if role == Qt.ItemDataRole.DecorationRole and index.column() == 0 else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return what can be done with a row: models are chosen, strategies only folded.

        Parameters
        ----------
        index : QModelIndex
            Any cell.
        """
        flags = super().flags(index)
        return flags if self.model_at(index) is not None else flags & ~Qt.ItemFlag.ItemIsSelectable

    def _sign(self, model: ModelInfo) -> QIcon:
        name, token = ("models", "info") if model.complete else ("danger", "danger")
        if name not in self._icons:
            self._icons[name] = icon(name, token)
        return self._icons[name]

    @Slot(object)
    def _recolour(self, _theme: object) -> None:
        self._icons.clear()
        for group, (_, held) in enumerate(self.groups):
            parent = self.index(group, 0)
            last = self.index(len(held) - 1, len(self.columns) - 1, parent)
            self.dataChanged.emit(self.index(0, 0, parent), last)
