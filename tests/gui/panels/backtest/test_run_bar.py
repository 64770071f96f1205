"""Run, stop, and how far it is: what can be pressed and what is said at every moment of a run."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.core.progress import BarsDone, ProgressEvent, StageStarted, SymbolDone
from ktrdr_app.gui.panels.backtest.run_bar import RunBar
from ktrdr_app.gui.tasks.task import Task
from tests.gui.helpers import Gate

pytestmark = pytest.mark.gui


@pytest.fixture
def bar(qtbot: QtBot, dark: QApplication) -> RunBar:
    """Return the bar before any run."""
    made = RunBar()
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def begun(bar: RunBar) -> RunBar:
    """Return the bar of a run that has just begun."""
    bar.begin(Task("a backtest", Gate().work))
    return bar


def pressable(bar: RunBar) -> tuple[bool, bool]:
    return bar.run_button.isEnabled(), bar.stop_button.isEnabled()


def share(bar: RunBar) -> float | None:
    """Return how much of the bar is filled; None where it only says that something runs."""
    return None if bar.bar.maximum() == 0 else bar.bar.value() / bar.bar.maximum()


def test_one_of_the_two_can_be_pressed(bar: RunBar) -> None:
    assert pressable(bar) == (True, False)
    bar.begin(Task("a backtest", Gate().work))
    assert pressable(bar) == (False, True)
    bar.say_stopping()
    assert pressable(bar) == (False, False), "who has asked it to stop need not ask again"
    bar.over()
    assert pressable(bar) == (True, False)


def test_the_bar_is_there_only_while_something_runs(bar: RunBar) -> None:
    assert not bar.bar.isVisible()
    bar.begin(Task("a backtest", Gate().work))
    assert bar.bar.isVisible()
    bar.over()
    assert not bar.bar.isVisible()


def test_until_it_can_be_counted_it_only_says_that_it_runs(begun: RunBar) -> None:
    assert share(begun) is None
    assert begun.words.text() == "starting…"
    begun.take((StageStarted("indicators"),), stopping=False)
    assert share(begun) is None
    assert begun.words.text() == "indicators"


def test_bars_are_counted_and_said(begun: RunBar) -> None:
    begun.take((StageStarted("simulate"), BarsDone(500, 2000)), stopping=False)
    assert share(begun) == 0.25
    assert begun.words.text().startswith("simulate: bar 500 of 2\u202f000, ")


def test_a_new_stage_begins_at_nothing(begun: RunBar) -> None:
    begun.take((StageStarted("simulate"), BarsDone(2000, 2000)), stopping=False)
    begun.take((StageStarted("report"),), stopping=False)
    assert share(begun) is None


def test_symbols_are_named(begun: RunBar) -> None:
    begun.take((SymbolDone("GOOG", 1, 4),), stopping=False)
    assert share(begun) == 0.25
    assert begun.words.text().startswith("GOOG done, 1 of 4 symbols")


def test_what_comes_after_stop_moves_the_bar_and_not_the_words(begun: RunBar) -> None:
    begun.say_stopping()
    begun.take((BarsDone(1, 2),), stopping=True)
    assert begun.words.text() == "stopping…"
    assert share(begun) == 0.5


def test_a_second_run_knows_nothing_of_the_first(begun: RunBar) -> None:
    begun.take((StageStarted("simulate"), BarsDone(3, 4)), stopping=False)
    begun.over()
    begun.begin(Task("another", Gate().work))
    assert (share(begun), begun.words.text()) == (None, "starting…")
    begun.take((BarsDone(1, 4),), stopping=False)
    assert begun.words.text().startswith("bar 1 of 4"), "the stage of the first run is not said of the second"


def test_an_empty_series_is_no_division_by_nothing(begun: RunBar) -> None:
    begun.take((BarsDone(0, 0),), stopping=False)
    assert share(begun) is None


events = st.one_of(
    st.sampled_from(["load", "simulate", "report"]).map(StageStarted),
    st.integers(0, 90).map(lambda done: BarsDone(done, 90)),
)


@given(st.lists(st.lists(events, max_size=4), max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_shows_the_last_count_of_the_last_stage(begun: RunBar, batches: list[list[ProgressEvent]]) -> None:
    begun.begin(Task("a backtest", Gate().work))
    for batch in batches:
        begun.take(tuple(batch), stopping=False)
    said = [event for batch in batches for event in batch]
    if not said or isinstance(said[-1], StageStarted):
        assert share(begun) is None
    else:
        assert isinstance(said[-1], BarsDone)
        assert share(begun) == pytest.approx(said[-1].done / 90, abs=0.0006)
    assert pressable(begun) == (False, True)
