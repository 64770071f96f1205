"""The card of one model: every figure in its place, the verdict in words and colour, and no mark-up from files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.models.details import ModelDetails
from ktrdr_app.gui.ui.theme import color
from ktrdr_app.model_store.registry import ModelInfo

pytestmark = pytest.mark.gui

THIN = "\N{NARROW NO-BREAK SPACE}"
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
)


@pytest.fixture
def card(qtbot: QtBot, dark: object) -> ModelDetails:
    made = ModelDetails()
    qtbot.addWidget(made)
    made.show()
    return made


def facts(card: ModelDetails) -> dict[str, str]:
    return {key: words.text() for key, words in card._facts.items()}


def test_every_figure_in_its_place(card: ModelDetails) -> None:
    card.show_model(MODEL)
    assert card._name.text() == "universal_1d_v3"
    assert facts(card) == {
        "kind": "universal",
        "strategy": "quick",
        "timeframe": "1d",
        "version": "3",
        "accuracy": f"50.0{THIN}%",
        "skill": f"+2.1{THIN}%",
        "symbols": "AAPL, IBM",
        "made": "2024-05-06 07:08",
    }


@pytest.mark.parametrize(
    ("changes", "tone", "words"),
    [
        ({"skill": 0.02}, "success", "Better than the class shares on its test bars."),
        ({"skill": 0.0}, "warning", "No skill: class shares alone predict its test bars as well."),
        ({"skill": -0.4}, "warning", "No skill: class shares alone predict its test bars as well."),
        ({"skill": None}, "info", "It does not say how it did on unseen bars."),
        ({"complete": False, "problem": "no weights"}, "danger", "Cannot be used: no weights"),
    ],
)
def test_the_verdict_in_words_and_colour(card: ModelDetails, changes: dict, tone: str, words: str) -> None:
    card.show_model(replace(MODEL, **changes))
    assert card._verdict.text() == words
    assert card._verdict.palette().color(QPalette.ColorRole.WindowText) == color(tone)


def test_a_damaged_model_is_not_praised_for_its_skill(card: ModelDetails) -> None:
    card.show_model(replace(MODEL, complete=False, problem="a torn file", skill=0.9))
    assert card._verdict.text() == "Cannot be used: a torn file"


def test_what_is_not_known_is_a_dash_and_nothing_of_the_last_model_stays(card: ModelDetails) -> None:
    card.show_model(MODEL)
    bare = ModelInfo(Path("/store/old/legacy"), "legacy", "old", "IBM", "1h", 1, complete=True)
    card.show_model(bare)
    shown = facts(card)
    assert [shown[key] for key in ("accuracy", "skill", "symbols", "made")] == ["–"] * 4
    assert not any("quick" in each.text() or "AAPL" in each.text() for each in card.findChildren(QLabel))


def test_the_place_can_be_selected_and_breaks_at_its_folders(card: ModelDetails) -> None:
    deep = Path("/store") / "a_long_folder_name_that_fills_a_line" / "another_long_folder_name" / "universal_1d_v3"
    card.show_model(replace(MODEL, path=deep))
    assert card._place.text().replace("\N{ZERO WIDTH SPACE}", "") == str(deep)
    assert card._place.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
    assert card._place.minimumSizeHint().width() <= card.width()


def test_names_from_files_bring_no_mark_up(card: ModelDetails) -> None:
    card.show_model(replace(MODEL, strategy_name="<b>bold</b>", training_symbols=("<img src=x>",)))
    assert facts(card)["strategy"] == "<b>bold</b>"
    formats = {each.textFormat() for each in card._facts.values()} | {card._name.textFormat()}
    assert formats == {Qt.TextFormat.PlainText}
