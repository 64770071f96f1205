"""Live curves: points are kept in growing arrays, drawn at most every 50 ms, and told in words."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.curves import REDRAW_MS, CurvePlot, CurveSpec, GrowingPoints
from ktrdr_app.gui.ui.theme import apply_theme, tokens

pytestmark = pytest.mark.gui

CURVES = [CurveSpec("train", "training", "series_1"), CurveSpec("val", "validation", "series_2", "dash")]


@pytest.fixture
def plot(qtbot: QtBot, dark: QApplication) -> CurvePlot:
    """Return a loss plot of 500 by 260 pixels, drawn once."""
    made = CurvePlot("Loss", "epoch", "nats", CURVES)
    qtbot.addWidget(made)
    made.resize(500, 260)
    made.show()
    qtbot.waitExposed(made)
    return made


def drawn(plot: CurvePlot, key: str) -> np.ndarray:
    """Return the values that a curve's item shows."""
    _, y = plot._items[key].getData()
    return np.empty(0) if y is None else np.asarray(y)


def wait_drawn(qtbot: QtBot, plot: CurvePlot) -> None:
    qtbot.waitUntil(lambda: not plot.dirty, timeout=2000)


@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 1000])
def test_growing_points_keep_all_in_order(count: int) -> None:
    points = GrowingPoints()
    for number in range(count):
        points.append(number, number**2)
    assert len(points) == count
    assert points.x.tolist() == list(range(count))
    assert points.y.tolist() == [number**2 for number in range(count)]


def test_cleared_points_start_anew() -> None:
    points = GrowingPoints()
    for number in range(100):
        points.append(number, 1.0)
    points.clear()
    assert len(points) == 0
    points.append(7, 8)
    assert (points.x.tolist(), points.y.tolist()) == ([7.0], [8.0])


def test_points_show_after_the_next_redraw_not_before(plot: CurvePlot, qtbot: QtBot) -> None:
    plot.append("train", 1, 0.9)
    assert plot.dirty
    assert len(drawn(plot, "train")) == 0
    wait_drawn(qtbot, plot)
    assert drawn(plot, "train").tolist() == [0.9]


def test_a_thousand_points_in_a_burst_are_one_redraw(plot: CurvePlot, qtbot: QtBot) -> None:
    redraws = []
    plot._timer.timeout.connect(lambda: redraws.append(1))
    for epoch in range(1000):
        plot.append("train", epoch, 1 / (epoch + 1))
        plot.append("val", epoch, 2 / (epoch + 1))
    wait_drawn(qtbot, plot)
    assert len(redraws) == 1
    assert len(drawn(plot, "train")) == len(drawn(plot, "val")) == 1000
    assert plot._timer.interval() == REDRAW_MS == 50


def test_at_rest_no_timer_runs(plot: CurvePlot, qtbot: QtBot) -> None:
    assert not plot.dirty
    plot.append("val", 1, 1.0)
    wait_drawn(qtbot, plot)
    assert not plot._timer.isActive()
    assert plot._timer.isSingleShot()


def test_the_view_holds_all_points(plot: CurvePlot, qtbot: QtBot) -> None:
    for epoch, loss in enumerate([1.4, 0.9, 2.2, 0.3], start=1):
        plot.append("train", epoch, loss)
        plot.append("val", epoch, loss * 1.5)
    wait_drawn(qtbot, plot)
    (left, right), (low, high) = plot.view.viewRange()
    assert left < 1 < 4 < right
    assert low < 0.3
    assert high > 3.3
    assert right - left < 4


def test_one_point_and_a_flat_curve_have_room_around_them(plot: CurvePlot, qtbot: QtBot) -> None:
    plot.append("train", 1, 0.5)
    wait_drawn(qtbot, plot)
    (left, right), (low, high) = plot.view.viewRange()
    assert left <= 1 < right
    assert low < 0.5 < high
    plot.clear()
    for epoch in range(5):
        plot.append("train", epoch, 0.0)
    wait_drawn(qtbot, plot)
    low, high = plot.view.viewRange()[1]
    assert low < 0.0 < high


def test_nan_is_a_gap_and_does_not_spoil_the_view(plot: CurvePlot, qtbot: QtBot) -> None:
    for epoch, loss in enumerate([1.0, np.nan, 0.5]):
        plot.append("train", epoch, loss)
    wait_drawn(qtbot, plot)
    low, high = plot.view.viewRange()[1]
    assert low < 0.5 < 1.0 < high < 2.0
    assert "lowest 0.5 at 2" in plot.accessibleDescription()
    plot.clear()
    plot.append("train", 1, np.nan)
    wait_drawn(qtbot, plot)
    assert plot.accessibleDescription() == "nothing to show yet"


def test_clear_empties_curves_and_takes_the_marker_away(plot: CurvePlot, qtbot: QtBot) -> None:
    plot.append("train", 1, 1.0)
    plot.set_marker(1)
    wait_drawn(qtbot, plot)
    plot.clear()
    wait_drawn(qtbot, plot)
    assert len(drawn(plot, "train")) == 0
    assert not plot._marker.isVisible()
    assert plot.accessibleDescription() == "nothing to show yet"


def test_the_marker_stands_where_it_is_put(plot: CurvePlot) -> None:
    assert not plot._marker.isVisible()
    plot.set_marker(31)
    assert plot._marker.isVisible()
    assert plot._marker.value() == 31
    plot.set_marker(None)
    assert not plot._marker.isVisible()


def test_points_can_be_read_back_as_a_copy(plot: CurvePlot) -> None:
    plot.append("train", 1, 0.5)
    x, y = plot.points("train")
    assert (x.tolist(), y.tolist()) == ([1.0], [0.5])
    y[0] = 99.0
    assert plot.points("train")[1].tolist() == [0.5]
    assert len(plot.points("val")[0]) == 0


def test_an_unknown_curve_is_a_mistake(plot: CurvePlot) -> None:
    with pytest.raises(KeyError):
        plot.append("nothing", 1, 1.0)


def test_the_summary_tells_last_lowest_and_highest(plot: CurvePlot, qtbot: QtBot) -> None:
    for epoch, loss in enumerate([1.25, 0.75, 1.0], start=1):
        plot.append("train", epoch, loss)
    plot.append("val", 1, 2.0)
    wait_drawn(qtbot, plot)
    assert plot.accessibleName() == "Loss"
    assert plot.accessibleDescription() == (
        "nats: training 1 at epoch 3, lowest 0.75 at 2, highest 1.25 at 1; "
        "validation 2 at epoch 1, lowest 2 at 1, highest 2 at 1"
    )


def test_the_heading_names_curves_and_units(plot: CurvePlot) -> None:
    words = plot.heading.toPlainText().replace("\xa0", " ")
    for part in ("Loss", "nats by epoch", "training", "validation"):
        assert part in words
    assert "╍" in words, "the dash tells the curves apart without colour"


@pytest.mark.parametrize(("width", "told"), [(500, "nats by epoch"), (290, "nats"), (230, "")])
def test_the_legend_stays_whole_where_the_plot_is_narrow(plot: CurvePlot, width: int, told: str) -> None:
    plot.resize(width, 260)
    words = plot.heading.toPlainText().replace("\xa0", " ")
    assert words.split()[0] == "Loss"
    for spec in CURVES:
        assert spec.label in words
    assert ("nats" in words) == bool(told)
    assert ("by epoch" in words) == ("by epoch" in told)
    assert plot.heading.x() + plot.heading.boundingRect().width() <= width


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_curves_wear_the_colours_of_the_theme(theme: str, plot: CurvePlot, dark: QApplication) -> None:
    apply_theme(dark, theme)
    for spec in CURVES:
        item = plot._items[spec.key]
        assert item.opts["pen"].color() == QColor(getattr(tokens(), spec.color_token))
    assert tokens().series_1 in plot.heading.toHtml()
    ground = plot.viewport().grab().toImage().pixelColor(200, 200)
    assert ground.name() in (tokens().chart_ground, tokens().grid)


def test_the_curve_is_seen(plot: CurvePlot, qtbot: QtBot) -> None:
    for epoch in range(20):
        plot.append("train", epoch, 1.0)
    wait_drawn(qtbot, plot)
    image = plot.viewport().grab().toImage()
    place = plot.view_point(10.5, 1.0).toPoint()
    found = [image.pixelColor(place.x(), place.y() + dy) for dy in (-1, 0, 1)]
    wanted = QColor(tokens().series_1)
    assert any(abs(colour.blue() - wanted.blue()) < 60 and colour.blue() > 150 for colour in found)


def test_the_mouse_does_not_move_the_view(plot: CurvePlot, qtbot: QtBot) -> None:
    plot.append("train", 1, 1.0)
    plot.append("train", 9, 2.0)
    wait_drawn(qtbot, plot)
    assert plot.view.state["mouseEnabled"] == [False, False]


def test_a_plot_that_goes_while_points_wait_takes_its_timer_along(qtbot: QtBot, dark: QApplication) -> None:
    made = CurvePlot("Loss", "epoch", "nats", CURVES)
    made.append("train", 1, 1.0)
    assert made.dirty
    made.deleteLater()
