"""The months' table: figures in every cell, tints that keep the text readable, the twin as a table."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.backtest.results.months import STRONGEST, MonthsPage, month_names, tint
from ktrdr_app.gui.ui.theme import apply_theme, tokens
from ktrdr_app.gui.ui.tokens import contrast

pytestmark = pytest.mark.gui

MONTHLY = {"2019-12": -0.05, "2020-01": 0.10, "2020-02": 0.0, "2020-04": 0.02}
Role = Qt.ItemDataRole


@pytest.fixture
def page(qtbot: QtBot, dark: QApplication) -> MonthsPage:
    """Return the page with four months."""
    made = MonthsPage()
    qtbot.addWidget(made)
    made.resize(1000, 400)
    made.set_months(MONTHLY)
    made.show()
    return made


def cell(page: MonthsPage, row: int, column: int, role: Role = Role.DisplayRole) -> object:
    return page.heatmap.records.index(row, column).data(role)


def test_years_by_months_with_totals(page: MonthsPage) -> None:
    titles = [page.heatmap.records.headerData(column, Qt.Orientation.Horizontal) for column in range(14)]
    assert titles == ["Year", *month_names(), "Total"]
    thin = "\u202f"
    assert [cell(page, 1, column) for column in (0, 1, 2, 3, 4, 13)] == [
        "2020", f"+10.0{thin}%", f"+0.0{thin}%", "", f"+2.0{thin}%", f"+12.2{thin}%",
    ]  # fmt: skip
    assert cell(page, 0, 12) == f"−5.0{thin}%"


def test_gains_and_losses_have_other_grounds_and_nothing_has_none(page: MonthsPage) -> None:
    ground = Role.BackgroundRole
    assert cell(page, 1, 1, ground) == tint(0.10, 0.10, tokens())
    assert cell(page, 0, 12, ground) != cell(page, 1, 1, ground)
    for column in (0, 2, 3):
        assert cell(page, 1, column, ground) is None


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_figures_can_be_read_on_every_tint(theme: str, dark: QApplication) -> None:
    apply_theme(dark, theme)
    for share in range(21):
        for sign in (1, -1):
            ground = tint(sign * share / 20, 1.0, tokens())
            assert contrast(tokens().text, ground.name()) >= 4.5


def test_a_tint_grows_with_the_return_up_to_its_strongest(dark: QApplication) -> None:
    theme = tokens()
    ground, blue = QColor(theme.panel), QColor(theme.up)
    assert tint(1e-9, 0.1, theme) == ground
    full = tint(0.1, 0.1, theme)
    assert full.blue() == round(ground.blue() + STRONGEST * (blue.blue() - ground.blue()))
    assert tint(5.0, 0.1, theme) == full


def test_one_wild_month_does_not_pale_the_others(page: MonthsPage) -> None:
    calm = {f"20{year:02d}-{month:02d}": 0.12 for year in range(10, 14) for month in range(1, 13)}
    page.set_months({**calm, "2014-01": 9.0})
    assert page.heatmap.records.largest == pytest.approx(0.12)  # type: ignore[attr-defined]


def test_the_words_and_the_twin_say_the_same(page: MonthsPage) -> None:
    assert page.words.text().startswith("2 of 4 months gained")
    assert "−5.0" in page.words.text()
    assert page.heatmap.accessibleDescription().startswith("2 of 4 months gained")
    figures = page.heatmap.figures()
    assert figures.columns[0].values.tolist() == list(MONTHLY)
    assert figures.columns[1].values.tolist() == list(MONTHLY.values())


def test_columns_sort_by_value_and_gaps_go_last(page: MonthsPage) -> None:
    page.heatmap.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert cell(page, 0, 0) == "2020"
    page.heatmap.sortByColumn(12, Qt.SortOrder.DescendingOrder)
    assert cell(page, 0, 0) == "2019"


def test_before_a_run_it_says_what_to_do(page: MonthsPage) -> None:
    page.set_months({})
    assert "Run a backtest" in page.words.text()
    assert page.heatmap.records.rowCount() == 0


def test_nothing_is_cut_off(page: MonthsPage) -> None:
    page.set_months({f"2020-{month:02d}": -0.123 for month in range(1, 13)})
    page.resize(900, 300)
    page.grab()
    header = page.heatmap.horizontalHeader()
    for column in range(14):
        text = page.heatmap.fontMetrics().horizontalAdvance(str(cell(page, 0, column)))
        assert header.sectionSize(column) > text
