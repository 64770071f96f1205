"""What is told of a training to come: its bars as counted in the files, its version, and what is still missing."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.gui.documents.inspected import Inspected
from ktrdr_app.gui.main_window import MainWindow
from tests.gui.helpers import Gate, settle
from tests.gui.panels.inspector.conftest import figures

pytestmark = pytest.mark.gui

Told, Press = Callable[[str, str], Inspected], Callable[[str], None]


@pytest.fixture
def form(rich: MainWindow, qtbot: QtBot) -> Iterator[Any]:
    rich.context.select_strategy("quick")
    rich.context.select_timeframe("1d")
    settle(qtbot, rich.tasks)
    made = rich.panels["trainingPanel"].form  # type: ignore[attr-defined]
    yield made
    made.tick(frozenset({"AAPL", "IBM"}))
    rich.context.select_timeframe("1d")


def rows(window: MainWindow, symbol: str) -> int:
    with (window.context.workspace.data / f"{symbol}_1d.csv").open(encoding="utf-8") as file:
        return sum(1 for _line in csv.reader(file)) - 1


@pytest.mark.parametrize("symbols", [("AAPL",), ("AAPL", "MSFT"), ("AAPL", "HOLE", "IBM")])
def test_bars_are_those_of_the_ticked_files_of_that_length(
    rich: MainWindow, form: Any, told: Told, symbols: tuple[str, ...], qtbot: QtBot
) -> None:
    form.tick(frozenset(symbols))
    shown = rich.docks.inspector
    told("trainingPanel", "Train quick")
    qtbot.waitUntil(lambda: ("Symbols", ", ".join(symbols)) in shown.shown.facts)  # type: ignore[union-attr]
    facts = dict(told("trainingPanel", "Train quick").facts)
    assert figures(facts["Bars"]) == [sum(rows(rich, symbol) for symbol in symbols)]
    assert facts["Becomes"] == "universal_1d_v3", "a torn model's number is not used again"


def test_what_is_missing_is_said_with_its_way_out(rich: MainWindow, form: Any, told: Told, qtbot: QtBot) -> None:
    form.tick(frozenset())
    told("trainingPanel", "Train quick")
    shown = rich.docks.inspector
    qtbot.waitUntil(lambda: ("Symbols", "none") in shown.shown.facts)  # type: ignore[union-attr]
    found = told("trainingPanel", "Train quick")
    assert found.tone == "warning"
    assert found.steps[0].text == "Train"
    assert found.steps[0].reason
    assert figures(dict(found.facts)["Bars"]) == [0]
    form.tick(frozenset({"AAPL"}))
    qtbot.waitUntil(lambda: "One symbol makes no universal model" in shown.shown.why)  # type: ignore[union-attr]
    assert shown.shown is not None
    assert shown.shown.steps[0].reason == "", "it is a bad idea, not an impossible one"


def test_while_it_runs_it_can_be_stopped_from_here(
    rich: MainWindow, form: Any, told: Told, press: Press, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    gate = Gate()
    monkeypatch.setattr(
        workflows, "train", lambda _request, progress=None, cancel=None: gate.work(progress, cancel), raising=False
    )
    form.tick(frozenset({"AAPL", "IBM"}))
    told("trainingPanel", "Train quick")
    qtbot.waitUntil(lambda: rich.docks.inspector.buttons[0].isEnabled())
    press("Train")
    shown = rich.docks.inspector
    qtbot.waitUntil(lambda: shown.shown is not None and shown.shown.tone == "accent", timeout=20_000)
    qtbot.waitUntil(gate.entered.is_set, timeout=20_000)
    press(shown.buttons[0].text())
    settle(qtbot, rich.tasks)
    qtbot.waitUntil(lambda: shown.shown is not None and shown.shown.steps[0].text == "Train")
    assert rich.rail.button("trainingPanel").state != "running"
