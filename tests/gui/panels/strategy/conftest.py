"""A strategy station on a small workspace, and what its tests do with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.gui.helpers import QUICK_STRATEGY, TYPO_STRATEGY, settle
from tests.strategy.texts import SHIPPED

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
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


@pytest.fixture(scope="module")
def shared_panel(dressed: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StrategyPanel]:
    """Return one station for a whole test file, which reads its text without a rest; `bench` puts it in order."""
    from PySide6.QtCore import QObject
    from PySide6.QtWidgets import QComboBox

    from ktrdr_app.core.paths import Workspace
    from ktrdr_app.gui.documents.context import AppContext
    from ktrdr_app.gui.panels.strategy.panel import StrategyPanel
    from ktrdr_app.gui.tasks.manager import TaskManager
    from ktrdr_app.gui.ui.theme import apply_theme

    apply_theme(dressed, "dark")
    workspace = Workspace(tmp_path_factory.mktemp("strategies"))
    workspace.strategies.mkdir(parents=True)
    (workspace.strategies / "quick.yaml").write_text(QUICK_STRATEGY, encoding="utf-8")
    tasks = TaskManager()
    made = StrategyPanel(AppContext(workspace, tasks))
    made.drafting._reading._timer.setInterval(0)
    made.resize(1200, 700)
    made.show()
    made.refresh()
    while tasks.running or made.keeper.file is None or made.drafting.busy:
        dressed.processEvents()
    for place in range(made.form.sections.count()):
        made.form.sections.setCurrentRow(place)
    for combo in made.findChildren(QComboBox):
        combo.view()  # a window of its own, made when it is first looked at
    held = [*dressed.topLevelWidgets(), *made.findChildren(QObject)]
    yield made
    held.clear()
    made.keeper.close_file()
    made.close()
    assert tasks.shutdown(10_000), "a worker thread would not stop"
    made.deleteLater()


@pytest.fixture
def bench(qtbot: QtBot, shared_panel: StrategyPanel) -> Iterator[StrategyPanel]:
    """Return the shared station with ``quick`` and ``typo`` as they are at first, the first shown, nothing noted."""
    import shutil

    panel = shared_panel
    workspace = panel.context.workspace
    shutil.rmtree(workspace.hidden, ignore_errors=True)
    for path in workspace.strategies.iterdir():
        path.unlink()
    (workspace.strategies / "quick.yaml").write_text(QUICK_STRATEGY, encoding="utf-8")
    (workspace.strategies / "typo.yaml").write_text(TYPO_STRATEGY, encoding="utf-8")
    panel.keeper.close_file()
    panel.notice.dismiss()
    listed = {panel.strategy.itemData(place) for place in range(panel.strategy.count())}
    if listed != {*SHIPPED, "quick", "typo"}:
        panel.refresh()
        rest(qtbot, panel)
    panel.strategy.setCurrentIndex(panel.strategy.findData("quick"))
    panel.keeper.open("quick")
    rest(qtbot, panel)
    panel.activateWindow()
    yield panel
    panel.context.autosave.enabled = False
    if panel.keeper.question is not None:
        panel.keeper.question.reject()
    rest(qtbot, panel)


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
