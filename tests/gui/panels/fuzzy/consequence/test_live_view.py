"""A drag and the equity it changes; what is said where no model can show it; a quick try beside it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shiboken6
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.panels.fuzzy.consequence.equity_plot import OWN, QUICK, YOURS
from ktrdr_app.gui.panels.fuzzy.consequence.live_view import LiveView
from ktrdr_app.workflows.live_edit import LiveRequest, open_live
from tests.gui import helpers
from tests.gui.panels.fuzzy.consequence.conftest import EAGER, open_station, settle
from tests.gui.panels.fuzzy.test_plot import drag, grip_of
from tests.workflows.originals import original_folder
from tests.workflows.quick import with_strategy

if TYPE_CHECKING:
    from ktrdr_app.gui.documents.context import AppContext
    from ktrdr_app.gui.panels.fuzzy import FuzzyPanel
    from ktrdr_app.gui.panels.fuzzy.consequence.live_desk import Inputs
    from ktrdr_app.workflows.live_edit import LiveGround
    from ktrdr_app.workflows.quick_training import QuickTry

pytestmark = pytest.mark.gui


def look(qtbot: QtBot, panel: FuzzyPanel, symbol: str = "GOOG") -> LiveView:
    """Turn to the equity of a symbol and wait for it."""
    pane = panel.consequence
    pane.symbol.setCurrentIndex(pane.symbol.findData(symbol))
    pane.tabs.setCurrentWidget(pane.live)
    settle(qtbot, panel)
    return pane.live


def curve(view: LiveView, kind: str) -> bytes:
    return view.plot.lines[kind].values.tobytes()


def note(panel: FuzzyPanel) -> str:
    return helpers.child(panel, QLabel, "fuzzyPanel.liveNote").text()


def test_a_drag_redraws_the_equity_beside_the_old_one(panel: FuzzyPanel, qtbot: QtBot) -> None:
    view = look(qtbot, panel)
    own = curve(view, OWN)
    assert own == curve(view, YOURS) != b""
    assert "0 of 1\N{NARROW NO-BREAK SPACE}995 answers change" in note(panel)
    assert "The model keeps its own sets" in note(panel)
    assert "✦" in note(panel)
    assert view.model.currentText() == "automatic: universal_1d_v1"
    drag(qtbot, panel.plot, grip_of(panel.plot, "middle", "peak"), 31.0)
    settle(qtbot, panel)
    assert panel.document is not None
    session = open_live(LiveRequest(panel.context.workspace, "quick", "GOOG", "1d"))
    wanted = session.step({"rsi": panel.document.fuzzy_input("rsi")})
    assert curve(view, YOURS) == wanted.equity.tobytes() != own
    assert curve(view, OWN) == own == session.own.equity.tobytes()
    rows = view.figures.records.records
    assert rows[0].difference == wanted.figures.total_return - session.own.figures.total_return
    assert rows[-1].yours == wanted.figures.trades
    panel.document.undo()
    settle(qtbot, panel)
    assert curve(view, YOURS) == own


def test_bars_the_model_has_learnt_from_are_shaded(panel: FuzzyPanel, qtbot: QtBot) -> None:
    view = look(qtbot, panel, "AAPL")
    ((first, last),) = view.plot.shade.spans.tolist()
    assert first == 0
    assert 0 < last < len(view.plot.times)
    assert "Shaded" in note(panel)


def test_a_model_can_be_chosen_by_hand(panel: FuzzyPanel, qtbot: QtBot) -> None:
    view = look(qtbot, panel)
    assert view.model.count() == 2
    view.model.setCurrentIndex(1)
    settle(qtbot, panel)
    assert view.desk.session is not None
    assert view.desk.session.chosen.step == "path"
    assert len(view.plot.lines[YOURS]) > 0


def test_without_a_model_the_way_to_training_is_offered(panel: FuzzyPanel, qtbot: QtBot) -> None:
    shutil.rmtree(panel.context.workspace.models)
    view = look(qtbot, panel)
    message = helpers.child(panel, QLabel, "fuzzyPanel.liveMessage")
    assert message.isVisible()
    assert message.text() == "No model of quick on 1d bars has been trained yet."
    assert not view.try_button.isEnabled()
    with qtbot.waitSignal(panel.context.panelRequested) as told:
        helpers.click(qtbot, helpers.child(panel, QPushButton, "fuzzyPanel.trainButton"))
    assert told.args == ["trainingPanel"]


def test_a_model_that_comes_is_opened(panel: FuzzyPanel, qtbot: QtBot) -> None:
    workspace = panel.context.workspace
    workspace.models.rename(workspace.root / "aside")
    view = look(qtbot, panel)
    assert view.pages.currentIndex() == 1
    (workspace.root / "aside").rename(workspace.models)
    panel.context.modelsChanged.emit()
    settle(qtbot, panel)
    assert view.pages.currentIndex() == 0
    assert len(view.plot.lines[OWN]) > 0


def test_a_model_of_the_original_says_why_not(panel: FuzzyPanel, qtbot: QtBot) -> None:
    workspace: Workspace = panel.context.workspace
    shutil.rmtree(workspace.models)
    original_folder(workspace, "GOOG")
    view = look(qtbot, panel)
    assert view.pages.currentIndex() == 1
    assert "it is a model of the original" in view.message.text()
    assert view.to_training.isVisible()


def test_an_input_that_the_model_does_not_read_is_said(live_context: AppContext, qtbot: QtBot) -> None:
    calm = "  calm: {input: rsi, form: raw, sets: {low: {type: triangular, parameters: [0, 20, 40]}}}\n"
    with_strategy(live_context.workspace, EAGER.replace("fuzzy_sets:\n", f"fuzzy_sets:\n{calm}"))
    panel = open_station(qtbot, live_context)
    qtbot.addWidget(panel)
    look(qtbot, panel)
    assert "⚠ the model does not read calm" in note(panel)


def test_a_quick_try_is_the_third_curve(panel: FuzzyPanel, qtbot: QtBot) -> None:
    view = look(qtbot, panel)
    drag(qtbot, panel.plot, grip_of(panel.plot, "middle", "peak"), 31.0)
    settle(qtbot, panel)
    assert not view.stop_button.isVisible()
    helpers.click(qtbot, helpers.child(panel, QPushButton, "fuzzyPanel.retrainButton"))
    assert view.stop_button.isVisible()
    assert not view.try_button.isEnabled()
    settle(qtbot, panel)
    assert len(view.plot.lines[QUICK]) == len(view.plot.times)
    assert np.isfinite(view.plot.lines[QUICK].values).all()
    assert "Quick try: 4 epochs" in note(panel)
    assert "not saved" in note(panel)
    assert view.figures.records.records[0].quick is not None
    assert len(list((panel.context.workspace.models / "quick").glob("universal_1d_v*"))) == 1
    look(qtbot, panel, "IBM")
    assert len(view.plot.lines[QUICK]) == 0, "another symbol's quick try is not shown"


def test_a_quick_try_that_cannot_be_is_named(panel: FuzzyPanel, qtbot: QtBot) -> None:
    view = look(qtbot, panel)
    (panel.context.workspace.data / "IBM_1d.csv").unlink()
    helpers.click(qtbot, view.try_button)
    settle(qtbot, panel)
    assert "✖ Quick try:" in note(panel)
    assert "IBM" in note(panel)
    assert view.try_button.isEnabled()


def test_a_quick_try_is_stopped_by_its_button(panel: FuzzyPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = helpers.Gate()
    monkeypatch.setattr(workflows, "quick_try", lambda *given: gate.work(*given[-2:]))
    view = look(qtbot, panel)
    helpers.click(qtbot, view.try_button)
    qtbot.waitUntil(gate.entered.is_set)
    helpers.click(qtbot, view.stop_button)
    settle(qtbot, panel)
    assert len(view.plot.lines[QUICK]) == 0
    assert view.try_button.isEnabled()
    assert "✖" not in note(panel)


def hold_the_try(monkeypatch: pytest.MonkeyPatch) -> helpers.Gate:
    """Let a quick try wait at a gate, and do its work then."""
    gate, really = helpers.Gate(), workflows.quick_try

    def held(ground: LiveGround, inputs: Inputs, symbols: tuple[str, ...], *told: Any) -> QuickTry:
        gate.work(*told)
        return really(ground, inputs, symbols, *told)

    monkeypatch.setattr(workflows, "quick_try", held)
    return gate


def test_saving_at_another_tab_does_not_stop_a_quick_try(
    panel: FuzzyPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = hold_the_try(monkeypatch)
    view = look(qtbot, panel)
    drag(qtbot, panel.plot, grip_of(panel.plot, "middle", "peak"), 31.0)
    helpers.click(qtbot, view.try_button)
    qtbot.waitUntil(gate.entered.is_set)
    panel.consequence.tabs.setCurrentIndex(0)
    with qtbot.waitSignal(panel.context.catalog.strategies.loaded, timeout=20_000):
        panel.save()
    assert view.desk.trying
    gate.go_on.set()
    settle(qtbot, panel)
    look(qtbot, panel)
    assert len(view.plot.lines[QUICK]) == len(view.plot.times) > 0
    assert "Quick try: 4 epochs" in note(panel)
    assert panel.document is not None
    assert not panel.document.dirty


@pytest.mark.parametrize("what", ["other symbol", "other bars"])
def test_what_the_quick_try_is_not_about_stops_it(
    what: str, panel: FuzzyPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = hold_the_try(monkeypatch)
    view = look(qtbot, panel)
    helpers.click(qtbot, view.try_button)
    qtbot.waitUntil(gate.entered.is_set)
    if what == "other symbol":
        panel.consequence.symbol.setCurrentIndex(panel.consequence.symbol.findData("IBM"))
    else:
        panel.context.dataChanged.emit()
    settle(qtbot, panel)
    assert not gate.go_on.is_set()
    assert not view.desk.trying
    assert len(view.plot.lines[QUICK]) == 0
    assert "Quick try" not in note(panel)


def test_the_panel_may_go_while_a_step_runs(live_context: AppContext, qtbot: QtBot) -> None:
    panel = open_station(qtbot, live_context)
    view = look(qtbot, panel)
    for foot in range(41, 49):
        assert panel.document is not None
        panel.document.set_numbers("low", [0, 10, 30, foot])
    assert view.desk.busy
    assert live_context.tasks.running
    panel.close()
    shiboken6.delete(panel)
    helpers.settle(qtbot, live_context.tasks)
