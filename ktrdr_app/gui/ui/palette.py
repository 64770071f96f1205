"""A search box over a list: type a few letters, choose with the arrows, Enter does it; disabled entries say why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.fuzzy_match import score
from ktrdr_app.gui.ui.theme import color
from ktrdr_app.gui.ui.widgets import GRID, label

WIDTH = 640
_ROW = 34
_MOST_ROWS = 12
_RELEVANT = 0.5
"""Share of the best answer's points that another one must have to be shown."""
_ENTRY = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)

_GROUP = 4.0
"""Points that an answer loses for needing the name of its group."""


@dataclass(frozen=True)
class Entry:
    """One line of the palette.

    Attributes
    ----------
    text : str
        What it does or is.
    act : callable
        Does it.
    group : str
        Where it belongs, such as the menu that holds it.
    keys : str
        Its shortcut, as it is shown.
    reason : str
        Why it cannot be done now; empty if it can.
    """

    text: str
    act: Callable[[], object]
    group: str = ""
    keys: str = ""
    reason: str = ""

    @property
    def spoken(self) -> str:
        """The line as a screen reader says it."""
        return ", ".join(part for part in (self.text, self.group, self.keys, self.reason) if part)


def ranked(entries: Sequence[Entry], query: str) -> list[Entry]:
    """Return the entries that answer a query, the best first; all of them, in their order, without one.

    Answers that are much worse than the best are left out.

    Parameters
    ----------
    entries : sequence of Entry
        What is searched, by group and text.
    query : str
        What was typed.
    """
    if not query.strip():
        return list(entries)
    found = []
    for place, entry in enumerate(entries):
        own, wider = score(query, entry.text), score(query, f"{entry.group} {entry.text}")
        points = [value - less for value, less in ((own, 0.0), (wider, _GROUP)) if value is not None]
        if points:
            found.append((-max(points), place, entry))
    least = _RELEVANT * min((points for points, _place, _entry in found), default=0.0)
    found = [each for each in found if each[0] <= least]
    return [entry for _points, _place, entry in sorted(found, key=lambda each: each[:2])]


class _Lines(QStyledItemDelegate):
    """Draws an entry: its words, its group muted behind them, and at the right its keys or why it is off."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the size of a line.

        Parameters
        ----------
        option : QStyleOptionViewItem
            The list's style.
        index : QModelIndex
            The line; all are of one height.
        """
        return QSize(super().sizeHint(option, index).width(), _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a line.

        Parameters
        ----------
        painter : QPainter
            Draws it.
        option : QStyleOptionViewItem
            Where, and whether it is chosen.
        index : QModelIndex
            The line.
        """
        entry: Entry = index.data(_ENTRY)
        place, state = _of(option)
        painter.save()
        area = place.adjusted(GRID, 0, -GRID, 0)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(place, color("accent_soft"))
        right = entry.reason or entry.keys
        metrics = painter.fontMetrics()
        used = metrics.horizontalAdvance(entry.text) + GRID
        painter.setPen(color("text_muted" if entry.reason else "text"))
        painter.drawText(area, _LEFT, metrics.elidedText(entry.text, Qt.TextElideMode.ElideRight, area.width()))
        behind = QRect(area.left() + used, area.top(), max(0, area.width() - used), area.height())
        painter.setPen(color("text_muted"))
        painter.drawText(behind, _LEFT, metrics.elidedText(entry.group, Qt.TextElideMode.ElideRight, behind.width()))
        room = behind.width() - metrics.horizontalAdvance(entry.group) - 2 * GRID
        painter.setPen(color("warning" if entry.reason else "text_muted"))
        painter.drawText(area, _RIGHT, metrics.elidedText(right, Qt.TextElideMode.ElideRight, max(0, room)))
        painter.restore()


def _of(option: Any) -> tuple[QRect, QStyle.StateFlag]:
    """Return place and state of a line; the stubs of PySide6 do not know these fields."""
    return option.rect, option.state


_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class Palette(QDialog):
    """The box; the keyboard stays in the search field, from which the arrows move through the list.

    Parameters
    ----------
    title : str
        What is searched; also the field's name and placeholder.
    entries : sequence of Entry
        Everything that can be found.
    parent : QWidget
        Window over which it opens.
    """

    def __init__(self, title: str, entries: Sequence[Entry], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self.setWindowTitle(title)
        self.setObjectName("palette")
        self._window = parent
        self._entries = tuple(entries)
        self.field = QLineEdit()
        self.field.setObjectName("palette.field")
        self.field.setPlaceholderText(title)
        self.field.installEventFilter(self)
        self.list = QListWidget()
        self.list.setObjectName("palette.list")
        self.list.setItemDelegate(_Lines(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        accessibility.name(self.list, self.tr("Found"))
        self.none = label(self.tr("Nothing is called like that"), "muted")
        self.why = label("", "muted", wrap=True)
        box = QVBoxLayout(self)
        box.setContentsMargins(GRID, GRID, GRID, GRID)
        box.setSpacing(GRID)
        for widget in (self.field, self.none, self.list, self.why):
            box.addWidget(widget)
        self.field.textChanged.connect(self.search)
        self.list.currentItemChanged.connect(self._tell)
        self.list.itemActivated.connect(self.do_current)
        self.setFixedWidth(min(WIDTH, parent.width() - 4 * GRID))
        accessibility.name(self.field, title)
        self.search("")

    @property
    def shown(self) -> list[Entry]:
        """The entries in the list, best first."""
        return [self.list.item(place).data(_ENTRY) for place in range(self.list.count())]

    @property
    def current(self) -> Entry | None:
        """The entry that Enter would do."""
        item = self.list.currentItem()
        return None if item is None else item.data(_ENTRY)

    @Slot(str)
    def search(self, query: str) -> None:
        """Show what answers a query.

        Parameters
        ----------
        query : str
            What was typed.
        """
        found = ranked(self._entries, query)
        self.list.clear()
        for entry in found:
            item = QListWidgetItem(entry.text)
            item.setData(_ENTRY, entry)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, entry.spoken)
            item.setToolTip(entry.reason)
            self.list.addItem(item)
        self.list.setFixedHeight(max(1, min(_MOST_ROWS, len(found))) * _ROW + 6)
        self.list.setVisible(bool(found))
        self.none.setVisible(not found)
        self.list.setCurrentRow(0)
        self._tell()
        self._place()

    @Slot()
    def do_current(self, _item: object = None) -> None:
        """Do the chosen entry and close; one that cannot be done says why and stays."""
        entry = self.current
        if entry is None:
            return
        if entry.reason:
            self._tell()
            return
        self.accept()
        entry.act()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrows in the search field move through the list, and Enter do what is chosen.

        Parameters
        ----------
        watched : QObject
            The search field.
        event : QEvent
            What happened to it; keys of the list are swallowed.
        """
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _MOVES:
                self._move(Qt.Key(event.key()))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.do_current()
                return True
        return False

    def _move(self, key: Qt.Key) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -_MOST_ROWS, Qt.Key.Key_PageDown: _MOST_ROWS}
        wanted = self.list.currentRow() + steps[key]
        self.list.setCurrentRow(max(0, min(self.list.count() - 1, wanted)))

    @Slot()
    def _tell(self, _item: object = None, _before: object = None) -> None:
        entry = self.current
        self.field.setAccessibleDescription(entry.spoken if entry else self.none.text())
        self.why.setText(self.tr("Not now: {0}").format(entry.reason) if entry and entry.reason else "")
        self.why.setVisible(bool(entry and entry.reason))

    def _place(self) -> None:
        self.adjustSize()
        window = self._window
        corner = window.mapToGlobal(window.rect().topLeft())
        self.move(corner.x() + (window.width() - self.width()) // 2, corner.y() + 6 * GRID)
