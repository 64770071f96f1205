"""The planner: one plan for what the form says now, none for what it said before, none twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.form import TrainingForm
from ktrdr_app.gui.panels.training.planner import Planner
from ktrdr_app.gui.tasks.manager import TaskManager
from tests.gui.helpers import settle, tick

pytestmark = pytest.mark.gui


@pytest.fixture
def form(qtbot: QtBot, dark: object, tasks: TaskManager, small_workspace: Workspace) -> TrainingForm:
    made = TrainingForm(AppContext(small_workspace, tasks))
    qtbot.addWidget(made)
    made.show()
    made.context.catalog.refresh()
    settle(qtbot, tasks)
    made.strategy.setCurrentIndex(made.strategy.findData("quick"))
    return made


@pytest.fixture
def planner(form: TrainingForm, qtbot: QtBot) -> Iterator[Planner]:
    made = Planner(form, form)
    yield made
    made._latest.stop()
    settle(qtbot, form.context.tasks)


def look(planner: Planner, qtbot: QtBot) -> None:
    """Let it look, and wait until it has seen."""
    planner.look()
    qtbot.waitUntil(lambda: not planner.busy, timeout=60_000)


def symbols(planner: Planner) -> list[str]:
    return [] if planner.plan is None else [entry.symbol for entry in planner.plan.symbols]


def test_the_plan_is_that_of_the_workflow(planner: Planner, form: TrainingForm, qtbot: QtBot) -> None:
    tick(qtbot, form.symbols, "AAPL", "IBM")
    look(planner, qtbot)
    wanted = workflows.plan_training(form.request())
    assert planner.plan is not None
    assert planner.error is None
    assert symbols(planner) == ["AAPL", "IBM"]
    assert [entry.counts for entry in planner.plan.symbols] == [entry.counts for entry in wanted.symbols]
    assert [entry.parts for entry in planner.plan.symbols] == [entry.parts for entry in wanted.symbols]
    rows = [[(entry.name, entry.kept, entry.lost) for entry in plan.combinations] for plan in (planner.plan, wanted)]
    assert rows[0] == rows[1]


def test_the_same_choices_are_planned_once_until_something_changes(
    planner: Planner, form: TrainingForm, qtbot: QtBot
) -> None:
    tick(qtbot, form.symbols, "AAPL")
    look(planner, qtbot)
    first = planner.plan
    planner.look()
    assert not planner.busy
    assert planner.plan is first
    planner.outdate()
    look(planner, qtbot)
    assert planner.plan is not first
    again = planner.plan
    form.seed.setValue(form.seed.value() + 1)
    look(planner, qtbot)
    assert planner.plan is not again


def test_of_many_choices_in_a_row_the_last_is_planned(planner: Planner, form: TrainingForm, qtbot: QtBot) -> None:
    seen: list[list[str]] = []
    planner.changed.connect(lambda: seen.append(symbols(planner)))
    for wanted in (("AAPL",), ("AAPL", "IBM"), ("GOOG",)):
        tick(qtbot, form.symbols, *wanted)
        planner.look()
    qtbot.waitUntil(lambda: not planner.busy, timeout=60_000)
    assert symbols(planner) == ["GOOG"]
    assert ["AAPL"] not in seen, "a plan of an older choice was shown"
    assert ["AAPL", "IBM"] not in seen


def test_a_form_that_says_too_little_has_no_plan(planner: Planner, form: TrainingForm, qtbot: QtBot) -> None:
    tick(qtbot, form.symbols, "AAPL")
    look(planner, qtbot)
    told: list[bool] = []
    planner.changed.connect(lambda: told.append(planner.plan is None))
    tick(qtbot, form.symbols)
    planner.look()
    assert (planner.plan, planner.error, planner.busy) == (None, None, False)
    assert told[-1]
    tick(qtbot, form.symbols, "AAPL")
    look(planner, qtbot)
    assert symbols(planner) == ["AAPL"], "what was planned before is planned again after nothing"


def test_while_it_plans_a_form_that_says_too_little_stops_it(
    planner: Planner, form: TrainingForm, qtbot: QtBot
) -> None:
    tick(qtbot, form.symbols, "AAPL")
    planner.look()
    assert planner.busy
    tick(qtbot, form.symbols)
    planner.look()
    settle(qtbot, form.context.tasks)
    qtbot.waitUntil(lambda: not planner.busy, timeout=60_000)
    assert planner.plan is None, "the plan of a choice that was taken back has come late"


def test_a_strategy_with_a_fault_is_an_error_that_a_mended_one_replaces(
    planner: Planner, form: TrainingForm, qtbot: QtBot, small_workspace: Workspace
) -> None:
    file = small_workspace.strategies / "quick.yaml"
    good = file.read_text(encoding="utf-8")
    tick(qtbot, form.symbols, "AAPL")
    file.write_text(good.replace("lookahead: 5", "lookahed: 5"), encoding="utf-8")
    look(planner, qtbot)
    assert planner.plan is None
    assert isinstance(planner.error, KtrdrError)
    assert "lookahed" in str(planner.error)
    file.write_text(good, encoding="utf-8")
    planner.outdate()
    look(planner, qtbot)
    assert symbols(planner) == ["AAPL"]
    assert planner.error is None
