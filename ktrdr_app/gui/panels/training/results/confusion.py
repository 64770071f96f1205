"""The confusion matrix: what the model answered on the rows of each label, by count and share, cell by cell."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from ktrdr_app.gui.panels.training.results.words import name_of, say
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.theme import themeChanged, tokens
from ktrdr_app.workflows.report_figures import CLASSES
from ktrdr_app.workflows.training_results import SymbolFigures

Index = QModelIndex | QPersistentModelIndex

SHARE = Qt.ItemDataRole.UserRole
"""Share of the label's rows in a cell, 0 to 1."""
RIGHT = Qt.ItemDataRole.UserRole + 1
"""Whether a cell holds right answers; None beside the matrix."""

_SIZE = len(CLASSES)
_MARK = 5.0
_PAD = 6


class ConfusionModel(QAbstractTableModel):
    """Three labels by three answers; one more column says how many are found, one more row how many are right."""

    def __init__(self) -> None:
        super().__init__()
        self._counts: tuple[tuple[int, ...], ...] = ()

    @property
    def counts(self) -> tuple[tuple[int, ...], ...]:
        """Rows by label and answer; empty for none."""
        return self._counts

    def set_counts(self, counts: tuple[tuple[int, ...], ...]) -> None:
        """Show another matrix.

        Parameters
        ----------
        counts : tuple of tuple of int
            Labels down, answers across; empty for none.
        """
        self.beginResetModel()
        self._counts = counts
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of rows.

        Parameters
        ----------
        parent : QModelIndex
            A valid one is a cell, and nothing lies below a cell.
        """
        return 0 if parent.isValid() or not self._counts else _SIZE + 1

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of columns.

        Parameters
        ----------
        parent : QModelIndex
            A valid one is a cell, and nothing lies below a cell.
        """
        return 0 if parent.isValid() or not self._counts else _SIZE + 1

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object | None:
        """Return the name of a label or an answer.

        Parameters
        ----------
        section : int
            Which one.
        orientation : Qt.Orientation
            Answers across, labels down.
        role : int
            Text or tool tip.
        """
        across = orientation is Qt.Orientation.Horizontal
        inside = section < _SIZE
        if role == Qt.ItemDataRole.DisplayRole:
            if not inside:
                return say("found") if across else say("right")
            return (say("said {0}") if across else say("is {0}")).format(CLASSES[section])
        if role == Qt.ItemDataRole.ToolTipRole and not inside:
            return say("Recall: share of the label's rows that are found") if across else say("Precision: share right")
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object | None:
        """Return what Qt asks about a cell.

        Parameters
        ----------
        index : QModelIndex
            Which cell.
        role : int
            Text, tool tip, alignment, `SHARE` or `RIGHT`.
        """
        if not index.isValid():
            return None
        label, answer = index.row(), index.column()
        inside = label < _SIZE and answer < _SIZE
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(label, answer)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignCenter
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole) and inside:
            return self.words(label, answer)
        if role == SHARE and inside:
            return self._share(label, answer)
        if role == RIGHT and inside:
            return label == answer
        return None

    def words(self, label: int, answer: int) -> str:
        """Say what a cell holds.

        Parameters
        ----------
        label, answer : int
            Place of the cell.
        """
        count, share = numbers.integer(self._counts[label][answer]), numbers.percent(self._share(label, answer))
        words = say("{0} bars are {1} and were answered {2}: {3} of that label")
        return words.format(count, CLASSES[label], CLASSES[answer], share)

    def _share(self, label: int, answer: int) -> float | None:
        whole = sum(self._counts[label])
        return self._counts[label][answer] / whole if whole else None

    def _text(self, label: int, answer: int) -> str:
        if label == _SIZE and answer == _SIZE:
            right, whole = sum(self._counts[place][place] for place in range(_SIZE)), sum(map(sum, self._counts))
            return numbers.percent(right / whole) if whole else numbers.NONE
        if label == _SIZE:
            answered = sum(line[answer] for line in self._counts)
            return numbers.percent(self._counts[answer][answer] / answered) if answered else numbers.NONE
        if answer == _SIZE:
            return numbers.percent(self._share(label, label))
        return f"{numbers.integer(self._counts[label][answer])}\n{numbers.percent(self._share(label, answer))}"


class ConfusionDelegate(QStyledItemDelegate):
    """Paints a cell: a column as high as its share, a disc for right answers and a cross for wrong ones."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a cell.

        Parameters
        ----------
        painter : QPainter
            Where to.
        option : QStyleOptionViewItem
            Place and state.
        index : QModelIndex
            Which cell.
        """
        right, share = index.data(RIGHT), index.data(SHARE)
        if right is None:
            super().paint(painter, option, index)
            return
        theme, place = tokens(), QRectF(option.rect).adjusted(1, 1, -1, -1)
        colour = QColor(theme.up if right else theme.down)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(place, QColor(theme.panel))
        ground = QColor(colour)
        ground.setAlphaF(0.28)
        height = place.height() * (share or 0.0)
        painter.fillRect(QRectF(place.left(), place.bottom() - height, place.width(), height), ground)
        self._mark(painter, QPointF(place.left() + _PAD + _MARK, place.top() + _PAD + _MARK), colour, right=bool(right))
        painter.setPen(QColor(theme.text))
        painter.setFont(option.font)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(index.data()))
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(QColor(theme.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(place.adjusted(1, 1, -1, -1))
        painter.restore()

    def _mark(self, painter: QPainter, centre: QPointF, colour: QColor, *, right: bool) -> None:
        painter.setPen(QPen(colour, 2))
        if right:
            painter.setBrush(colour)
            painter.drawEllipse(centre, _MARK - 1, _MARK - 1)
            return
        reach = _MARK - 1
        for up in (-1, 1):
            ends = QPointF(-reach, up * reach), QPointF(reach, -up * reach)
            painter.drawPolyline(QPolygonF([centre + end for end in ends]))


class ConfusionMatrix(QTableView):
    """The matrix; a click, Enter or Space on a cell asks for the bars in it."""

    cellChosen = Signal(int, int)
    """Label and answer whose bars are wanted: BUY 0, HOLD 1, SELL 2."""

    def __init__(self) -> None:
        super().__init__()
        self.matrix = ConfusionModel()
        self.matrix.setParent(self)
        self.setModel(self.matrix)
        self.setItemDelegate(ConfusionDelegate(self))
        self.setObjectName("trainingPanel.confusionMatrix")
        accessibility.name(self, say("Confusion matrix"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(True)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
            header.setHighlightSections(False)
            header.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            header.setSectionsClickable(False)
        self.horizontalHeader().setMinimumSectionSize(64)
        self.verticalHeader().setMinimumSectionSize(36)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(384, 180)
        self.clicked.connect(self._choose)
        themeChanged.connect(self._recolour)

    def show_figures(self, found: SymbolFigures) -> None:
        """Show the matrix of a symbol.

        Parameters
        ----------
        found : SymbolFigures
            Its figures.
        """
        self.matrix.set_counts(found.confusion)
        self.setAccessibleDescription(self.summary(found))

    def clear(self) -> None:
        """Show nothing."""
        self.matrix.set_counts(())
        self.setAccessibleDescription(say("no confusion matrix"))

    def summary(self, found: SymbolFigures) -> str:
        """Return the matrix in words: how many rows of each label are found.

        Parameters
        ----------
        found : SymbolFigures
            The figures it shows.
        """
        if not found.confusion:
            return say("no confusion matrix")
        words = say("{0} of {1} {2} found")
        parts = [
            words.format(numbers.integer(line[place]), numbers.integer(sum(line)), CLASSES[place])
            for place, line in enumerate(found.confusion)
        ]
        return say("{0}: {1}; Enter shows the bars of a cell").format(name_of(found), ", ".join(parts))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ask for the bars of the cell with Enter or Space.

        Parameters
        ----------
        event : QKeyEvent
            The key.
        """
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose(self.currentIndex())
        else:
            super().keyPressEvent(event)

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        if index.isValid() and index.row() < _SIZE and index.column() < _SIZE:
            self.cellChosen.emit(index.row(), index.column())

    @Slot(object)
    def _recolour(self, _theme: object) -> None:
        self.viewport().update()
