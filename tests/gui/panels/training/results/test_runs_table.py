"""The table of trainings: figures as they are written, ticks and stars by mouse and keyboard, states as colours."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.training.results.runs_table import STAR, TICK, RunsTable, state_words
from ktrdr_app.gui.ui.theme import color
from ktrdr_app.workflows.training_runs import INTERRUPTED, UNUSABLE
from tests.gui.panels.training.results.made import run

pytestmark = pytest.mark.gui

THIN = "\N{NARROW NO-BREAK SPACE}"
NEW = run("models/quick/universal_1d_v2", star=True, name="the good one", note="with two symbols", epochs=4)
OLD = run()
STOPPED = run("runs/20240101T000000Z-train-quick-1d-aaaaaa", state=INTERRUPTED, epochs=None, figures={}, when="")
BROKEN = run("models/quick/universal_1d_v3", state=UNUSABLE, figures={}, problem="model.pt is missing")


@pytest.fixture
def table(qtbot: QtBot, dark: object) -> RunsTable:
    made = RunsTable()
    qtbot.addWidget(made)
    made.resize(800, 220)
    made.show()
    qtbot.waitExposed(made)
    made.show_runs([NEW, OLD, STOPPED])
    return made


def cells(table: RunsTable, row: int, role: Qt.ItemDataRole = Qt.ItemDataRole.DisplayRole) -> list[object]:
    model = table.model()
    return [model.data(model.index(row, column), role) for column in range(model.columnCount())]


def place(table: RunsTable, row: int, column: int) -> QRect:
    return table.visualRect(table.model().index(row, column))


def press(table: RunsTable, row: int, column: int) -> None:
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place(table, row, column).center())


def test_a_training_in_a_row(table: RunsTable) -> None:
    assert cells(table, 0)[1:] == [
        "★",
        "the good one",
        "quick",
        "AAPL, IBM",
        "4",
        f"+10.0{THIN}%",
        f"60.0{THIN}%",
        f"55.0{THIN}%",
        "0.950",
        "2024-05-06",
    ]
    assert cells(table, 1)[1:3] == ["☆", "universal_1d_v1"]
    assert cells(table, 2)[2] == "interrupted"
    assert cells(table, 2)[5:] == ["–"] * 6


def test_tips_tell_the_rest(table: RunsTable) -> None:
    table.show_runs([NEW, STOPPED, BROKEN])
    tips = [cells(table, row, Qt.ItemDataRole.ToolTipRole) for row in range(3)]
    assert tips[0][2] == "models/quick/universal_1d_v2: finished. with two symbols"
    assert "interrupted" in tips[1][2]
    assert tips[2][2] == "models/quick/universal_1d_v3: cannot be used. model.pt is missing"
    assert tips[0][3] == "quick 1d"
    assert tips[0][5] == "Best epoch: 12"
    assert tips[0][10] == "2024-05-06 07:08"


def test_states_have_colours(table: RunsTable) -> None:
    table.show_runs([NEW, STOPPED, BROKEN])
    colours = [cells(table, row, Qt.ItemDataRole.ForegroundRole)[2] for row in range(3)]
    assert colours == [None, color("warning"), color("danger")]
    assert cells(table, 0, Qt.ItemDataRole.ForegroundRole)[6] == color("success")


@pytest.mark.parametrize(
    ("changes", "label", "words"),
    [
        ({}, "universal_1d_v1", "finished"),
        ({"stopped": True}, "universal_1d_v1 · stopped", "stopped after epoch 30, best epoch 12 is kept"),
        (
            {"stopped": True, "resumable": "r1", "kept_epochs": 41},
            "universal_1d_v1 · stopped",
            "stopped after epoch 30, best epoch 12 is kept, can be resumed from epoch 41",
        ),
        (
            {"state": INTERRUPTED, "resumable": "r1", "kept_epochs": 10},
            "interrupted",
            "interrupted, no model of it is saved, can be resumed from epoch 10",
        ),
        (
            {"state": INTERRUPTED, "name": "mine", "problem": "damaged"},
            "mine · interrupted",
            "interrupted, no model of it is saved",
        ),
        ({"state": UNUSABLE}, "universal_1d_v1", "cannot be used"),
    ],
)
def test_one_line_says_what_is_kept_and_whether_it_can_go_on(
    table: RunsTable, changes: dict[str, object], label: str, words: str
) -> None:
    made = run(**changes)
    table.show_runs([made])
    assert cells(table, 0)[2] == label
    assert state_words(made) == words
    assert words in str(cells(table, 0, Qt.ItemDataRole.ToolTipRole)[2])


def test_a_training_that_can_go_on_has_the_colour_of_one_that_is_not_over(table: RunsTable) -> None:
    table.show_runs([run(stopped=True, resumable="r1"), run(key="models/quick/universal_1d_v0", stopped=True)])
    colours = [cells(table, row, Qt.ItemDataRole.ForegroundRole)[2] for row in range(2)]
    assert colours == [color("warning"), None]


def test_older_models_of_the_training_are_named_in_the_tip(table: RunsTable) -> None:
    table.show_runs([run(earlier=("models/quick/universal_1d_v0",))])
    assert "earlier: models/quick/universal_1d_v0" in str(cells(table, 0, Qt.ItemDataRole.ToolTipRole)[2])


def test_a_click_on_the_box_ticks_the_row(table: RunsTable) -> None:
    told: list[int] = []
    table.runs.tickedChanged.connect(lambda: told.append(len(table.runs.ticked)))
    box = place(table, 1, TICK)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=box.topLeft() + (box.center() - box.topLeft()))
    assert table.runs.ticked == (OLD,)
    assert cells(table, 1, Qt.ItemDataRole.CheckStateRole)[0] is Qt.CheckState.Checked
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert table.runs.ticked == ()
    assert told == [1, 0]


def test_space_ticks_the_chosen_row_wherever_the_cursor_is(table: RunsTable, qtbot: QtBot) -> None:
    table.setFocus()
    table.setCurrentIndex(table.model().index(2, 4))
    qtbot.keyClick(table, Qt.Key.Key_Space)
    assert table.runs.ticked == (STOPPED,)
    qtbot.keyClick(table, Qt.Key.Key_Space)
    assert table.runs.ticked == ()


def test_only_the_first_cell_can_be_ticked(table: RunsTable) -> None:
    model = table.runs
    assert model.flags(model.index(0, TICK)) & Qt.ItemFlag.ItemIsUserCheckable
    assert not model.flags(model.index(0, 2)) & Qt.ItemFlag.ItemIsUserCheckable
    assert not model.setData(model.index(0, 2), Qt.CheckState.Checked.value, Qt.ItemDataRole.CheckStateRole)
    assert not model.setData(model.index(0, TICK), "words")
    checked = Qt.CheckState.Checked.value
    assert model.setData(model.index(0, TICK), checked, Qt.ItemDataRole.CheckStateRole)
    assert model.setData(model.index(0, TICK), checked, Qt.ItemDataRole.CheckStateRole)
    assert model.ticked == (NEW,)


def test_ticks_survive_sorting_and_a_new_list_but_not_their_training(table: RunsTable) -> None:
    for row in (0, 1):
        table.runs.toggle(row)
    table.sortByColumn(5, Qt.SortOrder.DescendingOrder)
    assert table.runs.ticked == (OLD, NEW), "in the order shown"
    table.show_runs([OLD, STOPPED])
    assert table.runs.ticked == (OLD,)
    table.show_runs([NEW, OLD])
    assert table.runs.ticked == (OLD,)


def test_a_click_on_the_star_asks_for_it_and_no_other_cell_does(table: RunsTable, qtbot: QtBot) -> None:
    with qtbot.waitSignal(table.starWanted):
        press(table, 1, STAR)
    assert table.selected is OLD
    with qtbot.assertNotEmitted(table.starWanted):
        press(table, 0, 3)


def test_enter_and_a_double_click_ask_for_the_results(table: RunsTable, qtbot: QtBot) -> None:
    table.setFocus()
    with qtbot.waitSignal(table.showWanted):
        qtbot.keyClick(table, Qt.Key.Key_Return)
    spot = place(table, 1, 2).center()
    press(table, 1, 2)
    with qtbot.waitSignal(table.showWanted):
        QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    press(table, 1, STAR)
    with qtbot.assertNotEmitted(table.showWanted):
        QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place(table, 1, STAR).center())


def test_the_newest_is_chosen_first_and_the_choice_stays(table: RunsTable) -> None:
    assert table.selected is NEW
    table.selectRow(1)
    table.show_runs([NEW, OLD, STOPPED])
    assert table.selected.key == OLD.key
    table.show_runs([NEW, STOPPED], chosen=STOPPED.key)
    assert table.selected is STOPPED
    table.show_runs([NEW])
    assert table.selected is NEW
    table.show_runs([])
    assert table.selected is None


def test_keys_without_a_row_do_nothing(table: RunsTable, qtbot: QtBot) -> None:
    table.show_runs([])
    with qtbot.assertNotEmitted(table.showWanted):
        qtbot.keyClick(table, Qt.Key.Key_Return)
        qtbot.keyClick(table, Qt.Key.Key_Space)
    assert table.runs.ticked == ()


def test_the_figures_fit_into_a_small_window(table: RunsTable) -> None:
    table.resize(780, 220)
    last = place(table, 0, table.model().columnCount() - 2)
    assert last.right() <= table.viewport().width()
    assert table.objectName() == "trainingPanel.runsTable"
    assert table.accessibleName()


def test_no_heading_is_cut_where_there_is_little_room(table: RunsTable) -> None:
    table.resize(400, 220)
    header = table.horizontalHeader()
    for column in range(table.model().columnCount()):
        title = str(table.model().headerData(column, Qt.Orientation.Horizontal) or "")
        assert header.sectionSize(column) > header.fontMetrics().horizontalAdvance(title), title
