"""The editor's choices: offered from the window's lists, shared with the window, told once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.fuzzy.choices import FuzzyChoices
from ktrdr_app.gui.ui import accessibility
from tests.gui import helpers
from tests.strategy.texts import SHIPPED

pytestmark = pytest.mark.gui


@dataclass
class Told:
    """What the choices have signalled."""

    strategies: list[str] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    series: list[tuple[tuple[str, ...], str]] = field(default_factory=list)


@dataclass
class Line:
    choices: FuzzyChoices
    told: Told
    holder: QWidget


@pytest.fixture
def line(qtbot: QtBot, context: AppContext) -> Line:
    """Return the choices over the sample data, shown, their lists read."""
    holder = QWidget()
    qtbot.addWidget(holder)
    choices = FuzzyChoices(context, holder)
    holder.setLayout(choices.line())
    told = Told()
    choices.strategyChosen.connect(told.strategies.append)
    choices.inputChosen.connect(told.inputs.append)
    listener = Listener(choices, told)
    listener.setParent(holder)
    holder.show()
    context.catalog.refresh()
    helpers.settle(qtbot, context.tasks)
    return Line(choices, told, holder)


class Listener(QObject):
    """Writes down which series are chosen whenever that is told."""

    def __init__(self, choices: FuzzyChoices, told: Told) -> None:
        super().__init__()
        self._choices, self._told = choices, told
        choices.seriesChosen.connect(self.note)

    def note(self) -> None:
        self._told.series.append(self._choices.series)


def choose(box: object, value: str) -> None:
    place = box.findData(value)  # type: ignore[attr-defined]
    assert place >= 0
    box.setCurrentIndex(place)  # type: ignore[attr-defined]


def test_the_lists_of_the_window_are_offered(line: Line) -> None:
    names = [line.choices.strategy.itemData(place) for place in range(line.choices.strategy.count())]
    assert names[0] == "neuro_mean_reversion"
    assert sorted(names) == sorted(SHIPPED)
    lengths = [line.choices.timeframe.itemData(place) for place in range(line.choices.timeframe.count())]
    assert lengths == ["1h", "1d"], "shortest first"


def test_the_bar_length_with_most_symbols_is_chosen_first(line: Line) -> None:
    assert line.choices.series == (("AAPL", "GOOG", "IBM"), "1d")
    assert line.choices.chosen_strategy == "neuro_mean_reversion"


def test_the_first_choice_is_told(line: Line) -> None:
    assert line.told.strategies == ["neuro_mean_reversion"]
    assert line.told.series[-1] == (("AAPL", "GOOG", "IBM"), "1d")
    assert line.choices.context.strategy == "neuro_mean_reversion"


def test_another_strategy_is_told_and_shared(line: Line) -> None:
    choose(line.choices.strategy, "trend_momentum")
    assert line.told.strategies[-1] == "trend_momentum"
    assert line.choices.context.strategy == "trend_momentum"


def test_a_strategy_chosen_elsewhere_is_followed(line: Line) -> None:
    line.choices.context.select_strategy("trend_momentum")
    assert line.choices.chosen_strategy == "trend_momentum"
    assert line.told.strategies[-1] == "trend_momentum"


def test_another_bar_length_brings_its_symbols(line: Line) -> None:
    choose(line.choices.timeframe, "1h")
    assert line.choices.series == (("EURUSD",), "1h")
    assert line.told.series[-1] == (("EURUSD",), "1h")
    assert line.choices.context.timeframe == "1h"


def test_a_bar_length_chosen_elsewhere_is_followed(line: Line) -> None:
    line.choices.context.select_timeframe("1h")
    assert line.choices.series == (("EURUSD",), "1h")


def test_inputs_are_offered_without_a_word_and_chosen_with_one(line: Line) -> None:
    line.choices.offer_inputs(["rsi", "macd"], "macd")
    assert line.told.inputs == []
    assert line.choices.indicator.currentData() == "macd"
    choose(line.choices.indicator, "rsi")
    assert line.told.inputs == ["rsi"]


def test_lists_read_again_change_nothing_that_was_chosen(line: Line, qtbot: QtBot) -> None:
    choose(line.choices.strategy, "trend_momentum")
    choose(line.choices.timeframe, "1h")
    before = (len(line.told.strategies), line.choices.series)
    line.choices.context.catalog.refresh()
    helpers.settle(qtbot, line.choices.context.tasks)
    assert (len(line.told.strategies), line.choices.series) == before


@pytest.mark.parametrize("kind", ["strategy", "indicator", "timeframe", "symbols"])
def test_every_choice_has_a_name_of_both_kinds(kind: str, line: Line) -> None:
    widget = getattr(line.choices, kind)
    assert widget.objectName().startswith("fuzzyPanel.")
    assert widget.accessibleName()
    assert accessibility.nameless(line.holder) == []


def test_without_data_and_strategies_all_is_empty(qtbot: QtBot, context: AppContext, line: Line) -> None:
    for file in context.workspace.data.glob("*.csv"):
        file.unlink()
    context.dataChanged.emit()
    helpers.settle(qtbot, context.tasks)
    assert line.choices.series == ((), "")


def test_symbols_that_vanish_are_no_longer_chosen(
    line: Line, qtbot: QtBot, context: AppContext, tiny_bars: Callable[..., object]
) -> None:
    (context.workspace.data / "AAPL_1d.csv").unlink()
    context.dataChanged.emit()
    helpers.settle(qtbot, context.tasks)
    assert line.choices.series == (("GOOG", "IBM"), "1d")
