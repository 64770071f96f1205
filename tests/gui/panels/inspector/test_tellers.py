"""What each station tells the inspector, in a real window on real data and a trained model, and what its buttons do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.data.csv_source import CSVDataSource
from ktrdr_app.gui.docks import ROOMY
from ktrdr_app.gui.documents.inspected import Inspected
from ktrdr_app.gui.main_window import MainWindow
from tests.gui.helpers import click, rest, settle

pytestmark = pytest.mark.gui


@pytest.fixture
def window(module_window: MainWindow, qtbot: QtBot) -> Iterator[MainWindow]:
    module_window.resize(ROOMY, 900)
    module_window.docks.reset()
    module_window.context.select_strategy("quick")
    settle(qtbot, module_window.tasks)
    yield module_window
    rest(qtbot, module_window)


def shown(window: MainWindow, qtbot: QtBot, panel: str, title: str) -> Inspected:
    window.show_panel(panel)
    inspector = window.docks.inspector
    qtbot.waitUntil(lambda: inspector.shown is not None and title in inspector.shown.title, timeout=20_000)
    assert inspector.shown is not None
    return inspector.shown


def press(window: MainWindow, qtbot: QtBot, words: str) -> None:
    (button,) = [each for each in window.docks.inspector.buttons if each.text() == words]
    click(qtbot, button)


def test_a_series_and_backtest_on_it(window: MainWindow, qtbot: QtBot) -> None:
    window.panels["dataPanel"].table.choose(("MSFT", "1d"))  # type: ignore[attr-defined]
    found = shown(window, qtbot, "dataPanel", "MSFT 1d")
    bars = CSVDataSource(window.context.workspace.data).load("MSFT", "1d")
    facts = dict(found.facts)
    assert int("".join(figure for figure in facts["Bars"] if figure.isdigit())) == len(bars)
    assert facts["Models"] == "0 learnt from it"
    press(window, qtbot, "Backtest on it")
    assert window.panel.object_name == "backtestPanel"
    form = window.panels["backtestPanel"].form  # type: ignore[attr-defined]
    assert form.asked[1:3] == ("MSFT", "1d")
    assert window.context.symbol == "MSFT"


def test_a_series_that_was_learnt_from_says_so_and_is_ticked(window: MainWindow, qtbot: QtBot) -> None:
    window.panels["trainingPanel"].form.tick(frozenset({"GOOG"}))  # type: ignore[attr-defined]
    window.panels["dataPanel"].table.choose(("AAPL", "1d"))  # type: ignore[attr-defined]
    found = shown(window, qtbot, "dataPanel", "AAPL 1d")
    assert dict(found.facts)["Models"] == "1 learnt from it"
    press(window, qtbot, "Train on it")
    assert window.panel.object_name == "trainingPanel"
    assert set(window.panels["trainingPanel"].form.chosen) == {"GOOG", "AAPL"}  # type: ignore[attr-defined]


def test_a_strategy_with_its_models(window: MainWindow, qtbot: QtBot) -> None:
    window.context.select_strategy("quick")
    found = shown(window, qtbot, "strategyPanel", "quick")
    facts = dict(found.facts)
    assert facts["Models"] == "1, 1 usable"
    assert facts["Newest"].startswith("universal_1d_v1")
    assert found.why == "Small enough for a test."
    press(window, qtbot, "Show its models")
    assert window.panel.object_name == "modelsPanel"


def test_the_chosen_fuzzy_set_and_what_is_doubtful(window: MainWindow, qtbot: QtBot) -> None:
    window.context.select_strategy("quick")
    window.show_panel("fuzzyPanel")
    settle(qtbot, window.tasks)
    panel = window.panels["fuzzyPanel"]
    panel.table.choose("high")  # type: ignore[attr-defined]
    panel.plot.select("high")  # type: ignore[attr-defined]
    panel.plot.selected.emit("high")  # type: ignore[attr-defined]
    inspector = window.docks.inspector
    qtbot.waitUntil(lambda: inspector.shown is not None and ("Chosen", "high") in inspector.shown.facts)
    assert inspector.shown is not None
    assert ("Shape", "trapezoidal, open to the right") in inspector.shown.facts
    document = panel.document  # type: ignore[attr-defined]
    document.set_numbers("middle", [30.0, 32.0, 34.0])
    qtbot.waitUntil(lambda: any(each.panel == "fuzzyPanel" for each in window.context.problems.problems))
    qtbot.waitUntil(lambda: inspector.shown is not None and inspector.shown.tone == "warning")
    press(window, qtbot, "Undo")
    qtbot.waitUntil(lambda: not window.context.unsaved.names)


def test_a_training_says_what_is_missing(window: MainWindow, qtbot: QtBot) -> None:
    form = window.panels["trainingPanel"].form  # type: ignore[attr-defined]
    window.context.select_strategy("quick")
    form.tick(frozenset())
    shown(window, qtbot, "trainingPanel", "Train")
    qtbot.waitUntil(lambda: window.docks.inspector.shown.tone == "warning")  # type: ignore[union-attr]
    with pytest.raises(KtrdrError) as missing:
        form.request()
    found = window.docks.inspector.shown
    assert found is not None
    assert found.why.startswith(missing.value.message)
    (train,) = [each for each in window.docks.inspector.buttons if each.text() == "Train"]
    assert not train.isEnabled()
    form.tick(frozenset({"AAPL", "IBM"}))
    qtbot.waitUntil(lambda: ("Symbols", "AAPL, IBM") in window.docks.inspector.shown.facts)  # type: ignore[union-attr]
    assert ("Becomes", "universal_1d_v2") in window.docks.inspector.shown.facts  # type: ignore[union-attr]


def test_a_model_and_backtest_with_it(window: MainWindow, qtbot: QtBot) -> None:
    (model,) = workflows.list_models(window.context.workspace)
    window.panels["modelsPanel"].tree.choose(model.path)  # type: ignore[attr-defined]
    found = shown(window, qtbot, "modelsPanel", "universal_1d_v1")
    assert found.title == "[U] universal_1d_v1"
    assert ("Learnt from", "AAPL, IBM") in found.facts
    (compare,) = [each for each in window.docks.inspector.buttons if each.text() == "Compare…"]
    assert compare.toolTip() == "There is no other model that can be used"
    press(window, qtbot, "Backtest with it")
    assert window.panel.object_name == "backtestPanel"
    form = window.panels["backtestPanel"].form  # type: ignore[attr-defined]
    assert form.asked[3] == str(model.path)
    form.model.setCurrentIndex(0)


def test_a_run_its_trades_and_its_staleness(window: MainWindow, qtbot: QtBot) -> None:
    panel = window.panels["backtestPanel"]
    form = panel.form  # type: ignore[attr-defined]
    form.symbol.setCurrentIndex(form.symbol.findData("GOOG"))
    settle(qtbot, window.tasks)
    window.show_panel("backtestPanel")
    window.actions_by_key["runMain"].trigger()
    assert window.rail.button("backtestPanel").state == "running"
    settle(qtbot, window.tasks)
    found = shown(window, qtbot, "backtestPanel", "GOOG 1d")
    view = panel.view  # type: ignore[attr-defined]
    assert view.verdict.headline in found.why
    assert ("Model", "universal_1d_v1") in found.facts
    qtbot.waitUntil(lambda: window.rail.button("backtestPanel").state == "ready")
    if view.trades:
        press(window, qtbot, "First trade")
        qtbot.waitUntil(lambda: window.docks.inspector.shown.kind == "Trade")  # type: ignore[union-attr]
        press(window, qtbot, "Back to the run")
    view.document["model"]["path"] = str(window.context.workspace.models / "quick" / "universal_1d_v0")
    form.changed.emit()
    qtbot.waitUntil(lambda: window.rail.button("backtestPanel").state == "stale")
    assert "universal_1d_v1 serves" in window.rail.button("backtestPanel").toolTip()
    window.context.stateChanged.emit("backtestPanel", "running")
    window.context.stateChanged.emit("backtestPanel", "ready")  # as when a new run is stopped
    form.changed.emit()
    qtbot.waitUntil(lambda: window.rail.button("backtestPanel").state == "stale")
