"""The class balance: lanes as wide as their shares, the suggestion beside them, and a warning where one is rare."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.training.balance_plot import BalancePlot, threshold_words
from ktrdr_app.gui.ui.theme import color
from tests.gui.panels.training.plans import GONE, OLD, PLAN, plan

pytestmark = pytest.mark.gui

THIN = "\N{NARROW NO-BREAK SPACE}"


@pytest.fixture
def plot(qtbot: QtBot, dark: object) -> BalancePlot:
    made = BalancePlot()
    qtbot.addWidget(made)
    made.show_plan(PLAN)
    made.resize(800, made.sizeHint().height())
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.mark.parametrize(
    ("value", "unit", "words"), [(0.012, "fraction", "1.2 %"), (0.00123, "fraction", "0.123 %"), (2.0, "atr", "2 ATR")]
)
def test_a_threshold_in_words(value: float, unit: str, words: str) -> None:
    assert threshold_words(value, unit) == words


def test_its_name_is_the_promised_one(plot: BalancePlot) -> None:
    assert plot.objectName() == "trainingPanel.classBalancePlot"


def test_a_lane_per_symbol_and_one_of_the_suggestion(plot: BalancePlot) -> None:
    assert plot.names == ("OLD", "YOUNG", "all at 1.2 %")


def test_classes_are_as_wide_as_their_shares(plot: BalancePlot) -> None:
    lane = plot.lane_rect(0)
    rects = dict(plot.class_rects(0))
    assert list(rects) == ["BUY", "HOLD", "SELL"]
    for name, share in (("BUY", 0.2), ("HOLD", 0.5), ("SELL", 0.3)):
        assert rects[name].width() == pytest.approx(share * lane.width())
    assert rects["BUY"].left() == lane.left()
    assert rects["SELL"].right() == pytest.approx(lane.right())


def test_each_class_wears_its_colour(plot: BalancePlot) -> None:
    picture = plot.grab().toImage()
    for name, rect in plot.class_rects(0):
        token = {"BUY": "up", "HOLD": "flat", "SELL": "down"}[name]
        assert picture.pixelColor(round(rect.left()) + 3, round(rect.bottom()) - 2).name() == color(token).name()


def test_a_symbol_where_a_class_is_rare_is_marked(plot: BalancePlot) -> None:
    assert plot.aside(0) == "100"
    assert plot.aside(1) == "⚠ 40"
    assert plot.aside(2) == ""


def test_it_is_told_in_words_and_figures(plot: BalancePlot) -> None:
    old = f"OLD: BUY 20.0{THIN}%, HOLD 50.0{THIN}%, SELL 30.0{THIN}%"
    assert plot.told(plot.lane_rect(0).center()) == old
    assert old in plot.accessibleDescription()
    assert plot.told(QPointF(5, 4000)) == ""
    columns = {column.title: column for column in plot.figures().columns}
    assert list(columns["symbol"].values) == ["OLD", "YOUNG", "all at 1.2 %"]
    assert list(columns["HOLD"].values) == pytest.approx([0.5, 0.95, 0.4])


def test_symbols_without_rows_and_no_suggestion_have_no_lane(plot: BalancePlot) -> None:
    plot.show_plan(plan(symbols=(GONE, OLD), suggestion=None))
    assert plot.names == ("OLD",)


def test_nothing_is_nothing(plot: BalancePlot) -> None:
    plot.show_plan(None)
    assert plot.names == ()
    assert plot.figures().columns == ()
    plot.grab()


@pytest.mark.parametrize(
    ("counts", "marked"), [((5, 90, 5), False), ((4, 91, 5), True), ((0, 100, 0), True), ((30, 40, 30), False)]
)
def test_a_class_below_one_in_twenty_is_rare(plot: BalancePlot, counts: tuple[int, int, int], marked: bool) -> None:
    named = dict(zip(("BUY", "HOLD", "SELL"), counts, strict=True))
    plot.show_plan(plan(symbols=(replace(OLD, rows=100, counts=named),), suggestion=None))
    assert plot.aside(0).startswith("⚠") is marked


def test_parts_fill_their_lane_without_a_gap_and_an_empty_one_has_no_room(plot: BalancePlot) -> None:
    named = {"BUY": 0, "HOLD": 70, "SELL": 30}
    plot.show_plan(plan(symbols=(replace(OLD, rows=100, counts=named),), suggestion=None))
    (_, buy), (_, hold), (_, sell) = plot.class_rects(0)
    assert buy.width() == 0
    assert (buy.right(), hold.right()) == pytest.approx((hold.left(), sell.left()))
    picture = plot.grab().toImage()
    lane = plot.lane_rect(0)
    row = round(lane.bottom()) - 2
    seen = {picture.pixelColor(x, row).name() for x in range(round(lane.left()) + 1, round(lane.right()) - 1)}
    assert color("up").name() not in seen
    assert {color("flat").name(), color("down").name()} <= seen


def test_only_the_suggestion_is_framed(plot: BalancePlot) -> None:
    picture = plot.grab().toImage()
    wanted = color("accent").name()
    framed = []
    for number in range(3):
        lane = plot.lane_rect(number)
        edge = [picture.pixelColor(x, round(lane.top())).name() for x in range(round(lane.left()), round(lane.right()))]
        framed.append(sum(name == wanted for name in edge) > 0.5 * len(edge))
    assert framed == [False, False, True]


@pytest.mark.parametrize("width", [260, 500, 1200])
def test_words_in_a_part_never_reach_beyond_it(plot: BalancePlot, width: int) -> None:
    plot.resize(width, plot.sizeHint().height())
    picture = plot.grab().toImage()
    tokens_of = {"BUY": "up", "HOLD": "flat", "SELL": "down"}
    for name, rect in plot.class_rects(1):  # 1 of 40, 38 of 40, 1 of 40
        column = round(rect.left()) + 1
        rows = range(round(rect.top()) + 2, round(rect.bottom()) - 2)
        if rect.width() >= 4:
            assert {picture.pixelColor(column, y).name() for y in rows} == {color(tokens_of[name]).name()}
