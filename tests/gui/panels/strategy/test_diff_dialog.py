"""The comparison with a model's strategy, in a window on a workspace with a trained model."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.fuzzy.panel import FuzzyPanel
from ktrdr_app.gui.panels.strategy.diff_dialog import DiffDialog
from ktrdr_app.gui.panels.strategy.panel import StrategyPanel
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.model_store.registry import list_models
from tests.gui.helpers import QUICK_STRATEGY, click, settle
from tests.gui.panels.strategy.conftest import choose, rest

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


Compare = Callable[[str], DiffDialog]


@pytest.fixture
def models(trained_workspace: Workspace) -> Path:
    """Return the folder of the models of ``quick``, of which there are two, alike but in their version."""
    (first,) = list_models(trained_workspace.models)
    shutil.copytree(first.path, first.path.with_name(first.path.name.replace("_v1", "_v2")))
    return first.path.parent


@pytest.fixture
def compare(
    models: Path, trained_workspace: Workspace, tasks: TaskManager, dark: QApplication, qtbot: QtBot
) -> Iterator[Compare]:
    """Return a function that opens the comparison of a text with both models, and waits for what it finds."""
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    context = AppContext(trained_workspace, tasks)
    opened: list[DiffDialog] = []

    def make(text: str) -> DiffDialog:
        dialog = DiffDialog(context, list_models(trained_workspace.models), text, "quick.yaml", parent)
        opened.append(dialog)
        dialog.open()
        settle(qtbot, tasks)
        return dialog

    yield make
    for dialog in opened:
        if isValid(dialog):
            dialog.reject()


def told(dialog: DiffDialog) -> dict[str, tuple[str, str, str]]:
    shown = dialog.settings.records
    rows = ([str(shown.data(shown.index(row, column))) for column in range(4)] for row in range(shown.rowCount()))
    return {name: (mark, before, now) for name, before, mark, now in rows}


def test_nothing_differs_from_what_a_model_was_trained_with(compare: Compare) -> None:
    """Words for people and the layout of the text are no settings."""
    dialog = compare("# another layout\n" + QUICK_STRATEGY.replace("{hidden_layers: [4]}", "\n  hidden_layers:\n  - 4"))
    assert "Nothing differs" in dialog.verdict.text()
    assert dialog.verdict.property("tone") == "success"
    assert told(dialog) == {}
    assert {line.mark for line in dialog.rows.records.records} <= {""}


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        ("lookahead: 5", "lookahead: 6", {"labels.lookahead": ("≠", "5", "6")}),
        ("[4]", "[8, 4]", {"network.hidden_layers": ("≠", "4", "8, 4")}),
        ("[30, 50, 70]", "[30, 50.5, 70]", {"rsi.middle": ("≠", None, None)}),
        ("period: 14", "period: 15", {"indicators.rsi.period": ("≠", "14", "15")}),
        ("labels:", "features: {price_context: true}\nlabels:", {}),
        ("labels:", "features: {volume_context: false}\nlabels:", {"features.volume_context": ("≠", None, None)}),
    ],
)
def test_each_setting_that_differs_is_named_once(
    compare: Compare, before: str, after: str, names: dict[str, tuple[str, str | None, str | None]]
) -> None:
    dialog = compare(QUICK_STRATEGY.replace(before, after))
    found = told(dialog)
    assert {name.removeprefix("strategy.") for name in found} == set(names)
    for shown, wanted in zip(found.values(), names.values(), strict=True):
        assert all(word in (None, part) or str(word) in part for part, word in zip(shown, wanted, strict=True))
    changed = [line for line in dialog.rows.records.records if line.mark]
    assert bool(changed) is bool(names)
    assert all(line.before != line.now for line in changed)


def test_the_newest_model_comes_first_and_each_can_be_chosen(compare: Compare, models: Path, qtbot: QtBot) -> None:
    dialog = compare(QUICK_STRATEGY)
    assert Path(str(dialog.model.currentData())).name.endswith("_v2")
    assert dialog.model.count() == 2
    dialog.model.setFocus()
    for key, version in ((Qt.Key.Key_Home, "_v1"), (Qt.Key.Key_End, "_v2")):
        qtbot.keyClick(dialog.model, key)
        if not str(dialog.model.currentData()).endswith(version):
            qtbot.keyClick(dialog.model, Qt.Key.Key_Down if key == Qt.Key.Key_Home else Qt.Key.Key_Up)
        settle(qtbot, dialog._comparing._tasks)
        assert str(dialog.model.currentData()).endswith(version)
        assert "Nothing differs" in dialog.verdict.text()


def test_a_model_that_went_away_is_said_and_another_can_be_chosen(compare: Compare, models: Path, qtbot: QtBot) -> None:
    dialog = compare(QUICK_STRATEGY.replace("epochs: 3", "epochs: 4"))
    assert told(dialog)
    shutil.rmtree(next(models.glob("*_v1")))
    gone = next(place for place in range(2) if str(dialog.model.itemData(place)).endswith("_v1"))
    dialog.model.setCurrentIndex(gone)
    settle(qtbot, dialog._comparing._tasks)
    assert dialog.verdict.property("tone") == "danger"
    assert told(dialog) == {}, "nothing of the other model is left standing"
    dialog.model.setCurrentIndex(1 - gone)
    settle(qtbot, dialog._comparing._tasks)
    assert told(dialog)


def test_closing_while_it_compares_is_quiet(compare: Compare, tasks: TaskManager, qtbot: QtBot) -> None:
    dialog = compare(QUICK_STRATEGY)
    dialog.model.setCurrentIndex(1 - dialog.model.currentIndex())
    with qtbot.captureExceptions() as caught:
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        settle(qtbot, tasks)
        QApplication.processEvents()
    assert caught == []
    assert not isValid(dialog) or not dialog.isVisible()


def test_everything_in_it_speaks(compare: Compare) -> None:
    dialog = compare(QUICK_STRATEGY)
    assert accessibility.nameless(dialog) == []
    assert accessibility.undescribed(dialog) == []


def test_a_file_that_calls_itself_otherwise_finds_the_models_of_that_name(
    models: Path, trained_workspace: Workspace, tasks: TaskManager, dark: QApplication, qtbot: QtBot
) -> None:
    (trained_workspace.strategies / "copy.yaml").write_text(QUICK_STRATEGY, encoding="utf-8")
    context = AppContext(trained_workspace, tasks)
    panel = StrategyPanel(context)
    qtbot.addWidget(panel)
    panel.show()
    context.catalog.refresh()
    rest(qtbot, panel)
    choose(qtbot, panel, "copy")
    dialog = panel.care.ask_compare()
    assert dialog is not None
    assert dialog.model.count() == 2
    settle(qtbot, tasks)
    dialog.reject()
