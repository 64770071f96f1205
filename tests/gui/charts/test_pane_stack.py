"""Panes above each other: one span in all that are shown, height by what they show, and none left behind."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.axis import DateTicks, write_value
from ktrdr_app.gui.charts.lod_curve import LodCurve
from ktrdr_app.gui.charts.pane import ChartPane
from ktrdr_app.gui.charts.pane_stack import PaneStack

pytestmark = pytest.mark.gui

BARS = 400


def pane_of(key: str, ticks: DateTicks, factor: float = 1.0) -> ChartPane:
    """Return a pane with a rising line."""
    line = LodCurve()
    line.set_data(factor * np.arange(BARS, dtype=np.float64))
    made = ChartPane(key, key, write_value, ticks)
    made.add(line)
    return made


@pytest.fixture
def stack(qtbot: QtBot, dark: object) -> PaneStack:
    ticks = DateTicks()
    made = PaneStack([pane_of(key, ticks, 1 + number) for number, key in enumerate(("price", "equity"))], ticks)
    qtbot.addWidget(made)
    made.set_bars(BARS)
    made.resize(600, 400)
    made.show()
    qtbot.waitExposed(made)
    return made


def spans(stack: PaneStack) -> dict[str, tuple[float, float]]:
    return {pane.key: tuple(pane.view.viewRange()[0]) for pane in stack.panes}


def keys(stack: PaneStack) -> list[str]:
    return [pane.key for pane in stack.shown]


def test_the_first_pane_cannot_be_hidden(stack: PaneStack) -> None:
    stack.show_only([])
    assert keys(stack) == ["price"]
    stack.show_only(["equity", "unknown"])
    assert keys(stack) == ["price", "equity"]


def test_a_span_reaches_every_pane_and_is_told_once(stack: PaneStack) -> None:
    told: list[tuple[float, float]] = []
    stack.spanChanged.connect(lambda: told.append(stack.span))
    stack.show_span(100, 150)
    assert set(spans(stack).values()) == {(100, 150)}
    assert told == [(100, 150)]
    for number, pane in enumerate(stack.panes, start=1):
        low, high = pane.view.viewRange()[1]
        assert low < 100 * number < 150 * number < high < 200 * number


def test_the_same_span_again_only_fits_the_values_anew(stack: PaneStack) -> None:
    stack.show_span(100, 150)
    told: list[bool] = []
    stack.spanChanged.connect(lambda: told.append(True))
    stack.panes[0].view.setYRange(0, 1, padding=0)
    stack.show_span(100, 150)
    assert told == []
    low, high = stack.panes[0].view.viewRange()[1]
    assert low < 100 < 150 < high


def test_a_hidden_pane_leads_no_others(stack: PaneStack) -> None:
    stack.show_span(0, 399)
    stack.show_only(["price"])
    stack.show_span(50, 80)
    stack.set_bars(200)
    assert stack.span == (50, 80), "the hidden pane was cut to the new bars and took the others along"
    stack.show_only(["price", "equity"])
    assert set(spans(stack).values()) == {(50, 80)}


def test_one_that_is_put_in_is_hidden_and_stands_where_it_was_put(stack: PaneStack) -> None:
    stack.show_span(20, 60)
    stack.insert(1, pane_of("rsi", stack.ticks))
    assert keys(stack) == ["price", "equity"]
    assert [stack.splitter.widget(place).key for place in range(3)] == ["price", "rsi", "equity"]
    stack.show_only(["price", "rsi", "equity"])
    assert keys(stack) == ["price", "rsi", "equity"]
    assert spans(stack)["rsi"] == (20, 60)
    assert [pane.dates.height() > 0 for pane in stack.panes] == [False, False, True]


def test_studies_get_what_they_need_and_the_rest_is_shared_by_weight(stack: PaneStack, qtbot: QtBot) -> None:
    stack.insert(1, pane_of("rsi", stack.ticks))
    stack.show_only(["price", "rsi", "equity"])
    qtbot.waitUntil(lambda: stack.panes[1].isVisible() and stack.panes[2].y() > stack.panes[1].y() > 0)
    QCoreApplication.processEvents()
    price, study, equity = (pane.height() for pane in stack.panes)
    assert study == pytest.approx(74, abs=2)
    assert price / equity == pytest.approx(5 / 3, rel=0.05)
    assert stack.panes[2].geometry().bottom() == stack.splitter.height() - 1, "the height is used to the end"


def test_one_that_is_taken_out_follows_no_more_and_is_gone(stack: PaneStack, qtbot: QtBot) -> None:
    extra = pane_of("rsi", stack.ticks)
    stack.insert(1, extra)
    stack.show_only(["price", "rsi"])
    gone: list[bool] = []
    extra.destroyed.connect(lambda: gone.append(True))
    stack.remove(extra)
    extra.view.setXRange(5, 25, padding=0)
    assert stack.span != (5, 25)
    assert keys(stack) == ["price"]
    assert stack.splitter.count() == 2
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert gone == [True]


@pytest.mark.parametrize("key", [Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_Home])
def test_keys_are_left_to_the_charts(stack: PaneStack, key: Qt.Key) -> None:
    event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
    stack.keyPressEvent(event)
    assert not event.isAccepted()
