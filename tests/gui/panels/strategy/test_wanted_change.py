"""A change that another station asks for lands in the text of the strategy it is about, unsaved."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.strategy.panel import StrategyPanel
from ktrdr_app.workflows.strategy_fields import SET, DraftChange
from tests.gui.helpers import QUICK_STRATEGY
from tests.gui.panels.strategy.conftest import choose, rest

pytestmark = pytest.mark.gui

CHANGE = DraftChange(SET, ("labels", "threshold"), 1.07)


def test_it_is_made_in_the_strategy_shown(panel: StrategyPanel, qtbot: QtBot) -> None:
    notices: list[str] = []
    panel.context.notified.connect(lambda _level, text, _details: notices.append(text))
    panel.context.strategyChangeRequested.emit("quick", CHANGE)
    rest(qtbot, panel)
    assert panel.yaml.text == QUICK_STRATEGY.replace("threshold: 2.0", "threshold: 1.07")
    assert panel.keeper.dirty
    file = panel.context.workspace.strategies / "quick.yaml"
    assert file.read_text(encoding="utf-8") == QUICK_STRATEGY, "nothing is written before it is saved"
    assert notices == ["labels.threshold is now 1.07 in the text of quick; save it to use it"]


def test_another_strategy_is_opened_for_it(panel: StrategyPanel, qtbot: QtBot) -> None:
    choose(qtbot, panel, "neuro_mean_reversion")
    panel.context.strategyChangeRequested.emit("quick", CHANGE)
    rest(qtbot, panel)
    assert panel.keeper.file is not None
    assert panel.keeper.file.name == "quick"
    assert "threshold: 1.07" in panel.yaml.text
    choose(qtbot, panel, "neuro_mean_reversion")
    rest(qtbot, panel)


def test_one_for_a_strategy_that_is_not_there_waits_in_vain(panel: StrategyPanel, qtbot: QtBot) -> None:
    panel.context.strategyChangeRequested.emit("elsewhere", CHANGE)
    rest(qtbot, panel)
    assert panel.yaml.text == QUICK_STRATEGY
    assert not panel.keeper.dirty


def test_the_newest_wish_counts(panel: StrategyPanel, qtbot: QtBot) -> None:
    panel.context.strategyChangeRequested.emit("elsewhere", CHANGE)
    panel.context.strategyChangeRequested.emit("quick", DraftChange(SET, ("labels", "lookahead"), 7))
    rest(qtbot, panel)
    assert panel.yaml.text == QUICK_STRATEGY.replace("lookahead: 5", "lookahead: 7")
