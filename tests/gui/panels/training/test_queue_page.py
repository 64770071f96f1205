"""The list of trainings that wait: what each says, and a choice that stays with its training."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.queue_page import QueuePage
from ktrdr_app.gui.panels.training.runs import TrainingRuns
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.workflows.requests import TrainRequest
from tests.gui.helpers import click, settle

pytestmark = pytest.mark.gui


@pytest.fixture
def runs(qtbot: QtBot, context: AppContext) -> Iterator[TrainingRuns]:
    """Return runs of which the first fails for want of its strategy as soon as the event loop goes on."""
    owner = QObject()
    made = TrainingRuns(context, owner)
    yield made
    made._set_queue(())
    settle(qtbot, context.tasks)


@pytest.fixture
def page(qtbot: QtBot, runs: TrainingRuns) -> QueuePage:
    made = QueuePage(runs)
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.show()
    return made


def request(workspace: Workspace, seed: int, **changes: object) -> TrainRequest:
    return TrainRequest(workspace, "missing", ("AAPL",), "1d", seed=seed, **changes)  # type: ignore[arg-type]


def fill(runs: TrainingRuns, context: AppContext, *seeds: int) -> None:
    """Begin one training, and let others wait for it."""
    runs.add(request(context.workspace, 0))
    for seed in seeds:
        runs.add(request(context.workspace, seed))


def waiting(page: QueuePage) -> list[int]:
    """Return the seeds of the lines, top to bottom."""
    return [int(page.list.item(row).text().partition("seed ")[2].split(" ")[0]) for row in range(page.list.count())]


def chosen(page: QueuePage) -> int:
    return waiting(page)[page.list.currentRow()]


def test_an_empty_queue_offers_nothing(page: QueuePage) -> None:
    assert page.list.count() == 0
    assert not any(one.isEnabled() for one in (page.earlier, page.later, page.remove))
    assert accessibility.nameless(page) == []


def test_a_line_says_what_differs_from_the_strategy(page: QueuePage, runs: TrainingRuns, context: AppContext) -> None:
    fill(runs, context)
    for changes in ({}, {"combination": "balanced"}, {"epochs": 7}, {"resume": "r1", "epochs": 9}):
        runs.add(request(context.workspace, 3, **changes))
    base = "missing 1d · AAPL · seed 3"
    assert [page.list.item(row).text() for row in range(4)] == [
        f"1.  {base}",
        f"2.  {base} · balanced",
        f"3.  {base} · at most 7 epochs",
        f"4.  {base} · at most 9 epochs · goes on",
    ]


@pytest.mark.parametrize(("row", "enabled"), [(0, (False, True)), (1, (True, True)), (2, (True, False))])
def test_the_buttons_offer_what_can_be_done(
    page: QueuePage, runs: TrainingRuns, context: AppContext, row: int, enabled: tuple[bool, bool]
) -> None:
    fill(runs, context, 1, 2, 3)
    page.list.setCurrentRow(row)
    assert (page.earlier.isEnabled(), page.later.isEnabled()) == enabled
    assert page.remove.isEnabled()


def test_a_move_takes_the_choice_along(page: QueuePage, runs: TrainingRuns, context: AppContext, qtbot: QtBot) -> None:
    fill(runs, context, 1, 2, 3)
    page.list.setCurrentRow(2)
    for expected in ([1, 3, 2], [3, 1, 2]):
        click(qtbot, page.earlier)
        assert waiting(page) == [one.seed for one in runs.queue] == expected
        assert chosen(page) == 3
    click(qtbot, page.later)
    assert (waiting(page), chosen(page)) == ([1, 3, 2], 3)


def test_after_a_removal_the_next_one_is_chosen(
    page: QueuePage, runs: TrainingRuns, context: AppContext, qtbot: QtBot
) -> None:
    fill(runs, context, 1, 2, 3)
    page.list.setCurrentRow(1)
    click(qtbot, page.remove)
    assert (waiting(page), chosen(page)) == ([1, 3], 3)
    click(qtbot, page.remove)
    assert (waiting(page), chosen(page)) == ([1], 1)
    click(qtbot, page.remove)
    assert waiting(page) == []
    assert not page.remove.isEnabled()


def test_the_choice_stays_with_its_training_when_the_first_one_begins(
    page: QueuePage, runs: TrainingRuns, context: AppContext, qtbot: QtBot
) -> None:
    fill(runs, context, 1, 2, 3)
    page.list.setCurrentRow(1)
    with qtbot.waitSignal(runs.queueChanged, timeout=20_000):
        pass  # the first one has failed, and the next begins
    assert waiting(page) == [2, 3]
    assert chosen(page) == 2, "Remove would take out another training than the one that was chosen"
    click(qtbot, page.remove)
    assert [one.seed for one in runs.queue] == [3]


def test_another_training_that_comes_does_not_change_the_choice(
    page: QueuePage, runs: TrainingRuns, context: AppContext
) -> None:
    fill(runs, context, 1, 2)
    page.list.setCurrentRow(1)
    runs.add(request(context.workspace, 9))
    assert (waiting(page), chosen(page)) == ([1, 2, 9], 2)
    assert page.later.isEnabled()
