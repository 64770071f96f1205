"""Answers that come late: what is shown always belongs to what is chosen."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.fuzzy import FuzzyPanel
from ktrdr_app.strategy.schema import FuzzyInput
from ktrdr_app.workflows.requests import FuzzyView, FuzzyViewRequest
from tests.gui import helpers
from tests.gui.panels.fuzzy.test_panel import open_panel, settle

pytestmark = pytest.mark.gui


class SlowValues:
    """A stand-in for the loading of values that waits for each input where the test wants it."""

    def __init__(self) -> None:
        self.asked: list[FuzzyViewRequest] = []
        self.cancelled: list[str] = []
        self.gates: dict[str, threading.Event] = {}

    def hold(self, name: str) -> threading.Event:
        return self.gates.setdefault(name, threading.Event())

    def __call__(self, request: FuzzyViewRequest, _progress: Progress, cancel: CancelToken) -> Any:
        self.asked.append(request)
        gate = self.gates.get(request.fuzzy_input)
        while gate is not None and not gate.wait(0.005):
            if cancel.cancelled:
                self.cancelled.append(request.fuzzy_input)
                cancel.check()
        sets = {"any": {"type": "gaussian", "parameters": [0, 1]}}
        values = {symbol: np.full(len(request.fuzzy_input), 1.0) for symbol in request.symbols}
        return FuzzyView((request.fuzzy_input,), FuzzyInput.model_validate({"sets": sets}), values)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> SlowValues:
    made = SlowValues()
    monkeypatch.setattr(workflows, "load_fuzzy_view", made, raising=False)
    return made


@pytest.fixture
def panel(qtbot: QtBot, context: AppContext, slow: SlowValues) -> FuzzyPanel:
    return open_panel(qtbot, context)[0]


def show(panel: FuzzyPanel, name: str) -> None:
    box = panel.choices.indicator
    box.setCurrentIndex(box.findData(name))


def test_a_slow_answer_to_an_older_question_is_not_shown(panel: FuzzyPanel, slow: SlowValues, qtbot: QtBot) -> None:
    slow.hold("sma")
    show(panel, "sma")
    qtbot.waitUntil(lambda: slow.asked[-1].fuzzy_input == "sma", timeout=5000)
    show(panel, "macd")
    settle(qtbot, panel)
    assert slow.cancelled == ["sma"], "the older question is still being worked on"
    assert {len(values) for values in panel._values.values()} == {len("macd")}
    assert panel.document is not None
    assert panel.document.current == "macd"


def test_while_values_are_loaded_none_of_the_last_input_are_shown(
    panel: FuzzyPanel, slow: SlowValues, qtbot: QtBot
) -> None:
    assert panel.plot.backdrop.whole.isVisible()
    gate = slow.hold("sma")
    show(panel, "sma")
    assert panel._values == {}
    assert not panel.plot.backdrop.whole.isVisible()
    gate.set()
    settle(qtbot, panel)
    assert {len(values) for values in panel._values.values()} == {len("sma")}


def test_quick_changes_of_symbols_end_with_the_last(panel: FuzzyPanel, slow: SlowValues, qtbot: QtBot) -> None:
    actions = panel.choices.symbols.menu().actions()
    for _ in range(3):
        for action in actions:
            action.trigger()
    settle(qtbot, panel)
    assert set(panel._values) == set(panel.choices.symbols.chosen)


def test_the_same_choice_is_not_loaded_twice(panel: FuzzyPanel, slow: SlowValues, qtbot: QtBot) -> None:
    before = len(slow.asked)
    panel.context.catalog.refresh()
    helpers.settle(qtbot, panel.context.tasks)
    settle(qtbot, panel)
    assert len(slow.asked) == before


def test_changed_data_are_loaded_again_although_the_choice_is_the_same(
    panel: FuzzyPanel, slow: SlowValues, qtbot: QtBot
) -> None:
    before = len(slow.asked)
    panel.context.dataChanged.emit()
    settle(qtbot, panel)
    assert len(slow.asked) == before + 1
    assert slow.asked[-1] == slow.asked[-2]


def test_undo_while_values_are_loaded_is_safe(panel: FuzzyPanel, slow: SlowValues, qtbot: QtBot) -> None:
    assert panel.document is not None
    panel.document.set_numbers("neutral", [30, 50, 75])
    gate = slow.hold("sma")
    show(panel, "sma")
    panel.undo_action.trigger()
    gate.set()
    settle(qtbot, panel)
    assert panel.document.current == "rsi"
    assert {len(values) for values in panel._values.values()} == {len("rsi")}
    assert not panel.document.dirty


def test_a_drag_is_given_up_when_the_input_changes(panel: FuzzyPanel, slow: SlowValues, qtbot: QtBot) -> None:
    assert panel.document is not None
    before = panel.document.begin("neutral")
    panel.document.preview_sets({"neutral": before.model_copy(update={"parameters": [26.0, 50.0, 75.0]})})
    show(panel, "macd")
    settle(qtbot, panel)
    assert panel.document.sets("rsi")["neutral"] == before
    assert not panel.document.dirty


def test_values_that_are_loaded_after_the_station_is_gone_reach_nobody(
    qtbot: QtBot, context: AppContext, slow: SlowValues
) -> None:
    panel, _ = open_panel(qtbot, context)
    gate = slow.hold("sma")
    show(panel, "sma")
    panel.deleteLater()
    qtbot.wait(20)
    gate.set()
    helpers.settle(qtbot, context.tasks)
