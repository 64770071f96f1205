"""Master and details: the chosen symbol decides matrix, calibration and words, and a click leads to its bars."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.results.bars_dialog import BarsDialog
from ktrdr_app.gui.panels.training.results.results_view import ResultsView
from ktrdr_app.gui.ui import accessibility
from tests.gui.helpers import settle
from tests.gui.panels.training.results.made import AAPL, IBM, POOLED, results

pytestmark = pytest.mark.gui


@pytest.fixture
def view(qtbot: QtBot, context: AppContext) -> ResultsView:
    made = ResultsView(context)
    qtbot.addWidget(made)
    made.resize(820, 380)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_before_a_training_it_says_what_will_stand_here(view: ResultsView) -> None:
    assert "Once a model is trained" in view.about.text()
    assert view.table.records.records == ()
    assert view.confusion.matrix.counts == ()


def test_all_symbols_are_shown_first(view: ResultsView) -> None:
    view.show_results(results())
    assert view.symbol == ""
    assert view.confusion.matrix.counts == POOLED.confusion
    assert view.about.text().startswith("All symbols:")
    assert "Careful" not in view.about.text()
    assert "Click a cell" in view.about.text()


def test_a_chosen_symbol_shows_its_own(view: ResultsView) -> None:
    heard: list[str] = []
    view.symbolChosen.connect(heard.append)
    view.show_results(results())
    view.table.choose("IBM")
    assert view.confusion.matrix.counts == IBM.confusion
    assert view.calibration._found is IBM
    assert "Careful: no skill" in view.about.text()
    view.table.choose("AAPL")
    assert view.confusion.matrix.counts == AAPL.confusion
    assert heard == ["", "IBM", "AAPL"]


def test_papers_without_counts_offer_no_click(view: ResultsView) -> None:
    from dataclasses import replace

    view.show_results(results(pooled=replace(POOLED, confusion=())))
    assert "counts no cells" in view.about.text()


def test_a_click_on_a_cell_opens_its_bars(view: ResultsView, qtbot: QtBot, context: AppContext) -> None:
    view.show_results(results())
    view.table.choose("AAPL")
    place = view.confusion.visualRect(view.confusion.model().index(2, 1)).center()
    QTest.mouseClick(view.confusion.viewport(), Qt.MouseButton.LeftButton, pos=place)
    (dialog,) = view.findChildren(BarsDialog)
    assert "SELL" in dialog.windowTitle()
    assert "HOLD" in dialog.windowTitle()
    settle(qtbot, context.tasks)
    assert dialog.place.text() == "The bars cannot be shown", "there is no such model"
    dialog.close()


def test_nothing_of_an_older_training_stays(view: ResultsView) -> None:
    view.show_results(results())
    view.table.choose("IBM")
    view.clear()
    assert view.symbol == ""
    assert view.confusion.matrix.counts == ()
    assert view.calibration.accessibleDescription() == "no calibration to show"
    view.show_results(results())
    assert view.confusion.matrix.counts == POOLED.confusion


def test_everything_has_a_name_and_nothing_is_cut_off(view: ResultsView) -> None:
    view.show_results(results())
    view.table.choose("IBM")
    assert accessibility.nameless(view) == []
    assert accessibility.undescribed(view) == []
    header = view.confusion.horizontalHeader()
    for place in range(4):
        wanted = header.fontMetrics().horizontalAdvance(view.confusion.model().headerData(place, header.orientation()))
        assert header.sectionSize(place) > wanted
    assert view.about.height() >= view.about.heightForWidth(view.about.width())
