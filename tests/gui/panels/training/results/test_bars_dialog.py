"""The bars of a cell: those that other code finds too, one after the other, with what the model stated."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.results.bars_dialog import BarsDialog
from ktrdr_app.gui.panels.training.results.results_view import ResultsView
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.workflows.cell_bars import CHANGED
from ktrdr_app.workflows.training_results import show_results
from tests.gui.helpers import click, settle
from tests.workflows.cells import cells_of

pytestmark = pytest.mark.gui

MODEL = "quick/universal_1d_v1"
Open = Callable[..., BarsDialog]


@pytest.fixture
def view(qtbot: QtBot, dark: object, tasks: TaskManager, trained_workspace: Workspace) -> ResultsView:
    made = ResultsView(AppContext(trained_workspace, tasks))
    qtbot.addWidget(made)
    made.resize(900, 420)
    made.show()
    made.show_results(show_results(trained_workspace, MODEL))
    return made


@pytest.fixture
def open_cell(view: ResultsView, qtbot: QtBot, tasks: TaskManager) -> Open:
    """Return a function that chooses a symbol, opens a cell and waits for its bars."""

    def opened(symbol: str, label: int, answer: int) -> BarsDialog:
        view.table.choose(symbol)
        dialog = view.open_bars(label, answer)
        assert dialog is not None
        settle(qtbot, tasks)
        return dialog

    return opened


def fullest(view: ResultsView, symbol: str, *, right: bool) -> tuple[int, int]:
    """Return the cell with the most bars of those that are right, or wrong."""
    counts = view._results.figures_of(symbol).confusion
    cells = [(label, answer) for label in range(3) for answer in range(3) if (label == answer) is right]
    return max(cells, key=lambda cell: counts[cell[0]][cell[1]])


def shown(dialog: BarsDialog) -> list[object]:
    return list(dialog.judged.bars.index[dialog.bars].to_pydatetime())


@pytest.mark.parametrize("right", [True, False])
def test_the_bars_are_those_that_other_code_finds(
    view: ResultsView, open_cell: Open, trained_workspace: Workspace, right: bool
) -> None:
    expected = cells_of(trained_workspace, "quick", "IBM", atrs=2.0, lookahead=5)
    cell = fullest(view, "IBM", right=right)
    dialog = open_cell("IBM", *cell)
    assert shown(dialog) == expected[cell]
    assert dialog.chart.marks.bars.tolist() == dialog.bars.tolist()
    assert len(dialog.bars) == view._results.figures_of("IBM").confusion[cell[0]][cell[1]]
    assert dialog.chart.marks.answer == cell[1]


def test_next_and_previous_go_from_bar_to_bar(
    view: ResultsView, open_cell: Open, trained_workspace: Workspace, qtbot: QtBot
) -> None:
    cell = fullest(view, "IBM", right=False)
    dialog = open_cell("IBM", *cell)
    days = [f"{moment:%Y-%m-%d}" for moment in cells_of(trained_workspace, "quick", "IBM", 2.0, 5)[cell]]
    assert days[0] in dialog.place.text()
    assert f"bar 1 of {len(days)}" in dialog.place.text()
    assert not dialog.previous.isEnabled()
    click(qtbot, dialog.next)
    assert days[1] in dialog.place.text()
    assert "bar 2 of" in dialog.place.text()
    assert dialog.chart.marks.chosen == int(dialog.bars[1])
    left, right = dialog.chart.view.viewRange()[0]
    assert left < dialog.bars[1] < right
    click(qtbot, dialog.previous)
    assert dialog.number == 0
    dialog.go_to(len(days) - 1)
    assert not dialog.next.isEnabled()
    dialog.step_on()
    assert dialog.number == len(days) - 1, "there is no bar after the last"


def test_brackets_step_like_the_buttons(view: ResultsView, open_cell: Open, qtbot: QtBot) -> None:
    dialog = open_cell("IBM", *fullest(view, "IBM", right=True))
    dialog.chart.setFocus()
    qtbot.keyClick(dialog, Qt.Key.Key_BracketRight)
    qtbot.keyClick(dialog, Qt.Key.Key_BracketRight)
    assert dialog.number == 2
    qtbot.keyClick(dialog, Qt.Key.Key_BracketLeft)
    assert dialog.number == 1


def test_what_the_model_stated_is_told(view: ResultsView, open_cell: Open) -> None:
    cell = fullest(view, "IBM", right=True)
    dialog = open_cell("IBM", *cell)
    judged = dialog.judged
    shares = judged.probabilities[judged.cell(*cell)[0]]
    said = " ".join(dialog.words.text().split())
    for name, share in zip(("BUY", "HOLD", "SELL"), shares, strict=True):
        assert f"{name} {100 * share:.1f} %" in said
    assert judged.probabilities.argmax(axis=1)[judged.cell(*cell)[0]] == cell[1]


def test_of_all_symbols_each_can_be_looked_at(view: ResultsView, open_cell: Open, qtbot: QtBot) -> None:
    cell = fullest(view, "", right=True)
    dialog = open_cell("", *cell)
    offered = [dialog.symbol.itemData(place) for place in range(dialog.symbol.count())]
    assert offered == ["AAPL", "IBM"]
    first = shown(dialog)
    assert dialog.judged.symbol == "AAPL"
    dialog.symbol.setCurrentIndex(1)
    settle(qtbot, view._context.tasks)
    assert dialog.judged.symbol == "IBM"
    counts = [view._results.figures_of(name).confusion[cell[0]][cell[1]] for name in offered]
    assert [len(first), len(dialog.bars)] == counts
    assert dialog.symbol.itemText(0).startswith("AAPL: ")


def test_of_one_symbol_only_that_is_offered(open_cell: Open) -> None:
    dialog = open_cell("IBM", 1, 1)
    assert [dialog.symbol.itemData(place) for place in range(dialog.symbol.count())] == ["IBM"]


def test_an_empty_cell_says_so(view: ResultsView, open_cell: Open) -> None:
    counts = view._results.figures_of("IBM").confusion
    empty = [(label, answer) for label in range(3) for answer in range(3) if not counts[label][answer]]
    assert empty, "three epochs leave a cell without bars"
    dialog = open_cell("IBM", *empty[0])
    assert dialog.place.text() == "No bar of IBM is in this cell"
    assert not dialog.next.isEnabled()
    assert not dialog.previous.isEnabled()


def test_changed_bars_are_shown_with_a_caution(
    view: ResultsView, open_cell: Open, trained_workspace: Workspace
) -> None:
    path = trained_workspace.data / "IBM_1d.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[400] = lines[401].replace(lines[401].split(",")[0], lines[400].split(",")[0])
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    dialog = open_cell("IBM", 1, 1)
    assert dialog.judged.caution == CHANGED
    assert "the bars have changed since the training" in dialog.words.text()
    assert dialog.words.property("tone") == "warning"


def test_a_series_that_is_gone_is_told_in_the_dialog(open_cell: Open, trained_workspace: Workspace) -> None:
    (trained_workspace.data / "IBM_1d.csv").unlink()
    dialog = open_cell("IBM", 1, 1)
    assert dialog.place.text() == "The bars cannot be shown"
    assert "IBM 1d" in dialog.words.text()
    assert not dialog.next.isEnabled()
    dialog.go_to(0)
    assert dialog.chart.marks.chosen is None


def test_closing_stops_the_search(view: ResultsView, qtbot: QtBot, tasks: TaskManager) -> None:
    view.table.choose("IBM")
    dialog = view.open_bars(1, 1)
    assert dialog is not None
    assert "Asking the model" in dialog.place.text()
    dialog.reject()
    settle(qtbot, tasks)


def test_everything_has_a_name_and_a_table_twin(open_cell: Open) -> None:
    dialog = open_cell("IBM", 1, 1)
    assert accessibility.nameless(dialog) == []
    assert f"{len(dialog.bars)} bars marked" in dialog.chart.accessibleDescription()
    columns = {column.title: column for column in dialog.chart.figures().columns}
    answered = columns["answered"].values
    assert [place for place, word in enumerate(answered) if word] == dialog.bars.tolist()
    assert set(answered[dialog.bars]) == {"HOLD"}


@pytest.mark.parametrize("answer", [0, 1, 2])
def test_marks_of_every_answer_are_painted(open_cell: Open, answer: int) -> None:
    dialog = open_cell("IBM", 1, 1)
    marks, judged = dialog.chart.marks, dialog.judged
    low, high = (judged.bars[name].to_numpy(dtype=float) for name in ("low", "high"))
    before = dialog.chart.grab().toImage()
    marks.set_marks(judged.place[:40], low, high, answer, right=answer == 1)
    dialog.chart.choose(int(judged.place[3]))
    assert dialog.chart.grab().toImage() != before
    marks.set_marks(judged.place[:0], low, high, answer, right=True)
    assert marks.columns() == ()


def test_no_dialog_without_a_training(view: ResultsView) -> None:
    view.clear()
    assert view.open_bars(0, 0) is None
    assert view.findChildren(BarsDialog) == []
