"""What a series is held against: offered in full, chosen by keys, and told with its reason."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from ktrdr_app.data.asset_class import ASSET_CLASSES
from ktrdr_app.data.calendars.choose import BY_CLASS, calendar_names
from ktrdr_app.data.symbols import SymbolBook, SymbolSettings
from ktrdr_app.gui.panels.data.market_form import Market, MarketForm
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.inputs import CalmComboBox

pytestmark = pytest.mark.gui

GUESSED = SymbolBook().settings("BTCUSDT")
GIVEN = SymbolBook({"BTCUSDT": {"asset_class": "forex"}}).settings("BTCUSDT")
STRANGE = SymbolBook({"BTCUSDT": {"calendar": "forex"}}).settings("BTCUSDT")


@pytest.fixture
def form(qtbot: QtBot, dark: object) -> MarketForm:
    made = MarketForm()
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.show_market(Market.of(GUESSED))
    return made


def offered(combo: CalmComboBox) -> list[tuple[str, object]]:
    return [(combo.itemText(place), combo.itemData(place)) for place in range(combo.count())]


def test_a_guessed_class_offers_every_class_and_nothing_to_go_back_to(form: MarketForm) -> None:
    assert offered(form.asset_class) == [(name, name) for name in ASSET_CLASSES]
    assert form.asset_class.currentData() == "crypto"
    assert offered(form.calendar) == [(name, name) for name in calendar_names()]
    assert form.calendar.currentData() == "24/7"


def test_a_given_class_can_be_given_back(form: MarketForm) -> None:
    form.show_market(Market.of(GIVEN))
    assert form.asset_class.currentData() == "forex"
    assert offered(form.asset_class)[-1] == ("as inferred", None)
    assert len(offered(form.asset_class)) == len(ASSET_CLASSES) + 1


def test_an_unusual_calendar_can_be_given_back(form: MarketForm) -> None:
    form.show_market(Market.of(STRANGE))
    assert STRANGE.calendar != BY_CLASS[STRANGE.asset_class]
    assert offered(form.calendar)[0] == ("as usual for the class", None)
    assert form.calendar.currentData() == "forex"


def test_showing_is_not_choosing(form: MarketForm) -> None:
    wishes: list[object] = []
    form.changeWanted.connect(lambda *wish: wishes.append(wish))
    for settings in (GIVEN, STRANGE, GUESSED):
        form.show_market(Market.of(settings))
    assert wishes == []


def test_a_class_is_chosen_with_the_keys(form: MarketForm, qtbot: QtBot) -> None:
    following = ASSET_CLASSES[ASSET_CLASSES.index("crypto") + 1]
    form.asset_class.setFocus()
    with qtbot.waitSignal(form.changeWanted) as told:
        qtbot.keyClick(form.asset_class, Qt.Key.Key_Down)
    assert told.args == ["asset_class", following]


def test_a_calendar_is_chosen_with_the_keys(form: MarketForm, qtbot: QtBot) -> None:
    names = calendar_names()
    form.calendar.setFocus()
    with qtbot.waitSignal(form.changeWanted) as told:
        qtbot.keyClick(form.calendar, Qt.Key.Key_Down)
    assert told.args == ["calendar", names[names.index("24/7") + 1]]


@pytest.mark.parametrize(("settings", "field"), [(GIVEN, "asset_class"), (STRANGE, "calendar")], ids=["class", "hours"])
def test_going_back_asks_for_nothing_at_all(
    form: MarketForm, qtbot: QtBot, settings: SymbolSettings, field: str
) -> None:
    form.show_market(Market.of(settings))
    combo = form.asset_class if field == "asset_class" else form.calendar
    combo.setFocus()
    with qtbot.waitSignal(form.changeWanted) as told:
        qtbot.keyClick(combo, Qt.Key.Key_End if field == "asset_class" else Qt.Key.Key_Home)
    assert told.args == [field, None], "None takes the field out of the file"


def test_the_wheel_over_a_choice_changes_nothing(form: MarketForm) -> None:
    wishes: list[object] = []
    form.changeWanted.connect(lambda *wish: wishes.append(wish))
    form.calendar.setFocus()
    place = QPointF(form.asset_class.rect().center())
    wheel = QWheelEvent(
        place,
        QPointF(form.asset_class.mapToGlobal(place)),
        QPoint(),
        QPoint(0, -240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(form.asset_class, wheel)
    assert form.asset_class.currentData() == "crypto"
    assert wishes == []


def test_the_reason_and_the_hours_are_told_and_read_aloud(form: MarketForm) -> None:
    words = f"Why: {GUESSED.reason}. Hours: {GUESSED.open_hours().words}."
    assert words in [each.text() for each in form.findChildren(QLabel)]
    assert form.asset_class.accessibleDescription() == words
    form.show_market(Market.of(GIVEN))
    assert form.asset_class.accessibleDescription().startswith("Why: Set in symbols.yaml. Hours: ")
    assert accessibility.nameless(form) == []
