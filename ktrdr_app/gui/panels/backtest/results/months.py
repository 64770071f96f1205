"""Monthly returns as a table of years by months, tinted blue for gains and orange for losses, with their figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QCoreApplication, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ktrdr_app.gui.charts.data_table import DataTwin
from ktrdr_app.gui.charts.figures import Figures, Series
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.table import Column, RecordModel, RecordTable
from ktrdr_app.gui.ui.theme import Tokens, themeChanged, tokens
from ktrdr_app.gui.ui.widgets import GRID, label
from ktrdr_app.workflows.run_breakdown import YearRow, month_grid, month_words
from ktrdr_app.workflows.wording import typographic

STRONGEST = 0.42
"""Share of the colour at the largest month; text keeps 4.5:1 on it."""
FULL = 0.10
"""Monthly return that is tinted fully, at least."""

Index = QModelIndex | QPersistentModelIndex


def _t(text: str) -> str:
    return QCoreApplication.translate("backtestPanel", text)


def month_names() -> tuple[str, ...]:
    """Return the short names of the months in the user's language."""
    names = (_t("Jan"), _t("Feb"), _t("Mar"), _t("Apr"), _t("May"), _t("Jun"))
    return (*names, _t("Jul"), _t("Aug"), _t("Sep"), _t("Oct"), _t("Nov"), _t("Dec"))


class HeatModel(RecordModel):
    """Years as rows; cells are tinted by their return.

    Parameters
    ----------
    columns : sequence of Column
        Year, twelve months, the year's total.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__(columns)
        self.largest = FULL

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object | None:
        """Return what Qt asks about a cell.

        Parameters
        ----------
        index : QModelIndex
            Which cell.
        role : int
            As `RecordModel.data` takes it, or the ground.
        """
        if role != Qt.ItemDataRole.BackgroundRole or not index.isValid():
            return super().data(index, role)
        value = value_of(self.records[index.row()], index.column())
        return None if not value else tint(value, self.largest, tokens())


def value_of(year: YearRow, column: int) -> float | None:
    """Return the return behind a cell; None for the year's name and months without bars.

    Parameters
    ----------
    year : YearRow
        The row.
    column : int
        0 for the year, 1 to 12 for months, 13 for the total.
    """
    if column == 0:
        return None
    return year.total if column == 13 else year.months[column - 1]


def tint(value: float, largest: float, theme: Tokens) -> QColor:
    """Return the ground of a cell: the panel's colour with a share of blue or orange.

    Parameters
    ----------
    value : float
        Return, a fraction.
    largest : float
        Return that has the whole tint; larger ones, such as totals, have it too.
    theme : Tokens
        The colours in use.
    """
    share = STRONGEST * min(1.0, abs(value) / largest)
    ground, colour = QColor(theme.panel), QColor(theme.up if value > 0 else theme.down)
    mixed = (round(a + (b - a) * share) for a, b in zip(ground.getRgb()[:3], colour.getRgb()[:3], strict=True))  # type: ignore[index]
    return QColor(*mixed)


class MonthHeatmap(RecordTable):
    """Years by months with the year's total; the same figures open as a data table by Ctrl+Shift+D."""

    def __init__(self) -> None:
        columns = [Column(_t("Year"), lambda year: str(year.year), lambda year: year.year)]
        columns += [_month(place, name) for place, name in enumerate(month_names())]
        columns.append(Column(_t("Total"), lambda year: _written(year.total), lambda year: year.total, number=True))
        super().__init__(columns, "backtestPanel.monthlyHeatmap", _t("Return of each month"), HeatModel(columns))
        self.monthly: Mapping[str, float] = {}
        self.twin = DataTwin(self)
        self.horizontalHeader().setMinimumSectionSize(44)
        self.verticalHeader().setDefaultSectionSize(28)
        themeChanged.connect(self._repaint)

    def set_months(self, monthly: Mapping[str, float]) -> None:
        """Show other months.

        Parameters
        ----------
        monthly : mapping of str to float
            Returns by ``YYYY-MM``.
        """
        self.monthly = dict(monthly)
        if isinstance(self.records, HeatModel):
            sizes = sorted(abs(value) for value in monthly.values())
            # one wild month must not take the colour from all others
            self.records.largest = max(FULL, sizes[int(0.95 * (len(sizes) - 1))]) if sizes else FULL
        self.records.set_records(month_grid(monthly))
        accessibility.name(self, _t("Return of each month"), month_words(monthly))

    def figures(self) -> Figures:
        """Return the months as two columns."""
        values = np.array(list(self.monthly.values()), dtype=np.float64)
        months = np.array(list(self.monthly), dtype=object)
        return Figures(self.accessibleName(), (Series(_t("month"), months), Series(_t("return"), values)))

    def _repaint(self, _theme: object = None) -> None:
        self.viewport().update()


def _written(value: float | None) -> str:
    return "" if value is None else numbers.percent(value, 1, signed=True)


def _month(place: int, name: str) -> Column:
    def value(year: YearRow) -> float | None:
        return year.months[place]

    def key(year: YearRow) -> float:
        found = year.months[place]
        return -np.inf if found is None else found

    def text(year: YearRow) -> str:
        return _written(value(year))

    return Column(name, text, key, number=True)


class MonthsPage(QWidget):
    """The heatmap and what it shows in words."""

    def __init__(self) -> None:
        super().__init__()
        self.words = label("", wrap=True)
        self.words.setObjectName("backtestPanel.monthWords")
        self.heatmap = MonthHeatmap()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, GRID, 0, 0)
        box.setSpacing(GRID)
        box.addWidget(self.words)
        box.addWidget(self.heatmap, 1)
        self.set_months({})

    def set_months(self, monthly: Mapping[str, float]) -> None:
        """Show other months.

        Parameters
        ----------
        monthly : mapping of str to float
            Returns by ``YYYY-MM``.
        """
        self.heatmap.set_months(monthly)
        self.words.setText(
            typographic(month_words(monthly)) or _t("Run a backtest: its months are shown here, each with its return.")
        )
