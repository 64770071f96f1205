"""The studies of a run: made when first shown, in their order, and taken down with the run."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.axis import DateTicks, write_value
from ktrdr_app.gui.charts.crosshair import LinkedCrosshair
from ktrdr_app.gui.charts.pane import ChartPane
from ktrdr_app.gui.charts.pane_stack import PaneStack
from ktrdr_app.gui.charts.study import Curve, Study
from ktrdr_app.gui.charts.study_shelf import StudyShelf

pytestmark = pytest.mark.gui

VALUES = np.arange(1.0, 31.0)
STUDIES = (
    Study("over:a", "A", "overlay", (Curve("a", VALUES),)),
    Study("one", "One", "curves", (Curve("one", VALUES),)),
    Study("over:b", "B", "overlay", (Curve("b", VALUES * 2),)),
    Study("two", "Two", "columns", (Curve("two", VALUES),)),
)


@pytest.fixture
def stack(qtbot: QtBot, dark: object) -> PaneStack:
    ticks = DateTicks()
    made = PaneStack([ChartPane(key, key, write_value, ticks) for key in ("price", "equity")], ticks)
    qtbot.addWidget(made)
    made.set_bars(30)
    return made


@pytest.fixture
def crosshair(stack: PaneStack) -> LinkedCrosshair:
    return LinkedCrosshair(stack.panes, stack)


@pytest.fixture
def shelf(stack: PaneStack, crosshair: LinkedCrosshair) -> StudyShelf:
    made = StudyShelf(stack, crosshair)
    made.set_studies(STUDIES)
    return made


def order(shelf: StudyShelf) -> list[str]:
    return [pane.key for pane in shelf.stack.panes]


def test_nothing_is_made_before_it_is_wanted(shelf: StudyShelf) -> None:
    assert shelf.panes == {}
    assert order(shelf) == ["price", "equity"]
    assert shelf.told_over_prices(3) == []


@pytest.mark.parametrize("wanted", [("one", "two"), ("two", "one")])
def test_panes_stand_in_the_order_of_the_studies_whenever_they_are_made(
    shelf: StudyShelf, wanted: tuple[str, str]
) -> None:
    for key in wanted:
        assert [pane.key for pane in shelf.make([key])] == [key]
    assert order(shelf) == ["price", "one", "two", "equity"]


def test_a_pane_is_made_once(shelf: StudyShelf) -> None:
    (first,) = shelf.make({"one", "over:a", "unknown"})
    assert shelf.make({"one"}) == []
    assert shelf.panes == {"one": first}


def test_only_chosen_curves_are_drawn_and_read_out(shelf: StudyShelf) -> None:
    shelf.show_overlays({"over:b", "one"})
    assert [overlay.shown for overlay in shelf.overlays] == [False, True]
    (said,) = shelf.told_over_prices(4)
    assert said.endswith(" 10"), "bar 4 of B is 10"
    shelf.show_overlays(())
    assert shelf.told_over_prices(4) == []


def test_the_scale_is_kept_for_curves_that_come_later(shelf: StudyShelf) -> None:
    shelf.set_logarithmic(True)
    shelf.set_studies(STUDIES[:1])
    shelf.show_overlays({"over:a"})
    low, high = shelf.overlays[0].curves[0].extent(0, 30)
    assert (low, high) == pytest.approx((0.0, np.log10(30.0)))
    shelf.set_logarithmic(False)
    assert shelf.overlays[0].curves[0].extent(0, 30) == (1.0, 30.0)


def test_headings_are_written_over_panes_that_are_shown(shelf: StudyShelf) -> None:
    one, two = shelf.make({"one", "two"})
    shelf.stack.show_only({"price", "two"})
    shelf.write_headings(9)
    assert two.heading.toPlainText().split() == ["Two", "10"]
    assert one.heading.toPlainText() == ""


def test_other_studies_take_the_old_ones_down(shelf: StudyShelf, stack: PaneStack, crosshair: LinkedCrosshair) -> None:
    shelf.make({"one", "two"})
    items = len(stack.panes[0].view.addedItems)
    assert len(crosshair.verticals) == 4
    shelf.set_studies(STUDIES[2:])
    assert order(shelf) == ["price", "equity"]
    assert len(crosshair.verticals) == 2
    assert len(stack.panes[0].view.addedItems) == items - 1, "a curve of the old run is still drawn"
    assert [pane.key for pane in shelf.make({"one", "two"})] == ["two"], "one is no longer among them"
