"""A header that keeps room for the arrow of the sorted column alone, so that dense tables fit small windows."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHeaderView

from ktrdr_app.gui.ui.table import RecordTable

ARROW = 16
"""Pixels of the arrow with its distance from the title."""
PADDING = 6
"""Pixels at either side of a title."""


class DenseHeader(QHeaderView):
    """The header of a table whose columns are as wide as their content.

    Qt keeps room for an arrow in every column, whether it is sorted by or not.

    Parameters
    ----------
    table : RecordTable
        Whose header it becomes; its model is reset by sorting, which measures all titles again.
    """

    def __init__(self, table: RecordTable) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        before = table.horizontalHeader()
        self.setFont(before.font())
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumSectionSize(32)
        self.setStyleSheet(f"QHeaderView::section {{ padding: 3px {PADDING}px; }}")
        table.setHorizontalHeader(self)
        self.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortIndicatorShown(table.isSortingEnabled())

    def sectionSizeFromContents(self, logicalIndex: int) -> QSize:
        """Return the room that a title takes, with its arrow where the table is sorted by it.

        Parameters
        ----------
        logicalIndex : int
            Which column.
        """
        title = str(self.model().headerData(logicalIndex, Qt.Orientation.Horizontal) or "")
        self.ensurePolished()
        font = self.font()
        font.setBold(True)
        metrics = QFontMetrics(font)
        arrow = ARROW if self.isSortIndicatorShown() and self.sortIndicatorSection() == logicalIndex else 0
        wide = metrics.horizontalAdvance(title) + 2 * PADDING + arrow + 2
        return QSize(wide, super().sectionSizeFromContents(logicalIndex).height())
