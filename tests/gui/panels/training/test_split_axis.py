"""The split on its axis: parts where their dates are, purges between them, and all of it in words and figures."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.training.lanes import LANE
from ktrdr_app.gui.panels.training.split_axis import LEAST_PURGE, SplitAxis
from ktrdr_app.gui.ui.theme import apply_theme, color
from ktrdr_app.workflows.plan_records import PARTS
from tests.gui.panels.training.plans import GONE, OLD, PLAN, YOUNG, day, plan, stretch

pytestmark = pytest.mark.gui


@pytest.fixture
def axis(qtbot: QtBot, dark: object) -> SplitAxis:
    made = SplitAxis()
    qtbot.addWidget(made)
    made.resize(900, 200)
    made.show_plan(PLAN)
    made.resize(900, made.sizeHint().height())
    made.show()
    qtbot.waitExposed(made)
    return made


def middle(axis: SplitAxis, lane: int, name: str) -> QPointF:
    return axis.part_rect(lane, name).center()


def colour_at(axis: SplitAxis, place: QPointF, dy: float = 0.0) -> str:
    return axis.grab().toImage().pixelColor(round(place.x()), round(place.y() + dy)).name()


def test_parts_lie_where_their_dates_are(axis: SplitAxis) -> None:
    lane = axis.lane_rect(0)
    assert axis.span == (day(1), day(21))
    train = axis.part_rect(0, "train")
    assert train.left() == pytest.approx(lane.left())
    assert train.right() == pytest.approx(lane.left() + lane.width() * 10 / 20)
    test = axis.part_rect(0, "test")
    assert test.left() == pytest.approx(lane.left() + lane.width() * 17 / 20)
    assert test.right() == pytest.approx(lane.right())


def test_all_symbols_share_one_axis(axis: SplitAxis) -> None:
    for name in ("validation", "test"):
        assert axis.part_rect(0, name).left() == pytest.approx(axis.part_rect(1, name).left())
    assert axis.part_rect(1, "train").left() > axis.part_rect(0, "train").left()


def test_each_part_wears_its_colour(axis: SplitAxis) -> None:
    for name, token in (("train", "series_1"), ("validation", "series_2"), ("test", "series_3")):
        assert colour_at(axis, middle(axis, 0, name), LANE / 2 - 2) == color(token).name()


def test_purges_lie_between_the_parts(axis: SplitAxis) -> None:
    first, second = axis.purge_rects(0)
    assert first.left() == pytest.approx(axis.part_rect(0, "train").right())
    assert first.right() == pytest.approx(axis.part_rect(0, "validation").left())
    assert second.left() == pytest.approx(axis.part_rect(0, "validation").right())


def test_a_purge_of_minutes_is_seen_on_an_axis_of_years(axis: SplitAxis) -> None:
    close = {"train": stretch(60, 1, 11), "validation": stretch(20, 11, 16), "test": stretch(15, 16, 21)}
    symbol = type(OLD)(**{**vars(OLD), "parts": close})
    axis.show_plan(plan(symbols=(symbol,)))
    assert [rect.width() for rect in axis.purge_rects(0)] == [LEAST_PURGE, LEAST_PURGE]


def test_a_part_without_rows_is_left_out(axis: SplitAxis) -> None:
    parts = {**YOUNG.parts, "validation": type(YOUNG.parts["train"])(0)}
    symbol = type(YOUNG)(**{**vars(YOUNG), "parts": parts})
    axis.show_plan(plan(symbols=(symbol,)))
    assert len(list(axis.purge_rects(0))) == 1
    assert "validation" not in axis.accessibleDescription()
    assert axis.aside(0) == "20 · 0 · 10"


def test_what_is_under_the_mouse_is_told(axis: SplitAxis) -> None:
    assert axis.told(middle(axis, 0, "train")) == "OLD: train 60 rows from 2020-01-01 to 2020-01-11"
    assert axis.told(middle(axis, 1, "test")) == "YOUNG: test 10 rows from 2020-01-18 to 2020-01-21"
    purge = next(axis.purge_rects(0)).center()
    assert axis.told(purge) == "OLD: 5 rows are left out at the cuts, as their labels reach over them"
    assert axis.told(QPointF(2, axis.lane_rect(1).center().y())).startswith("YOUNG: train 20 rows")
    assert axis.told(QPointF(100, 5000)) == ""


def test_it_is_told_to_screen_readers_and_as_a_table(axis: SplitAxis) -> None:
    assert axis.accessibleName() == "Split on an axis of time"
    assert "OLD: train 60 rows" in axis.accessibleDescription()
    assert "5 rows purged" in axis.accessibleDescription()
    columns = {column.title: column for column in axis.figures().columns}
    assert list(columns["part"].values) == [*PARTS, *PARTS]
    assert list(columns["rows"].values) == [60, 20, 15, 20, 10, 10]
    assert columns["from"].shown(0) == "2020-01-01 00:00"


def test_a_symbol_without_rows_has_no_lane(axis: SplitAxis) -> None:
    axis.show_plan(plan(symbols=(GONE, OLD)))
    assert axis.names == ("OLD",)


def test_nothing_is_nothing(axis: SplitAxis) -> None:
    axis.show_plan(None)
    assert axis.names == ()
    assert axis.figures().columns == ()
    assert axis.span == (0, 1)
    axis.grab()
    axis.show_plan(PLAN)
    assert axis.names == ("OLD", "YOUNG")


def test_it_grows_with_its_lanes_and_takes_the_keyboard(axis: SplitAxis, qtbot: QtBot, qapp: object) -> None:
    two = axis.sizeHint().height()
    axis.show_plan(plan(symbols=(OLD,)))
    assert axis.sizeHint().height() < two
    assert axis.focusPolicy() is Qt.FocusPolicy.StrongFocus
    axis.clearFocus()
    at_rest = axis.grab().toImage()
    axis.setFocus()
    qtbot.waitUntil(axis.hasFocus)
    assert axis.grab().toImage() != at_rest, "the keyboard's outline is drawn"


def test_another_theme_recolours_it(axis: SplitAxis, qapp: object) -> None:
    apply_theme(qapp, "light")
    assert colour_at(axis, middle(axis, 0, "train"), LANE / 2 - 2) == color("series_1").name()
