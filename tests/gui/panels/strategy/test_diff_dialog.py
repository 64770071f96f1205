"""The comparison with a model's strategy, in a window on a workspace with a trained model."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.panels.fuzzy.panel import FuzzyPanel
from ktrdr_app.gui.panels.strategy.panel import StrategyPanel
from tests.gui.helpers import click, settle
from tests.gui.panels.strategy.conftest import rest

if TYPE_CHECKING:
    from ktrdr_app.gui.main_window import MainWindow

pytestmark = pytest.mark.gui


def test_what_changed_since_the_training_is_told(
    trained_workspace: Workspace, open_window: Callable[[Workspace], MainWindow], qtbot: QtBot
) -> None:
    window = open_window(trained_workspace)
    window.show_panel("strategyPanel")
    panel = cast(StrategyPanel, window.panels["strategyPanel"])
    window.context.select_strategy("quick")
    rest(qtbot, panel)
    panel.yaml.replace_text(panel.yaml.text.replace("lookahead: 5", "lookahead: 9").replace("low:", "cheap:"))
    rest(qtbot, panel)
    dialog = panel.care.ask_compare()
    assert dialog is not None
    settle(qtbot, window.tasks)
    shown = dialog.settings.records
    rows = {
        str(shown.data(shown.index(row, 0))): tuple(str(shown.data(shown.index(row, column))) for column in (1, 2, 3))
        for row in range(shown.rowCount())
    }
    assert rows.pop("labels.lookahead") == ("5", "≠", "9")
    assert rows.pop("rsi.low")[1] == "−"
    assert rows.pop("rsi.cheap")[1] == "+"
    assert not rows
    assert "3 settings differ" in dialog.verdict.text()
    marks = {line.mark for line in dialog.rows.records.records}
    assert "≠" in marks
    dialog.reject()

    assert not window.close(), "a question comes first"
    assert panel.keeper.question is not None
    panel.keeper.question.reject()
    assert window.isVisible()
    fuzzy = cast(FuzzyPanel, window.panels["fuzzyPanel"])
    assert fuzzy.document is not None
    assert list(fuzzy.document.sets("rsi")) == ["low", "middle", "high"]
    click(qtbot, panel.save_button)
    rest(qtbot, panel)
    qtbot.waitUntil(lambda: list(fuzzy.document.sets("rsi")) == ["cheap", "middle", "high"])
    settle(qtbot, window.tasks)


def test_a_faulty_text_is_said_in_the_place_of_a_comparison(
    trained_workspace: Workspace, open_window: Callable[[Workspace], MainWindow], qtbot: QtBot
) -> None:
    window = open_window(trained_workspace)
    panel = cast(StrategyPanel, window.panels["strategyPanel"])
    window.context.select_strategy("quick")
    rest(qtbot, panel)
    text = panel.yaml.text
    panel.yaml.replace_text(text.replace("lookahead: 5", "lookahead: x"))
    rest(qtbot, panel)
    dialog = panel.care.ask_compare()
    assert dialog is not None
    settle(qtbot, window.tasks)
    assert "labels.lookahead" in dialog.verdict.text()
    dialog.reject()
    panel.yaml.replace_text(text)
    rest(qtbot, panel)
