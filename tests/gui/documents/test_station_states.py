"""The dots of the rail: worked out from what is there, what runs, what is unsaved and what stations say."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import BadInput
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.problem_book import KnownProblem
from ktrdr_app.gui.documents.station_states import STATION, Standing, StationStates
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.tasks.task import Task
from tests.gui.helpers import TYPO_STRATEGY, Gate, settle

pytestmark = pytest.mark.gui

Make = Callable[[Workspace], StationStates]


@pytest.fixture
def make(dark: object, tasks: TaskManager, qtbot: QtBot) -> Make:
    def made(workspace: Workspace) -> StationStates:
        context = AppContext(workspace, tasks)
        states = StationStates(context, context)
        context.catalog.refresh()
        settle(qtbot, tasks)
        return states

    return made


def test_an_empty_workspace_says_what_is_missing_where(make: Make, empty_workspace: Workspace) -> None:
    states = make(empty_workspace)
    assert states.standing("dataPanel").state == "empty"
    assert "add the sample" in states.standing("dataPanel").reason
    assert states.standing("trainingPanel").reason == "There are no data to learn from"
    assert states.standing("modelsPanel").state == "empty"
    assert states.standing("backtestPanel").state == "empty"
    assert states.standing("fuzzyPanel").reason == "Choose a strategy first"


def test_models_are_those_of_the_name_in_the_file_not_of_the_files_own(
    make: Make, trained_workspace: Workspace, qtbot: QtBot
) -> None:
    file = trained_workspace.strategies / "quick.yaml"
    moments = file.stat()
    file.rename(file.with_name("mine.yaml"))
    os.utime(file.with_name("mine.yaml"), ns=(moments.st_atime_ns, moments.st_mtime_ns))
    states = make(trained_workspace)
    catalog = states.context.catalog
    assert [model.label for model in catalog.models_of("mine")] == ["universal_1d_v1"]
    assert catalog.models_of("quick") == catalog.models_of("mine"), "what no file is called is a name"
    assert catalog.models_of("trend_momentum") == ()
    assert (catalog.file_of("quick"), catalog.file_of("gone")) == ("mine", "gone")
    states.context.select_strategy("mine")
    states.context.select_timeframe("1d")
    assert states.standing("trainingPanel").reason == "universal_1d_v1 is up to date"


def test_what_is_there_makes_stations_ready(make: Make, trained_workspace: Workspace) -> None:
    states = make(trained_workspace)
    states.context.select_strategy("quick")
    states.context.select_timeframe("1d")
    assert states.standing("dataPanel").state == "ready"
    assert states.standing("dataPanel").reason.startswith("5 series")
    assert states.standing("modelsPanel").reason == "1 model"
    assert states.standing("trainingPanel").reason == "universal_1d_v1 is up to date"


def test_a_strategy_changed_after_its_model_makes_training_stale(make: Make, trained_workspace: Workspace) -> None:
    states = make(trained_workspace)
    states.context.select_strategy("quick")
    states.context.select_timeframe("1d")
    later = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
    os.utime(trained_workspace.strategies / "quick.yaml", (later, later))
    standing = states.standing("trainingPanel")
    assert standing.state == "stale"
    assert standing.reason == "quick was changed after universal_1d_v1 was trained: train it again"


def test_a_faulty_strategy_that_is_chosen_is_an_error(make: Make, small_workspace: Workspace) -> None:
    (small_workspace.strategies / "typo.yaml").write_text(TYPO_STRATEGY, encoding="utf-8")
    states = make(small_workspace)
    states.context.select_strategy("quick")
    assert states.standing("strategyPanel").state == "ready"
    states.context.select_strategy("typo")
    standing = states.standing("strategyPanel")
    assert standing.state == "error"
    assert "lookahed" in standing.reason


def test_models_that_cannot_be_used_are_an_error(make: Make, trained_workspace: Workspace) -> None:
    states = make(trained_workspace)
    (model,) = states.context.catalog.models.items
    states.context.catalog.models.items = (replace(model, complete=False, problem="the scaler is missing"),)
    standing = states.standing("modelsPanel")
    assert standing.state == "error"
    assert "the scaler is missing" in standing.reason


def test_a_task_of_a_station_makes_it_run(make: Make, empty_workspace: Workspace, qtbot: QtBot) -> None:
    states, gate = make(empty_workspace), Gate()
    task = Task("Import two files", gate.work)
    task.setProperty(STATION, "dataPanel")
    with qtbot.waitSignal(
        states.changed, check_params_cb=lambda key, state, _why: (key, state) == ("dataPanel", "running")
    ):
        states.context.submit(task)
    assert states.standing("dataPanel").reason == "Import two files"
    gate.go_on.set()
    settle(qtbot, states.context.tasks)
    assert states.standing("dataPanel").state == "empty"


def test_unsaved_work_is_stale(make: Make, small_workspace: Workspace) -> None:
    states = make(small_workspace)
    states.context.unsaved.tell("fuzzyPanel", ("quick/rsi",))
    assert states.standing("fuzzyPanel").state == "stale"
    assert states.standing("fuzzyPanel").reason == "Not saved yet: quick/rsi"


def test_an_error_stays_until_it_is_put_away(make: Make, small_workspace: Workspace) -> None:
    states = make(small_workspace)
    states.context.say_state("dataPanel", "error", "X_1d.csv: line 3 is no bar")
    assert states.standing("dataPanel").reason == "X_1d.csv: line 3 is no bar"
    states.context.say_state("dataPanel", "", "")
    assert states.standing("dataPanel").state == "ready"


def test_putting_an_old_error_away_does_not_stop_what_runs(make: Make, small_workspace: Workspace) -> None:
    states = make(small_workspace)
    states.context.stateChanged.emit("trainingPanel", "running")
    states.context.say_state("trainingPanel", "", "")
    assert states.standing("trainingPanel").state == "running"


def test_problems_are_counted_in_the_reason(make: Make, small_workspace: Workspace) -> None:
    states = make(small_workspace)
    states.context.problems.tell("x", (KnownProblem("dataPanel", "warning", "A", "b"),))
    assert states.standing("dataPanel").reason == "5 series, 1 problem"


@pytest.mark.parametrize("created", ["", "yesterday", "2024-13-45T99:00", "0"])
def test_a_model_with_a_date_of_somebody_elses_making_is_taken_as_it_is(
    make: Make, trained_workspace: Workspace, created: str
) -> None:
    states = make(trained_workspace)
    states.context.select_strategy("quick")
    states.context.select_timeframe("1d")
    (model,) = states.context.catalog.models.items
    states.context.catalog.models.items = (replace(model, created_at=created),)
    assert states.standing("trainingPanel") == Standing("ready", "universal_1d_v1 is up to date")


@pytest.mark.parametrize(("hours", "state"), [(0, "ready"), (-1, "ready"), (1, "stale")])
def test_times_of_models_without_an_offset_are_utc(
    make: Make, trained_workspace: Workspace, hours: int, state: str
) -> None:
    states = make(trained_workspace)
    states.context.select_strategy("quick")
    states.context.select_timeframe("1d")
    (model,) = states.context.catalog.models.items
    states.context.catalog.models.items = (replace(model, created_at="2024-01-02T12:00:00"),)
    changed = datetime(2024, 1, 2, 12 + hours, tzinfo=UTC).timestamp()
    os.utime(trained_workspace.strategies / "quick.yaml", (changed, changed))
    assert states.standing("trainingPanel").state == state


def test_the_newest_version_counts_however_the_list_is_sorted(make: Make, trained_workspace: Workspace) -> None:
    states = make(trained_workspace)
    states.context.select_strategy("quick")
    states.context.select_timeframe("1d")
    (first,) = states.context.catalog.models.items
    tenth = replace(first, version=10, path=first.path.with_name("universal_1d_v10"))
    torn = replace(first, version=11, complete=False, path=first.path.with_name("universal_1d_v11"))
    legacy = replace(first, version=12, kind="legacy")
    for order in itertools.permutations((first, tenth, torn, legacy)):
        states.context.catalog.models.items = order
        assert states.standing("trainingPanel").reason == f"{tenth.label} is up to date"


def test_a_faulty_strategy_cannot_be_called_ready_to_train(make: Make, small_workspace: Workspace) -> None:
    (small_workspace.strategies / "typo.yaml").write_text(TYPO_STRATEGY, encoding="utf-8")
    states = make(small_workspace)
    states.context.select_strategy("typo")
    states.context.select_timeframe("1d")
    assert states.standing("trainingPanel") == states.standing("strategyPanel")
    assert states.standing("trainingPanel").state == "error"


def test_one_dot_through_all_five_states_by_what_really_happens(
    make: Make, empty_workspace: Workspace, sample_workspace: Workspace, qtbot: QtBot
) -> None:
    states, seen = make(empty_workspace), list[tuple[str, str]]()
    states.changed.connect(lambda key, state, why: seen.append((state, why)) if key == "dataPanel" else None)
    states.update()

    def copy(_progress: Progress, _cancel: CancelToken) -> None:
        empty_workspace.data.mkdir()
        shutil.copy(sample_workspace.data / "IBM_1d.csv", empty_workspace.data)

    def fail(_progress: Progress, _cancel: CancelToken) -> None:
        raise BadInput("IBM_1d.csv: line 3 is no bar")

    for title, work in (("Import IBM", copy), ("Import it again", fail)):
        task = Task(title, work)
        task.setProperty(STATION, "dataPanel")
        task.failed.connect(lambda error: states.context.say_state("dataPanel", "error", error.message))
        states.context.submit(task)
        settle(qtbot, states.context.tasks)
        states.context.dataChanged.emit()
        settle(qtbot, states.context.tasks)
        qtbot.waitUntil(lambda: seen[-1][0] in ("ready", "error"))
    states.context.say_state("dataPanel", "", "")
    states.context.unsaved.tell("dataPanel", ("IBM 1d: stock",))
    qtbot.waitUntil(lambda: seen[-1][0] == "stale")
    told = [state for state, _group in itertools.groupby(state for state, _why in seen)]
    assert told == ["running", "empty", "ready", "running", "error", "ready", "stale"]
    words = dict(seen)
    assert words["running"] == "Import it again"
    assert words["error"] == "IBM_1d.csv: line 3 is no bar"
    assert words["stale"] == "Not saved yet: IBM 1d: stock"
