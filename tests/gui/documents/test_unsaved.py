"""Marks of unsaved work: by station, and said only when they change."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.documents.unsaved import Unsaved

pytestmark = pytest.mark.gui


def test_names_of_all_stations_together(qapp: object) -> None:
    marks = Unsaved()
    marks.tell("fuzzyPanel", ("quick/rsi",))
    marks.tell("strategyPanel", ("trend",))
    assert marks.names == ("quick/rsi", "trend")
    marks.tell("fuzzyPanel", ())
    assert marks.names == ("trend",)
    assert marks.of("fuzzyPanel") == ()


def test_only_changes_are_told(qapp: object, qtbot: QtBot) -> None:
    marks = Unsaved()
    with qtbot.assertNotEmitted(marks.changed):
        marks.tell("fuzzyPanel", ())
    with qtbot.waitSignal(marks.changed):
        marks.tell("fuzzyPanel", ("a",))


def test_writing_is_remembered_with_its_zone(qapp: object) -> None:
    marks = Unsaved()
    assert marks.saved_at is None
    marks.written()
    assert marks.saved_at is not None
    assert marks.saved_at.tzinfo is not None
