"""The card of one model: judged in words and colour, every fact in its place, read from its folder, no mark-up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.models.details import ModelDetails
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.theme import color
from ktrdr_app.model_store.registry import ModelInfo
from tests.gui.helpers import settle
from tests.gui.panels.models.helpers import cells

pytestmark = pytest.mark.gui

MODEL = ModelInfo(
    Path("/store/quick/universal_1d_v3"),
    "universal",
    "quick",
    None,
    "1d",
    3,
    "2024-05-06T07:08:09+00:00",
    complete=True,
    test_accuracy=0.5,
    skill=0.0213,
    training_symbols=("AAPL", "IBM"),
    rows=1234,
)


@pytest.fixture
def card(qtbot: QtBot, dark: object, tasks: TaskManager, trained_workspace: Workspace) -> ModelDetails:
    made = ModelDetails(AppContext(trained_workspace, tasks))
    qtbot.addWidget(made)
    made.show()
    return made


def facts(card: ModelDetails) -> dict[str, str]:
    return {key: words.text() for key, words in card.about.facts.items()}


def test_what_the_list_knows_is_shown_at_once(card: ModelDetails, qtbot: QtBot, tasks: TaskManager) -> None:
    card.show_model(MODEL)
    assert card._name.text() == "[U] universal_1d_v3"
    assert card._states.text() == "universal"
    known = ("kind", "strategy", "timeframe", "version", "symbols", "rows", "made")
    assert [facts(card)[key] for key in known] == [
        *("universal", "quick", "1d", "3", "AAPL, IBM", "1\N{NARROW NO-BREAK SPACE}234", "2024-05-06 07:08"),
    ]
    settle(qtbot, tasks)
    assert "universal_1d_v3" in card.figures.report.toPlainText(), "a folder that is gone is told in the card"


def test_what_the_folder_says_is_read_and_judged(
    card: ModelDetails, qtbot: QtBot, tasks: TaskManager, trained_workspace: Workspace
) -> None:
    (model,) = workflows.list_models(trained_workspace)
    card.show_model(model)
    settle(qtbot, tasks)
    said = workflows.show_model(trained_workspace, model.path)
    shown = facts(card)
    assert shown["contract"] == f"{len(said['feature_names'])} features, {said['contract_digest'][:12]}…"
    assert shown["network"].startswith(f"{len(said['feature_names'])} → 4 → 3")
    assert shown["files"].endswith("with checksums")
    assert shown["command"] == said["training_manifest"]["command"]
    assert shown["dates"].startswith("2005-03-01 to ")
    assert [row[0] for row in cells(card.figures.table)][:3] == ["train", "validation", "test"]
    judged = card._verdict.text()
    assert judged.startswith(("The model has no skill", "The model beats both baselines"))
    assert "NLL" in card._verdict.toolTip()


@pytest.mark.parametrize(
    ("changes", "tone", "words"),
    [
        ({"skill": 0.02}, "info", "On its test bars its probabilities are better than the class shares."),
        ({"skill": 0.0}, "warning", "No skill: the class shares alone predict its test bars as well."),
        ({"skill": None}, "info", "It does not say how it did on unseen bars."),
        ({"complete": False, "problem": "no weights"}, "danger", "Cannot be used: no weights"),
        ({"complete": False, "problem": "torn", "skill": 0.9}, "danger", "Cannot be used: torn"),
        (
            {"look_ahead": True},
            "warning",
            "A model of the original: its features look ahead, so its results do too.",
        ),
    ],
)
def test_the_verdict_in_words_and_colour(
    card: ModelDetails, qtbot: QtBot, tasks: TaskManager, changes: dict, tone: str, words: str
) -> None:
    card.show_model(replace(MODEL, **changes))
    assert card._verdict.text() == words
    assert card._verdict.palette().color(QPalette.ColorRole.WindowText) == color(tone)
    settle(qtbot, tasks)


def test_of_a_broken_model_no_figures_are_read(card: ModelDetails, tasks: TaskManager) -> None:
    card.show_model(replace(MODEL, complete=False, problem="incomplete: x missing"))
    assert not tasks.running
    assert "incomplete: x missing" in card.figures.report.toPlainText()
    assert facts(card)["checks"] == "incomplete: x missing"


def test_nothing_of_the_last_model_stays(
    card: ModelDetails, qtbot: QtBot, tasks: TaskManager, trained_workspace: Workspace
) -> None:
    (model,) = workflows.list_models(trained_workspace)
    card.show_model(replace(model, note="mine", tags=("best",)))
    settle(qtbot, tasks)
    card.show_model(ModelInfo(Path("/store/old/X_1h_v1"), "legacy", "old", "X", "1h", 1, problem="torn"))
    shown = facts(card)
    assert {shown[key] for key in ("symbols", "rows", "made", "dates", "contract", "network", "command")} == {"–"}
    assert card.remarks.written == ("", ())
    assert not any("quick" in each.text() or "AAPL" in each.text() for each in card.findChildren(QLabel))


def test_the_place_can_be_selected_and_breaks_at_its_folders(
    card: ModelDetails, qtbot: QtBot, tasks: TaskManager
) -> None:
    deep = Path("/store") / "a_long_folder_name_that_fills_a_line" / "another_long_folder_name" / "universal_1d_v3"
    card.show_model(replace(MODEL, path=deep))
    place = card.about.facts["place"]
    assert place.text().replace("\N{ZERO WIDTH SPACE}", "") == str(deep)
    assert place.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
    assert place.minimumSizeHint().width() <= card.width()
    settle(qtbot, tasks)


def test_names_from_files_bring_no_mark_up(card: ModelDetails, qtbot: QtBot, tasks: TaskManager) -> None:
    card.show_model(replace(MODEL, strategy_name="<b>bold</b>", training_symbols=("<img src=x>",)))
    assert facts(card)["strategy"] == "<b>bold</b>"
    assert {each.textFormat() for each in card.findChildren(QLabel)} == {Qt.TextFormat.PlainText}
    settle(qtbot, tasks)


def test_everything_has_a_name(card: ModelDetails) -> None:
    assert accessibility.nameless(card) == []


def test_bars_are_compared_only_where_somebody_looks(
    card: ModelDetails, qtbot: QtBot, tasks: TaskManager, trained_workspace: Workspace
) -> None:
    card._context.catalog.refresh()
    settle(qtbot, tasks)
    model = card._context.catalog.models.items[0]
    card.show_model(model)
    settle(qtbot, tasks)
    assert not card.coverage.comparing.busy
    bar = card.tabs.tabBar()
    place = bar.tabRect(card.tabs.indexOf(card.coverage)).center()
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=place)
    assert card.tabs.currentWidget() is card.coverage
    assert card.coverage.comparing.busy
    with qtbot.waitSignal(card.coverage.comparing.busyChanged, timeout=20_000):
        pass
    settle(qtbot, tasks)
    assert card.coverage.verdict.text() in {"Covered", "Partly covered", "Not covered"}
    assert card.coverage.symbol.currentData() not in model.training_symbols
