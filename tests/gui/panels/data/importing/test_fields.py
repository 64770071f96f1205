"""Fields that answer once, when something was really chosen or typed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.data.importing.fields import ChoiceField, NameField, ZoneField, field_for

pytestmark = pytest.mark.gui

ENTRIES = [("One", "1"), ("Two", "2")]


@pytest.fixture
def told() -> list[tuple[str, str]]:
    return []


def test_a_choice_answers_only_when_the_user_chooses(qtbot: QtBot, dark: object, told: list[tuple[str, str]]) -> None:
    field = ChoiceField("n", "name", "Number")
    qtbot.addWidget(field)
    field.answered.connect(lambda key, value: told.append((key, value)))
    field.offer(ENTRIES, "", "Choose…")
    field.offer(ENTRIES, "2", "Choose…")
    assert field.currentText() == "Two"
    assert told == []
    field.show()
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert told == [("n", "1")]
    field.offer(ENTRIES, "", "Choose…")
    assert field.currentData() == ""


def test_a_zone_is_searched_by_any_part_of_its_name(qtbot: QtBot, dark: object, told: list[tuple[str, str]]) -> None:
    field = ZoneField("timezone", "name", "Time zone")
    qtbot.addWidget(field)
    field.answered.connect(lambda key, value: told.append((key, value)))
    field.offer([("America/New_York+7", "America/New_York+7")], "", "Choose…")
    field.show()
    assert field.itemText(0) == "America/New_York+7"
    assert field.currentText() == ""
    completer = field.completer()
    completer.setCompletionPrefix("atHeNs")
    assert completer.currentCompletion() == "Europe/Athens"
    qtbot.keyClicks(field.lineEdit(), "+03:00")
    qtbot.keyClick(field.lineEdit(), Qt.Key.Key_Return)
    assert told == [("timezone", "+03:00")]
    field.offer([], "Asia/Tokyo", "")
    assert field.currentText() == "Asia/Tokyo"
    assert len(told) == 1


def test_nonsense_is_taken_back(qtbot: QtBot, dark: object, told: list[tuple[str, str]]) -> None:
    field = ZoneField("timezone", "name", "Time zone")
    qtbot.addWidget(field)
    field.answered.connect(lambda key, value: told.append((key, value)))
    field.offer([], "UTC", "")
    field.show()
    field.lineEdit().selectAll()
    qtbot.keyClicks(field.lineEdit(), "nowhere")
    field.settle()
    assert field.currentText() == "UTC"
    assert told == []


def test_a_name_counts_after_a_rest_or_with_enter(qtbot: QtBot, dark: object, told: list[tuple[str, str]]) -> None:
    field = NameField("symbol", "name", "Symbol")
    qtbot.addWidget(field)
    field.answered.connect(lambda key, value: told.append((key, value)))
    field.offer([], "", "such as EURUSD")
    field.show()
    qtbot.keyClicks(field, "EUR")
    assert told == []
    field.offer([], "", "such as EURUSD")
    assert field.text() == "EUR", "what is being typed stays"
    qtbot.waitUntil(lambda: told == [("symbol", "EUR")])
    qtbot.keyClicks(field, "USD ")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert told == [("symbol", "EUR"), ("symbol", "EURUSD")]
    field.settle()
    assert len(told) == 2


@pytest.mark.parametrize("kind", [NameField, ZoneField])
def test_a_dropped_file_is_not_taken_as_text(
    qtbot: QtBot, dark: object, kind: type[NameField] | type[ZoneField]
) -> None:
    field = kind("symbol", "name", "Symbol")
    qtbot.addWidget(field)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/a.csv")])
    edit = field if isinstance(field, NameField) else field.lineEdit()
    assert not edit.acceptDrops()


def test_each_setting_has_its_kind_of_field(qtbot: QtBot, dark: object) -> None:
    kinds = {"timezone": ZoneField, "symbol": NameField, "timeframe": ChoiceField, "columns": ChoiceField}
    for key, kind in kinds.items():
        field = field_for(key, key, key)
        qtbot.addWidget(field)
        assert type(field) is kind
    listed = field_for("symbol", "symbol", "Symbol", listed=True)
    qtbot.addWidget(listed)
    assert type(listed) is ChoiceField
