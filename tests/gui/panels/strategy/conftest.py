"""A strategy station on a small workspace, and what its tests do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.gui.helpers import TYPO_STRATEGY, settle

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ktrdr_app.core.paths import Workspace
    from ktrdr_app.gui.panels.strategy.panel import StrategyPanel
    from ktrdr_app.gui.tasks.manager import TaskManager


@pytest.fixture
def panel(qtbot: QtBot, dark: object, tasks: TaskManager, small_workspace: Workspace) -> StrategyPanel:
    """Return the station with ``quick`` shown, and ``typo`` beside it."""
    from ktrdr_app.gui.documents.context import AppContext
    from ktrdr_app.gui.panels.strategy.panel import StrategyPanel

    (small_workspace.strategies / "typo.yaml").write_text(TYPO_STRATEGY, encoding="utf-8")
    context = AppContext(small_workspace, tasks)
    context.select_strategy("quick")
    made = StrategyPanel(context)
    qtbot.addWidget(made)
    made.resize(1200, 700)
    made.show()
    made.refresh()
    rest(qtbot, made)
    return made


def rest(qtbot: QtBot, panel: StrategyPanel) -> None:
    """Wait until the text has been read and nothing is under way."""

    def calm() -> bool:
        file = panel.keeper.file
        return not panel.context.tasks.running and not panel.drafting.busy and (file is None or panel.form.ready)

    settle(qtbot, panel.context.tasks)
    qtbot.waitUntil(calm, timeout=60_000)
    settle(qtbot, panel.context.tasks)


def choose(qtbot: QtBot, panel: StrategyPanel, name: str) -> None:
    """Choose a strategy in the combo box."""
    panel.strategy.setCurrentIndex(panel.strategy.findData(name))
    rest(qtbot, panel)
