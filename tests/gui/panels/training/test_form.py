"""The form of a training: what is ticked stays ticked, what is chosen is shared, and a poor wish is refused."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.errors import BadInput
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.form import COMBINATIONS as OFFERED
from ktrdr_app.gui.panels.training.form import TrainingForm
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.training.combine import COMBINATIONS
from ktrdr_app.workflows.data_inventory import QualityRequest
from tests.gui.helpers import TYPO_STRATEGY, child, click, settle, tick

pytestmark = pytest.mark.gui


def make(qtbot: QtBot, tasks: TaskManager, workspace: Workspace) -> TrainingForm:
    form = TrainingForm(AppContext(workspace, tasks))
    qtbot.addWidget(form)
    form.show()
    form.context.catalog.refresh()
    settle(qtbot, tasks)
    return form


@pytest.fixture
def form(qtbot: QtBot, dark: object, tasks: TaskManager, small_workspace: Workspace) -> TrainingForm:
    return make(qtbot, tasks, small_workspace)


def choose(form: TrainingForm, timeframe: str) -> None:
    form.timeframe.setCurrentIndex(form.timeframe.findData(timeframe))


def read_again(qtbot: QtBot, form: TrainingForm) -> None:
    form.context.dataChanged.emit()
    settle(qtbot, form.context.tasks)


def count(form: TrainingForm) -> str:
    (shown,) = [each.text() for each in form.findChildren(QLabel) if each.text().endswith("ticked")]
    return shown


def test_it_begins_with_the_bar_length_that_most_series_have(form: TrainingForm) -> None:
    assert form.timeframe.currentData() == "1d"
    assert form.symbols.count() == 4
    assert form.chosen == ()


def test_every_way_to_combine_is_offered() -> None:
    assert OFFERED == COMBINATIONS


def test_ticks_outlast_a_new_reading_of_the_data(form: TrainingForm, qtbot: QtBot) -> None:
    tick(qtbot, form.symbols, "AAPL", "MSFT")
    read_again(qtbot, form)
    assert form.chosen == ("AAPL", "MSFT")
    assert count(form) == "2 of 4 ticked"


def test_what_was_unticked_stays_unticked(form: TrainingForm, qtbot: QtBot) -> None:
    click(qtbot, child(form, QPushButton, "trainingPanel.allButton"))
    tick(qtbot, form.symbols, "AAPL", "IBM", "MSFT")
    read_again(qtbot, form)
    assert form.chosen == ("AAPL", "IBM", "MSFT"), "GOOG was taken out by hand"


def test_ticks_outlast_a_look_at_another_bar_length(form: TrainingForm, qtbot: QtBot) -> None:
    tick(qtbot, form.symbols, "AAPL", "IBM")
    choose(form, "1h")
    assert form.chosen == ()
    choose(form, "1d")
    assert form.chosen == ("AAPL", "IBM")


def test_symbols_wanted_before_they_are_listed_are_ticked_once_they_are(
    qtbot: QtBot, dark: object, tasks: TaskManager, small_workspace: Workspace
) -> None:
    form = TrainingForm(AppContext(small_workspace, tasks))
    qtbot.addWidget(form)
    form.tick(frozenset({"IBM", "NEVER"}))
    form.context.catalog.refresh()
    settle(qtbot, tasks)
    assert form.chosen == ("IBM",)
    form.tick(frozenset({"GOOG"}))
    assert form.chosen == ("GOOG",)


def test_a_symbol_that_is_gone_is_no_longer_asked_for(form: TrainingForm, qtbot: QtBot) -> None:
    click(qtbot, child(form, QPushButton, "trainingPanel.allButton"))
    (form.context.workspace.data / "IBM_1d.csv").unlink()
    read_again(qtbot, form)
    assert form.request().symbols == ("AAPL", "GOOG", "MSFT")
    assert count(form) == "3 of 3 ticked"


def test_enter_ticks_as_space_does(form: TrainingForm, qtbot: QtBot) -> None:
    form.symbols.setFocus()
    form.symbols.setCurrentRow(1)
    for wanted in (("GOOG",), ()):
        qtbot.keyClick(form.symbols, Qt.Key.Key_Return)
        assert form.chosen == wanted


def test_every_tick_is_told(form: TrainingForm, qtbot: QtBot) -> None:
    form.symbols.setFocus()
    form.symbols.setCurrentRow(0)
    with qtbot.waitSignal(form.changed):
        qtbot.keyClick(form.symbols, Qt.Key.Key_Space)
    assert count(form) == "1 of 4 ticked"


def test_choices_are_shared_both_ways(form: TrainingForm, qtbot: QtBot) -> None:
    context = form.context
    choose(form, "1h")
    assert context.timeframe == "1h"
    context.select_timeframe("1d")
    assert form.timeframe.currentData() == "1d"
    assert form.symbols.count() == 4
    context.select_strategy("quick")
    assert form.strategy.currentData() == "quick"
    other = next(info.name for info in context.catalog.strategies.items if info.name != "quick")
    form.strategy.setCurrentIndex(form.strategy.findData(other))
    assert context.strategy == other


def test_a_faulty_strategy_is_marked_but_keeps_its_name(
    qtbot: QtBot, dark: object, tasks: TaskManager, small_workspace: Workspace
) -> None:
    (small_workspace.strategies / "typo.yaml").write_text(TYPO_STRATEGY, encoding="utf-8")
    form = make(qtbot, tasks, small_workspace)
    place = form.strategy.findData("typo")
    assert form.strategy.itemText(place) == "⚠ typo"
    assert form.strategy.itemText(form.strategy.findData("quick")) == "quick"


def test_no_symbol_is_refused_with_what_to_do(form: TrainingForm) -> None:
    with pytest.raises(BadInput, match="no symbol is ticked") as told:
        form.request()
    assert told.value.hint == "tick at least one symbol in the list"


def test_no_data_is_refused_with_where_to_add_some(
    qtbot: QtBot, dark: object, tasks: TaskManager, empty_workspace: Workspace
) -> None:
    form = make(qtbot, tasks, empty_workspace)
    assert form.strategy.currentData(), "shipped strategies are there"
    with pytest.raises(BadInput, match="no data to learn from") as told:
        form.request()
    assert "station 1" in told.value.hint


def test_before_anything_is_read_no_strategy_is_refused(qtbot: QtBot, context: AppContext) -> None:
    form = TrainingForm(context)
    qtbot.addWidget(form)
    with pytest.raises(BadInput, match="there is no strategy") as told:
        form.request()
    assert "strategies" in told.value.hint


def test_no_epochs_means_as_the_strategy_says(form: TrainingForm, qtbot: QtBot) -> None:
    tick(qtbot, form.symbols, "AAPL")
    assert form.epochs.text() == "as the strategy says"
    assert form.request().epochs is None
    form.epochs.setFocus()
    form.epochs.selectAll()
    qtbot.keyClicks(form.epochs, "12")
    qtbot.keyClick(form.epochs, Qt.Key.Key_Return)
    assert form.request().epochs == 12
    assert accessibility.nameless(form) == []


def test_each_line_says_bars_and_years(form: TrainingForm) -> None:
    assert form.symbols.item(0).text() == "AAPL   2\N{NARROW NO-BREAK SPACE}015 bars   2005 – 2013"


def test_the_state_of_the_data_is_told_once_it_is_known(form: TrainingForm, qtbot: QtBot) -> None:
    item = form.symbols.item(2)
    assert item.icon().isNull()
    assert "its quality has not been looked at" in item.toolTip()
    workflows.measure_quality(QualityRequest(form.context.workspace, "IBM", "1d"))
    read_again(qtbot, form)
    settle(qtbot, form.context.tasks)
    item = form.symbols.item(2)
    assert not item.icon().isNull()
    assert "of the bars that are due" in item.toolTip()
    choose(form, "1h")
    assert form.symbols.item(0).toolTip().startswith("last bar ")
    assert form.symbols.item(0).icon().isNull(), "the state of one bar length is not that of another"


def test_a_symbol_may_be_left_out(form: TrainingForm, qtbot: QtBot) -> None:
    tick(qtbot, form.symbols, "AAPL", "IBM")
    form.leave_out("AAPL")
    assert form.chosen == ("IBM",)
    form.leave_out("NEVER")
    assert form.chosen == ("IBM",)


def test_ticking_many_is_told_once(form: TrainingForm) -> None:
    told: list[None] = []
    form.changed.connect(lambda: told.append(None))
    form.tick_all()
    assert len(told) == 1


@pytest.mark.parametrize("name", ["combination", "strategy", "epochs", "seed"])
def test_every_other_choice_is_told_too(form: TrainingForm, qtbot: QtBot, name: str) -> None:
    field = getattr(form, name)
    with qtbot.waitSignal(form.changed):
        if hasattr(field, "setCurrentIndex"):
            field.setCurrentIndex((field.currentIndex() + 1) % field.count())
        else:
            field.setValue(field.value() + 1)
