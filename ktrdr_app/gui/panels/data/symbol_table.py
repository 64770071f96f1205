"""The table of series: ticks for alignment, figures that fill in by themselves, quality as a small bar."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from ktrdr_app.gui.panels.data.series_row import (
    ORDER,
    TONES,
    Key,
    key_of,
    quality_key,
    quality_text,
    quality_tip,
    say,
    short_moment,
)
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.table import Column, Index, RecordModel, RecordTable
from ktrdr_app.gui.ui.theme import color
from ktrdr_app.workflows.data_inventory import InventoryEntry

_CHECK = Qt.ItemDataRole.CheckStateRole
QUALITY = 7
"""Number of the quality column."""
_DAY = "2024-03-12 "
_WIDTHS = ("DEUIDXEUR W", "15m", "stock W", "1 234 567", _DAY, _DAY, "1 234", "99.99 % WWWW")
"""What each column must have room for; the last column takes the rest."""


def columns() -> list[Column]:
    """Return the columns of the table, left to right."""
    return [
        Column(say("Symbol"), lambda row: row.series.symbol, help=say("Space ticks a series for alignment")),
        Column(say("Bar"), lambda row: row.series.timeframe, lambda row: ORDER.index(row.series.timeframe)),
        Column(say("Class"), lambda row: row.asset_class or "…"),
        Column(say("Bars"), lambda row: numbers.integer(row.series.rows), lambda row: row.series.rows, number=True),
        Column(
            say("From"),
            lambda row: numbers.moment(row.series.first, time=False),
            lambda row: row.series.first,
            help=say("Day of the first bar, UTC"),
            tip=lambda row: short_moment(row.series.timeframe, row.series.first),
        ),
        Column(
            say("To"),
            lambda row: numbers.moment(row.series.last, time=False),
            lambda row: row.series.last,
            help=say("Day of the last bar, UTC"),
            tip=lambda row: short_moment(row.series.timeframe, row.series.last),
        ),
        Column(
            say("Gaps"),
            lambda row: numbers.integer(row.quality.gaps_unexpected) if row.quality else "…",
            lambda row: row.quality.gaps_unexpected if row.quality else -1,
            number=True,
            token=lambda row: "warning" if row.quality and row.quality.gaps_unexpected else "",
            help=say("Unexpected gaps: bars missing while the market was open"),
            tip=quality_tip,
        ),
        Column(
            say("Quality"),
            quality_text,
            quality_key,
            help=say("Share of the expected bars that are there; the colour tells the gravest finding"),
            tip=quality_tip,
        ),
        Column(say("File"), lambda row: row.series.path.name),
    ]


class SymbolModel(RecordModel):
    """Entries of the inventory as rows, with a tick in the first column."""

    ticksChanged = Signal()

    def __init__(self) -> None:
        super().__init__(columns())
        self._ticked: dict[Key, None] = {}

    @property
    def ticked(self) -> tuple[Key, ...]:
        """The ticked series, in the order they were ticked."""
        return tuple(self._ticked)

    def tick(self, keys: Iterable[Key]) -> None:
        """Tick these series and no others.

        Parameters
        ----------
        keys : iterable of (str, str)
            Symbol and time frame of each.
        """
        wanted = dict.fromkeys(keys)
        if list(wanted) != list(self._ticked):
            self._ticked = wanted
            if self.records:
                self.dataChanged.emit(self.index(0, 0), self.index(len(self.records) - 1, 0), [_CHECK])
            self.ticksChanged.emit()

    def toggle(self, key: Key) -> None:
        """Tick a series, or take its tick away.

        Parameters
        ----------
        key : (str, str)
            Symbol and time frame.
        """
        rest = [each for each in self._ticked if each != key]
        self.tick(rest if key in self._ticked else [*self._ticked, key])

    def fill(self, found: Mapping[Key, InventoryEntry]) -> None:
        """Show what has become known of some series.

        Parameters
        ----------
        found : mapping
            Entries by key.
        """
        self.renew(lambda entry: found.get(key_of(entry), entry))

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return what can be done with a cell.

        Parameters
        ----------
        index : QModelIndex
            Which cell.
        """
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.isValid() and index.column() == 0 else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object | None:
        """Return what Qt asks about a cell.

        Parameters
        ----------
        index : QModelIndex
            Which cell.
        role : int
            As `RecordModel.data` takes it, or the state of the tick.
        """
        if role == _CHECK and index.isValid() and index.column() == 0:
            ticked = key_of(self.records[index.row()]) in self._ticked
            return Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
        return super().data(index, role)

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Set or take a tick.

        Parameters
        ----------
        index : QModelIndex
            Which cell.
        value : object
            A check state.
        role : int
            Only the state of a tick can be set.
        """
        if role != _CHECK or not index.isValid() or index.column() != 0:
            return False
        key = key_of(self.records[index.row()])
        if (Qt.CheckState(value) is Qt.CheckState.Checked) is not (key in self._ticked):
            self.toggle(key)
        return True


class QualityDelegate(QStyledItemDelegate):
    """Draws the share of bars that are there as a bar, with the figure beside it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one cell.

        Parameters
        ----------
        painter : QPainter
            Where to.
        option : QStyleOptionViewItem
            Place and state.
        index : QModelIndex
            Which cell.
        """
        self.initStyleOption(option, index)
        text, option.text = option.text, ""
        option.widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        model = index.model()
        entry: InventoryEntry = model.records[index.row()]  # type: ignore[attr-defined]
        found = entry.quality
        place = QRectF(option.rect).adjusted(6, 0, -6, 0)
        painter.save()
        painter.setPen(color("text" if found else "text_disabled"))
        if found is not None and found.expected:
            figure = option.fontMetrics.horizontalAdvance("99.99 %") + 8
            bar = QRectF(place.left(), place.center().y() - 3, max(place.width() - figure, 0), 6)
            painter.fillRect(bar, color("border"))
            painter.fillRect(QRectF(bar.left(), bar.top(), bar.width() * found.share, 6), color(TONES[found.verdict]))
            place.setLeft(bar.right() + 8)
        elif found is not None:
            painter.setPen(color("danger"))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.restore()


class SymbolTable(RecordTable):
    """The series of the workspace.

    Keys: Space ticks, Delete asks to delete, the arrows choose.
    """

    deleteRequested = Signal()

    def __init__(self) -> None:
        self.symbols = SymbolModel()
        super().__init__(self.symbols.columns, "dataPanel.symbolTable", say("Series in the workspace"), self.symbols)
        self.setAccessibleDescription(say("Space ticks a series for alignment, Delete moves it to the trash"))
        self.setItemDelegateForColumn(QUALITY, QualityDelegate(self))
        self.verticalHeader().setDefaultSectionSize(28)
        self._kept: Key | None = None
        self.symbols.modelAboutToBeReset.connect(self._keep)
        self.symbols.modelReset.connect(self._choose_again)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(40)
        self._set_widths()
        self.setColumnWidth(len(_WIDTHS), 60)

    def _set_widths(self) -> None:
        for column, widest in enumerate(_WIDTHS):
            title = self.symbols.columns[column].title
            wide = max(self.fontMetrics().horizontalAdvance(text) for text in (widest, title))
            self.setColumnWidth(column, wide + (36 if column == 0 else 20))

    @property
    def chosen(self) -> Key | None:
        """Key of the selected series."""
        entry: InventoryEntry | None = self.selected
        return key_of(entry) if entry else None

    def choose(self, key: Key) -> None:
        """Select a series, if it is shown.

        Parameters
        ----------
        key : (str, str)
            Symbol and time frame.
        """
        self.select(lambda entry: key_of(entry) == key)

    def visible_keys(self) -> list[Key]:
        """Return the series whose rows can be seen, top to bottom."""
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        rows = self.symbols.records
        return [key_of(entry) for entry in rows[max(first, 0) : (last if last >= 0 else len(rows) - 1) + 1]]

    @Slot()
    def _keep(self) -> None:
        self._kept = self.chosen or self._kept

    @Slot()
    def _choose_again(self) -> None:
        """Keep the selected series through filters and sorting; the first one where it is not shown."""
        shown = [key_of(entry) for entry in self.symbols.records]
        if shown:
            self.selectRow(shown.index(self._kept) if self._kept in shown else 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Carry out the keys named in the class.

        Parameters
        ----------
        event : QKeyEvent
            The key.
        """
        chosen = self.chosen
        if chosen is not None and event.key() == Qt.Key.Key_Space:
            self.symbols.toggle(chosen)
        elif chosen is not None and event.key() == Qt.Key.Key_Delete:
            self.deleteRequested.emit()
        else:
            QTableView.keyPressEvent(self, event)
