"""What is told of the fuzzy input at hand: sets and corners as the file has them, what is doubtful and unsaved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import cast

import pytest
import yaml
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.documents.inspected import Inspected
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.panels.fuzzy.panel import FuzzyPanel
from tests.gui.helpers import settle
from tests.gui.panels.inspector.conftest import figures

pytestmark = pytest.mark.gui

Told, Press = Callable[[str, str], Inspected], Callable[[str], None]


@pytest.fixture
def panel(rich: MainWindow, qtbot: QtBot) -> Iterator[FuzzyPanel]:
    made = cast(FuzzyPanel, rich.panels["fuzzyPanel"])
    rich.context.select_strategy("quick")
    rich.show_panel("fuzzyPanel")
    settle(qtbot, rich.tasks)
    yield made
    while made.undo_action.isEnabled():
        made.undo_action.trigger()
    settle(qtbot, rich.tasks)


@pytest.fixture
def document(panel: FuzzyPanel) -> FuzzyDocument:
    assert panel.document is not None
    return panel.document


def choose(panel: FuzzyPanel, key: str) -> None:
    """Choose a set in the table, as a click does."""
    panel.table.choose(key)
    panel.table.chosen.emit(key)


@pytest.mark.parametrize("key", ["low", "middle", "high"])
def test_shape_and_corners_are_those_of_the_file(
    rich: MainWindow, panel: FuzzyPanel, told: Told, key: str, qtbot: QtBot
) -> None:
    file = rich.context.workspace.strategies / "quick.yaml"
    sets = yaml.safe_load(file.read_text(encoding="utf-8"))["fuzzy_sets"]["rsi"]["sets"]
    choose(panel, key)
    inspector = rich.docks.inspector
    qtbot.waitUntil(lambda: inspector.shown is not None and ("Chosen", key) in inspector.shown.facts)
    facts = dict(told("fuzzyPanel", "rsi").facts)
    assert facts["Sets"].split(", ") == list(sets)
    side = sets[key].get("shoulder")
    assert facts["Shape"] == sets[key]["type"] + (f", open to the {side}" if side else "")
    assert figures(facts["Corners"]) == sets[key]["parameters"]


def test_corners_are_told_to_the_digit_that_was_typed(
    rich: MainWindow, panel: FuzzyPanel, document: FuzzyDocument, told: Told, qtbot: QtBot
) -> None:
    """Raw volumes and prices of large units need more than six digits."""
    choose(panel, "middle")
    document.set_numbers("middle", [30.0, 50.0, 1234567.25])
    inspector = rich.docks.inspector
    qtbot.waitUntil(lambda: "1234567" in dict(inspector.shown.facts).get("Corners", ""))  # type: ignore[union-attr]
    assert figures(dict(told("fuzzyPanel", "rsi").facts)["Corners"]) == [30.0, 50.0, 1234567.25]


def test_what_is_doubtful_is_a_problem_until_it_is_mended(
    rich: MainWindow, panel: FuzzyPanel, document: FuzzyDocument, told: Told, press: Press, qtbot: QtBot
) -> None:
    assert rich.context.problems.of("fuzzyPanel") == ()
    assert told("fuzzyPanel", "rsi").tone == "success"
    document.set_numbers("middle", [30.0, 32.0, 34.0])
    qtbot.waitUntil(lambda: bool(rich.context.problems.of("fuzzyPanel")), timeout=20_000)
    problems = rich.context.problems.of("fuzzyPanel")
    assert {problem.subject for problem in problems} == {"quick: rsi"}
    inspector = rich.docks.inspector
    qtbot.waitUntil(lambda: inspector.shown is not None and inspector.shown.tone == "warning")
    assert set(told("fuzzyPanel", "rsi").why.splitlines()) <= {problem.text for problem in problems}
    rich.show_panel("dataPanel")
    rich.docks.problems.table.select(lambda each: each.panel == "fuzzyPanel")
    rich.docks.problems.go_there()
    assert rich.panel is panel
    press("Undo")
    qtbot.waitUntil(lambda: rich.context.problems.of("fuzzyPanel") == (), timeout=20_000)
    qtbot.waitUntil(lambda: inspector.shown is not None and inspector.shown.tone == "success")


def test_unsaved_sets_are_named_and_saved_from_here(
    rich: MainWindow, panel: FuzzyPanel, document: FuzzyDocument, told: Told, press: Press, qtbot: QtBot
) -> None:
    file = rich.context.workspace.strategies / "quick.yaml"
    before = file.read_text(encoding="utf-8")
    assert told("fuzzyPanel", "rsi").steps[0].reason == "Nothing was changed"
    document.set_numbers("middle", [31.5, 50.0, 70.0])
    qtbot.waitUntil(lambda: rich.context.unsaved.of("fuzzyPanel") == ("quick/rsi",))
    inspector = rich.docks.inspector
    qtbot.waitUntil(lambda: inspector.shown is not None and inspector.shown.steps[0].reason == "")
    press("Save the sets")
    settle(qtbot, rich.tasks)
    qtbot.waitUntil(lambda: rich.context.unsaved.names == ())
    written = yaml.safe_load(file.read_text(encoding="utf-8"))["fuzzy_sets"]["rsi"]["sets"]["middle"]
    assert written["parameters"] == [31.5, 50, 70]
    document.set_numbers("middle", [30.0, 50.0, 70.0])
    panel.save()
    settle(qtbot, rich.tasks)
    assert yaml.safe_load(file.read_text(encoding="utf-8")) == yaml.safe_load(before)
