"""What is shown is what was chosen, from run to run, whichever studies a run has."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.axis import DateTicks, write_value
from ktrdr_app.gui.charts.crosshair import LinkedCrosshair
from ktrdr_app.gui.charts.pane import ChartPane
from ktrdr_app.gui.charts.pane_chooser import PaneChooser
from ktrdr_app.gui.charts.pane_stack import PaneStack
from ktrdr_app.gui.charts.study import Curve, Study
from ktrdr_app.gui.charts.study_shelf import StudyShelf
from ktrdr_app.gui.charts.tools import ChartTools

pytestmark = pytest.mark.gui


def study(key: str, kind: str = "curves") -> Study:
    return Study(key, key.upper(), kind, (Curve(key, np.arange(20.0)),))  # type: ignore[arg-type]


MEAN, RSI, VOLUME = study("over:mean", "overlay"), study("rsi"), study("volume", "columns")


@pytest.fixture
def owner(qtbot: QtBot, dark: object) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def tools(owner: QWidget) -> ChartTools:
    return ChartTools(owner)


@pytest.fixture
def shelf(qtbot: QtBot, tools: ChartTools) -> StudyShelf:
    ticks = DateTicks()
    stack = PaneStack([ChartPane(key, key.title(), write_value, ticks) for key in ("price", "equity")], ticks)
    qtbot.addWidget(stack)
    stack.set_bars(20)
    return StudyShelf(stack, LinkedCrosshair(stack.panes, stack))


@pytest.fixture
def chooser(shelf: StudyShelf, tools: ChartTools) -> PaneChooser:
    return PaneChooser(shelf, tools, tools)


def toggle(tools: ChartTools, key: str) -> None:
    next(action for action in tools.panes_menu.actions() if action.data() == key).trigger()


def on_screen(shelf: StudyShelf) -> set[str]:
    return {pane.key for pane in shelf.stack.shown} | {each.study.key for each in shelf.overlays if each.shown}


def test_what_is_called_shown_is_on_the_screen(chooser: PaneChooser, shelf: StudyShelf, tools: ChartTools) -> None:
    chooser.set_studies((MEAN, RSI, VOLUME))
    assert chooser.available == {"price", "equity", "over:mean", "rsi", "volume"}
    told: list[frozenset[str]] = []
    chooser.changed.connect(told.append)
    for key in ("rsi", "over:mean", "equity", "rsi", "volume"):
        toggle(tools, key)
        assert on_screen(shelf) == chooser.shown == told[-1]
    assert chooser.shown == {"price", "over:mean", "volume"}


def test_prices_cannot_be_chosen_away(chooser: PaneChooser, shelf: StudyShelf, tools: ChartTools) -> None:
    chooser.set_studies((RSI,))
    assert "price" not in {action.data() for action in tools.panes_menu.actions()}
    chooser.show_only(())
    assert on_screen(shelf) == {"price"}


def test_what_the_program_shows_is_ticked_and_told_to_nobody(
    chooser: PaneChooser, shelf: StudyShelf, tools: ChartTools, qtbot: QtBot
) -> None:
    chooser.set_studies((MEAN, RSI))
    with qtbot.assertNotEmitted(chooser.changed):
        chooser.show_only({"rsi", "unknown"})
    assert {action.data() for action in tools.panes_menu.actions() if action.isChecked()} == {"rsi"}
    assert chooser.shown == {"price", "rsi"}


def test_a_choice_outlives_runs_that_lack_it(chooser: PaneChooser, shelf: StudyShelf, tools: ChartTools) -> None:
    chooser.set_studies((MEAN, RSI))
    toggle(tools, "over:mean")
    toggle(tools, "rsi")
    chooser.set_studies(())
    assert on_screen(shelf) == {"price", "equity"}
    chooser.set_studies((RSI, VOLUME))
    assert on_screen(shelf) == {"price", "equity", "rsi"}
    chooser.set_studies((study("over:mean", "overlay"),))
    assert on_screen(shelf) == {"price", "equity", "over:mean"}


def test_more_is_asked_for_once_per_run_and_only_where_it_may_be(chooser: PaneChooser, tools: ChartTools) -> None:
    asked: list[bool] = []
    chooser.asked.connect(lambda: asked.append(True))
    tools.panesOpened.emit()
    assert asked == []
    for run in (1, 2):
        chooser.set_studies((), may_ask=True)
        tools.panesOpened.emit()
        tools.panesOpened.emit()
        assert len(asked) == run
    chooser.show_only({"rsi"})
    chooser.set_studies((), may_ask=True)
    assert len(asked) == 3, "what is chosen and missing is asked for at once"
    chooser.set_studies((RSI,), may_ask=True)
    assert len(asked) == 3, "nothing is missing"


def test_new_panes_get_the_menu_of_the_others_once(chooser: PaneChooser, shelf: StudyShelf, tools: ChartTools) -> None:
    chooser.set_studies((RSI,))
    for _ in range(3):
        toggle(tools, "rsi")
    offered = [action for action in shelf.panes["rsi"].actions() if action in tools.actions_of_charts]
    assert offered == list(tools.actions_of_charts)


def test_every_change_of_what_is_shown_is_told_to_the_charts(chooser: PaneChooser, tools: ChartTools) -> None:
    told: list[frozenset[str]] = []
    chooser.arranged.connect(lambda: told.append(chooser.shown))
    chooser.set_studies((RSI,))
    toggle(tools, "rsi")
    assert told[0] == {"price", "equity"}
    assert told[-1] == {"price", "equity", "rsi"}
