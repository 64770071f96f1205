"""The two menus over the charts: what they offer, what is ticked, and what a choice tells."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts import zones
from ktrdr_app.gui.charts.tools import SIDE, ChartTools, PaneChoice

pytestmark = pytest.mark.gui

CHOICES = (
    PaneChoice("over:m", "mean & more (20)", over_prices=True),
    PaneChoice("rsi", "rsi (14)"),
    PaneChoice("equity", "Equity chart"),
)


@pytest.fixture
def owner(qtbot: QtBot, dark: object) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def tools(owner: QWidget) -> ChartTools:
    made = ChartTools(owner)
    made.set_choices(CHOICES, {"equity", "over:m"})
    return made


def lines(tools: ChartTools) -> list[QAction]:
    return [action for action in tools.panes_menu.actions() if action.data()]


def test_curves_over_prices_stand_in_a_part_of_their_own(tools: ChartTools) -> None:
    told = [action.text() for action in tools.panes_menu.actions()]
    assert told == ["Over the prices", "mean && more (20)", "Below", "rsi (14)", "Equity chart"]
    assert [action.isChecked() for action in lines(tools)] == [True, False, True]
    assert [action.objectName() for action in lines(tools)] == [
        "charts.pane.over:m",
        "charts.pane.rsi",
        "charts.pane.equity",
    ]


def test_a_part_without_choices_has_no_heading(tools: ChartTools) -> None:
    tools.set_choices(CHOICES[1:], ())
    assert [action.text() for action in tools.panes_menu.actions()] == ["Below", "rsi (14)", "Equity chart"]
    tools.set_choices((), ())
    assert tools.panes_menu.isEmpty()


def test_a_note_is_shown_as_it_is_and_cannot_be_chosen(tools: ChartTools) -> None:
    tools.set_choices(CHOICES, (), "The model R&D_v1 is gone")
    said = tools.panes_menu.actions()[-1]
    assert said.text().replace("&&", "\0").replace("&", "").replace("\0", "&") == "The model R&D_v1 is gone"
    assert not said.isEnabled()
    assert not said.isCheckable()


def test_toggling_a_line_tells_its_key_and_offering_others_tells_nothing(tools: ChartTools) -> None:
    told: list[tuple[str, bool]] = []
    tools.paneToggled.connect(lambda key, on: told.append((key, on)))
    for action in lines(tools):
        action.trigger()
    assert told == [("over:m", False), ("rsi", True), ("equity", False)]
    tools.set_choices(CHOICES, {"rsi"})
    assert len(told) == 3


def test_opening_the_menu_is_told(tools: ChartTools, qtbot: QtBot) -> None:
    with qtbot.waitSignal(tools.panesOpened, timeout=1000):
        tools.panes_menu.aboutToShow.emit()


def test_one_zone_is_ticked_at_a_time_and_told_by_its_name(tools: ChartTools) -> None:
    actions = tools.zone_menu.actions()
    assert [action.data() for action in actions] == list(zones.offered())
    assert [action.data() for action in actions if action.isChecked()] == ["UTC"]
    told: list[str] = []
    tools.zoneChosen.connect(told.append)
    actions[-1].trigger()
    assert told == [zones.offered()[-1]]
    assert [action.data() for action in actions if action.isChecked()] == told


def test_the_keys_of_actions_are_told_but_taken_by_the_charts_only(tools: ChartTools) -> None:
    keys = {action.objectName(): action.text().partition("\t")[2] for action in tools.actions_of_charts}
    assert keys == {
        "charts.showAll": "",
        "charts.logScale": "L",
        "charts.benchmark": "B",
        "charts.copyPicture": "Ctrl+C",
        "charts.savePicture": "",
    }
    assert all(action.shortcut().isEmpty() for action in tools.actions_of_charts), "a text field would lose the key"


def test_the_buttons_are_named_and_the_box_is_as_large_as_they_are(tools: ChartTools) -> None:
    for button, name in ((tools.panes_button, "Panes"), (tools.more_button, "Chart")):
        assert button.accessibleName() == name
        assert button.toolTip() == button.accessibleDescription() != ""
        assert (button.width(), button.height()) == (SIDE, SIDE)
    assert (tools.width(), tools.height()) == (2 * SIDE + 2, SIDE)
