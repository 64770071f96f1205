"""The session behind the equity tab: the newest step is heard, what was left is not, a quick try can be stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.errors import DataNotFound
from ktrdr_app.gui.panels.fuzzy.consequence.live_desk import Inputs, LiveDesk
from ktrdr_app.strategy.schema import FuzzySet
from ktrdr_app.workflows.live_edit import LiveRequest, LiveResult, open_live
from tests.gui import helpers

if TYPE_CHECKING:
    from ktrdr_app.gui.documents.context import AppContext

pytestmark = pytest.mark.gui


@pytest.fixture
def desk(qtbot: QtBot, live_context: AppContext) -> LiveDesk:
    return LiveDesk(live_context, live_context)


def asked(desk: LiveDesk, symbol: str = "GOOG") -> LiveRequest:
    return LiveRequest(desk.context.workspace, "quick", symbol, "1d")


def moved(inputs: Inputs, foot: float) -> Inputs:
    entry = FuzzySet(type="trapezoidal", parameters=[0, 10, 30, foot], shoulder="left")
    return inputs | {"rsi": inputs["rsi"].model_copy(update={"sets": inputs["rsi"].sets | {"low": entry}})}


def opened(qtbot: QtBot, desk: LiveDesk) -> Inputs:
    with qtbot.waitSignal(desk.opened, timeout=30_000):
        desk.open(asked(desk), {})
    helpers.settle(qtbot, desk.context.tasks)
    assert desk.session is not None
    return desk.session.inputs


def test_the_last_step_heard_is_that_of_the_newest_sets(desk: LiveDesk, qtbot: QtBot) -> None:
    inputs = opened(qtbot, desk)
    heard: list[LiveResult] = []
    desk.stepped.connect(heard.append)
    feet = [40.0 + number for number in range(25)]
    for foot in feet:
        desk.show_sets(moved(inputs, foot))
    helpers.settle(qtbot, desk.context.tasks)
    assert 1 <= len(heard) < len(feet), "wishes in between are not carried out"
    wanted = open_live(asked(desk)).step(moved(inputs, feet[-1]))
    assert heard[-1].equity.tobytes() == wanted.equity.tobytes()
    assert heard[-1].otherwise == wanted.otherwise > 0


def test_steps_of_a_session_that_was_left_are_not_heard(desk: LiveDesk, qtbot: QtBot) -> None:
    inputs = opened(qtbot, desk)
    heard: list[LiveResult] = []
    desk.show_sets(moved(inputs, 61))
    desk.stepped.connect(heard.append)
    desk.close()
    helpers.settle(qtbot, desk.context.tasks)
    assert heard == []
    desk.show_sets(moved(inputs, 62))
    assert not desk.busy
    assert desk.context.tasks.running == ()


def test_sets_that_come_while_it_opens_are_shown_then(desk: LiveDesk, qtbot: QtBot) -> None:
    inputs = open_live(asked(desk)).inputs
    desk.open(asked(desk), {})
    desk.show_sets(moved(inputs, 66))
    with qtbot.waitSignal(desk.stepped, timeout=30_000) as told:
        pass
    helpers.settle(qtbot, desk.context.tasks)
    assert told.args is not None
    assert told.args[0].otherwise > 0


def test_a_refusal_is_heard(desk: LiveDesk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.refused, timeout=30_000) as told:
        desk.open(asked(desk, "NOPE"), {})
    assert told.args is not None
    assert isinstance(told.args[0], DataNotFound)
    assert desk.session is None
    helpers.settle(qtbot, desk.context.tasks)


def test_a_quick_try_is_a_task_that_can_be_stopped(
    desk: LiveDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = opened(qtbot, desk)
    gate = helpers.Gate()
    monkeypatch.setattr(workflows, "quick_try", lambda *given: gate.work(*given[-2:]))
    trying: list[bool] = []
    heard: list[object] = []
    desk.tryingChanged.connect(trying.append)
    desk.tried.connect(heard.append)
    desk.tryFailed.connect(heard.append)
    desk.try_sets(inputs, ("AAPL",))
    desk.try_sets(inputs, ("AAPL",))
    (task,) = desk.context.tasks.running
    assert not task.quiet, "it stands in the list of tasks"
    qtbot.waitUntil(gate.entered.is_set)
    assert desk.trying
    desk.stop_try()
    helpers.settle(qtbot, desk.context.tasks)
    assert trying == [True, False]
    assert heard == []
    assert not desk.trying
