"""The buttons of a run offer what can be done with it now, and say why nothing can."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.readiness import Missing
from ktrdr_app.gui.panels.training.run_buttons import RunButtons
from ktrdr_app.gui.panels.training.runs import TrainingRuns
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.workflows.requests import TrainRequest
from tests.gui.helpers import click, settle

pytestmark = pytest.mark.gui


@pytest.fixture
def runs(qtbot: QtBot, context: AppContext) -> Iterator[TrainingRuns]:
    made = TrainingRuns(context, context)
    yield made
    made._set_queue(())
    settle(qtbot, context.tasks)


@pytest.fixture
def buttons(qtbot: QtBot, runs: TrainingRuns) -> RunButtons:
    made = RunButtons(runs)
    qtbot.addWidget(made)
    made.show()
    return made


def begin(runs: TrainingRuns, context: AppContext) -> None:
    """Begin a training that fails for want of its strategy once the event loop goes on."""
    runs.add(TrainRequest(context.workspace, "missing", ("AAPL",), "1d"))


def test_without_a_run_one_may_only_begin(buttons: RunButtons) -> None:
    assert buttons.train.text() == "Train"
    assert [each.isEnabled() for each in (buttons.train, buttons.pause, buttons.stop)] == [True, False, False]
    assert buttons.stop.toolTip() == ""
    assert accessibility.nameless(buttons) == []


def test_while_one_runs_others_are_added(
    buttons: RunButtons, runs: TrainingRuns, context: AppContext, qtbot: QtBot
) -> None:
    begin(runs, context)
    buttons.follow()
    assert buttons.train.text() == "Add to the queue"
    assert "saves the best model" in buttons.stop.toolTip()
    click(qtbot, buttons.pause)
    buttons.follow()
    assert runs.paused
    assert buttons.pause.text() == "Resume"
    runs.stop()
    buttons.follow()
    assert not buttons.pause.isEnabled(), "what is about to end cannot be paused"
    assert not buttons.stop.isEnabled(), "it is stopped once"
    qtbot.waitUntil(lambda: not runs.running, timeout=20_000)
    buttons.follow()
    assert (buttons.train.text(), buttons.pause.text(), buttons.stop.toolTip()) == ("Train", "Pause", "")


def test_everything_that_is_missing_is_told_where_one_cannot_press(buttons: RunButtons) -> None:
    buttons.block([Missing("no symbol is ticked", "tick one", ()), Missing("the disk is full", "", ())])
    assert not buttons.train.isEnabled()
    assert buttons.train.toolTip() == "no symbol is ticked\nthe disk is full"
    buttons.block(())
    assert buttons.train.isEnabled()
    assert buttons.train.toolTip() == ""
