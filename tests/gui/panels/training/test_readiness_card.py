"""The list of what is missing: buttons that are told apart, nothing left of an older list, names as they are."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.training import readiness
from ktrdr_app.gui.panels.training.readiness import Missing, Step
from ktrdr_app.gui.panels.training.readiness_card import MOST, ReadinessCard
from ktrdr_app.gui.ui import accessibility
from tests.gui.helpers import child, click

pytestmark = pytest.mark.gui


@pytest.fixture
def card(qtbot: QtBot, dark: object) -> ReadinessCard:
    made = ReadinessCard()
    qtbot.addWidget(made)
    made.resize(600, 200)
    return made


def steps(*words: str) -> tuple[Step, ...]:
    return tuple(Step(each, readiness.LEAVE_OUT, each) for each in words)


def settled(card: ReadinessCard) -> list[str]:
    """Return the buttons that are left once Qt has deleted what was to be deleted."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return [each.text() for each in card.findChildren(QPushButton)]


@pytest.mark.parametrize(
    ("text", "hint", "said"),
    [
        ("no symbol is ticked", "tick one", "No symbol is ticked. Tick one"),
        ("EURUSD is short", "", "EURUSD is short"),
        ("quick.yaml: a typo", "look at line 3", "quick.yaml: a typo. Look at line 3"),
        ("2 symbols have no bars", "add some", "2 symbols have no bars. Add some"),
        ("<b>bold</b> is no symbol", "", "<b>bold</b> is no symbol"),
        ("éclair is gone", "", "Éclair is gone"),
    ],
)
def test_each_thing_is_a_sentence_and_names_stay_as_they_are(
    card: ReadinessCard, text: str, hint: str, said: str
) -> None:
    card.show_missing([Missing(text, hint, ())])
    (words,) = card._inside.findChildren(QLabel)
    assert words.text() == said
    assert words.textFormat() is Qt.TextFormat.PlainText


def test_every_button_tells_its_own_step(card: ReadinessCard, qtbot: QtBot) -> None:
    card.show_missing([Missing("one", "", steps("a", "b")), Missing("two", "", steps("c"))])
    card.show()
    told: list[str] = []
    card.stepChosen.connect(lambda step: told.append(step.about))
    for place in ("1.0", "0.1", "0.0"):
        click(qtbot, child(card, QPushButton, f"trainingPanel.fix.{place}"))
    assert told == ["c", "b", "a"]
    assert accessibility.nameless(card) == []


def test_another_list_leaves_nothing_of_the_older_one(card: ReadinessCard) -> None:
    card.show_missing([Missing("one", "", steps("a", "b"))])
    card.show_missing([Missing("two", "", steps("c"))])
    assert settled(card) == ["c"]
    card.show_missing([])
    assert settled(card) == []
    assert card.isHidden()
    card.show_missing([Missing("two", "", steps("c"))])
    assert settled(card) == ["c"]
    assert not card.isHidden()


def test_a_step_may_change_the_list_it_stands_in(card: ReadinessCard, qtbot: QtBot) -> None:
    card.stepChosen.connect(lambda _step: card.show_missing([]))
    card.show_missing([Missing("one", "", steps("a"))])
    card.show()
    click(qtbot, child(card, QPushButton, "trainingPanel.fix.0.0"))
    assert card.isHidden()
    assert settled(card) == []


@pytest.mark.parametrize("count", [1, MOST, MOST + 1, 40])
def test_it_never_grows_beyond_its_lines(card: ReadinessCard, count: int) -> None:
    card.show_missing([Missing(f"thing {number}", "", steps(str(number))) for number in range(count)])
    assert len(settled(card)) == min(count, MOST)
    said = [each.text() for each in card._inside.findChildren(QLabel)]
    assert said[-1] == (f"and {count - MOST} more" if count > MOST else f"Thing {count - 1}")
    assert len(card.shown) == count
