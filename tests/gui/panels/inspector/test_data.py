"""What is told of series: counts as pandas reads the file, what no model saw, and what cannot be read or has holes."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pandas as pd
import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.documents.inspected import Inspected
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.panels.data.panel import DataPanel
from tests.gui.panels.inspector.conftest import figures

pytestmark = pytest.mark.gui

Told, Press = Callable[[str, str], Inspected], Callable[[str], None]


@pytest.fixture
def panel(rich: MainWindow, qtbot: QtBot) -> DataPanel:
    made = cast(DataPanel, rich.panels["dataPanel"])
    rich.show_panel("dataPanel")
    qtbot.waitUntil(lambda: all(entry.quality is not None for entry in made.entries), timeout=20_000)
    return made


@pytest.mark.parametrize(("symbol", "timeframe"), [("MSFT", "1d"), ("EURUSD", "1h"), ("HOLE", "1d")])
def test_the_facts_are_those_of_the_file(
    rich: MainWindow, panel: DataPanel, told: Told, symbol: str, timeframe: str
) -> None:
    panel.table.choose((symbol, timeframe))
    facts = dict(told("dataPanel", f"{symbol} {timeframe}").facts)
    stamps = pd.read_csv(rich.context.workspace.data / f"{symbol}_{timeframe}.csv")["timestamp"]
    digits = 10 if timeframe == "1d" else 16
    assert figures(facts["Bars"]) == [len(stamps)]
    assert facts["First bar"] == f"{stamps.iloc[0][:digits].replace('T', ' ')} UTC"
    assert facts["Last bar"] == f"{stamps.iloc[-1][:digits].replace('T', ' ')} UTC"


def test_a_series_that_no_model_saw_is_good_for_a_backtest(panel: DataPanel, told: Told) -> None:
    panel.table.choose(("MSFT", "1d"))
    found = told("dataPanel", "MSFT 1d")
    assert "no model has seen it" in found.why
    assert found.tone == "success"
    panel.table.choose(("AAPL", "1d"))
    found = told("dataPanel", "AAPL 1d")
    assert "a backtest on it flatters them" in found.why
    assert dict(found.facts)["Models"] == "1 learnt from it"


def test_a_hole_is_counted_and_offered_to_be_repaired(panel: DataPanel, told: Told) -> None:
    panel.table.choose(("HOLE", "1d"))
    found = told("dataPanel", "HOLE 1d")
    facts = dict(found.facts)
    assert facts["Gaps"] == "1 unexpected"
    assert figures(facts["Complete"])[0] == pytest.approx(1 - 120 / 2015, abs=6e-3)
    assert found.tone in ("warning", "danger")
    assert found.why


def test_a_file_that_cannot_be_read_offers_nothing_to_learn_from(
    rich: MainWindow, panel: DataPanel, told: Told
) -> None:
    panel.table.choose(("WRONG", "1d"))
    found = told("dataPanel", "WRONG 1d")
    assert found.tone == "danger"
    assert [step.reason for step in found.steps][:2] == ["Its file cannot be read"] * 2
    assert dict(found.facts)["Complete"] == "unreadable"


def test_every_doubtful_series_is_a_problem_that_leads_to_it(rich: MainWindow, panel: DataPanel, qtbot: QtBot) -> None:
    mine = {problem.subject: problem for problem in rich.context.problems.of("dataPanel")}
    assert mine["WRONG 1d"].weight == "danger"
    assert {"WRONG 1d", "HOLE 1d"} <= set(mine)
    assert not {"MSFT 1d", "AAPL 1d"} & set(mine)
    panel.search.setText("msft")
    problems = rich.docks.problems
    for subject in ("HOLE 1d", "WRONG 1d"):
        rich.show_panel("modelsPanel")
        problems.table.select(lambda problem, wanted=subject: problem.subject == wanted)
        problems.go_there()
        assert rich.panel is panel
        assert panel.table.chosen == tuple(subject.split())
    assert panel.search.text() == "", "what was filtered away could not be shown"
