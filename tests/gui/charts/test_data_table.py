"""The table twin of a chart: the plotted arrays to the last digit, read back with pandas, and found by every road."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import QAbstractItemModel, QLocale, QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.axis import ValueAxis, write_value
from ktrdr_app.gui.charts.chart_data import ChartData
from ktrdr_app.gui.charts.data_table import DataTable, DataTwin, FiguresModel, open_table
from ktrdr_app.gui.charts.figures import Figures, Series
from ktrdr_app.gui.charts.plot import ThemedPlot
from ktrdr_app.gui.charts.view import LinkedCharts
from ktrdr_app.gui.ui import accessibility
from tests.gui.charts.conftest import chart_data
from tests.gui.helpers import child, click

pytestmark = pytest.mark.gui

RIGHT, LEFT = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft


class Chart(QWidget):
    """A chart whose figures a test can change."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(40)
        self.setAccessibleDescription(f"{title} in a sentence")
        self.title, self.values = title, np.arange(3.0)
        self.twin = DataTwin(self)

    def figures(self) -> Figures:
        return Figures(self.title, (Series("y", self.values),))


@pytest.fixture
def page(dark: QApplication, qtbot: QtBot) -> Iterator[QWidget]:
    """Return a page with two charts, the upper one made last."""
    made = QWidget()
    box = QVBoxLayout(made)
    lower, upper = Chart("lower", made), Chart("upper", made)
    box.addWidget(upper)
    box.addWidget(lower)
    made.resize(400, 300)
    made.show()
    made.activateWindow()
    qtbot.waitExposed(made)
    yield made
    made.close()
    made.deleteLater()


def tables(root: QWidget) -> list[DataTable]:
    return [each for each in root.findChildren(DataTable) if each.isVisible()]


def shown(model: QAbstractItemModel) -> pd.DataFrame:
    """Return what a table shows as pandas would hold it."""
    titles = [model.headerData(place, Qt.Orientation.Horizontal) for place in range(model.columnCount())]
    cells = [
        [model.index(row, place).data() for place in range(model.columnCount())] for row in range(model.rowCount())
    ]
    return pd.DataFrame(cells, columns=titles)


def number(text: str) -> float:
    return float(text.replace("\N{NARROW NO-BREAK SPACE}", "").replace("\N{MINUS SIGN}", "-"))


@pytest.fixture
def drawn(charts: LinkedCharts, tiny_bars: Callable[..., pd.DataFrame]) -> ChartData:
    data = chart_data(tiny_bars(200, seed=3, frequency="1h"))
    charts.set_data(data)
    return data


def test_the_table_shows_the_bars_that_are_drawn(charts: LinkedCharts, drawn: ChartData) -> None:
    (twin,) = charts.price_plot.findChildren(DataTwin)
    table = twin.open()
    seen = shown(table.table.model())
    times = pd.Series(pd.to_datetime(drawn.times, utc=True))
    assert seen["time"].tolist() == times.dt.strftime("%Y-%m-%d %H:%M").tolist()
    for name in ("open", "high", "low", "close"):
        assert np.allclose(seen[name].map(number), getattr(drawn, name), rtol=1e-6)
    table.reject()


def test_ctrl_c_copies_everything_drawn_with_every_digit(charts: LinkedCharts, drawn: ChartData, qtbot: QtBot) -> None:
    (twin,) = charts.price_plot.findChildren(DataTwin)
    table = twin.open()
    table.table.setCurrentIndex(table.table.model().index(5, 1))
    qtbot.keyClick(table.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    back = pd.read_csv(io.StringIO(QApplication.clipboard().text()))
    assert np.array_equal(pd.to_datetime(back["time"]).dt.as_unit("ns").astype("int64"), drawn.times)
    for name in ("open", "high", "low", "close"):
        assert np.array_equal(back[name], getattr(drawn, name)), "every digit, not the seven that are shown"
    table.reject()


def test_what_is_drawn_later_does_not_change_an_open_table(page: QWidget, qtbot: QtBot) -> None:
    chart = page.findChildren(Chart)[0]
    table = chart.twin.open()
    chart.values = np.array([9.0])
    assert shown(table.table.model())["y"].tolist() == ["0", "1", "2"]
    assert chart.twin.open().table.model().rowCount() == 1


def test_the_button_copies_too_and_close_and_escape_leave(page: QWidget, qtbot: QtBot) -> None:
    chart = page.findChildren(Chart)[0]
    table = chart.twin.open()
    QApplication.clipboard().clear()
    click(qtbot, child(table, QPushButton, "dataTable.copy"))
    assert QApplication.clipboard().text() == "y\n0.0\n1.0\n2.0\n"
    click(qtbot, child(table, QPushButton, "dataTable.close"))
    assert tables(page) == []
    again = chart.twin.open()
    qtbot.keyClick(again.table, Qt.Key.Key_Escape)
    assert tables(page) == []


def test_the_table_is_named_and_says_the_chart_in_words(page: QWidget) -> None:
    table = page.findChildren(Chart)[0].twin.open()
    words = [each.text() for each in table.findChildren(QLabel)]
    assert words[:2] == ["lower", "lower in a sentence"]
    assert "3 rows; times are UTC" in words
    assert table.windowTitle() == "Data table: lower"
    assert table.table.accessibleDescription() == "lower in a sentence"
    assert accessibility.nameless(table) == []
    assert accessibility.undescribed(table) == []


def test_the_topmost_chart_is_opened_or_the_one_that_has_the_keyboard(page: QWidget, qtbot: QtBot) -> None:
    lower, upper = page.findChildren(Chart)
    page.setFocus()
    assert open_table(page)
    assert [table.figures.title for table in tables(page)] == ["upper"]
    tables(page)[0].reject()
    lower.setFocus()
    qtbot.waitUntil(lower.hasFocus)
    assert open_table(page)
    assert [table.figures.title for table in tables(page)] == ["lower"]
    tables(page)[0].reject()
    upper.hide()
    page.setFocus()
    assert open_table(page)
    assert [table.figures.title for table in tables(page)] == ["lower"], "one that is hidden is no choice"
    lower.hide()
    tables(page)[0].reject()
    assert not open_table(page)


def test_the_context_menu_offers_the_table(page: QWidget, qtbot: QtBot) -> None:
    chart = page.findChildren(Chart)[1]
    chart.twin.popup(chart.mapToGlobal(chart.rect().center()))
    (menu,) = [each for each in chart.findChildren(QMenu) if each.isVisible()]
    (action,) = menu.actions()
    assert action.text() == "Data table…"
    action.trigger()
    menu.close()
    assert [table.figures.title for table in tables(page)] == ["upper"]


MIXED = Figures(
    "mixed",
    (
        Series("time", np.array([0, 86_399 * 10**9], dtype=np.int64), times=True),
        Series("count", np.array([3, -1_234_567], dtype=np.int64)),
        Series("value", np.array([np.nan, -0.5, np.inf])),
        Series("word", np.array(['a, "b"', "two\nlines"], dtype=object)),
    ),
)


def test_every_kind_of_cell_is_shown_and_copied(dark: QApplication, qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    model = FiguresModel(MIXED, owner)
    assert shown(model).to_numpy().tolist() == [
        ["1970-01-01 00:00", "3", "–", 'a, "b"'],
        ["1970-01-01 23:59", "\N{MINUS SIGN}1 234 567".replace(" ", "\N{NARROW NO-BREAK SPACE}"), "−0.5", "two\nlines"],
        ["", "", "–", ""],
    ]
    back = pd.read_csv(io.StringIO(MIXED.csv()))
    assert back["time"].tolist()[:2] == ["1970-01-01T00:00:00Z", "1970-01-01T23:59:59Z"]
    assert back["word"].tolist()[:2] == ['a, "b"', "two\nlines"]
    assert np.isnan(back["value"][0])
    assert back["value"].tolist()[1:] == [-0.5, np.inf]


def test_figures_stand_at_the_right_words_and_times_at_the_left(dark: QApplication, qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    model = FiguresModel(MIXED, owner)
    role = Qt.ItemDataRole.TextAlignmentRole
    sides = [model.index(0, place).data(role) & (LEFT | RIGHT) for place in range(4)]
    assert sides == [LEFT, RIGHT, RIGHT, LEFT]
    assert [model.headerData(place, Qt.Orientation.Horizontal, role) & (LEFT | RIGHT) for place in range(4)] == sides
    assert model.headerData(1, Qt.Orientation.Vertical) == "2"


def test_the_model_keeps_the_rules_of_qt(dark: QApplication, qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    model = FiguresModel(MIXED, owner)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, owner)
    cell = model.index(0, 0)
    assert (model.rowCount(cell), model.columnCount(cell)) == (0, 0), "nothing lies below a cell"
    assert model.data(QModelIndex()) is None
    assert not model.index(3, 0).isValid()


def test_a_long_chart_costs_only_the_cells_that_are_seen(page: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    chart = page.findChildren(Chart)[0]
    chart.values = np.arange(500_000.0)
    asked: list[int] = []
    write = Series.shown
    monkeypatch.setattr(Series, "shown", lambda series, row: asked.append(row) or write(series, row))
    table = chart.twin.open()
    QApplication.processEvents()
    assert table.table.model().rowCount() == 500_000
    assert 0 < len(set(asked)) < 2_000


def test_a_decimal_comma_of_the_user_changes_neither_table_nor_copy(page: QWidget) -> None:
    """The CSV is for programs: with commas in its numbers no reader would take it."""
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    try:
        chart = page.findChildren(Chart)[0]
        chart.values = np.array([1234.5])
        table = chart.twin.open()
        assert table.figures.csv() == "y\n1234.5\n"
        assert number(table.table.model().index(0, 0).data()) == 1234.5
    finally:
        QLocale.setDefault(before)


def test_a_plot_with_nothing_in_it_has_an_empty_table(dark: QApplication, qtbot: QtBot) -> None:
    plot = ThemedPlot("Nothing yet", ValueAxis(write_value, "left"), ValueAxis(write_value, "bottom"))
    qtbot.addWidget(plot)
    plot.show()
    assert open_table(plot)
    (table,) = tables(plot)
    assert (table.table.model().rowCount(), table.figures.csv()) == (0, "\n")


def test_one_row_is_a_row(page: QWidget) -> None:
    chart = page.findChildren(Chart)[0]
    chart.values = np.array([9.0])
    assert "1 row; times are UTC" in [each.text() for each in chart.twin.open().findChildren(QLabel)]
