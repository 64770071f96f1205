"""The coverage card: rows for the chosen and the ticked series, a legend that fits, files that are no series."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.data.coverage_card import CoverageCard, CoverageLegend
from ktrdr_app.gui.panels.data.coverage_picture import ALL, CLOSED, MOST, NONE, SOME
from ktrdr_app.gui.panels.data.strip_picture import MOST_ROWS
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.workflows import map_coverage
from ktrdr_app.workflows.series_view import SeriesViewRequest
from tests.conftest import make_bars
from tests.gui.helpers import settle
from tests.gui.panels.data.conftest import write

pytestmark = pytest.mark.gui


@pytest.fixture
def card(qtbot: QtBot, dark: object, tasks: TaskManager, markets: Workspace) -> CoverageCard:
    made = CoverageCard(AppContext(markets, tasks))
    qtbot.addWidget(made)
    made.resize(800, 160)
    made.show()
    return made


def rows(card: CoverageCard) -> list[str]:
    return [each.symbol for each in card.strip.maps]


def test_the_chosen_series_stands_first_and_once(card: CoverageCard, markets: Workspace, qtbot: QtBot) -> None:
    card.show_ticked([("BTCUSDT", "1h"), ("ETHUSDT", "1h")])
    settle(qtbot, card._context.tasks)
    assert rows(card) == ["BTCUSDT", "ETHUSDT"]
    card.show_own(map_coverage(SeriesViewRequest(markets, "ETHUSDT", "1h")))
    assert rows(card) == ["ETHUSDT", "BTCUSDT"]
    card.show_own(None)
    assert rows(card) == ["BTCUSDT", "ETHUSDT"]


def test_what_was_read_is_not_read_again_until_files_change(card: CoverageCard, qtbot: QtBot) -> None:
    begun: list[str] = []
    card._context.tasks.taskAdded.connect(lambda task: begun.append(task.title))
    card.show_ticked([("BTCUSDT", "1h")])
    settle(qtbot, card._context.tasks)
    card.show_ticked([])
    card.show_ticked([("BTCUSDT", "1h")])
    assert rows(card) == ["BTCUSDT"]
    assert len(begun) == 1
    card.forget()
    assert rows(card) == []
    settle(qtbot, card._context.tasks)
    assert (rows(card), len(begun)) == (["BTCUSDT"], 2)


def test_a_file_that_is_no_series_does_not_hide_the_others(
    card: CoverageCard, markets: Workspace, qtbot: QtBot
) -> None:
    (markets.data / "BAD_1h.csv").write_text("<html>\n", encoding="utf-8")
    card.show_ticked([("BAD", "1h"), ("ETHUSDT", "1h")])
    settle(qtbot, card._context.tasks)
    assert rows(card) == ["ETHUSDT"]


def test_more_rows_than_fit_are_said_to_be_left_out(card: CoverageCard, markets: Workspace, qtbot: QtBot) -> None:
    names = [f"COIN{number}USDT" for number in range(MOST_ROWS + 2)]
    for name in names:
        write(markets.data, f"{name}_1h", make_bars(30))
    card.show_ticked([(name, "1h") for name in names])
    settle(qtbot, card._context.tasks)
    assert rows(card) == names[:MOST_ROWS]
    assert card._told.text() == f"the first {MOST_ROWS} of the ticked series"
    assert card.strip.height() >= card.strip.minimumSizeHint().height()


@pytest.mark.parametrize(
    ("share", "shades"),
    [
        (1.0, (ALL, MOST, SOME, NONE, CLOSED)),
        (0.9, (ALL, SOME, NONE, CLOSED)),
        (0.65, (SOME, NONE, CLOSED)),
        (0.4, (SOME, NONE)),
    ],
)
def test_the_legend_says_what_there_is_room_for(
    qtbot: QtBot, dark: object, share: float, shades: tuple[int, ...]
) -> None:
    legend = CoverageLegend()
    qtbot.addWidget(legend)
    legend.resize(round(legend.sizeHint().width() * share), 20)
    assert tuple(shade for shade, _ in legend.shown()) == shades
    assert not legend.grab().isNull()
