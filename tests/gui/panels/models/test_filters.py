"""What the list shows: words found in any part of a model, and kinds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.models.filters import FilterBar
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.model_store.registry import ModelInfo

pytestmark = pytest.mark.gui

MODEL = ModelInfo(
    Path("/m/neuro/universal_4h_v12"), "universal", "neuro", None, "4h", 12, complete=True, pinned=True,
    training_symbols=("AAPL", "EURUSD"), note="Before the Threshold", tags=("baseline",),
)  # fmt: skip
OLD = ModelInfo(Path("/m/neuro/GBPUSD_1h_v1"), "legacy", "neuro", "GBPUSD", "1h", 1, complete=True, look_ahead=True)
TORN = replace(OLD, complete=False, problem="incomplete: x missing", fault="incomplete", look_ahead=False)


@pytest.fixture
def bar(qtbot: QtBot, dark: object) -> FilterBar:
    made = FilterBar()
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", True),
        ("   ", True),
        ("neuro", True),
        ("4h", True),
        ("v12", True),
        ("eurusd", True),
        ("BASELINE", True),
        ("threshold", True),
        ("pinned", True),
        ("universal aapl", True),
        ("aapl universal before", True),
        ("aapl legacy", False),
        ("1h", False),
        ("ibm", False),
    ],
)
def test_every_word_must_be_found_somewhere(bar: FilterBar, text: str, found: bool) -> None:
    bar.search.setText(text)
    assert bar.accepts(MODEL) is found


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("", [True, True, True]),
        ("universal", [True, False, False]),
        ("legacy", [False, True, True]),
        ("marked", [True, False, False]),
        ("broken", [False, False, True]),
    ],
)
def test_kinds(bar: FilterBar, kind: str, found: list[bool]) -> None:
    bar.kind.setCurrentIndex(bar.kind.findData(kind))
    assert [bar.accepts(model) for model in (MODEL, OLD, TORN)] == found


def test_states_are_found_by_their_words(bar: FilterBar) -> None:
    for text, model in (("looks ahead", OLD), ("incomplete", TORN)):
        bar.search.setText(text)
        assert [each for each in (MODEL, OLD, TORN) if bar.accepts(each)] == [model]


def test_both_must_hold(bar: FilterBar) -> None:
    bar.search.setText("neuro")
    bar.kind.setCurrentIndex(bar.kind.findData("broken"))
    assert [bar.accepts(model) for model in (MODEL, OLD, TORN)] == [False, False, True]


def test_each_change_is_told_and_all_are_taken_away_at_once(bar: FilterBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.changed):
        qtbot.keyClick(bar.search, Qt.Key.Key_X)
    with qtbot.waitSignal(bar.changed):
        bar.kind.setCurrentIndex(2)
    bar.clear()
    assert (bar.search.text(), bar.kind.currentData()) == ("", "")
    assert accessibility.nameless(bar) == []
