"""The card of interrupted trainings: the newest in words, what is about to go on left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.interrupted_card import MOST, InterruptedCard
from ktrdr_app.gui.panels.training.runs import TrainingRuns
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.workflows.interrupted_runs import InterruptedRun
from ktrdr_app.workflows.requests import TrainRequest
from tests.gui.helpers import child, click, settle

pytestmark = pytest.mark.gui


@pytest.fixture
def runs(qtbot: QtBot, dark: object, tasks: TaskManager, broken: Workspace) -> Iterator[TrainingRuns]:
    context = AppContext(broken, tasks)
    made = TrainingRuns(context, context)
    yield made
    made._set_queue(())
    tasks.cancel_all()
    settle(qtbot, tasks)


@pytest.fixture
def card(qtbot: QtBot, runs: TrainingRuns, tasks: TaskManager) -> InterruptedCard:
    made = InterruptedCard(runs._context, runs)
    qtbot.addWidget(made)
    made.look()
    settle(qtbot, tasks)
    return made


def labels(card: InterruptedCard) -> list[str]:
    return [each.text() for each in card._inside.findChildren(QLabel)]


def seeds(card: InterruptedCard) -> list[int]:
    return [run.request.seed for run in card.offered]


def test_the_newest_are_told_one_by_one_and_the_others_counted(card: InterruptedCard) -> None:
    assert not card.isHidden()
    assert seeds(card) == [3, 2, 1]
    assert len(labels(card)) == MOST + 1
    assert labels(card)[-1] == "and 1 older"
    assert len(card._inside.findChildren(QPushButton)) == 2 * MOST
    assert accessibility.nameless(card) == []


def test_a_line_says_how_far_it_came_and_what_is_kept(card: InterruptedCard) -> None:
    by_hand, crashed = card.offered[:2]
    assert by_hand.model is not None
    assert labels(card)[0] == (
        f"quick 1d · AAPL: interrupted after epoch 11, best epoch {by_hand.best_epoch} is kept as {by_hand.model.name}"
    )
    assert labels(card)[1] == "quick 1d · AAPL: interrupted after epoch 10, no model of it is saved"
    tips = [words.toolTip() for words in card._inside.findChildren(QLabel)]
    assert tips[1] == f"kept {numbers.moment(crashed.saved)} in runs/{crashed.name}"


@pytest.mark.parametrize("number", [0, 1])
def test_its_buttons_tell_their_own_run(card: InterruptedCard, qtbot: QtBot, number: int) -> None:
    told: list[tuple[str, InterruptedRun]] = []
    card.resumeWanted.connect(lambda run: told.append(("resume", run)))
    card.discardWanted.connect(lambda run: told.append(("discard", run)))
    for name in ("resume", "discard"):
        button = child(card, QPushButton, f"trainingPanel.{name}Button.{number}")
        assert button.accessibleName() == f"{name.title()} quick 1d · AAPL"
        click(qtbot, button)
    assert told == [("resume", card.offered[number]), ("discard", card.offered[number])]


def test_what_runs_or_waits_is_not_offered_a_second_time(card: InterruptedCard, runs: TrainingRuns) -> None:
    first, second, third = card.offered
    runs.add(replace(first.request, strategy="missing"))
    assert card.offered == (second, third)
    assert len(labels(card)) == MOST, "nothing is left to be counted"
    runs.add(second.request)
    assert card.offered == (third,)
    runs.remove(0)
    assert card.offered == (second, third)


def test_one_that_failed_to_go_on_is_offered_again(
    card: InterruptedCard, runs: TrainingRuns, qtbot: QtBot, tasks: TaskManager
) -> None:
    before = card.offered
    runs.add(replace(before[0].request, strategy="missing"))
    settle(qtbot, tasks)
    qtbot.waitUntil(lambda: not runs.running)
    settle(qtbot, tasks)
    assert card.offered == before


def test_a_training_that_was_never_interrupted_hides_none(card: InterruptedCard, runs: TrainingRuns) -> None:
    runs.add(TrainRequest(runs._context.workspace, "missing", ("AAPL",), "1d"))
    assert seeds(card) == [3, 2, 1]


def test_without_any_the_card_is_gone(
    card: InterruptedCard, broken: Workspace, qtbot: QtBot, tasks: TaskManager
) -> None:
    for run in card.offered:
        workflows.discard_run(broken, run.name)
    card.look()
    settle(qtbot, tasks)
    assert card.isHidden()
    assert labels(card) == []


def test_the_same_list_read_again_keeps_its_buttons_and_the_keyboard(
    card: InterruptedCard, qtbot: QtBot, tasks: TaskManager
) -> None:
    card.show()
    qtbot.waitExposed(card)
    card.activateWindow()
    button = child(card, QPushButton, "trainingPanel.resumeButton.1")
    button.setFocus()
    for _ in range(2):
        card.look()
        settle(qtbot, tasks)
    assert child(card, QPushButton, "trainingPanel.resumeButton.1") is button
    assert card.focusWidget() is button
