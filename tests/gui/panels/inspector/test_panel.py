"""The inspector: facts, reason and buttons of the station in view, and of no other."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.inspected import Inspected, Step
from ktrdr_app.gui.panels.inspector.panel import Inspector
from ktrdr_app.gui.ui import accessibility

pytestmark = pytest.mark.gui


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def inspector(context: AppContext, qtbot: QtBot) -> Inspector:
    made = Inspector(context)
    qtbot.addWidget(made)
    made.resize(260, 500)
    made.show()
    made.show_station("dataPanel")
    return made


def series(done: list[str]) -> Inspected:
    steps = (
        Step("Train on it", lambda: done.append("train"), "training"),
        Step("Repair", lambda: done.append("repair"), reason="Nothing to repair"),
    )
    return Inspected("Series", "EURUSD 1h", (("Bars", "6 225"), ("Market", "forex")), "Two gaps.", "warning", steps)


def texts(inspector: Inspector) -> list[str]:
    return [words.text() for words in inspector.findChildren(QLabel) if words.isVisibleTo(inspector)]


def test_without_a_choice_it_says_so(inspector: Inspector) -> None:
    assert "Nothing is selected here" in texts(inspector)
    assert inspector.buttons == []


def test_facts_and_reason_are_shown_and_spoken(inspector: Inspector, qtbot: QtBot, done: list[str]) -> None:
    inspector.context.inspect("dataPanel", series(done))
    wanted = {"Series", "EURUSD 1h", "Bars", "6 225", "Two gaps."}
    qtbot.waitUntil(lambda: wanted <= set(texts(inspector)))
    assert inspector.accessibleDescription() == "EURUSD 1h. Bars 6 225. Market forex. Two gaps."
    assert accessibility.nameless(inspector) == []


def test_a_button_does_its_step_by_keyboard(inspector: Inspector, qtbot: QtBot, done: list[str]) -> None:
    inspector.context.inspect("dataPanel", series(done))
    first, second = inspector.buttons
    qtbot.keyClick(first, Qt.Key.Key_Space)
    assert done == ["train"]
    assert not second.isEnabled()
    assert second.toolTip() == "Nothing to repair"
    assert second.accessibleDescription() == "Nothing to repair"


def test_only_the_station_in_view_is_shown(inspector: Inspector, done: list[str]) -> None:
    inspector.context.inspect("modelsPanel", series(done))
    assert inspector.buttons == []
    inspector.show_station("modelsPanel")
    assert len(inspector.buttons) == 2
    inspector.context.inspect("modelsPanel", None)
    assert "Nothing is selected here" in texts(inspector)


def test_a_choice_replaces_the_one_before(inspector: Inspector, done: list[str]) -> None:
    inspector.context.inspect("dataPanel", series(done))
    inspector.context.inspect("dataPanel", Inspected("Series", "IBM 1d"))
    assert "6 225" not in texts(inspector)
    assert inspector.buttons == []


def test_the_same_again_keeps_the_button_that_has_the_keyboard(
    inspector: Inspector, qtbot: QtBot, done: list[str]
) -> None:
    inspector.context.inspect("dataPanel", series(done))
    first = inspector.buttons[0]
    again: list[str] = []
    inspector.context.inspect("dataPanel", series(again))
    assert inspector.buttons[0] is first
    qtbot.keyClick(first, Qt.Key.Key_Space)
    assert (done, again) == ([], ["train"])


@pytest.mark.parametrize("name", ["Strategy", "A rather long name of a fact"])
def test_the_longest_word_of_a_fact_is_not_cut_off(inspector: Inspector, qtbot: QtBot, name: str) -> None:
    inspector.resize(224, 500)
    inspector.context.inspect("dataPanel", Inspected("Input", "rsi", ((name, "neuro_mean_reversion"),), "", "", ()))
    qtbot.waitUntil(lambda: "neuro_mean_reversion" in texts(inspector))
    (value,) = [words for words in inspector.findChildren(QLabel) if words.text() == "neuro_mean_reversion"]
    qtbot.waitUntil(lambda: value.width() >= value.fontMetrics().horizontalAdvance(value.text()))
    assert value.mapTo(inspector, value.rect().topRight()).x() < inspector.width()
