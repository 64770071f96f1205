"""Resume goes on with the run of its button; Discard asks first and forgets only what was asked about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.station import Station
from ktrdr_app.gui.panels.training.interrupted_card import InterruptedCard
from ktrdr_app.gui.panels.training.resuming import Resuming
from ktrdr_app.gui.panels.training.runs import TrainingRuns
from ktrdr_app.gui.tasks.manager import TaskManager
from tests.gui.helpers import click, settle

pytestmark = pytest.mark.gui


class Bench:
    """A station with runs and the card of interrupted ones."""

    def __init__(self, qtbot: QtBot, context: AppContext) -> None:
        self.context = context
        self.station = Station(context)
        qtbot.addWidget(self.station)
        self.runs = TrainingRuns(context, self.station)
        self.card = InterruptedCard(context, self.runs)
        self.station.body.addWidget(self.card)
        self.resuming = Resuming(self.card, self.runs, self.station)
        self.station.show()
        self.card.look()
        settle(qtbot, context.tasks)

    @property
    def left(self) -> list[int]:
        """Return the seeds of the runs that can still go on, as the disk has them."""
        return [run.request.seed for run in workflows.list_interrupted(self.context.workspace)]


@pytest.fixture
def bench(qtbot: QtBot, dark: object, tasks: TaskManager, broken: Workspace) -> Iterator[Bench]:
    made = Bench(qtbot, AppContext(broken, tasks))
    yield made
    made.runs._set_queue(())
    tasks.cancel_all()
    settle(qtbot, tasks)


def test_resume_goes_on_with_the_run_that_was_chosen(bench: Bench) -> None:
    first, second, _ = bench.card.offered
    bench.card.resumeWanted.emit(second)
    assert bench.runs.request == second.request
    assert bench.runs.request.resume == second.name
    bench.card.resumeWanted.emit(first)
    assert bench.runs.queue == (first.request,)


def test_resume_puts_an_older_notice_away(bench: Bench) -> None:
    bench.station.notice.show_text("warning", "Something older")
    bench.card.resumeWanted.emit(bench.card.offered[0])
    assert not bench.station.notice.isVisible()


def test_discard_asks_and_says_what_goes_with_it(bench: Bench) -> None:
    by_hand, crashed, _ = bench.card.offered
    assert by_hand.model is not None
    for run, hint in ((by_hand, f"{by_hand.model.name} goes to the trash."), (crashed, "")):
        bench.card.discardWanted.emit(run)
        assert bench.station.notice.isVisible()
        assert bench.station.notice.hint.text() == hint
        assert bench.station.notice.action.text() == "Discard it"
    assert bench.left == [3, 2, 1], "asking discards nothing"


def test_only_the_last_one_asked_about_is_forgotten(bench: Bench, qtbot: QtBot) -> None:
    for run in bench.card.offered[:2]:
        bench.card.discardWanted.emit(run)
    with qtbot.waitSignal(bench.resuming.discarded, timeout=20_000):
        click(qtbot, bench.station.notice.action)
    assert bench.left == [3, 1]
    assert not bench.station.notice.isVisible()
    assert len(list(workflows.list_models(bench.context.workspace))) == 1, "the model is another run's"


def test_one_confirmation_forgets_one_run(bench: Bench, qtbot: QtBot) -> None:
    bench.card.discardWanted.emit(bench.card.offered[2])
    with qtbot.waitSignal(bench.resuming.discarded, timeout=20_000):
        click(qtbot, bench.station.notice.action)
    bench.station.notice.chosen.emit()
    settle(qtbot, bench.context.tasks)
    assert bench.left == [3, 2]


def test_a_question_that_was_put_away_is_answered_by_no_other_button(bench: Bench, qtbot: QtBot) -> None:
    bench.card.discardWanted.emit(bench.card.offered[0])
    bench.station.notice.dismiss()
    bench.station.notice.show_text("info", "Something else happened")
    bench.station.notice.offer("Do something else")
    click(qtbot, bench.station.notice.action)
    settle(qtbot, bench.context.tasks)
    assert bench.left == [3, 2, 1], "a training was discarded that nobody wanted to discard any more"


def test_one_that_went_missing_is_told_at_the_station(bench: Bench, qtbot: QtBot) -> None:
    run = bench.card.offered[1]
    bench.card.discardWanted.emit(run)
    workflows.discard_run(bench.context.workspace, run.name)
    with qtbot.assertNotEmitted(bench.resuming.discarded):
        click(qtbot, bench.station.notice.action)
        settle(qtbot, bench.context.tasks)
    assert bench.station.notice.isVisible()
    assert run.name in bench.station.notice.text.text()


def test_one_that_is_known_by_its_run_goes_on(bench: Bench) -> None:
    run = bench.card.offered[1]
    bench.resuming.resume_named(run.name)
    assert bench.runs.request == run.request


def test_one_that_is_under_way_already_is_told_and_not_begun_twice(bench: Bench) -> None:
    told: list[str] = []
    bench.context.notified.connect(lambda _level, text, _details: told.append(text))
    run = bench.card.offered[0]
    for _ in range(2):
        bench.resuming.resume_named(run.name)
    assert bench.runs.queue == ()
    assert told == ["This training goes on already, waits for it, or is gone"]


def test_whose_state_was_discarded_is_told(bench: Bench, qtbot: QtBot) -> None:
    doomed = bench.card.offered[2]
    bench.card.discardWanted.emit(doomed)
    with qtbot.waitSignal(bench.resuming.discarded, timeout=20_000) as heard:
        click(qtbot, bench.station.notice.action)
    assert heard.args == [doomed.name]
