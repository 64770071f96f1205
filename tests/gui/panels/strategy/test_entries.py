"""Lists of indicators and fuzzy inputs: made anew only where entries come, go or move."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import Problem
from ktrdr_app.gui.panels.strategy.entries import EntryPage
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.workflows.strategy_fields import ADD_INDICATOR, ADD_INPUT, FUZZY, INDICATORS, MOVE, RESET, DraftChange
from tests.gui.helpers import click

pytestmark = pytest.mark.gui
CONTENT: dict[str, Any] = {
    "indicators": {"rsi": {"name": "rsi", "period": 9}, "bands": {"name": "bollinger_bands"}},
    "fuzzy_sets": {
        "rsi": {"sets": {"low": {}, "high": {}}},
        "upper": {"input": "bands.upper", "form": "atr", "timeframe": "4h", "sets": {"near": {}}},
    },
}


@pytest.fixture
def make(qtbot: QtBot, dark: QApplication) -> Any:
    def made(section: str) -> tuple[EntryPage, list[DraftChange]]:
        page = EntryPage(section)
        qtbot.addWidget(page)
        page.show()
        asked: list[DraftChange] = []
        page.changeWanted.connect(asked.append)
        page.show_content(CONTENT, ())
        return page, asked

    return made


def test_each_indicator_has_its_parameters(make: Any) -> None:
    page, _ = make(INDICATORS)
    assert [(card.key, [row.path[-1] for row in card.rows]) for card in page.cards] == [
        ("rsi", ["period"]),
        ("bands", ["period", "multiplier"]),
    ]
    assert page.cards[0].rows[0].editor.value() == 9
    assert "default" in page.cards[1].rows[0].state.text()


def test_values_change_without_new_cards(make: Any) -> None:
    page, _ = make(INDICATORS)
    before = list(page.cards)
    changed = {**CONTENT, "indicators": {**CONTENT["indicators"], "rsi": {"name": "rsi", "period": 21}}}
    page.show_content(changed, ())
    assert page.cards == before
    assert page.cards[0].rows[0].editor.value() == 21
    page.show_content({**CONTENT, "indicators": {"rsi": {"name": "cci"}}}, ())
    assert [card.key for card in page.cards] == ["rsi"]
    assert page.cards[0] not in before


def test_places_at_the_ends_cannot_be_left_further(make: Any, qtbot: QtBot) -> None:
    page, asked = make(INDICATORS)
    first, last = page.cards
    assert (first.up.isEnabled(), first.down.isEnabled()) == (False, True)
    assert (last.up.isEnabled(), last.down.isEnabled()) == (True, False)
    click(qtbot, first.down)
    click(qtbot, last.up)
    click(qtbot, last.out)
    assert asked == [
        DraftChange(MOVE, ("indicators", "rsi"), 1),
        DraftChange(MOVE, ("indicators", "bands"), 0),
        DraftChange(RESET, ("indicators", "bands")),
    ]


def test_problems_stand_at_their_field_or_card(make: Any) -> None:
    page, _ = make(INDICATORS)
    problems = [
        Problem("indicators.rsi.period", 3, 1, "is 0", "from 1"),
        Problem("indicators.rsi", 3, 1, "does not fit", "slow above fast"),
        Problem("indicators.bands.name", 4, 1, "is odd", "known: rsi"),
    ]
    page.show_content(CONTENT, problems)
    assert page.cards[0].rows[0].fault.text() == "is 0; from 1"
    assert page.cards[0].fault.text() == "does not fit; slow above fast"
    assert page.cards[1].fault.text() == "is odd; known: rsi"
    page.show_content(CONTENT, ())
    assert not any(card.fault.isVisible() for card in page.cards)


@pytest.mark.parametrize(
    "indicators", [None, [], "x", {"a": None}, {"a": 3}, {"a": {"name": "nosuch"}}, {1: {"name": ["x"]}}], ids=str
)
@pytest.mark.parametrize("section", [INDICATORS, FUZZY])
def test_what_is_no_entry_breaks_nothing(make: Any, section: str, indicators: Any) -> None:
    page, asked = make(section)
    page.show_content({"indicators": indicators, "fuzzy_sets": indicators}, ())
    assert len(page.cards) == (len(indicators) if isinstance(indicators, dict) else 0)
    assert not asked


def test_any_indicator_of_the_catalogue_can_be_added(make: Any, qtbot: QtBot) -> None:
    page, asked = make(INDICATORS)
    assert page.choice.count() > 30
    page.choice.setCurrentIndex(page.choice.findData("macd"))
    click(qtbot, page.add)
    assert asked == [DraftChange(ADD_INDICATOR, (), "macd")]


def test_inputs_are_offered_for_lines_that_none_reads(make: Any, qtbot: QtBot) -> None:
    page, asked = make(FUZZY)
    offered = [page.choice.itemData(place) for place in range(page.choice.count())]
    assert offered
    assert "rsi" not in offered
    assert "bands.upper" not in offered
    page.choice.setCurrentIndex(page.choice.findData("bands.lower"))
    click(qtbot, page.add)
    assert asked == [DraftChange(ADD_INPUT, (), "bands.lower")]


def test_an_input_tells_what_it_reads(make: Any, qtbot: QtBot) -> None:
    page, asked = make(FUZZY)
    first, second = page.cards
    assert first.reads.text() == "reads rsi as auto"
    assert second.reads.text() == "reads bands.upper as atr, bars of 4h"
    assert first.sets.text() == "low  ·  high"
    with qtbot.waitSignal(page.drawWanted) as told:
        click(qtbot, second.draw)
    assert told.args == ["upper"]
    click(qtbot, first.out)
    assert asked == [DraftChange(RESET, ("fuzzy_sets", "rsi"))]


@pytest.mark.parametrize(
    ("key", "part", "wanted"),
    [
        ("bands", "up", "id"),  # first of all now: it cannot go up further
        ("rsi", "down", "id"),
        ("bands", "id", "id"),
        ("rsi", "remove", "remove"),
        ("bands", "multiplier.editor", "multiplier.editor"),
    ],
)
def test_the_keyboard_stays_at_a_card_that_moves(make: Any, key: str, part: str, wanted: str) -> None:
    page, _ = make(INDICATORS)
    page.findChild(QWidget, f"strategyPanel.form.indicators.{key}.{part}").setFocus()
    entries = CONTENT["indicators"]
    page.show_content({**CONTENT, "indicators": {"bands": entries["bands"], "rsi": entries["rsi"]}}, ())
    held = page.focusWidget()
    assert held.objectName() == f"strategyPanel.form.indicators.{key}.{wanted}"
    assert any(card.isAncestorOf(held) for card in page.cards), "of the cards that are shown now"


def test_the_keyboard_stays_where_a_card_was(make: Any, qtbot: QtBot) -> None:
    page, asked = make(INDICATORS)
    page.cards[1].rows[0].editor.setFocus()
    entries = CONTENT["indicators"]
    page.show_content({"indicators": {"rsi": entries["rsi"], "other": entries["bands"]}}, ())
    assert page.focusWidget() is page.cards[1].id_edit, "it goes by another name"
    page.cards[1].out.setFocus()
    page.show_content({"indicators": {"rsi": entries["rsi"]}}, ())
    assert page.focusWidget() is page.cards[0].id_edit, "not at what takes the next one out"
    page.show_content({"indicators": {}}, ())
    assert page.focusWidget() is page.choice
    assert not asked
    page.show_content(CONTENT, ())
    assert page.focusWidget() is page.choice, "cards that come take nothing away"


def test_an_input_that_is_taken_out_leaves_the_keyboard_with_its_neighbour(make: Any, qtbot: QtBot) -> None:
    page, _ = make(FUZZY)
    page.cards[0].out.setFocus()
    inputs = CONTENT["fuzzy_sets"]
    page.show_content({**CONTENT, "fuzzy_sets": {"upper": inputs["upper"]}}, ())
    assert page.focusWidget() is page.cards[0].draw


@pytest.mark.parametrize("section", [INDICATORS, FUZZY])
def test_names_from_files_are_shown_as_they_are(make: Any, section: str) -> None:
    """Mark-up is none, and what is long is not cut off beyond the card."""
    page, asked = make(section)
    name = "<b>x</b>" + "y" * 40
    page.resize(420, 600)
    page.show_content(
        {"indicators": {name: {"name": name}}, "fuzzy_sets": {name: {"input": name, "sets": {name: {}}}}},
        [Problem(f"{section}.{name}.name", 1, 1, "is <i>odd</i>", "known")],
    )
    (card,) = page.cards
    texts = [each.text() for each in card.findChildren(QLabel)]
    assert any(name in text for text in texts)
    assert "is <i>odd</i>; known" in texts
    assert {each.textFormat() for each in card.findChildren(QLabel)} == {Qt.TextFormat.PlainText}
    assert not asked


def test_every_card_says_what_its_parts_do(make: Any) -> None:
    for section in (INDICATORS, FUZZY):
        page, _ = make(section)
        assert accessibility.nameless(page) == []
        assert accessibility.undescribed(page) == []


def test_what_cannot_be_added_is_not_offered(make: Any, qtbot: QtBot) -> None:
    page, asked = make(FUZZY)
    page.show_content({"indicators": {"rsi": {"name": "rsi"}}, "fuzzy_sets": {"x": {"input": "rsi"}}}, ())
    assert (page.choice.count(), page.choice.isEnabled(), page.add.isEnabled()) == (0, False, False)
    assert page.nothing.isVisible()
    page.show_content({"indicators": {"rsi": {"name": "rsi"}}, "fuzzy_sets": {}}, ())
    assert page.nothing.isHidden()
    click(qtbot, page.add)
    assert asked == [DraftChange(ADD_INPUT, (), "rsi")]


def test_the_choice_stays_while_others_come_and_go(make: Any) -> None:
    page, _ = make(FUZZY)
    page.choice.setCurrentIndex(page.choice.findData("bands.lower"))
    more = {**CONTENT["indicators"], "ema": {"name": "ema"}}
    page.show_content({**CONTENT, "indicators": more}, ())
    assert page.choice.currentData() == "bands.lower"
    assert page.choice.findData("ema") >= 0
